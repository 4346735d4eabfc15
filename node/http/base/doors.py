"""The server's doors: so many connections in all, and so many of each address.

An idle connection costs a file descriptor, and a node that has none left can't open its database or dial its
peers. So who comes when there is no room is let go at once, some descriptors are kept for the node itself,
and the log has one line a minute about it, not one for each.
"""

import asyncio
import logging
import resource
from collections.abc import Callable
from typing import Final

from node.http.base.sending import WatchedTransport
from node.logs import log_event
from node.shares import Held, Shares

RESERVED_DESCRIPTORS: Final = 128
"""File descriptors that are kept for the database, links, webhooks and whatever else the node opens."""
_PAUSE_MS: Final = 60_000


def descriptors() -> int:
    """How many descriptors this process may have, after asking the system for all it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        except (ValueError, OSError):
            pass  # what there is has to do
    return 2**31 if soft == resource.RLIM_INFINITY else soft


class Doors:
    """Makes the protocol of each connection that is accepted; belongs to one event loop."""

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        *,
        most: int,
        each: int,
        steady_ms: Callable[[], int],
        send_ms: int = 0,
        send_least_bytes: int = 0,
    ) -> None:
        """`send_ms`, `send_least_bytes`: see `sending`; 0: nobody watches how fast answers are read."""
        self._make = make
        self._send_ms = send_ms
        self._send_least_bytes = send_least_bytes
        self._shares = Shares(total=most, each=each)
        self._steady_ms = steady_ms
        self._refused = 0
        self._tell_at_ms = 0

    def __call__(self) -> asyncio.Protocol:
        """For the event loop: whoever this connection is given to is decided when it is known whose it is."""
        return _Door(self)

    def enter(self, address: str) -> Held | None:
        """A place for a connection of that address; None when there is none."""
        held = self._shares.hold(address)
        if held.take():
            return held
        self._refused += 1
        now_ms = self._steady_ms()
        if now_ms >= self._tell_at_ms:
            self._tell_at_ms = now_ms + _PAUSE_MS
            values = {"count": self._refused, "address": address}
            log_event("connections_refused", values, level=logging.WARNING)
            self._refused = 0
        return None

    def watched(self, transport: asyncio.BaseTransport) -> asyncio.BaseTransport:
        """The transport of a connection that was let in, as it is written to."""
        if not self._send_ms or not isinstance(transport, asyncio.Transport):
            return transport
        return WatchedTransport(
            transport,
            send_ms=self._send_ms,
            least_bytes=self._send_least_bytes,
            call_later=asyncio.get_running_loop().call_later,
        )

    def make(self) -> asyncio.Protocol:
        """What speaks HTTP with a connection that was let in."""
        return self._make()


class _Door(asyncio.Protocol):
    """One connection: let in, and then no more than a name for what speaks with it; or let go."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._held: Held | None = None
        self._inner: asyncio.Protocol | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        self._held = self._doors.enter(str(peer[0]) if peer else "")
        if self._held is None:
            assert isinstance(transport, asyncio.Transport)
            transport.abort()
            return
        self._inner = inner = self._doors.make()
        # What comes often goes straight there.
        self.data_received = inner.data_received  # type: ignore[method-assign]
        self.eof_received = inner.eof_received  # type: ignore[method-assign]
        self.pause_writing = inner.pause_writing  # type: ignore[method-assign]
        self.resume_writing = inner.resume_writing  # type: ignore[method-assign]
        inner.connection_made(self._doors.watched(transport))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._held is not None:
            self._held.give_back()
        if self._inner is not None:
            self._inner.connection_lost(exc)
