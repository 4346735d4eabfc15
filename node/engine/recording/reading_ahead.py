"""Reading logs from several places on, each in order, in pieces of which what isn't wanted yet is kept.

An anchor takes in one entry or a few. With a piece read for each anchor, whoever follows a thousand of them
would read a thousand pieces; this way each piece is read once.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.codec import split
from node.engine.core import Core

_LOGS: Final = 64
"""Of how many logs something is kept; of more, what was wanted longest ago is read again."""


@dataclass(slots=True)
class _Piece:
    """What was read of a log and not given out: entries from `first` on."""

    first: int
    entries: deque[bytes]


class ReadingAhead:
    """Only committed entries, which never change; after a fork one begins with another one of these."""

    def __init__(self, core: Core, *, piece_bytes: int) -> None:
        self._core = core
        self._piece_bytes = piece_bytes
        self._pieces: dict[int, _Piece] = {}
        self._read = 0

    def entries(self, coop: int, first: int, last: int) -> Iterator[tuple[int, bytes] | None]:
        """These entries with their numbers, as far as there are any; None where a step should end.

        It should after a piece, whichever logs that was read from. Raises `LogDamaged`.
        """
        while first <= last:
            if self._read >= self._piece_bytes:
                self._read = 0
                yield None
            piece = self._piece(coop, first)
            if piece is None:
                return
            while piece.entries and first <= last:
                piece.first += 1
                yield first, piece.entries.popleft()
                first += 1

    def _piece(self, coop: int, first: int) -> _Piece | None:
        """What there is of a log from `first` on; None: nothing."""
        kept = self._pieces.pop(coop, None)
        if kept is None or kept.first != first or not kept.entries:
            batch = self._core.store.entries(coop, first, max_bytes=self._piece_bytes)
            if batch is None:
                return None
            kept = _Piece(first, deque(split(batch.entries)))
            self._read += len(batch.entries)
        self._pieces[coop] = kept
        while len(self._pieces) > _LOGS:
            del self._pieces[next(iter(self._pieces))]
        return kept
