"""Recomputing published values of official units, to the last digit.

Where a unit's prints and one exact value are known, all days follow from them. Otherwise the file has only
published values, and each window is computed from a start and one print that are sought among those that
fit it best: a printed change has few decimals, so that few are possible; of levels, which are not in the
file, only that one factor and one start give every day of the window is shown. Where a unit is carried on
rounded, the start is the published value before the window.

The search uses binary fractions and may miss; what it finds is computed with the ledger's arithmetic, and
only that is compared.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from cli.index.unit_files import Unit
from ledger.index.chains import DayValue, moved, part_of_change, published, window_values
from ledger.index.days import Window, unit_window, unit_window_of_day
from ledger.index.definitions import Carry, Definition, Input, Rounding, Shape
from ledger.index.exact import CONTEXT, decimal_from_fraction

_STEPS: Final = 160
_WIDEST: Final = 0.7
"""The logarithm of the largest change in one window that is sought."""
_NEIGHBOURS: Final = 3

Values = Mapping[int, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file's values were compared with."""

    days: int
    """How many published values there are for days that the unit is right for."""
    wrong: tuple[int, ...]
    """Those that come out otherwise, rising."""
    is_from_prints: bool
    """Whether the prints are known; else they were sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """Between what the logarithm (or, with the shape linear, the value) of a day has to be, and its part."""

    part: float
    low: float
    high: float


def check_unit(unit: Unit, values: Values) -> Found:
    """Compare the published values with those that follow."""
    first = min(values) if unit.valid_from is None else unit.valid_from
    wanted = {day: value for day, value in values.items() if day >= first}
    computed, is_from_prints = _computed(unit, wanted)
    places = {day: max(0, -int(value.as_tuple().exponent)) for day, value in wanted.items()}
    wrong = [
        day
        for day, value in wanted.items()
        if day not in computed or _shown(computed[day], unit.definition, places[day]) != value
    ]
    return Found(days=len(wanted), wrong=tuple(sorted(wrong)), is_from_prints=is_from_prints)


def _shown(value: Decimal, definition: Definition, places: int) -> Decimal:
    """As published: by the definition, or where that rounds nothing to the decimals that are shown."""
    if definition.places is not None:
        return published(value, definition)
    return value.quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP", context=CONTEXT)


def _computed(unit: Unit, wanted: Values) -> tuple[Values, bool]:
    if not wanted:
        return {}, False
    if unit.span is not None:
        span = unit.span
        one = moved(span.after.value, factor=span.factor, part=Fraction(1), unit=unit.definition)
        return {span.until: one}, True
    if unit.anchor is not None:
        return _chained(unit, unit.anchor, min(wanted), max(wanted)), True
    return _sought(unit, wanted), False


def _chained(unit: Unit, anchor: DayValue, first: int, last: int) -> Values:
    """From one exact value, back to the first day's window and on to the last day."""
    latest = anchor
    one = decimal_from_fraction(Fraction(1))
    while latest.day > first:
        window = unit_window_of_day(latest.day, unit=unit.definition)
        before = window.first_day - 1
        part = part_of_change(before, latest.day, window=window, unit=unit.definition)
        step = moved(one, factor=unit.factors[window.period], part=part, unit=unit.definition)
        latest = DayValue(day=before, value=CONTEXT.divide(latest.value, step))
    days = {latest.day: latest.value}
    while latest.day < last:
        window = unit_window_of_day(latest.day + 1, unit=unit.definition)
        factor = unit.factors.get(window.period)
        if factor is None:
            return days
        found = list(window_values(latest, window=window, factor=factor, unit=unit.definition))
        days |= {one.day: one.value for one in found}
        latest = found[-1]
    return days


def _sought(unit: Unit, wanted: Values) -> Values:
    days: dict[int, Decimal] = {}
    period = unit_window_of_day(min(wanted), unit=unit.definition).period
    while (window := unit_window(period, unit=unit.definition)).first_day <= max(wanted):
        inside = [day for day in range(window.first_day, window.last_day + 1) if day in wanted]
        if inside:
            days.update(_window(unit, wanted, window, inside))
        period += 1
    return days


