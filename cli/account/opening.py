"""`fiado opening`: with which balance an account moved in, and that its owner agrees with it."""

from dataclasses import replace
from pathlib import Path

import click

from cli.keys.drafting import sign_together
from cli.shell.consent import agree_to_sign
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units, moment
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from ledger.government.opening import Acknowledge
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.transactions import encode_transaction, signed_part
from node.member.answers import decode_hex, encode_bytes, integer
from node.member.client import Json


@click.group()
def opening() -> None:
    """The balance with which you came from the system that your cooperative had before."""


@opening.command("show")
@wallet_option
@passphrase_options
@output_option
def show(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show how the books were opened, and with which balance for you."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        _show(member.client.get("/v1/me/opening"), output)


def _show(found: Json, output: Output) -> None:
    if found.get("opening") is None:
        output.line(say("The books of your cooperative began with nothing."))
        output.result(found)
        return
    whole = found["opening"]
    balance = found.get("balance")
    output.fields(
        {
            say("opened"): moment(int(whole["time"])),
            say("resolution"): whole.get("resolution") or say("Its text is not here."),
            say("hash of the file"): str(whole["statement"]),
            say("agreed with"): say(
                "{count} of {accounts} members",
                count=whole["acknowledged"],
                accounts=whole["accounts"],
            ),
            say("you began with"): say("nothing") if balance is None else in_units(int(balance)),
        }
    )
    if balance is not None and not found.get("acknowledged"):
        output.line(say("If that is right, `fiado opening acknowledge` says so in the log."))
    output.result(found)


@opening.command("acknowledge")
@click.option("--yes", is_flag=True, help="Sign without asking; for scripts.")
@wallet_option
@passphrase_options
@output_option
def acknowledge(yes: bool, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Say in the log that the balance with which you began is the one that you had.

    If it is not, don't: tell your stewards. Nothing else depends on it.
    """
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = member.client.get("/v1/me/opening")
        if found.get("opening") is None or found.get("balance") is None:
            raise CliError(
                ExitCode.REFUSED,
                "opening_missing",
                say("You began with nothing, so there is nothing to agree with."),
                say("`fiado opening show` shows how the books were opened."),
            )
        bare = Acknowledge(
            account=member.account,
            statement=decode_hex(member.client, found["opening"], "statement"),
            balance=integer(member.client, found, "balance"),
        )
        output.line(say("You began with {amount}.", amount=in_units(bare.balance)))
        if sign_together(member, bare, is_agreed=yes, output=output):
            return
        if not yes:
            if output.is_json:
                raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
            agree_to_sign(say("Is that what you had?"))
        message = signed_bytes(
            TAG_ENTRY,
            federation=member.charter.federation,
            coop=member.coop.number,
            body=signed_part(bare),
        )
        signed = replace(bare, signature=member.key.sign(message))
        answer = member.client.post(
            "/v1/transactions", {"transaction": encode_bytes(encode_transaction(signed))}
        )
        number = integer(member.client, answer, "number")
        output.line(say("Recorded: entry {name}/{number}.", name=member.coop.name, number=number))
        output.result({"number": number, "balance": bare.balance})
