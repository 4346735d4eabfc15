"""Days, months and weeks as integers, and the window of days that each print gives a value to.

- a *day* is the number of days since 1970-01-01 (day 0), as Unix seconds // 86,400 give it in UTC;
- a *month* is year * 12 + month - 1, so that neighbouring months differ by one;
- a *week* w has the days 7w - 3 (a Monday) to 7w + 3 (a Sunday); where surveys are made every D days, their
  period w has the days Dw - 3 to Dw + D - 4;
- a *period* is a month, or a half of one, for the official methods and a week for `survey`.

A window is the unbroken run of days that one period's print gives a value to. Windows of neighbouring
periods touch: none overlap and no day falls between two.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum, unique
from typing import Final

from ledger.index.definitions import CER, UF, Definition

_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_MONTHS_IN_YEAR: Final = 12
DAYS_IN_WEEK: Final = 7
_DAYS_BEFORE: Final = 3
"""So many days of week 0 lie before day 0."""
_DAYS_OF_FIRST_HALF: Final = 15
"""Where prices are printed for halves of months, the first half has the days 1 to 15."""

FIRST_DAY: Final = date(1900, 1, 1).toordinal() - _EPOCH_ORDINAL
"""The first day that can be named: 1900-01-01. Windows around it can still be computed."""

LAST_DAY: Final = date(9999, 10, 31).toordinal() - _EPOCH_ORDINAL
"""The last day that can be named: 9999-10-31. Windows around it can still be computed."""


@unique
class Method(Enum):
    """How prints turn into values. The number is the one in the charter and never changes."""

    CER = 1
    """Argentina's Coeficiente de Estabilización de Referencia: windows from the 16th to the 15th."""
    UF = 2
    """Chile's Unidad de Fomento: windows from the 10th to the 9th, values rounded to the cent."""
    SURVEY = 3
    """The cooperatives' own weekly price survey."""
    UNIT = 4
    """Another official unit, by the definition that the charter has."""


UNITS: Final = {Method.CER: CER, Method.UF: UF}
"""What the official methods are definitions of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days `first_day` to `last_day`, both included, that the print of `period` gives values to."""

    period: int
    first_day: int
    last_day: int

    @property
    def length(self) -> int:
        """How many days the window has: 28 to 31, or about half of that, or those of a survey's period."""
        return self.last_day - self.first_day + 1


def day_from_text(text: str) -> int:
    """The day of a date such as `2023-12-31`, from `FIRST_DAY` to `LAST_DAY`; else `ValueError`."""
    parsed = date.fromisoformat(text)
    day = parsed.toordinal() - _EPOCH_ORDINAL
    if parsed.isoformat() != text or not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"not a date written as YYYY-MM-DD, from 1900 to 9999: {text!r}")
    return day


def text_from_day(day: int) -> str:
    """The date of a day, such as `2023-12-31`."""
    return date.fromordinal(day + _EPOCH_ORDINAL).isoformat()


def month_from_text(text: str) -> int:
    """The month of a text such as `2023-12`. Raises `ValueError` for anything else."""
    return month_of_day(day_from_text(f"{text}-01"))


def text_from_month(month: int) -> str:
    """The text of a month, such as `2023-12`."""
    return text_from_day(day_of_month(month, day=1))[:-3]


def month_of_day(day: int) -> int:
    """The month that a day is in."""
    civil = date.fromordinal(day + _EPOCH_ORDINAL)
    return civil.year * _MONTHS_IN_YEAR + civil.month - 1


def day_of_month(month: int, *, day: int) -> int:
    """The day with the number `day` (1 to 28) in a month."""
    year, months = divmod(month, _MONTHS_IN_YEAR)
    return date(year, months + 1, day).toordinal() - _EPOCH_ORDINAL


def week_of_day(day: int, *, period_days: int = DAYS_IN_WEEK) -> int:
    """The week, Monday to Sunday, that a day is in; or the survey's period of so many days."""
    return (day + _DAYS_BEFORE) // period_days


def last_day_of_week(week: int, *, period_days: int = DAYS_IN_WEEK) -> int:
    """The Sunday of a week, or the last day of a survey's period: the day that its survey stands for."""
    return (week + 1) * period_days - _DAYS_BEFORE - 1


def first_day_of_print(
    period: int,
    *,
    method: Method,
    period_days: int = DAYS_IN_WEEK,
    unit: Definition | None = None,
) -> int:
    """The first day on which a period's print can be known.

    A month, or a half of one, has to be over. A survey stands for the prices of the last day of its period,
    and can be closed that day.
    """
    if method is Method.SURVEY:
        return last_day_of_week(period, period_days=period_days)
    halves = 1 if unit is None else unit.periods_in_month
    month, half = divmod(period, halves)
    if half + 1 < halves:
        return day_of_month(month, day=_DAYS_OF_FIRST_HALF + 1)
    return day_of_month(month + 1, day=1)


def window_of_period(
    period: int,
    *,
    method: Method,
    lead_days: int = 0,
    period_days: int = DAYS_IN_WEEK,
    unit: Definition | None = None,
) -> Window:
    """The window of a period.

    The change of a month holds from the 16th (`cer`) or 10th (`uf`) of the month after it to the day
    before that one month later. A survey holds for as many days as its period has, which begin `lead_days`
    after the day after its last one.
    """
    if method is Method.SURVEY:
        first = last_day_of_week(period, period_days=period_days) + lead_days + 1
        return Window(period=period, first_day=first, last_day=first + period_days - 1)
    return unit_window(period, unit=definition_of(method, unit))


def window_of_day(
    day: int,
    *,
    method: Method,
    lead_days: int = 0,
    period_days: int = DAYS_IN_WEEK,
    unit: Definition | None = None,
) -> Window:
    """The window that a day is in; `unit` is what the method `UNIT` needs."""
    if method is Method.SURVEY:
        period = week_of_day(day - lead_days, period_days=period_days) - 1
        return window_of_period(period, method=method, lead_days=lead_days, period_days=period_days)
    return unit_window_of_day(day, unit=definition_of(method, unit))


def definition_of(method: Method, unit: Definition | None = None) -> Definition:
    """What an official method computes by. Raises `ValueError` for a survey, or a unit that is missing."""
    found = unit if method is Method.UNIT else UNITS.get(method)
    if found is None:
        raise ValueError(f"{method} has no definition")
    return found


def unit_window(period: int, *, unit: Definition) -> Window:
    """The window of a period of an official unit: a month, or a half of one where it has two windows a month.

    Halves are counted as month * 2, and one more for the second.
    """
    month, number = divmod(period + unit.lag, unit.periods_in_month)
    following, next_number = divmod(period + unit.lag + 1, unit.periods_in_month)
    last = day_of_month(following, day=unit.starts[next_number]) - 1
    return Window(
        period=period, first_day=day_of_month(month, day=unit.starts[number]), last_day=last
    )


def unit_window_of_day(day: int, *, unit: Definition) -> Window:
    """The window of an official unit that a day is in."""
    month = month_of_day(day)
    begun = sum(1 for start in unit.starts if day_of_month(month, day=start) <= day)
    place = month * unit.periods_in_month + begun - 1
    return unit_window(place - unit.lag, unit=unit)
