"""A way to a node that can become so slow that nothing arrives, as on a phone with one bar of signal."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

MOST_BYTES = 65_536


class SlowWay:
    """Passes connections on to a node at `url`, at an address of its own; run it in the nodes' loop."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)
        self._passing = asyncio.Event()
        self._passing.set()
        self._server: asyncio.Server | None = None
        self.url = ""

    async def open(self) -> None:
        """Begin to pass on."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """End."""
        assert self._server is not None
        self._server.close()

    async def stall(self) -> None:
        """From now on nothing arrives, though connections stay open."""
        self._passing.clear()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._at.hostname, self._at.port)
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(MOST_BYTES):
                await self._passing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
