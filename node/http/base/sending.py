"""Whoever asks reads the answer: a connection that takes too little of what waits for it is let go.

An answer that nobody reads stays in memory until the connection ends, and its asker needs next to nothing
to keep it open. In each `send_ms` a reader takes at least `send_least_bytes`, and at least a twentieth of
what waited when it began to wait: so the largest answer is over after twenty times that, however slowly it
is read. What is sent at once, as nearly everything is, costs nothing here.

Links with other nodes are not watched: they have bounds of their own, and a peer may be busy.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from node.logs import log_event

_PART: Final = 20
_AS_GIVEN: Final = (
    *(
        "abort",
        "can_write_eof",
        "close",
        "get_extra_info",
        "get_protocol",
        "get_write_buffer_limits",
    ),
    *("get_write_buffer_size", "is_closing", "is_reading", "pause_reading", "resume_reading"),
    *("set_protocol", "set_write_buffer_limits", "write_eof"),
)
"""What a transport does besides sending."""


class WatchedTransport(asyncio.Transport):
    """A connection's transport that counts what was taken of it; otherwise the one that it is given."""

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        send_ms: int,
        least_bytes: int,
        call_later: Callable[..., asyncio.TimerHandle],
    ) -> None:
        super().__init__()
        for name in _AS_GIVEN:
            setattr(self, name, getattr(transport, name))
        self._transport = transport
        self._send_ms = send_ms
        self._least_bytes = least_bytes
        self._call_later = call_later
        self._written = 0
        self._check: asyncio.TimerHandle | None = None
        self._is_watched = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send, or keep for sending."""
        self._written += len(data)
        self._transport.write(data)
        self._watch()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """The same with several parts."""
        self.write(b"".join(list_of_data))

    def unwatch(self) -> None:
        """From now on anybody may take their time."""
        self._is_watched = False
        if self._check is not None:
            self._check.cancel()

    def _watch(self) -> None:
        waiting = self._transport.get_write_buffer_size()
        if waiting and self._check is None and self._is_watched:
            least = max(self._least_bytes, waiting // _PART)
            self._look_later(least, self._written - waiting)

    def _look_later(self, least: int, taken: int) -> None:
        self._check = self._call_later(self._send_ms / 1000, self._look, least, taken)

    def _look(self, least: int, taken_before: int) -> None:
        self._check = None
        waiting = self._transport.get_write_buffer_size()
        if not waiting or self._transport.is_closing():
            return
        taken = self._written - waiting
        if taken - taken_before >= least:
            self._look_later(least, taken)
            return
        peer = self._transport.get_extra_info("peername")
        values = {"address": str(peer[0]) if peer else "", "waiting_bytes": waiting}
        log_event("reader_too_slow", values)
        self._transport.abort()


def unwatch(transport: object) -> None:
    """Let the other side of a connection read as it likes."""
    if isinstance(transport, WatchedTransport):
        transport.unwatch()
