"""`fiado guarantee`: answer for part of what another member owes, see for whom you do, and stop."""

from collections.abc import Callable
from pathlib import Path

import click

from cli.keys.drafting import sign_together
from cli.shell.consent import agree_to_sign
from cli.shell.days import read_day
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.guarantee_words import (
    given_lines,
    guarantee_fields,
    ring_lines,
    show_guarantees,
    worst_case_lines,
)
from cli.shell.language import say
from cli.shell.parameters import AMOUNT, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from ledger.transactions import encode_transaction
from node.member.answers import encode_bytes, integer, nested, reading
from node.member.client import Json, NodeClient, path_of
from node.member.guaranteeing import Outlook, look_ahead, sign_guarantee
from node.member.membership import Membership

_yes = click.option("--yes", "is_agreed", is_flag=True, help="Sign without asking; for scripts.")


@click.group()
def guarantee() -> None:
    """Answer for part of what another member owes, up to a cap, until a day."""


@guarantee.command("offer")
@click.argument("handle")
@click.argument("amount", type=AMOUNT)
@click.option("--until", required=True, metavar="DATE", help="On this day it ends.")
@_yes
@wallet_option
@passphrase_options
@output_option
def offer(
    handle: str,
    amount: int,
    until: str,
    is_agreed: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Answer for HANDLE up to AMOUNT; in place of what you have offered for them before.

    If they leave with a debt, you may have to pay up to that much. Until then you can spend less by it. Their
    credit limit stays what it is: that is for the stewards to decide, who see your guarantee.
    """
    _change(
        handle,
        amount,
        read_day(until, "--until"),
        is_agreed,
        (wallet, passphrase, output),
    )


@guarantee.command("withdraw")
@click.argument("handle")
@_yes
@wallet_option
@passphrase_options
@output_option
def withdraw(
    handle: str, is_agreed: bool, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Answer for HANDLE no more.

    What their debt needs of it now stays until the debt is paid or others cover it, and never grows. You can
    withdraw again when others have come to answer for them.
    """
    _change(handle, 0, None, is_agreed, (wallet, passphrase, output))


def _change(
    handle: str,
    cap: int,
    until: int | None,
    is_agreed: bool,
    where: tuple[Path, PassphraseSource, Output],
) -> None:
    wallet, passphrase, output = where
    if output.is_json and not is_agreed:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        asked, client = _offer(member, handle), member.client
        stands = nested(client, asked, "guarantee")
        before = integer(client, stands, "cap")
        outlook = look_ahead(
            cap=before,
            needed=integer(client, stands, "needed"),
            wanted=cap,
            room=integer(client, asked, "room"),
        )
        signed = sign_guarantee(
            member.key,
            federation=member.founding.federation,
            coop=member.coop.number,
            guarantor=member.account,
            member=integer(client, nested(client, stands, "member"), "account"),
            revision=integer(client, stands, "revision") + 1,
            cap=cap,
            until=until,
        )
        _check_changes(outlook, stands, client, handle, until)
        with reading(client):
            for line in worst_case_lines(asked, outlook, cap=cap, until=until):
                output.line(line)
        _check_room(outlook, before)
        if sign_together(member, signed, is_agreed=is_agreed, output=output):
            return
        if not is_agreed:
            agree_to_sign(say("Sign this?"))
        body = {"transaction": encode_bytes(encode_transaction(signed))}
        recorded = member.client.post("/v1/transactions", body)
        entry = integer(member.client, recorded, "number")
        output.line(say("Recorded: entry {name}/{entry}.", name=member.coop.name, entry=entry))
        after = _offer(member, handle)
        output.result({"number": entry, "room": after["room"], **after["guarantee"]})


def _check_changes(
    outlook: Outlook, stands: Json, client: NodeClient, handle: str, until: int | None
) -> None:
    """Who would withdraw nothing is told so before anything is asked or signed."""
    cap, wanted = integer(client, stands, "cap"), integer(client, stands, "wanted")
    if until is not None or wanted or outlook.worst < cap:
        return
    if not cap:
        raise CliError(
            ExitCode.REFUSED,
            "guarantee_unchanged",
            say("You don't answer for {handle}.", handle=handle),
            say("Nothing needs to be done. `fiado guarantee list` shows for whom you do."),
        )
    raise CliError(
        ExitCode.REFUSED,
        "guarantee_unchanged",
        say(
            "You have withdrawn it already; their debt needs the {amount} that stay.",
            amount=in_units(cap),
        ),
        say("It goes down by itself as the debt is paid or others answer for it."),
    )


def _check_room(outlook: Outlook, before: int) -> None:
    """The node refuses it too; a person should not sign what can't be recorded."""
    if outlook.worst > before and outlook.room_after < 0:
        raise CliError(
            ExitCode.REFUSED,
            "guarantee_beyond_room",
            say("You have not so much room: nobody pledges what they could not pay."),
            say("Offer less, earn first, or lower another guarantee."),
        )


def _offer(member: Membership, handle: str) -> Json:
    name = handle.removesuffix(f"@{member.coop.name}")
    return member.client.get(path_of("v1", "me", "guarantees", f"@{name}"))


@guarantee.command("list")
@wallet_option
@passphrase_options
@output_option
def list_(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show for whom you answer, who answers for you, and what was changed about those you answer for."""

    def show(member: Membership) -> Json:
        found = member.client.get("/v1/me/guarantees")
        with reading(member.client):
            show_guarantees(found, output)
            for line in (*given_lines(found), *ring_lines(found["rings"])):
                output.line(line)
        return found

    _asked(show, wallet, passphrase, output)


@guarantee.command("show")
@click.argument("handle")
@wallet_option
@passphrase_options
@output_option
def show(handle: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show what you answer for with HANDLE, and what would stay if you stopped now."""

    def one(member: Membership) -> Json:
        found = _offer(member, handle)
        with reading(member.client):
            output.fields(guarantee_fields(found))
        return found

    _asked(one, wallet, passphrase, output)


def _asked(
    show_: Callable[[Membership], Json],
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        output.result(show_(member))
