"""What logs have ever anchored of another log, read from their entries.

A validator knows how far a log goes by another now; after a decision about a fork that is less than it once
was. Which histories have to be held, so that every log can be replayed, is in the entries.
"""

from collections.abc import Iterator, Mapping

from ledger.chain import SignedHead
from ledger.codec import split
from ledger.entries import Entry, decode_entry, entry_kind
from ledger.shapes import Kind
from ledger.transactions import Anchor
from node.engine.branches_kept import load_branches
from node.store import Store

Anchored = Mapping[tuple[int, bytes], SignedHead]
"""By length and head: what its coop signed of that."""


def anchored_heads(store: Store, coop: int) -> Anchored:
    """Every head of `coop`'s log that another log, or a branch of one, has anchored. Reads all logs."""
    found: dict[tuple[int, bytes], SignedHead] = {}
    for anchor in _anchors(store, coop):
        signature = dict(anchor.signatures).get(coop)
        if signature is not None:
            found[anchor.length, anchor.head] = SignedHead(
                coop=coop, length=anchor.length, head=anchor.head, signature=signature
            )
    return found


def _anchors(store: Store, coop: int) -> Iterator[Anchor]:
    for entries in _all_entries(store, coop):
        for data in split(entries):
            if entry_kind(data) != Kind.ANCHOR:
                continue
            entry = decode_entry(data)
            transaction = entry.transaction if isinstance(entry, Entry) else None
            if isinstance(transaction, Anchor) and transaction.coop == coop:
                yield transaction


def _all_entries(store: Store, but: int) -> Iterator[bytes]:
    for coop in store.logs():
        if coop != but:
            for segment in store.segments(coop, 1):
                yield segment.entries
    for branch in load_branches(store):
        if branch.coop != but:
            for part in branch.parts:
                yield part.entries
