"""`fiado commons books`: what moved between members, commons and other coops, for the bookkeeper."""

import os
from collections.abc import Iterator, Mapping
from typing import Final

import click

from cli.federation.showing import node_option, own_node
from cli.shell.csv_text import Amount, Cell, separator_here
from cli.shell.forms import in_units
from cli.shell.journals import said_here
from cli.shell.language import later, say
from cli.shell.parameters import output_option
from cli.shell.periods import (
    Period,
    check_continues,
    continue_option,
    period_options,
    read_period,
)
from cli.shell.terminal import Output, refuse_two_forms
from node.flows import Flow
from node.member.answers import Pages, objects, reading, text
from node.member.bookkeeping.beancount import beancount_text
from node.member.bookkeeping.coop_books import (
    BooksWords,
    CoopStatement,
    FlowOfHour,
    Sums,
    by_day,
    coop_journal,
)
from node.member.bookkeeping.hledger import hledger_text
from node.member.client import Json, NodeClient

FLOW_WORDS: Final[Mapping[Flow, str]] = {
    Flow.PAID_OUT: later("members paid there"),
    Flow.PAID_IN: later("members were paid from there"),
    Flow.CAME_BACK: later("came back to members"),
    Flow.COMMONS_IN: later("came to the commons"),
    Flow.GIVEN_BACK: later("given back by the commons"),
    Flow.CONTRIBUTION: later("contributions"),
    Flow.GIFT: later("gifts to the commons"),
    Flow.LEVY: later("levies"),
    Flow.SPENT: later("paid by the commons"),
    Flow.SETTLED: later("debts that the commons settled"),
    Flow.PASSED_ON: later("left by members who went"),
    Flow.OPENED: later("began with, from the system before"),
}
"""What moved, for people."""

FORMATS: Final = ("table", "csv", "hledger", "beancount")


@click.command("books")
@period_options
@continue_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="For people, a spreadsheet, or a bookkeeping program.",
)
@node_option
@output_option
def books(
    first: str | None,
    last: str | None,
    zone: str | None,
    continues: bool,
    format_: str,
    url: str | None,
    output: Output,
) -> None:
    """Show the cooperative's books: positions with others, the members' total, the commons, by day.

    Anybody may: they follow from the logs, and no member is named in them.
    """
    refuse_two_forms(format_, output)
    period = read_period(first, last, zone)
    check_continues(format_, continues=continues, period=period)
    with NodeClient(url or own_node()) as client:
        found, raw = read_books(client, period)
    if raw["unexplained"]["members"] or raw["unexplained"]["commons"]:
        output.note(
            say("After a fork the books have more or less than the histories that stand explain.")
        )
    if format_ == "csv":
        output.csv(_rows(found, period), separator=separator_here(os.environ))
    elif format_ == "table":
        _show(found, period, output)
    else:
        write = hledger_text if format_ == "hledger" else beancount_text
        words = words_here(continues=continues)
        output.file(write(coop_journal(found, period.zone, words, continues=continues)))
    output.result(raw)


def words_here(*, continues: bool = False) -> BooksWords:
    """What a journal says, in the language of whoever asks for it."""
    return BooksWords(
        flows={flow: say(text_) for flow, text_ in FLOW_WORDS.items()},
        coops=say("Coops"),
        members=say("Members"),
        commons=say("Commons"),
        said=said_here(continues=continues),
    )


def read_books(client: NodeClient, period: Period) -> tuple[CoopStatement, Json]:
    """The books of a time, page by page; and as the node gives them."""
    lines: list[Json] = []
    after: str | int | None = 0
    pages = Pages(client)
    while True:
        page = client.get(
            "/v1/books", limit=200, after=after, **{"from": period.since, "to": period.until}
        )
        lines += objects(client, page, "lines")
        after = pages.after(page)
        if after is None:
            break
    with reading(client):
        found = CoopStatement(
            coop=text(client, page, "coop"),
            unit=text(client, page, "unit"),
            since=period.since,
            until=period.until,
            opening=_sums(page["opening"]),
            closing=_sums(page["closing"]),
            lines=[
                FlowOfHour(
                    int(each["time"]), Flow(each["flow"]), str(each["coop"]), int(each["amount"])
                )
                for each in lines
            ],
        )
    return found, {**page, "lines": lines, "next": None}


def _sums(found: Json) -> Sums:
    return Sums(
        members=int(found["members"]),
        commons=int(found["commons"]),
        positions={str(each["coop"]): int(each["amount"]) for each in found["positions"]},
    )


def _show(found: CoopStatement, period: Period, output: Output) -> None:
    output.line(say("The books of {coop}, in {unit}", coop=found.coop, unit=found.unit))
    rows = [
        [day.isoformat(), say(FLOW_WORDS[flow]), coop, in_units(amount)]
        for day, flow, coop, amount in by_day(found.lines, period.zone)
    ]
    output.table(
        [say("day"), say("what"), say("with"), say("amount")], rows, right_aligned=[say("amount")]
    )
    output.line()
    sums = [[name, in_units(before), in_units(after)] for name, before, after in _balances(found)]
    output.table(
        ["", say("at the beginning"), say("at the end")],
        sums,
        right_aligned=[say("at the beginning"), say("at the end")],
    )
    output.line(
        say(
            "Days in the time zone {zone}; an hour belongs to the day it begins in.",
            zone=period.zone.key,
        )
    )


def _balances(found: CoopStatement) -> Iterator[tuple[str, int, int]]:
    before, after = found.opening, found.closing
    yield say("members together"), before.members, after.members
    yield say("commons"), before.commons, after.commons
    for coop in sorted({*before.positions, *after.positions}):
        yield (
            say("owed by {coop}", coop=coop),
            before.positions.get(coop, 0),
            after.positions.get(coop, 0),
        )


def _rows(found: CoopStatement, period: Period) -> Iterator[list[Cell]]:
    yield [say("day"), say("what"), say("with"), say("amount")]
    for name, before, _ in _balances(found):
        yield ["", say("at the beginning: {name}", name=name), "", Amount(before)]
    for day, flow, coop, amount in by_day(found.lines, period.zone):
        yield [day.isoformat(), say(FLOW_WORDS[flow]), coop, Amount(amount)]
    for name, _, after in _balances(found):
        yield ["", say("at the end: {name}", name=name), "", Amount(after)]
