"""The value of each day of a survey's window: an even glide towards where prices are heading.

With L the newest certified level, measured on the day s, the last of its period; R an older one, measured on
the day r, the oldest of the last `pace_weeks` weeks; e the last day of the window; P the value on the day
before the window; and m the number of periods that the level covers, 1 unless there was a gap:

    target = L * (L / R) ** ((e - s) / (s - r))      where prices are at the window's end if they go on
    V      = target, but at most P * (1 + cap) ** m and at least P / (1 + cap) ** m
    value(n-th of k days) = P * (V / P) ** (n / k)   each day the same step, rounded to millionths

Without an older level, or with a pace of no weeks, the target is L. A period with a stand-in goes on
from the newest level at the same pace. Every window begins at the value in the table, so no past day
is touched, and levels are absolute, so a period that was missed, capped or mismeasured leaves no trace
once the next ones are in: errors don't add up.

This rule is our own. Levels are certified elsewhere; see `statistics`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.index.chains import TENTHS, DayValue
from ledger.index.days import DAYS_IN_WEEK, Window
from ledger.index.exact import (
    MILLIONTHS,
    decimal_from_fraction,
    guarded,
    times_power,
    to_millionths,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a unit's worth of the basket cost on a day: the certified result of a survey."""

    day: int
    """The last of the survey's period, or the day on which the line of values began to follow surveys."""
    value: Fraction | int
    """Millionths of the currency that the line began with."""


def week_values(
    start: DayValue,
    *,
    window: Window,
    levels: Sequence[Level],
    pace_weeks: int,
    step_cap: int,
    steps: int = 1,
) -> list[int]:
    """The values, in millionths, of the days after `start` up to the window's end.

    `levels` are those known, oldest first, at least one; `step_cap` is in tenths of a percent, for each of
    the `steps` periods that end with the window.
    """
    wanted = target(levels, day=window.last_day, pace_weeks=pace_weeks)
    reached = _within_cap(wanted, before=start.value, step_cap=step_cap, steps=steps)
    days = window.last_day - start.day
    ratio = Fraction(reached) / Fraction(start.value)
    return [
        to_millionths(times_power(start.value, factor=ratio, numerator=number, denominator=days))
        for number in range(1, days + 1)
    ]


def target(levels: Sequence[Level], *, day: int, pace_weeks: int) -> Decimal:
    """Where the newest level stands on `day` if prices go on at the pace of the last weeks."""
    newest = levels[-1]
    value = decimal_from_fraction(Fraction(newest.value, MILLIONTHS))
    oldest_day = newest.day - pace_weeks * DAYS_IN_WEEK
    recent = [level for level in levels if oldest_day <= level.day < newest.day]
    if not recent:
        return value
    older = min(recent, key=lambda level: level.day)
    return times_power(
        value,
        factor=Fraction(newest.value, older.value),
        numerator=day - newest.day,
        denominator=newest.day - older.day,
    )


def _within_cap(wanted: Decimal, *, before: Decimal, step_cap: int, steps: int) -> Decimal:
    """The wanted value, or as much of the way to it as so many steps may go."""
    factor = Fraction(TENTHS + step_cap, TENTHS) ** steps
    highest = decimal_from_fraction(Fraction(before) * factor)
    lowest = decimal_from_fraction(Fraction(before) / factor)
    return guarded(min(max(wanted, lowest), highest))
