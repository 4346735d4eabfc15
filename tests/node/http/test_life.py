"""Starting, stopping under load, and storage that fails: nothing acknowledged is ever lost."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from node.compose import Node, open_node
from node.errors import StorageFault, StoreInUse
from node.store import MemoryDisk, MemoryFault, MemoryStore, Store, Write
from node.store.sql import SqlStore
from node.world import World
from tests.builders import build_federation
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, Client, People, client_of, make_folder, until_ready


@asynccontextmanager
async def town_of(node: Node) -> AsyncIterator[Town]:
    """A node that a test has started itself."""
    federation = build_federation(coops=2)
    async with client_of(node) as client:
        yield Town(federation, node, client, People(federation, 1, client))


async def pay_until_it_stops(client: Client, town: Town, payer: int) -> list[int]:
    """Pay one after another; the indexes that were acknowledged."""
    acknowledged: list[int] = []
    for sequence in itertools.count(1):
        pay = town.pay(payer=payer, sequence=sequence, amount=1, payee=payer % 4 + 1)
        try:
            answer = await client.post("/v1/payments", pay)
        except (aiohttp.ClientError, ConnectionError):
            return acknowledged
        if answer.status != 200:
            assert answer.problem() == "stopping"
            return acknowledged
        acknowledged.append(answer.json["number"])
    raise AssertionError("unreachable")


@on_loop
async def test_stopping_under_load_keeps_every_acknowledged_payment(tmp_path: Path) -> None:
    federation = build_federation(coops=2)
    folder = make_folder(tmp_path, federation, 1, settings=QUICK)
    node = open_node(folder)
    await node.start()
    async with town_of(node) as town:
        await until_ready(node)
        await town.people.admit(1, 2, 3, 4)
        paying = [
            asyncio.create_task(pay_until_it_stops(town.client, town, payer))
            for payer in (1, 2, 3, 4)
        ]

        async def has_paid_some() -> bool:
            return int((await town.digest())["lengths"]["norte"]) > 40

        await until(has_paid_some, "some payments")
        await node.stop()
        acknowledged = sorted(
            number for indexes in await asyncio.gather(*paying) for number in indexes
        )
    assert len(set(acknowledged)) == len(acknowledged) > 30
    with SqlStore(f"sqlite:///{folder / 'node.db'}") as store:
        length, _ = store.logs()[1]
        snapshot = store.newest_snapshot()
    assert acknowledged[-1] <= length
    assert snapshot is not None
    assert snapshot.lengths[1] == length, "a snapshot was saved at the end"
    async with open_node(folder) as again, town_of(again) as town:
        await until_ready(again)
        for number in acknowledged:
            answer = await town.client.get(f"/v1/payments/norte/{number}")
            assert answer.ok()["status"] == "delivered"


@on_loop
async def test_a_long_poll_does_not_hold_up_a_stop(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        pay = town.federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=0, amount=5)
        index = (await town.client.post("/v1/payments", pay)).ok()["number"]
        path = f"/v1/payments/norte/{index}?wait=delivered&timeout_ms=30000"
        poll = asyncio.create_task(town.client.get(path))
        await until(lambda: town.node._deliveries._count == 1, "the poll waits")
        async with asyncio.timeout(10):
            await town.node.stop()
        answer = await poll
        assert answer.status == 503
        assert answer.problem() == "stopping"


class FaultyStore(MemoryStore):
    """Fails the next commit that has entries in it, in the way it is told to."""

    next_fault: MemoryFault | None = None

    def commit(self, write: Write) -> None:
        """As the memory store, with the fault."""
        if write.segments and self.next_fault is not None:
            self.disk.fail_next(self.next_fault)
            self.next_fault = None
        super().commit(write)


@pytest.mark.parametrize("fault", list(MemoryFault))
def test_a_failed_write_is_answered_honestly_and_the_node_goes_on(
    fault: MemoryFault, tmp_path: Path
) -> None:
    @on_loop
    async def run() -> None:
        disk = MemoryDisk()
        stores: list[FaultyStore] = []

        def open_store(address: str) -> Store:
            stores.append(FaultyStore(disk))
            return stores[-1]

        settings = QUICK + "[runner]\nreload_wait_ms = 1\n"
        world = World(open_store=open_store)
        async with one_node(tmp_path, settings=settings, world=world) as town:
            pay = town.pay(amount=9)
            stores[-1].next_fault = fault
            first = await town.client.post("/v1/payments", pay)
            assert (first.status, first.problem()) == (503, "outcome_unknown")
            assert first.json["retryable"] is True
            await until_ready(town.node)
            second = (await town.client.post("/v1/payments", pay)).ok()
            assert second["repeated"] is (fault is MemoryFault.KEPT)
            assert await town.people.balance(1) == -9
            assert len(stores) == 2
            troubles = (await town.client.get("/v1/status")).ok()["troubles"]
            assert "reopened" in [trouble["kind"] for trouble in troubles]

    run()


@on_loop
async def test_a_node_whose_store_is_gone_stops_and_says_so(tmp_path: Path) -> None:
    disk = MemoryDisk()
    stores: list[FaultyStore] = []

    def open_store(address: str) -> Store:
        if stores:
            raise StorageFault("the disk is gone")
        stores.append(FaultyStore(disk))
        return stores[-1]

    settings = QUICK + "[runner]\nreload_wait_ms = 1\n"
    world = World(open_store=open_store)
    async with one_node(tmp_path, settings=settings, world=world) as town:
        stores[-1].next_fault = MemoryFault.LOST
        first = await town.client.post("/v1/payments", town.pay())
        assert first.problem() == "outcome_unknown"
        assert await town.node.runner.wait_failed() == "StorageFault: the disk is gone"
        second = await town.client.post("/v1/payments", town.pay())
        assert (second.status, second.problem()) == (503, "stopping")
        assert (await town.client.get("/health")).status == 200, "it is alive until it is stopped"


@on_loop
async def test_two_nodes_of_one_folder_can_not_run(tmp_path: Path) -> None:
    federation = build_federation(coops=2)
    folder = make_folder(tmp_path, federation, 1, settings=QUICK)
    async with open_node(folder):
        with pytest.raises(StoreInUse):
            await open_node(folder).start()
