"""Hearing peers: their messages in turn, each peer's as far as its work allows.

A peer that sends what no honest one would is not heard any more in that tick, and its link is closed.
"""

from collections.abc import Callable, Sequence

from node.engine.core import Core
from node.engine.events import PeerMessage
from node.engine.outbox import Disconnect
from node.engine.tick import Tick
from node.engine.wire import Message, decode_message
from node.engine.wire_decisions import Shapes
from node.engine.work import cost_of
from node.errors import LogDamaged, MessageUnhandled, NodeFault, PeerFault, ValueUnstorable


class Hearing:
    """Reads messages and hands them to `handle`."""

    def __init__(
        self,
        core: Core,
        subjects: Sequence[Shapes],
        handle: Callable[[Tick, int, Message], None],
    ) -> None:
        self._core = core
        self._subjects = subjects
        self._handle = handle
        self._distrusted: set[int] = set()
        self._held_since_ms: dict[int, int] = {}
        self._held_told: set[int] = set()

    def begin(self, tick: Tick, *, is_asked: bool) -> None:
        """A tick begins: what waits is heard first. `is_asked`: whether people want something of it."""
        work = self._core.work
        work.begin(tick.steady_ms, is_asked=is_asked)
        self._distrusted.clear()
        for peer in work.waiting():
            while (data := work.next_of(peer)) is not None:
                self._hear(tick, peer, data)

    def hear(self, tick: Tick, event: PeerMessage) -> None:
        """Take in a message now, or let it wait behind those of its peer that do."""
        peer, work = event.coop, self._core.work
        if peer in self._distrusted or peer not in self._core.linked.peers:
            return
        if work.has_waiting(peer) or not work.may_go_on(peer):
            work.wait(peer, event.data)
        else:
            self._hear(tick, peer, event.data)

    def end(self, tick: Tick) -> None:
        """Everything that came was heard, or waits."""
        held = tick.outbox.held = frozenset(self._core.work.waiting())
        self._held_since_ms = {peer: self._held_since_ms.get(peer, tick.steady_ms) for peer in held}
        self._held_told &= held
        for peer, since_ms in self._held_since_ms.items():
            is_long = tick.steady_ms - since_ms >= self._core.settings.held_back_told_ms
            if is_long and peer not in self._held_told:
                self._held_told.add(peer)
                tick.notice("peer_held_back", coop=peer)

    def _hear(self, tick: Tick, peer: int, data: bytes) -> None:
        work = self._core.work
        work.received(peer, len(data))
        try:
            message = decode_message(
                data, max_bytes=self._core.settings.message_bytes, subjects=self._subjects
            )
            work.spend(peer, cost_of(message))
            self._handle(tick, peer, message)
        except (PeerFault, ValueUnstorable) as fault:
            self._distrusted.add(peer)
            work.forget(peer)
            tick.outbox.disconnects.append(Disconnect(peer, str(fault)))
        except LogDamaged as damage:
            self._core.suspected.append(damage)
        except NodeFault:
            raise
        except Exception as error:
            raise MessageUnhandled(peer) from error
