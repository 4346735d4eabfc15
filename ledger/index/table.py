"""The index of one log: a table day -> value of one unit, from the entries the log has taken in.

The table is a pure function of the rules of its line and the entries, in order. Taking one in only
adds days at the end: a day that has a value keeps it for ever. A day after the last is *not known
yet*, and nothing is guessed for it; what holds when a print is late follows from that:

- without stand-ins, the table ends with the last window. Payments in units go on; payments that name
  a price wait. A print that comes late fills its own window as if it had been on time;
- with stand-ins, the coops certify one when a print is late, and the window goes on at the pace before
  it. When the number is printed after all, the next print carries it as a late change, and that
  print's window makes good the difference, day by day. What was paid meanwhile stays as it is;
- a survey that was missed is missed for good. The level of a later period may cover it (`certified`).

`check_` functions return a refusal or None, `apply_` functions expect an entry that was checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final

from ledger.errors import LedgerError
from ledger.index.certified import certified_values, covers
from ledger.index.chains import DayValue, factor_of_change, published, window_values
from ledger.index.days import Method, Window, definition_of
from ledger.index.definitions import Definition, DefinitionError, Input
from ledger.index.exact import from_millionths, to_millionths
from ledger.index.line import Line, Stretch
from ledger.index.parameters import LARGEST_VALUE, LOWEST_VALUE, IndexParameters
from ledger.index.prints import (
    MOST_LATE_CHANGES,
    SOURCE_HASH_LENGTH,
    Print,
    PrintRefusal,
    SourceChange,
    SourceRefusal,
)

PLACES_OF_A_TABLE: Final = 2**32
"""So far apart are the places of decisions under one table from those under the next."""

_WINDOWS_KEPT: Final = 2_048
"""How many windows are remembered, for the other logs that take in the same prints."""


@dataclass(eq=False)
class DayNotKnown(LedgerError):
    """The index has no value for `day` yet; the last day that it knows is `known_until`."""

    day: int
    known_until: int


@dataclass(eq=False)
class DayBeforeBase(LedgerError):
    """`day` is before the index begins, on `base_day`."""

    day: int
    base_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The index as far as one log knows it. `new_index` makes the first, `apply_` functions the next."""

    line: Line
    """The rules, up to the table in force."""
    prints: tuple[Print, ...]
    """Those of the table in force, and of the tables before it that it continues."""
    sources: tuple[SourceChange, ...]
    """Those of the table in force."""
    values: tuple[int, ...]
    """Millionths of the currency of the day, for each day from the base day on."""
    latest: DayValue
    """The last known day, with the digits that the next window is chained from, in the first currency."""
    anchor: DayValue
    """The value that the oldest of `prints` goes on from."""
    taken: int = 0
    """How many decisions of the table in force it has taken in."""
    newest: tuple[int, ...] = ()
    """The values that the newest print gave, in the first currency."""

    @property
    def parameters(self) -> IndexParameters:
        """Those of the table in force."""
        return self.line.parameters

    @property
    def known_until(self) -> int:
        """The last day that has a value."""
        return self.latest.day

    @property
    def due_window(self) -> Window:
        """The window that the next print gives values to; its period is the one that is due."""
        return self.parameters.periods.window_of_day(self.known_until + 1)

    @property
    def place(self) -> int:
        """The place of the next decision: how many the table in force has taken in, after all earlier ones.

        Each table has places of its own, so that no certificate made under one is ever next under another.
        """
        return self.line.run * PLACES_OF_A_TABLE + self.taken

    def value_on(self, day: int) -> int:
        """What a unit is worth on a day, in millionths of the currency.

        Raises `DayNotKnown` and `DayBeforeBase`.
        """
        position = day - self.parameters.base_day
        if position < 0:
            raise DayBeforeBase(day, self.parameters.base_day)
        if position >= len(self.values):
            raise DayNotKnown(day, self.known_until)
        return self.values[position]

    def currency_on(self, day: int) -> str:
        """The national currency that the value of a day is in."""
        return self.line.currency_on(day)

    def last_day_of_price(self, day: int) -> int:
        """The last day on which a price of `day` can be paid (PROTOCOL section 9.4)."""
        ends = (change.first_day - 1 for change in self.line.redenominations)
        return min([day + self.parameters.quote_days, *(end for end in ends if end >= day)])

    def values_in_currency_of(self, day: int) -> list[int]:
        """All values as if the currency of `day` had held from the base day on; 0 where that is nothing."""
        line, base_day = self.line, self.parameters.base_day
        if not line.redenominations:
            return list(self.values)
        wanted = line.ratio_on(day)
        days = enumerate(self.values, base_day)
        return [round(Fraction(value) / line.ratio_on(each) * wanted) for each, value in days]

    def source_of(self, period: int) -> int:
        """The number of the source in force for a period."""
        return sum(1 for source in self.sources if source.first_period <= period)


