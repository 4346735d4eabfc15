"""Requests of coops that want to join: kept, told to peers, and forgotten in time (PROTOCOL section 10.7).

A request comes to any node over HTTP and reaches the others over links, so that the stewards of every coop
find it at their own node. It gives no rights. Of one key the newest request counts. What is kept is bounded:
when all places are taken, whoever brought most of them, a peer or the callers of this node together, loses
the oldest. A request goes with its time, or when the charter has no place for it any more.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ledger.charter import Charter
from ledger.charter_changes import Join, read_change
from ledger.codec import decode, encode
from ledger.errors import EncodingError, ProofError
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from node.engine.answers import Failed, Refused, Reply
from node.engine.core import Core
from node.engine.events import AskToJoin, Event
from node.engine.health.status import WaitingRequest
from node.engine.tick import Tick
from node.engine.wire_charter import NEW_REQUEST, JoinNews
from node.errors import PeerFault
from node.join_requests import JoinRequest, check_request, read_request
from node.store import Document, DocumentKind, Write

MOST: Final = 64
"""How many requests are kept."""
CLOCKS_S: Final = 86_400
"""How far ahead of the own clock a request's time may be, in seconds."""


class Requests:
    """All requests that wait, by the key that asks."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._kept: dict[bytes, WaitingRequest] = {}
        self._seen_version = -1
        self._look_at_ms = 0
        for document in core.store.documents(DocumentKind.REQUEST, limit=2 * MOST):
            kept = _read(document)
            if kept is not None:
                self._kept[kept.request.node_key] = kept

    def waiting(self) -> tuple[WaitingRequest, ...]:
        """Those that wait, the oldest first."""
        return tuple(sorted(self._kept.values(), key=lambda kept: (kept.received, kept.request.id)))

    def peer_up(self, tick: Tick, peer: int) -> None:
        """Tell a new peer all of them, if it knows what that is."""
        if peer in self._core.agreeing:
            for kept in self.waiting():
                tick.send(peer, JoinNews(kept.request).encode())

    def on_news(self, tick: Tick, peer: int, message: JoinNews) -> None:
        """A peer passes a request on. Raises `PeerFault` for one that its own key did not sign."""
        request = message.request
        if not self._is_news(request) or not _is_in_time(tick, request):
            return
        if _refusal(self._core.charter, request) is not None:
            return
        self._core.work.spend(peer, NEW_REQUEST)
        try:
            check_request(request, federation=self._core.charter.federation)
        except ProofError as error:
            raise PeerFault(str(error)) from error
        self._keep(tick, request, origin=peer)

    def take(self, tick: Tick, inbox: Sequence[Event]) -> list[Reply]:
        """Take in what people ask at this node; the answers for after the commit."""
        asked = [event for event in inbox if isinstance(event, AskToJoin)]
        return [Reply(event.request, self._ask(tick, event.wish)) for event in asked]

    def _ask(self, tick: Tick, wish: JoinRequest) -> Refused | Failed | None:
        try:
            check_request(wish, federation=self._core.charter.federation)
        except ProofError as error:
            return Failed(error)
        if not _is_in_time(tick, wish):
            return Failed(ProofError("the request is too old, or ahead of this node's clock"))
        refusal = _refusal(self._core.charter, wish)
        if refusal is not None:
            return Refused(refusal)
        if self._is_news(wish):
            self._keep(tick, wish, origin=self._core.coop)
        return None

    def _is_news(self, request: JoinRequest) -> bool:
        known = self._kept.get(request.node_key)
        return known is None or request.time > known.request.time

    def _keep(self, tick: Tick, request: JoinRequest, *, origin: int) -> None:
        self._drop(tick, request.node_key)
        if len(self._kept) >= MOST:
            self._make_room(tick)
        kept = WaitingRequest(request=request, received=tick.now_ms // 1000, origin=origin)
        self._kept[request.node_key] = kept
        tick.changes.append(Write(documents=[_document(kept)]))
        tick.notice("join_requested", coop_name=request.name, number=request.number)
        for peer in self._core.peers & self._core.agreeing - {origin}:
            tick.send(peer, JoinNews(request).encode())

    def _make_room(self, tick: Tick) -> None:
        held = Counter(kept.origin for kept in self._kept.values())
        most = max(held.values())
        oldest = next(kept for kept in self.waiting() if held[kept.origin] == most)
        self._drop(tick, oldest.request.node_key)

    def _drop(self, tick: Tick, key: bytes) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            dropped = [(DocumentKind.REQUEST, _id(gone.request))]
            tick.changes.append(Write(dropped_documents=dropped))

    def run(self, tick: Tick) -> None:
        """Now and then, and when the charter is another, forget what is over."""
        version = self._core.charter.version
        if version == self._seen_version and tick.steady_ms < self._look_at_ms:
            return
        self._seen_version = version
        self._look_at_ms = tick.steady_ms + self._core.settings.full_gossip_interval_ms
        for kept in self.waiting():
            is_over = kept.request.is_over(tick.now_ms // 1000)
            if is_over or _refusal(self._core.charter, kept.request) is not None:
                self._drop(tick, kept.request.node_key)


def _is_in_time(tick: Tick, request: JoinRequest) -> bool:
    now = tick.now_ms // 1000
    return request.time <= now + CLOCKS_S and not request.is_over(now)


def _refusal(charter: Charter, request: JoinRequest) -> Refusal | None:
    """What the charter has against the change that is asked for."""
    change = read_change(list(request.change))
    if not isinstance(change, Join):
        return Refusal.ENTRY_MALFORMED
    after = amend(charter, change)
    return after if isinstance(after, Refusal) else None


def _id(request: JoinRequest) -> str:
    return request.id.hex()


def _document(kept: WaitingRequest) -> Document:
    data = encode([kept.origin, kept.request.encode()])
    return Document(
        kind=DocumentKind.REQUEST, id=_id(kept.request), created=kept.received, data=data
    )


def _read(document: Document) -> WaitingRequest | None:
    """A kept request; one that can't be read is as good as none, since others have it."""
    try:
        match decode(document.data):
            case [int(origin), bytes(data)]:
                request = read_request(data)
                return WaitingRequest(request=request, received=document.created, origin=origin)
            case _:
                return None
    except (EncodingError, ProofError):
        return None
