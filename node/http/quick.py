"""The short way for single payments: `POST /v1/payments` with octets, before the machinery of the server.

A connection begins here. While each piece that arrives is exactly one whole request of the plainest form, it
is answered here, by the same handler and with the same answers as everywhere. With the first that is anything
else the connection is given to the server, with these bytes, and stays there. So nothing strange is decided
here: only what is plain is recognized, by the parser that the server uses too (llhttp) and by counting bytes.

Plain is: one method, one address, one version of HTTP; only headers that are known here, each once; a body of
octets that came with them, as long as they say; a payment by its first bytes. What a payment is worth is the
rules' matter. Without this file nodes do the same, slower (`quick_payments = false`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from aiohttp import web
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from multidict import CIMultiDict

from ledger.entries import transaction_kind
from ledger.kinds import PAYMENT_KINDS
from node.http.base.api import Api
from node.http.base.heads import IDLE_MS
from node.http.base.reading import JSON, OCTETS

PATH: Final = "/v1/payments"
MOST_WAITING: Final = 64 * 1024
"""Bytes that may arrive while a payment is recorded; then no more are read."""
_BEGINS: Final = b"POST /v1/payments HTTP/1.1\r\n"
_END: Final = b"\r\n\r\n"
_OK: Final = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n"
_OCTETS: Final = OCTETS.encode("ascii")
_NONE: Final[CIMultiDict[str]] = CIMultiDict()
_KNOWN: Final = frozenset(
    b"host content-length content-type user-agent accept accept-encoding accept-language"
    b" x-forwarded-for x-forwarded-proto x-forwarded-host x-real-ip".split()
)

Answer = Callable[[Api, "PlainRequest"], Awaitable[bytes | web.Response]]
"""The JSON of what was recorded, or a problem as the server answers it."""


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """What the handler and its guards ask of a request."""

    headers: CIMultiDict[str]
    remote: str | None
    body: bytes
    method: str = "POST"
    path: str = PATH


class _Headers:
    """Gathers what the parser finds; `is_plain` ends with the first thing that is not."""

    def __init__(self) -> None:
        self.found: dict[bytes, bytes] = {}
        self.is_plain = True
        self.messages = 0

    def on_message_begin(self) -> None:
        self.messages += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name not in _KNOWN or name in self.found:
            self.is_plain = False
        self.found[name] = value


def read_plain(data: bytes, most_bytes: int) -> tuple[Mapping[bytes, bytes], bytes] | None:
    """The headers and the body of the one plain payment that `data` is; None if it is anything else."""
    if not data.startswith(_BEGINS):
        return None
    body = data[data.find(_END) + len(_END) :]
    if transaction_kind(body) not in PAYMENT_KINDS or len(body) > most_bytes:
        return None
    seen = _Headers()
    parser = HttpRequestParser(seen)
    try:
        parser.feed_data(data)
    except (HttpParserError, HttpParserUpgrade):
        return None
    found = seen.found
    if (
        seen.is_plain
        and seen.messages == 1
        and b"host" in found
        and found.get(b"content-type") == _OCTETS
        and found.get(b"content-length") == b"%d" % len(body)
    ):
        return found, body
    return None


class QuickPayments:
    """Makes the protocols of connections. Belongs to one event loop.

    `answer` is what answers a plain payment, `others` makes the server's protocol for all else.
    """

    def __init__(self, api: Api, answer: Answer, others: Callable[[], asyncio.Protocol]) -> None:
        self._api = api
        self._answer = answer
        self._others = others
        self._dated_s, self._date = -1, ""
        self._open: set[_Connection] = set()
        self._answering: set[asyncio.Task[None]] = set()

    def __call__(self) -> asyncio.Protocol:
        """For the server's doors."""
        return _Connection(self)

    def date(self) -> str:
        """The time as HTTP writes it, made once a second."""
        now_s = self._api.clock_ms() // 1000
        if now_s != self._dated_s:
            self._dated_s, self._date = now_s, formatdate(now_s, usegmt=True)
        return self._date

    async def stop(self, timeout_ms: int) -> None:
        """Let what is under way be answered, for so long at most; then close what is still here."""
        if self._answering:
            await asyncio.wait(self._answering, timeout=timeout_ms / 1000)
        for connection in tuple(self._open):
            connection.close()


