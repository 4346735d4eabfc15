"""Options that the commands about the past share: how a survey is simulated, and where to draw."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from cli.index.history import LEAST_DELAY_DAYS, MOST_DELAY_DAYS, SurveySetting
from cli.index.pictures import PictureFile
from cli.index.scene_png import check_drawable
from cli.shell.language import say
from cli.shell.parameters import read_number

MOST_COOPS: Final = 101
LARGEST_NOISE_PER_MILLION: Final = 200_000

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
        delay_days: int,
        coops: int,
        noise: int,
        seed: int,
        liars: int,
        counted: int | None,
        **kwargs: Any,
    ) -> Any:
        _check_liars(coops, liars, counted)
        setting = SurveySetting(
            delay_days=delay_days,
            coops=coops,
            noise_per_million=noise,
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
            "--delay-days",
            type=click.IntRange(LEAST_DELAY_DAYS, MOST_DELAY_DAYS),
            default=7,
            show_default=True,
            help="How old the surveyed prices behind a day's value are on average: three days fewer "
            "on the first day of a week's window, three more on its last.",
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
            default="1%",
            show_default=True,
            help="The standard deviation of each coop's error, fresh every week.",
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
