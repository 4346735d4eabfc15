"""What a node says of its federation's own unit: `fiado index history`, and others with a node."""

from decimal import Decimal

import click

from cli.index.deciding import deciding_lines, objects_of
from cli.index.levels import levels_of_coops
from cli.index.print_words import Printed
from cli.shell import forms
from cli.shell.language import say
from cli.shell.parameters import NODE_URL, output_option
from cli.shell.terminal import Output
from ledger.index.days import day_from_text, text_from_day
from ledger.index.exact import MILLIONTHS
from node.member.answers import integer, reading, text
from node.member.client import Json, NodeClient, NodeMisbehaved
from node.member.paying.pricing import NoIndex, read_rules


def value_of_node(url: str, day: int | None) -> tuple[int, int]:
    """A day, today or the last known one for None, and the value on it. Raises `click.BadParameter`."""
    with NodeClient(url) as client:
        day, value, _ = _value(client, _rules(client), day)
        return day, value


def _rules(client: NodeClient) -> Json:
    rules = read_rules(client)
    if rules is None:
        raise NoIndex
    return rules


def _value(client: NodeClient, rules: Json, day: int | None) -> tuple[int, int, str]:
    """A day, the value on it, and the currency of that day."""
    known_until = day_from_text(text(client, rules, "known_until"))
    if day is None:
        day = min(integer(client, rules, "day"), known_until)
    answer = client.get("/v1/index/values", first=text_from_day(day), count=1)
    values = answer.get("values")
    if not isinstance(values, list) or not values or values[0].get("day") != text_from_day(day):
        first = text(client, rules, "base_day")
        raise click.BadParameter(
            say(
                "the node knows values from {first} to {day}.",
                first=first,
                day=text_from_day(known_until),
            ),
            param_hint="--day",
        )
    value = values[0].get("value")
    if type(value) is not int:
        raise NodeMisbehaved(client.url, say("its value of the unit can't be read"))
    return day, value, text(client, answer, "currency")


def _currency_lines(client: NodeClient, rules: Json) -> list[str]:
    """In which currencies prices are from when on, where that changes after today."""
    with reading(client):
        coming = [
            change
            for change in rules.get("currency_changes", [])
            if day_from_text(change["first_day"]) > integer(client, rules, "day")
        ]
        return [
            say(
                "From {first_day} on prices are in {currency}: {denominator} of the currency before "
                "are {numerator} of it. No balance changes.",
                first_day=change["first_day"],
                currency=change["currency"],
                denominator=change["denominator"],
                numerator=change["numerator"],
            )
            for change in coming
        ]


def _day_words(told: object) -> str:
    """A day that a node tells, as people write it; what is none as the node told it."""
    try:
        return forms.day(day_from_text(str(told)))
    except ValueError:
        return str(told)


def show_of_node(url: str, day: int | None, output: Output) -> None:
    """Show a federation's unit: value, rules, and what is being decided."""
    with NodeClient(url) as client:
        rules = _rules(client)
        day, value, currency = _value(client, rules, day)
        decisions = client.get("/v1/index/decisions")
        lines = _currency_lines(client, rules)
        lines += deciding_lines(client, decisions, Printed.by_rules(rules))
    output.fields(
        {
            say("day"): forms.day(day),
            say("one unit"): forms.marked(f"{Decimal(value) / MILLIONTHS:.6f} {currency}"),
            say("known until"): _day_words(rules.get("known_until")),
            say("method"): str(rules.get("method")),
            say("source"): str(rules.get("source")),
            say("published by"): ", ".join(map(str, rules.get("publishers", []))),
            say("signatures needed"): str(rules.get("quorum")),
            say("next"): str(rules.get("next_period_name")),
        }
    )
    for line in lines:
        output.line(line)
    output.result(
        {
            "day": text_from_day(day),
            "value_millionths": value,
            "currency": currency,
            "rules": rules,
        }
        | {"decisions": decisions}
    )


@click.command()
@click.option("--node", "url", required=True, type=NODE_URL, metavar="URL", help="The node to ask.")
@click.option("--limit", type=click.IntRange(1, 500), default=24, show_default=True)
@output_option
def history(*, url: str, limit: int, output: Output) -> None:
    """List the prints and changes of source that a federation's index was made of, newest first.

    Under `survey`, with each cooperative's own level; one that is further from the median than the cap on
    a step is marked as an outlier.
    """
    with NodeClient(url) as client:
        rules = _rules(client)
        taken = client.get("/v1/index/prints")
        printed, is_survey = Printed.by_rules(rules), Printed.by_rules(rules).is_survey
        levels = levels_of_coops(client, objects_of(taken, "prints")[:limit]) if is_survey else {}
    rows = []
    for one in objects_of(taken, "prints")[:limit]:
        before = one.get("before")
        shown = printed.words(int(one.get("value", 0)), before if type(before) is int else None)
        late = ", ".join(printed.late_words(one))
        note = (
            say("stands in for a late print")
            if one.get("stand_in")
            else late and say("late: {late}", late=late)
        )
        seen = "; ".join(level.words() for level in levels.get(one.get("period", 0), ()))
        rows.append([str(one.get("period_name")), shown, str(one.get("source")), note or seen])
    output.table(
        [say("period"), say("level") if is_survey else say("change"), say("source"), say("note")],
        rows,
    )
    for change in objects_of(taken, "sources"):
        output.line(
            say(
                "From {first_period_name} on: source {number}.",
                first_period_name=change.get("first_period_name"),
                number=change.get("number"),
            )
        )
    output.result(
        {"prints": objects_of(taken, "prints")[:limit], "sources": objects_of(taken, "sources")}
        | {
            "surveyed": {
                str(period): [each.as_json() for each in seen] for period, seen in levels.items()
            }
        }
    )
