"""The rules behind one unbroken line of values: which hold from which day on, and in which currency.

A line begins on the base day with the parameters of its first table. A later table takes over on the first
day of a window (a *stretch*), and goes on from the value of the day before. A *redenomination* says that from
a day on so much of a new currency stands for one of the old. Neither changes what a unit is worth, so no
balance moves.

Inside, a line is computed in the currency that it began with, whatever it is called today; its values are put
into the currency of their day last, and rounded once more for it. So it makes no difference whether a log
takes a redenomination in before or after the prints of the days that it is about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from operator import mul

from ledger.index.parameters import LARGEST_VALUE, LOWEST_VALUE, IndexParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From `first_day` on, which begins a window, the line goes by these parameters."""

    first_day: int
    parameters: IndexParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Redenomination:
    """From `first_day` on `numerator` / `denominator` of `currency` stand for one of the currency before."""

    first_day: int
    numerator: int
    denominator: int
    currency: str
    """Three capital letters."""

    @property
    def ratio(self) -> Fraction:
        """What an amount of the old currency is multiplied by."""
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The rules of one line of values."""

    start: IndexParameters
    stretches: tuple[Stretch, ...] = ()
    """The later tables; their first days never fall."""
    redenominations: tuple[Redenomination, ...] = ()
    """Their first days rise."""
    first_run: int = 0
    """How many tables the federation had before this line."""

    @property
    def parameters(self) -> IndexParameters:
        """Those that hold for the window that is due."""
        return self.stretches[-1].parameters if self.stretches else self.start

    @property
    def first_day(self) -> int:
        """The first day that the table in force gives a value to."""
        return self.stretches[-1].first_day if self.stretches else self.start.base_day + 1

    @property
    def run(self) -> int:
        """How many tables the federation had before the one in force."""
        return self.first_run + len(self.stretches)

    def first_due(self, run: int) -> int | None:
        """The first period that was due under a table of this line, after so many others; else None."""
        place = run - self.first_run
        if not 0 <= place <= len(self.stretches):
            return None
        if place == 0:
            return self.start.periods.window_of_day(self.start.base_day + 1).period
        stretch = self.stretches[place - 1]
        return stretch.parameters.periods.window_of_day(stretch.first_day).period

    def ratio_on(self, day: int) -> Fraction:
        """What a value in the line's first currency is multiplied by to be in that of `day`."""
        *_, newest = self._ratios_on(day)
        return newest

    def currency_on(self, day: int) -> str:
        """The national currency of a day."""
        names = [each.currency for each in self._since(day)]
        return names[-1] if names else self.start.currency

    def value_in_currency(self, value: int, *, day: int) -> int:
        """A value of the line, in millionths of its first currency, in millionths of that of `day`."""
        if not self.redenominations:
            return value
        converted = round(value * self.ratio_on(day))  # (a fraction, half-even)
        return min(max(converted, 1), LARGEST_VALUE)

    def has_room_for(self, value: int, *, day: int) -> bool:
        """Whether a value of the line may stand in the table.

        It may be no larger than `LARGEST_VALUE` in the currency of `day`. Below `LOWEST_VALUE` it may be only
        for having lost zeros: a print that one log took in before it knew of them is valid in the others too.
        """
        ratios = list(self._ratios_on(day))
        return value * max(ratios) >= LOWEST_VALUE and value * ratios[-1] <= LARGEST_VALUE

    def _ratios_on(self, day: int) -> Iterator[Fraction]:
        """1, and the ratio after each redenomination up to `day`."""
        return accumulate((each.ratio for each in self._since(day)), mul, initial=Fraction(1))

    def _since(self, day: int) -> list[Redenomination]:
        return [each for each in self.redenominations if each.first_day <= day]
