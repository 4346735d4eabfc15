"""Who pushes each log here: the first goes on, the others are told that it is enough.

So after the first entries each comes about once, on the way that was the quickest. Whoever has told an entry
first is never told so, nor is the log's home, so there is always somebody who goes on. When nobody does,
this node hears of heads from the others, asks one of them, and that one pushes the log from then on.
"""

from collections.abc import Set

from node.engine.core import Core
from node.engine.tick import Tick
from node.engine.wire_gossip import Enough


class Pushers:
    """What this node knows of who pushes to it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._first: dict[int, int] = {}
        """Who pushes each log first."""
        self._told: dict[int, dict[int, int]] = {}
        """By log: who was told that it is enough, and when."""

    def pushed(self, tick: Tick, peer: int, coop: int, *, is_new: bool) -> None:
        """A peer has sent entries unasked; `is_new`: nobody has sent them before."""
        told = self._told.setdefault(coop, {})
        in_flight_ms = self._core.settings.request_timeout_ms
        if tick.steady_ms - told.get(peer, tick.steady_ms) >= in_flight_ms:
            del told[peer]  # it pushes all the same, so it has forgotten
        first = self._first.get(coop)
        if is_new or first is None or peer == coop:
            if peer not in told:
                self._first[coop] = peer
        elif peer != first and peer in self._core.linked.comparing:
            told[peer] = tick.steady_ms
            tick.send(peer, Enough(coop).encode())

    def asked(self, peer: int, coop: int) -> None:
        """A peer was asked for that log: who was first has not sent it, and this one goes on with it."""
        self._first.pop(coop, None)
        self._told.get(coop, {}).pop(peer, None)

    def held_back(self, coop: int) -> Set[int]:
        """Those who would push that log and were told that it is enough."""
        return self._told.get(coop, {}).keys()

    def peer_down(self, peer: int) -> None:
        """There is no link any more."""
        self._first = {coop: first for coop, first in self._first.items() if first != peer}
        for told in self._told.values():
            told.pop(peer, None)
