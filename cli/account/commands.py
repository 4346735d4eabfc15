"""`fiado balance`, `fiado history` and `fiado memo`: what the member's own node knows of the account."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.account.fallen import FALLEN_HINT, has_fallen_payments, my_fallen, show_fallen
from cli.account.limits import (
    long_debt_line,
    near_limit_line,
    show_all_changes,
    show_newest_changes,
    show_schedule,
)
from cli.paying.in_doubt import in_doubt_as_json, in_doubt_line
from cli.paying.prices import worth_words
from cli.shell.csv_text import Amount, Cell, separator_here
from cli.shell.describing import when
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.guarantee_words import given_lines
from cli.shell.leaving_words import claim_lines, paid_for_lines
from cli.shell.parameters import PLACE, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.recovery_words import recovery_lines
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership, tell_of_trouble
from ledger.index.days import text_from_day
from node.member.amounts import format_amount
from node.member.answers import integer, objects, read_bytes, reading, text
from node.member.client import Json, NodeError, path_of
from node.member.membership import Membership
from node.member.paying.desk import account_of
from node.member.paying.pricing import IndexValue, read_rules, value_today
from node.member.pending_journal import look_at_pending
from node.member.places import EntryPlace
from node.member.sealing import open_memo

STATUS_WORDS = {
    "open": "open",
    "frozen": "frozen: it can be paid but can't pay",
    "closed": "closed",
}


@click.command()
@wallet_option
@passphrase_options
@output_option
def balance(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show what you have, what you owe, and what you can spend.

    It also shows a payment whose answer was lost, with the command that settles it.
    """
    with open_membership(wallet, passphrase) as member:
        # Looked at first: what is settled in the meantime is in the balance for certain.
        pending = look_at_pending(
            wallet, public_key=member.key.public_key, account=account_of(member)
        )
        try:
            member.open_session()
            tell_of_trouble(member, output.note)
            me = member.me()
            changes = objects(member.client, member.client.get("/v1/me/changes"), "changes")
            value = _value_today(member)
            has_fallen = has_fallen_payments(member)
        except NodeError:
            if pending is not None:
                output.note(in_doubt_line(pending))
            raise
        _tell_of_recovery(member, me, output)
        _tell_of_pledges(member, me, output)
        _tell_of_claim(member, me, output)
        _tell_of_paid_debts(member, me, output)
        amount = integer(member.client, me, "balance")
        unit = member.founding.unit
        output.line(f"{member.address}: {in_words(amount, unit)}")
        output.fields(
            {
                "balance": format_amount(amount)
                + (
                    ""
                    if value is None
                    else f"  ({value.price_of(amount)}, at {worth_words(value)})"
                ),
                "credit limit": format_amount(integer(member.client, me, "limit")),
                "can spend": _spendable(member, me),
                "account": STATUS_WORDS.get(str(me.get("status")), str(me.get("status"))),
            }
        )
        if pending is not None:
            output.line(in_doubt_line(pending))
        if has_fallen:
            output.line(FALLEN_HINT)
        with reading(member.client):
            if (near := near_limit_line(me)) is not None:
                output.line(near)
            if (long := long_debt_line(me)) is not None:
                output.line(long)
            show_schedule(me, output)
            show_newest_changes(changes, output)
        worth = None if value is None else _worth_as_json(value, amount)
        output.result(
            {
                **me,
                "address": str(member.address),
                "changes": changes,
                "worth": worth,
                "in_doubt": in_doubt_as_json(pending),
                "has_fallen": has_fallen,
            }
        )


def _tell_of_recovery(member: Membership, me: Json, output: Output) -> None:
    """Before all else: whoever has not asked for it has to see it in time to object."""
    running = me.get("recovery")
    with reading(member.client):
        for line in [] if running is None else recovery_lines(running, str(member.address)):
            output.line(line)


def _tell_of_paid_debts(member: Membership, me: Json, output: Output) -> None:
    """What was paid as a guarantor is no payment of the member's, so the history lacks it."""
    with reading(member.client):
        for line in paid_for_lines(me.get("paid_for") or [], member.coop.name):
            output.line(line)


def _tell_of_pledges(member: Membership, me: Json, output: Output) -> None:
    """Who answers for others is told what was changed about them, and how much is pledged."""
    with reading(member.client):
        if me.get("pledged"):
            for line in given_lines(member.client.get("/v1/me/guarantees")):
                output.line(line)
            pledged = format_amount(int(me["pledged"]))
            output.line(f"You answer for others with {pledged}: `fiado guarantee list`.")


def _tell_of_claim(member: Membership, me: Json, output: Output) -> None:
    """Then this: whoever owes has to see in time until when it can be paid."""
    claim = me.get("claim")
    with reading(member.client):
        for line in [] if claim is None else claim_lines(claim, str(member.address)):
            output.line(line)


def _spendable(member: Membership, me: Json) -> str:
    """What a payment may come to now."""
    if me.get("status") != "open":
        return "nothing"
    return format_amount(max(0, integer(member.client, me, "available")))


def _value_today(member: Membership) -> IndexValue | None:
    """What a unit is worth today, if the federation has an index and the day is known."""
    rules = read_rules(member.client) if member.charter.index is not None else None
    return None if rules is None else value_today(member.client, rules)


def _worth_as_json(value: IndexValue, amount: int) -> Json:
    price = value.price_of(amount)
    return {
        "currency": price.currency,
        "minor": price.minor,
        "day": text_from_day(value.day),
        "value_millionths": value.value,
    }


def in_words(amount: int, unit: str) -> str:
    """A balance as a sentence."""
    if amount < 0:
        return f"you owe the community {format_amount(-amount)} {unit}."
    if amount > 0:
        return f"the community owes you {format_amount(amount)} {unit}."
    return "nobody owes anybody anything."


