"""Getting hold of a federation's charter, and keeping the copy that a wallet trusts.

A charter is known by its hash, the federation id. What a node sends is checked against the id that the
wallet joined, and against the signatures of all its coops when it is seen for the first time. The copy
lies beside the wallet, so that receipts can be verified with no network.
"""

import hashlib
from pathlib import Path

from ledger.founding import (
    Founding,
    check_charter_signatures,
    parse_charter_signatures,
    parse_founding,
)
from node.member.client import NodeClient, NodeMisbehaved


def charter_file(wallet: Path) -> Path:
    """Where the charter that the wallet at this path trusts is kept."""
    return wallet.with_name(wallet.name + ".charter.toml")


def fetch_founding(client: NodeClient, *, expected: bytes | None = None) -> Founding:
    """The charter by which the node runs, with the signatures of all its coops verified.

    Raises `NodeMisbehaved` when its hash is not `expected`, and `CharterError`.
    """
    source = client.get_bytes("/v1/charter").body
    if expected is not None and hashlib.sha256(source).digest() != expected:
        raise NodeMisbehaved(client.url, "it belongs to another federation")
    founding = parse_founding(source)
    signatures = client.get_bytes("/v1/charter/signatures").body
    check_charter_signatures(founding, parse_charter_signatures(signatures))
    return founding


def read_founding(path: Path) -> Founding:
    """The charter in a file; raises `CharterError` or `OSError`."""
    return parse_founding(path.read_bytes())


def trusted_founding(wallet: Path, client: NodeClient, federation: bytes) -> Founding:
    """The charter with that id: the copy beside the wallet, or else the node's, which is then kept."""
    copy = charter_file(wallet)
    if copy.exists():
        source = copy.read_bytes()
        if hashlib.sha256(source).digest() == federation:
            return parse_founding(source)
    founding = fetch_founding(client, expected=federation)
    keep_founding(wallet, founding)
    return founding


def keep_founding(wallet: Path, founding: Founding) -> None:
    """Keep a copy beside the wallet. It is public; losing it costs one request."""
    charter_file(wallet).write_bytes(founding.source)
