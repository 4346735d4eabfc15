"""The coop's books, as values: sums by hour of what moved between members, commons and other coops.

`recording.debt_watch` reads it in the own log, in order. What is kept grows with hours in which something
moved, not with payments. Exact integers: minor units, Unix seconds.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from node.flows import FLOWS, Flow

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
    OPENED = "opened"
    """It began with that balance, from the system that its coop had before."""
    OTHER = "other"
    """The books have it, and the entries that stand do not say why: a history that fell, as a rule."""


@dataclass(slots=True)
class Running:
    """A sum as it was after each hour in which it changed; hours never fall."""

    _hours: "array[int]" = field(default_factory=lambda: array("q"))
    _sums: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, hour: int, amount: int) -> None:
        """Add to it in an hour, the last one so far or a later one."""
        if not self._hours or self._hours[-1] != hour:
            self._hours.append(hour)
            self._sums.append(self._sums[-1] if self._sums else 0)
        self._sums[-1] += amount

    def before(self, hour: int) -> int:
        """What all before that hour comes to."""
        at = bisect_left(self._hours, hour)
        return self._sums[at - 1] if at else 0

    def began_before(self, hour: int) -> bool:
        """Whether it changed before that hour."""
        return bool(self._hours) and self._hours[0] < hour


@dataclass(frozen=True, slots=True)
class Totals:
    """What the members have together, the commons, and what other coops owe, by number."""

    members: int
    commons: int
    positions: dict[int, int]


@dataclass(slots=True)
class CoopBooks:
    """All of it. Whoever is given it reads it within the engine's thread and keeps nothing.

    Sums are kept as they run, so that a page of a long history costs what it shows.
    """

    _hours: "array[int]" = field(default_factory=lambda: array("q"))
    _flows: list[dict[tuple[Flow, int], int]] = field(default_factory=list)
    _firsts: "array[int]" = field(default_factory=lambda: array("q"))
    """How many lines there are before those of each hour."""
    _members: Running = field(default_factory=Running)
    _commons: Running = field(default_factory=Running)
    _positions: dict[int, Running] = field(default_factory=dict)

    def flow(self, flow: Flow, amount: int, time: int, coop: int = 0) -> None:
        """Add to the sum of the hour of `time`, which never falls; `coop` where one is on the other side."""
        hour, signs = time // HOUR_S, FLOWS[flow]
        if not self._hours or self._hours[-1] != hour:
            self._firsts.append(self._lines(len(self._hours)))
            self._hours.append(hour)
            self._flows.append({})
        sums = self._flows[-1]
        sums[flow, coop] = sums.get((flow, coop), 0) + amount
        self._members.add(hour, signs.members * amount)
        self._commons.add(hour, signs.commons * amount)
        if signs.position:
            self._positions.setdefault(coop, Running()).add(hour, signs.position * amount)

    def _lines(self, at: int) -> int:
        """How many lines there are before those of the hour at that place."""
        if at < len(self._firsts):
            return self._firsts[at]
        return self._firsts[-1] + len(self._flows[-1]) if at else 0

    def _span(self, since: int, until: int) -> tuple[int, int]:
        """The places of the hours that begin from `since` to before `until`."""
        first = bisect_left(self._hours, _hour_from(since))
        return first, max(first, bisect_left(self._hours, _hour_from(until)))

    def count(self, *, since: int, until: int) -> int:
        """How many lines `flows` gives."""
        first, last = self._span(since, until)
        return self._lines(last) - self._lines(first)

    def flows(
        self, *, since: int, until: int, after: int = 0
    ) -> Iterator[tuple[int, Flow, int, int]]:
        """The sums of hours that begin from `since` to before `until`: begin, flow, coop, amount.

        Without the first `after` of them, which cost nothing.
        """
        first, last = self._span(since, until)
        skipped = self._lines(first) + after
        at = max(first, bisect_right(self._firsts, skipped) - 1)
        while at < last:
            lines = sorted(self._flows[at].items())
            for (flow, coop), amount in lines[max(0, skipped - self._firsts[at]) :]:
                yield self._hours[at] * HOUR_S, flow, coop, amount
            at += 1

    def totals(self, until: int) -> Totals:
        """What all hours that begin before `until` come to."""
        hour = _hour_from(until)
        positions = {
            coop: each.before(hour)
            for coop, each in sorted(self._positions.items())
            if each.began_before(hour)
        }
        return Totals(self._members.before(hour), self._commons.before(hour), positions)


def _hour_from(time: int) -> int:
    """The first hour that begins at `time` or later."""
    return -(-time // HOUR_S)
