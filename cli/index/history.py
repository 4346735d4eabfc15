"""The bundled past as days: what prices did, and what a unit would have been worth under each method.

How the monthly series becomes days: INDEC collects prices through the whole month, so its index of a
month is taken as the price level in the middle of it, on the 15th; between two of these days prices
move by the same factor each day. Only the printed changes are used, not the levels.

The values come from the ledger's own table: monthly changes are taken in as `cer` prints, and simulated
surveys as `survey` prints, so that what is measured here is the rule that payments are held to.

A simulated survey: every coop measures the price level of each Sunday with an error of its own, fresh
every week, and the certified level is the ledger's median. Its window begins some days after; a day's
value then rests on prices that are `delay_days` old on average: three days fewer on the first day of
the window, three more on the last.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.index.chains import TENTHS, factor_of_change
from ledger.index.days import (
    DAYS_IN_WEEK,
    Method,
    day_of_month,
    last_day_of_week,
    window_of_day,
)
from ledger.index.exact import MILLIONTHS, times_power, to_millionths
from ledger.index.parameters import MOST_LEAD_DAYS, IndexParameters
from ledger.index.prints import Print
from ledger.index.statistics import median_level
from ledger.index.table import Index, apply_print, check_print, new_index

LEAST_DELAY_DAYS: Final = DAYS_IN_WEEK // 2 + 1
"""The mean age of the prices behind a day's value when a survey is published on its own Sunday."""

MOST_DELAY_DAYS: Final = MOST_LEAD_DAYS + LEAST_DELAY_DAYS

BASE_VALUE: Final = 1000 * MILLIONTHS
"""What a unit is worth on the base day: 1,000 of the currency."""

