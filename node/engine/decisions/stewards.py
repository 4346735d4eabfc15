"""Which stewards of the own coop can stand for a decision, and how many of them it takes.

They are those in office, elected ones too; how many is for the bylaws to say, apart for what is published
for the index and for changes of the charter.
"""

from ledger.agreement import CHARTER_DECISION
from ledger.government.articles import Article
from ledger.publications import Publication
from ledger.rules.office import bylaws_in_force, stewards_in_office
from ledger.validators.reading import LogReader
from node.engine.core import Core


def check_publication_signers(core: Core, publication: Publication) -> None:
    """Raise `ProofError` unless stewards who are in office have signed it, and nobody else."""
    stewards = stewards_in_office(_own(core)).stewards
    named = {place: (steward.name, steward.key) for place, steward in stewards.items()}
    publication.check_signers(named, federation=core.charter.federation, coop=core.coop)


def stewards_needed_for(core: Core, decision: int) -> int:
    """How many stewards have to sign a publication for that kind of decision."""
    log = _own(core)
    power = Article.ENDORSE if decision == CHARTER_DECISION else Article.PUBLISH
    return max(1, stewards_in_office(log).needed(power, bylaws_in_force(log)))


def has_enough(core: Core, publication: Publication) -> bool:
    """Whether enough of those who signed are in office still."""
    stewards = stewards_in_office(_own(core)).stewards
    standing = sum(place in stewards for place, _ in publication.stewards)
    return standing >= stewards_needed_for(core, publication.decision)


def _own(core: Core) -> LogReader:
    return LogReader(core.validator, core.coop)
