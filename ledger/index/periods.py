"""Which periods an index has prints of, which days each gives values to, and what people call them.

A `Periods` is what a table of the charter says of that: the method, the definition of a unit, the length of
a survey's period and its lead. The arithmetic of days is in `days`; this is the one place that knows all of
it together, so that nobody else has to assume a month or a week.
"""

from dataclasses import dataclass
from typing import Final

from ledger.index.days import (
    DAYS_IN_WEEK,
    Method,
    Window,
    day_from_text,
    first_day_of_print,
    last_day_of_week,
    month_from_text,
    text_from_day,
    text_from_month,
    week_of_day,
    window_of_day,
    window_of_period,
)
from ledger.index.definitions import Definition

_MONTH_LENGTH: Final = len("2026-03")
_HALF_MARK: Final = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """The periods of one table of the index."""

    method: Method
    unit: Definition | None = None
    """Of the method `unit`."""
    lead_days: int = 0
    """`survey`: days between the last of a period and the window that it sets."""
    period_days: int = DAYS_IN_WEEK
    """`survey`: how many days a period has."""

    def window(self, period: int) -> Window:
        """The days that a period's print gives values to."""
        return window_of_period(
            period,
            method=self.method,
            lead_days=self.lead_days,
            period_days=self.period_days,
            unit=self.unit,
        )

    def window_of_day(self, day: int) -> Window:
        """The window that a day is in."""
        return window_of_day(
            day,
            method=self.method,
            lead_days=self.lead_days,
            period_days=self.period_days,
            unit=self.unit,
        )

    def known_on(self, period: int) -> int:
        """The first day on which a period's print can be known."""
        return first_day_of_print(
            period, method=self.method, period_days=self.period_days, unit=self.unit
        )

    def survey_day(self, period: int) -> int:
        """The day whose prices a survey stands for: the last of its period."""
        return last_day_of_week(period, period_days=self.period_days)

    def newest_over(self, day: int) -> int:
        """`survey`: the newest period whose survey can be closed on that day."""
        return week_of_day(day + 1, period_days=self.period_days) - 1

    @property
    def _halves(self) -> int:
        return 1 if self.unit is None else self.unit.periods_in_month

    def name(self, period: int) -> str:
        """A month as `2026-03`, a half of one as `2026-03/2`, a survey's period by its last day.

        Raises `ValueError` or `OverflowError` beyond calendars.
        """
        if self.method is Method.SURVEY:
            return text_from_day(self.survey_day(period))
        month, half = divmod(period, self._halves)
        text = text_from_month(month)
        return text if self._halves == 1 else f"{text}{_HALF_MARK}{half + 1}"

    def from_text(self, text: str) -> int:
        """The period with that name; of a survey, the one that a day is in. Else `ValueError`."""
        if self.method is Method.SURVEY:
            return week_of_day(day_from_text(text), period_days=self.period_days)
        if self._halves == 1:
            return month_from_text(text)
        month, half = text[:_MONTH_LENGTH], text[_MONTH_LENGTH:]
        halves = [f"{_HALF_MARK}{number + 1}" for number in range(self._halves)]
        return month_from_text(month) * self._halves + halves.index(half)
