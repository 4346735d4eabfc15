"""Whoever takes too little of an answer is let go; whoever takes enough of it, and links, are not."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from node.http.base.doors import Doors
from node.http.base.sending import WatchedTransport, unwatch
from tests.node.http.towns import one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK

SEND_MS = 1_000
LEAST = 100


class Line(asyncio.Transport):
    """A transport whose other side takes as much as it is told, and a clock that waits for nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0
        self.is_aborted = False
        self.timers: list[tuple[float, Callable[..., None], tuple[object, ...]]] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.waiting += len(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.is_aborted

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("192.0.2.1", 1) if name == "peername" else None

    def abort(self) -> None:
        self.is_aborted = True

    def call_later(
        self, seconds: float, run: Callable[..., None], *given: object
    ) -> asyncio.TimerHandle:
        timer = (seconds, run, given)
        self.timers.append(timer)
        line = self

        class Handle:
            def cancel(self) -> None:
                line.timers.remove(timer)

        return cast(asyncio.TimerHandle, Handle())

    def pass_by(self) -> None:
        """The time after which the connection is looked at."""
        ((seconds, run, given),) = self.timers
        assert seconds == SEND_MS / 1000
        self.timers.clear()
        run(*given)


def watched(line: Line) -> WatchedTransport:
    return WatchedTransport(
        line,
        send_ms=SEND_MS,
        least_bytes=LEAST,
        call_later=cast(Any, line.call_later),
    )


def test_what_is_taken_at_once_is_not_watched() -> None:
    line = Line()
    line.write = lambda data: None  # type: ignore[method-assign]
    watched(line).write(b"x" * 10_000)
    assert line.timers == [] and not line.is_aborted


@pytest.mark.parametrize(
    ("taken", "is_let_go"), [(0, True), (99, True), (100, False), (900, False)]
)
def test_so_much_is_taken_in_that_time(taken: int, is_let_go: bool) -> None:
    line = Line()
    watched(line).writelines([b"x" * 500, b"x" * 500])
    line.waiting -= taken
    line.pass_by()
    assert line.is_aborted is is_let_go
    assert len(line.timers) == (0 if is_let_go else 1)


def test_of_a_large_answer_a_twentieth() -> None:
    line = Line()
    watched(line).write(b"x" * 20_000)
    for _ in range(3):
        line.waiting -= 1_000
        line.pass_by()
        assert not line.is_aborted
    line.waiting -= 999
    line.pass_by()
    assert line.is_aborted


def test_what_is_written_meanwhile_is_not_taken() -> None:
    line = Line()
    transport = watched(line)
    transport.write(b"x" * 500)
    transport.write(b"x" * 5_000)
    line.pass_by()
    assert line.is_aborted
    line = Line()
    transport = watched(line)
    transport.write(b"x" * 500)
    line.waiting -= 200
    transport.write(b"x" * 200)  # a stream that goes on: as much waits as before
    line.pass_by()
    assert not line.is_aborted


def test_who_has_taken_all_is_watched_anew_with_the_next_answer() -> None:
    line = Line()
    transport = watched(line)
    transport.write(b"x" * 500)
    line.waiting = 0
    line.pass_by()
    assert line.timers == [] and not line.is_aborted
    transport.write(b"x" * 500)
    assert len(line.timers) == 1


def test_a_link_takes_its_time() -> None:
    line = Line()
    transport = watched(line)
    transport.write(b"x" * 500)
    unwatch(transport)
    assert line.timers == []
    transport.write(b"x" * 500)
    assert line.timers == [] and not line.is_aborted
    unwatch(None)


class Generous(asyncio.Protocol):
    """Answers whoever comes with more than the system keeps for them."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, WatchedTransport)
        transport.write(bytes(64 * 1024 * 1024))


@on_loop
async def test_a_reader_that_reads_nothing_gives_its_place_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="fiado.node")
    doors = Doors(Generous, most=1, each=1, steady_ms=lambda: 0, send_ms=50, send_least_bytes=1_000)
    server = await asyncio.get_running_loop().create_server(doors, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)

    async def is_free() -> bool:
        held = doors.enter("127.0.0.9")
        if held is not None:
            held.give_back()
        return held is not None

    await until(is_free, "the place is free again")
    assert any("reader_too_slow" in str(vars(record)) for record in caplog.records)
    writer.close()
    server.close()


@on_loop
async def test_a_node_lets_go_who_asks_and_does_not_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="fiado.node")
    async with one_node(tmp_path, settings=QUICK + "[http]\nsend_ms = 50\n") as town:
        host, port = town.node.url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1_000)
        # More answers, one after the other, than the system keeps for somebody.
        writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 200)

        async def is_let_go() -> bool:
            return any("reader_too_slow" in str(vars(each)) for each in caplog.records)

        await until(is_let_go, "the reader is let go")
        writer.close()
        (await town.client.get("/v1/status")).ok()
