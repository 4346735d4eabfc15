"""What a survey's certified level does to the table: it sets its own window, and those of a gap before it.

A period whose survey was missed has no level of its own. A *stand-in* goes on at the pace there was, where
the charter allows it. Beyond that nothing has to wait for ever: the level of a later period may *cover* the
periods from the one that is due on. Then all their windows are one, from the first day without a value to
the end of the level's own window, and it is glided through at an even pace; the cap holds for each period
that is covered, so for a gap of three it is taken three times. No day that has a value changes, and what
lies in the gap is known from then on like any other day.

How far a level covers is bounded, so that one entry's work is.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final

from ledger.index.chains import DayValue
from ledger.index.days import DAYS_IN_WEEK, Window
from ledger.index.exact import MILLIONTHS
from ledger.index.glide import Level, week_values
from ledger.index.line import Line
from ledger.index.parameters import MOST_PACE_WEEKS, MOST_STAND_INS, IndexParameters
from ledger.index.prints import Print

MOST_DAYS_COVERED: Final = 3_660
"""So many days may get a value by one print: ten years."""

_MOST_LOOKED_AT: Final = MOST_PACE_WEEKS * DAYS_IN_WEEK + MOST_STAND_INS + 1
"""No more prints than that lie within the longest pace, with a stand-in or more after the newest level."""

_WINDOWS_KEPT: Final = 2_048
"""How many windows are remembered, for the other logs that take in the same prints."""


def covers(parameters: IndexParameters, *, known_until: int, period: int) -> bool:
    """Whether a level of that period reaches back to the first day without a value."""
    return parameters.periods.window(period).last_day - known_until <= MOST_DAYS_COVERED


def certified_values(
    latest: DayValue, *, anchor: DayValue, line: Line, prints: Sequence[Print], new: Print
) -> list[int]:
    """The values, in millionths of the line's first currency, of the days after `latest` that `new` sets.

    `prints` came before it, and `anchor` is the value that the oldest of them goes on from.
    """
    parameters = line.parameters
    periods, pace_weeks = parameters.periods, parameters.pace_weeks
    window = periods.window(new.period)
    due = periods.window_of_day(latest.day + 1).period
    levels = tuple(_recent(line, anchor, (*prints[-_MOST_LOOKED_AT:], new)))
    steps = new.period - due + 1
    return list(_glided(latest, window, levels, pace_weeks, parameters.step_cap, steps))


def _recent(line: Line, anchor: DayValue, prints: Sequence[Print]) -> Iterator[Level]:
    """The levels that have a part in the pace, as they came; a stand-in is none.

    They are what the line went on from before any print, the earliest print over which the pace is measured,
    and the newest one.
    """
    periods = line.parameters.periods
    pace_days = DAYS_IN_WEEK * line.parameters.pace_weeks
    certified = [taken for taken in prints if not taken.is_stand_in]
    first = Level(day=anchor.day, value=Fraction(anchor.value) * MILLIONTHS)
    if not certified:
        yield first
        return
    newest = certified[-1]
    oldest_day = periods.survey_day(newest.period) - pace_days
    if anchor.day >= oldest_day:
        yield first
    earliest = next(each for each in certified if periods.survey_day(each.period) >= oldest_day)
    if earliest is not newest:
        yield _level_of(line, earliest)
    yield _level_of(line, newest)


def _level_of(line: Line, taken: Print) -> Level:
    """A certified level, which is in the currency of the last day of its period."""
    day = line.parameters.periods.survey_day(taken.period)
    return Level(day=day, value=Fraction(taken.value) / line.ratio_on(day))


@lru_cache(maxsize=_WINDOWS_KEPT)
def _glided(
    start: DayValue,
    window: Window,
    levels: tuple[Level, ...],
    pace_weeks: int,
    step_cap: int,
    steps: int,
) -> tuple[int, ...]:
    return tuple(
        week_values(
            start,
            window=window,
            levels=levels,
            pace_weeks=pace_weeks,
            step_cap=step_cap,
            steps=steps,
        )
    )
