"""Real nodes: one that starts with a wrong clock records nothing, however soon it is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from node.compose import open_node
from node.world import World, wall_clock_ms
from tests.builders import build_federation, coop_name
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, client_of, make_folder, running_nodes, until_ready

HOUR_MS = 3_600_000
AT_ONCE = QUICK.replace("recovery_wait_ms = 50", "recovery_wait_ms = 0")


@asynccontextmanager
async def slow_line(url: str, gate: asyncio.Event) -> AsyncIterator[str]:
    """An address that leads to `url`; nothing passes before the gate is open."""
    host, _, port = url.removeprefix("http://").partition(":")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        inner, outer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(carry(reader, outer), carry(inner, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@on_loop
async def test_a_wrong_clock_is_seen_before_the_first_entry(tmp_path: Path) -> None:
    federation = build_federation(coops=2)
    gate = asyncio.Event()
    world = World(clock_ms=lambda: wall_clock_ms() + HOUR_MS)
    async with (
        running_nodes(tmp_path, federation, 1) as nodes,
        slow_line(nodes[1].url, gate) as url,
    ):
        peers = {coop_name(1): url}
        folder = make_folder(tmp_path, federation, 2, peers=peers, settings=AT_ONCE)
        async with open_node(folder, world) as node, client_of(node) as client:

            async def refuses() -> str:
                answer = await client.post("/v1/transactions", federation.admit(2, 1))
                assert answer.problem() == "not_ready"
                status = await node.runner.ask(lambda view: view.status)
                return status.readiness.value

            for _ in range(5):
                assert await refuses() == "recovering"
            gate.set()

            async def is_doubted() -> bool:
                return await refuses() == "clock_doubtful"

            await until(is_doubted, "the clock is doubted")


@on_loop
async def test_a_node_whose_peers_are_not_there_records_soon(tmp_path: Path) -> None:
    federation = build_federation(coops=2)
    async with running_nodes(tmp_path, federation, 1) as nodes:
        gone = nodes[1].url
    settings = AT_ONCE.replace("[engine]", "[engine]\nclock_wait_ms = 600000")
    folder = make_folder(tmp_path, federation, 2, peers={coop_name(1): gone}, settings=settings)
    async with open_node(folder) as node:
        await until_ready(node)
