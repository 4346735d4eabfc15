"""`fiado statement`: every change of the balance, for people, spreadsheets and bookkeeping programs."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from cli.account.memos import with_memo
from cli.account.payments import worth_cells, worth_words
from cli.paying.hours import hours_field
from cli.shell.csv_text import Amount, Cell, separator_here
from cli.shell.forms import in_units
from cli.shell.journals import said_here
from cli.shell.language import later, say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.periods import (
    Period,
    check_continues,
    continue_option,
    period_options,
    read_period,
)
from cli.shell.terminal import Output, refuse_two_forms
from cli.wallet.membership import open_membership, tell_of_trouble
from node.member.answers import Pages, integer, objects, reading, text
from node.member.bookkeeping.beancount import beancount_text
from node.member.bookkeeping.bookings import (
    Booking,
    Kind,
    Statement,
    StatementWords,
    bookings_of,
    journal_of,
)
from node.member.bookkeeping.hledger import hledger_text
from node.member.client import Json
from node.member.membership import Membership
from node.member.paying.hours import hour_pay
from node.member.paying.pricing import read_rules, value_today

WORDS: Final[Mapping[Kind, str]] = {
    Kind.PAID: later("paid"),
    Kind.RECEIVED: later("received"),
    Kind.CAME_BACK: later("came back"),
    Kind.CONTRIBUTION: later("contribution"),
    Kind.LEVY: later("levy"),
    Kind.SPENT: later("paid by the commons"),
    Kind.PAID_FOR: later("paid as a guarantor for"),
    Kind.SETTLED: later("debt settled when the account closed"),
    Kind.PASSED_ON: later("left when the account closed"),
    Kind.INHERITED: later("left by"),
    Kind.OPENED: later("balance of the system before"),
    Kind.OTHER: later("not explained by the histories that stand"),
}
"""What each part of a statement was."""

ACCOUNTS: Final[Mapping[Kind, str]] = {
    Kind.PAID: later("Payments"),
    Kind.RECEIVED: later("Payments"),
    Kind.CAME_BACK: later("Returned"),
    Kind.CONTRIBUTION: later("Contributions"),
    Kind.LEVY: later("Levies"),
    Kind.SPENT: later("Commons"),
    Kind.PAID_FOR: later("Guarantees"),
    Kind.SETTLED: later("Debt Settled"),
    Kind.PASSED_ON: later("Passed On"),
    Kind.INHERITED: later("Inherited"),
    Kind.OPENED: later("Opening"),
    Kind.OTHER: later("Unexplained"),
}
"""The last word of the account in a journal that is on the other side."""

FORMATS: Final = ("table", "csv", "hledger", "beancount")


@click.command()
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
@wallet_option
@passphrase_options
@output_option
def statement(
    first: str | None,
    last: str | None,
    zone: str | None,
    continues: bool,
    format_: str,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Show every change of your balance in a time, with the balance before and after.

    Contributions, levies, what came back and what you paid for others are lines of their own, so that it adds
    up. What comes from another cooperative is in it from the moment when it arrived: the statement of a month
    that is over does not change any more.
    """
    refuse_two_forms(format_, output)
    period = read_period(first, last, zone)
    check_continues(format_, continues=continues, period=period)
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        tell_of_trouble(member, output.note)
        found = read_statement(member, period)
        in_work = _in_work(member, found.closing) if format_ == "table" else {}
    _show(found, period, format_, output, continues=continues)
    for name, hours in in_work.items():
        output.line(f"{say('closing balance')}, {name}: {hours}")


def _in_work(member: Membership, closing: int) -> dict[str, str]:
    """What the closing balance comes to today, in hours of work."""
    rules = read_rules(member.client) if member.charter.index is not None else None
    if rules is None:
        return {}
    client = member.client
    return hours_field(closing, value_today(client, rules), hour_pay(client, rules))


def read_statement(member: Membership, period: Period) -> Statement:
    """The statement of a time, page by page, with the memos that this wallet can read."""
    client, after, bookings = member.client, None, list[Booking]()
    pages = Pages(client)
    while True:
        page = client.get(
            "/v1/me/statement",
            limit=200,
            after=after,
            **{"from": period.since, "to": period.until},
        )
        for line in objects(client, page, "lines"):
            with reading(client):
                bookings += bookings_of(
                    line, coop=member.coop.name, memo=_memo(member, line["payment"])
                )
        after = pages.after(page)
        if after is None:
            break
    return Statement(
        coop=member.coop.name,
        handle=text(client, page, "handle"),
        unit=member.founding.unit,
        since=period.since,
        until=period.until,
        opening=integer(client, page, "opening"),
        closing=integer(client, page, "closing"),
        bookings=bookings,
    )


