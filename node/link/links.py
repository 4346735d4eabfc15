"""All links of a node: dialling, letting in, and one link for each pair of nodes.

Every node dials the peers in its settings, for ever, with growing and random waits, and those others whose
address it was told, if they don't call for a while: else a node that only others name could not move.
When both ends of a pair have dialled, both keep the link that the lower coop number dialled; a link dialled
the other way is then refused with `already_linked`. A newer link in the same direction replaces
the older one, whose other end must have given it up.

A peer that broke the protocol is neither dialled nor let in for a while. Randomness and clock come in as
functions. Authenticity is checked by `proving`; what messages say is the engine's business.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiohttp import web

from node.link import handshake
from node.link.doorstep import Doorstep, Place
from node.link.handshake import HandshakeRefused, LinkRefusal
from node.link.link import Link, LinkEnd, Peer, Socket, close_socket
from node.link.proving import Identity, hear_dialler, prove_as_dialler, welcome_dialler
from node.link.settings import LinkSettings
from node.link.sockets import VERSIONS, hang_up, version_of, why_not
from node.link.twins import Twins
from node.logs import log_event

LINK_PATH = "/v1/link"


class LinkedNode(Protocol):
    """Who hears of links and gets their messages: the runner."""

    def peer_up(self, coop: int, *, version: int) -> None:
        """A link to that coop is there, of that version."""

    def peer_down(self, coop: int) -> None:
        """It is gone."""

    def not_reached(self, coop: int, why: str) -> None:
        """That coop's node was dialled, and there is no link because of `why`."""

    def peer_broke(self, coop: int, why: str, *, refused_ms: int) -> None:
        """That coop's node broke the protocol, and is neither dialled nor let in for so long."""

    def twin_seen(self, coop: int) -> None:
        """Two nodes seem to run with that coop's key."""

    async def deliver(self, coop: int, data: bytes) -> None:
        """Take a message; may take its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Time and randomness. `jitter(n)` is a random integer from 0 to n."""

    steady_ms: Callable[[], int]
    random_bytes: Callable[[int], bytes]
    jitter: Callable[[int], int]


