"""Links over real sockets: one for each pair, again and again, and hostile peers kept out."""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import aiohttp
import pytest
from aiohttp import web

from ledger.codec import decode
from ledger.signatures import SigningKey
from node.engine.events import LINK_VERSION
from node.link import handshake
from node.link.handshake import Hello, LinkRefusal, Transcript
from node.link.links import LINK_PATH, Chance, Links
from node.link.proving import Identity
from node.link.settings import LinkSettings
from tests.builders import Federation, build_federation
from tests.node.loops import on_loop, until

FEDERATION = build_federation(coops=3)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
QUICK = LinkSettings(
    unnamed_wait_ms=0, backoff_least_ms=1, backoff_most_ms=20, penalty_ms=3_600_000
)


@dataclass
class FakeNode:
    """Notes who is linked and what arrives; holds messages back when told to."""

    up: list[int] = field(default_factory=list)
    ups: int = 0
    versions: dict[int, int] = field(default_factory=dict)
    messages: list[tuple[int, bytes]] = field(default_factory=list)
    has_room: asyncio.Event = field(default_factory=asyncio.Event)
    whys: dict[int, str] = field(default_factory=dict)
    breaches: list[tuple[int, str, int]] = field(default_factory=list)
    twins: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.has_room.set()

    def peer_up(self, coop: int, *, version: int) -> None:
        self.up.append(coop)
        self.ups += 1
        self.versions[coop] = version

    def peer_down(self, coop: int) -> None:
        self.up.remove(coop)

    def not_reached(self, coop: int, why: str) -> None:
        self.whys[coop] = why

    def peer_broke(self, coop: int, why: str, *, refused_ms: int) -> None:
        self.breaches.append((coop, why, refused_ms))

    def twin_seen(self, coop: int) -> None:
        self.twins.add(coop)

    async def deliver(self, coop: int, data: bytes) -> None:
        await self.has_room.wait()
        self.messages.append((coop, data))


@dataclass
class Clock:
    """Stands still unless moved."""

    now_ms: int = 1_000_000

    def __call__(self) -> int:
        return self.now_ms


@dataclass
class Place:
    """Where a node listens: `links` may come after the address is known."""

    url: str
    node: FakeNode
    links: Links | None = None


class Town:
    """Link managers with servers on loopback."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.clock = Clock()
        self.places: dict[int, Place] = {}

    async def listen(self, coop: int, handler: Handler | None = None) -> Place:
        """A server that waits for its links, or does what `handler` does."""
        place = Place("", FakeNode())

        async def accept(request: web.Request) -> web.StreamResponse:
            assert place.links is not None
            return await place.links.accept(request, request.remote or "")

        app = web.Application()
        app.router.add_get(LINK_PATH, handler or accept)
        server = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await server.setup()
        self._stack.push_async_callback(server.cleanup)
        await web.TCPSite(server, "127.0.0.1", 0).start()
        place.url = f"http://127.0.0.1:{server.addresses[0][1]}"
        self.places[coop] = place
        return place

    async def link(
        self,
        coop: int,
        *dials: int,
        settings: LinkSettings = QUICK,
        key: SigningKey | None = None,
        federation: Federation = FEDERATION,
    ) -> Place:
        """Links of a coop's node that dials the others."""
        place = self.places.get(coop) or await self.listen(coop)
        place.links = Links(
            Identity(
                charter=lambda: federation.charter,
                coop=coop,
                key=key or federation.node_keys[coop],
            ),
            place.node,
            peers={other: self.places[other].url for other in dials},
            settings=settings,
            chance=Chance(steady_ms=self.clock, random_bytes=os.urandom, jitter=lambda most: most),
        )
        self._stack.push_async_callback(place.links.stop)
        await place.links.start()
        return place

    async def twin(self, coop: int, *dials: int) -> Place:
        """A second node with a coop's key, somewhere else."""
        first = self.places.pop(coop)
        second = await self.link(coop, *dials)
        self.places[coop] = first
        return second