_MIDDLE_OF_MONTH: Final = 15
_WEEKS_OF_A_LIE: Final = 13
_UNIFORM_DRAWS: Final = 12
_BYTES_PER_DRAW: Final = 2
_DRAW_RANGE: Final = 256**_BYTES_PER_DRAW


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySetting:
    """How a survey is simulated."""

    delay_days: int
    """Mean age of the prices behind a day's value, `LEAST_DELAY_DAYS` to `MOST_DELAY_DAYS`."""
    coops: int
    noise_per_million: int
    """Standard deviation of one coop's weekly error, in millionths of the level."""
    seed: int
    liars: int = 0
    """How many of the coops lie together, as far as none of them is shown as an outlier: for a quarter of
    a year upwards, for the next one downwards. That is what takes most from whoever holds a balance."""
    counted: int | None = None
    """On how many observations the level rests, of those that the liars like best; None: on all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePath:
    """The price level of each day from `first_day` on; 1 on the first."""

    first_day: int
    levels: tuple[Decimal, ...]

    @property
    def last_day(self) -> int:
        """The last day that has a level."""
        return self.first_day + len(self.levels) - 1

    def level_on(self, day: int) -> Decimal:
        """The price level of a day. Raises `IndexError` outside of the path."""
        if day < self.first_day:
            raise IndexError(day)
        return self.levels[day - self.first_day]


def price_path(changes: Mapping[int, int]) -> PricePath:
    """Daily prices from monthly changes (tenths of a percent by month), which leave no month out."""
    first_month = min(changes) - 1
    levels = [Decimal(1)]
    for month in range(first_month + 1, max(changes) + 1):
        begins = day_of_month(month - 1, day=_MIDDLE_OF_MONTH)
        days = day_of_month(month, day=_MIDDLE_OF_MONTH) - begins
        factor = factor_of_change(changes[month])
        before = levels[-1]
        levels += [
            times_power(before, factor=factor, numerator=number, denominator=days)
            for number in range(1, days + 1)
        ]
    return PricePath(
        first_day=day_of_month(first_month, day=_MIDDLE_OF_MONTH), levels=tuple(levels)
    )


def cer_index(changes: Mapping[int, int], *, base_day: int, until: int) -> Index:
    """What a unit under `cer` would have been worth from `base_day` to at least `until`."""
    parameters = IndexParameters(
        method=Method.CER,
        currency="ARS",
        base_day=base_day,
        base_value=BASE_VALUE,
        quorum=1,
        source_quorum=1,
        step_cap=500,
    )
    index = new_index(parameters)
    while index.known_until < until:
        period = index.due_window.period
        index = _take(index, Print(period=period, value=changes[period]))
    return index


def survey_index(path: PricePath, setting: SurveySetting, *, base_day: int, until: int) -> Index:
    """What a unit under `survey` would have been worth, with simulated measurements.

    The path has to reach back to the Sunday of the first survey, `delay_days` + 3 days before the base
    day at most.
    """
    parameters = IndexParameters(
        method=Method.SURVEY,
        currency="ARS",
        base_day=base_day,
        base_value=BASE_VALUE,
        quorum=1,
        source_quorum=1,
        step_cap=100,
        observations_needed=setting.coops,
        lead_days=setting.delay_days - LEAST_DELAY_DAYS,
    )
    base_level = path.level_on(base_day)
    index = new_index(parameters)
    while index.known_until < until:
        week = window_of_day(
            index.known_until + 1, method=Method.SURVEY, lead_days=parameters.lead_days
        ).period
        true_level = path.level_on(last_day_of_week(week)) / base_level * 1000
        levels = _counted_levels(true_level, setting, week=week, cap=parameters.step_cap)
        median = median_level(levels, needed=len(levels), cap=parameters.step_cap)
        index = _take(index, Print(period=week, value=median.level))
    return index


def _counted_levels(
    true_level: Decimal, setting: SurveySetting, *, week: int, cap: int
) -> dict[int, int]:
    """The levels that a week's certified one rests on, by coop; the liars have the lowest numbers."""
    is_up = week // _WEEKS_OF_A_LIE % 2 == 0
    most = Decimal(TENTHS + cap) / TENTHS
    lie = to_millionths(true_level * most if is_up else true_level / most)
    honest = {
        coop: to_millionths(true_level * (1 + _measuring_error(setting, coop=coop, week=week)))
        for coop in range(setting.liars + 1, setting.coops + 1)
    }
    liked = sorted(honest, key=lambda coop: honest[coop], reverse=is_up)
    counted = setting.coops if setting.counted is None else setting.counted
    seen = dict.fromkeys(range(1, setting.liars + 1), lie)
    return seen | {coop: honest[coop] for coop in liked[: counted - setting.liars]}


def _take(index: Index, new: Print) -> Index:
    refusal = check_print(index, new)
    if refusal is not None:
        raise ValueError(f"{new} is refused: {refusal}")
    return apply_print(index, new)


def _measuring_error(setting: SurveySetting, *, coop: int, week: int) -> Decimal:
    """One coop's error in one week, as a part of the level: bell-shaped, the same on every machine.

    The sum of twelve uniform numbers between 0 and 1, less 6, has mean 0 and standard deviation 1, and
    is close to a normal distribution. The uniform numbers are the first twelve pairs of bytes of
    SHA-256("seed/coop/week").
    """
    digest = hashlib.sha256(f"{setting.seed}/{coop}/{week}".encode()).digest()
    draws = [
        int.from_bytes(digest[at : at + _BYTES_PER_DRAW], "big")
        for at in range(0, _UNIFORM_DRAWS * _BYTES_PER_DRAW, _BYTES_PER_DRAW)
    ]
    # Half a step is added to each, so that the mean is exactly 0: 2 * draw + 1, over 2 * range.
    doubled = sum(2 * draw + 1 for draw in draws) - _UNIFORM_DRAWS * _DRAW_RANGE
    return Decimal(doubled * setting.noise_per_million) / Decimal(2 * _DRAW_RANGE * MILLIONTHS)
