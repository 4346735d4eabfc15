"""Requests of coops that want to join: kept, told to peers, and forgotten in time (PROTOCOL section 10.7).

A request comes to any node over HTTP and reaches the others over links, so that the stewards of every coop
find it at their own node. It gives no rights. The node that was asked hosts it, at one of its places, and
signs that; all others keep what is at that place. So neither a coop nor whoever calls its node can push out
what others host, and what a node is made to look at for a host is bounded too: a place is taken anew now and
then only. Of one key the newest request counts. A request goes with its time, or when the charter has no
place for it any more.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from ledger.charter import Charter
from ledger.charter_changes import Join, read_change
from ledger.codec import decode, encode
from ledger.errors import EncodingError, ProofError
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.shapes import MAX_COOPS
from node.engine.answers import Failed, NoRoom, NotReady, Refused, Reply
from node.engine.charter.places import Held, place_for
from node.engine.core import Core
from node.engine.costs import KEY, ROW, SIGNATURE
from node.engine.events import AskToJoin, Event
from node.engine.health.status import WaitingRequest
from node.engine.tick import Tick
from node.engine.wire_charter import JoinNews
from node.errors import PeerFault
from node.hosted_requests import PLACES, HostedRequest, read_hosted
from node.join_requests import JoinRequest, check_request, read_request
from node.store import Document, DocumentKind, Write

CLOCKS_S: Final = 86_400
"""How far ahead of the own clock a time may be, in seconds."""
ANEW_MS: Final = 60_000
"""How long what another coop hosts at a place stays there at least; sooner news is passed over."""
MOST_AT_ONCE: Final = 256
"""How many requests a new peer is told."""
AT_A_TIME: Final = 4
"""How many are told again at each turn."""


class Requests:
    """All requests that wait, by host and place."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.endorsed: Callable[[], Collection[bytes]] = frozenset
        """The encodings of the changes that some coop stands for now. `Engine` sets it."""
        self._held: dict[tuple[int, int], Held] = {}
        self._taken_ms: dict[tuple[int, int], int] = {}
        self._strange: list[str] = []
        self._turn = 0
        self._seen_version = -1
        self._look_at_ms = 0
        for document in core.store.documents(DocumentKind.REQUEST, limit=PLACES * MAX_COOPS):
            held = _read(document)
            if held is None:
                self._strange.append(document.id)
            else:
                self._held[held.hosted.host, held.hosted.place] = held

    def waiting(self) -> tuple[WaitingRequest, ...]:
        """Those that wait, the oldest first: of each key the newest."""
        newest: dict[bytes, Held] = {}
        for held in self._held.values():
            known = newest.get(held.request.node_key)
            if known is None or _age(held) > _age(known):
                newest[held.request.node_key] = held
        found = [
            WaitingRequest(
                request=held.request,
                received=held.received,
                host=held.hosted.host,
                id=held.request.id,
            )
            for held in newest.values()
        ]
        return tuple(sorted(found, key=lambda kept: (kept.received, kept.id)))

    def peer_up(self, tick: Tick, peer: int) -> None:
        """Tell a new peer them, if it knows what that is; those that this node hosts first."""
        if peer in self._core.linked.agreeing:
            held = sorted(self._held.items(), key=lambda item: item[0][0] != self._core.coop)
            self._tell([peer], tick, [each for _, each in held[:MOST_AT_ONCE]])

    # What peers pass on.

    def on_news(self, tick: Tick, peer: int, message: JoinNews) -> None:
        """A peer passes on what a coop hosts. Raises `PeerFault` for what that coop has not signed."""
        hosted, core = message.hosted, self._core
        host = core.newest.coops.get(hosted.host)
        if host is None and not core.knows_less_than(peer):
            raise PeerFault("a request to join at a coop that is not in the charter")
        if host is None or not core.newest.is_member(hosted.host) or hosted.host == core.coop:
            return
        if not self._is_news(tick, hosted):
            return
        core.work.spend(peer, 2 * SIGNATURE + ROW)
        if not hosted.is_signed_by(host.node_key, core.newest):
            is_earlier = any(hosted.is_signed_by(key, core.newest) for key in host.all_keys[1:])
            if is_earlier or core.is_excused(peer):
                return
            raise PeerFault("a request to join that its host has not signed")
        try:
            request = read_request(hosted.request)
            check_request(request, federation=core.newest.federation)
        except ProofError as error:
            raise PeerFault(str(error)) from error
        core.work.spend(peer, cost_of_request(request))
        if _is_in_time(tick, request) and _refusal(core.charter, request) is None:
            self._keep(tick, hosted, request, peer=peer)

    def _is_news(self, tick: Tick, hosted: HostedRequest) -> bool:
        """Whether the place is another's now. So it costs little to say again what is known."""
        place = (hosted.host, hosted.place)
        known = self._held.get(place)
        if known is not None and hosted.time <= known.hosted.time:
            return False
        taken_ms = self._taken_ms.get(place)
        if taken_ms is not None and tick.steady_ms < taken_ms + ANEW_MS:
            return False
        return hosted.time <= tick.now_ms // 1000 + CLOCKS_S

    # What people ask for here.

    def take(self, tick: Tick, inbox: Sequence[Event]) -> list[Reply]:
        """Take in what people ask at this node; the answers for after the commit."""
        asked = [event for event in inbox if isinstance(event, AskToJoin)]
        return [Reply(event.request, self._ask(tick, event)) for event in asked]

    def _ask(self, tick: Tick, event: AskToJoin) -> Refused | Failed | NotReady | NoRoom | None:
        wish, core = event.wish, self._core
        own = {place: held for (host, place), held in self._held.items() if host == core.coop}
        if any(_is_as_new(held.request, wish) for held in own.values()):
            return None
        if not core.is_signing:
            return NotReady(core.readiness)
        if not _is_in_time(tick, wish):
            return Failed(ProofError("the request is too old, or ahead of this node's clock"))
        try:
            check_request(wish, federation=core.charter.federation)
        except ProofError as error:
            return Failed(error)
        refusal = _refusal(core.charter, wish)
        if refusal is not None:
            return Refused(refusal)
        endorsed = self.endorsed()
        place = place_for(
            own,
            wish,
            event.origin,
            now_s=tick.now_ms // 1000,
            is_pinned=lambda held: encode(held.request.change) in endorsed,
        )
        if place is None:
            return NoRoom()
        hosted = self._sign(tick, place, wish.encode())
        self._keep(tick, hosted, wish, origin=event.origin)
        return None

    def _sign(self, tick: Tick, place: int, request: bytes) -> HostedRequest:
        core = self._core
        known = self._held.get((core.coop, place))
        after = 0 if known is None else known.hosted.time + 1
        time = max(tick.now_ms // 1000, after)
        signature = core.signer.hosting(place=place, time=time, request=request)
        return HostedRequest(
            host=core.coop, place=place, time=time, request=request, signature=signature
        )

    # What is kept.

    def _keep(
        self,
        tick: Tick,
        hosted: HostedRequest,
        request: JoinRequest,
        *,
        origin: bytes = b"",
        peer: int | None = None,
    ) -> None:
        place = (hosted.host, hosted.place)
        known = self._held.get(place)
        is_same = known is not None and known.request.node_key == request.node_key
        received = tick.now_ms // 1000
        if known is not None and is_same:
            received = known.received
        held = Held(hosted=hosted, request=request, received=received, origin=origin)
        self._held[place] = held
        self._taken_ms[place] = tick.steady_ms
        tick.changes.append(Write(documents=[_document(held)]))
        tick.notice("join_requested", coop_name=request.name, number=request.number)
        core = self._core
        self._tell(core.linked.told & core.linked.agreeing - {peer}, tick, [held])

    def _tell(self, peers: Iterable[int], tick: Tick, told: Sequence[Held]) -> None:
        messages = [JoinNews(held.hosted).encode() for held in told]
        for peer in peers:
            for data in messages:
                tick.send(peer, data)

    def run(self, tick: Tick) -> None:
        """Now and then, and when the charter is another, forget what is over, and tell some again."""
        version, core = self._core.charter.version, self._core
        if version == self._seen_version and tick.steady_ms < self._look_at_ms:
            return
        self._seen_version = version
        self._look_at_ms = tick.steady_ms + core.settings.full_gossip_interval_ms
        over = [place for place, held in self._held.items() if self._is_over(tick, held)]
        dropped = [(DocumentKind.REQUEST, _id(self._held.pop(place).hosted)) for place in over]
        dropped += [(DocumentKind.REQUEST, id_) for id_ in self._strange]
        self._strange = []
        if dropped:
            tick.changes.append(Write(dropped_documents=dropped))
        self._sign_again(tick)
        held = list(self._held.values())
        self._turn = self._turn + AT_A_TIME if self._turn + AT_A_TIME < len(held) else 0
        self._tell(
            core.linked.told & core.linked.agreeing,
            tick,
            held[self._turn : self._turn + AT_A_TIME],
        )

    def _is_over(self, tick: Tick, held: Held) -> bool:
        is_over = held.request.is_over(tick.now_ms // 1000)
        is_hosted = self._core.newest.is_member(held.hosted.host)
        return is_over or not is_hosted or _is_taken(self._core.charter, held.request)

    def _sign_again(self, tick: Tick) -> None:
        """What is hosted here is signed by the present key: with an earlier one it counts no more."""
        core = self._core
        if not core.is_signing:
            return
        for (host, place), held in list(self._held.items()):
            if host == core.coop and not held.hosted.is_signed_by(
                core.signer.public_key, core.newest
            ):
                hosted = self._sign(tick, place, held.hosted.request)
                self._keep(tick, hosted, held.request, origin=held.origin)


def cost_of_request(request: JoinRequest) -> int:
    """What it costs to look at all that a request has, beside its signatures."""
    stewards = request.change[7]
    return KEY * (2 + len(stewards) if isinstance(stewards, list) else 2)


def _is_as_new(known: JoinRequest, wish: JoinRequest) -> bool:
    return known == wish or (known.node_key == wish.node_key and known.time > wish.time)


def _age(held: Held) -> tuple[int, int]:
    return held.request.time, -held.received


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


def _is_taken(charter: Charter, request: JoinRequest) -> bool:
    """Whether number, name or key are a coop's now: what alone a change of the charter can have against a
    request that was right."""
    coops = charter.coops
    is_known = any(request.node_key in coop.all_keys for coop in coops.values())
    return request.number in coops or charter.coop_named(request.name) is not None or is_known


def _id(hosted: HostedRequest) -> str:
    return f"{hosted.host}-{hosted.place}"


def _document(held: Held) -> Document:
    data = encode([*held.hosted.value(), held.origin])
    return Document(
        kind=DocumentKind.REQUEST, id=_id(held.hosted), created=held.received, data=data
    )


def _read(document: Document) -> Held | None:
    """A kept request; one that can't be read is as good as none, since others have it."""
    try:
        match decode(document.data):
            case [*value, bytes(origin)]:
                hosted = read_hosted(value)
                request = read_request(hosted.request)
                return Held(
                    hosted=hosted, request=request, received=document.created, origin=origin
                )
            case _:
                return None
    except (EncodingError, ProofError):
        return None
