"""`fiado merchant`: what a merchant needs at the command line. The subjects have modules of their own."""

from pathlib import Path

import click

from cli.merchant.invoices import invoice, refund
from cli.merchant.listen import listen
from cli.merchant.origins import origins
from cli.merchant.takings import report
from cli.merchant.webhooks import webhook
from cli.shell.forms import when
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.client import path_of
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
@click.option(
    "--days", type=click.IntRange(1, 3650), help="For how long; without it, until revoked."
)
@wallet_option
@passphrase_options
@output_option
def key_create(
    label: str,
    powers: tuple[str, ...],
    days: int | None,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Make a key. It is shown once; the node keeps only its hash."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        body: dict[str, object] = {"label": label, "powers": list(dict.fromkeys(powers))}
        if days is not None:
            body["expires_in"] = days * 86_400
        made = member.client.post("/v1/merchant/keys", body)
        output.line(
            say("The key {id} may: {names}.", id=made["id"], names=", ".join(made["powers"]))
        )
        output.line(say("Keep it where your shop's program finds it; it is shown only now:"))
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
                when(each["expires"]) if each.get("expires") else "",
                say("revoked")
                if each["revoked"]
                else say("works")
                if each.get("works", True)
                else say("ended"),
            ]
            for each in keys
        ]
        output.table(
            [say("id"), say("label"), say("powers"), say("made"), say("until"), say("state")], rows
        )
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
        output.line(say("The key {id} works no more.", id=id_))
        output.result({"id": id_, "revoked": True})


for command in (invoice, refund, report, webhook, listen, origins):
    merchant.add_command(command)
