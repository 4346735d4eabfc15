"""What changes of the charter do to the index of prices: PROTOCOL sections 7.13 and 9.8.

What a unit is worth has to be the same in all logs, whatever order they take prints and changes in. So
another table takes over on a day that the change names, never on that of taking it in, and what a log knew
beyond that day falls away; and a redenomination is a way of writing values, which no print depends on.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, unique
from fractions import Fraction
from typing import Final, Protocol

from ledger.charter import Charter, IndexCharter
from ledger.charter_index import IndexTable, LineStart, Redenominate, SetIndex, SurveyRules
from ledger.decisions import Decision
from ledger.effects import Row
from ledger.founding import EARLIEST_BASE_DAY, LATEST_BASE_DAY
from ledger.index.days import Method
from ledger.index.line import Line, Redenomination, Stretch
from ledger.index.parameters import (
    LARGEST_VALUE,
    LOWEST_VALUE,
    IndexParameters,
    ParametersError,
)
from ledger.index.table import Index
from ledger.refusals import Refusal
from ledger.rules.index_rows import INDEX_CHAPTER, load_index, rows_of_run

LARGEST_FACTOR: Final = 10**12
"""The largest numerator or denominator of a redenomination."""


ROOM: Final = 1_000
"""How many times prices should be able to rise after a redenomination before the next is needed."""


@unique
class Doubt(Enum):
    """Why an honest coop should not want a change that the rules allow."""

    PASSED = "passed"
    """Its log knows values of the first day of another table, which would fall away."""
    SMALL = "small"
    """A unit would be worth less than 1.00 of the new currency."""
    LARGE = "large"
    """A unit would be worth so much that the table has hardly any room left."""


class IndexState(Protocol):
    """What a change that is about the index sees of the log that takes it in."""

    @property
    def index(self) -> Index | None:
        """What the log knows of the index."""

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""


def set_index(charter: Charter, change: SetIndex) -> Charter | Refusal:
    """What another table makes of a charter."""
    refusal = _check_start(charter.index, change) or _check_first_day(charter.index, change)
    if refusal is not None:
        return refusal
    after = replace(charter, index=None, index_changes=charter.index_changes + 1)
    if change.table is None:
        return after
    refusal = _check_publishers(charter, change.table)
    if refusal is not None:
        return refusal
    try:
        line = _line_after(charter, change, change.table)
    except ParametersError:
        # 7.13.16
        return Refusal.CHARTER_INDEX_IMPOSSIBLE
    chartered = IndexCharter(
        line=line, publishers=change.table.publishers, source=change.table.source
    )
    return replace(after, index=chartered)


def _check_start(chartered: IndexCharter | None, change: SetIndex) -> Refusal | None:
    # 7.13.12
    if chartered is None and change.table is None:
        return Refusal.INDEX_NOT_CHARTERED
    # 7.13.13: a line of values begins once, and goes on as long as there is an index.
    begins = chartered is None and change.table is not None
    return Refusal.CHARTER_INDEX_IMPOSSIBLE if begins != (change.start is not None) else None


def _check_first_day(chartered: IndexCharter | None, change: SetIndex) -> Refusal | None:
    # 7.13.14
    if not EARLIEST_BASE_DAY <= change.first_day <= LATEST_BASE_DAY:
        return Refusal.CHARTER_DAY_WRONG
    if chartered is None or change.first_day == chartered.line.first_day:
        return None
    # No window is cut in two, so no print is taken in for half of its days.
    parameters = chartered.parameters
    before = parameters.periods.window_of_day(change.first_day - 1)
    is_window = before.last_day == change.first_day - 1
    is_later = change.first_day > chartered.line.first_day
    return None if is_window and is_later else Refusal.CHARTER_DAY_WRONG


def _check_publishers(charter: Charter, table: IndexTable) -> Refusal | None:
    # 7.13.15
    if not set(table.publishers) <= charter.coops.keys():
        return Refusal.COOP_UNKNOWN
    if not all(map(charter.is_member, table.publishers)):
        return Refusal.CHARTER_STANDING_WRONG
    return None


def _line_after(charter: Charter, change: SetIndex, table: IndexTable) -> Line:
    """The line of values under `table`; raises `ParametersError`."""
    if charter.index is None:
        assert change.start is not None, "a line begins with its start"
        parameters = _parameters(table, base_day=change.first_day, start=change.start)
        return Line(start=parameters, first_run=charter.index_changes + 1)
    line = charter.index.line
    start = LineStart(currency=line.start.currency, value=line.start.base_value)
    parameters = _parameters(table, base_day=line.start.base_day, start=start, is_continued=True)
    stretch = Stretch(first_day=change.first_day, parameters=parameters)
    return replace(line, stretches=(*line.stretches, stretch))


def _parameters(
    table: IndexTable, *, base_day: int, start: LineStart, is_continued: bool = False
) -> IndexParameters:
    publishers, survey = len(table.publishers), table.survey
    if (table.method is Method.SURVEY) != (survey is not None):
        raise ParametersError("rules of surveys belong to the method survey")
    if not publishers // 2 + 1 <= table.quorum <= table.source_quorum <= publishers:
        raise ParametersError("more than half of the publishers sign, and all at most")
    survey = survey or SurveyRules(observations_needed=1, lead_days=0, pace_weeks=4)
    if survey.observations_needed > publishers:
        raise ParametersError("no more observations than publishers")
    return IndexParameters(
        method=table.method,
        currency=start.currency,
        base_day=base_day,
        base_value=start.value,
        quorum=table.quorum,
        source_quorum=table.source_quorum,
        step_cap=table.step_cap,
        stand_in_limit=table.stand_in_limit,
        quote_days=table.quote_days,
        observations_needed=survey.observations_needed,
        lead_days=survey.lead_days,
        pace_weeks=survey.pace_weeks,
        period_days=survey.period_days,
        unit=table.unit,
        is_continued=is_continued,
    )


def redenominate(charter: Charter, change: Redenominate) -> Charter | Refusal:
    """What a redenomination makes of a charter."""
    # 7.13.12
    if charter.index is None:
        return Refusal.INDEX_NOT_CHARTERED
    line = charter.index.line
    # 7.13.14
    earlier = [line.start.base_day, *(each.first_day for each in line.redenominations)]
    if not earlier[-1] < change.first_day <= LATEST_BASE_DAY:
        return Refusal.CHARTER_DAY_WRONG
    # 7.13.16
    factors = (change.numerator, change.denominator)
    if not all(1 <= factor <= LARGEST_FACTOR for factor in factors):
        return Refusal.CHARTER_INDEX_IMPOSSIBLE
    if change.currency == line.currency_on(change.first_day):
        return Refusal.CHARTER_INDEX_IMPOSSIBLE
    new = Redenomination(
        first_day=change.first_day,
        numerator=change.numerator,
        denominator=change.denominator,
        currency=change.currency,
    )
    line = replace(line, redenominations=(*line.redenominations, new))
    return replace(charter, index=replace(charter.index, line=line))


def check_values_reach(change: SetIndex, state: IndexState) -> Refusal | None:
    """The refusal of another table in a log whose values end before the day on which it takes over."""
    # 7.13.18
    if state.index is not None and state.index.known_until < change.first_day - 1:
        return Refusal.CHARTER_INDEX_EARLY
    return None


def doubt(change: SetIndex | Redenominate, index: Index) -> Doubt | None:
    """Why a coop whose log knows that index should not want the change, or None."""
    if isinstance(change, SetIndex):
        return Doubt.PASSED if index.known_until >= change.first_day else None
    line = index.line
    before = Fraction(index.values[-1]) / line.ratio_on(index.known_until)
    ratio = Fraction(change.numerator, change.denominator)
    value = before * line.ratio_on(change.first_day) * ratio
    if value < LOWEST_VALUE:
        return Doubt.SMALL
    return Doubt.LARGE if value > LARGEST_VALUE // ROOM else None


def rows_that_fall_away(change: SetIndex, state: IndexState) -> Iterator[Row]:
    """The rows of the index, without values, that a log took in for days that another table is for."""
    if state.index is None:
        return
    line = state.index.line
    rows = state.rows(INDEX_CHAPTER)
    known_until = line.first_day - 1
    for key, decision, period in rows_of_run(rows, run=line.run):
        last_day = line.parameters.periods.window(period).last_day
        # A level that covers a gap goes on to stand for the days before the other table's.
        is_cut = decision is Decision.PRINT and known_until < change.first_day - 1
        if last_day >= change.first_day and not is_cut:
            yield Row(chapter=INDEX_CHAPTER, key=key, value=None)
        if decision is Decision.PRINT:
            known_until = last_day


def index_after(after: Charter, state: IndexState, gone: tuple[Row, ...] = ()) -> Index | None:
    """The index of a log that goes by the charter `after` from now on, without the rows that are `gone`."""
    keys = {row.key for row in gone}
    kept = [(key, value) for key, value in state.rows(INDEX_CHAPTER) if key not in keys]
    return load_index(after, kept)
