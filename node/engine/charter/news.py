"""Which version of the charter peers know: who knows a newer one may say what can't be checked here yet.

A coop that joined, or a key that was replaced, is known to those whose logs have taken that version in.
Until this node has it, too, it can't tell what they rightly say about such a coop from a lie. So nodes tell
each other first which version they know; what a peer with a newer one says and can't be checked is passed
over, and not held against it (`Core.knows_less_than`).
"""

from node.engine.core import Core
from node.engine.tick import Tick
from node.engine.wire_charter import VersionNews


class Versions:
    """Tells peers the newest version that is known here, and notes theirs in `Core.versions`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._told = core.newest.version

    def peer_up(self, tick: Tick, peer: int) -> None:
        """The first thing that a new peer hears, if it knows what that is."""
        if peer in self._core.linked.agreeing:
            tick.send(peer, VersionNews(self._core.newest.version).encode())

    def peer_down(self, peer: int) -> None:
        """What it knew does not matter any more."""
        self._core.linked.versions.pop(peer, None)

    def on_news(self, peer: int, message: VersionNews) -> None:
        """A peer knows that version."""
        self._core.linked.versions[peer] = message.version

    def run(self, tick: Tick) -> None:
        """Tell a version that is new here, before anything that depends on it."""
        newest = self._core.newest.version
        if newest == self._told:
            return
        self._told = newest
        for peer in self._core.linked.peers & self._core.linked.agreeing:
            tick.send(peer, VersionNews(newest).encode())
