"""The terms by which a coop votes, as its bylaws have them: PROTOCOL section 13.1."""

from dataclasses import dataclass

from ledger.government.articles import Article
from ledger.government.bylaws import Bylaws
from ledger.government.tally import VotingRules
from ledger.rules.office import OfficeState, bylaws_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class VotingTerms:
    """What the bylaws say of votes and offices. Times in seconds, shares in thousandths of the roll."""

    notice: int
    """The first close is at least so long after the opening."""
    second_call: int
    """The second close is at least so long after the first."""
    demand: int
    """So large a share of the roll can open a vote without stewards."""
    membership: int
    """So long before the opening somebody has to have been admitted to be on the roll."""
    appeal: int
    """So long what stewards decided about a member can be appealed against."""
    hearing: int
    """Who is to be expelled is heard so long before the first close."""
    office: int
    """The longest term of office."""
    stewards: int
    """The fewest stewards that can be elected."""
    simple: VotingRules
    special: VotingRules

    def rules(self, *, is_special: bool) -> VotingRules:
        """The rules of a vote that opens now."""
        return self.special if is_special else self.simple


def voting_terms(state: OfficeState) -> VotingTerms:
    """Those in force in a log."""
    bylaws = bylaws_in_force(state)
    numerator = bylaws.value(Article.MAJORITY_NUMERATOR)
    denominator = bylaws.value(Article.MAJORITY_DENOMINATOR)
    return VotingTerms(
        notice=bylaws.value(Article.NOTICE),
        second_call=bylaws.value(Article.SECOND_CALL),
        demand=bylaws.value(Article.DEMAND),
        membership=bylaws.value(Article.MEMBERSHIP),
        appeal=bylaws.value(Article.APPEAL_TERM),
        hearing=bylaws.value(Article.HEARING),
        office=bylaws.value(Article.OFFICE_TERM),
        stewards=bylaws.value(Article.OFFICE_STEWARDS),
        simple=_rules(bylaws, numerator=0, denominator=1),
        special=_rules(bylaws, numerator=numerator, denominator=denominator),
    )


def _rules(bylaws: Bylaws, *, numerator: int, denominator: int) -> VotingRules:
    return VotingRules(
        first_quorum=bylaws.value(Article.FIRST_QUORUM),
        second_quorum=bylaws.value(Article.SECOND_QUORUM),
        late_window=bylaws.value(Article.LATE_WINDOW),
        extension=bylaws.value(Article.EXTENSION),
        numerator=numerator,
        denominator=denominator,
    )
