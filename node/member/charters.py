"""Getting hold of a federation's charter, and keeping the copy that a wallet trusts.

A charter is known by its hash, the federation id. What a node sends is checked against the id that the
wallet joined, and against the signatures of all its coops when it is seen for the first time. The copy
lies beside the wallet, so that receipts can be verified with no network.
"""

import hashlib
from pathlib import Path

from ledger.charter import (
    Charter,
    check_charter_signatures,
    parse_charter,
    parse_charter_signatures,
)
from node.member.client import NodeClient, NodeMisbehaved


def charter_file(wallet: Path) -> Path:
    """Where the charter that the wallet at this path trusts is kept."""
    return wallet.with_name(wallet.name + ".charter.toml")


def fetch_charter(client: NodeClient, *, expected: bytes | None = None) -> Charter:
    """The charter by which the node runs, with the signatures of all its coops verified.

    Raises `NodeMisbehaved` when its hash is not `expected`, and `CharterError`.
    """
    source = client.get_bytes("/v1/charter").body
    if expected is not None and hashlib.sha256(source).digest() != expected:
        raise NodeMisbehaved(client.url, "it belongs to another federation")
    charter = parse_charter(source)
    signatures = client.get_bytes("/v1/charter/signatures").body
    check_charter_signatures(charter, parse_charter_signatures(signatures))
    return charter


def read_charter(path: Path) -> Charter:
    """The charter in a file; raises `CharterError` or `OSError`."""
    return parse_charter(path.read_bytes())


def trusted_charter(wallet: Path, client: NodeClient, federation: bytes) -> Charter:
    """The charter with that id: the copy beside the wallet, or else the node's, which is then kept."""
    copy = charter_file(wallet)
    if copy.exists():
        source = copy.read_bytes()
        if hashlib.sha256(source).digest() == federation:
            return parse_charter(source)
    charter = fetch_charter(client, expected=federation)
    keep_charter(wallet, charter)
    return charter


def keep_charter(wallet: Path, charter: Charter) -> None:
    """Keep a copy beside the wallet. It is public; losing it costs one request."""
    charter_file(wallet).write_bytes(charter.source)
