"""A coop's books as a journal: positions with other coops, the members together, the commons.

Assets:Coops:Sur        what that coop owes this one, by what was paid between the two
Liabilities:Members     what the members have together; below zero in a journal, as debts are
Equity:Commons          what belongs to all of them
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from node.flows import FLOWS, Flow
from node.member.bookkeeping.journal import (
    Entry,
    Journal,
    Name,
    Plain,
    Posting,
    commodity_of,
    opening_entry,
)
from node.zones import day_of

MEMBERS: Final = Name(("Liabilities", "Members"))
COMMONS: Final = Name(("Equity", "Commons"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What there was at a moment, in minor units; positions by coops' names."""

    members: int
    commons: int
    positions: Mapping[str, int]

    def balances(self) -> dict[Name, int]:
        """The same, as the accounts of a journal have it."""
        found: dict[Name, int] = {}
        for coop, amount in self.positions.items():
            name = position_name(coop)  # which may be that of two coops
            found[name] = found.get(name, 0) + amount
        return {**found, MEMBERS: -self.members, COMMONS: -self.commons}


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


def position_name(coop: str) -> Name:
    """The account of what another coop owes."""
    return Name.of("Assets", "Coops", coop)


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
    statement: CoopStatement, zone: ZoneInfo, words: Mapping[Flow, str], *, continues: bool = False
) -> Journal:
    """The books as a journal; `words` say what each flow is."""
    began = statement.since or (statement.lines[0].time if statement.lines else statement.until)
    first = day_of(began, zone)
    return Journal(
        title=Plain.of(statement.coop),
        commodity=commodity_of(statement.unit),
        since=first,
        until=day_of(statement.until, zone),
        entries=[
            *opening_entry(first, {} if continues else statement.opening.balances()),
            *(
                _entry(day, flow, coop, amount, words)
                for day, flow, coop, amount in by_day(statement.lines, zone)
            ),
        ],
        closing=statement.closing.balances(),
        continues=continues,
    )


def _entry(day: date, flow: Flow, coop: str, amount: int, words: Mapping[Flow, str]) -> Entry:
    signs = FLOWS[flow]
    moved = [(MEMBERS, -signs.members), (COMMONS, -signs.commons)]
    if signs.position:
        moved.insert(0, (position_name(coop), signs.position))
    return Entry(
        day=day,
        code=Plain(""),
        payee=Plain.of(coop or words[flow]),
        text=Plain.of(words[flow] if coop else ""),
        postings=[Posting(name=name, amount=sign * amount) for name, sign in moved if sign],
        details={},
    )
