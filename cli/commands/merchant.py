"""`fiado merchant`: what a merchant needs at the command line. The subjects have modules of their own."""

import csv
import datetime
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.amounts import format_amount
from cli.client import Json, path_of
from cli.commands.account import when
from cli.commands.merchant_invoices import invoice, refund
from cli.commands.merchant_listen import listen
from cli.commands.merchant_webhooks import webhook
from cli.membership import Membership, open_membership
from cli.parameters import output_option, passphrase_options, wallet_option
from cli.passphrase import PassphraseSource
from cli.terminal import Output
from node.merchant.access import Power


@click.group()
def merchant() -> None:
    """Sell: invoices, refunds, API keys, webhooks. See docs/MERCHANTS.md."""


@merchant.group()
def key() -> None:
    """API keys, with which a shop's program asks to be paid. None of them can spend."""


@key.command("create")
@click.option("--label", required=True, metavar="TEXT", help="What it is for; for your list.")
@click.option(
    "--power",
    "powers",
    type=click.Choice([power.value for power in Power]),
    multiple=True,
    default=[Power.INVOICES.value],
    show_default=True,
    help="What it may do; give it several times for several.",
)
@wallet_option
@passphrase_options
@output_option
def key_create(
    label: str,
    powers: tuple[str, ...],
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Make a key. It is shown once; the node keeps only its hash."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        body = {"label": label, "powers": list(dict.fromkeys(powers))}
        made = member.client.post("/v1/merchant/keys", body)
        output.line(f"The key {made['id']} may: {', '.join(made['powers'])}.")
        output.line("Keep it where your shop's program finds it; it is shown only now:")
        output.line(made["key"])
        output.result(made)


@key.command("list")
@wallet_option
@passphrase_options
@output_option
def key_list(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show your keys."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        keys = member.client.get("/v1/merchant/keys").get("keys", [])
        rows = [
            [
                each["id"],
                each["label"],
                " ".join(each["powers"]),
                when(each["created"]),
                "revoked" if each["revoked"] else "works",
            ]
            for each in keys
        ]
        output.table(["id", "label", "powers", "made", "state"], rows)
        output.result({"keys": keys})


@key.command("revoke")
@click.argument("id_", metavar="ID")
@wallet_option
@passphrase_options
@output_option
def key_revoke(id_: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Let a key work no more, from its next request on."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        member.client.delete(path_of("v1", "merchant", "keys", id_))
        output.line(f"The key {id_} works no more.")
        output.result({"id": id_, "revoked": True})


def all_invoices(member: Membership, since: int) -> Iterator[Json]:
    """All invoices created at `since` (Unix seconds) or later, newest first."""
    before: Any = None
    while True:
        page = member.client.get("/v1/invoices", limit=200, before=before)
        for found in page.get("invoices", []):
            if found["created"] < since:
                return
            yield found
        before = page.get("next")
        if before is None:
            return


@merchant.command("report")
@click.option(
    "--days", type=click.IntRange(1, 3_660), default=30, show_default=True, help="How far back."
)
@click.option("--csv", "is_csv", is_flag=True, help="One line for each invoice, as CSV.")
@wallet_option
@passphrase_options
@output_option
def report(
    days: int, is_csv: bool, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """What came in, by day."""
    now = datetime.datetime.now(tz=datetime.UTC).astimezone()
    start = (now - datetime.timedelta(days=days - 1)).replace(hour=0, minute=0, second=0)
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        invoices = list(all_invoices(member, int(start.timestamp())))
    if is_csv:
        for line in _csv_lines(invoices):
            output.line(line)
        output.result({"invoices": invoices})
        return
    by_day: dict[str, dict[str, int]] = {}
    for found in invoices:
        day = when(found["created"])[:10]
        sums = by_day.setdefault(day, {"invoices": 0, "settled": 0, "paid": 0, "refunded": 0})
        sums["invoices"] += 1
        sums["settled"] += found["state"] == "settled"
        sums["paid"] += int(found["paid"]["value"]) + int(found["late"]["value"])
        sums["refunded"] += int(found["refunded"]["value"])
    rows = [
        [
            day,
            str(sums["invoices"]),
            str(sums["settled"]),
            format_amount(sums["paid"]),
            format_amount(sums["refunded"]),
        ]
        for day, sums in sorted(by_day.items())
    ]
    headings = ["day", "invoices", "settled", "paid", "refunded"]
    output.table(headings, rows, right_aligned=headings[1:])
    output.result({"days": [{"day": day, **sums} for day, sums in sorted(by_day.items())]})


def _csv_lines(invoices: list[Json]) -> list[str]:
    """A heading, and one line for each invoice, whatever its texts hold.

    A text that a spreadsheet would take for a formula is made plain.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["id", "created", "state", "reason", "amount", "paid", "late", "refunded", "order", "what"]
    )
    for found in invoices:
        amounts = [
            format_amount(int(found[name]["value"]))
            for name in ("amount", "paid", "late", "refunded")
        ]
        texts = [" ".join(each.split()) for each in (found["order_id"] or "", found["description"])]
        writer.writerow(
            [
                found["id"],
                when(found["created"]),
                found["state"],
                found["reason"],
                *amounts,
                *("'" + each if each[:1] in tuple("=+-@\t\r") and each else each for each in texts),
            ]
        )
    return text.getvalue().removesuffix("\n").split("\n")


for command in (invoice, refund, webhook, listen):
    merchant.add_command(command)
