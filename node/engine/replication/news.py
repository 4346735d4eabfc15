"""What logs have grown by and neighbours have not been told: gathered for a moment, then told at once.

Whom an entry concerns is told without waiting: those that a payment credits, those whose log is anchored. To
all others an entry of another log is a part of everybody's books, and ten in one message cost them little
more than one. A coop that is concerned and no neighbour is told the head, and asks for the rest.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgpack

from ledger.chain import SignedHead
from ledger.kinds import PAYMENT_KINDS
from ledger.transactions import Kind
from node.engine.settings import EngineSettings
from node.engine.wire import Entries
from node.store import Segment

_NAMING: Final = frozenset({Kind.ANCHOR, Kind.RETURN})


def concerned(entries: Iterable[bytes]) -> set[int]:
    """The coops that these entries credit, or whose logs they anchor. Any bytes may be given."""
    found = map(_concerned_by, entries)
    return {coop for coop in found if coop is not None}


def _concerned_by(entry: bytes) -> int | None:
    try:
        _, fields = msgpack.unpackb(entry)
        is_payment = fields[0] in PAYMENT_KINDS
        coop = fields[3] if is_payment else fields[1] if fields[0] in _NAMING else None
    except (ValueError, TypeError, LookupError):
        return None  # nobody has judged it yet, and it will be refused
    return coop if type(coop) is int else None


@dataclass(slots=True)
class Grown:
    """Pieces of a log that follow each other, the last one's head signed, and how far each peer has them."""

    pieces: list[Segment] = field(default_factory=list)
    size: int = 0
    told: dict[int, int] = field(default_factory=dict)

    def add(self, piece: Segment) -> None:
        """What follows what is here, or begins anew."""
        if self.pieces and self.pieces[-1].head != piece.previous:
            self.pieces, self.size, self.told = [], 0, {}
        self.pieces.append(piece)
        self.size += len(piece.entries)

    @property
    def signed(self) -> SignedHead:
        """The head that all of it leads to."""
        return _signed(self.pieces[-1])

    def lacked_by(self, peer: int, settings: EngineSettings) -> Iterator[Entries]:
        """What that peer has not been told, in messages of so much or of one piece; from now on it has."""
        before = self.told.get(peer, 0)
        self.told[peer] = self.pieces[-1].last
        together: list[Segment] = []
        for piece in self.pieces:
            if piece.last <= before:
                continue
            if together and not _fit([*together, piece], settings):
                yield _message(together)
                together = []
            together.append(piece)
        if together:
            yield _message(together)


def _fit(pieces: list[Segment], settings: EngineSettings) -> bool:
    """Whether a message of these is small, and so is evidence that it is one day a part of."""
    most_bytes = min(settings.relayed_bytes, settings.segment_bytes)
    size = sum(len(piece.entries) for piece in pieces)
    count = sum(piece.count for piece in pieces)
    return size <= most_bytes and count <= settings.segment_entries


def _message(pieces: list[Segment]) -> Entries:
    return Entries(
        first=pieces[0].first,
        previous=pieces[0].previous,
        entries=b"".join(piece.entries for piece in pieces),
        signed=_signed(pieces[-1]),
    )


def _signed(piece: Segment) -> SignedHead:
    assert piece.signature is not None, "only such are gathered"
    return SignedHead(
        coop=piece.coop, length=piece.last, head=piece.head, signature=piece.signature
    )


class News:
    """What is gathered, of all logs."""

    def __init__(self) -> None:
        self._grown: dict[int, Grown] = {}
        self._since_ms: int | None = None

    def add(self, piece: Segment, now_ms: int) -> Grown:
        """A log has grown by a piece with a signed head; all that is gathered of it."""
        grown = self._grown.setdefault(piece.coop, Grown())
        grown.add(piece)
        if self._since_ms is None:
            self._since_ms = now_ms
        return grown

    def due_ms(self, interval_ms: int) -> int | None:
        """When what was gathered first has waited so long."""
        return None if self._since_ms is None else self._since_ms + interval_ms

    def has_gathered(self, most_bytes: int) -> bool:
        """Whether there is so much of a log that it is not worth waiting for more."""
        return any(grown.size > most_bytes for grown in self._grown.values())

    def take(self) -> Iterator[Grown]:
        """All of it; from now on there is none."""
        grown, self._grown, self._since_ms = self._grown, {}, None
        return iter(grown.values())
