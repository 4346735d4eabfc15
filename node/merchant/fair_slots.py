"""Slots that are shared fairly: whoever has the fewest gets the next one.

So somebody all of whose servers hang has a few slots for a long time, and everybody else goes on. Two
bounds hold besides the number of all slots: how many one account may have, and how many may lead to one
target, whoever asks for it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class _Turn:
    """Somebody who waits for a slot, or has one."""

    account: int
    target: str
    given: asyncio.Future[None]


class FairSlots:
    """`total` slots; at most `each_account` for one account and `each_target` for one target."""

    def __init__(self, *, total: int, each_account: int, each_target: int) -> None:
        self._free = total
        self._each_account = each_account
        self._each_target = each_target
        self._of_account: Counter[int] = Counter()
        self._of_target: Counter[str] = Counter()
        self._waiting: list[_Turn] = []

    @asynccontextmanager
    async def hold(self, account: int, target: str) -> AsyncIterator[None]:
        """Wait for a slot, and have it."""
        turn = _Turn(account, target, asyncio.get_running_loop().create_future())
        self._waiting.append(turn)
        self._give()
        try:
            await turn.given
            yield
        finally:
            if turn in self._waiting:  # cancelled before it had one
                self._waiting.remove(turn)
            else:
                self._take_back(turn)

    def _take_back(self, turn: _Turn) -> None:
        self._free += 1
        self._of_account[turn.account] -= 1
        self._of_target[turn.target] -= 1
        if not self._of_account[turn.account]:
            del self._of_account[turn.account]
        if not self._of_target[turn.target]:
            del self._of_target[turn.target]
        self._give()

    def _give(self) -> None:
        """Give away what is free: to whoever has the fewest, and of those to the one who waits longest."""
        while self._free:
            turns = [turn for turn in self._waiting if self._may_have(turn)]
            if not turns:
                return
            turn = min(turns, key=lambda each: self._of_account[each.account])
            self._waiting.remove(turn)
            self._free -= 1
            self._of_account[turn.account] += 1
            self._of_target[turn.target] += 1
            turn.given.set_result(None)

    def _may_have(self, turn: _Turn) -> bool:
        return (
            not turn.given.cancelled()
            and self._of_account[turn.account] < self._each_account
            and self._of_target[turn.target] < self._each_target
        )
