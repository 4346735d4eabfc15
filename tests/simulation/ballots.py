"""Votes counted again from the entries of a log, by PROTOCOL sections 13.3 to 13.5 and nothing else.

Written without the product's counting: nothing is kept from vote to vote, and each question goes through all
votes from the first.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.government.actions import AmendBylaws, Resolve
from ledger.government.articles import Article
from ledger.government.voting import Attest, Choice, Propose

ELSEWHERE_S = 60 * 86_400
"""How long a ballot elsewhere is waited for after the second close."""


@dataclass(slots=True)
class Ballot:
    """One proposal, and all that was said about it. Times in Unix seconds."""

    propose: Propose
    time: int
    """Of the entry that opened it."""
    cut: int
    roll: int
    articles: Mapping[int, int]
    """The bylaws when it was opened."""
    votes: list[tuple[int, int, Choice]] = field(default_factory=list)
    """Time, account, choice, in order."""
    attested: Attest | None = None
    is_over: bool = False

    def counts(self) -> tuple[int, int, int]:
        """Yes, no, abstain."""
        if self.attested is not None:
            return self.attested.yes, self.attested.no, self.attested.abstain
        return _count({account: choice for _, account, choice in self.votes})

    def closes(self) -> int:
        """When it closes, by what was said so far."""
        first, second, is_second = self._calls()
        part = sum(self.counts()) * 1000 > self.roll * self.articles[Article.FIRST_QUORUM]
        return first if part and not is_second else second

    def ends(self) -> int:
        """From when on it can be enacted."""
        if self.propose.ballot is not None and self.attested is None:
            return self.propose.second + ELSEWHERE_S
        return self.closes()

    def passes(self) -> bool:
        """Whether it is decided by these counts."""
        _, second, _ = self._calls()
        is_late = self.closes() == second
        if is_late and sum(self.counts()) < self.articles[Article.SECOND_QUORUM]:
            return False
        return self._has_majority(self.counts())

    def _calls(self) -> tuple[int, int, bool]:
        """First and second close, moved once where a late vote turned it; whether the second is under way."""
        first, second = self.propose.first, self.propose.second
        is_second = has_moved = False
        said: dict[int, Choice] = {}
        for time, account, choice in self.votes:
            is_second = is_second or time >= first
            before = self._has_majority(_count(said))
            said[account] = choice
            turns = self._has_majority(_count(said)) != before
            close = second if is_second else first
            if turns and not has_moved and time >= close - self.articles[Article.LATE_WINDOW]:
                has_moved = True
                first += 0 if is_second else self.articles[Article.EXTENSION]
                second += self.articles[Article.EXTENSION]
        return first, second, is_second

    def _has_majority(self, counts: tuple[int, int, int]) -> bool:
        yes, no, _ = counts
        action = self.propose.action
        if isinstance(action, AmendBylaws) or (isinstance(action, Resolve) and action.is_special):
            numerator = self.articles[Article.MAJORITY_NUMERATOR]
            denominator = self.articles[Article.MAJORITY_DENOMINATOR]
            return yes >= 1 and yes * denominator >= (yes + no) * numerator
        return yes > no


def _count(said: Mapping[int, Choice]) -> tuple[int, int, int]:
    each = Counter(said.values())
    return each[Choice.YES], each[Choice.NO], each[Choice.ABSTAIN]
