"""`fiado wallet node`: where the home cooperative's node answers, asked of any node."""

from pathlib import Path

import click

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import NODE_URL, output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import unlock
from node.member.charters import trusted_charter
from node.member.client import NodeClient
from node.member.membership import check_joined, home_coop, keep_node
from node.member.moves import learn_addresses
from node.member.wallet_file import read_wallet


@click.command("node")
@click.argument("url", type=NODE_URL)
@wallet_option
@passphrase_options
@output_option
def wallet_node(url: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Ask the node at URL, of any cooperative, where your own cooperative's node answers now.

    Commands do so by themselves when they reach nobody; this is for a wallet that knows no other node. Only
    an address that your cooperative's node has signed is taken.
    """
    locked = read_wallet(wallet)
    check_joined(locked)
    public = locked.public
    assert public.federation is not None and public.coop is not None
    with NodeClient(url) as client:
        charter = trusted_charter(wallet, client, public.federation, needed=public.coop).charter
        coop = home_coop(client, charter, public.coop)
        found = learn_addresses(wallet, client, charter).get(coop.number)
    if found is None:
        raise CliError(
            ExitCode.REFUSED,
            "address_unknown",
            say("The node at {url} knows no signed address of {title}.", url=url, title=coop.title),
            say("Ask another cooperative's node, or your stewards."),
        )
    if found.url != public.node_url:
        keep_node(unlock(locked, passphrase), found.url)
    output.line(say("The node of {title} answers at {url}.", title=coop.title, url=found.url))
    output.result({"coop": coop.name, "node": found.url})
