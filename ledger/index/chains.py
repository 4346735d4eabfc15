"""The value of each day of a window under the official methods, from the value before it and a change.

With v the change of the month before the window, k the days in the window and n = 1 ... k:

- `cer`: each day's value is that of the day before times (1 + v) ** (1 / k), never rounded on the way.
  Source: Argentina's decree 214/2002 (article 4), law 25.713 (article 1) and the Ministry of Economy's
  resolution 47/2002; windows from the 16th to the 15th since resolution 203/2016 of the Ministry of
  Finance. The central bank's published values are reproduced to fourteen digits.
- `uf`: the n-th value is round2(base * (1 + v) ** (n / k)), with base the published value of the 9th.
  Source: Banco Central de Chile, Compendio de Normas Financieras, chapter II.B.3.

A chain may start inside a window. Under `cer` the rest of the window takes its daily factors. Under
`uf` the published value of the 9th is found again by dividing back, so that the days after the start
come out as published; a start that no value of the 9th leads to is itself the anchor.

The cooperatives' survey is in `glide`. Nothing here knows who printed a change or when.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.index.days import Method, Window
from ledger.index.exact import CONTEXT, decimal_from_fraction, times_power, to_cents

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
    start: DayValue, *, window: Window, factor: Fraction, method: Method
) -> Iterator[DayValue]:
    """The values of the days after `start` up to the window's end.

    `start` is the day before the window, or a day inside it when the chain begins there. The factor is
    1 + v for the whole window and above zero. The last value is the start of the next window.

    Raises `ValueError` when `start` is not in or right before the window, or the method has no chain.
    """
    if not window.first_day - 1 <= start.day <= window.last_day:
        raise ValueError(f"day {start.day} does not touch the window {window}")
    if method is Method.CER:
        anchor = start
    elif method is Method.UF:
        anchor = _value_before_window(start, window=window, factor=factor)
    else:
        raise ValueError(f"{method} is not chained from changes")
    for day in range(start.day + 1, window.last_day + 1):
        value = times_power(
            anchor.value, factor=factor, numerator=day - anchor.day, denominator=window.length
        )
        yield DayValue(day=day, value=value if method is Method.CER else to_cents(value))


def _value_before_window(start: DayValue, *, window: Window, factor: Fraction) -> DayValue:
    """The published value that the window's days were rounded from, or `start` if there is none.

    A published start is off by half a cent at most, and dividing by a factor of at least one makes
    that no larger, so rounding finds the one value of the 9th that it came from. When prices fell,
    two values of the 9th may lead to one start; then it is the nearest.
    """
    days_in = start.day - window.first_day + 1
    if days_in == 0:
        return start
    elapsed = times_power(
        decimal_from_fraction(Fraction(1)),
        factor=factor,
        numerator=days_in,
        denominator=window.length,
    )
    before = to_cents(CONTEXT.divide(start.value, elapsed))
    if to_cents(CONTEXT.multiply(before, elapsed)) != start.value:
        return start
    return DayValue(day=window.first_day - 1, value=before)
