"""`fiado contact`: names for payees on this device, which no node sees."""

from pathlib import Path
from typing import Any

import click

from cli.shell.consent import agree_to_replace
from cli.shell.errors import CliError, words_stand_in
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import ADDRESS, output_option, wallet_option
from cli.shell.terminal import Output
from node.member.addresses import Address
from node.member.client import NodeClient, path_of
from node.member.contacts import Contact, ContactBook, find_contact, is_like_a_handle, parse_name
from node.member.failures import NodeProblem
from node.member.membership import NotJoined
from node.member.wallet_file import read_wallet

words_stand_in("cli.paying.words")


class NameType(click.ParamType[str]):
    """A name for a payee, such as `Carla la panadera`."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the text."""
        return parse_name(str(value))


@click.group()
def contact() -> None:
    """Names for payees, kept on this device only: `fiado pay NAME` shows the address and asks."""


@contact.command("add")
@click.argument("name", type=NameType())
@click.argument("address", type=ADDRESS)
@click.option(
    "--replace",
    "may_replace",
    is_flag=True,
    help="Without asking, where the name stands for another address so far.",
)
@wallet_option
@output_option
def add(name: str, address: Address, may_replace: bool, wallet: Path, output: Output) -> None:
    """Let NAME stand for ADDRESS on this device, such as `fiado contact add "Carla" carla@sur`.

    The account has to be there, and no member of your own cooperative may be called like that: a name never
    stands in the place of somebody's real one. Where NAME stands for another address already, you are asked.
    """
    public = read_wallet(wallet).public
    if public.node_url is None or public.coop is None:
        raise NotJoined(wallet)
    with NodeClient(public.node_url) as client:
        client.get(path_of("v1", "accounts", address.coop, f"@{address.handle}"))
        _check_name(client, name, address, public.coop)
    if not may_replace:
        _agree_to_another(find_contact(ContactBook(wallet).read(), name), address, output)
    earlier = ContactBook(wallet).put(Contact(name, address))
    output.line(
        say("{name} is {address} from now on, on this device.", name=name, address=str(address))
    )
    if earlier is not None and earlier.address != address:
        output.line(say("Before, it was {address}.", address=str(earlier.address)))
    output.result({"name": name, "address": str(address)})


def _agree_to_another(earlier: Contact | None, address: Address, output: Output) -> None:
    """Ask before a name stands for somebody else: who pays by it would pay another person."""
    if earlier is None or earlier.address == address:
        return
    name, before, after = earlier.name, str(earlier.address), str(address)
    if output.is_json:
        raise CliError(
            ExitCode.REFUSED,
            "name_taken",
            say(
                "{name} is {earlier} on this device, so it does not become {address}.",
                name=name,
                earlier=before,
                address=after,
            ),
            say("Choose another name, or give --replace if it is to stand for the new address."),
            {"earlier": before, "address": after},
        )
    question = say(
        "{name} is {earlier} on this device. Is it {address} from now on?",
        name=name,
        earlier=before,
        address=after,
    )
    agree_to_replace(question, option="--replace")


def _check_name(client: NodeClient, name: str, address: Address, home: str) -> None:
    handle = is_like_a_handle(name)
    if handle is None or (handle, home) == (address.handle, address.coop):
        return
    try:
        client.get(path_of("v1", "accounts", home, f"@{handle}"))
    except NodeProblem as problem:
        if problem.code == "account_not_found":
            return
        raise
    raise CliError(
        ExitCode.REFUSED,
        "name_is_a_handle",
        say(
            "{member} is somebody else than {address}, so {name} can't stand for that.",
            member=f"{handle}@{home}",
            address=str(address),
            name=name,
        ),
        say("Choose another name, such as one with a blank in it."),
    )


@contact.command("list")
@wallet_option
@output_option
def list_(wallet: Path, output: Output) -> None:
    """Show the names and whom they stand for."""
    contacts = ContactBook(wallet).read()
    if contacts:
        output.table(
            [say("name"), say("address")], [[each.name, str(each.address)] for each in contacts]
        )
    else:
        output.line(say('No names yet: `fiado contact add "Carla" carla@sur`.'))
    output.result(
        {"contacts": [{"name": each.name, "address": str(each.address)} for each in contacts]}
    )


@contact.command("remove")
@click.argument("name", type=NameType())
@wallet_option
@output_option
def remove(name: str, wallet: Path, output: Output) -> None:
    """Forget NAME on this device."""
    gone = ContactBook(wallet).remove(name)
    output.line(
        say("{name} is forgotten; it was {address}.", name=gone.name, address=str(gone.address))
    )
    output.result({"name": gone.name, "address": str(gone.address)})
