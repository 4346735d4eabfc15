"""A coop's books as a journal: positions with other coops, the members together, the commons.

Assets:Coops:Sur        what that coop owes this one, by what was paid between the two
Liabilities:Members     what the members have together; below zero in a journal, as debts are
Equity:Commons          what belongs to all of them
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from node.flows import FLOWS, Flow
from node.member.bookkeeping.journal import (
    Entry,
    Journal,
    Name,
    Plain,
    Posting,
    Said,
    commodity_of,
    opening_entry,
)
from node.zones import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksWords:
    """What a coop's journal says, in one language: what each flow was, and the words of its accounts."""

    flows: Mapping[Flow, str]
    coops: str
    members: str
    commons: str
    said: Said

    def position(self, coop: str) -> Name:
        """The account of what another coop owes."""
        return Name.of("Assets", self.coops, coop)

    @property
    def of_members(self) -> Name:
        """The account of the members together."""
        return Name.of("Liabilities", self.members)

    @property
    def of_commons(self) -> Name:
        """The account of the commons."""
        return Name.of("Equity", self.commons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What there was at a moment, in minor units; positions by coops' names."""

    members: int
    commons: int
    positions: Mapping[str, int]

    def balances(self, words: BooksWords) -> dict[Name, int]:
        """The same, as the accounts of a journal have it."""
        found: dict[Name, int] = {}
        for coop, amount in self.positions.items():
            name = words.position(coop)  # which may be that of two coops
            found[name] = found.get(name, 0) + amount
        return {**found, words.of_members: -self.members, words.of_commons: -self.commons}


@dataclass(frozen=True, slots=True)
class FlowOfHour:
    """A sum of one kind in one hour; `coop` is empty within the coop."""

    time: int
    flow: Flow
    coop: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoopStatement:
    """A coop's books of a time."""

    coop: str
    unit: str
    since: int
    until: int
    opening: Sums
    closing: Sums
    lines: Sequence[FlowOfHour]


def by_day(lines: Iterable[FlowOfHour], zone: ZoneInfo) -> Iterator[tuple[date, Flow, str, int]]:
    """The sums of each day. An hour belongs to the day in which it begins."""
    for day, found in groupby(lines, key=lambda line: day_of(line.time, zone)):
        sums: dict[tuple[Flow, str], int] = {}
        for line in found:
            key = line.flow, line.coop
            sums[key] = sums.get(key, 0) + line.amount
        for (flow, coop), amount in sorted(sums.items()):
            yield day, flow, coop, amount


def coop_journal(
    statement: CoopStatement, zone: ZoneInfo, words: BooksWords, *, continues: bool = False
) -> Journal:
    """The books as a journal.

    What there was at the beginning names every coop with which anything ever was: those accounts are open.
    """
    opening = statement.opening.balances(words)
    began = statement.since or (statement.lines[0].time if statement.lines else statement.until)
    first = day_of(began, zone)
    return Journal(
        title=Plain.of(statement.coop),
        commodity=commodity_of(statement.unit),
        since=first,
        until=day_of(statement.until, zone),
        entries=[
            *opening_entry(first, {} if continues else opening, words.said.opening),
            *(
                _entry(day, flow, coop, amount, words)
                for day, flow, coop, amount in by_day(statement.lines, zone)
            ),
        ],
        closing=statement.closing.balances(words),
        said=words.said,
        known=frozenset(opening),
        continues=continues,
    )


def _entry(day: date, flow: Flow, coop: str, amount: int, words: BooksWords) -> Entry:
    signs, what = FLOWS[flow], words.flows[flow]
    moved = [(words.of_members, -signs.members), (words.of_commons, -signs.commons)]
    if signs.position:
        moved.insert(0, (words.position(coop), signs.position))
    return Entry(
        day=day,
        code=Plain(""),
        payee=Plain.of(coop or what),
        text=Plain.of(what if coop else ""),
        postings=[Posting(name=name, amount=sign * amount) for name, sign in moved if sign],
        details={},
    )
