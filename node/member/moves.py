"""Finding a cooperative's node again after it has moved.

Nodes tell where they answer, signed by their cooperatives' node keys (PROTOCOL section 10.6). A wallet keeps
a copy of what its node knows of all cooperatives, renewed once a day. When nobody answers where its node was,
it looks there, and then asks the other cooperatives' nodes. Nothing is believed that is not signed by the
key that the charter names; a copy that is lost or damaged costs one request.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from ledger.charter import Charter, Coop
from ledger.errors import ProofError
from node.addresses import NodeAddress, address_from_json, check_address
from node.member.client import NodeClient, NodeError

MOST_ASKED: Final = 8
"""How many other nodes are asked."""
ASK_SECONDS: Final = 5
RENEWED_SECONDS: Final = 86_400
_LARGEST_FILE: Final = 1024 * 1024

Ask = Callable[[str], NodeClient]


def ask_briefly(url: str) -> NodeClient:
    """A client for a node that may not be there."""
    return NodeClient(url, attempts=1, answer_seconds=ASK_SECONDS)


def addresses_file(wallet: Path) -> Path:
    """Where the copy for the wallet at this path lies."""
    return wallet.with_name(wallet.name + ".addresses.json")


def known_addresses(wallet: Path, charter: Charter) -> dict[int, NodeAddress]:
    """What the copy says, checked, by coop. Nothing when there is none that can be read."""
    try:
        with addresses_file(wallet).open("rb") as file:
            document = json.loads(file.read(_LARGEST_FILE))
    except (OSError, ValueError, RecursionError):
        return {}
    return {each.coop: each for each in _statements(document, charter)}


def learn_addresses(wallet: Path, client: NodeClient, charter: Charter) -> dict[int, NodeAddress]:
    """Ask a node what it knows, and keep what is news; all that is known then.

    Raises what the client raises, and `OSError`.
    """
    known = known_addresses(wallet, charter)
    for statement in _statements(client.get("/v1/addresses"), charter):
        before = known.get(statement.coop)
        if before is None or statement.serial > before.serial:
            known[statement.coop] = statement
    path = addresses_file(wallet)
    beside = path.with_name(path.name + ".new")
    document = {"addresses": [known[coop].as_json() for coop in sorted(known)]}
    beside.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)
    return known


def renew_addresses(wallet: Path, client: NodeClient, charter: Charter) -> None:
    """Learn what the node knows if that has not been done today; a node that does not say does not matter."""
    with suppress(OSError):
        if 0 <= time.time() - addresses_file(wallet).stat().st_mtime < RENEWED_SECONDS:
            return
    with suppress(NodeError, OSError):
        learn_addresses(wallet, client, charter)


def find_node(
    wallet: Path, charter: Charter, coop: Coop, *, old_url: str, ask: Ask = ask_briefly
) -> NodeAddress | None:
    """Where the node of `coop` answers by its own word, if that is elsewhere than at `old_url`."""
    known = known_addresses(wallet, charter)
    home = known.get(coop.number)
    if home is not None and home.url != old_url:
        return home
    others = [known[number] for number in sorted(known) if number != coop.number]
    for other in others[:MOST_ASKED]:
        with suppress(NodeError, OSError), ask(other.url) as client:
            home = learn_addresses(wallet, client, charter).get(coop.number)
            if home is not None and home.url != old_url:
                return home
    return None


def _statements(document: object, charter: Charter) -> Iterator[NodeAddress]:
    """The statements in an answer or a copy; what is not signed as it should be is passed over."""
    listed = document.get("addresses") if isinstance(document, dict) else None
    for each in listed[: len(charter.coops)] if isinstance(listed, list) else []:
        statement = address_from_json(each)
        if statement is not None:
            with suppress(ProofError):
                check_address(charter, statement)
                yield statement
