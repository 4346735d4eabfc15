"""`fiado history` and `fiado memo`: what the member's own node knows of the account's payments."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.account.fallen import my_fallen, show_fallen
from cli.account.limits import (
    show_all_changes,
)
from cli.shell.csv_text import Amount, Cell, separator_here
from cli.shell.describing import when
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.parameters import PLACE, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership, tell_of_trouble
from node.member.amounts import format_amount
from node.member.answers import objects, read_bytes, reading, text
from node.member.client import Json, path_of
from node.member.membership import Membership
from node.member.places import EntryPlace
from node.member.sealing import open_memo


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
