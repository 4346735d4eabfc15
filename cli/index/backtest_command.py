"""`fiado index backtest`: what a balance would have kept in the past, as a table, JSON and a picture."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import click

from cli.index.backtest import Backtest, Spread, run_backtest, spread_of
from cli.index.backtest_rows import Row, prices_of_noise, rows
from cli.index.history import SurveySetting
from cli.index.options import picture_options, survey_options
from cli.index.paths import JUMPS, PricePath, price_path, read_daily
from cli.index.pictures import PictureFile, draw_spreads
from cli.index.series import bundled_changes
from cli.index.terminal_pictures import spread_lines
from cli.shell.forms import marked
from cli.shell.language import language, later, say
from cli.shell.parameters import output_option
from cli.shell.terminal import Output
from ledger.index.days import text_from_day
from ledger.index.parameters import MOST_LEAD_DAYS
from node.words.forms import WrittenForms

PUBLISHED_LATER: Final = later("survey, later")
"""The name of the second survey in the table: the same, but published some days later."""

_LATER_DAYS: Final = 4

CER_SINCE: Final = "2018-03-16"
"""Before that day the CER went by another consumer index, and not by INDEC's national one."""

_PATHS: Final = {
    "linear": later("even"),
    "jumps": later("with jumps"),
    "daily": later("daily prices"),
}


@click.command()
@survey_options
@click.option(
    "--prices",
    "daily",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A CSV of daily prices, a date and a level in each line: one more path in the second table.",
)
@picture_options
@output_option
def backtest(
    *, setting: SurveySetting, daily: Path | None, files: list[PictureFile], output: Output
) -> None:
    """What a balance would have kept in Argentina since 2017, over every holding period.

    For money that is not indexed (nominal), the central bank's index (cer) and the cooperatives' own
    weekly survey: the worst, the 5th percentile, the median, the 95th and the best of all holding
    periods of half a month or longer. 100 % means that a balance bought at the end what it bought at
    the start.

    Prices are INDEC's printed monthly changes, with the level of a month on its 15th and the same
    daily factor between. The survey is simulated: each coop measures prices at the end of every period
    with an error, and the median goes through the same arithmetic that payments are held to.

    A second table has a row for each path that prices may have taken between the same monthly prints -
    even, or with a jump of 15 % in the week of 13 December 2023 and three others -, for each length of
    a period, and for liars. In the JSON these are `rows`.
    """
    changes = bundled_changes()
    paths = {"linear": price_path(changes), "jumps": price_path(changes, jumps=JUMPS)}
    if daily is not None:
        paths["daily"] = read_daily(daily)
    settings = {later("survey"): setting}
    lead_days = setting.lead_days + _LATER_DAYS
    if not output.is_json and lead_days <= MOST_LEAD_DAYS:
        settings[PUBLISHED_LATER] = replace(setting, lead_days=lead_days)
    result = run_backtest(changes, settings)
    names = [*settings, "cer", later("nominal")]
    spreads = {name: spread_of(result.worth[name]) for name in names}
    for line in _report(result, spreads, setting):
        output.line(line)
    if files:
        draw_spreads(spreads, subtitle=describe(result, setting), files=files)
    for file in files:
        output.note(say("Drawn to {path}.", path=file.path))
    told = _tell_rows(paths, setting, output)
    output.result(
        {
            **{name: asdict(spread) for name, spread in spreads.items()},
            "cer_as_published_since": CER_SINCE,
            "rows": [row.as_json() for row in told],
        }
    )


def _tell_rows(paths: Mapping[str, PricePath], setting: SurveySetting, output: Output) -> list[Row]:
    found = list(rows(paths, setting))
    output.line()
    output.line(say("What a survey keeps, by what prices do between monthly prints:"))
    output.line()
    figures = (say("worst"), say("5th"), say("median"))
    numbers = (say("days"), say("lead"), say("error"), say("prices"), say("liars"), *figures)
    output.table(
        [say("prices go"), *numbers],
        [
            [
                say(_PATHS[row.path]),
                str(row.setting.period_days),
                str(row.setting.lead_days),
                _percent(row.setting.noise_per_million),
                str(prices_of_noise(row.setting.noise_per_million) or "-"),
                str(row.setting.liars),
                *(
                    marked(f"{figure * 100:.1f} %")
                    for figure in (row.spread.min, row.spread.p5, row.spread.median)
                ),
            ]
            for row in found
        ],
        right_aligned=numbers,
    )
    output.line()
    output.line(
        say("days: from one survey to the next; prices: so many of a coop have about that error.")
    )
    return found


def describe(result: Backtest, setting: SurveySetting) -> str:
    """One sentence that says what a picture of this backtest was made from."""
    told = say(
        "Argentina, {first} to {last}, from the monthly changes that INDEC printed.\n"
        "The survey is simulated: {coops}, {error} error each, prices {days} days old on average.",
        first=text_from_day(result.first_day),
        last=text_from_day(result.last_day),
        coops=say("1 coop") if setting.coops == 1 else say("{coops} coops", coops=setting.coops),
        error=_percent(setting.noise_per_million),
        days=marked(f"{setting.mean_age_halves / 2:g}"),
    )
    return told + _lies(setting)


def _lies(setting: SurveySetting) -> str:
    """How many lie, in a sentence after the others."""
    if not setting.liars:
        return ""
    counted = setting.coops if setting.counted is None else setting.counted
    return "\n" + say(
        "{liars} of them lie; each value rests on {counted} levels of their choice.",
        liars=setting.liars,
        counted=counted,
    )


def _report(
    result: Backtest, spreads: Mapping[str, Spread], setting: SurveySetting
) -> Iterator[str]:
    yield from describe(result, setting).splitlines()
    yield say(
        "{holding_periods} holding periods of half a month or longer. Kept, 100 % = all:",
        holding_periods=WrittenForms(code=language()).number(result.holding_periods),
    )
    yield ""
    headings = (say("worst"), say("5th"), say("median"), say("95th"), say("best"))
    yield f"{'':14}" + "".join(f"{each:>9}" for each in headings)
    told = {say(name): spread for name, spread in spreads.items()}
    for name, spread in told.items():
        cells = [f"{marked(f'{figure * 100:.1f}'):>7} %" for figure in asdict(spread).values()]
        yield f"{name:14}{''.join(cells)}"
    yield ""
    yield from spread_lines(told)
    yield ""
    yield say(
        "cer: before {day} what today's rule would have given; the CER of then went by another index.",
        day=CER_SINCE,
    )
    if PUBLISHED_LATER in spreads:
        yield say(
            "survey, later: the same surveys, published {later_days} days later.",
            later_days=_LATER_DAYS,
        )


def _percent(per_million: int) -> str:
    return marked(f"{Decimal(per_million) / 10_000:f} %")
