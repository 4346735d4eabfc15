"""Getting hold of a federation's charter and its changes, and keeping the copies that a wallet trusts.

A founding file is known by its hash, the federation id. What a node sends is checked against the id that the
wallet joined, and against the signatures of all its coops when it is seen for the first time. Changes are
certified by the coops of the charter before them, so they can come from anybody. Copies of both lie beside
the wallet, so that receipts can be verified with no network; a copy that is damaged costs one request.
"""

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.charter import Charter
from ledger.charter_entries import CharterEntry
from ledger.errors import CharterError
from ledger.founding import (
    Founding,
    check_charter_signatures,
    parse_charter_signatures,
    parse_founding,
)
from node.changes import check_changes, read_changes, write_changes
from node.member.answers import decode_bytes, objects
from node.member.client import NodeClient, NodeError, NodeMisbehaved, NodeProblem

_MOST_PAGES: Final = 256
_MOST_SECONDS: Final = 600
"""How long asking for changes takes in all."""
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCharter:
    """A founding file and the changes known since, all of them checked."""

    founding: Founding
    entries: tuple[CharterEntry, ...] = ()
    charters: tuple[Charter, ...]
    """By version; the first is the founding file's."""

    @property
    def charter(self) -> Charter:
        """The newest charter known."""
        return self.charters[-1]


def known_charter(founding: Founding, entries: Sequence[CharterEntry] = ()) -> KnownCharter:
    """What follows from a founding file and these changes; raises `CharterError`."""
    charters = check_changes(founding, entries)
    return KnownCharter(founding=founding, entries=tuple(entries), charters=charters)


def charter_file(wallet: Path) -> Path:
    """Where the charter that the wallet at this path trusts is kept."""
    return wallet.with_name(wallet.name + ".charter.toml")


def changes_beside(charter: Path) -> Path:
    """Where the changes of the charter in that file are: `charter.changes` for `charter.toml`."""
    return charter.with_suffix(".changes")


def changes_file(wallet: Path) -> Path:
    """Where the changes of that charter are kept."""
    return changes_beside(charter_file(wallet))


def fetch_founding(client: NodeClient, *, expected: bytes | None = None) -> Founding:
    """The founding file of the node's federation, with the signatures of all its coops verified.

    Raises `NodeMisbehaved` when its hash is not `expected`, and `CharterError`.
    """
    source = client.get_bytes("/v1/charter").body
    if expected is not None and hashlib.sha256(source).digest() != expected:
        raise NodeMisbehaved(client.url, "it belongs to another federation")
    founding = parse_founding(source)
    signatures = client.get_bytes("/v1/charter/signatures").body
    check_charter_signatures(founding, parse_charter_signatures(signatures))
    return founding


def fetch_charter(client: NodeClient, *, expected: bytes | None = None) -> KnownCharter:
    """The founding file and all its changes, from a node, checked. Raises as `fetch_founding`."""
    return with_news(client, known_charter(fetch_founding(client, expected=expected)))


def with_news(client: NodeClient, known: KnownCharter) -> KnownCharter:
    """With the changes that the node has besides. Raises what the client raises, and `NodeMisbehaved`."""
    entries = list(known.entries)
    began = time.monotonic()
    for _ in range(_MOST_PAGES):
        try:
            page = client.get("/v1/federation/changes", first=len(entries) + 1)
        except NodeProblem as problem:
            if problem.status == _NOT_FOUND:  # a node from before charters could change
                return known
            raise
        news = [_entry(client, each) for each in objects(client, page, "changes")]
        entries += news
        if time.monotonic() - began > _MOST_SECONDS:
            raise NodeMisbehaved(client.url, "it has no end of changes to tell")
        if page.get("next") is None or not news:
            break
    if len(entries) == len(known.entries):
        return known
    try:
        return known_charter(known.founding, entries)
    except CharterError as error:
        raise NodeMisbehaved(
            client.url, f"it tells of changes that do not hold ({error})"
        ) from error


def _entry(client: NodeClient, document: dict[str, object]) -> CharterEntry:
    try:
        (entry,) = read_changes(decode_bytes(client, document, "transaction"))
    except (CharterError, ValueError) as error:
        raise NodeMisbehaved(client.url, "it tells of changes that can't be read") from error
    return entry


def read_founding(path: Path) -> Founding:
    """The charter in a file; raises `CharterError` or `OSError`."""
    return parse_founding(path.read_bytes())


def kept_charter(founding_file: Path, changes: Path) -> KnownCharter:
    """What these files say, as far as the changes can be used; raises as `read_founding`."""
    founding = read_founding(founding_file)
    with suppress(OSError, CharterError):
        return known_charter(founding, read_changes(changes.read_bytes()))
    return known_charter(founding)


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


def trusted_charter(
    wallet: Path, client: NodeClient, federation: bytes, *, needed: str | None = None
) -> KnownCharter:
    """The charter of the wallet's federation, as it knows it and its node tells it.

    The node is asked for changes each time: a coop may have joined or have another key since. When it does
    not answer, what is known has to do, unless no coop of the name `needed` is known.
    """
    trusted_founding(wallet, client, federation)
    known = kept_charter(charter_file(wallet), changes_file(wallet))
    is_known = needed is None or known.charter.coop_named(needed) is not None
    try:
        newer = with_news(client, known)
    except NodeError:
        if not is_known:
            raise
        return known
    if newer is not known or not changes_file(wallet).exists():
        keep_charter(wallet, newer)
    return newer


def keep_founding(wallet: Path, founding: Founding) -> None:
    """Keep a copy beside the wallet. It is public; losing it costs one request."""
    charter_file(wallet).write_bytes(founding.source)


def keep_charter(wallet: Path, known: KnownCharter) -> None:
    """The same with the changes, each file whole or as it was."""
    if not charter_file(wallet).exists():
        keep_founding(wallet, known.founding)
    path = changes_file(wallet)
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(write_changes(known.entries))
    beside.replace(path)
