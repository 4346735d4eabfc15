"""Who begins a request's head and does not end it is let go; who is silent after an answer may stay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from node.http.base import heads
from tests.node.http.test_quick import Line, line_to, request_of
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK

ASK = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
HALF = b"GET /health HTTP/1.1\r\nHost: a\r\n"
WAYS = {"the short way": "true", "the server": "false"}
SOON = 50
"""Milliseconds for a head, where it does not come."""
LATER = 600_000
"""Where it does."""


@asynccontextmanager
async def a_line(root: Path, way: str, head_ms: int) -> AsyncIterator[tuple[Town, Line]]:
    """A node with that bound and a connection to it."""
    http = f"[http]\nquick_payments = {WAYS[way]}\nhead_ms = {head_ms}\n"
    async with one_node(root, settings=QUICK + http) as town, line_to(town) as line:
        yield town, line


async def is_let_go(line: Line) -> bool:
    """Whether the connection ends without an answer, long before a silent one does."""
    async with asyncio.timeout(30):
        return await line.reader.read() == b""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "sent",
    [b"", b"G", HALF, HALF + b"X-Long: " + b"a" * 4_000, request_of()[:40]],
    ids=["nothing", "a byte", "half", "a long half", "half of a payment's"],
)
def test_who_does_not_end_the_first_head_is_let_go(tmp_path: Path, way: str, sent: bytes) -> None:
    @on_loop
    async def run() -> None:
        async with a_line(tmp_path, way, SOON) as (_, line):
            line.writer.write(sent)
            assert await is_let_go(line)

    run()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("first", ["a payment", "a question"])
def test_who_does_not_end_a_later_head_is_let_go(tmp_path: Path, way: str, first: str) -> None:
    @on_loop
    async def run() -> None:
        async with a_line(tmp_path, way, SOON) as (town, line):
            data = request_of(town.pay()) if first == "a payment" else ASK
            assert (await line.ask(data))[0] == 200
            line.writer.write(HALF)
            assert await is_let_go(line)

    run()


@pytest.mark.parametrize("way", WAYS)
def test_single_bytes_win_no_time(tmp_path: Path, way: str) -> None:
    """Whoever sends a byte from time to time is let go as if none had come."""

    @on_loop
    async def run() -> None:
        async with a_line(tmp_path, way, SOON) as (_, line):
            assert (await line.ask(ASK))[0] == 200
            line.writer.write(HALF + b"X: ")
            with pytest.raises(ConnectionError):
                async with asyncio.timeout(30):
                    while True:
                        line.writer.write(b"a")
                        await line.writer.drain()
                        await asyncio.sleep(SOON / 5_000)

    run()


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[heads._Heads]:
    """The connections of the server, as they come."""
    found: list[heads._Heads] = []
    made = heads._Heads.connection_made

    def connection_made(self: heads._Heads, transport: asyncio.BaseTransport) -> None:
        found.append(self)
        made(self, transport)

    monkeypatch.setattr(heads._Heads, "connection_made", connection_made)
    return found


def are_at_rest(connections: list[heads._Heads]) -> bool:
    """Whether none of them has to send the rest of a head by some time."""
    return all(connection._deadline is None for connection in connections)


@pytest.mark.parametrize("way", WAYS)
def test_who_is_silent_after_an_answer_may_stay(
    tmp_path: Path, way: str, connections: list[heads._Heads]
) -> None:
    """Also after a head in pieces."""

    @on_loop
    async def run() -> None:
        async with a_line(tmp_path, way, LATER) as (town, line):
            for data in (request_of(town.pay()), ASK, request_of(town.pay(sequence=2)), ASK):
                for place in range(0, len(data), 30):
                    line.writer.write(data[place : place + 30])
                    await line.writer.drain()
                    await asyncio.sleep(0)
                assert (await line.answer())[0] == 200
                assert connections and are_at_rest(connections)

    run()


@on_loop
async def test_who_is_silent_after_an_answer_of_the_short_way_may_stay(tmp_path: Path) -> None:
    async with a_line(tmp_path, "the short way", LATER) as (town, line):
        assert (await line.ask(request_of(town.pay())))[0] == 200
        assert town.node._quick is not None
        (connection,) = town.node._quick._open
        left_s = connection._idle.when() - asyncio.get_running_loop().time()
        assert left_s <= heads.IDLE_MS / 1_000 < LATER / 1_000


@pytest.mark.parametrize("way", WAYS)
def test_a_body_takes_its_own_time(
    tmp_path: Path, way: str, connections: list[heads._Heads]
) -> None:
    """The head is there: what bounds the body is `body_ms`."""

    @on_loop
    async def run() -> None:
        async with a_line(tmp_path, way, LATER) as (town, line):
            data = request_of(town.pay())
            line.writer.write(data[:-20])

            async def has_come() -> bool:
                return bool(connections) and connections[-1]._inner._request_count > 0

            await until(has_come, "the head is there")
            line.writer.write(data[-20:-10])
            await line.writer.drain()
            await asyncio.sleep(0)
            assert are_at_rest(connections)
            assert (await line.ask(data[-10:]))[0] == 200
            assert are_at_rest(connections)

    run()