@asynccontextmanager
async def open_town() -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield Town(stack)


def links_of(place: Place) -> Links:
    assert place.links is not None
    return place.links


@on_loop
async def test_messages_go_both_ways_in_order() -> None:
    async with open_town() as town:
        one = await town.link(1)
        two = await town.link(2, 1)
        await until(lambda: one.node.up == [2] and two.node.up == [1], "the link")
        for number in range(100):
            links_of(one).send(2, b"to two %d" % number)
            links_of(two).send(1, b"to one %d" % number)
        await until(lambda: len(one.node.messages) == len(two.node.messages) == 100, "messages")
        assert two.node.messages == [(1, b"to two %d" % number) for number in range(100)]
        assert one.node.messages == [(2, b"to one %d" % number) for number in range(100)]


@on_loop
async def test_both_ends_know_the_newest_version() -> None:
    async with open_town() as town:
        one = await town.link(1)
        two = await town.link(2, 1)
        await until(lambda: one.node.up == [2] and two.node.up == [1], "the link")
        assert one.node.versions == {2: LINK_VERSION}
        assert two.node.versions == {1: LINK_VERSION}


@pytest.mark.parametrize(
    ("protocols", "version"),
    [
        ((), 0),
        (("fiado9.9",), 0),
        (("fiado9.9", "fiado1.1"), 1),
        (("fiado9.9", "fiado1.2", "fiado1.1"), 2),
        (("fiado1.3", "fiado1.2"), 3),
    ],
)
def test_a_dialler_of_another_version_is_let_in(protocols: tuple[str, ...], version: int) -> None:
    @on_loop
    async def run() -> None:
        async with open_town() as town:
            place = await town.link(1)
            async with stranger_at(place, *protocols) as stranger:
                await stranger.prove(2, FEDERATION.node_keys[2])
                await until(lambda: place.node.up == [2], "the link")
                assert place.node.versions == {2: version}

    run()


@on_loop
async def test_a_listener_of_the_first_version_is_dialled() -> None:
    key = FEDERATION.node_keys[1]

    async def accept(request: web.Request) -> web.StreamResponse:
        """What a listener did before there were versions."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello = handshake.decode_hello(await socket.receive_bytes())
        transcript = Transcript(
            charter=FEDERATION.charter,
            dialler=hello.dialler,
            listener=1,
            dialler_nonce=hello.nonce,
            listener_nonce=bytes(32),
        )
        await socket.send_bytes(handshake.encode_challenge(transcript.listener_nonce))
        transcript.check_dialler(handshake.decode_proof(await socket.receive_bytes()))
        await socket.send_bytes(handshake.encode_welcome(transcript.sign_as_listener(key)))
        await socket.receive()
        return socket

    async with open_town() as town:
        await town.listen(1, accept)
        place = await town.link(2, 1)
        await until(lambda: place.node.up == [1], "the link")
        assert place.node.versions == {1: 0}


@on_loop
async def test_a_message_to_who_is_not_there_is_dropped() -> None:
    async with open_town() as town:
        one = await town.link(1)
        links_of(one).send(2, b"nobody hears this")
        links_of(one).disconnect(2, "nobody to disconnect")


@pytest.mark.parametrize("first", [1, 2])
def test_when_both_dial_the_lower_ones_link_stays(first: int) -> None:
    @on_loop
    async def run() -> None:
        async with open_town() as town:
            one, two = await town.listen(1), await town.listen(2)
            second = 3 - first
            await town.link(first, second)
            await town.link(second, first)

            def is_settled() -> bool:
                links = links_of(one)._links, links_of(two)._links
                dialled = [link.peer.dialler for table in links for link in table.values()]
                return dialled == [1, 1] and one.node.up == [2] and two.node.up == [1]

            await until(is_settled, "one link, dialled by coop 1")
            links_of(one).send(2, b"still there")
            await until(lambda: (1, b"still there") in two.node.messages, "a message")

    run()


@on_loop
async def test_links_come_back_by_themselves() -> None:
    async with open_town() as town:
        one = await town.link(1)
        two = await town.link(2, 1)
        for times in range(1, 4):
            await until(lambda: two.node.up == [1] and one.node.up == [2], "the link")
            assert one.node.ups >= times
            before = one.node.ups
            links_of(one)._links[2]._socket._req.transport.abort()  # type: ignore[union-attr]
            await until(partial(_has_more_than, one.node, before), "the next link")


def _has_more_than(node: FakeNode, ups: int) -> bool:
    return node.ups > ups


@pytest.mark.parametrize("has_moved", [True, False])
def test_a_peer_is_dialled_where_it_says_that_it_is_and_where_the_settings_say(
    has_moved: bool,
) -> None:
    @on_loop
    async def run() -> None:
        async with open_town() as town:
            one = await town.link(1)
            right, wrong = one.url, (await town.listen(3, handler=_nobody)).url
            one.url = wrong if has_moved else right
            two = await town.link(2, 1)
            links_of(two).moved(1, right if has_moved else wrong)
            await until(lambda: two.node.up == [1], "the link")

    run()


@on_loop
async def test_a_peer_that_nobody_names_any_more_is_dialled_where_it_says_that_it_is() -> None:
    """A node that only others name has moved: it knows where they answer, they don't know where it does."""
    async with open_town() as town:
        one, two = await town.link(1), await town.link(2)
        links_of(two).moved(2, two.url)  # Itself it does not dial.
        links_of(two).moved(1, one.url)
        links_of(two).moved(1, one.url)
        await until(lambda: two.node.up == [1] and one.node.up == [2], "the link")


