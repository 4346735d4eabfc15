"""How much of something bounded is in use, and that no single address uses all of it.

An address may have `each` of a `total`: what one client holds, idle or not, leaves the rest to others. It
takes several addresses to use up everything; against them only the total protects the node.

`Shares` counts, and neither waits nor knows what is counted: bytes in memory, requests under way.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self


class Shares:
    """So much of something, for all and for each address. Belongs to one event loop."""

    def __init__(self, *, total: int, each: int) -> None:
        self._total = total
        self._each = each
        self._used: Counter[str] = Counter()
        self._used_by_all = 0

    def has_room(self, address: str, count: int = 1) -> bool:
        """Whether `count` more fit, for this address and for all together."""
        return (
            self._used_by_all + count <= self._total and self._used[address] + count <= self._each
        )

    def used(self, address: str) -> int:
        """How much this address holds."""
        return self._used[address]

    def hold(self, address: str) -> "Held":
        """What one request of this address holds, nothing yet; given back when its `with` ends."""
        return Held(self, address)

    def _add(self, address: str, count: int) -> None:
        self._used_by_all += count
        self._used[address] += count
        if not self._used[address]:
            del self._used[address]


class Held:
    """What one request holds of a share."""

    __slots__ = ("_address", "_count", "_shares")

    def __init__(self, shares: Shares, address: str) -> None:
        self._shares = shares
        self._address = address
        self._count = 0

    def take(self, count: int = 1) -> bool:
        """Hold `count` more; False, and nothing is taken, when they don't fit."""
        if not self._shares.has_room(self._address, count):
            return False
        self._shares._add(self._address, count)
        self._count += count
        return True

    def give_back(self) -> None:
        """Hold nothing any more."""
        self._shares._add(self._address, -self._count)
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.give_back()


class Turns:
    """One at a time of each address; the others of that address wait, in their order."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._wanted: Counter[str] = Counter()

    @asynccontextmanager
    async def take(self, address: str) -> AsyncIterator[None]:
        """It is this one's turn in the `async with` block."""
        lock = self._locks.setdefault(address, asyncio.Lock())
        self._wanted[address] += 1
        try:
            async with lock:
                yield
        finally:
            self._wanted[address] -= 1
            if not self._wanted[address]:
                del self._wanted[address], self._locks[address]
