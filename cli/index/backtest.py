"""How much purchasing power a balance would have kept: the figures of `fiado index backtest`.

For each method and every pair of days at least half a month apart: what the balance was worth at the
end over what it was worth at the start, both in goods. 1 means that it buys the same; 0.9 that a tenth
was lost. Nominal money keeps what prices leave of it.

`history` says how the days come about. The percentiles are of all those pairs of days, with linear
interpolation. Long periods overlap, so this describes the past and is not a forecast.

There are millions of pairs, so they are never listed: how many of them kept at most a share is counted for
each end by looking among the sorted starts, and a percentile is found by halving.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cli.index.history import SurveySetting, cer_index, price_path, survey_index
from ledger.index.days import day_from_text
from ledger.index.exact import MILLIONTHS

SHORTEST_HOLDING_DAYS: Final = 15
"""Half a month."""

FIRST_DAY: Final = day_from_text("2017-02-15")
"""The first day that a balance is held: from here on INDEC's changes give a CER."""

SURVEY_BASE_DAY: Final = day_from_text("2017-01-15")
"""The survey begins a month earlier, so that its pace has been measured by then."""

_ROUNDED_TO: Final = 6
_PRECISION: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the kept purchasing power is spread over all holding periods; 1 means nothing lost."""

    min: float
    p5: float
    median: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a unit of each kind was worth on each day from `first_day` on, by name of the method."""

    first_day: int
    unit_values: Mapping[str, Sequence[float]]
    """In pesos; only the indexed ones."""
    worth: Mapping[str, Sequence[float]]
    """In goods, relative to the first day."""

    @property
    def last_day(self) -> int:
        """The last day of the test."""
        return self.first_day + len(next(iter(self.worth.values()))) - 1

    @property
    def holding_periods(self) -> int:
        """How many pairs of days there are."""
        starts = self.last_day - self.first_day + 1 - SHORTEST_HOLDING_DAYS
        return starts * (starts + 1) // 2


def run_backtest(changes: Mapping[int, int], settings: Mapping[str, SurveySetting]) -> Backtest:
    """Follow `nominal`, `cer` and, for each of `settings` by name, a survey through the series."""
    path = price_path(changes)
    days = range(FIRST_DAY, path.last_day + 1)
    indexes = {
        name: survey_index(path, setting, base_day=SURVEY_BASE_DAY, until=path.last_day)
        for name, setting in settings.items()
    }
    indexes["cer"] = cer_index(changes, base_day=FIRST_DAY, until=path.last_day)
    unit_values = {
        name: [index.value_on(day) / MILLIONTHS for day in days] for name, index in indexes.items()
    }
    levels = [float(path.level_on(day)) for day in days]
    worth = {
        name: _worth(values, levels)
        for name, values in {**unit_values, "nominal": [1.0] * len(days)}.items()
    }
    return Backtest(first_day=FIRST_DAY, unit_values=unit_values, worth=worth)


def spread_of(worth: Sequence[float]) -> Spread:
    """The spread of what is kept over every holding period of half a month or longer.

    A worth is positive. Raises ValueError when no period is so long.
    """
    starts = len(worth) - SHORTEST_HOLDING_DAYS
    if starts < 1:
        raise ValueError("no holding period is long enough")
    count = starts * (starts + 1) // 2
    figures = [_percentile(worth, count, percent) for percent in (0, 5, 50, 95, 100)]
    smallest, p5, median, p95, largest = (round(figure, _ROUNDED_TO) for figure in figures)
    return Spread(min=smallest, p5=p5, median=median, p95=p95, max=largest)


def _percentile(worth: Sequence[float], count: int, percent: int) -> float:
    """A percentile of the kept shares, on the line between the two of them that it falls between."""
    whole, rest = divmod((count - 1) * percent, 100)
    below = _kept_at(worth, whole)
    if rest == 0:
        return below
    return below + (_kept_at(worth, whole + 1) - below) * rest / 100


def _kept_at(worth: Sequence[float], place: int) -> float:
    """The kept share at a place, from 0, among all of them sorted; to `_PRECISION` of itself."""
    low, high = min(worth) / max(worth), max(worth) / min(worth)
    while high / low > 1 + _PRECISION:
        middle = math.sqrt(low * high)
        if _how_many_kept_at_most(worth, middle) > place:
            high = middle
        else:
            low = middle
    return high


def _how_many_kept_at_most(worth: Sequence[float], share: float) -> int:
    """How many holding periods kept no more than a share."""
    starts: list[float] = []
    found = 0
    for begin, end in zip(worth, worth[SHORTEST_HOLDING_DAYS:], strict=False):
        insort(starts, begin)
        found += len(starts) - bisect_left(starts, end / share)
    return found


def _worth(values: Sequence[float], levels: Sequence[float]) -> list[float]:
    """Values in goods, relative to the first."""
    first = values[0] / levels[0]
    return [value / level / first for value, level in zip(values, levels, strict=True)]
