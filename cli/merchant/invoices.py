"""`fiado merchant invoice` and `fiado merchant refund`."""

import time
from pathlib import Path

import click

from cli.paying.prices import PRICE
from cli.paying.settling import telling
from cli.paying.waiting import wait_shown
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units, when
from cli.shell.language import later, say
from cli.shell.parameters import (
    AMOUNT,
    PAGE_URL,
    PLACE,
    output_option,
    passphrase_options,
    wallet_option,
)
from cli.shell.passphrase import PassphraseSource
from cli.shell.states import state_words
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.addresses import Address
from node.member.answers import integer, number, objects, reading, text
from node.member.client import Json, path_of
from node.member.membership import Membership
from node.member.orders import SAME_WISH_SECONDS
from node.member.paying.desk import open_desk
from node.member.paying.paying import Bound, Paid, Terms, pay
from node.member.paying.pricing import CurrencyPrice
from node.member.paying.settling import finish_earlier
from node.member.pending_journal import PaymentIntent
from node.member.places import EntryPlace

SCALE = 2


def money(amount: int) -> Json:
    """An amount as the node takes it from merchants."""
    return {"value": str(amount), "scale": SCALE}


def minor(found: Json, name: str) -> int:
    """An amount of an invoice, in minor units."""
    return int(found[name]["value"])


def _one_line(text: str) -> str:
    """A text for a table, whose lines are parted by strokes."""
    return " / ".join(text.split("\n"))


@click.group()
def invoice() -> None:
    """Ask to be paid, and see whether you were."""


