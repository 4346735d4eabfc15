"""`fiado name`: what the cooperative's node says an account is called, and erasing that for good."""

from pathlib import Path

import click

from cli.shell.erasing import agree_to_erase, tell_erased
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.answers import text
from node.member.client import Json, NodeClient
from node.member.naming import check_name


@click.group()
def name() -> None:
    """What your account is called. The log has only a hash of it; the node has the name, and can erase it."""


@name.command("show")
@wallet_option
@passphrase_options
@output_option
def show(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show your name as the node has it, and check it against the hash in the log."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = member.client.get("/v1/me")
        check_name(member.client, found, federation=member.charter.federation)
        print_name(member.client, found, member.coop.name, output)


def print_name(client: NodeClient, found: Json, coop: str, output: Output) -> None:
    """Say what an account is called, and where that is known from; the result for programs."""
    address = f"{text(client, found, 'handle')}@{coop}"
    is_in_log = found.get("commitment") is None
    asked = found.get("erasure")
    if isinstance(asked, dict):
        output.line(
            say(
                "{count} of {needed} stewards have asked that this name be erased. Talk to them if you don't "
                "want that.",
                count=str(asked.get("asked")),
                needed=str(asked.get("needed")),
            )
        )
        for reason in asked.get("reasons") or []:
            output.line(say("Their reason: {reason}", reason=reason))
    if found.get("erased"):
        output.line(say("The name of account {address} was erased.", address=address))
    elif is_in_log:
        output.line(say("{address}. This name is in the log, for ever.", address=address))
    else:
        output.line(say("{address}. The log has only a hash of this name.", address=address))
    output.result(
        {
            "account": found.get("account"),
            "address": address,
            "commitment": found.get("commitment"),
            "in_log": is_in_log,
            "erased": bool(found.get("erased")),
        }
    )


@name.command("erase")
@click.option("--yes", is_flag=True, help="Erase without asking; for scripts.")
@wallet_option
@passphrase_options
@output_option
def erase(yes: bool, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Erase your name at your cooperative's node, for good.

    Your account goes on under its number: who wants to pay you writes #NUMBER@COOP. Nobody else ever gets the
    name. What others have written down of it stays with them, and a name in the log itself stays there.
    """
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = member.client.get("/v1/me")
        address = f"{text(member.client, found, 'handle')}@{member.coop.name}"
        agree_to_erase(address, yes=yes, output=output)
        member.client.delete("/v1/me/name")
        tell_erased(member.client.get("/v1/me"), member.client, member.coop.name, output)
