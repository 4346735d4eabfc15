"""What one unit bought, week by week: the rows of a picture that is read like a list.

One row a week, with the value on its last known day; today has a row of its own, and what comes after it is
known ahead. Values are integers in, integers out. Nothing here knows how a row is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.index.days import last_day_of_week, week_of_day

MOST_BEFORE: Final = 12
"""So many weeks before today are shown."""
MOST_AHEAD: Final = 6


class When(StrEnum):
    """Where a row stands."""

    BEFORE = "before"
    TODAY = "today"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekWorth:
    """What a unit was worth on a day, in millionths."""

    day: int
    value: int
    when: When


def weeks_worth(values: Sequence[int], *, first_day: int, today: int) -> list[WeekWorth]:
    """The rows for values of each day from `first_day` on, the oldest first; none without values.

    Without a value of today nothing is marked, and the newest weeks are shown.
    """
    last_day = first_day + len(values) - 1
    weeks = range(week_of_day(first_day), week_of_day(last_day) + 1) if values else range(0)
    ends = [min(last_day_of_week(week), last_day) for week in weeks]
    before = [day for day in ends if day < today or last_day < today]
    shown = [(day, When.BEFORE) for day in before[-MOST_BEFORE:]]
    if first_day <= today <= last_day:
        shown.append((today, When.TODAY))
    ahead = [day for day in ends if day > today]
    shown += [(day, When.AHEAD) for day in ahead[:MOST_AHEAD]]
    return [WeekWorth(day=day, value=values[day - first_day], when=when) for day, when in shown]