@on_loop
async def test_a_peer_that_is_not_named_may_call_first() -> None:
    async with open_town() as town:
        patient = replace(QUICK, unnamed_wait_ms=600_000)
        one, two = await town.link(1, settings=patient), await town.link(2)
        links_of(one).moved(2, two.url)
        links_of(two).moved(1, one.url)
        await until(lambda: two.node.up == [1] and one.node.up == [2], "the link")
        assert links_of(one)._links[2].peer.dialler == 2


async def _nobody(request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


@on_loop
async def test_a_peer_that_comes_late_is_found() -> None:
    async with open_town() as town:
        await town.listen(1)
        two = await town.link(2, 1)
        assert two.node.up == []
        one = await town.link(1)
        await until(lambda: one.node.up == [2] and two.node.up == [1], "the link")


@on_loop
async def test_who_can_not_be_reached_is_told_with_the_reason_in_few_words() -> None:
    async with open_town() as town:
        place = await town.listen(1)
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            place.url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            two = await town.link(2, 1)
            await until(lambda: 1 in two.node.whys, "an attempt")
        assert two.node.whys == {1: os.strerror(errno.ECONNREFUSED)}


# --- hostile peers ---


class Stranger:
    """A hand-driven other end of a handshake."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, data: bytes) -> None:
        await self.socket.send_bytes(data)

    async def hear(self) -> bytes:
        data = await self.socket.receive_bytes()
        assert isinstance(data, bytes)
        return data

    async def hear_refusal(self) -> str:
        match decode(await self.hear()):
            case ["fiado1.refused", str(reason)]:
                return reason
            case _:
                raise AssertionError("not a refusal")

    async def is_cut_off(self) -> None:
        """Return when the other end has closed the connection."""
        while True:
            message = await self.socket.receive()
            if message.type in (
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.CLOSING,
                aiohttp.WSMsgType.ERROR,
            ):
                return

    async def prove(
        self, coop: int, key: SigningKey, *, listener: int = 1, as_coop: int | None = None
    ) -> bytes:
        """A whole handshake as coop `coop`; the bytes of the proof."""
        nonce = os.urandom(32)
        await self.say(
            Hello(federation=FEDERATION.id, dialler=coop, listener=listener, nonce=nonce).encode()
        )
        transcript = Transcript(
            charter=FEDERATION.charter,
            dialler=coop if as_coop is None else as_coop,
            listener=listener,
            dialler_nonce=nonce,
            listener_nonce=handshake.decode_challenge(await self.hear()),
        )
        proof = handshake.encode_proof(transcript.sign_as_dialler(key))
        await self.say(proof)
        return proof


@asynccontextmanager
async def stranger_at(
    place: Place, *protocols: str, source: str = "127.0.0.1"
) -> AsyncIterator[Stranger]:
    connector = aiohttp.TCPConnector(local_addr=(source, 0))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(
            place.url + LINK_PATH, protocols=protocols, max_msg_size=2**26, autoping=False
        ) as socket,
    ):
        yield Stranger(socket)


def hello(**changes: object) -> bytes:
    first = Hello(federation=FEDERATION.id, dialler=2, listener=1, nonce=b"n" * 32)
    return replace(first, **changes).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (b"garbage", LinkRefusal.MALFORMED),
        (hello(federation=b"x" * 32), LinkRefusal.FEDERATION_UNKNOWN),
        (hello(dialler=77), LinkRefusal.COOP_UNKNOWN),
        (hello(dialler=1), LinkRefusal.COOP_UNKNOWN),
        (hello(listener=3), LinkRefusal.NOT_ME),
    ],
    ids=["garbage", "wrong federation", "unknown coop", "as itself", "wrong listener"],
)
def test_a_wrong_hello_is_refused(first: bytes, reason: LinkRefusal) -> None:
    @on_loop
    async def run() -> None:
        async with open_town() as town:
            one = await town.link(1)
            async with stranger_at(one) as stranger:
                await stranger.say(first)
                assert await stranger.hear_refusal() == reason.value
                await stranger.is_cut_off()
            assert one.node.ups == 0

    run()


@on_loop
async def test_a_wrong_key_is_refused() -> None:
    async with open_town() as town:
        one = await town.link(1)
        async with stranger_at(one) as stranger:
            await stranger.prove(2, FEDERATION.node_keys[3])
            assert await stranger.hear_refusal() == LinkRefusal.KEY_WRONG.value
        assert one.node.ups == 0


@on_loop
async def test_a_recorded_handshake_can_not_be_played_again() -> None:
    async with open_town() as town:
        one = await town.link(1)
        async with stranger_at(one) as honest:
            nonce = b"n" * 32
            await honest.say(hello(nonce=nonce))
            transcript = Transcript(
                charter=FEDERATION.charter,
                dialler=2,
                listener=1,
                dialler_nonce=nonce,
                listener_nonce=handshake.decode_challenge(await honest.hear()),
            )
            proof = handshake.encode_proof(transcript.sign_as_dialler(FEDERATION.node_keys[2]))
            await honest.say(proof)
            transcript.check_listener(handshake.decode_welcome(await honest.hear()))
            await until(lambda: one.node.up == [2], "the honest link")
            async with stranger_at(one) as thief:
                await thief.say(hello(nonce=nonce))
                handshake.decode_challenge(await thief.hear())
                await thief.say(proof)
                assert await thief.hear_refusal() == LinkRefusal.KEY_WRONG.value
            assert one.node.ups == 1


@on_loop
async def test_reflecting_what_the_node_itself_signed_does_not_help() -> None:
    """The node dials a hostile server, which uses the node's own proof as its welcome."""
    async with AsyncExitStack() as stack:
        town = Town(stack)
        refused = asyncio.Event()

        async def reflect(request: web.Request) -> web.StreamResponse:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.receive_bytes()
            await socket.send_bytes(handshake.encode_challenge(b"l" * 32))
            proof = handshake.decode_proof(await socket.receive_bytes())
            await socket.send_bytes(handshake.encode_welcome(proof))
            await socket.receive()
            refused.set()
            return socket

        app = web.Application()
        app.router.add_get(LINK_PATH, reflect)
        server = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await server.setup()
        stack.push_async_callback(server.cleanup)
        await web.TCPSite(server, "127.0.0.1", 0).start()
        town.places[1] = Place(f"http://127.0.0.1:{server.addresses[0][1]}", FakeNode())
        two = await town.link(2, 1)
        await refused.wait()
        assert two.node.ups == 0


def lines(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, object]]:
    """The values of the log's lines of that name."""
    found = [each for each in caplog.records if each.getMessage() == event]
    return [vars(each)["fiado_values"] for each in found]