def new_index(parameters: IndexParameters) -> Index:
    """An index that knows the base day only."""
    return begin_line(Line(start=parameters))


def begin_line(line: Line) -> Index:
    """The index that knows the first day of a line that has one table."""
    start = line.start
    first = DayValue(day=start.base_day, value=from_millionths(start.base_value))
    value = line.value_in_currency(start.base_value, day=start.base_day)
    return Index(line=line, prints=(), sources=(), values=(value,), latest=first, anchor=first)


def go_on(index: Index, stretch: Stretch) -> Index:
    """The index under its line's next table, which takes over after the last known day.

    Prints go on to count where the windows stay the same; sources are numbered anew. Of a print that covers a
    gap the new table may cut the end off; then none counts any more.
    """
    is_same = index.parameters.periods == stretch.parameters.periods
    is_cut = index.known_until >= stretch.first_day
    if is_cut:
        index = _cut(index, before=stretch.first_day)
    line = replace(index.line, stretches=(*index.line.stretches, stretch))
    index = replace(index, line=line, sources=(), taken=0)
    if is_same and not is_cut:
        return index
    return replace(index, prints=(), anchor=index.latest)


def _cut(index: Index, *, before: int) -> Index:
    """Without the days from `before` on, all of which the newest print gave values to."""
    gone = index.known_until - before + 1
    kept = index.newest[:-gone]
    assert kept, "a print that begins on that day or later falls away as a whole"
    latest = DayValue(day=before - 1, value=from_millionths(kept[-1]))
    return replace(index, values=index.values[:-gone], latest=latest, newest=kept)


def check_print(index: Index, new: Print) -> PrintRefusal | None:
    """Why the print is not to be taken in next, or None."""
    for check in (_check_period, _check_source, _check_stand_in, _check_value, _check_late):
        refusal = check(index, new)
        if refusal is not None:
            return refusal
    # 9.3.18
    values, _ = _values_of(index, new)
    days = enumerate(values, index.known_until + 1)
    if not all(index.line.has_room_for(value, day=day) for day, value in days):
        return PrintRefusal.TABLE_OUT_OF_RANGE
    return None


def apply_print(index: Index, new: Print) -> Index:
    """The index with a checked print taken in: the days of its window are known from now on."""
    found, latest = _values_of(index, new)
    days = enumerate(found, index.known_until + 1)
    values = tuple(index.line.value_in_currency(value, day=day) for day, value in days)
    return replace(
        index,
        prints=(*index.prints, new),
        values=index.values + values,
        latest=latest,
        taken=index.taken + 1,
        newest=tuple(found),
    )


def check_source_change(index: Index, new: SourceChange) -> SourceRefusal | None:
    """Why the change of source is not to be taken in next, or None."""
    # 9.3.20
    if new.number <= len(index.sources):
        return SourceRefusal.NUMBER_REPEATED
    # 9.3.21
    if new.number > len(index.sources) + 1:
        return SourceRefusal.NUMBER_EARLY
    # The shape of an entry (9.3) leaves no hash of another length; this is for other callers.
    if len(new.description_hash) != SOURCE_HASH_LENGTH:
        return SourceRefusal.DESCRIPTION_MISSING
    # 9.3.22
    earlier = [source.first_period for source in index.sources]
    if new.first_period < max([index.due_window.period, *earlier]):
        return SourceRefusal.PERIOD_TAKEN
    return None


def apply_source_change(index: Index, new: SourceChange) -> Index:
    """The index with a checked change of source taken in. No value changes."""
    return replace(index, sources=(*index.sources, new), taken=index.taken + 1)


def open_stand_ins(prints: Sequence[Print]) -> dict[int, Print]:
    """By period, the stand-ins whose own print has not come in as a late change."""
    stand_ins = {taken.period: taken for taken in prints if taken.is_stand_in}
    for taken in prints:
        for late in taken.late:
            del stand_ins[late.period]
    return stand_ins


