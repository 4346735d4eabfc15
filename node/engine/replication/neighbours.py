"""Whom a node tells at once what it takes in: all its peers while they are few, else a ring and some chords.

The ring goes through the coops in the order of their numbers, so every node has two neighbours that have it
for a neighbour too. The chords are the first few of the other peers in an order that only this node knows,
from a place in it that moves on by one now and then: so whoever wants to stand around a node can't choose to,
and does not stay there. Only peers that compare what they hold are chosen; others are told as ever.
"""

from bisect import bisect_left
from hashlib import sha256

from node.engine.core import Core
from node.engine.tick import Tick


class Neighbours:
    """Keeps `Linked.near`. `seed` is the node's own random value."""

    def __init__(self, core: Core, *, seed: bytes, now_ms: int) -> None:
        self._core = core
        self._seed = seed
        self._places: dict[int, bytes] = {}
        """Where each peer stands in the node's own order."""
        self._from = b""
        """The place from which on peers are chords."""
        self._other = b""
        """The place of the peer that was told out of turn last."""
        self._move_at_ms = now_ms + core.settings.neighbour_interval_ms
        self._chosen: frozenset[int] = frozenset()
        """Among whom was chosen last."""

    def run(self, tick: Tick) -> None:
        """Choose again when peers have come or gone, and when it is time."""
        linked = self._core.linked
        is_time = tick.steady_ms >= self._move_at_ms
        if is_time:
            self._move_at_ms = tick.steady_ms + self._core.settings.neighbour_interval_ms
        if is_time or linked.comparing != self._chosen:
            self._chosen = frozenset(linked.comparing)
            linked.near = self._choose(moves=is_time)

    def next_other(self) -> int | None:
        """A peer that is no neighbour, each in its turn."""
        order = self._after(self._other)
        found = next((peer for peer in order if peer not in self._core.linked.near), None)
        if found is not None:
            self._other = self._place(found)
        return found

    def _choose(self, *, moves: bool) -> frozenset[int]:
        settings, peers = self._core.settings, sorted(self._chosen)
        if len(peers) <= settings.few_peers:
            return self._chosen
        above = bisect_left(peers, self._core.coop)
        ring = {peers[above % len(peers)], peers[above - 1]}
        order = [peer for peer in self._after(self._from) if peer not in ring]
        if moves and order:
            self._from = self._place(order[0])
            order = [*order[1:], order[0]]
        return frozenset((*ring, *order[: settings.chords]))

    def _after(self, place: bytes) -> list[int]:
        """All peers in the node's own order, from behind that place on and round."""
        order = sorted(self._chosen, key=self._place)
        first = next((at for at, peer in enumerate(order) if self._place(peer) > place), 0)
        return order[first:] + order[:first]

    def _place(self, peer: int) -> bytes:
        if peer not in self._places:
            self._places[peer] = sha256(self._seed + peer.to_bytes(4)).digest()
        return self._places[peer]
