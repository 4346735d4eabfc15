"""`fiado index compute`: daily values from printed changes, without a node.

It uses the chains of the ledger. `cer` values are printed with 20 significant digits, which is more
than the twelve or so that the central bank prints; `uf` values with two decimals, as they are published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from pathlib import Path
from typing import Any, Final

import click

from cli.index.series import read_changes
from cli.shell.language import say
from cli.shell.parameters import output_option, read_number
from cli.shell.terminal import Output
from ledger.index.chains import DayValue, factor_of_change, window_values
from ledger.index.days import (
    LAST_DAY,
    UNITS,
    Method,
    day_from_text,
    text_from_day,
    text_from_month,
    window_of_day,
)

SHOWN_DIGITS: Final = 20
"""Significant digits of a printed `cer` value."""

MOST_DAYS: Final = 40_000
"""The longest stretch computed at once, in days: about 110 years."""

CHAINED_METHODS: Final = {"cer": Method.CER, "uf": Method.UF}

_VALUE_PLACES: Final = 12
_LARGEST_VALUE: Final = 10**30
"""Times ten to the power of `_VALUE_PLACES`: far above any index."""


@dataclass(eq=False)
class ChangeMissing(Exception):
    """The series has no change for `month` (such as `2023-11`), which `first_day` needs."""

    month: str
    first_day: str


class DayType(click.ParamType[int]):
    """A date such as 2023-12-31, as a day number."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text; defaults are days already."""
        if isinstance(value, int):
            return value
        try:
            return day_from_text(str(value))
        except ValueError:
            self.fail(
                say("{value} is not a date such as 2023-12-31.", value=repr(value)), param, ctx
            )


class StartType(click.ParamType[DayValue]):
    """A day and the value on it, such as 2023-12-31=184.9331302207."""

    name = "date=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> DayValue:
        """Read the text; defaults are values already."""
        if isinstance(value, DayValue):
            return value
        date, mark, number = str(value).partition("=")
        scaled = 0
        if mark:
            scaled = read_number(
                self, number, param, ctx, places=_VALUE_PLACES, largest=_LARGEST_VALUE
            )
        try:
            day = day_from_text(date)
        except ValueError:
            scaled = 0
        if scaled == 0:
            self.fail(
                say(
                    "{value} is not a date and a value above zero, such as 2023-12-31=184.9331302207.",
                    value=repr(value),
                ),
                param,
                ctx,
            )
        return DayValue(day=day, value=Decimal(scaled).scaleb(-_VALUE_PLACES).normalize())


DAY: Final = DayType()
START: Final = StartType()


def daily_values(
    start: DayValue, *, changes: Mapping[int, int], method: Method, until: int
) -> list[DayValue]:
    """The values of the days after `start` up to and with `until`, chained from window to window.

    `changes` has tenths of a percent by month. Raises `ChangeMissing`.
    """
    values: list[DayValue] = []
    latest = start
    while latest.day < until:
        window = window_of_day(latest.day + 1, method=method)
        if window.period not in changes:
            raise ChangeMissing(text_from_month(window.period), text_from_day(latest.day + 1))
        factor = factor_of_change(changes[window.period])
        values.extend(window_values(latest, window=window, factor=factor, unit=UNITS[method]))
        latest = values[-1]
    return [value for value in values if value.day <= until]


def text_from_value(value: Decimal, *, method: Method) -> str:
    """A value as `compute` prints it."""
    if method is Method.CER:
        value = Context(prec=SHOWN_DIGITS).plus(value)
    return f"{value:f}"


@click.command()
@click.option(
    "--method",
    "method_name",
    type=click.Choice(sorted(CHAINED_METHODS)),
    required=True,
    help="The official rule: cer (Argentina) or uf (Chile).",
)
@click.option("--start", type=START, required=True, help="A day, and what a unit is worth on it.")
@click.option(
    "--changes",
    "changes_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="A CSV file with the columns month and change_tenths.",
)
@click.option("--until", type=DAY, required=True, help="The last day to compute.")
@output_option
def compute(
    *, method_name: str, start: DayValue, changes_file: Path, until: int, output: Output
) -> None:
    """Compute the value of every day after the start from printed monthly changes.

    No node is needed: anyone can recompute what the cooperatives published.
    """
    method = CHAINED_METHODS[method_name]
    if not start.day < until <= min(start.day + MOST_DAYS, LAST_DAY):
        raise click.BadParameter(
            say("it must be 1 to {most_days} days after the start.", most_days=MOST_DAYS),
            param_hint="--until",
        )
    changes = read_changes(changes_file)
    values = daily_values(start, changes=changes, method=method, until=until)
    texts = {text_from_day(v.day): text_from_value(v.value, method=method) for v in values}
    output.table([say("day"), say("value")], list(texts.items()), right_aligned={"value"})
    output.result(texts)
