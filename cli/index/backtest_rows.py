"""The backtest's second table: what a survey kept on each path of prices, with each length of a period.

A figure of one path and one kind of survey is kind to some rule. So there is a row for each path, for a week
and for three days, and for errors as five coops have them that price much or little; and for as many liars
as the median still bears. What a coop's error is follows from how many prices it takes: a grocery price
moves by 5 to 10 % from one week to the next for reasons of its own, and n of them together by about that /
sqrt(n). `ONE_PRICE_PER_MILLION` is the middle of it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from cli.index.backtest import Spread, survey_spread
from cli.index.history import SurveySetting
from cli.index.paths import PricePath
from ledger.index.days import DAYS_IN_WEEK
from ledger.index.exact import MILLIONTHS

ONE_PRICE_PER_MILLION: Final = 70_000
"""The deviation of one price, in millionths: 7 %."""

MANY_PRICES_PER_MILLION: Final = 5_000
"""The error of a coop that takes about two hundred prices: 0.5 %."""

SHORT_PERIOD_DAYS: Final = 3
SHORT_LEAD_DAYS: Final = 1
WEEK_LEAD_DAYS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a survey kept on a path."""

    path: str
    setting: SurveySetting
    spread: Spread

    def as_json(self) -> dict[str, object]:
        """For programs."""
        setting = self.setting
        return {
            "path": self.path,
            "period_days": setting.period_days,
            "lead_days": setting.lead_days,
            "coops": setting.coops,
            "noise": setting.noise_per_million / MILLIONTHS,
            "prices_per_coop": prices_of_noise(setting.noise_per_million),
            "liars": setting.liars,
            "counted": setting.coops if setting.counted is None else setting.counted,
            "seed": setting.seed,
            **asdict(self.spread),
        }


def rows(paths: Mapping[str, PricePath], setting: SurveySetting) -> Iterator[Row]:
    """A row for each path and each setting of `row_settings`, one after the other as they are computed."""
    for name, path in paths.items():
        for each in row_settings(setting):
            yield Row(path=name, setting=each, spread=survey_spread(path, each))


def row_settings(setting: SurveySetting) -> Sequence[SurveySetting]:
    """The setting, and those beside it: each length of a period, with little error, and with liars."""
    lengths = {
        DAYS_IN_WEEK: WEEK_LEAD_DAYS,
        SHORT_PERIOD_DAYS: SHORT_LEAD_DAYS,
        setting.period_days: setting.lead_days,
    }
    honest = replace(setting, liars=0, counted=None)
    exact = replace(
        honest, noise_per_million=min(setting.noise_per_million, MANY_PRICES_PER_MILLION)
    )
    liars = setting.liars or (setting.coops - 1) // 2
    kinds = dict.fromkeys((exact, honest, replace(setting, liars=liars)))
    return [
        replace(kind, period_days=period_days, lead_days=lead_days)
        for period_days, lead_days in lengths.items()
        for kind in kinds
    ]


def noise_of_prices(prices: int) -> int:
    """The error of a coop that takes so many prices, in millionths. Raises `ValueError` for none."""
    if prices < 1:
        raise ValueError(prices)
    return round(ONE_PRICE_PER_MILLION / math.sqrt(prices))


def prices_of_noise(per_million: int) -> int | None:
    """About how many prices leave a coop such an error; None without an error."""
    return round((ONE_PRICE_PER_MILLION / per_million) ** 2) if per_million else None
