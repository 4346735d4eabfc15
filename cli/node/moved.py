"""`fiado node moved`: say, under the node's key, where it answers from now on."""

import time
from pathlib import Path

import click

from cli.shell.language import say
from cli.shell.parameters import output_option
from cli.shell.terminal import Output
from node.address_file import move
from node.addresses import is_address
from node.folder.loading import load_folder
from node.urls import parse_node_url


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("url")
@output_option
def moved(folder: Path, url: str, output: Output) -> None:
    """Tell members, stewards and peers that the node of FOLDER answers at URL from now on.

    It signs the address with the node's key and writes `node.address` into the folder. The node tells it to
    its peers when it starts the next time, and they tell it on: nodes dial the new address besides the one
    in their settings, and a wallet that reaches nobody at the old one asks the nodes that it knows.

    Say it once when the node begins to serve, and again whenever its address or its key changes.
    """
    address = parse_node_url(url).lower()
    if not is_address(address):
        raise click.BadParameter(
            say(
                "it may have letters, digits, points and hyphens, and a port: "
                "https://norte.example:8440."
            ),
            param_hint="URL",
        )
    found = load_folder(folder, any_key=True)
    statement = move(found, address, now=int(time.time()))
    output.line(
        say(
            "Signed: the node of {title} answers at {url}.",
            title=found.coop.title,
            url=statement.url,
        )
    )
    output.line(say("Start it there, or start it again: then it tells its peers."))
    if found.settings.merchant.public_url not in ("", statement.url):
        output.note(
            say(
                "node.toml still has public_url = {public_url}; links to bills begin with that.",
                public_url=repr(found.settings.merchant.public_url),
            )
        )
    output.result({"coop": found.coop.name, **statement.as_json()})
