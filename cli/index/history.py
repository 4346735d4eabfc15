"""The past again: what a unit would have been worth under each method, while prices did what `paths` says.

Monthly changes are taken into the ledger's own table as `cer` prints. A simulated survey goes by the
ledger's own glide and median, so that what is measured here is the rule that payments are held to.

A simulated survey: every coop measures the price level at each period's end with an error of its own, fresh
every time, and the certified level is the ledger's median. Its window begins some days after, and is as long
as the period.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cli.index.paths import PricePath
from ledger.index.chains import TENTHS, DayValue
from ledger.index.days import DAYS_IN_WEEK, Method
from ledger.index.exact import MILLIONTHS, from_millionths, to_millionths
from ledger.index.glide import Level, week_values
from ledger.index.parameters import IndexParameters
from ledger.index.periods import Periods
from ledger.index.prints import Print
from ledger.index.statistics import median_level
from ledger.index.table import Index, apply_print, check_print, new_index

BASE_VALUE: Final = 1000 * MILLIONTHS
"""What a unit is worth on the base day: 1,000 of the currency."""

STEP_CAP: Final = 100
"""Of a survey, in tenths of a percent."""

PACE_WEEKS: Final = 4

_DAYS_OF_A_LIE: Final = 13 * DAYS_IN_WEEK
_UNIFORM_DRAWS: Final = 12
_BYTES_PER_DRAW: Final = 2
_DRAW_RANGE: Final = 256**_BYTES_PER_DRAW


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySetting:
    """How a survey is simulated."""

    coops: int
    noise_per_million: int
    """Standard deviation of one coop's error in a period, in millionths of the level."""
    seed: int
    period_days: int = DAYS_IN_WEEK
    """Days from one survey to the next, and of each window."""
    lead_days: int = 3
    """Days between the survey and its window."""
    liars: int = 0
    """How many of the coops lie together, as far as none of them is shown as an outlier: for a quarter of
    a year upwards, for the next one downwards. That is what takes most from whoever holds a balance."""
    counted: int | None = None
    """On how many observations the level rests, of those that the liars like best; None: on all."""

    @property
    def mean_age_halves(self) -> int:
        """Mean age of the prices behind a day's value, in halves of a day."""
        return 2 * self.lead_days + self.period_days + 1


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


def survey_values(path: PricePath, setting: SurveySetting, *, base_day: int) -> list[int]:
    """What a unit under `survey` would have been worth on each day from `base_day` to the path's last.

    With simulated measurements, in millionths. The path has to reach back to the day of the first survey:
    a period and the lead before the base day.
    """
    base_level = path.level_on(base_day)
    periods = Periods(
        method=Method.SURVEY, lead_days=setting.lead_days, period_days=setting.period_days
    )
    levels = [Level(day=base_day, value=BASE_VALUE)]
    values = [BASE_VALUE]
    while (day := base_day + len(values) - 1) < path.last_day:
        window = periods.window_of_day(day + 1)
        period, surveyed = window.period, periods.survey_day(window.period)
        true_level = path.level_on(surveyed) / base_level * BASE_VALUE / MILLIONTHS
        seen = _counted_levels(true_level, setting, period=period)
        median = median_level(seen, needed=len(seen), cap=STEP_CAP)
        # What is older than the pace is measured over has no part in the window.
        oldest = surveyed - PACE_WEEKS * DAYS_IN_WEEK
        levels = [level for level in levels if level.day >= oldest]
        levels.append(Level(day=surveyed, value=median.level))
        values += week_values(
            DayValue(day=day, value=from_millionths(values[-1])),
            window=window,
            levels=levels,
            pace_weeks=PACE_WEEKS,
            step_cap=STEP_CAP,
        )
    return values[: path.last_day - base_day + 1]


def _counted_levels(true_level: Decimal, setting: SurveySetting, *, period: int) -> dict[int, int]:
    """The levels that a period's certified one rests on, by coop; the liars have the lowest numbers."""
    is_up = period * setting.period_days // _DAYS_OF_A_LIE % 2 == 0
    most = Decimal(TENTHS + STEP_CAP) / TENTHS
    lie = to_millionths(true_level * most if is_up else true_level / most)
    honest = {
        coop: to_millionths(true_level * (1 + _measuring_error(setting, coop=coop, period=period)))
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


def _measuring_error(setting: SurveySetting, *, coop: int, period: int) -> Decimal:
    """One coop's error in one period, as a part of the level: bell-shaped, the same on every machine.

    The sum of twelve uniform numbers between 0 and 1, less 6, has mean 0 and standard deviation 1, and
    is close to a normal distribution. The uniform numbers are the first twelve pairs of bytes of
    SHA-256("seed/coop/period").
    """
    digest = hashlib.sha256(f"{setting.seed}/{coop}/{period}".encode()).digest()
    draws = [
        int.from_bytes(digest[at : at + _BYTES_PER_DRAW], "big")
        for at in range(0, _UNIFORM_DRAWS * _BYTES_PER_DRAW, _BYTES_PER_DRAW)
    ]
    # Half a step is added to each, so that the mean is exactly 0: 2 * draw + 1, over 2 * range.
    doubled = sum(2 * draw + 1 for draw in draws) - _UNIFORM_DRAWS * _DRAW_RANGE
    return Decimal(doubled * setting.noise_per_million) / Decimal(2 * _DRAW_RANGE * MILLIONTHS)
