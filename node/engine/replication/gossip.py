"""Telling peers what this node holds: new entries, heads, evidence, and where nodes answer.

What grew is told often, and now and then a digest of everything, so that whatever was lost on the way heals
(`comparing`). To a node that does not know digests everything is told instead.
"""

from collections.abc import Iterable

from ledger.chain import SignedHead
from ledger.codec import parts
from node.addresses import NodeAddress
from node.engine.core import Core
from node.engine.replication.accusing import tell_evidence
from node.engine.replication.addresses import Addresses
from node.engine.replication.comparing import Comparing
from node.engine.replication.neighbours import Neighbours
from node.engine.replication.news import Grown, News, concerned
from node.engine.replication.replicas import Replicas
from node.engine.replication.serving import serve
from node.engine.tick import Tick
from node.engine.wire import MAX_HEADS, Get, Heads
from node.engine.wire_gossip import Enough, GossipMessage
from node.store import Segment


class Gossip:
    """Speaks to every linked peer at intervals."""

    def __init__(
        self,
        core: Core,
        replicas: Replicas,
        address: NodeAddress | None,
        *,
        seed: bytes,
        now_ms: int,
    ) -> None:
        self._core = core
        self._replicas = replicas
        self.addresses = Addresses(core, address)
        self.comparing = Comparing(core, self.addresses)
        self._neighbours = Neighbours(core, seed=seed, now_ms=now_ms)
        self._news = News()
        self._told_standing: dict[int, set[SignedHead]] = {}
        """Of what waits, the heads that each peer was told."""
        self._enough: dict[int, set[int]] = {}
        """The neighbours that want each log to be pushed no more, until they ask for it."""
        self._at_ms = now_ms
        self._full_at_ms = now_ms
        self._told: dict[int, int] = {}
        self._turn = 0

    def wake_at_ms(self) -> int:
        """When it is due again."""
        due_ms = self._news.due_ms(self._interval_ms())
        times = (self._at_ms, self._full_at_ms, self._at_ms if due_ms is None else due_ms)
        return min(times)

    def peer_up(self, tick: Tick, peer: int) -> None:
        """Tell a new peer everything, or what stands for that."""
        if peer in self._core.linked.comparing:
            self.comparing.ask(tick, (peer,))
            return
        self._tell(tick, peer, self._core.signed.values())
        for data in self._evidence():
            tell_evidence(self._core, tick, peer, data)
        self.addresses.peer_up(tick, peer)

    def peer_down(self, peer: int) -> None:
        """Forget what it wanted."""
        self.comparing.peer_down(peer)
        self._told_standing.pop(peer, None)
        for peers in self._enough.values():
            peers.discard(peer)

    def on_message(self, tick: Tick, peer: int, message: GossipMessage) -> None:
        """A peer says what it holds, or that it gets a log from others sooner."""
        if not isinstance(message, Enough):
            self.comparing.on_message(tick, peer, message)
        elif peer in self._core.linked.near:
            self._enough.setdefault(message.coop, set()).add(peer)

    def on_get(self, tick: Tick, peer: int, message: Get) -> None:
        """A peer lacks that log after all."""
        self._enough.get(message.coop, set()).discard(peer)
        serve(self._core, tick, peer, message, self._replicas.standing(message.coop))

    def push(self, tick: Tick) -> None:
        """Send on what is new: evidence at once, what logs grew by at once to those it concerns."""
        near = self._core.linked.near
        self._neighbours.run(tick)
        if near != self._core.linked.near:
            for peers in self._enough.values():
                peers &= self._core.linked.near
        for segment in tick.segments:
            if segment.signature is not None:
                self._take_note(tick, segment)
        due_ms = self._news.due_ms(self._interval_ms())
        is_much = self._news.has_gathered(self._core.settings.relayed_bytes)
        if is_much or (due_ms is not None and tick.steady_ms >= due_ms):
            self._tell_news(tick)
        for row in tick.evidence:
            for peer in sorted(self._core.linked.told):
                tell_evidence(self._core, tick, peer, row.data)

    def _interval_ms(self) -> int:
        """How long news may be gathered. Where payments need witnesses, they concern everybody."""
        return 0 if self._core.charter.witness_quorum else self._core.settings.push_interval_ms

    def _take_note(self, tick: Tick, segment: Segment) -> None:
        """A log has grown. Whoever is concerned by growth of the own one is told now."""
        grown = self._news.add(segment, tick.steady_ms)
        is_own = segment.coop == self._core.coop
        if not is_own or len(segment.entries) > self._core.settings.relayed_bytes:
            return
        linked = self._core.linked
        for peer in sorted(concerned(parts(segment.entries)) & linked.peers):
            if peer in linked.told:
                self._tell_grown(tick, peer, grown)
            else:
                tick.send(peer, Heads((grown.signed,)).encode())

    def _tell_news(self, tick: Tick) -> None:
        """Tell neighbours what was gathered, of others' logs those that want to hear of them."""
        linked = self._core.linked
        for grown in self._news.take():
            coop = grown.signed.coop
            peers = linked.told if coop == self._core.coop else linked.near
            for peer in sorted(peers - self._enough.get(coop, set()) - {coop}):
                self._tell_grown(tick, peer, grown)

    def _tell_grown(self, tick: Tick, peer: int, grown: Grown) -> None:
        signed, settings = grown.signed, self._core.settings
        if self._replicas.holds(peer, signed):
            return
        if signed.coop == self._core.coop or grown.size <= settings.relayed_bytes:
            for message in grown.lacked_by(peer, settings):
                tick.send(peer, message.encode())
        else:
            tick.send(peer, Heads((signed,)).encode())

    def run(self, tick: Tick) -> None:
        """Tell what is due."""
        self.addresses.hand_out(tick)
        full = tick.steady_ms >= self._full_at_ms
        if not full and tick.steady_ms < self._at_ms:
            return
        self._tell_news(tick)
        self._at_ms = tick.steady_ms + self._core.settings.gossip_interval_ms
        if full:
            self._full_at_ms = tick.steady_ms + self._core.settings.full_gossip_interval_ms
            self._tell_everything(tick)
        grown = [
            head for head in self._core.signed.values() if self._told.get(head.coop) != head.length
        ]
        self._told.update({head.coop: head.length for head in grown})
        linked = self._core.linked
        for peer in sorted(linked.near if full else linked.told):
            lacked = [head for head in grown if not self._replicas.holds(peer, head)]
            if lacked:
                self._tell(tick, peer, lacked)

    def _tell_everything(self, tick: Tick) -> None:
        """In case something was lost: a digest, or everything to those who don't know what that is."""
        linked = self._core.linked
        other = self._neighbours.next_other()
        self.comparing.ask(tick, sorted(linked.near | ({other} if other is not None else set())))
        for peer in linked.comparing:
            known = self._replicas.best.get(peer)
            if known is not None and known != self._core.signed.get(peer):
                tick.send(peer, Heads((known,)).encode())  # no digest has what is not held
        self._tell_standing(tick)
        self._tell_evidence_again(tick)
        self.addresses.tell_again(tick)
        for peer in linked.peers - linked.comparing:
            self._tell(tick, peer, self._core.signed.values())

    def _tell_standing(self, tick: Tick) -> None:
        """Of logs that wait still: the heads of what waits, once to each neighbour. Others may wait with
        something else, and nobody would know that the two are a fork."""
        waiting = self._replicas.waiting
        heads = {kept.signed for coop in waiting if (kept := self._replicas.standing(coop))}
        for peer in sorted(self._core.linked.near) if heads else ():
            told = self._told_standing.setdefault(peer, set())
            lacked = [head for head in heads - told if head.coop != peer]
            told |= heads
            told &= heads
            for head in sorted(lacked, key=lambda head: head.coop):
                tick.send(peer, Heads((head,)).encode())

    def _tell(self, tick: Tick, peer: int, heads: Iterable[SignedHead]) -> None:
        """Tell a peer heads, in messages that have the newest each that it is known to have signed itself.

        So whoever hears any `heads` from a peer knows what that peer knows of his own log, which is what a
        node needs that was restored from an old copy. One that compares is told that by itself.
        """
        told = [head for head in heads if head.coop != peer]
        known = None if peer in self._core.linked.comparing else self._replicas.best.get(peer)
        own = () if known is None else (known,)
        page = MAX_HEADS - 1
        for first in range(0, max(len(told), 1), page):
            tick.send(peer, Heads((*told[first : first + page], *own)).encode())

    def _tell_evidence_again(self, tick: Tick) -> None:
        """One piece of evidence, each in its turn, to those who can't say what they lack."""
        pieces = self._evidence()
        if pieces:
            self._turn = (self._turn + 1) % len(pieces)
            for peer in self._core.linked.peers - self._core.linked.comparing:
                tell_evidence(self._core, tick, peer, pieces[self._turn])

    def _evidence(self) -> list[bytes]:
        return [data for kept in self._core.accused.values() for data in kept.values()]
