"""`fiado history` and `fiado memo`: what the member's own node knows of the account's payments."""

import os
from pathlib import Path

import click

from cli.account.fallen import my_fallen, show_fallen
from cli.account.limits import show_all_changes
from cli.account.payments import Asked, find_payments, history_line
from cli.shell.csv_text import Cell, separator_here
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import PLACE, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.periods import period_options, read_period
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership, tell_of_trouble
from node.member.answers import objects, reading, text
from node.member.client import path_of
from node.member.membership import Membership
from node.member.places import EntryPlace


@click.command()
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="How many; with --find a few more may come.",
)
@click.option("--before", metavar="CURSOR", help="Go on where an earlier page ended.")
@period_options
@click.option(
    "--find", metavar="TEXT", help="Only those with this text: in the memo, the name or the place."
)
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
    first: str | None,
    last: str | None,
    zone: str | None,
    find: str | None,
    is_csv: bool,
    is_about_changes: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Show your payments, newest first, with their memos.

    What came back has a line of its own: because the payee's account was closed, or their cooperative left.
    """
    period = read_period(first, last, zone) if first or last or zone else None
    asked = Asked(limit=limit, before=before, period=period, find=find)
    if is_about_changes and (is_csv or asked.is_part):
        raise click.UsageError(say("Give --changes alone: all changes are shown at once."))
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        tell_of_trouble(member, output.note)
        if is_about_changes:
            _show_changes(member, output)
        else:
            _show_history(member, asked, is_csv=is_csv, output=output)


def _show_history(member: Membership, asked: Asked, *, is_csv: bool, output: Output) -> None:
    found = find_payments(member, asked)
    fallen = [] if asked.is_part else my_fallen(member)
    with reading(member.client):
        lines = [history_line(item) for item in found.items]
    headings = [
        say("when"),
        say("amount"),
        say("with"),
        say("state"),
        say("entry"),
        say("what for"),
    ]
    if is_csv:
        headings[0] = say("when, in UTC")
        worth = [say("currency"), say("worth then")]
        rows: list[list[Cell]] = [[*headings, *worth], *(line.cells() for line in lines)]
        output.csv(rows, separator=separator_here(os.environ))
    elif lines:
        output.table(
            [*headings, say("worth then")],
            [line.shown() for line in lines],
            right_aligned=[say("amount"), say("worth then")],
        )
    else:
        output.line(say("No such payments.") if asked.is_part else say("No payments yet."))
    with reading(member.client):
        if not is_csv:
            show_fallen(fallen, (member.coop.number, member.account), output)
    if found.next:
        more = say(
            "More: `fiado history {words}--before {next}`", words=asked.words, next=found.next
        )
        (output.note if is_csv else output.line)(more)
    if not found.is_complete:
        output.note(say("The node is still indexing; older payments may be missing here."))
    output.result(
        {
            "items": list(found.items),
            "fallen": fallen,
            "next": found.next,
            "complete": found.is_complete,
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
                say("The payment {place} has no memo.", place=place),
                say("`fiado history` shows which have one."),
            )
        reference = text(member.client, payment, "reference")
        member.client.delete(path_of("v1", "me", "memos", reference))
        output.line(say("Your copy of the memo of {place} is erased.", place=place))
        output.result({"erased": True, "reference": reference, "entry": str(place)})
