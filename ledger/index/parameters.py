"""What the charter fixes about the index, with the ranges that make it safe to compute with.

Nothing here is about how a charter is written down or changed. Changing a parameter takes a new
version of the charter; how a line of values goes on by the new ones is said in `line`.
"""

import re
from dataclasses import dataclass
from typing import Final

from ledger.errors import LedgerError
from ledger.index.days import DAYS_IN_WEEK, FIRST_DAY, LAST_DAY, UNITS, Method
from ledger.index.definitions import Carry, Definition
from ledger.index.exact import MILLIONTHS
from ledger.index.periods import Periods

LOWEST_VALUE: Final = MILLIONTHS
"""The least that a unit may be worth: 1.00 of the national currency. Conversion there and back is
exact from here on, because one hundredth of a unit is never less than one hundredth of the currency."""

LARGEST_VALUE: Final = 2**53 - 1
"""The most that a unit may be worth, in millionths: about nine thousand million of the currency."""

MOST_PUBLISHERS: Final = 256
LARGEST_CAP: Final = 10_000
"""Tenths of a percent: prices that grow elevenfold in one step."""
MOST_LEAD_DAYS: Final = 21
MOST_PACE_WEEKS: Final = 13
MOST_PERIOD_DAYS: Final = 28
MOST_STAND_INS: Final = 12
MOST_QUOTE_DAYS: Final = 366

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_PLACES_OF_TABLE: Final = 6


class ParametersError(LedgerError):
    """A parameter of the index is out of its range. The text names the field and the range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexParameters:
    """The index part of a charter. Making one checks it; `ParametersError` says what is wrong."""

    method: Method
    currency: str
    """The national currency, as ISO 4217 names it: three capital letters."""
    base_day: int
    """The day on which a unit is worth `base_value`; the table has values from here on."""
    base_value: int
    """Millionths of the currency, `LOWEST_VALUE` to `LARGEST_VALUE`; with as many decimals as a unit is
    published with that goes on from published values: whole cents under `uf`."""
    quorum: int
    """How many coops must sign an entry of the index, 1 to `MOST_PUBLISHERS`."""
    source_quorum: int
    """How many must sign a change of source; at least `quorum`."""
    step_cap: int
    """The most that one print may move prices, in tenths of a percent, 1 to `LARGEST_CAP`; downwards
    as much as undoes that. An official print beyond it is refused; a survey is followed only so far."""
    stand_in_limit: int = 0
    """How many stand-ins in a row may take the place of late prints; 0 means that payments wait."""
    quote_days: int = 7
    """How many days back the day of a payment's price may lie, 0 to `MOST_QUOTE_DAYS`."""
    observations_needed: int = 1
    """`survey`: of how many coops' levels the certified one is the median, at least."""
    lead_days: int = 0
    """`survey`: days between the last day of a period and its window, 0 to `MOST_LEAD_DAYS`."""
    pace_weeks: int = 4
    """`survey`: over how many weeks the pace of prices is measured that carries a level on to the end
    of its window, 0 (not carried on) to `MOST_PACE_WEEKS`; otherwise no shorter than a period."""
    period_days: int = DAYS_IN_WEEK
    """`survey`: every so many days there is one, 1 to `MOST_PERIOD_DAYS`."""
    unit: Definition | None = None
    """`unit`: the definition."""
    is_continued: bool = False
    """Whether they go on with a line that others began; currency, base day and base value are the line's."""

    def __post_init__(self) -> None:
        """Check every field."""
        if not _CURRENCY.fullmatch(self.currency):
            raise ParametersError("currency must be three capital letters")
        _check("base_day", self.base_day, lowest=FIRST_DAY, highest=LAST_DAY)
        _check("base_value", self.base_value, lowest=LOWEST_VALUE, highest=LARGEST_VALUE)
        _check("quorum", self.quorum, lowest=1, highest=MOST_PUBLISHERS)
        _check("source_quorum", self.source_quorum, lowest=self.quorum, highest=MOST_PUBLISHERS)
        _check("step_cap", self.step_cap, lowest=1, highest=LARGEST_CAP)
        _check("stand_in_limit", self.stand_in_limit, lowest=0, highest=MOST_STAND_INS)
        _check("quote_days", self.quote_days, lowest=0, highest=MOST_QUOTE_DAYS)
        _check("observations_needed", self.observations_needed, lowest=1, highest=MOST_PUBLISHERS)
        _check("lead_days", self.lead_days, lowest=0, highest=MOST_LEAD_DAYS)
        _check("pace_weeks", self.pace_weeks, lowest=0, highest=MOST_PACE_WEEKS)
        _check("period_days", self.period_days, lowest=1, highest=MOST_PERIOD_DAYS)
        _check_survey(self)
        _check_unit(self.method, self.unit)
        if not self.is_continued:
            _check_anchor(self.base_value, self.definition)

    @property
    def definition(self) -> Definition | None:
        """What the values are computed by; None under `survey`."""
        return UNITS.get(self.method, self.unit)

    @property
    def periods(self) -> Periods:
        """Which periods there are prints of."""
        return Periods(
            method=self.method,
            unit=self.unit,
            lead_days=self.lead_days,
            period_days=self.period_days,
        )


def _check_survey(parameters: IndexParameters) -> None:
    period_days, pace_weeks = parameters.period_days, parameters.pace_weeks
    if parameters.method is not Method.SURVEY:
        if parameters.lead_days:
            raise ParametersError("lead_days belongs to the method survey")
        if period_days != DAYS_IN_WEEK:
            raise ParametersError("period_days belongs to the method survey")
        return
    if pace_weeks and pace_weeks * DAYS_IN_WEEK < period_days:
        # No level before the newest one would ever be recent enough.
        least = -(-period_days // DAYS_IN_WEEK)
        raise ParametersError(
            f"pace_weeks must be 0, or {least} or more with periods of {period_days} days"
        )


def _check_unit(method: Method, unit: Definition | None) -> None:
    if (method is Method.UNIT) != (unit is not None):
        raise ParametersError("unit belongs to the method unit, which needs it")


def _check_anchor(base_value: int, unit: Definition | None) -> None:
    """The first value is one that could have been published, where windows go on from published ones."""
    if unit is None or unit.carry is not Carry.ROUNDED or unit.places is None:
        return
    if base_value % 10 ** (_PLACES_OF_TABLE - unit.places):
        name = "whole cents" if unit.places == 2 else f"rounded to {unit.places} decimals"
        raise ParametersError(f"base_value must be {name}, as the unit is published")


def _check(name: str, value: int, *, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise ParametersError(f"{name} must be {lowest} to {highest}")
