"""`fiado index show` and `fiado index convert` for the bundled official series, without a node.

The values are those of a unit that follows `cer` from a published value of the CER on. What a
federation's own unit is worth, its node knows.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Final

import click

from cli.index.compute import DAY, daily_values
from cli.index.node_values import show_of_node, value_of_node
from cli.index.series import bundled_changes
from cli.shell.forms import in_units, marked
from cli.shell.language import say
from cli.shell.parameters import AMOUNT, NODE_URL, output_option
from cli.shell.terminal import Output
from ledger.index.chains import DayValue
from ledger.index.conversion import price_from_units, units_from_price
from ledger.index.days import Method, day_from_text, day_of_month, text_from_day
from ledger.index.exact import MILLIONTHS, to_millionths

FIRST: Final = DayValue(day=day_from_text("2023-12-31"), value=Decimal("184.9331302207"))
"""The CER that the central bank published for the end of 2023; the chain begins there."""


@cache
def bundled_cer() -> Mapping[int, int]:
    """The CER in millionths of a peso, for each day from `FIRST` on that the series gives."""
    changes = bundled_changes()
    until = day_of_month(max(changes) + 2, day=15)
    days = [FIRST, *daily_values(FIRST, changes=changes, method=Method.CER, until=until)]
    return {day.day: to_millionths(day.value) for day in days}


def value_on(day: int | None) -> tuple[int, int]:
    """A day, the last known one for None, and the value on it. Raises `click.BadParameter`."""
    values = bundled_cer()
    if day is None:
        day = max(values)
    if day not in values:
        first, last = text_from_day(min(values)), text_from_day(max(values))
        raise click.BadParameter(
            say("the bundled series has values from {first} to {last}.", first=first, last=last),
            param_hint="--day",
        )
    return day, values[day]


@click.command()
@click.option("--day", type=DAY, help="The day; the last one that the series gives by default.")
@click.option(
    "--node",
    "url",
    type=NODE_URL,
    metavar="URL",
    help="Ask a node what its federation's unit is worth.",
)
@output_option
def show(*, day: int | None, url: str | None, output: Output) -> None:
    """Show Argentina's CER on a day, recomputed from INDEC's printed changes.

    With --node, show a federation's own unit instead: its rules, its value, what is being decided.
    """
    if url is not None:
        show_of_node(url, day, output)
        return
    day, value = value_on(day)
    output.fields(
        {say("day"): text_from_day(day), say("CER"): marked(f"{Decimal(value) / MILLIONTHS:.6f}")}
    )
    output.result({"day": text_from_day(day), "method": "cer", "value_millionths": value})


@click.command()
@click.option("--price", type=AMOUNT, help="A price in pesos, to units.")
@click.option("--units", type=AMOUNT, help="An amount in units, to pesos.")
@click.option("--value", type=AMOUNT, help="What a unit is worth; the CER of --day by default.")
@click.option("--day", type=DAY, help="The day; the last one that the series gives by default.")
@click.option(
    "--node",
    "url",
    type=NODE_URL,
    metavar="URL",
    help="Take what the unit of a node's federation is worth.",
)
@output_option
def convert(
    *,
    price: int | None,
    units: int | None,
    value: int | None,
    day: int | None,
    url: str | None,
    output: Output,
) -> None:
    """Convert a price to units, or units to a price, exactly as the ledger does (half-even)."""
    if (price is None) == (units is None):
        raise click.UsageError(say("Give either --price or --units."))
    if value is not None and (day is not None or url is not None):
        raise click.UsageError(say("Give one of --value, --day and --node, or --node with --day."))
    fields: dict[str, str] = {}
    shown = ""
    if url is not None:
        day, millionths = value_of_node(url, day)
        fields[say("day")] = shown = text_from_day(day)
    elif value is not None:
        millionths = value * (MILLIONTHS // 100)
    else:
        day, millionths = value_on(day)
        fields[say("day")] = shown = text_from_day(day)
    if units is None:
        units = units_from_price(price or 0, millionths)
    else:
        price = price_from_units(units, millionths)
    fields[say("one unit")] = marked(f"{Decimal(millionths) / MILLIONTHS:.6f}")
    output.fields({**fields, say("price"): in_units(price or 0), say("units"): in_units(units)})
    output.result(
        {"price_minor": price, "amount": units, "value_millionths": millionths}
        | ({"day": shown} if shown else {})
    )