class _Connection(asyncio.Protocol):
    """One connection: here, or given to the server (`_other`)."""

    def __init__(self, quick: QuickPayments) -> None:
        self._quick = quick
        self._transport: asyncio.Transport
        self._other: asyncio.Protocol | None = None
        self._task: asyncio.Task[None] | None = None
        self._waiting = bytearray()
        self._is_writable = asyncio.Event()
        self._is_writable.set()
        self._idle: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._remote = str(peer[0]) if isinstance(peer, tuple) and peer else None
        self._quick._open.add(self)
        self._rest(self._quick._api.settings.head_ms)

    def connection_lost(self, exc: Exception | None) -> None:
        self._idle.cancel()
        self._quick._open.discard(self)
        self._is_writable.set()
        if self._other is not None:
            self._other.connection_lost(exc)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._other is not None:
            self._other.data_received(data)
        elif self._task is not None:
            self._waiting += data
            if len(self._waiting) > MOST_WAITING:
                self._transport.pause_reading()
        else:
            self._take(data)

    def eof_received(self) -> bool | None:
        return None if self._other is None else self._other.eof_received()

    def pause_writing(self) -> None:
        self._is_writable.clear()
        if self._other is not None:
            self._other.pause_writing()

    def resume_writing(self) -> None:
        self._is_writable.set()
        if self._other is not None:
            self._other.resume_writing()

    def _take(self, data: bytes) -> None:
        """Begin to answer, or give the connection away with what has arrived."""
        self._idle.cancel()
        quick = self._quick
        plain = read_plain(data, quick._api.settings.payment_bytes)
        if plain is None:
            self._give_away(data)
            return
        forwarded = plain[0].get(b"x-forwarded-for")
        headers = _NONE
        if forwarded is not None:
            headers = CIMultiDict({"X-Forwarded-For": forwarded.decode("latin-1")})
        request = PlainRequest(headers=headers, remote=self._remote, body=plain[1])
        self._task = task = asyncio.get_running_loop().create_task(self._respond(request))
        quick._answering.add(task)
        task.add_done_callback(self._done)

    def _give_away(self, data: bytes) -> None:
        self._quick._open.discard(self)
        self._other = other = self._quick._others()
        other.connection_made(self._transport)
        if not self._is_writable.is_set():
            other.pause_writing()
        other.data_received(data)

    async def _respond(self, request: PlainRequest) -> None:
        quick = self._quick
        answer = await quick._answer(quick._api, request)
        self._transport.write(_as_bytes(answer, quick.date()))
        if not self._is_writable.is_set():
            # Who does not read is not read from, and let go at last.
            async with asyncio.timeout(IDLE_MS / 1000):
                await self._is_writable.wait()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._quick._answering.discard(task)
        self._task = None
        if task.cancelled() or task.exception() is not None:
            self._transport.abort()
        elif not self._transport.is_closing():
            data, self._waiting = bytes(self._waiting), bytearray()
            if len(data) > MOST_WAITING:
                self._transport.resume_reading()
            if data:
                self._take(data)
            else:
                self._rest(IDLE_MS)

    def _rest(self, most_ms: int) -> None:
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(most_ms / 1000, self._transport.close)


def _as_bytes(answer: bytes | web.Response, date: str) -> bytes:
    if isinstance(answer, bytes):
        head = f"{_OK}Date: {date}\r\nContent-Length: {len(answer)}\r\n\r\n"
        return head.encode("ascii") + answer
    assert isinstance(answer.body, bytes)
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
        f"Date: {date}",
        f"Content-Length: {len(answer.body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body
