"""Who takes up connections or waits without end keeps nobody else out, and the log stays short."""

import asyncio
import json
import logging
from pathlib import Path

import pytest

from node.http.base.doors import Doors
from node.logs import JsonFormatter
from node.world import World, steady_clock_ms
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK


async def connect(town: Town, source: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = town.node.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port), local_addr=(source, 0))


async def ask(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str = "/v1/status"
) -> bytes:
    """The first line of the answer; nothing when the connection is closed."""
    reader, writer = connection
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return await reader.readline()
    except ConnectionError:
        return b""


@on_loop
async def test_idle_connections_of_one_address_keep_nobody_else_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="fiado.node")
    ahead = [0]
    settings = QUICK + "[http]\nconnections_each = 5\n"
    async with one_node(
        tmp_path, settings=settings, world=World(steady_ms=lambda: steady_clock_ms() + ahead[0])
    ) as town:
        idle = [await connect(town, "127.0.0.2") for _ in range(60)]
        answers = [await ask(connection) for connection in idle]
        assert [answer[:12] for answer in answers[:5]] == [b"HTTP/1.1 200"] * 5
        assert answers[5:] == [b""] * 55
        assert (await ask(await connect(town, "127.0.0.3")))[:12] == b"HTTP/1.1 200"
        (await town.client.post("/v1/payments", town.pay())).ok()
        assert refusals(caplog) == [1], "one line, not one for each"
        ahead[0] += 60_000
        assert await ask(await connect(town, "127.0.0.2")) == b""
        assert refusals(caplog) == [1, 55]
        # A place that was given back is free again.
        for _, writer in idle:
            writer.close()

        async def has_room() -> bool:
            return (await ask(await connect(town, "127.0.0.2")))[:12] == b"HTTP/1.1 200"

        await until(has_room, "there is room again")


def refusals(caplog: pytest.LogCaptureFixture) -> list[int]:
    """How many refused connections each line about them speaks of."""
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    return [line["count"] for line in lines if line["event"] == "connections_refused"]


def test_all_together_have_a_bound_too() -> None:
    doors = Doors(asyncio.Protocol, most=3, each=2, steady_ms=lambda: 0)
    places = [doors.enter(address) for address in ("a", "a", "a", "b", "c")]
    assert [place is not None for place in places] == [True, True, False, True, False]
    assert places[0] is not None
    places[0].give_back()
    assert doors.enter("c") is not None


@on_loop
async def test_one_address_does_not_take_all_places_to_wait(tmp_path: Path) -> None:
    settings = QUICK + "[http]\nlong_polls_each = 2\n"
    async with one_node(tmp_path, settings=settings) as town:
        path = "/v1/payments/norte/999?wait=recorded&timeout_ms=20000"
        waiting = [await connect(town, "127.0.0.2") for _ in range(3)]
        polls = [asyncio.create_task(ask(connection, path)) for connection in waiting]
        done, pending = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
        assert [task.result()[:12] for task in done] == [b"HTTP/1.1 503"]
        assert len(pending) == 2
        other = await town.client.get("/v1/payments/norte/999?wait=recorded&timeout_ms=1")
        assert other.problem() == "payment_not_found"
        for task in pending:
            task.cancel()
        for _, writer in waiting:
            writer.close()
