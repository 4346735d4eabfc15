"""Scales, grids and marks: where in a rectangle of a scene a value belongs, and which values get a mark."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cli.index.scene import Anchor, Point, Scene, Stroke, Words

GRID: Final = "#dddddd"
FRAME: Final = "#888888"
INK: Final = "#333333"
SMALL: Final = 9.0
_EPOCH: Final = date(1970, 1, 1)
_MARKS: Final = 6
"""About how many marks an axis gets."""
_FEW_YEARS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The values `low` to `high`, from `start` to `end` in points."""

    low: float
    high: float
    start: float
    end: float
    is_logarithmic: bool = False

    def at(self, value: float) -> float:
        """Where a value belongs, in points."""
        scale = math.log if self.is_logarithmic else float
        low, high = scale(self.low), scale(self.high)
        share = (scale(value) - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """A rectangle of a scene with two axes; y grows upwards."""

    x: Axis
    y: Axis

    def at(self, x: float, y: float) -> Point:
        """Where a pair of values belongs."""
        return self.x.at(x), self.y.at(y)

    def frame(self, scene: Scene) -> None:
        """Draw the left and the lower edge."""
        corner = (self.x.start, self.y.start)
        points = [(self.x.start, self.y.end), corner, (self.x.end, self.y.start)]
        scene.shapes.append(Stroke(points=points, colour=FRAME, width=0.8))

    def mark_x(self, scene: Scene, values: Sequence[float], word: Callable[[float], str]) -> None:
        """Draw a grid of upright lines, and each value below its own."""
        for value in values:
            x = self.x.at(value)
            line = [(x, self.y.start), (x, self.y.end)]
            scene.shapes.append(Stroke(points=line, colour=GRID, width=0.8))
            place = (x, self.y.start + 13)
            scene.shapes.append(_label(place, word(value), Anchor.MIDDLE))

    def mark_y(self, scene: Scene, values: Sequence[float], word: Callable[[float], str]) -> None:
        """Draw a grid of level lines, and each value to the left of its own."""
        for value in values:
            y = self.y.at(value)
            line = [(self.x.start, y), (self.x.end, y)]
            scene.shapes.append(Stroke(points=line, colour=GRID, width=0.8))
            scene.shapes.append(_label((self.x.start - 5, y + 3.5), word(value), Anchor.END))


def _label(place: Point, text: str, anchor: Anchor) -> Words:
    return Words(place=place, text=text, size=SMALL, colour=INK, anchor=anchor)


def even_marks(low: float, high: float) -> list[float]:
    """Round values at even distances from `low` to `high`."""
    step = 10.0 ** math.floor(math.log10((high - low) / _MARKS))
    step *= next(by for by in (1, 2, 5, 10) if (high - low) / (step * by) <= _MARKS)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [count * step for count in range(first, last + 1)]


def logarithmic_marks(low: float, high: float) -> list[float]:
    """Powers of ten, or where there are few of them round values between."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for between in ((1,), (1, 2, 5)):
        marks = [by * 10.0**exponent for exponent in exponents for by in between]
        inside = [mark for mark in marks if low <= mark <= high]
        if len(inside) > 2:
            return inside
    return even_marks(low, high)


def day_marks(first: int, last: int) -> list[tuple[int, str]]:
    """Beginnings of years, or of months where there are few years, with their names."""
    begin, end = _EPOCH + timedelta(days=first), _EPOCH + timedelta(days=last)
    if end.year - begin.year > _FEW_YEARS:
        step = 1 + (end.year - begin.year) // 12
        years = range(begin.year, end.year + 1, step)
        days = [(date(year, 1, 1), str(year)) for year in years]
    else:
        months = list(_months(begin, end))
        every = 1 + len(months) // (2 * _MARKS)
        days = [(month, f"{month:%Y-%m}") for month in months[::every]]
    inside = [((day - _EPOCH).days, name) for day, name in days if begin <= day <= end]
    return inside or [(first, begin.isoformat())]


def _months(begin: date, end: date) -> Iterator[date]:
    month = begin.replace(day=1)
    while month <= end:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)
