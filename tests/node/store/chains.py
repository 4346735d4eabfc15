"""Are the bytes on disk the chain that was committed?

Hashes every entry again. It knows no rules and no signatures: a log that a coop made up from the
beginning passes here, and is the validator's to refuse.
"""

from __future__ import annotations

from ledger.chain import extend_all
from node.errors import StorageFault
from node.store.base import Store
from node.store.checks import split_entries
from node.store.rows import (
    Segment,
)


class ChainBroken(StorageFault):
    """The bytes of entries `first` to `last` of a log are not those whose hash was stored."""

    def __init__(self, message: str, *, coop: int, first: int, last: int) -> None:
        super().__init__(message)
        self.coop = coop
        self.first = first
        self.last = last


def verify_chain(store: Store, coop: int, *, genesis: bytes) -> int:
    """Hash a whole log again from its `genesis`; return how many entries it has.

    The log is taken as `Store.logs` knows it; what a running node adds meanwhile is left for later.
    Raises `ChainBroken` at the first segment that does not fit, or `StorageFault` when the log can't
    be read.
    """
    length, head = 0, genesis
    expected = store.logs().get(coop, (0, genesis))
    for segment in store.segments(coop):
        head = _verify_segment(segment, first=length + 1, previous=head)
        length = segment.last
        if length >= expected[0]:
            break
    if expected != (length, head):
        raise ChainBroken(
            f"log {coop} ends at entry {length}, not at {expected[0]} as when it was opened",
            coop=coop,
            first=length,
            last=expected[0],
        )
    return length


def _verify_segment(segment: Segment, *, first: int, previous: bytes) -> bytes:
    coop, last = segment.coop, segment.last
    where = f"log {coop}, entries {segment.first} to {last}"
    if segment.first != first or segment.previous != previous:
        raise ChainBroken(
            f"{where}: does not follow what comes before", coop=coop, first=segment.first, last=last
        )
    try:
        entries = split_entries(segment.entries)
    except StorageFault as error:
        raise ChainBroken(
            f"{where}: not whole entries", coop=coop, first=segment.first, last=last
        ) from error
    if len(entries) != segment.count or extend_all(previous, entries) != segment.head:
        raise ChainBroken(
            f"{where}: the bytes are not those that were hashed",
            coop=coop,
            first=segment.first,
            last=last,
        )
    return segment.head
