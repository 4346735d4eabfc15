"""`fiado merchant report`: what came in for invoices, and what was given back.

The node does the sums, by the days of one named time zone, so that they are the same here, at the counter
and everywhere. A payment and a refund count on the day on which each of them was recorded.
"""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.shell.csv_text import Amount, Cell, separator_here
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.amounts import AmountError, parse_amount
from node.member.client import Json
from node.member.membership import Membership
from node.zones import find_zone


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far back."
)
@click.option(
    "--zone",
    metavar="NAME",
    help="The time zone in which days begin and end, such as America/Argentina/Buenos_Aires; "
    "the node's own, if not said.",
)
@click.option("--till", metavar="NAME", help="Only of this till; of all by default.")
@click.option("--lines", "is_each", is_flag=True, help="Each payment and refund, not the sums.")
@click.option("--csv", "is_csv", is_flag=True, help="The same as CSV, for a spreadsheet.")
@wallet_option
@passphrase_options
@output_option
def report(
    days: int,
    zone: str | None,
    till: str | None,
    is_each: bool,
    is_csv: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """What came in and what was refunded, by day."""
    if is_csv and output.is_json:
        raise click.UsageError(
            say("Give --csv or --json, not both: --lines --json has the same lines.")
        )
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        asked = {**_span(member, days, zone), "till": till}
        if is_csv or is_each:
            movements = list(_movements(member, asked))
            _show_movements(movements, asked["zone"], output, is_csv=is_csv)
        else:
            _show_days(member.client.get("/v1/merchant/takings", **asked), output)


def _span(member: Membership, days: int, zone: str | None) -> dict[str, Any]:
    """The days to ask for: as many as wanted, to the one that it is now in the zone."""
    today = member.client.get("/v1/merchant/takings", zone=zone)
    last = datetime.date.fromisoformat(today["days"][-1]["day"])
    first = last - datetime.timedelta(days=days - 1)
    return {"from": first.isoformat(), "to": last.isoformat(), "zone": today["zone"]}


def _show_days(found: Json, output: Output) -> None:
    lines = [day for day in found["days"] if day["payments"] or day["refunds"]]
    rows = [[day["day"], *_sums(day)] for day in lines]
    headings = [
        say("day"),
        say("payments"),
        say("received"),
        say("refunds"),
        say("refunded"),
        say("net"),
    ]
    output.table(
        headings, [*rows, [say("all days"), *_sums(found["total"])]], right_aligned=headings[1:]
    )
    output.line(say("Days in the time zone {zone}.", zone=found["zone"]))
    output.result(found)


def _show_movements(movements: list[Json], zone: str, output: Output, *, is_csv: bool) -> None:
    if is_csv:
        output.csv(_rows(movements, zone), separator=separator_here(os.environ))
    else:
        headings, *rows = ([_shown(cell) for cell in row] for row in _rows(movements, zone))
        output.table(headings, rows, right_aligned=[say("amount")])
    output.result({"zone": zone, "movements": movements})


def _shown(cell: Cell) -> str:
    return in_units(cell.minor) if isinstance(cell, Amount) else str(cell)


def _sums(sums: Json) -> list[str]:
    return [
        str(sums["payments"]),
        _money(sums["received"]),
        str(sums["refunds"]),
        _money(sums["refunded"]),
        _money(sums["net"]),
    ]


def _money(amount: Json) -> str:
    return in_units(int(amount["value"]))


def _movements(member: Membership, asked: dict[str, Any]) -> Iterator[Json]:
    """All payments and refunds of those days, newest first."""
    before: Any = None
    while True:
        page = member.client.get("/v1/merchant/movements", **asked, limit=200, before=before)
        yield from page["movements"]
        before = page["next"]
        if before is None:
            return


def _rows(movements: list[Json], zone_name: str) -> Iterator[list[Cell]]:
    """A heading, and one row for each movement; what was given back is below zero."""
    zone = find_zone(zone_name)
    yield [
        say("day"),
        say("when, in {zone}", zone=zone_name),
        say("what"),
        say("amount"),
        say("after the end"),
        say("entry"),
        say("invoice"),
        say("order"),
        say("description"),
        say("till"),
        say("tip"),
        say("the tip's currency"),
        say("note"),
    ]
    for found in movements:
        amount = int(found["amount"]["value"])
        moment = datetime.datetime.fromtimestamp(found["time"], tz=datetime.UTC).astimezone(zone)
        yield [
            found["day"],
            moment.strftime("%Y-%m-%d %H:%M:%S"),
            say("refund") if found["type"] == "refund" else say("payment"),
            Amount(-amount if found["type"] == "refund" else amount),
            say("yes") if found["late"] else "",
            f"{found['coop']}/{found['number']}",
            found["invoice"],
            found["order_id"] or "",
            found["reason"] if found["type"] == "refund" else found["description"],
            found["metadata"].get("till", ""),
            *_extras(found),
        ]


def _extras(found: Json) -> tuple[Cell, Cell, Cell]:
    """Tip, its currency and note; what is given back has none of its own."""
    if found["type"] == "refund":
        return "", "", ""
    tip, currency, note = (
        str(found["metadata"].get(name, "")) for name in ("tip", "tip_currency", "note")
    )
    try:
        return Amount(parse_amount(tip, grouped=False)), currency, note
    except AmountError:
        return tip, currency, note
