"""Branches of forked logs as they are kept: documents beside the logs, one for each part.

A part is entries up to a signed head, as peers send them. The first part of a branch follows an entry of the
log that is held, each other one the part before. What is before the first part is in the log itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ledger.chain import SignedHead, extend_all
from ledger.codec import split
from ledger.errors import EncodingError
from node.engine.wire import Entries, decode_message
from node.errors import PeerFault
from node.store import Document, DocumentKind, Segment, Store

MOST_PARTS: Final = 10_000
_MOST_BYTES: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Branch:
    """Another history of a log, from where it parts from the one held; at least one part."""

    parts: tuple[Entries, ...]

    @property
    def coop(self) -> int:
        """Whose log."""
        return self.parts[0].coop

    @property
    def base(self) -> int:
        """The length up to which it is in the log that is held."""
        return self.parts[0].first - 1

    @property
    def tip(self) -> SignedHead:
        """The signed head at its end."""
        return self.parts[-1].signed

    @property
    def size(self) -> int:
        """How many bytes of entries it has beyond `base`."""
        return sum(len(part.entries) for part in self.parts)

    def heads(self) -> list[bytes]:
        """The heads after each of its entries, from that beyond `base` on."""
        heads = [self.parts[0].previous]
        for part in self.parts:
            for entry in split(part.entries):
                heads.append(extend_all(heads[-1], [entry]))
        return heads[1:]

    def up_to(self, end: SignedHead) -> "Branch":
        """The same up to a signed head that is one of its own."""
        parts = [part for part in self.parts if part.first <= end.length]
        last = parts[-1]
        entries = split(last.entries)[: end.length - last.first + 1]
        parts[-1] = replace(last, entries=b"".join(entries), signed=end)
        return Branch(tuple(parts))

    def after(self, length: int) -> "Branch":
        """The same without what it has up to a length that is below that of its end."""
        parts = [part for part in self.parts if part.signed.length > length]
        first = parts[0]
        if first.first <= length:
            entries, count = split(first.entries), length + 1 - first.first
            parts[0] = replace(
                first,
                first=length + 1,
                previous=extend_all(first.previous, entries[:count]),
                entries=b"".join(entries[count:]),
            )
        return Branch(tuple(parts))

    def head_at(self, length: int) -> bytes | None:
        """The head at a length beyond `base`; None for any other."""
        for part in self.parts:
            if part.first <= length <= part.signed.length:
                return extend_all(part.previous, split(part.entries)[: length - part.first + 1])
        return None

    def from_entry(self, store: Store, first: int) -> Entries | None:
        """Entries from `first` to the end of a part, with what the log has before it; None beyond."""
        for part in self.parts:
            if part.first <= first <= part.signed.length:
                entries = split(part.entries)
                count = first - part.first
                return Entries(
                    first=first,
                    previous=extend_all(part.previous, entries[:count]),
                    entries=b"".join(entries[count:]),
                    signed=part.signed,
                )
        if first > self.base:
            return None
        before = b"".join(segment.entries for segment in log_before(store, self, first))
        previous = store.head_at(self.coop, first - 1)
        if previous is None:
            return None
        part = self.parts[0]
        return Entries(
            first=first, previous=previous, entries=before + part.entries, signed=part.signed
        )

    def segments(self, store: Store) -> Iterator[Segment]:
        """All of that history, from its first entry on."""
        yield from log_before(store, self, 1)
        for part in self.parts:
            yield Segment(
                coop=self.coop,
                first=part.first,
                count=part.signed.length - part.first + 1,
                entries=part.entries,
                previous=part.previous,
                head=part.signed.head,
                signature=part.signed.signature,
            )


def log_before(store: Store, branch: Branch, first: int) -> Iterator[Segment]:
    """What the log and the branch share, from `first` on."""
    if first > branch.base:
        return
    for segment in store.segments(branch.coop, first):
        if segment.last <= branch.base:
            yield segment
        else:
            count = branch.base - segment.first + 1
            entries = split(segment.entries)[:count]
            if entries:
                yield Segment(
                    coop=branch.coop,
                    first=segment.first,
                    count=count,
                    entries=b"".join(entries),
                    previous=segment.previous,
                    head=branch.parts[0].previous,
                )
            return


def branch_documents(
    branch: Branch, *, created: int, kind: DocumentKind = DocumentKind.BRANCH
) -> list[Document]:
    """The documents that hold a branch; of the kind `FALLEN`, one that no log needs any more."""
    return [
        Document(
            kind=kind,
            id=f"{part.coop}-{part.first}-{part.signed.head.hex()}",
            created=created,
            data=part.encode(),
        )
        for part in branch.parts
    ]


def load_branches(store: Store) -> list[Branch]:
    """All branches in the store, by coop and by where they part. A damaged part is passed over."""
    return load_kept(store)[0]


def load_fallen(store: Store) -> list[Branch]:
    """The histories that no log needs any more, likewise."""
    return load_kept(store, DocumentKind.FALLEN)[0]


def load_kept(store: Store, kind: DocumentKind = DocumentKind.BRANCH) -> tuple[list[Branch], bool]:
    """The same, and whether no part is damaged."""
    documents = store.documents(kind, limit=MOST_PARTS)
    whole = [part for part in map(_read, documents) if part is not None]
    return branches_of(whole), len(whole) == len(documents)


def branches_of(parts: Iterable[Entries]) -> list[Branch]:
    """The branches that these parts make, in the order that they have in the store."""
    branches: list[Branch] = []
    for part in sorted(parts, key=lambda part: (part.coop, part.first, part.signed.head)):
        for place, branch in enumerate(branches):
            is_next = (branch.tip.length + 1, branch.tip.head) == (part.first, part.previous)
            if branch.coop == part.coop and is_next:
                branches[place] = Branch((*branch.parts, part))
                break
        else:
            branches.append(Branch((part,)))
    return branches


def _read(document: Document) -> Entries | None:
    try:
        part = decode_message(document.data, max_bytes=_MOST_BYTES)
        if isinstance(part, Entries):
            entries = split(part.entries)
            if extend_all(part.previous, entries) == part.signed.head:
                return part
    except (PeerFault, EncodingError):
        pass
    return None


def read_part(document: Document) -> Entries | None:
    """The part of a branch that a document holds; None when it is damaged."""
    return _read(document)
