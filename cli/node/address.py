"""Where the node of a folder on this machine answers, and which others it knows the way to."""

from pathlib import Path
from typing import Final

from node.errors import NodeFault
from node.folder.files import SETTINGS_FILE
from node.folder.loading import load_folder
from node.folder.settings import parse_settings

ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""A node that listens at all addresses is reached at its own machine's."""


def address_of(folder: Path) -> str:
    """The address at which the node of a folder listens. Raises `OSError`, `FolderError`."""
    listen = parse_settings((folder / SETTINGS_FILE).read_bytes()).listen
    host = ANY_ADDRESS.get(listen.host, listen.host)
    return f"http://[{host}]:{listen.port}" if ":" in host else f"http://{host}:{listen.port}"


def unnamed_peers(folder: Path) -> list[str]:
    """The names of the other coops whose nodes a folder's settings don't name; none of a folder in pieces."""
    try:
        found = load_folder(folder)
    except NodeFault:
        return []
    return [
        coop.name
        for number, coop in found.founding.genesis.coops.items()
        if number != found.coop.number and number not in found.peers
    ]