class Links:
    """Keeps the links. Implements `node.runner.Peers`."""

    def __init__(
        self,
        identity: Identity,
        node: LinkedNode,
        *,
        peers: Mapping[int, str],
        settings: LinkSettings,
        chance: Chance,
    ) -> None:
        self._identity = identity
        self._node = node
        self._peers = dict(peers)
        self._moved: dict[int, str] = {}
        """Where coops' nodes answer by their own word."""
        self._settings = settings
        self._chance = chance
        self._links: dict[int, Link] = {}
        """The link to each coop, while there is one."""
        self._gone: dict[int, asyncio.Event] = {}
        """Set when the link to a coop has ended, for the task that dials it."""
        self._twins = Twins(settings)
        self._penalty_until_ms: dict[int, int] = {}
        """Until when a coop that broke the protocol is neither dialled nor let in."""
        self._doorstep = Doorstep(total=settings.handshakes, each=settings.handshakes_each)
        """Those who dialled us and have not proved yet who they are."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._stopping = False

    # --- life ---

    async def start(self) -> None:
        """Begin to dial."""
        self._session = aiohttp.ClientSession(auto_decompress=False)
        for coop in self._peers:
            self._spawn(self._keep_dialling(coop), f"fiado-dial-{coop}")

    async def stop(self) -> None:
        """Close all links and dial no more."""
        self._stopping = True
        for link in self._links.values():
            link.close(LinkEnd.STOPPED)
        tasks = [task for task in self._tasks if task.get_name().startswith("fiado-dial")]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def send(self, coop: int, data: bytes) -> None:
        """Send soon, or drop it when there is no link."""
        link = self._links.get(coop)
        if link is not None:
            link.send(data)

    def disconnect(self, coop: int, reason: str) -> None:
        """Close the link to a peer that broke the protocol."""
        link = self._links.get(coop)
        self._penalise(coop, reason)
        if link is not None:
            link.close(LinkEnd.BROKE_PROTOCOL)

    def _penalise(self, coop: int, why: str) -> None:
        """Keep a peer away for a while, and let people know why."""
        refused_ms = self._settings.penalty_ms
        self._penalty_until_ms[coop] = self._chance.steady_ms() + refused_ms
        log_event(
            "peer_broke_protocol",
            {"coop": self._name(coop), "text": why, "refused_seconds": refused_ms // 1000},
            level=logging.WARNING,
        )
        self._node.peer_broke(coop, why, refused_ms=refused_ms)

    def configure(self, peers: Mapping[int, str]) -> None:
        """Dial these coops at those addresses, too, from now on."""
        for coop, url in peers.items():
            is_new = coop not in self._peers
            self._peers[coop] = url
            if is_new and coop not in self._moved and not self._stopping:
                self._spawn(self._keep_dialling(coop), f"fiado-dial-{coop}")

    def moved(self, coop: int, url: str) -> None:
        """Dial that coop there too."""
        is_first = coop not in self._moved
        self._moved[coop] = url
        if is_first and coop not in (*self._peers, self._identity.coop) and not self._stopping:
            self._spawn(self._keep_dialling(coop), f"fiado-dial-{coop}")

    # --- being dialled ---

    async def accept(self, request: web.Request, address: str) -> web.StreamResponse:
        """Handle a request to `/v1/link` from `address`: prove, and carry the link until it ends.

        Raises `web.HTTPServiceUnavailable` when the doorstep has no place, and `web.HTTPBadRequest`
        for what is not the beginning of a WebSocket.
        """
        with self._doorstep.stand(address, lambda: hang_up(request)) as place:
            if self._stopping or place is None:
                raise web.HTTPServiceUnavailable
            socket = self._socket()
            try:
                await socket.prepare(request)
            except ValueError as error:  # a key that is not ASCII
                raise web.HTTPBadRequest from error
            link = await self._try_let_in(socket, place)
        if link is not None:
            await self._carry(link)
        return socket

    def _socket(self) -> web.WebSocketResponse:
        """The listener's end of a connection.

        A socket has one size bound for its whole life, that of a proven link. So before any proof a stranger
        can have a message of that size read, which is then refused as too long for a handshake; what
        bounds this is how many handshakes may be under way.
        """
        return web.WebSocketResponse(
            protocols=tuple(VERSIONS),
            max_msg_size=self._settings.message_bytes,
            heartbeat=self._settings.heartbeat_ms / 1000,
            compress=False,
            timeout=1,
        )

    async def _try_let_in(self, socket: Socket, place: Place) -> Link | None:
        """The link, if the dialler proves who it is; else the socket is closed."""
        try:
            async with asyncio.timeout(self._settings.handshake_ms / 1000):
                return await self._let_in(socket)
        except HandshakeRefused as refused:
            await self._refuse(socket, place.address, refused)
        except TimeoutError:
            await self._give_up(socket, place, "silent")
        except (ConnectionError, aiohttp.ClientError, RuntimeError):
            await self._give_up(socket, place, "made_room" if place.is_given_away else "closed")
        return None

    async def _give_up(self, socket: Socket, place: Place, reason: str) -> None:
        """Somebody dialled us, and did not go on to prove who they are."""
        if not self._stopping:
            log_event("handshake_unfinished", {"address": place.address, "reason": reason})
        await close_socket(socket)

    async def _let_in(self, socket: Socket) -> Link:
        """The listener's side of the handshake. Raises `HandshakeRefused`."""
        nonce = self._chance.random_bytes(handshake.NONCE_BYTES)
        transcript = await hear_dialler(
            socket, self._identity, nonce=nonce, check=self._check_penalty
        )
        peer = Peer(coop=transcript.dialler, dialler=transcript.dialler)
        if peer.coop in self._links:
            self._knock(peer.coop)
        self._check_better(peer)
        await welcome_dialler(socket, self._identity, transcript)
        return self._adopt(socket, peer)

    async def _refuse(self, socket: Socket, address: str, refused: HandshakeRefused) -> None:
        log_event("link_refused", {"address": address, "reason": refused.reason.value})
        try:
            async with asyncio.timeout(1):
                await socket.send_bytes(handshake.encode_refused(refused.reason))
        except (TimeoutError, ConnectionError, aiohttp.ClientError, RuntimeError):
            pass
        await close_socket(socket)

    # --- dialling ---

    async def _keep_dialling(self, coop: int) -> None:
        """Dial a peer whenever there is no link to it, for ever."""
        attempts, logged = 0, ""
        while True:
            await self._without_link(coop)
            await asyncio.sleep(self._wait_ms(coop, attempts) / 1000)
            if coop in self._links:
                continue  # they dialled us meanwhile
            url = self._address(coop, attempts)
            attempts += 1
            try:
                async with self._dialled(coop, url) as link:
                    began_ms = self._chance.steady_ms()
                    logged = ""
                    await self._carry(link)
                if self._chance.steady_ms() - began_ms >= self._settings.stable_ms:
                    attempts = 0
            except (TimeoutError, OSError, aiohttp.ClientError, HandshakeRefused) as error:
                text = why_not(error)
                self._node.not_reached(coop, text)
                self._note_refusal(coop, error)
                if text != logged:  # once for each reason, not once for each attempt
                    logged = text
                    log_event(
                        "peer_not_reached", {"coop": self._name(coop), "url": url, "text": text}
                    )

    def _address(self, coop: int, attempts: int) -> str:
        """Where to dial: by turns where the coop says that it is, and where the settings say."""
        places = [each[coop] for each in (self._moved, self._peers) if coop in each]
        return places[attempts % len(places)]

    def _note_refusal(self, coop: int, error: Exception) -> None:
        """Take note when a peer says that there is a link already, though there is none here."""
        if (
            isinstance(error, HandshakeRefused)
            and error.by_peer
            and error.reason is LinkRefusal.ALREADY_LINKED
            and coop not in self._links
        ):
            self._knock(self._identity.coop)

    def _knock(self, coop: int) -> None:
        """Somebody proved to be that coop's node who should not have had to."""
        if self._twins.knock(coop, self._chance.steady_ms()):
            self._node.twin_seen(coop)

    def _wait_ms(self, coop: int, attempts: int) -> int:
        """How long to wait before dialling again: longer each time, partly at random, and any penalty out."""
        settings = self._settings
        wait_ms = 0
        if attempts:
            longest = settings.backoff_least_ms * 2 ** min(attempts, 30)
            wait_ms = min(longest, settings.backoff_most_ms)
            wait_ms = wait_ms // 2 + self._chance.jitter(wait_ms // 2)
        if coop not in self._peers:
            wait_ms = max(wait_ms, settings.unnamed_wait_ms)  # It may name us, and call.
        return max(wait_ms, self._penalty_until_ms.get(coop, 0) - self._chance.steady_ms())

    async def _without_link(self, coop: int) -> None:
        """Wait until there is no link to that coop."""
        while coop in self._links:
            gone = self._gone.setdefault(coop, asyncio.Event())
            gone.clear()
            await gone.wait()

    @asynccontextmanager
    async def _dialled(self, coop: int, url: str) -> AsyncIterator[Link]:
        """A link that this node dialled, once both ends are proven. Raises `HandshakeRefused`."""
        assert self._session is not None
        async with asyncio.timeout(self._settings.handshake_ms / 1000):
            socket = await self._session.ws_connect(
                url + LINK_PATH,
                protocols=tuple(VERSIONS),
                max_msg_size=self._settings.message_bytes,
                heartbeat=self._settings.heartbeat_ms / 1000,
            )
        try:
            async with asyncio.timeout(self._settings.handshake_ms / 1000):
                nonce = self._chance.random_bytes(handshake.NONCE_BYTES)
                await prove_as_dialler(socket, self._identity, listener=coop, nonce=nonce)
            peer = Peer(coop=coop, dialler=self._identity.coop)
            self._check_better(peer)
            yield self._adopt(socket, peer)
        finally:
            await close_socket(socket)

    # --- one link for each pair ---

    def _check_penalty(self, coop: int) -> None:
        if self._penalty_until_ms.get(coop, 0) > self._chance.steady_ms():
            raise HandshakeRefused(LinkRefusal.PENALTY, by_peer=False)

    def _check_better(self, peer: Peer) -> None:
        """Refuse a link that both ends would give up for the one that is there."""
        present = self._links.get(peer.coop)
        kept_dialler = min(self._identity.coop, peer.coop)
        if present and present.peer.dialler == kept_dialler and peer.dialler != kept_dialler:
            raise HandshakeRefused(LinkRefusal.ALREADY_LINKED, by_peer=False)

    def _adopt(self, socket: Socket, peer: Peer) -> Link:
        """Make a proven socket the link to that peer, in place of an older one."""
        link = Link(
            socket,
            peer,
            settings=self._settings,
            deliver=self._node.deliver,
            steady_ms=self._chance.steady_ms,
            on_flood=self._note_flood,
        )
        replaced = self._links.get(peer.coop)
        if replaced is not None:
            replaced.close(LinkEnd.REPLACED)
            self._node.peer_down(peer.coop)
        self._links[peer.coop] = link
        self._node.peer_up(peer.coop, version=version_of(socket))
        if self._stopping:
            link.close(LinkEnd.STOPPED)
        return link

    async def _carry(self, link: Link) -> None:
        """Carry messages until the link ends; a peer that broke the protocol gets its penalty."""
        peer = link.peer
        dialled_by = "us" if peer.dialler == self._identity.coop else "them"
        log_event("link_up", {"coop": self._name(peer.coop), "dialled_by": dialled_by})
        try:
            end = await link.run()
            if end.is_fault and end is not LinkEnd.BROKE_PROTOCOL:
                self._penalise(peer.coop, end.value)
            if end is LinkEnd.REPLACED and self._links.get(peer.coop) is link:
                self._knock(self._identity.coop)  # by the other end, and not for a link of ours
            log_event(
                "link_down",
                {"coop": self._name(peer.coop), "reason": end.value, "dropped": link.dropped},
            )
        finally:
            if self._links.get(peer.coop) is link:
                del self._links[peer.coop]
                self._node.peer_down(peer.coop)
                if peer.coop in self._gone:
                    self._gone[peer.coop].set()

    def _note_flood(self, coop: int) -> None:
        values = {"coop": self._name(coop)}
        log_event("peer_floods", values, level=logging.WARNING)

    def _name(self, coop: int) -> str:
        found = self._identity.charter().coops.get(coop)
        return str(coop) if found is None else found.name

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