def test_a_handshake_that_does_not_go_on_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")

    @on_loop
    async def run() -> None:
        async with open_town() as town:
            one = await town.link(1, settings=replace(QUICK, handshake_ms=30))
            async with stranger_at(one) as stranger:
                await stranger.is_cut_off()
            assert one.node.ups == 0
            patient = await town.link(2)
            async with stranger_at(patient, source="127.0.0.2") as stranger:
                await stranger.say(hello(dialler=1, listener=2))
                await stranger.hear()
            told = partial(lines, caplog, "handshake_unfinished")
            await until(lambda: len(told()) == 2, "both are told")

    run()
    assert lines(caplog, "handshake_unfinished") == [
        {"address": "127.0.0.1", "reason": "silent"},
        {"address": "127.0.0.2", "reason": "closed"},
    ]


@on_loop
async def test_too_many_handshakes_are_turned_away() -> None:
    async with open_town() as town:
        one = await town.link(1, settings=replace(QUICK, handshakes_each=1))
        async with stranger_at(one) as stranger:
            await stranger.say(hello())
            await stranger.hear()
            async with aiohttp.ClientSession() as session:
                with pytest.raises(aiohttp.WSServerHandshakeError) as turned_away:
                    await session.ws_connect(one.url + LINK_PATH)
                assert turned_away.value.status == 503
        await until(lambda: not len(links_of(one)._doorstep), "the first has gone")
        async with stranger_at(one) as stranger:
            await stranger.prove(2, FEDERATION.node_keys[2])
            handshake.decode_welcome(await stranger.hear())


