"""Changes of the charter that are about the index of prices: their shapes, PROTOCOL section 7.13.

Another table, which goes on with the line of values or begins one, and a redenomination. What they do, and
when they may, is said in `ledger.rules.charter_index`.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Final, TypeGuard

from ledger.codec import Value
from ledger.index.days import DAYS_IN_WEEK, Method
from ledger.index.definition_fields import definition_fields, read_definition_array
from ledger.index.definitions import Definition
from ledger.shapes import MAX_PUBLISHERS, is_number, is_text, is_uint

CURRENCY: Final = re.compile(r"[A-Z]{3}")
MAX_SOURCE: Final = 256
"""The most characters that may say what the first source of a table is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRules:
    """What only a table of surveys has; as in `ledger.index.parameters`."""

    observations_needed: int
    lead_days: int
    pace_weeks: int
    period_days: int = DAYS_IN_WEEK

    def value(self) -> Value:
        """The array; the length of a period is in it only where it is not a week."""
        other: list[Value] = [] if self.period_days == DAYS_IN_WEEK else [self.period_days]
        return [self.observations_needed, self.lead_days, self.pace_weeks, *other]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTable:
    """The `[index]` table of a charter, but for what belongs to a line of values; fields as there."""

    method: Method
    publishers: tuple[int, ...]
    quorum: int
    source_quorum: int
    step_cap: int
    stand_in_limit: int
    quote_days: int
    source: str
    survey: SurveyRules | None = None
    unit: Definition | None = None
    """Of the method `unit`."""

    def value(self) -> Value:
        """The array."""
        more: Value = None if self.survey is None else self.survey.value()
        if self.unit is not None:
            more = list(definition_fields(self.unit).values())
        return [
            self.method.value,
            list(self.publishers),
            self.quorum,
            self.source_quorum,
            self.step_cap,
            self.stand_in_limit,
            self.quote_days,
            self.source,
            more,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStart:
    """What a unit is worth on the first day of a line, in millionths of its currency."""

    currency: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetIndex:
    """From `first_day` on the index goes by `table`; None ends it. `start` begins a line of values."""

    type: ClassVar[int] = 9
    first_day: int
    table: IndexTable | None
    start: LineStart | None = None

    def value(self) -> Value:
        """The array."""
        start: Value = None if self.start is None else [self.start.currency, self.start.value]
        return [
            self.type,
            self.first_day,
            None if self.table is None else self.table.value(),
            start,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redenominate:
    """From `first_day` on `numerator` / `denominator` of `currency` stand for one of the currency before."""

    type: ClassVar[int] = 10
    first_day: int
    numerator: int
    denominator: int
    currency: str

    def value(self) -> Value:
        """The array."""
        return [self.type, self.first_day, self.numerator, self.denominator, self.currency]


def read_index_change(elements: list[Any]) -> SetIndex | None:
    """The change that has these elements after its type; None for another shape."""
    if len(elements) != 3 or not is_uint(elements[0]):
        return None
    first_day, table_value, start_value = elements
    table, start = _read_table(table_value), _read_start(start_value)
    if (table is None and table_value is not None) or (start is None and start_value is not None):
        return None
    return SetIndex(first_day=first_day, table=table, start=start)


def read_redenomination(elements: list[Any]) -> Redenominate | None:
    """As `read_index_change`."""
    match elements:
        case [day, numerator, denominator, currency] if (
            is_uint(day) and is_uint(numerator) and is_uint(denominator) and _is_currency(currency)
        ):
            return Redenominate(
                first_day=day, numerator=numerator, denominator=denominator, currency=currency
            )
    return None


def _read_table(value: object) -> IndexTable | None:
    if type(value) is not list or len(value) != 9:
        return None
    method, publishers, *numbers, source, more = value
    survey, unit = _read_survey(more), read_definition_array(more)
    if type(method) is not int or method not in _METHODS or not all(map(is_uint, numbers)):
        return None
    if not _are_publishers(publishers) or not is_text(source, most=MAX_SOURCE):
        return None
    if survey is None and unit is None and more is not None:
        return None
    quorum, source_quorum, step_cap, stand_in_limit, quote_days = numbers
    return IndexTable(
        method=Method(method),
        publishers=tuple(publishers),
        quorum=quorum,
        source_quorum=source_quorum,
        step_cap=step_cap,
        stand_in_limit=stand_in_limit,
        quote_days=quote_days,
        source=source,
        survey=survey,
        unit=unit,
    )


def _read_survey(value: object) -> SurveyRules | None:
    if type(value) is not list or not all(map(is_uint, value)):
        return None
    match value:
        case [needed, lead, pace]:
            return SurveyRules(observations_needed=needed, lead_days=lead, pace_weeks=pace)
        case [needed, lead, pace, period_days] if period_days != DAYS_IN_WEEK:
            return SurveyRules(
                observations_needed=needed,
                lead_days=lead,
                pace_weeks=pace,
                period_days=period_days,
            )
    return None


def _read_start(value: object) -> LineStart | None:
    match value:
        case [currency, worth] if _is_currency(currency) and is_uint(worth):
            return LineStart(currency=currency, value=worth)
    return None


def _is_currency(value: object) -> TypeGuard[str]:
    return type(value) is str and CURRENCY.fullmatch(value) is not None


def _are_publishers(value: object) -> bool:
    """Whether it is an array of 1 to `MAX_PUBLISHERS` coops' numbers, strictly rising."""
    if type(value) is not list or not 1 <= len(value) <= MAX_PUBLISHERS:
        return False
    return all(map(is_number, value)) and all(first < second for first, second in pairwise(value))


_METHODS: Final = {method.value for method in Method}
