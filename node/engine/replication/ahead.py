"""Heads that a coop's key has signed, of places to which its log has not come here.

There is nothing yet to compare them with but one another: two at one place are a fork. So each is kept until
the log has come there, and whoever told it, and when, makes no difference to what it proves.

Only whoever has the key can make more of them. The newest are kept, so many of each log.
"""

from collections.abc import Iterable
from typing import Final

from ledger.chain import SignedHead
from node.engine.core import Core

MOST: Final = 64
"""How many are kept of a log. One that is far behind needs one for each time that it is told of."""


class Ahead:
    """Keeps them. In the engine's thread only."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._kept: dict[int, dict[int, SignedHead]] = {}

    def has(self, signed: SignedHead) -> bool:
        """Whether that is kept, with whatever signature."""
        kept = self._kept.get(signed.coop, {}).get(signed.length)
        return kept is not None and kept.head == signed.head

    def keep(self, signed: SignedHead) -> SignedHead | None:
        """Keep a checked head; the one that was kept of that place, if it is another."""
        kept = self._kept.setdefault(signed.coop, {})
        before = kept.setdefault(signed.length, signed)
        if len(kept) > MOST:
            del kept[next(iter(kept))]
        return None if before.head == signed.head else before

    def of(self, coop: int) -> Iterable[SignedHead]:
        """What is kept of a log."""
        return tuple(self._kept.get(coop, {}).values())

    def came_to(self, signed: SignedHead) -> None:
        """The log has that very head."""
        if self.has(signed):
            self._drop(signed)

    def take_due(self) -> list[SignedHead]:
        """Those to whose place a log has come, with a signed head there or beyond; they are kept no more."""
        due = [
            signed
            for coop, kept in self._kept.items()
            if (newest := self._core.signed.get(coop)) is not None
            for signed in kept.values()
            if signed.length <= newest.length
        ]
        for signed in due:
            self._drop(signed)
        return due

    def forget(self, coop: int) -> None:
        """Another history of that log is held now."""
        self._kept.pop(coop, None)

    def _drop(self, signed: SignedHead) -> None:
        kept = self._kept[signed.coop]
        del kept[signed.length]
        if not kept:
            del self._kept[signed.coop]