def test_many_addresses_that_say_nothing_keep_nobody_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    asyncio.run(say_nothing_from_many(caplog))


async def say_nothing_from_many(caplog: pytest.LogCaptureFixture) -> None:
    async with open_town() as town:
        few = replace(QUICK, handshakes=4, handshakes_each=2, handshake_ms=3_600_000)
        one = await town.link(1, settings=few)
        async with AsyncExitStack() as stack:
            for address in ("127.0.0.2", "127.0.0.3"):
                for _ in range(2):
                    await stack.enter_async_context(stranger_at(one, source=address))
            await until(lambda: len(links_of(one)._doorstep) == 4, "all places are taken")
            async with stranger_at(one) as stranger:
                await stranger.prove(2, FEDERATION.node_keys[2])
                handshake.decode_welcome(await stranger.hear())
                await until(lambda: one.node.up == [2], "the link")
            assert len(links_of(one)._doorstep) == 3
            told = partial(lines, caplog, "handshake_unfinished")
            await until(lambda: bool(told()), "who was sent away is told")
            assert told()[0] == {"address": "127.0.0.2", "reason": "made_room"}


async def cut_off_and_kept_away(
    settings: LinkSettings, why: str, misbehave: Callable[[Stranger, Place], object]
) -> None:
    """An authenticated peer that misbehaves is cut off, let in again only after a while, and told of once."""
    async with open_town() as town:
        one = await town.link(1, settings=settings)
        async with stranger_at(one) as stranger:
            await stranger.prove(2, FEDERATION.node_keys[2])
            handshake.decode_welcome(await stranger.hear())
            await until(lambda: one.node.up == [2], "the link")
            work = misbehave(stranger, one)
            if asyncio.iscoroutine(work):
                await work
            await until(lambda: one.node.up == [], "cut off")
        async with stranger_at(one) as stranger:
            await stranger.say(hello())
            assert await stranger.hear_refusal() == LinkRefusal.PENALTY.value
        assert one.node.breaches == [(2, why, settings.penalty_ms)]
        town.clock.now_ms += settings.penalty_ms
        async with stranger_at(one) as stranger:
            await stranger.prove(2, FEDERATION.node_keys[2])
            handshake.decode_welcome(await stranger.hear())


