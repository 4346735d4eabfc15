"""Before a name is erased, and after: for its owner and for stewards."""

import click

from cli.shell.consent import agree_to_replace
from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.answers import integer, text
from node.member.client import Json, NodeClient


def agree_to_erase(address: str, *, yes: bool, output: Output) -> None:
    """Ask before a name is erased."""
    if yes:
        return
    if output.is_json:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    agree_to_replace(
        say("Erase the name {address} for good? It can't be brought back.", address=address),
        option="--yes",
    )


def tell_erased(found: Json, client: NodeClient, coop: str, output: Output) -> None:
    """Say what the account is called from now on."""
    address = f"{text(client, found, 'handle')}@{coop}"
    output.line(say("Erased. The account is {address} from now on.", address=address))
    if found.get("commitment") is None:
        output.line(say("Its old name is in the log itself, which nobody can change."))
    output.result({"address": address, "erased": True, "in_log": found.get("commitment") is None})


def tell_asked(asked: Json, address: str, client: NodeClient, output: Output) -> None:
    """Say how many stewards have asked for it, where more have to."""
    count, needed = integer(client, asked, "asked"), integer(client, asked, "needed")
    output.line(
        say(
            "You have asked that the name {address} be erased. {count} of {needed} stewards have: it is "
            "erased when the others type the same within 30 days.",
            address=address,
            count=count,
            needed=needed,
        )
    )
    output.result({"address": address, "erased": False, "asked": count, "needed": needed})


def tell_taken_back(left: Json, address: str, client: NodeClient, output: Output) -> None:
    """Say how many stewards still ask for it."""
    count, needed = integer(client, left, "asked"), integer(client, left, "needed")
    output.line(
        say(
            "You ask no more that the name {address} be erased. {count} of {needed} stewards do.",
            address=address,
            count=count,
            needed=needed,
        )
    )
    output.result({"address": address, "erased": False, "asked": count, "needed": needed})