@click.command()
@click.option("--limit", type=click.IntRange(1, 200), default=20, help="How many entries.")
@click.option("--before", metavar="CURSOR", help="Go on where an earlier page ended.")
@click.option("--csv", "is_csv", is_flag=True, help="As CSV, for a spreadsheet: only the payments.")
@click.option(
    "--changes",
    "is_about_changes",
    is_flag=True,
    help="Instead of payments, what was changed about your account: when, by whom, until when, why.",
)
@wallet_option
@passphrase_options
@output_option
def history(
    limit: int,
    before: str | None,
    is_csv: bool,
    is_about_changes: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Show your payments, newest first, with their memos.

    What came back has a line of its own: because the payee's account was closed, or their cooperative left.
    """
    if is_about_changes and (is_csv or before is not None):
        raise click.UsageError("Give --changes alone: all changes are shown at once.")
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        tell_of_trouble(member, output.note)
        if is_about_changes:
            _show_changes(member, output)
            return
        page = member.client.get("/v1/me/history", limit=limit, before=before)
        items = [_with_memo(member, item) for item in objects(member.client, page, "items")]
        fallen = my_fallen(member) if before is None else []
        with reading(member.client):
            lines = [history_line(item) for item in items]
        headings = ["when", "amount", "with", "state", "entry", "memo"]
        if is_csv:
            headings[0] = "when, in UTC"
            rows: list[list[Cell]] = [[*headings], *(line.cells() for line in lines)]
            output.csv(rows, separator=separator_here(os.environ))
        elif lines:
            shown = [line.shown() for line in lines]
            output.table(headings, shown, right_aligned=["amount"])
        else:
            output.line("No payments yet.")
        with reading(member.client):
            if not is_csv:
                show_fallen(fallen, (member.coop.number, member.account), output)
        following = page.get("next")
        if following:
            (output.note if is_csv else output.line)(f"More: `fiado history --before {following}`")
        if page.get("complete") is False:
            output.note("The node is still indexing; older payments may be missing here.")
        output.result(
            {
                "items": items,
                "fallen": fallen,
                "next": following,
                "complete": page.get("complete", True),
            }
        )


def _show_changes(member: Membership, output: Output) -> None:
    """What was changed about the account, newest first."""
    page = member.client.get("/v1/me/changes")
    changes = objects(member.client, page, "changes")
    with reading(member.client):
        unknown = int(page.get("unknown", 0))
        show_all_changes(changes, unknown, output)
    output.result({"changes": changes, "unknown": unknown})


def _with_memo(member: Membership, item: Json) -> Json:
    """The item with its memo opened, in the place of the sealed one."""
    sealed, reference = item.get("memo"), item.get("reference")
    opened = None
    if isinstance(sealed, str) and isinstance(reference, str):
        try:
            opened = open_memo(
                read_bytes(sealed), seed=member.wallet.seed, reference=bytes.fromhex(reference)
            )
        except ValueError:
            opened = None
    return {**item, "memo": opened}


def history_line(item: Json) -> "_Line":
    """A payment as a line of the history."""
    other = item.get("other") or {}
    name = other.get("handle") or other.get("account")
    sign = -1 if item.get("direction") == "out" else 1
    return _Line(
        time=int(item["time"]),
        amount=sign * (int(item["amount"]) + (int(item.get("fee", 0)) if sign < 0 else 0)),
        other=f"{name}@{other.get('coop')}",
        state=_state(item),
        entry=f"{item['coop']}/{item['number']}",
        memo=str(item.get("memo") or ""),
    )


def _state(item: Json) -> str:
    """What has become of a payment."""
    if item.get("direction") == "returned":
        return _CAME_BACK.get(str(item.get("cause")), "came back")
    if item.get("status") == "returned":
        if item.get("direction") == "in":
            return "went back"
        has_left = item.get("cause") == "coop_left"
        return "not taken, came back" if has_left else "not taken, comes back"
    return "arrived" if item.get("delivered") else "on its way"


_CAME_BACK = {
    "account_closed": "came back: the account was closed",
    "coop_left": "came back: the cooperative has left",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the history: the same in the table and in the file."""

    time: int
    amount: int
    other: str
    state: str
    entry: str
    memo: str

    def shown(self) -> list[str]:
        """For the table."""
        amount = format_amount(self.amount)
        return [when(self.time), amount, self.other, self.state, self.entry, self.memo]

    def cells(self) -> list[Cell]:
        """For CSV."""
        moment = datetime.fromtimestamp(self.time, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
        return [moment, Amount(self.amount), self.other, self.state, self.entry, self.memo]


@click.group()
def memo() -> None:
    """The private texts of your payments."""


@memo.command("erase")
@click.argument("place", metavar="COOP/ENTRY", type=PLACE)
@wallet_option
@passphrase_options
@output_option
def erase(place: EntryPlace, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Erase your copy of a payment's memo for good, such as that of `norte/12`.

    The other side's copy is theirs. The ledger never held the text, only a salted hash, which tells
    nothing once the text is gone.
    """
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        payment = member.client.get(path_of("v1", "payments", place.coop, place.number))
        if payment.get("reference") is None:
            raise CliError(
                ExitCode.REFUSED,
                "memo_not_found",
                f"The payment {place} has no memo.",
                "`fiado history` shows which have one.",
            )
        reference = text(member.client, payment, "reference")
        member.client.delete(path_of("v1", "me", "memos", reference))
        output.line(f"Your copy of the memo of {place} is erased.")
        output.result({"erased": True, "reference": reference, "entry": str(place)})
