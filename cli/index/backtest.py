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
from itertools import accumulate
from typing import Final

from cli.index.history import SurveySetting, cer_index, survey_values
from cli.index.paths import PricePath, price_path
from ledger.index.days import day_from_text
from ledger.index.exact import MILLIONTHS

SHORTEST_HOLDING_DAYS: Final = 15
"""Half a month."""

FIRST_DAY: Final = day_from_text("2017-02-15")
"""The first day that a balance is held: from here on INDEC's changes give a CER."""

DAYS_BEFORE_HELD: Final = 62
"""So many days of prices come before the first that a balance is held."""

_DAYS_TO_MEASURE: Final = 31
_ROUNDED_TO: Final = 6
_PRECISION: Final = 1e-8
_NEAR: Final = 1e-6


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
    """Follow `nominal`, `cer` and, for each of `settings` by name, a survey through the series.

    Between monthly prints prices move by the same factor each day.
    """
    path = price_path(changes)
    days = range(FIRST_DAY, path.last_day + 1)
    cer = cer_index(changes, base_day=FIRST_DAY, until=path.last_day)
    unit_values = {name: values_held(path, setting) for name, setting in settings.items()}
    unit_values["cer"] = [cer.value_on(day) / MILLIONTHS for day in days]
    levels = [float(path.level_on(day)) for day in days]
    worth = {
        name: in_goods(values, levels)
        for name, values in {**unit_values, "nominal": [1.0] * len(days)}.items()
    }
    return Backtest(first_day=FIRST_DAY, unit_values=unit_values, worth=worth)


def survey_spread(path: PricePath, setting: SurveySetting) -> Spread:
    """What a survey's unit kept while prices went that way."""
    held = path.levels[DAYS_BEFORE_HELD:]
    return spread_of(in_goods(values_held(path, setting), [float(level) for level in held]))


def values_held(path: PricePath, setting: SurveySetting) -> list[float]:
    """What a survey's unit was worth on each day that a balance is held, `DAYS_BEFORE_HELD` after the first.

    The survey begins a month earlier, so that its pace has been measured by then.
    """
    first = path.first_day + DAYS_BEFORE_HELD
    earliest = path.first_day + setting.lead_days + setting.period_days
    base_day = max(first - _DAYS_TO_MEASURE, earliest)
    values = survey_values(path, setting, base_day=base_day)
    return [value / MILLIONTHS for value in values[first - base_day :]]


def spread_of(worth: Sequence[float]) -> Spread:
    """The spread of what is kept over every holding period of half a month or longer.

    A worth is positive. Raises ValueError when no period is so long.
    """
    starts = len(worth) - SHORTEST_HOLDING_DAYS
    if starts < 1:
        raise ValueError("no holding period is long enough")
    count = starts * (starts + 1) // 2
    ends = worth[SHORTEST_HOLDING_DAYS:]
    smallest = min(end / most for end, most in zip(ends, accumulate(worth, max), strict=False))
    largest = max(end / least for end, least in zip(ends, accumulate(worth, min), strict=False))
    p5, median, p95 = (_percentile(worth, count, percent) for percent in (5, 50, 95))
    figures = (smallest, p5, median, p95, largest)
    smallest, p5, median, p95, largest = (round(figure, _ROUNDED_TO) for figure in figures)
    return Spread(min=smallest, p5=p5, median=median, p95=p95, max=largest)


def _percentile(worth: Sequence[float], count: int, percent: int) -> float:
    """A percentile of the kept shares, on the line between the two of them that it falls between."""
    whole, rest = divmod((count - 1) * percent, 100)
    low, high = min(worth) / max(worth), max(worth) / min(worth)
    below = _kept_at(worth, whole, low, high)
    if rest == 0 or _how_many_kept_at_most(worth, below) > whole + 1:
        return below
    # The next one is close by, wherever there are many.
    near = min(below * (1 + _NEAR), high)
    above = near if _how_many_kept_at_most(worth, near) > whole + 1 else high
    return below + (_kept_at(worth, whole + 1, below, above) - below) * rest / 100


def _kept_at(worth: Sequence[float], place: int, low: float, high: float) -> float:
    """The kept share at a place, from 0, among all of them sorted; to `_PRECISION` of itself.

    It is not below `low` and not above `high`.
    """
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


def in_goods(values: Sequence[float], levels: Sequence[float]) -> list[float]:
    """Values in goods, relative to the first."""
    first = values[0] / levels[0]
    return [value / level / first for value, level in zip(values, levels, strict=True)]
