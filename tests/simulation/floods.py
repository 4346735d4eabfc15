"""A coop that floods: all that it sends might be true, and it is more than a node can look at.

The nodes' machines are slow in such a run (`SimNode.work_us`): what a peer causes takes time, in which
nobody is answered. The culprit sends as a link lets it: nothing while its peer does not read.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from ledger.chain import SignedHead
from node.engine.wire import Entries, Get, Heads, MemoDelivery
from tests.simulation.culprits import Culprit

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

_AGAIN_MS = 100
_MESSAGES, _MESSAGES_LATER = 60, 1
"""How many at a time, while members pay and afterwards."""
_HEADS = 10
MOST_WAIT_MS = 1_000
"""How long a member may wait for the answer of an honest node that is flooded: twice a member's patience."""


class Flooder(Culprit):
    """It sends true heads of its own, questions for what is not, memos, and its own entries again."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation)
        self._numbers = count(10**6)
        self.world.after(1_000, self._flood)

    def _flood(self) -> None:
        if self.is_over:
            return
        self.world.after(_AGAIN_MS, self._flood)
        make = self.world.random.choice((self._heads, self._gets, self._memos, self._entries))
        messages = _MESSAGES if self.sim.members.spending else _MESSAGES_LATER
        for peer in self.peers:
            for _ in range(messages):
                if self.coop in self.sim.nodes[peer].held:
                    break
                self.world.injected["messages of a flood"] += 1
                self.sim.network.carry(self.main, peer, make(next(self._numbers)))

    def _heads(self, number: int) -> bytes:
        lengths = range(_HEADS * number, _HEADS * (number + 1))
        return Heads(
            tuple(self.sign(length, length.to_bytes(32, "big")) for length in lengths)
        ).encode()

    def _gets(self, number: int) -> bytes:
        return Get(coop=self.world.random.choice(self.peers), first=number).encode()

    def _memos(self, number: int) -> bytes:
        account = 1 + number % self.sim.plan.members
        reference = number.to_bytes(32, "big")
        return MemoDelivery(reference=reference, account=account, sealed=bytes(100)).encode()

    def _entries(self, number: int) -> bytes:
        """A piece of its own log that everybody has, or the next one."""
        segments = [one for one in self.main.disk.segments.get(self.coop, []) if one.signature]
        if not segments:
            return self._gets(number)
        segment = segments[number % len(segments)]
        signed = SignedHead(
            coop=self.coop,
            length=segment.last,
            head=segment.head,
            signature=segment.signature or b"",
        )
        return Entries(
            first=segment.first, previous=segment.previous, entries=segment.entries, signed=signed
        ).encode()
