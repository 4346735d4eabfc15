"""Telling peers what this node holds: new entries, heads, evidence, and where nodes answer.

What grew is told often and everything now and then, so that whatever was lost on the way heals.
"""

from collections.abc import Iterable

from ledger.chain import SignedHead
from node.addresses import NodeAddress
from node.engine.core import Core
from node.engine.replication.accusing import tell_evidence
from node.engine.replication.addresses import Addresses
from node.engine.replication.replicas import Replicas
from node.engine.tick import Tick
from node.engine.wire import MAX_HEADS, Entries, Heads
from node.store import Segment


class Gossip:
    """Speaks to every linked peer at intervals."""

    def __init__(
        self, core: Core, replicas: Replicas, address: NodeAddress | None, *, now_ms: int
    ) -> None:
        self._core = core
        self._replicas = replicas
        self.addresses = Addresses(core, address)
        self._at_ms = now_ms
        self._full_at_ms = now_ms
        self._told: dict[int, int] = {}
        self._turn = 0

    def wake_at_ms(self) -> int:
        """When it is due again."""
        return min(self._at_ms, self._full_at_ms)

    def peer_up(self, tick: Tick, peer: int) -> None:
        """Tell a new peer everything."""
        self._tell(tick, peer, self._core.signed.values())
        for data in self._evidence():
            tell_evidence(self._core, tick, peer, data)
        self.addresses.peer_up(tick, peer)

    def push(self, tick: Tick) -> None:
        """Send what the own log grew by to everybody, evidence too."""
        for segment in tick.segments:
            if segment.coop == self._core.coop and segment.signature is not None:
                data = _as_message(segment, segment.signature).encode()
                for peer in self._core.linked.peers:
                    tick.send(peer, data)
        for row in tick.evidence:
            for peer in self._core.linked.peers:
                tell_evidence(self._core, tick, peer, row.data)

    def run(self, tick: Tick) -> None:
        """Tell what is due."""
        self.addresses.hand_out(tick)
        full = tick.steady_ms >= self._full_at_ms
        if not full and tick.steady_ms < self._at_ms:
            return
        self._at_ms = tick.steady_ms + self._core.settings.gossip_interval_ms
        if full:
            self._full_at_ms = tick.steady_ms + self._core.settings.full_gossip_interval_ms
            self._tell_evidence_again(tick)
            self.addresses.tell_again(tick)
        heads = [
            head
            for head in self._core.signed.values()
            if full or self._told.get(head.coop) != head.length
        ]
        self._told.update({head.coop: head.length for head in heads})
        if heads or full:
            for peer in self._core.linked.peers:
                self._tell(tick, peer, heads)

    def _tell(self, tick: Tick, peer: int, heads: Iterable[SignedHead]) -> None:
        """Tell a peer heads, in messages that have the newest each that it is known to have signed itself.

        So whoever hears any `heads` from a peer knows what that peer knows of his own log, which is what a
        node needs that was restored from an old copy.
        """
        told = [head for head in heads if head.coop != peer]
        known = self._replicas.best.get(peer)
        own = () if known is None else (known,)
        page = MAX_HEADS - 1
        for first in range(0, max(len(told), 1), page):
            tick.send(peer, Heads((*told[first : first + page], *own)).encode())

    def _tell_evidence_again(self, tick: Tick) -> None:
        """One piece of evidence, each in its turn, in case it was lost."""
        pieces = self._evidence()
        if pieces:
            self._turn = (self._turn + 1) % len(pieces)
            for peer in self._core.linked.peers:
                tell_evidence(self._core, tick, peer, pieces[self._turn])

    def _evidence(self) -> list[bytes]:
        return [data for kept in self._core.accused.values() for data in kept.values()]


def _as_message(segment: Segment, signature: bytes) -> Entries:
    signed = SignedHead(
        coop=segment.coop, length=segment.last, head=segment.head, signature=signature
    )
    return Entries(
        first=segment.first, previous=segment.previous, entries=segment.entries, signed=signed
    )
