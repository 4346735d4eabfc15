"""Before a name is erased, and after: for its owner and for stewards."""

import click

from cli.shell.consent import agree_to_replace
from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.answers import text
from node.member.client import Json, NodeClient, path_of


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


def erase_of(client: NodeClient, account: int) -> Json:
    """Let the node erase the name of a member, for a steward's session; the account afterwards."""
    client.delete(path_of("v1", "members", account, "name"))
    return client.get(path_of("v1", "members", account))