@on_loop
async def test_a_peer_that_sends_text_is_cut_off() -> None:
    async def text(stranger: Stranger, place: Place) -> None:
        await stranger.socket.send_str("hello")

    await cut_off_and_kept_away(QUICK, "not_binary", text)


@on_loop
async def test_a_peer_that_sends_too_much_at_once_is_cut_off() -> None:
    async def oversize(stranger: Stranger, place: Place) -> None:
        await stranger.say(bytes(2_001))

    await cut_off_and_kept_away(replace(QUICK, message_bytes=2_000), "too_large", oversize)


@on_loop
async def test_a_peer_that_floods_is_cut_off() -> None:
    async def flood(stranger: Stranger, place: Place) -> None:
        for _ in range(20):
            await stranger.say(b"again")
        assert len(place.node.messages) <= 10

    settings = replace(QUICK, messages_burst=10, messages_per_second=1, flood_ms=0)
    await cut_off_and_kept_away(settings, "flooded", flood)


def test_a_peer_that_floods_is_told_of_before_it_is_cut_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @on_loop
    async def run() -> None:
        settings = replace(QUICK, messages_burst=10, messages_per_second=1_000, flood_told_ms=0)
        async with open_town() as town:
            one = await town.link(1, settings=settings)
            async with stranger_at(one) as stranger:
                await stranger.prove(2, FEDERATION.node_keys[2])
                handshake.decode_welcome(await stranger.hear())
                for _ in range(40):
                    await stranger.say(b"again")
                await until(lambda: len(one.node.messages) == 40, "all is read in the end")
            assert one.node.breaches == []

    run()
    assert lines(caplog, "peer_floods") == [{"coop": "sur"}]


@on_loop
async def test_a_peer_that_sends_too_many_bytes_is_cut_off() -> None:
    async def flood(stranger: Stranger, place: Place) -> None:
        for _ in range(20):
            await stranger.say(bytes(1_000))
        assert len(place.node.messages) <= 5

    settings = replace(QUICK, bytes_burst=5_000, bytes_per_second=1_000, flood_ms=0)
    await cut_off_and_kept_away(settings, "flooded", flood)


@on_loop
async def test_a_peer_that_breaks_the_protocol_is_cut_off() -> None:
    await cut_off_and_kept_away(
        QUICK, "garbage", lambda stranger, place: links_of(place).disconnect(2, "garbage")
    )


@on_loop
async def test_a_peer_that_does_not_read_is_cut_off() -> None:
    def stall(stranger: Stranger, place: Place) -> None:
        for _ in range(64):
            links_of(place).send(2, bytes(1024 * 1024))

    settings = replace(QUICK, stall_ms=100, outgoing_bytes=2**30, heartbeat_ms=60_000)
    await cut_off_and_kept_away(settings, "stalled", stall)


@on_loop
async def test_what_waits_to_be_sent_is_bounded() -> None:
    async with open_town() as town:
        one = await town.link(1, settings=replace(QUICK, outgoing_bytes=10_000))
        async with stranger_at(one) as stranger:
            await stranger.prove(2, FEDERATION.node_keys[2])
            handshake.decode_welcome(await stranger.hear())
            await until(lambda: one.node.up == [2], "the link")
            link = links_of(one)._links[2]
            for _ in range(100):
                links_of(one).send(2, bytes(1_000))
            assert link._outgoing_bytes <= 10_000
            assert link.dropped == 90


