"""`fiado index plot --node`: the course of a federation's own unit, as its node knows it.

What a peso kept is measured with the federation's own index, which is all that it knows of prices: so a
balance in units keeps everything by definition, and the picture shows what pesos lost beside it. Days
that are known ahead are drawn too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import click

from cli.index.pictures import Line, PictureFile, draw_course
from cli.index.terminal_pictures import course_lines
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.terminal import Output
from ledger.index.days import Method, day_from_text, text_from_day
from ledger.index.exact import MILLIONTHS
from node.member.answers import integer, text
from node.member.client import Json, NodeClient, NodeMisbehaved
from node.member.paying.pricing import NoIndex, read_rules

VALUES_AT_ONCE: Final = 1_000
LEAST_DAYS: Final = 2


def plot_of_node(url: str, since: int | None, files: Sequence[PictureFile], output: Output) -> None:
    """Draw a federation's unit from a day on, by default from its base day."""
    with NodeClient(url) as client:
        rules = read_rules(client)
        if rules is None:
            raise NoIndex
        first, last = (
            day_from_text(text(client, rules, key)) for key in ("base_day", "known_until")
        )
        method, currency = text(client, rules, "method"), text(client, rules, "currency")
        start = _first_day(first, last, since)
        today = integer(client, rules, "day")
        values = in_one_currency(
            read_values(client, start, last), start, read_changes(client, rules), today
        )
    kind = Method.SURVEY.name.lower() if method == Method.SURVEY.name.lower() else "cer"
    units = [Line(kind=kind, name=say("a unit under {method}", method=say(method)), values=values)]
    kept = [
        Line(kind=kind, name=say("a balance in units"), values=[1.0] * len(values)),
        Line(
            kind="cash",
            name=say("{currency}, kept", currency=currency),
            values=[values[0] / value for value in values],
        ),
    ]
    value_title = say("Value of one unit, in {currency} (logarithmic)", currency=currency)
    kept_title = say("Purchasing power kept since the first day, by the federation's own index")
    output.line(value_title)
    for row in course_lines(units, first_day=start, is_logarithmic=True, decimals=2):
        output.line(row)
    output.line()
    output.line(kept_title)
    for row in course_lines(kept, first_day=start, is_logarithmic=False, decimals=None):
        output.line(row)
    if files:
        draw_course(
            first_day=start,
            unit_values=units,
            kept=kept,
            subtitle=say(
                "{day} to {day_2}, as the cooperatives certified it",
                day=text_from_day(start),
                day_2=text_from_day(last),
            ),
            files=files,
            value_title=value_title,
            kept_title=kept_title,
            today=today,
        )
    for file in files:
        output.note(say("Drawn to {path}.", path=file.path))
    output.result(
        {
            "first_day": text_from_day(start),
            "last_day": text_from_day(last),
            "kept": {line.kind: round(line.values[-1], 6) for line in kept},
        }
    )


def _first_day(base: int, last: int, since: int | None) -> int:
    if last - base + 1 < LEAST_DAYS:
        raise CliError(
            ExitCode.REFUSED,
            "nothing_to_draw",
            say("Only {day} has a value yet.", day=text_from_day(base)),
            say("Draw it when the cooperatives have published the first print."),
        )
    start = base if since is None else since
    latest = last - LEAST_DAYS + 1
    if not base <= start <= latest:
        raise click.BadParameter(
            say(
                "it must be {day} to {day_2}.", day=text_from_day(base), day_2=text_from_day(latest)
            ),
            param_hint="--since",
        )
    return start


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyChange:
    """From `first_day` on so much of a new currency stands for one of the currency before."""

    first_day: int
    ratio: float


def read_changes(client: NodeClient, rules: Json) -> list[CurrencyChange]:
    """The line's redenominations, the oldest first. Raises `NodeMisbehaved`."""
    try:
        return [
            CurrencyChange(
                first_day=day_from_text(change["first_day"]),
                ratio=int(change["numerator"]) / int(change["denominator"]),
            )
            for change in rules.get("currency_changes", [])
        ]
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise NodeMisbehaved(client.url, say("its changes of currency can't be read")) from error


def in_one_currency(
    values: list[float], first: int, changes: Sequence[CurrencyChange], today: int
) -> list[float]:
    """Values from the day `first` on, all in the currency of `today`, also those of days to come."""
    for change in changes:
        place = max(change.first_day - first, 0)
        before, since = values[:place], values[place:]
        if change.first_day <= today:
            before = [value * change.ratio for value in before]
        else:
            since = [value / change.ratio for value in since]
        values = before + since
    return values


def read_values(client: NodeClient, first: int, last: int) -> list[float]:
    """What a unit is worth on each of the days, for drawing. Raises `NodeMisbehaved`."""
    values: list[float] = []
    for start in range(first, last + 1, VALUES_AT_ONCE):
        count = min(VALUES_AT_ONCE, last + 1 - start)
        answer = client.get("/v1/index/values", first=text_from_day(start), count=count)
        listed = answer.get("values")
        if not isinstance(listed, list) or len(listed) != count:
            raise NodeMisbehaved(client.url, say("it does not know the days that it said it knows"))
        for each in listed:
            value = each.get("value") if isinstance(each, dict) else None
            if type(value) is not int or value < 1:
                raise NodeMisbehaved(client.url, say("its value of the unit can't be read"))
            values.append(value / MILLIONTHS)
    return values
