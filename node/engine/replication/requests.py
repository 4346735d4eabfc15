"""Asking peers for logs: what each claims to hold, and the request under way for each log."""

from dataclasses import dataclass

from node.engine.core import Core
from node.engine.replication.pushers import Pushers
from node.engine.tick import Tick
from node.engine.wire import Get


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A `get` under way."""

    peer: int
    first: int
    deadline_ms: int


class Requests:
    """At most one request for each log is under way; a lost one is asked of another peer."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._claims: dict[int, dict[int, int]] = {}
        self._under_way: dict[int, _Request] = {}
        self.pushers = Pushers(core)

    def claims(self, peer: int, coop: int, length: int) -> None:
        """That peer says that it holds the log up to there."""
        claims = self._claims.setdefault(peer, {})
        # The head under a part of a log says nothing about how much more the peer holds.
        claims[coop] = max(claims.get(coop, 0), length)

    def has_claimed(self, peer: int, coop: int, length: int) -> bool:
        """Whether that peer is known to hold the log up to there."""
        return self._claims.get(peer, {}).get(coop, 0) >= length

    def disbelieve(self, peer: int, coop: int) -> None:
        """Ask that peer for nothing of that log until it speaks of it again."""
        self._claims.get(peer, {}).pop(coop, None)

    def peer_down(self, peer: int) -> None:
        """Forget what that peer could have sent."""
        self._claims.pop(peer, None)
        self.pushers.peer_down(peer)
        for coop, request in list(self._under_way.items()):
            if request.peer == peer:
                del self._under_way[coop]

    def forget(self, coop: int) -> None:
        """What was asked of that log counts no more."""
        self._under_way.pop(coop, None)

    def arrived(self, peer: int, coop: int, first: int) -> bool:
        """That peer has sent entries of a log, from `first` on; whether they were asked for."""
        request = self._under_way.get(coop)
        is_asked = request is not None and request.peer == peer and first <= request.first
        if is_asked:
            del self._under_way[coop]
        return is_asked

    def expire(self, coop: int, now_ms: int) -> None:
        """Give up a request that counts as lost."""
        request = self._under_way.get(coop)
        if request is not None and request.deadline_ms <= now_ms:
            del self._under_way[coop]
            # It may have gone to a peer that can't answer; let its next words speak for it again.
            self.disbelieve(request.peer, coop)

    def is_under_way(self, coop: int) -> bool:
        """Whether that log has been asked for."""
        return coop in self._under_way

    def ask(self, tick: Tick, coop: int, first: int) -> None:
        """Ask for a log from `first` on, if there is a peer that claims to hold that."""
        peer = self._peer_with(coop, first, tick.steady_ms)
        if peer is not None:
            deadline = tick.steady_ms + self._core.settings.request_timeout_ms
            self._under_way[coop] = _Request(peer=peer, first=first, deadline_ms=deadline)
            self.pushers.asked(peer, coop)
            tick.send(peer, Get(coop=coop, first=first).encode())

    def _peer_with(self, coop: int, first: int, now_ms: int) -> int | None:
        """A peer that claims to hold it: the log's own coop, one that will push it from then on, or any."""
        able = sorted(
            peer
            for peer in self._core.linked.peers
            if self._claims.get(peer, {}).get(coop, 0) >= first
        )
        if not able:
            return None
        if coop in able and coop not in self._core.accused:
            return coop
        able = [peer for peer in able if peer in self.pushers.held_back(coop)] or able
        return able[now_ms % len(able)]

    def wake_at_ms(self) -> int | None:
        """When the first request counts as lost."""
        return min((request.deadline_ms for request in self._under_way.values()), default=None)
