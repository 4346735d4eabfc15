"""The head of a request arrives in good time: who begins one and does not end it is let go.

The server bounds how long a connection is silent between requests, and how long a body takes. A request line
and headers it takes in any number of pieces, for as long as it lets a connection be silent. Here a head has
`head_ms` from when its connection was opened, or came here, or, if an answer was given before, from its
first bytes.

Bytes that came before the answer to the request before them begin no wait. Then the connection is let go as a
silent one is, or `head_ms` after the next bytes.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web

IDLE_MS: Final = 75_000
"""How long a connection may be silent after an answer."""


def with_deadline(
    make: Callable[[], web.RequestHandler], *, head_ms: int
) -> Callable[[], asyncio.Protocol]:
    """Makes the protocols that `make` makes, each with that deadline for heads."""
    return lambda: _Heads(make(), head_ms)


class _Heads(asyncio.Protocol):
    """One connection of the server's, as far as it is a matter of heads."""

    def __init__(self, inner: web.RequestHandler, head_ms: int) -> None:
        self._inner = inner
        self._head_ms = head_ms
        self._deadline: asyncio.TimerHandle | None = None
        self.eof_received = inner.eof_received  # type: ignore[method-assign]
        self.pause_writing = inner.pause_writing  # type: ignore[method-assign]
        self.resume_writing = inner.resume_writing  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._begin()
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        heads = self._inner._request_count
        self._inner.data_received(data)
        if self._inner._request_count != heads:
            self._end()
        elif self._deadline is None and self._is_awaited():
            self._begin()

    def _is_awaited(self) -> bool:
        """Whether the server waits for a request now: what came was not all of its head."""
        waiter = self._inner._waiter
        return waiter is not None and not waiter.done()

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._head_ms / 1000, self._inner.force_close)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
