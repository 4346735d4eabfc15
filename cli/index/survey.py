"""`fiado index survey`: a basket, its prices week by week, and the level that a coop publishes.

The commands only read and write the survey's folder. Publishing a closed week is another command,
which needs a node.
"""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import click

from cli.index.compute import DAY
from cli.index.survey_basket import (
    WeekNotOver,
    create_survey,
    name_of_week,
    priced_basket,
    read_basket,
    week_of,
)
from cli.index.survey_check import check_week, tell
from cli.index.survey_closed import ClosedWeek, close_week, save_closed
from cli.index.survey_files import ShopPrice, add_price, closed_file
from cli.shell.consent import agree_to_close
from cli.shell.forms import marked
from cli.shell.language import say
from cli.shell.parameters import AMOUNT, output_option
from cli.shell.terminal import Output
from ledger.index.days import DAYS_IN_WEEK, day_from_text
from ledger.index.exact import MILLIONTHS
from ledger.index.parameters import MOST_PERIOD_DAYS

FOLDER: Final = click.Path(path_type=Path, file_okay=False)


def today() -> int:
    """The day by this machine's clock and time zone, as a day number."""
    return day_from_text(date.today().isoformat())  # noqa: DTZ011  # a person's own calendar day


day_option = click.option(
    "--day",
    type=DAY,
    default=today,
    show_default="today",
    help="Any day of the week that is meant, Monday to Sunday.",
)


@click.group("survey")
def survey() -> None:
    """The cooperative's own price survey: a basket, prices by item and shop, a level every week."""


@survey.command()
@click.argument("folder", type=FOLDER)
@click.option("--currency", default="ARS", show_default=True, help="The national currency.")
@click.option(
    "--base-level",
    type=AMOUNT,
    required=True,
    help="What one unit is worth in the base week, such as 1000.00.",
)
@click.option(
    "--period-days",
    type=click.IntRange(1, MOST_PERIOD_DAYS),
    default=DAYS_IN_WEEK,
    show_default=True,
    help="How many days from one survey to the next, as the charter says.",
)
@day_option
@output_option
def init(
    *,
    folder: Path,
    currency: str,
    base_level: int,
    period_days: int,
    day: int,
    output: Output,
) -> None:
    """Start a survey in FOLDER, with a basket for you to edit.

    The week of --day becomes the base week: its prices are what later ones are compared with.
    """
    if not (
        currency.isascii() and currency.isalpha() and currency.isupper() and len(currency) == 3
    ):
        raise click.BadParameter(say("it is three capital letters."), param_hint="--currency")
    week = week_of(day, period_days)
    path = create_survey(
        folder,
        currency=currency,
        base_week=week,
        base_level=base_level,
        period_days=period_days,
    )
    output.line(
        say(
            "Made {path}. Edit the items and weights, then enter this week's prices with", path=path
        )
    )
    output.line(f'fiado index survey price {folder} "bread, 1 kg" --shop "La Esquina" 1850.00')
    output.result({"basket": str(path), "base_week": name_of_week(week)})


@survey.command()
@click.argument("folder", type=FOLDER)
@click.argument("item")
@click.argument("price", type=AMOUNT)
@click.option("--shop", required=True, help="Where: the same name every week.")
@click.option("--by", default="", help="Who saw the price, if that should be written down.")
@day_option
@output_option
def price(
    *, folder: Path, item: str, price: int, shop: str, by: str, day: int, output: Output
) -> None:
    """Enter the PRICE of an ITEM in a shop. Entering it again corrects it."""
    basket = priced_basket(folder)
    entered = ShopPrice(item=item.strip(), shop=shop.strip(), price=price, by=by.strip())
    week = basket.week_of(day)
    path = add_price(folder, entered, basket=basket, week=week)
    output.line(
        say(
            "Entered for the week that ends on {name_of_week}, in {path}.",
            name_of_week=name_of_week(week),
            path=path,
        )
    )
    output.result({"file": str(path), "week": name_of_week(week)})


@survey.command()
@click.argument("folder", type=FOLDER)
@day_option
@click.option("--yes", is_flag=True, help="Close without asking.")
@output_option
def close(*, folder: Path, day: int, yes: bool, output: Output) -> None:
    """Compute a week's level from the prices entered, and keep it in a file that never changes.

    Within an item the geometric mean of the shops' relatives (Jevons), across items the mean with the
    basket's weights (Laspeyres). An item without a price that can be compared is left out, and its
    weight with it; if the rest has less than half of the weight, there is no level.

    Before that it says what `check` says, and asks. A week is closed on its Sunday or later.
    """
    basket = read_basket(folder)
    week = basket.week_of(day)
    if today() < week:
        raise WeekNotOver(name_of_week(week))
    closed = close_week(folder, basket=basket, week=week)
    checked = check_week(folder, basket=basket, week=week)
    tell(checked, output.note)
    if not yes and not closed_file(folder, week).exists():
        _agree(week, output)
    path = save_closed(folder, closed)
    _show(closed, path, output)
    output.result(
        {
            "week": name_of_week(closed.week),
            "level_millionths": closed.level,
            "file": str(path),
            "sha256": closed.hash.hex(),
            "missing": [name for name, item in closed.result.items.items() if not item.shops],
            "strange": [asdict(one) for one in checked.strange],
            "ignored": [asdict(one) for one in checked.ignored],
        }
    )


def _agree(week: int, output: Output) -> None:
    if output.is_json:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    day = name_of_week(week)
    agree_to_close(say("Close the week that ends on {day}? It never changes after that.", day=day))


def _show(closed: ClosedWeek, path: Path, output: Output) -> None:
    rows = [
        (
            name,
            str(item.weight),
            str(item.shops),
            "missing" if item.relative is None else _change(item.relative),
        )
        for name, item in closed.result.items.items()
    ]
    output.table(
        [say("item"), say("weight"), say("shops"), say("since base week")],
        rows,
        right_aligned={"weight", "shops", say("since base week")},
    )
    output.line()
    output.fields(
        {
            say("week that ends"): name_of_week(closed.week),
            say("since base week"): _change(closed.result.index),
            say("weight seen"): say(
                "{weight_seen} of {weight_total}",
                weight_seen=closed.result.weight_seen,
                weight_total=closed.result.weight_total,
            ),
            say("level"): marked(f"{Decimal(closed.level) / MILLIONTHS:.6f}"),
            say("file"): str(path),
            say("SHA-256"): closed.hash.hex(),
        }
    )


def _change(relative: Decimal) -> str:
    return f"{(relative - 1) * 100:+.2f} %"
