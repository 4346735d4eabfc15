"""`fiado index survey sheet`, `import` and `check`: sixty prices in minutes, looked at before closing."""

from dataclasses import asdict
from pathlib import Path

import click

from cli.index.survey import FOLDER, day_option
from cli.index.survey_basket import (
    SurveyExists,
    name_of_week,
    priced_basket,
    read_basket,
    read_next,
)
from cli.index.survey_check import check_week, tell
from cli.index.survey_files import add_prices, read_prices
from cli.index.survey_import import HEADINGS, known_headings, read_spreadsheet
from cli.index.survey_links import compared_with, read_links
from cli.shell.csv_text import Separator, csv_text
from cli.shell.language import say
from cli.shell.parameters import output_option
from cli.shell.terminal import Output

_FILE = click.Path(path_type=Path, dir_okay=False)
_EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("import")
@click.argument("folder", type=FOLDER)
@click.argument("file", type=_EXISTING)
@day_option
@output_option
def import_(*, folder: Path, file: Path, day: int, output: Output) -> None:
    """Take in the prices of a spreadsheet FILE, saved as CSV by LibreOffice or Excel.

    Its first line names the columns item, shop and price, and maybe by. Semicolons, decimal commas,
    blank rows and rows without a price are fine. All of it is taken in, or nothing.
    """
    basket = read_basket(folder)
    week = basket.week_of(day)
    priced = priced_basket(folder)
    found = read_spreadsheet(file, priced)
    for heading in found.unknown_columns:
        output.note(
            say(
                "The column “{heading}” is not known, so nothing was taken from it. Known are: {known}.",
                heading=heading,
                known=known_headings(HEADINGS),
            )
        )
    path = add_prices(folder, found.prices, basket=priced, week=week)
    output.line(
        say(
            "{count} prices are in, for the week that ends on {day}; {without} rows had none.",
            count=len(found.prices),
            day=name_of_week(week),
            without=found.without_price,
        )
    )
    tell(check_week(folder, basket=basket, week=week), output.line)
    output.result(
        {
            "file": str(path),
            "prices": len(found.prices),
            "without_price": found.without_price,
            "unknown_columns": list(found.unknown_columns),
        }
    )


@click.command()
@click.argument("folder", type=FOLDER)
@day_option
@output_option
def check(*, folder: Path, day: int, output: Output) -> None:
    """Look at a week's prices before it is closed: what has moved strangely, and what does not count.

    Strange is half as much again as the shop's last price, or as what the item did in the middle one of its
    shops. A closed week never changes, so look first.
    """
    basket = read_basket(folder)
    week = basket.week_of(day)
    checked = check_week(folder, basket=basket, week=week)
    output.line(
        say(
            "{count} prices, for the week that ends on {day}.",
            count=checked.prices,
            day=name_of_week(week),
        )
    )
    tell(checked, output.line)
    output.result(
        {
            "prices": checked.prices,
            "strange": [asdict(one) for one in checked.strange],
            "ignored": [asdict(one) for one in checked.ignored],
        }
    )


@click.command()
@click.argument("folder", type=FOLDER)
@click.argument("file", type=_FILE)
@day_option
@output_option
def sheet(*, folder: Path, file: Path, day: int, output: Output) -> None:
    """Write a form for the market to FILE: each item and shop that counts, with room for the price.

    It opens in a spreadsheet, can be printed and filled in by hand, and `import` reads it back.
    """
    if file.exists():
        raise SurveyExists(file)
    basket = read_basket(folder)
    week = basket.week_of(day)
    links = read_links(folder, basket=basket)
    shops: dict[str, list[str]] = {item: [] for item in basket.weights}
    for item, names in shops.items():
        before = compared_with(links, item, basket=basket, week=week)
        prices = read_prices(folder, basket=basket, week=before)
        names += sorted(shop for name, shop in prices if name == item)
    shops |= {item: [] for item in read_next(folder) if item not in shops}
    rows = [(item, shop, "", "") for item, names in shops.items() for shop in names or [""]]
    written = csv_text([_headings(), *rows], separator=Separator.SEMICOLON)
    file.write_text(written, encoding="utf-8", newline="")
    output.line(say("Made {file}, with {count} rows.", file=file, count=len(rows)))
    output.result({"file": str(file), "rows": len(rows), "week": name_of_week(week)})


def _headings() -> tuple[str, ...]:
    """The first line of a form, in the language that is spoken; `import` knows each of them."""
    return (say("item"), say("shop"), say("price"), say("by"))
