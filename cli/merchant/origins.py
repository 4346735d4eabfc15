"""`fiado merchant origins`: the sites of yours that may show your bills in a frame."""

from pathlib import Path

import click

from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership

_PATH = "/v1/merchant/origins"


@click.group()
def origins() -> None:
    """The sites that may show your bills in a frame; see docs/MERCHANTS.md."""


@origins.command("list")
@wallet_option
@passphrase_options
@output_option
def list_all(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show the sites that are listed."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        _show(member.client.get(_PATH)["origins"], output)


@origins.command("add")
@click.argument("sites", metavar="ORIGIN...", nargs=-1, required=True)
@wallet_option
@passphrase_options
@output_option
def add(sites: tuple[str, ...], wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """List sites such as https://shop.example besides those that are listed."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        wanted = list(dict.fromkeys([*member.client.get(_PATH)["origins"], *sites]))
        _show(member.client.post(_PATH, {"origins": wanted})["origins"], output)


@origins.command("remove")
@click.argument("sites", metavar="ORIGIN...", nargs=-1, required=True)
@wallet_option
@passphrase_options
@output_option
def remove(
    sites: tuple[str, ...], wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Take sites off the list; what is not on it is said."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        listed = member.client.get(_PATH)["origins"]
        for site in sites:
            if site not in listed:
                output.note(say("{site} is not on the list.", site=site))
        left = [each for each in listed if each not in sites]
        _show(member.client.post(_PATH, {"origins": left})["origins"], output)


def _show(found: list[str], output: Output) -> None:
    for each in found:
        output.line(each)
    if not found:
        output.line(say("No site may show your bills in a frame."))
    output.result({"origins": found})
