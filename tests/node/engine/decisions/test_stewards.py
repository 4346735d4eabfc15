"""What the bylaws say of publishing and endorsing, and who is in office, counts at a coop's own node."""

from types import SimpleNamespace
from typing import Any

import pytest

from ledger.agreement import CHARTER_DECISION
from ledger.charter_changes import SetClearingLimit
from ledger.codec import encode
from ledger.government.articles import Article
from ledger.government.office import OFFICE_CHAPTER, OFFICE_KEY
from ledger.publications import Publication
from ledger.validators.reference import ReferenceValidator
from node.engine.answers import Published
from node.engine.decisions.stewards import has_enough, stewards_needed_for
from tests.builders import build_federation, open_books
from tests.charters import proposal
from tests.government_builders import adopt_bylaws, govern
from tests.node.engine.charter.test_versions import record, town_of
from tests.node.engine.inside import core_of

FEDERATION = build_federation(seed="endorsers", coops=2)


def core_with(articles: dict[int, int], seats: list[Any] | None = None) -> Any:
    """What the functions see of a node of coop 1."""
    books = open_books(FEDERATION, ReferenceValidator)
    books.admit(1, 7)
    govern(books, 1, articles)
    if seats is not None:
        assert isinstance(books.validator, ReferenceValidator)
        log = books.validator._log(1, 0)
        log.chapters[OFFICE_CHAPTER] = {OFFICE_KEY: encode([2, 4, seats])}
    charter = books.validator.charter(1)
    return SimpleNamespace(coop=1, validator=books.validator, charter=charter)


def signed_by(*places: int, decision: int = 1) -> Publication:
    stewards = tuple((place, bytes(64)) for place in places)
    return Publication(decision=decision, number=1, content=[], stewards=stewards)


@pytest.mark.parametrize(("decision", "needed"), [(CHARTER_DECISION, 3), (1, 1), (2, 1), (0, 1)])
def test_each_power_has_its_own_number(decision: int, needed: int) -> None:
    core = core_with({Article.ENDORSE: 9, Article.PUBLISH: 1})
    assert stewards_needed_for(core, decision) == needed
    assert has_enough(core, signed_by(0, 1, 2, decision=decision))
    assert has_enough(core, signed_by(0, 1, decision=decision)) is (needed == 1)


def test_who_is_not_in_office_any_more_does_not_count() -> None:
    core = core_with({}, seats=[[1, None, None], [3, 7, 99]])
    assert not has_enough(core, signed_by(0, 1, 2))
    assert has_enough(core, signed_by(0, 1, 3))


def test_a_node_stands_for_a_change_once_the_bylaws_are_met() -> None:
    town = town_of(build_federation(seed="charter", coops=2))
    record(town, 1, adopt_bylaws(town.federation, 1, {Article.ENDORSE.value: 3}))
    wish = proposal(core_of(town.engines[1]).charter, SetClearingLimit(coop=1, limit=5))
    answer = town.publish(1, wish, stewards=[0, 1])
    assert isinstance(answer, Published)
    assert (answer.needed, answer.is_signed) == (3, False)
    answer = town.publish(1, wish, stewards=[2])
    assert isinstance(answer, Published) and answer.is_signed
