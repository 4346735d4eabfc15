"""Options that the commands about the past share: how a survey is simulated, and where to draw."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from cli.index.backtest_rows import noise_of_prices
from cli.index.history import SurveySetting
from cli.index.pictures import PictureFile
from cli.index.scene_png import check_drawable
from cli.shell.language import say
from cli.shell.parameters import read_number
from ledger.index.days import DAYS_IN_WEEK
from ledger.index.parameters import MOST_LEAD_DAYS, MOST_PERIOD_DAYS

MOST_COOPS: Final = 101
LARGEST_NOISE_PER_MILLION: Final = 200_000

MOST_PRICES: Final = 1_000_000
MOST_DELAY_DAYS: Final = MOST_LEAD_DAYS + DAYS_IN_WEEK // 2 + 1
_LEAD_DAYS: Final = 3
_NOISE_PER_MILLION: Final = 10_000

_PER_CENT_PLACES: Final = 4
"""A hundredth of a percent of a percent is a millionth."""
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


class PercentType(click.ParamType[int]):
    """A share such as `1%` or `0.5%`, as an integer per million."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text; defaults are integers already."""
        if isinstance(value, int):
            return value
        text = str(value).strip().removesuffix("%")
        share = read_number(self, text, param, ctx, places=_PER_CENT_PLACES)
        if share > LARGEST_NOISE_PER_MILLION:
            self.fail(
                say("{value} is not a share of 0% to 20%, such as 1% or 0.5%.", value=repr(value)),
                param,
                ctx,
            )
        return share


def survey_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what a simulated survey needs; the command gets a `SurveySetting` as `setting`."""

    @wraps(command)
    def with_setting(
        *args: Any,
        period_days: int,
        lead_days: int | None,
        delay_days: int | None,
        coops: int,
        noise: int | None,
        prices_per_coop: int | None,
        seed: int,
        liars: int,
        counted: int | None,
        **kwargs: Any,
    ) -> Any:
        _check_liars(coops, liars, counted)
        setting = SurveySetting(
            period_days=period_days,
            lead_days=_lead_days(lead_days, delay_days, period_days),
            coops=coops,
            noise_per_million=_noise(noise, prices_per_coop),
            seed=seed,
            liars=liars,
            counted=counted,
        )
        return command(*args, setting=setting, **kwargs)

    decorated: Callable[..., Any] = with_setting
    for option in reversed(_survey_options()):
        decorated = option(decorated)
    return decorated


def _survey_options() -> list[Callable[[Any], Any]]:
    return [
        click.option(
            "--period-days",
            type=click.IntRange(1, MOST_PERIOD_DAYS),
            default=DAYS_IN_WEEK,
            show_default=True,
            help="Days from one survey to the next.",
        ),
        click.option(
            "--lead-days",
            type=click.IntRange(0, MOST_LEAD_DAYS),
            show_default=str(_LEAD_DAYS),
            help="Days between a survey and the first day that it sets.",
        ),
        click.option(
            "--delay-days",
            type=click.IntRange(1, MOST_DELAY_DAYS),
            help="Instead of --lead-days: how old the surveyed prices behind a day's value are on "
            "average; with a week's period four days more than the lead.",
        ),
        click.option(
            "--coops",
            type=click.IntRange(1, MOST_COOPS),
            default=5,
            show_default=True,
            help="How many coops survey; the median of their levels counts.",
        ),
        click.option(
            "--noise",
            type=PercentType(),
            show_default="1%",
            help="The standard deviation of each coop's error, fresh in every survey.",
        ),
        click.option(
            "--prices-per-coop",
            type=click.IntRange(1, MOST_PRICES),
            help="Instead of --noise: how many prices a coop takes; one of them moves by 7 % for "
            "reasons of its own, and n together by that / sqrt(n).",
        ),
        click.option(
            "--seed",
            type=click.IntRange(0),
            default=1,
            show_default=True,
            help="Other errors of the same size for each number; the same ones for the same number.",
        ),
        click.option(
            "--liars",
            type=click.IntRange(0, MOST_COOPS),
            default=0,
            show_default=True,
            help="How many of the coops lie together, as far as none of them is shown as an outlier.",
        ),
        click.option(
            "--counted",
            type=click.IntRange(1, MOST_COOPS),
            help="On how many coops' levels each week's value rests, if the liars may choose which: "
            "those of all coops by default.",
        ),
    ]


def _lead_days(lead_days: int | None, delay_days: int | None, period_days: int) -> int:
    if delay_days is None:
        return _LEAD_DAYS if lead_days is None else lead_days
    if lead_days is not None:
        raise click.UsageError(say("Give one of --lead-days, --delay-days."))
    lead = delay_days - (period_days // 2 + 1)
    if not 0 <= lead <= MOST_LEAD_DAYS:
        raise click.UsageError(
            say(
                "--delay-days: with periods of {period_days} days it is {least} to {most}.",
                period_days=period_days,
                least=delay_days - lead,
                most=delay_days - lead + MOST_LEAD_DAYS,
            )
        )
    return lead


def _noise(noise: int | None, prices_per_coop: int | None) -> int:
    if prices_per_coop is None:
        return _NOISE_PER_MILLION if noise is None else noise
    if noise is not None:
        raise click.UsageError(say("Give one of --noise, --prices-per-coop."))
    return noise_of_prices(prices_per_coop)


def _check_liars(coops: int, liars: int, counted: int | None) -> None:
    if liars >= coops:
        raise click.UsageError(say("--liars: at least one coop is honest."))
    if counted is not None and not liars < counted <= coops:
        raise click.UsageError(
            say("--counted: more than the liars, and no more than there are coops.")
        )


def picture_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--svg` and `--png`; the command gets a list of `PictureFile` as `files`."""

    @click.option("--svg", type=_FILE, help="Draw it to this SVG file.")
    @click.option("--png", type=_FILE, help="Draw it to this PNG file; needs the extra `pictures`.")
    @wraps(command)
    def with_files(*args: Any, svg: Path | None, png: Path | None, **kwargs: Any) -> Any:
        if png is not None:
            check_drawable()  # Before anything is computed or printed.
        chosen = (("svg", svg), ("png", png))
        files = [PictureFile(path=path, kind=kind) for kind, path in chosen if path is not None]
        return command(*args, files=files, **kwargs)

    return with_files
