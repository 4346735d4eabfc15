"""`fiado index plot`: the unit's value and what each way to hold money kept, drawn."""

from collections.abc import Iterator, Sequence
from typing import Final

import click

from cli.index.backtest import FIRST_DAY, Backtest, run_backtest
from cli.index.backtest_command import describe
from cli.index.compute import DAY
from cli.index.history import SurveySetting
from cli.index.options import picture_options, survey_options
from cli.index.pictures import KEPT_TITLE, VALUE_TITLE, Line, PictureFile, draw_course
from cli.index.plot_node import plot_of_node
from cli.index.plot_weeks import weeks_of_node
from cli.index.series import bundled_changes
from cli.index.terminal_pictures import course_lines
from cli.shell.language import say
from cli.shell.parameters import NODE_URL, output_option
from cli.shell.terminal import Output
from ledger.index.days import text_from_day

SHORTEST_PICTURE_DAYS: Final = 30


@click.command()
@click.option(
    "--since",
    type=DAY,
    show_default=f"{text_from_day(FIRST_DAY)}; with --node the first one that has a value",
    help="The first day of the picture: everything begins at 100 % there.",
)
@click.option(
    "--node",
    "url",
    type=NODE_URL,
    metavar="URL",
    help="Draw the unit of a node's federation instead.",
)
@click.option(
    "--weeks",
    is_flag=True,
    help="With --node: what one unit bought each week, today and what is known ahead marked.",
)
@survey_options
@picture_options
@output_option
def plot(
    *,
    since: int | None,
    url: str | None,
    weeks: bool,
    setting: SurveySetting,
    files: list[PictureFile],
    output: Output,
) -> None:
    """Draw the unit's value, and what an indexed balance, a nominal one and cash kept.

    Over INDEC's bundled series, in the terminal and with --svg and --png as a file. A nominal balance
    is one kept in pesos, like a fixed credit of one peso a unit; cash in a drawer loses the same.

    With --node, a federation's own unit from its base day on, and what its currency lost beside it.
    """
    if weeks and (url is None or since is not None):
        raise click.UsageError(say("--weeks goes with --node, and without --since."))
    if url is not None:
        (weeks_of_node(url, files, output) if weeks else plot_of_node(url, since, files, output))
        return
    since = FIRST_DAY if since is None else since
    result = run_backtest(bundled_changes(), {"survey": setting})
    latest = result.last_day - SHORTEST_PICTURE_DAYS
    if not result.first_day <= since <= latest:
        first, last = text_from_day(result.first_day), text_from_day(latest)
        raise click.BadParameter(
            say("it must be {first} to {last}.", first=first, last=last), param_hint="--since"
        )
    values, kept = _since(result, since)
    for line in _report(since, values, kept):
        output.line(line)
    if files:
        draw_course(
            first_day=since,
            unit_values=values,
            kept=kept,
            subtitle=describe(result, setting),
            files=files,
        )
    for file in files:
        output.note(say("Drawn to {path}.", path=file.path))
    output.result(
        {
            "first_day": text_from_day(since),
            "last_day": text_from_day(result.last_day),
            "kept": {line.kind: round(line.values[-1], 6) for line in kept},
        }
    )


def _since(result: Backtest, since: int) -> tuple[list[Line], list[Line]]:
    """The unit's value, and what was kept of the first day's purchasing power, from a day on."""
    position = since - result.first_day
    values = [
        Line(
            kind=kind,
            name=say("a unit under {kind}", kind=say(kind)),
            values=result.unit_values[kind][position:],
        )
        for kind in ("survey", "cer")
    ]
    names = {
        "survey": say("indexed, survey"),
        "cer": say("indexed, cer"),
        "nominal": say("nominal balance"),
        "cash": say("cash (the same)"),
    }
    worth = {**result.worth, "cash": result.worth["nominal"]}
    kept = [
        Line(
            kind=kind,
            name=name,
            values=[value / worth[kind][position] for value in worth[kind][position:]],
        )
        for kind, name in names.items()
    ]
    return values, kept


def _report(since: int, values: Sequence[Line], kept: Sequence[Line]) -> Iterator[str]:
    yield say(VALUE_TITLE)
    yield from course_lines(values, first_day=since, is_logarithmic=True, decimals=0)
    yield ""
    yield say(KEPT_TITLE)
    yield from course_lines(kept, first_day=since, is_logarithmic=False, decimals=None)
