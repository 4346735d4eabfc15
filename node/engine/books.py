"""The coop's books, as values: what moved accounts that is no payment, where anchors stand, sums by hour.

What `recording.debt_watch` reads in the own log in order is kept here in the form that statements need.
Payments of an account are in the history index already and are not repeated: what is kept grows with levies,
spending, closings, anchors and hours, not with payments. Exact integers: minor units, Unix seconds.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from node.flows import Flow

HOUR_S: Final = 3_600


class Cause(StrEnum):
    """Why an account's balance changed by something that is no payment of its own."""

    LEVY = "levy"
    SPENT = "spent"
    """The commons paid it something."""
    PAID_FOR = "paid_for"
    """It paid as a guarantor what somebody else owed."""
    SETTLED = "settled"
    """What it owed was paid by guarantors and the commons when it closed."""
    PASSED_ON = "passed_on"
    """What it had when it closed went to another account or the commons."""
    INHERITED = "inherited"
    """It got what an account had that closed."""
    OTHER = "other"
    """The books have it, and the entries that stand do not say why: a history that fell, as a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A change of an account by entry `number` of the own log. `other`: the account on the other side, 0 the
    commons; None for a levy, whose amount follows from the balance and the two rates in millionths."""

    number: int
    time: int
    cause: Cause
    amount: int = 0
    other: int | None = None
    positive: int = 0
    negative: int = 0


@dataclass(slots=True)
class Anchors:
    """Up to which length the own log had taken in another, by which of its entries, and when."""

    lengths: "array[int]" = field(default_factory=lambda: array("q"))
    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, *, length: int, number: int, time: int) -> None:
        """Take in the next anchor; lengths and numbers rise."""
        self.lengths.append(length)
        self.numbers.append(number)
        self.times.append(time)

    def booked(self, number: int) -> tuple[int, int] | None:
        """Which entry of the own log took in entry `number`, and when; None while none has."""
        at = bisect_left(self.lengths, number)
        return None if at == len(self.lengths) else (self.numbers[at], self.times[at])

    def last(self) -> tuple[int, int] | None:
        """The newest one's entry and time."""
        return (self.numbers[-1], self.times[-1]) if self.numbers else None


@dataclass(slots=True)
class CoopBooks:
    """All of it. Whoever is given it reads it within the engine's thread and keeps nothing."""

    anchors: dict[int, Anchors] = field(default_factory=dict)
    moves: dict[int, list[Move]] = field(default_factory=dict)
    """By account, in the order of the log."""
    levies: list[Move] = field(default_factory=list)
    _hours: "array[int]" = field(default_factory=lambda: array("q"))
    _flows: list[dict[tuple[Flow, int], int]] = field(default_factory=list)

    def move(self, account: int, move: Move) -> None:
        """Note what moved an account."""
        self.moves.setdefault(account, []).append(move)

    def moves_of(self, account: int) -> list[Move]:
        """What moved an account that is no payment, levies too, in the order of the log."""
        return sorted([*self.moves.get(account, ()), *self.levies], key=lambda each: each.number)

    def anchor(self, coop: int, *, length: int, number: int, time: int) -> None:
        """Note an anchor of another coop's log."""
        self.anchors.setdefault(coop, Anchors()).add(length=length, number=number, time=time)

    def flow(self, flow: Flow, amount: int, time: int, coop: int = 0) -> None:
        """Add to the sum of the hour of `time`, which never falls; `coop` where one is on the other side."""
        hour = time // HOUR_S
        if not self._hours or self._hours[-1] != hour:
            self._hours.append(hour)
            self._flows.append({})
        sums = self._flows[-1]
        sums[flow, coop] = sums.get((flow, coop), 0) + amount

    def flows(self, *, since: int, until: int) -> Iterator[tuple[int, Flow, int, int]]:
        """The sums of hours that begin from `since` to before `until`: begin, flow, coop, amount."""
        first = bisect_left(self._hours, -(-since // HOUR_S))
        last = bisect_right(self._hours, (until - 1) // HOUR_S)
        for at in range(first, last):
            for (flow, coop), amount in sorted(self._flows[at].items()):
                yield self._hours[at] * HOUR_S, flow, coop, amount
