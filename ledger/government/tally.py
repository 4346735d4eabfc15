"""Proposals as a log keeps them, and how votes are counted: PROTOCOL section 13.3 to 13.5.

Pure arithmetic over one row of the chapter `proposals`. The rules by which a vote is held are those that were
in force when it opened, and the row keeps them: nobody changes them while members vote.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, Final, Self, cast

from ledger.codec import Value, decode, encode
from ledger.government.actions import Action, read_action
from ledger.government.voting import Choice

ATTESTATION_TERM_S: Final = 60 * 86_400
"""So long after the second close an election elsewhere has to be attested; else it has decided nothing."""


class Outcome(IntEnum):
    """What became of a proposal."""

    OPEN = 0
    REJECTED = 1
    ENACTED = 2
    """It passed, and what it says was carried out."""
    IMPOSSIBLE = 3
    """It passed, and something stood against carrying it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VotingRules:
    """The rules of one vote. Times in seconds, shares in thousandths of the roll."""

    first_quorum: int
    """At the first close more than this share of the roll has to have taken part."""
    second_quorum: int
    """So many have to have taken part at the second close, whatever the roll."""
    late_window: int
    """How long before a close a vote that turns the outcome moves it."""
    extension: int
    """By how much it is then moved, once."""
    numerator: int
    """The share of yes in yes and no that has to be reached; more than half where this is 0."""
    denominator: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many said what; who abstains takes part, and counts in no majority."""

    yes: int = 0
    no: int = 0
    abstain: int = 0

    @property
    def participants(self) -> int:
        """How many took part."""
        return self.yes + self.no + self.abstain

    def with_change(self, *, before: Choice | None, after: Choice) -> "Counts":
        """The counts after a member has said `after`, having said `before`, if anything, until then."""
        counts = [self.no, self.yes, self.abstain]
        if before is not None:
            counts[before] -= 1
        counts[after] += 1
        return Counts(no=counts[Choice.NO], yes=counts[Choice.YES], abstain=counts[Choice.ABSTAIN])


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal as its log keeps it. Times in Unix seconds."""

    action: Action
    text: bytes
    ballot: bytes | None
    about: tuple[int, ...]
    opened: int
    """The number of the entry that opened it."""
    time: int
    """The time of that entry."""
    cut: int
    """On the roll are the accounts that were admitted by entries up to this one."""
    roll: int
    """How many were on the roll when it opened."""
    first: int
    second: int
    rules: VotingRules
    counts: Counts = Counts()
    is_second: bool = False
    """Whether somebody has voted after the first close had not been one for want of voters."""
    has_moved: bool = False
    """Whether its closes have moved for a late vote."""
    result: bytes | None = None
    """The hash of the result file of an election held elsewhere, once it is attested."""
    outcome: Outcome = Outcome.OPEN
    against: int = 0
    """The number of the refusal that stood against carrying it out; 0 if none did."""
    enacted: int = 0
    """The number of the entry that enacted it; 0 before."""
    demanded: tuple[int, ...] = ()
    """The accounts of the members who demanded it, rising; none of them where stewards opened it."""

    def is_on_roll(self, *, number: int, opened: int) -> bool:
        """Whether the account of that number, admitted by entry `opened`, may vote."""
        return opened <= self.cut and number not in self.about

    @property
    def second_as_proposed(self) -> int:
        """The second close before any late vote moved it."""
        return self.second - (self.rules.extension if self.has_moved else 0)

    def has_first_quorum(self) -> bool:
        """Whether so many have taken part that the first close is one."""
        return self.counts.participants * 1000 > self.roll * self.rules.first_quorum

    def closes(self) -> int:
        """When it closes, as far as is known from the votes so far.

        Whoever asks at or after the first close gets what holds for good unless somebody votes.
        """
        if self.is_second or not self.has_first_quorum():
            return self.second
        return self.first

    def is_closed(self, time: int) -> bool:
        """Whether nobody can vote any more at `time`."""
        return time >= self.closes()

    def ready_at(self) -> int:
        """From when on it can be enacted, as far as is known from the votes so far."""
        if self.ballot is None or self.result is not None:
            return self.closes()
        return self.second + ATTESTATION_TERM_S

    def passes(self) -> bool:
        """Whether it is decided, were it closed with these counts."""
        if self.closes() == self.second and self.counts.participants < self.rules.second_quorum:
            return False
        return has_majority(self.counts, self.rules)

    def with_vote(self, *, before: Choice | None, after: Choice, time: int) -> "Proposal":
        """The proposal after a vote at `time`, before its close."""
        is_second = self.is_second or time >= self.first
        counts = self.counts.with_change(before=before, after=after)
        voted = replace(self, counts=counts, is_second=is_second)
        turned = has_majority(counts, self.rules) != has_majority(self.counts, self.rules)
        close = self.second if is_second else self.first
        if self.has_moved or not turned or time < close - self.rules.late_window:
            return voted
        first = self.first if is_second else self.first + self.rules.extension
        return replace(
            voted, first=first, second=self.second + self.rules.extension, has_moved=True
        )

    def encoded(self) -> bytes:
        """The value of its row."""
        rules: list[Value] = [getattr(self.rules, each.name) for each in fields(VotingRules)]
        counts: list[Value] = [self.counts.yes, self.counts.no, self.counts.abstain]
        return encode(
            [
                self.action.value(),
                self.text,
                self.ballot,
                self.about,
                [self.opened, self.time, self.cut, self.roll],
                [self.first, self.second],
                rules,
                counts,
                [int(self.is_second), int(self.has_moved)],
                self.result,
                [self.outcome.value, self.against, self.enacted],
                self.demanded,
            ]
        )

    @classmethod
    def decoded(cls, value: bytes) -> Self:
        """From the value of its row."""
        row = cast("list[Any]", decode(value))
        action, text, ballot, about, opening, closes, rules, counts, marks, result, *ending = row
        end, demanded = ending
        read = read_action(action)
        assert read is not None, "a row has the action that was accepted"
        opened, time, cut, roll = opening
        yes, no, abstain = counts
        return cls(
            action=read,
            text=text,
            ballot=ballot,
            about=tuple(about),
            opened=opened,
            time=time,
            cut=cut,
            roll=roll,
            first=closes[0],
            second=closes[1],
            rules=_read_rules(rules),
            counts=Counts(yes=yes, no=no, abstain=abstain),
            is_second=bool(marks[0]),
            has_moved=bool(marks[1]),
            result=result,
            outcome=Outcome(end[0]),
            against=end[1],
            enacted=end[2],
            demanded=tuple(demanded),
        )


def has_majority(counts: Counts, rules: VotingRules) -> bool:
    """Whether yes has it. Who abstains counts as absent; nothing passes without a yes."""
    if not rules.numerator:
        return counts.yes > counts.no
    of_both = rules.numerator * (counts.yes + counts.no)
    return counts.yes > 0 and counts.yes * rules.denominator >= of_both


def _read_rules(row: Sequence[int]) -> VotingRules:
    return VotingRules(**dict(zip((each.name for each in fields(VotingRules)), row, strict=True)))