@invoice.command("create")
@click.argument("amount", type=AMOUNT, required=False)
@click.option(
    "--price", type=PRICE, metavar="PRICE", help='In national currency, such as "ARS 15000".'
)
@click.option("--description", metavar="TEXT", help="What it is for; the payer sees it.")
@click.option("--order", metavar="TEXT", help="Your own order's number; the payer does not see it.")
@click.option("--id", "client_id", metavar="ID", help="Your own id: the same one makes no second.")
@click.option(
    "--expires-in", type=click.IntRange(1), metavar="SECONDS", help="15 minutes if not said."
)
@click.option("--redirect", type=PAGE_URL, metavar="URL", help="Where the pay page leads back to.")
@wallet_option
@passphrase_options
@output_option
def create(
    amount: int | None,
    price: CurrencyPrice | None,
    description: str | None,
    order: str | None,
    client_id: str | None,
    expires_in: int | None,
    redirect: str | None,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Make an invoice: a link to send, and a QR code to show."""
    if (amount is None) == (price is None):
        raise click.UsageError(say("Give either an amount in units or --price."))
    given = {
        "amount": None if amount is None else money(amount),
        "price": None if price is None else money(price.minor) | {"currency": price.currency},
        "description": description,
        "order_id": order,
        "client_id": client_id,
        "expires_in": expires_in,
        "redirect_url": redirect,
    }
    body = {name: value for name, value in given.items() if value is not None}
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        made = member.client.post("/v1/invoices", body)
        output.qr(made["link"])
        output.line(made["link"])
        show(made, member, output)


def show(found: Json, member: Membership, output: Output) -> None:
    """Print an invoice, and its JSON as the result."""
    reason = "" if found["reason"] == "none" else f" ({state_words(found['reason'])})"
    fields = {
        say("invoice"): found["id"],
        say("state"): state_words(found["state"]) + reason,
        say("amount"): f"{in_units(minor(found, 'amount'))} {member.founding.unit}",
        say("paid"): in_units(minor(found, "paid")),
    }
    for name in (later("coming"), later("late"), later("refunded")):
        if minor(found, name):
            fields[say(name)] = in_units(minor(found, name))
    fields[say("expires")] = when(found["expires"])
    for name, label in (("order_id", say("order")), ("description", say("for"))):
        if found[name]:
            fields[label] = _one_line(found[name])
    for payment in found["payments"]:
        place = f"{payment['coop']}/{payment['number']}"
        fields[say("payment {place}", place=place)] = say(
            "{amount} by account {payer}, {status}",
            amount=in_units(minor(payment, "amount")),
            payer=payment["payer"],
            status=state_words(payment["status"]),
        )
    output.fields(fields)
    output.result(found)


@invoice.command("show")
@click.argument("id_", metavar="ID")
@click.option("--wait", type=click.IntRange(1, 3_600), metavar="SECONDS", help="Until it changes.")
@wallet_option
@passphrase_options
@output_option
def show_one(
    id_: str, wait: int | None, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Show an invoice."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        path = path_of("v1", "invoices", id_)
        found = member.client.get(path)
        if wait is not None:
            found = _changed(member, path, found, wait, output)
        show(found, member, output)


def _changed(member: Membership, path: str, found: Json, seconds: int, output: Output) -> Json:
    """The invoice once it has changed, or as it is when the time is over."""
    version, newest = found["version"], found

    def has_changed(timeout_ms: int) -> bool:
        nonlocal newest
        newest = member.client.get(path, after=version, timeout_ms=timeout_ms)
        return bool(newest["version"] != version)

    what = say(
        "The invoice is {state}; waiting for it to change", state=state_words(found["state"])
    )
    try:
        wait_shown(has_changed, what=what, seconds=seconds, output=output)
    except KeyboardInterrupt:
        raise CliError(
            ExitCode.INTERRUPTED,
            "wait_interrupted",
            say("Interrupted. Only the waiting has ended; the invoice stays as it is."),
            say("`fiado merchant invoice show {id}` looks again.", id=found["id"]),
            {"id": found["id"], "state": newest["state"]},
        ) from None
    return newest


@invoice.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=20, help="How many.")
@click.option("--before", metavar="CURSOR", help="Go on where an earlier page ended.")
@click.option(
    "--state", type=click.Choice(["open", "processing", "settled", "expired", "cancelled"])
)
@click.option("--client-id", metavar="ID", help="The one that was made with this id of yours.")
@click.option("--order", "order_id", metavar="ID", help="Those of this order.")
@click.option("--from", "first", metavar="DAY", help="Those made on this day or later.")
@click.option("--to", "last", metavar="DAY", help="Those made on this day or before.")
@click.option("--zone", help="In which time zone days begin and end; the node's own, if not said.")
@click.option(
    "--since",
    metavar="TIME",
    help="Those made at this time or later, in Unix seconds: what is new.",
)
@click.option("--text", metavar="TEXT", help="Those with this in description, ids or metadata.")
@click.option("--metadata", metavar="NAME=VALUE", help="Those with this in their metadata.")
@wallet_option
@passphrase_options
@output_option
def list_all(
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
    first: str | None,
    last: str | None,
    **asked: str | int | None,
) -> None:
    """Show your invoices, newest first; with options only those that all of them fit."""
    days = {"from": first, "to": last}
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        page = member.client.get("/v1/invoices", **asked, **days)
        rows = [
            [
                found["id"],
                when(found["created"]),
                in_units(minor(found, "amount")),
                in_units(minor(found, "paid")),
                state_words(found["state"]),
                "" if found["reason"] == "none" else state_words(found["reason"]),
                _one_line(found["order_id"] or found["description"]),
            ]
            for found in page["invoices"]
        ]
        headings = [
            say("id"),
            say("made"),
            say("amount"),
            say("paid"),
            say("state"),
            say("reason"),
            say("what"),
        ]
        output.table(headings, rows, right_aligned=[say("amount"), say("paid")])
        if page["next"]:
            output.line(
                say("More: `fiado merchant invoice list --before {next}`", next=page["next"])
            )
        output.result(page)


@invoice.command("cancel")
@click.argument("id_", metavar="ID")
@wallet_option
@passphrase_options
@output_option
def cancel(id_: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Withdraw an invoice that is not paid."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        show(member.client.post(path_of("v1", "invoices", id_, "cancel")), member, output)


@invoice.command("mark")
@click.argument("id_", metavar="ID")
@wallet_option
@passphrase_options
@output_option
def mark(id_: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Take an invoice for paid, such as one that was paid in cash."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        show(member.client.post(path_of("v1", "invoices", id_, "mark")), member, output)


@click.command()
@click.argument("invoice_id", metavar="INVOICE")
@click.argument("amount", type=AMOUNT, required=False)
@click.option("--of", "place", type=PLACE, metavar="COOP/ENTRY", help="Which payment, if several.")
@click.option("--reason", metavar="TEXT", help="Why; for your own books.")
@click.option(
    "--id",
    "client_id",
    metavar="ID",
    help="Your own id. Give one, and the command can be run again without refunding twice.",
)
@click.option(
    "--again", is_flag=True, help="Pay back even if as much of it was paid back a short while ago."
)
@wallet_option
@passphrase_options
@output_option
def refund(
    invoice_id: str,
    amount: int | None,
    place: EntryPlace | None,
    reason: str | None,
    client_id: str | None,
    again: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Pay back an invoice, or a part of it. Your key signs it, here.

    Without an amount everything that is left is paid back.
    """
    given = {
        "amount": None if amount is None else money(amount),
        "of": None if place is None else {"coop": place.coop, "number": place.number},
        "reason": reason,
        "client_id": client_id,
    }
    body = {name: value for name, value in given.items() if value is not None}
    with open_membership(wallet, passphrase) as member, open_desk(member) as desk:
        earlier = finish_earlier(desk, telling(output))
        member.open_session()
        path = path_of("v1", "invoices", invoice_id, "refunds")
        done = _same_refund(member, path, earlier, amount)
        if done is not None:
            output.note(say("That is the refund you asked for now, so nothing more is paid back."))
            output.result(done)
            return
        if client_id is None and not again:
            _check_not_refunded(member, path, amount)
        prepared = member.client.post(path, body)
        words = f"{in_units(minor(prepared, 'amount'))} {member.founding.unit}"
        if prepared["state"] == "prepared":
            intent, payee, bound = _as_payment(member, prepared)
            paid = pay(desk, intent, payee=payee, now=int(time.time()), terms=Terms(bound=bound))
            output.line(
                say(
                    "Paid back {amount} to {payee}: entry {name}/{number}.",
                    amount=words,
                    payee=payee,
                    name=member.coop.name,
                    number=paid.number,
                )
            )
        else:
            output.line(
                say(
                    "This refund of {amount} is {state} already.",
                    amount=words,
                    state=state_words(prepared["state"]),
                )
            )
        listed = objects(member.client, member.client.get(path), "refunds")
        output.result(next(each for each in listed if each["id"] == prepared["id"]))


def _same_refund(
    member: Membership, path: str, earlier: Paid | None, amount: int | None
) -> Json | None:
    """The refund of this invoice that was just finished, when it is what is asked for now."""
    if earlier is None or not earlier.intent.reference:
        return None
    for each in objects(member.client, member.client.get(path), "refunds"):
        payment = each.get("payment")
        reference = payment.get("reference") if isinstance(payment, dict) else None
        if reference == earlier.intent.reference and amount in (None, earlier.intent.amount):
            return each
    return None


def _check_not_refunded(member: Membership, path: str, amount: int | None) -> None:
    """Refuse what looks like the same refund once more: it has no id that would tell."""
    now = number(member.client, member.me(), "time")
    for each in objects(member.client, member.client.get(path), "refunds"):
        with reading(member.client):
            is_same = each["entry"] is not None and minor(each, "amount") == amount
            is_recent = now - int(each["created"]) < SAME_WISH_SECONDS
        if is_same and is_recent:
            place = f"{member.coop.name}/{each['entry']}"
            raise CliError(
                ExitCode.REFUSED,
                "refunded_already",
                say(
                    "As much of this invoice is paid back already: entry {place}, {time}. Nothing more "
                    "was paid back.",
                    place=place,
                    time=when(each["created"]),
                ),
                say(
                    "If it is to be paid back once more, give --again; or give each refund an id of its "
                    "own with --id."
                ),
                {"coop": member.coop.name, "number": each["entry"]},
            )


def _as_payment(member: Membership, prepared: Json) -> tuple[PaymentIntent, Address, Bound]:
    """What the merchant's key has to sign for a prepared refund."""
    asked = prepared["payment"]
    coop = member.charter.coops[asked["payee_coop"]]
    found = member.client.get(path_of("v1", "accounts", coop.name, asked["payee"]))
    payee = Address(handle=text(member.client, found, "handle"), coop=coop.name)
    intent = PaymentIntent(
        payee=str(payee),
        amount=integer(member.client, asked, "amount"),
        reference=text(member.client, asked, "reference"),
    )
    bound = Bound(account=asked["payee"], reference=bytes.fromhex(asked["reference"]))
    return intent, payee, bound
