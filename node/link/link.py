"""One link to a peer: an authenticated WebSocket, in both directions and within bounds.

Outgoing messages wait in a bounded queue; what does not fit is dropped, because nothing depends on a
message's arrival. A peer that does not read for too long, answers no heartbeat, sends text, sends a
message over the size limit, or keeps sending at the rate bound is cut off. Messages are passed on one
at a time: while the node has no room for the next, the link is not read, and TCP holds the peer back.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from socket import SHUT_RDWR
from typing import Final

import aiohttp
from aiohttp import web

from node.link.settings import LinkSettings
from node.rates import Bucket

_CLOSING_S: Final = 1
_CLOSED_CODE: Final = 1_000
_REPLACED_CODE: Final = 4_001
"""How a WebSocket is closed for which a newer one took the place (PROTOCOL section 10.1)."""

Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


class LinkEnd(StrEnum):
    """How a link ended."""

    CLOSED = "closed"
    """The peer closed it, or the connection broke."""
    SILENT = "silent"
    """The peer did not answer a probe: it is gone, and nobody said so."""
    UNREAD = "unread"
    """Neither did it answer a probe nor read what was on its way: its program, or the line, stands still."""
    STALLED = "stalled"
    """The peer did not read for too long, though it answered probes."""
    FLOODED = "flooded"
    """The peer kept sending more than the bound."""
    NOT_BINARY = "not_binary"
    """The peer sent something that is not a message."""
    TOO_LARGE = "too_large"
    """The peer sent a message over the size limit."""
    REPLACED = "replaced"
    """A better link took its place, here or at the other end."""
    BROKE_PROTOCOL = "broke_protocol"
    """The engine found a message that an honest node would not send."""
    STOPPED = "stopped"
    """This node is stopping."""

    @property
    def is_fault(self) -> bool:
        """Whether the peer is to be kept away for a while."""
        return self in _FAULTS


_FAULTS = {
    LinkEnd.STALLED,
    LinkEnd.FLOODED,
    LinkEnd.NOT_BINARY,
    LinkEnd.TOO_LARGE,
    LinkEnd.BROKE_PROTOCOL,
}


@dataclass(frozen=True, slots=True)
class Peer:
    """The proven other end: its coop, and which of the two dialled."""

    coop: int
    dialler: int


class Link:
    """One authenticated connection. `run` lives as long as the link does."""

    def __init__(
        self,
        socket: Socket,
        peer: Peer,
        *,
        settings: LinkSettings,
        deliver: Callable[[int, bytes], Awaitable[None]],
        steady_ms: Callable[[], int],
        on_flood: Callable[[int], None] = lambda coop: None,
    ) -> None:
        """`on_flood` hears of a peer that has sent at the bound for a while, before it counts as a fault."""
        self.peer = peer
        self._on_flood = on_flood
        self._is_sending = False
        self._socket = socket
        self._settings = settings
        self._deliver = deliver
        self._steady_ms = steady_ms
        self._outgoing: deque[bytes] = deque()
        self._outgoing_bytes = 0
        self._has_outgoing = asyncio.Event()
        self._end: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()
        self.dropped = 0

    def send(self, data: bytes) -> None:
        """Send soon, in order; dropped when too much waits already."""
        full = self._outgoing_bytes + len(data) > self._settings.outgoing_bytes
        if full or len(self._outgoing) >= self._settings.outgoing_messages:
            self.dropped += 1
            return
        self._outgoing.append(data)
        self._outgoing_bytes += len(data)
        self._has_outgoing.set()

    def close(self, reason: LinkEnd) -> None:
        """End the link; `run` returns soon."""
        if not self._end.done():
            self._end.set_result(reason)

    async def run(self) -> LinkEnd:
        """Carry messages until the link ends; says how it ended. The socket is closed then."""
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]
        try:
            return await self._end
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            is_replaced = self._end.done() and self._end.result() is LinkEnd.REPLACED
            await close_socket(self._socket, _REPLACED_CODE if is_replaced else _CLOSED_CODE)

    async def _read(self) -> None:
        try:
            self.close(await self._read_until_end())
        except (ConnectionError, aiohttp.ClientError, RuntimeError):
            self.close(self._broken())

    def _broken(self) -> LinkEnd:
        """How a connection ended that nobody closed in words: it broke, or no answer to a probe came."""
        if not isinstance(self._socket.exception(), TimeoutError):
            return LinkEnd.CLOSED
        return LinkEnd.UNREAD if self._is_sending else LinkEnd.SILENT

    async def _read_until_end(self) -> LinkEnd:
        settings, now_ms = self._settings, self._steady_ms()
        messages = Bucket(
            per_second=settings.messages_per_second, burst=settings.messages_burst, now_ms=now_ms
        )
        volume = Bucket(
            per_second=settings.bytes_per_second, burst=settings.bytes_burst, now_ms=now_ms
        )
        flooding_since_ms: int | None = None
        is_told = False
        while True:
            message = await self._socket.receive()
            if message.type is not aiohttp.WSMsgType.BINARY:
                return self._end_by(message)
            data: bytes = message.data
            now_ms = self._steady_ms()
            wait_ms = max(messages.take(1, now_ms), volume.take(len(data), now_ms))
            if wait_ms == 0:
                flooding_since_ms, is_told = None, False
            else:
                if flooding_since_ms is None:
                    flooding_since_ms = now_ms
                lasted_ms = now_ms - flooding_since_ms
                if lasted_ms >= settings.flood_ms:
                    return LinkEnd.FLOODED
                if lasted_ms >= settings.flood_told_ms and not is_told:
                    is_told = True
                    self._on_flood(self.peer.coop)
                await asyncio.sleep(wait_ms / 1000)
            await self._deliver(self.peer.coop, data)

    def _end_by(self, message: aiohttp.WSMessage) -> LinkEnd:
        if message.type is aiohttp.WSMsgType.TEXT:
            return LinkEnd.NOT_BINARY
        if message.type is aiohttp.WSMsgType.CLOSE and message.data == _REPLACED_CODE:
            return LinkEnd.REPLACED
        error = message.data
        if (
            isinstance(error, aiohttp.WebSocketError)
            and error.code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        ):
            return LinkEnd.TOO_LARGE
        return self._broken()

    async def _write(self) -> None:
        try:
            while True:
                await self._has_outgoing.wait()
                while self._outgoing:
                    data = self._outgoing.popleft()
                    self._outgoing_bytes -= len(data)
                    self._is_sending = True
                    async with asyncio.timeout(self._settings.stall_ms / 1000):
                        await self._socket.send_bytes(data)
                    self._is_sending = False
                self._has_outgoing.clear()
        except TimeoutError:
            self.close(LinkEnd.STALLED)
        except (ConnectionError, aiohttp.ClientError, RuntimeError):
            self.close(self._broken())


async def close_socket(socket: Socket, code: int = _CLOSED_CODE) -> None:
    """Close a socket, giving the other end a moment and no more."""
    connection = socket.get_extra_info("socket")
    closing = asyncio.ensure_future(socket.close(code=code))
    await asyncio.wait((closing,), timeout=_CLOSING_S)
    if not closing.done():
        closing.cancel()
    if closing.cancelled() or not closing.done() or closing.exception() is not None:
        # The other end does not even take our goodbye, so what is still to be sent is given up.
        with contextlib.suppress(OSError, AttributeError):
            connection.shutdown(SHUT_RDWR)
