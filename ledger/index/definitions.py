"""An official unit as a small table of parameters: from what is printed of prices to a value for each day.

A definition says what is printed (the change of a period, or a price level), from which days of the month a
print holds, and how its change is spread over those days. `WELL_KNOWN` has two that charters know by name;
others are data (`cli/data/units.json`). The arithmetic is in `chains`.

Making a `Definition` checks it; a `DefinitionError` says which field is wrong and why. So one that exists has
windows that touch, neither overlap nor leave a day out, and ends.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP
from enum import Enum, unique
from fractions import Fraction
from itertools import pairwise
from typing import Final

from ledger.errors import LedgerError

MOST_DECIMALS: Final = 4
"""Of a printed change in percent, or a printed level."""
MOST_PLACES: Final = 6
"""A table has millionths, and no unit is published more finely."""
MOST_LAG: Final = 12
MOST_STARTS: Final = 2
"""A month has one window, or two where prices are printed for halves of months."""
_LAST_START: Final = 28
_MOST_DIGITS: Final = 12
_NUMBER: Final = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?")


@unique
class Input(Enum):
    """What is printed."""

    CHANGE = "change"
    """By how many percent prices changed in a period."""
    LEVEL = "level"
    """How high prices were in a period; it is compared with the level of the period before."""


@unique
class Shape(Enum):
    """How a print's change is spread over the days of its window."""

    GEOMETRIC = "geometric"
    """Each day by the same factor."""
    LINEAR = "linear"
    """Each day by the same amount."""
    STEP = "step"
    """All of it on the first day."""


@unique
class Exponent(Enum):
    """Which part of the change a day of the window has."""

    WINDOW = "window"
    """One over the days of the window."""
    CALENDAR_MONTH = "calendar_month"
    """One over the days of the calendar month that the day is in."""


@unique
class Rounding(Enum):
    """How a published value is rounded; the value is how `decimal` calls it."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    DOWN = ROUND_DOWN


@unique
class Carry(Enum):
    """What the next window goes on from."""

    EXACT = "exact"
    """The value with all its digits."""
    ROUNDED = "rounded"
    """The value as it was published."""


@dataclass(eq=False)
class DefinitionError(LedgerError):
    """A definition, or an input for it, is not possible: the field, and what is wrong with it."""

    field: str
    problem: str

    def __str__(self) -> str:
        """For people."""
        return f"{self.field}: {self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How an official unit follows from what is printed. Making one checks it."""

    printed: Input
    decimals: int
    """Of the input: of a change in percent, or of a level."""
    starts: tuple[int, ...]
    """The days of the month on which windows begin, rising, 1 to 28. With two of them prints are of halves
    of months."""
    lag: int
    """So many periods before the one in which its window begins is what a print is about."""
    shape: Shape
    exponent: Exponent
    places: int | None
    """Decimals of a published value; None: it is not rounded."""
    rounding: Rounding
    carry: Carry

    def __post_init__(self) -> None:
        """Check every field."""
        _check("decimals", self.decimals, lowest=0, highest=MOST_DECIMALS)
        _check("lag_months", self.lag, lowest=1, highest=MOST_LAG)
        if self.places is not None:
            _check("round", self.places, lowest=0, highest=MOST_PLACES)
        if not 1 <= len(self.starts) <= MOST_STARTS:
            raise DefinitionError("starts", f"a month has 1 to {MOST_STARTS} windows")
        for start in self.starts:
            _check("starts", start, lowest=1, highest=_LAST_START)
        if any(second <= first for first, second in pairwise(self.starts)):
            raise DefinitionError("starts", "windows overlap: their first days have to rise")
        if self.carry is Carry.ROUNDED and self.places is None:
            raise DefinitionError("carry", "what is not rounded can't be carried on rounded")

    @property
    def periods_in_month(self) -> int:
        """1, or 2 where prints are of halves of months."""
        return len(self.starts)

    def input_from_text(self, text: str) -> int:
        """A printed number as an integer: 25.5 with one decimal is 255.

        Raises `DefinitionError` for what is no such number, or has more decimals than the definition says.
        """
        match = _NUMBER.fullmatch(text)
        if match is None or len(text) > _MOST_DIGITS:
            raise DefinitionError("input", f"{text!r} is no number")
        sign, whole, decimals = match.groups(default="")
        if len(decimals) > self.decimals:
            raise DefinitionError("input", f"{text} has more than {self.decimals} decimals")
        number = int(whole + decimals.ljust(self.decimals, "0"))
        return -number if sign == "-" else number

    @property
    def whole(self) -> int:
        """100 % in units of a change's last decimal."""
        return 100 * int(10**self.decimals)

    def factor(self, value: int, before: int | None = None) -> Fraction:
        """By how much a print multiplies prices; `before` is the level of the period before.

        Raises `DefinitionError` for a change of -100 % or below, and for levels that are not above 0.
        """
        if self.printed is Input.CHANGE:
            if value <= -self.whole:
                raise DefinitionError("input", "prices can't fall by 100 % or more")
            return Fraction(self.whole + value, self.whole)
        if before is None or before < 1 or value < 1:
            raise DefinitionError("input", "levels come as a pair, and both are above 0")
        return Fraction(value, before)


def _check(name: str, value: int, *, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise DefinitionError(name, f"{value} is not {lowest} to {highest}")


CER: Final = Definition(
    printed=Input.CHANGE,
    decimals=1,
    starts=(16,),
    lag=1,
    shape=Shape.GEOMETRIC,
    exponent=Exponent.WINDOW,
    places=None,
    rounding=Rounding.HALF_EVEN,
    carry=Carry.EXACT,
)
"""Argentina's Coeficiente de Estabilización de Referencia, since 2016."""

UF: Final = Definition(
    printed=Input.CHANGE,
    decimals=1,
    starts=(10,),
    lag=1,
    shape=Shape.GEOMETRIC,
    exponent=Exponent.WINDOW,
    places=2,
    rounding=Rounding.HALF_UP,
    carry=Carry.ROUNDED,
)
"""Chile's Unidad de Fomento."""