def _window(unit: Unit, wanted: Values, window: Window, inside: list[int]) -> Values:
    """One window from the start and the print that fit it best."""
    definition = unit.definition
    known = _known_start(definition, wanted, window)
    points = [_point(unit, wanted[day], window, day) for day in inside]
    start = None if known is None else _scale(definition)(float(known))
    best: tuple[int, Values] | None = None
    for factor in _factors(unit, window, points, start):
        value = _start(definition, factor, points) if known is None else known
        begin = DayValue(day=window.first_day - 1, value=value)
        found = {
            one.day: one.value
            for one in window_values(begin, window=window, factor=factor, unit=definition)
        }
        right = sum(_shown(found[day], definition, 0) == wanted[day] for day in inside)
        if best is None or right > best[0]:
            best = (right, found)
    assert best is not None, "there is always a factor to try"
    return best[1]


def _known_start(definition: Definition, wanted: Values, window: Window) -> Decimal | None:
    """The published value before the window, if carried on; a step may be published by months only."""
    if definition.carry is not Carry.ROUNDED:
        return None
    if definition.shape is Shape.STEP:
        earlier = [day for day in wanted if day < window.first_day]
        return wanted[max(earlier)] if earlier else None
    return wanted.get(window.first_day - 1)


def _point(unit: Unit, value: Decimal, window: Window, day: int) -> _Point:
    definition = unit.definition
    last = Decimal(1).scaleb(-(definition.places or 0))
    low, high = value - last / 2, value + last / 2
    if definition.rounding is Rounding.DOWN:
        low, high = value, value + last
    scale = _scale(definition)
    part = part_of_change(window.first_day - 1, day, window=window, unit=definition)
    return _Point(part=float(part), low=scale(float(low)), high=scale(float(high)))


def _scale(definition: Definition) -> Callable[[float], float]:
    return float if definition.shape is Shape.LINEAR else math.log


def _start(definition: Definition, factor: Fraction, points: list[_Point]) -> Decimal:
    """The start that fits best with a factor."""
    if definition.shape is Shape.LINEAR:
        grown = [1 + float(factor - 1) * point.part for point in points]
        lows = [point.low / by for point, by in zip(points, grown, strict=True)]
        highs = [point.high / by for point, by in zip(points, grown, strict=True)]
        return _value(definition, (max(lows) + min(highs)) / 2)
    return _value(definition, _middle(points, math.log(factor)))


def _value(definition: Definition, base: float) -> Decimal:
    value = Decimal(base if definition.shape is Shape.LINEAR else math.exp(base))
    return published(value, definition) if definition.carry is Carry.ROUNDED else value


def _factors(
    unit: Unit, window: Window, points: list[_Point], start: float | None
) -> Iterator[Fraction]:
    """The factors to try: the known one, or those of prints around the one that fits best."""
    definition = unit.definition
    if window.period in unit.factors:
        yield unit.factors[window.period]
        return
    if start is None and len({point.part for point in points}) == 1:
        yield Fraction(1)  # One value says nothing of a change.
        return
    slope = _best_slope(points, start)
    base = _middle(points, slope) if start is None else start
    multiplier = 1 + slope / base if definition.shape is Shape.LINEAR else math.exp(slope)
    if definition.printed is Input.LEVEL:
        yield Fraction(multiplier)
        return
    nearest = round((multiplier - 1) * 100 * 10**definition.decimals)
    for distance in range(_NEIGHBOURS + 1):
        for change in {nearest - distance, nearest + distance}:
            yield definition.factor(change)


def _best_slope(points: list[_Point], start: float | None) -> float:
    """Where the points lie least outside of what they have to be between: a valley, found by thirds."""
    reach = _WIDEST if start is None or start < 1 else _WIDEST * max(1.0, start)
    reach = max(reach, *(abs(point.high) for point in points))
    low, high = -reach, reach
    for _ in range(_STEPS):
        third = (high - low) / 3
        if _miss(points, low + third, start) <= _miss(points, high - third, start):
            high -= third
        else:
            low += third
    return (low + high) / 2


def _miss(points: list[_Point], slope: float, start: float | None) -> float:
    lows = [point.low - point.part * slope for point in points]
    highs = [point.high - point.part * slope for point in points]
    if start is None:
        return max(lows) - min(highs)
    return max(max(lows) - start, start - min(highs))


def _middle(points: list[_Point], slope: float) -> float:
    """The start in the middle of those that fit."""
    lows = [point.low - point.part * slope for point in points]
    highs = [point.high - point.part * slope for point in points]
    return (max(lows) + min(highs)) / 2
