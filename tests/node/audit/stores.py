"""Books as a node keeps them: in a store, cut into segments of a few entries with signed heads."""

from ledger.chain import extend_all, genesis
from node.store import Segment, Store, Write
from tests.builders import Books

SEGMENT_ENTRIES = 4


def fill_store(store: Store, books: Books) -> None:
    """Commit all logs of the books."""
    segments = []
    for coop, entries in books.logs.items():
        head = genesis(federation=books.federation.id, coop=coop)
        for first in range(1, len(entries) + 1, SEGMENT_ENTRIES):
            part = entries[first - 1 : first - 1 + SEGMENT_ENTRIES]
            previous, head = head, extend_all(head, part)
            signed = books.signed_head(coop, first + len(part) - 1)
            segments.append(
                Segment(
                    coop=coop,
                    first=first,
                    count=len(part),
                    entries=b"".join(part),
                    previous=previous,
                    head=head,
                    signature=signed.signature,
                )
            )
    store.commit(Write(segments=segments))
