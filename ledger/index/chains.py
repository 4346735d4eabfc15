"""The value of each day of a window of an official unit, from the value before it and what was printed.

With S the value of the day before the window, F what the print multiplies prices by (1 + v for a change v),
and e(n) the part of the change that the first n days have - n / k for k days in the window, or under
`Exponent.CALENDAR_MONTH` the sum of one over the days of each day's month -

- geometric: value(n) = S * F ** e(n)
- linear:    value(n) = S + S * (F - 1) * e(n)
- step:      value(n) = S * F

rounded as the definition says. The next window goes on from the last value, with all its digits or as
published.

Sources: Argentina's decree 214/2002 (article 4), law 25.713 (article 1) and resolution 47/2002 of the
Ministry of Economy, windows from the 16th to the 15th since resolution 203/2016 of the Ministry of Finance
(CER); Banco Central de Chile, Compendio de Normas Financieras, chapter II.B.3 (UF); law 17.761 of Uruguay,
article 2 (UI). Values that the banks published are reproduced to the last digit: `fiado index units
--check`.

A chain may start inside a window. Where values are not carried on rounded, the rest of the window goes on
from the start itself. Where they are, the published value of the day before the window is found again by
dividing back, so that the days after the start come out as published; a start that no such value leads to
is itself the anchor.

The cooperatives' survey is in `glide`. Nothing here knows who printed a change or when.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.index.days import Window, day_of_month, month_of_day
from ledger.index.definitions import Carry, Definition, Exponent, Shape
from ledger.index.exact import CONTEXT, decimal_from_fraction, rounded, times_power

TENTHS: Final = 1000
"""Tenths of a percent in the whole: a change of 25.5 % is 255."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayValue:
    """What a unit is worth on a day, in units of national currency, with all the digits it has."""

    day: int
    value: Decimal


def factor_of_change(change_tenths: int) -> Fraction:
    """1 + v, exactly, for a change in tenths of a percent."""
    return Fraction(TENTHS + change_tenths, TENTHS)


def window_values(
    start: DayValue, *, window: Window, factor: Fraction, unit: Definition
) -> Iterator[DayValue]:
    """The values of the days after `start` up to the window's end.

    `start` is the day before the window, or a day inside it when the chain begins there. The factor is that
    of the whole window and above zero. The last value is the start of the next window.

    Raises `ValueError` when `start` is not in or right before the window.
    """
    if not window.first_day - 1 <= start.day <= window.last_day:
        raise ValueError(f"day {start.day} does not touch the window {window}")
    anchor = start
    if unit.carry is Carry.ROUNDED:
        anchor = _value_before_window(start, window=window, factor=factor, unit=unit)
    carried = start.value
    for day in range(start.day + 1, window.last_day + 1):
        part = part_of_change(anchor.day, day, window=window, unit=unit)
        value = moved(anchor.value, factor=factor, part=part, unit=unit)
        carried = published(value, unit) if unit.carry is Carry.ROUNDED else value
        yield DayValue(day=day, value=carried)


def part_of_change(after: int, until: int, *, window: Window, unit: Definition) -> Fraction:
    """Which part of a window's change the days after one day and up to another have."""
    if unit.shape is Shape.STEP:
        return Fraction(int(after < window.first_day <= until))
    if unit.exponent is Exponent.WINDOW:
        return Fraction(until - after, window.length)
    days = range(after + 1, until + 1)
    return sum((Fraction(1, _days_in_month(day)) for day in days), Fraction(0))


def moved(value: Decimal, *, factor: Fraction, part: Fraction, unit: Definition) -> Decimal:
    """A value once it has that part of a change."""
    if unit.shape is Shape.LINEAR:
        multiplier = decimal_from_fraction(1 + (factor - 1) * part)
        return CONTEXT.multiply(value, multiplier)
    return times_power(value, factor=factor, numerator=part.numerator, denominator=part.denominator)


def published(value: Decimal, unit: Definition) -> Decimal:
    """The value as it is published: rounded once, if at all."""
    return value if unit.places is None else rounded(value, unit.places, unit.rounding.value)


def _days_in_month(day: int) -> int:
    month = month_of_day(day)
    return day_of_month(month + 1, day=1) - day_of_month(month, day=1)


def _value_before_window(
    start: DayValue, *, window: Window, factor: Fraction, unit: Definition
) -> DayValue:
    """The published value that the window's days were rounded from, or `start` if there is none.

    A published start is off by half of its last digit at most, and dividing by a factor of at least one makes
    that no larger, so rounding finds the one value before the window that it came from. When prices fell,
    two such values may lead to one start; then it is the nearest.
    """
    before = window.first_day - 1
    if start.day == before:
        return start
    part = part_of_change(before, start.day, window=window, unit=unit)
    elapsed = moved(decimal_from_fraction(Fraction(1)), factor=factor, part=part, unit=unit)
    found = published(CONTEXT.divide(start.value, elapsed), unit)
    if published(CONTEXT.multiply(found, elapsed), unit) != start.value:
        return start
    return DayValue(day=before, value=found)