def _check_period(index: Index, new: Print) -> PrintRefusal | None:
    due = index.due_window.period
    if new.period == due:
        return None
    # 9.3.10: two logs that took periods in another order could have other values for a day.
    if new.period > due:
        return None if _covers_gap(index, new) else PrintRefusal.PERIOD_EARLY
    # 9.3.8
    if new in index.prints:
        return PrintRefusal.PERIOD_REPEATED
    # 9.3.9: a day that has a value keeps it for ever.
    if index.prints and new.period >= index.prints[0].period:
        return PrintRefusal.PERIOD_CONTRADICTED
    # 9.3.11
    return PrintRefusal.PERIOD_BEFORE_BASE


def _covers_gap(index: Index, new: Print) -> bool:
    """Whether it is a level, which stands for the periods that were missed before it too."""
    if index.parameters.method is not Method.SURVEY or new.is_stand_in:
        return False
    return covers(index.parameters, known_until=index.known_until, period=new.period)


def _check_source(index: Index, new: Print) -> PrintRefusal | None:
    # 9.3.12
    if new.source != index.source_of(new.period):
        return PrintRefusal.SOURCE_WRONG
    return None


def _check_stand_in(index: Index, new: Print) -> PrintRefusal | None:
    if not new.is_stand_in:
        return None
    # 9.3.13
    in_a_row = 0
    for taken in reversed(index.prints):
        if not taken.is_stand_in:
            break
        in_a_row += 1
    if in_a_row == len(index.prints) or in_a_row >= index.parameters.stand_in_limit:
        return PrintRefusal.STAND_IN_NOT_ALLOWED
    # 9.3.14
    last = index.prints[-1]
    if (new.value, new.before) != (last.value, last.before) or new.late:
        return PrintRefusal.STAND_IN_VALUE_WRONG
    return None


def _check_value(index: Index, new: Print) -> PrintRefusal | None:
    definition = index.parameters.definition
    has_pairs = definition is not None and definition.printed is Input.LEVEL
    printed = [(new.value, new.before), *((late.change, late.before) for late in new.late)]
    # 9.3.15
    if any((before is not None) != has_pairs for _, before in printed):
        return PrintRefusal.VALUE_MISSHAPEN
    if definition is None:
        if not LOWEST_VALUE <= new.value <= LARGEST_VALUE:
            return PrintRefusal.VALUE_IMPOSSIBLE
        return None
    try:
        factors = [definition.factor(value, before) for value, before in printed]
    except DefinitionError:
        return PrintRefusal.VALUE_IMPOSSIBLE
    # 9.3.16
    highest = factor_of_change(index.parameters.step_cap)
    if any(not Fraction(1) / highest <= factor <= highest for factor in factors):
        return PrintRefusal.STEP_ABOVE_CAP
    return None


def _check_late(index: Index, new: Print) -> PrintRefusal | None:
    if not new.late:
        return None
    # 9.3.17
    periods = [late.period for late in new.late]
    is_rising = all(first < second for first, second in pairwise(periods))
    is_open = set(periods) <= open_stand_ins(index.prints).keys()
    is_survey = index.parameters.method is Method.SURVEY
    if is_survey or not is_rising or not is_open or len(periods) > MOST_LATE_CHANGES:
        return PrintRefusal.LATE_UNKNOWN
    return None


def _values_of(index: Index, new: Print) -> tuple[list[int], DayValue]:
    """The values of the days after the last known one, in the first currency, and the new last day."""
    if index.parameters.method is Method.SURVEY:
        values = certified_values(
            index.latest, anchor=index.anchor, line=index.line, prints=index.prints, new=new
        )
        last_day = index.known_until + len(values)
        return values, DayValue(day=last_day, value=from_millionths(values[-1]))
    stand_ins, unit = open_stand_ins(index.prints), _definition(index)
    factor = unit.factor(new.value, new.before)
    for late in new.late:
        stood = stand_ins[late.period]
        factor *= Fraction(unit.factor(late.change, late.before)) / unit.factor(
            stood.value, stood.before
        )
    chained, latest = _chained(index.latest, index.due_window, factor, unit)
    return list(chained), latest


def _definition(index: Index) -> Definition:
    return definition_of(index.parameters.method, index.parameters.unit)


@lru_cache(maxsize=_WINDOWS_KEPT)
def _chained(
    start: DayValue, window: Window, factor: Fraction, unit: Definition
) -> tuple[tuple[int, ...], DayValue]:
    """The values of a window. Every log takes in the same prints, so most are asked for again."""
    days = list(window_values(start, window=window, factor=factor, unit=unit))
    return tuple(to_millionths(published(day.value, unit)) for day in days), days[-1]