def _memo(member: Membership, payment: Json | None) -> str:
    return "" if payment is None else str(with_memo(member, payment)["memo"] or "")


def words_here(*, continues: bool = False) -> StatementWords:
    """What a journal says, in the language of whoever asks for it."""
    return StatementWords(
        kinds={kind: say(words) for kind, words in WORDS.items()},
        accounts={kind: say(word) for kind, word in ACCOUNTS.items()},
        said=said_here(continues=continues),
    )


def _show(
    found: Statement, period: Period, format_: str, output: Output, *, continues: bool
) -> None:
    if format_ == "csv":
        output.csv(csv_rows(found, period), separator=separator_here(os.environ))
    elif format_ == "table":
        _show_table(found, period, output)
    else:
        write = hledger_text if format_ == "hledger" else beancount_text
        words = words_here(continues=continues)
        output.file(write(journal_of(found, period.zone, words, continues=continues)))
    output.result(_as_json(found, period))


def csv_rows(found: Statement, period: Period) -> list[list[Cell]]:
    """A heading, the opening balance, a row for each part, and the closing balance."""
    opening: list[Cell] = ["", say("opening balance"), "", "", Amount(found.opening), *[""] * 5]
    closing: list[Cell] = ["", say("closing balance"), "", "", Amount(found.closing), *[""] * 5]
    rows: list[list[Cell]] = [
        [
            _moment(each, period),
            say(WORDS[each.kind]),
            each.other,
            Amount(each.amount),
            Amount(each.balance),
            each.entry,
            "" if each.paid == each.entry else each.paid,
            each.memo,
            *worth_cells(each.worth),
        ]
        for each in found.bookings
    ]
    return [[*_headings(period)], opening, *rows, closing]


def _headings(period: Period) -> list[str]:
    when = say("when, in {zone}", zone=period.zone.key)
    return [
        when,
        say("what"),
        say("with"),
        say("amount"),
        say("balance"),
        say("entry"),
        say("paid at"),
        say("what for"),
        say("currency"),
        say("worth then"),
    ]


def _moment(booking: Booking, period: Period) -> str:
    moment = datetime.fromtimestamp(booking.time, tz=UTC).astimezone(period.zone)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _show_table(found: Statement, period: Period, output: Output) -> None:
    output.line(
        say("{handle}@{coop}, in {unit}", handle=found.handle, coop=found.coop, unit=found.unit)
    )
    rows = [
        [
            _moment(each, period)[:16],
            say(WORDS[each.kind]),
            each.other,
            in_units(each.amount),
            in_units(each.balance),
            each.entry,
            each.memo,
            worth_words(each.worth),
        ]
        for each in found.bookings
    ]
    blank = ["", "", ""]
    opening = ["", say("opening balance"), "", "", in_units(found.opening), *blank]
    closing = ["", say("closing balance"), "", "", in_units(found.closing), *blank]
    headings = [
        say("when"),
        say("what"),
        say("with"),
        say("amount"),
        say("balance"),
        say("entry"),
        say("what for"),
        say("worth then"),
    ]
    right = [say("amount"), say("balance"), say("worth then")]
    output.table(headings, [opening, *rows, closing], right_aligned=right)
    output.line(say("Days in the time zone {zone}.", zone=period.zone.key))


def _as_json(found: Statement, period: Period) -> Json:
    return {
        "address": f"{found.handle}@{found.coop}",
        "unit": found.unit,
        "zone": period.zone.key,
        "from": found.since,
        "to": found.until,
        "opening": found.opening,
        "closing": found.closing,
        "bookings": [
            {
                "time": each.time,
                "entry": each.entry,
                "kind": each.kind.value,
                "amount": each.amount,
                "balance": each.balance,
                "other": each.other,
                "memo": each.memo,
                "paid": each.paid,
                "worth": None
                if each.worth is None
                else {"currency": each.worth.currency, "minor": each.worth.minor},
            }
            for each in found.bookings
        ],
    }