@pytest.mark.parametrize(("sent", "end"), [(0, "silent"), (64, "unread")])
def test_a_peer_that_answers_no_heartbeat_is_dead(
    caplog: pytest.LogCaptureFixture, sent: int, end: str
) -> None:
    """Whether there was something for it to read is told; neither is a fault that keeps it away."""

    caplog.set_level("INFO")

    @on_loop
    async def run() -> None:
        settings = replace(QUICK, heartbeat_ms=100, outgoing_bytes=2**30)
        async with open_town() as town:
            one = await town.link(1, settings=settings)
            async with stranger_at(one) as stranger:
                await stranger.prove(2, FEDERATION.node_keys[2])
                handshake.decode_welcome(await stranger.hear())
                await until(lambda: one.node.up == [2], "the link")
                for _ in range(sent):
                    links_of(one).send(2, bytes(1024 * 1024))
                await until(lambda: one.node.up == [], "found dead")
            assert one.node.breaches == []

    run()
    assert [line["reason"] for line in lines(caplog, "link_down")] == [end]


@on_loop
async def test_a_link_is_not_read_while_the_node_has_no_room() -> None:
    async with open_town() as town:
        one = await town.link(1)
        two = await town.link(2, 1)
        await until(lambda: two.node.up == [1], "the link")
        one.node.has_room.clear()
        for _ in range(3):
            links_of(two).send(1, b"wait")
        links_of(one).send(2, b"the other way is open")
        await until(lambda: bool(two.node.messages), "a message the other way")
        assert one.node.messages == []
        one.node.has_room.set()
        await until(lambda: len(one.node.messages) == 3, "the messages")


@on_loop
async def test_a_second_link_the_same_way_replaces_the_first() -> None:
    async with open_town() as town:
        one = await town.link(1)
        async with stranger_at(one) as first:
            await first.prove(2, FEDERATION.node_keys[2])
            handshake.decode_welcome(await first.hear())
            await until(lambda: one.node.up == [2], "the first link")
            async with stranger_at(one) as second:
                await second.prove(2, FEDERATION.node_keys[2])
                handshake.decode_welcome(await second.hear())
                await first.is_cut_off()
                assert one.node.up == [2]
                await second.say(b"from the second")
                await until(lambda: one.node.messages == [(2, b"from the second")], "a message")


@on_loop
async def test_a_link_the_other_way_does_not_replace_the_better_one() -> None:
    async with open_town() as town:
        two = await town.link(2)
        one = await town.link(1, 2)
        await until(lambda: one.node.up == [2] and two.node.up == [1], "coop 1 has dialled")
        async with stranger_at(one) as stranger:
            await stranger.prove(2, FEDERATION.node_keys[2])
            assert await stranger.hear_refusal() == LinkRefusal.ALREADY_LINKED.value
        assert (one.node.ups, one.node.up) == (1, [2])


@on_loop
async def test_two_nodes_with_one_key_are_noticed_by_all_three() -> None:
    async with open_town() as town:
        one = await town.link(1)
        two = await town.link(2, 1)
        twin = await town.twin(2, 1)

        async def noticed() -> bool:
            town.clock.now_ms += 1_000
            return one.node.twins == {2} and two.node.twins == {2} and twin.node.twins == {2}

        await until(noticed, "everybody notices")


@on_loop
async def test_a_second_node_that_is_always_refused_is_noticed_too() -> None:
    """The peer has dialled the first of the two, so the link of the second is never the better one."""
    async with open_town() as town:
        two = await town.link(2)
        one = await town.link(1, 2)
        await until(lambda: one.node.up == [2], "the link")
        twin = await town.twin(2, 1)

        async def noticed() -> bool:
            town.clock.now_ms += 1_000
            return one.node.twins == {2} and twin.node.twins == {2}

        await until(noticed, "the second and the peer notice")
        assert twin.node.whys[1] == "already_linked"
        assert two.node.twins == set() and two.node.up == [1]


@on_loop
async def test_a_link_that_is_made_anew_now_and_then_is_no_second_node() -> None:
    async with open_town() as town:
        one = await town.link(1)
        for _ in range(6):
            two = await town.link(2, 1)
            await until(lambda: one.node.up == [2], "the link")
            await links_of(two).stop()
            await until(lambda: one.node.up == [], "no link")
            town.clock.now_ms += 20_000
        assert one.node.twins == set()
