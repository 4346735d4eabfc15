"""A way to everything that can be made thin: a SOCKS proxy on loopback with a delay and few bytes a second.

For a browser that has no tools of its own to slow its network down. Pages keep their addresses, so nothing
else changes. Both directions share the bytes; who asks waits for the delay before the first of the answer.
"""

import asyncio
from contextlib import suppress
from typing import Final

SLOW_3G: Final = (0.4, 50_000)
"""Seconds before each answer, and bytes a second: 400 ms and 400 kbit/s, as developers' tools have it."""
_MOST_BYTES: Final = 4_096
_GREETING: Final = b"\x05\x00"
_CONNECTED: Final = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00"
_IPV4, _NAME = 1, 3
_HERE: Final = ("127.0.0.1", "localhost")


class ThinWay:
    """The proxy; open and close it in one loop. Until `narrow` everything passes at once."""

    def __init__(self) -> None:
        self._delay_s = 0.0
        self._bytes_per_s = 0
        self._free_at = 0.0
        self._server: asyncio.Server | None = None
        self.port = 0
        self.slowed = 0
        """How many answers had to wait."""

    async def open(self) -> None:
        """Begin to pass on."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End."""
        assert self._server is not None
        self._server.close()

    async def narrow(self, delay_s: float, bytes_per_s: int) -> None:
        """From now on be so slow; zeroes end it."""
        self._delay_s, self._bytes_per_s = delay_s, bytes_per_s

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readexactly((await reader.readexactly(2))[1])
            writer.write(_GREETING)
            kind = (await reader.readexactly(4))[3]
            if kind == _IPV4:
                host = ".".join(str(each) for each in await reader.readexactly(4))
            else:
                assert kind == _NAME, kind
                host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            port = int.from_bytes(await reader.readexactly(2))
            if host not in _HERE:  # a browser asks for more than the pages do
                writer.close()
                return
            there, back = await asyncio.open_connection(host, port)
            writer.write(_CONNECTED)
            asked = asyncio.Event()
            await asyncio.gather(
                self._pass(reader, back, asks=asked), self._pass(there, writer, answers=asked)
            )
        writer.close()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        asks: asyncio.Event | None = None,
        answers: asyncio.Event | None = None,
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_MOST_BYTES):
                if asks is not None:
                    asks.set()
                if answers is not None and answers.is_set():
                    answers.clear()
                    self.slowed += self._delay_s > 0
                    await asyncio.sleep(self._delay_s)
                await self._room_for(len(data))
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _room_for(self, count: int) -> None:
        """Wait until what went before is through."""
        if not self._bytes_per_s:
            return
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now) + count / self._bytes_per_s
        await asyncio.sleep(self._free_at - now)
