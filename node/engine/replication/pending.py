"""Entries of one log that came and can't be applied yet: before a gap, or behind an anchor that waits.

Rules: what is kept is bounded in bytes, whatever the messages look like; of two messages that begin at
one entry the one that reaches further is kept. What does not fit is dropped, and asked for again later.
"""

from dataclasses import dataclass

from node.engine.wire import Entries

OVERHEAD_BYTES = 1024
"""What a kept message costs beside its entries, generously."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Entries under a signature that was checked, and who sent them.

    `is_chained`: they are what is left of a message that leads from its first entry to the signed head.
    """

    peer: int
    entries: Entries
    is_chained: bool = False


class Pending:
    """What is kept of one log."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._size = 0
        self._kept: dict[int, Kept] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def has_room(self) -> bool:
        """Whether it is worth asking for more."""
        return 2 * self._size < self._max_bytes

    def add(self, new: Kept, *, length: int) -> None:
        """Keep `new`, if there is room; `length` is how many entries of the log are held.

        What can be applied next always finds room: everything else goes.
        """
        first, cost = new.entries.first, _cost(new)
        old = self._kept.get(first)
        if old is not None and old.entries.signed.length >= new.entries.signed.length:
            return
        self._drop(first)
        if self._size + cost > self._max_bytes:
            if first > length + 1:
                return
            self.clear()
        self._kept[first] = new
        self._size += cost

    def put_back(self, rest: Kept) -> None:
        """Keep what is left of a message that was applied in part."""
        self._drop(rest.entries.first)
        self._kept[rest.entries.first] = rest
        self._size += _cost(rest)

    def take(self, length: int) -> Kept | None:
        """The next message for a log of `length` entries; those it does not need any more are dropped."""
        for first in [f for f, kept in self._kept.items() if kept.entries.signed.length <= length]:
            self._drop(first)
        first = min(self._kept, default=length + 2)
        return self._drop(first) if first <= length + 1 else None

    def peek(self, first: int) -> Entries | None:
        """What is kept from entry `first` on."""
        kept = self._kept.get(first)
        return None if kept is None else kept.entries

    def next_missing(self, length: int) -> int:
        """The first entry beyond `length` that is not kept without a gap."""
        next_index = length + 1
        for first in sorted(self._kept):
            if first > next_index:
                break
            next_index = max(next_index, self._kept[first].entries.signed.length + 1)
        return next_index

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._size = 0

    def _drop(self, first: int) -> Kept | None:
        kept = self._kept.pop(first, None)
        if kept is not None:
            self._size -= _cost(kept)
        return kept


def _cost(kept: Kept) -> int:
    return len(kept.entries.entries) + OVERHEAD_BYTES
