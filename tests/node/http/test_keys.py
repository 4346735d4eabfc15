"""Whose key is being replaced is told to everybody, and the node ends a recovery by itself."""

from pathlib import Path

from ledger.government.articles import Article
from node.http.base.sessions import SessionRole
from tests.government_builders import adopt_bylaws
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK
from tests.recovery_builders import (
    guardian_list,
    name_guardians,
    new_key,
    object_to,
    recover,
    restore,
)

MANY = QUICK + "[http]\ncostly_burst = 1000\n"


async def quick_bylaws(town: Town, **articles: int) -> None:
    numbers = {Article[name.upper()].value: value for name, value in articles.items()}
    await send(town, adopt_bylaws(town.federation, 1, numbers))


async def send(town: Town, data: bytes) -> None:
    (await town.client.post("/v1/transactions", data)).ok()


async def refusal(town: Town, data: bytes) -> object:
    return (await town.client.post("/v1/transactions", data)).problem()


@on_loop
async def test_a_recovery_is_seen_and_ended_by_the_node(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await quick_bylaws(town, wait_stewards=2)
        token = await town.client.open_session(
            SessionRole.MEMBER, 1, town.federation.member_key(1, 1)
        )
        assert (await town.client.get("/v1/me", token=token)).ok()["recovery"] is None
        await send(town, recover(town.federation, 1, 1))
        running = (await town.client.get("/v1/keys/1")).ok()
        assert (running["status"], running["recoveries"]) == ("frozen", 1)
        assert running["recovery"]["key"] == new_key(1).public_key.hex()
        listed = (await town.client.get("/v1/recoveries")).ok()["recoveries"]
        assert [(each["account"], each["recovery"]) for each in listed] == [
            (1, running["recovery"])
        ]
        me = (await town.client.get("/v1/me", token=token)).ok()
        assert me["recovery"] == running["recovery"]

        async def is_over() -> bool:
            found = (await town.client.get("/v1/keys/1")).ok()
            return bool(found["key"] == new_key(1).public_key.hex())

        await until(is_over, "the account has the new key")
        found = (await town.client.get("/v1/keys/1")).ok()
        assert (found["status"], found["recovery"]) == ("open", None)
        assert (await town.client.get("/v1/recoveries")).ok()["recoveries"] == []


@on_loop
async def test_guardians_are_told_by_number_and_wait_only(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await quick_bylaws(town, wait_guardians=1)
        named = name_guardians(town.federation, 1, 1, 2, 3, needed=2, wait=5)
        await send(town, named)
        found = (await town.client.get("/v1/keys/@member1")).ok()
        assert found["guarded"] is None or found["guarded_from"] is None
        assert found["revision"] == 1 and found["shortest_wait"] == 1

        async def is_guarded() -> bool:
            return (await town.client.get("/v1/keys/1")).ok()["guarded"] is not None

        await until(is_guarded, "the guardians count")
        found = (await town.client.get("/v1/keys/1")).ok()
        assert found["guarded"] == {"needed": 2, "wait": 5}
        listed = guardian_list(2, 3)
        few = recover(town.federation, 1, 1, guardians=listed, members=(2,))
        assert await refusal(town, few) == "guardians_too_few"
        await send(town, recover(town.federation, 1, 1, guardians=listed, members=(2, 3)))
        await send(town, object_to(town.federation, 1, 1))
        running = (await town.client.get("/v1/keys/1")).ok()["recovery"]
        assert running["by_guardians"] and running["disputed"] > running["began"]


@on_loop
async def test_what_only_the_node_ends_is_not_taken_from_people(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        assert await refusal(town, restore(1)) == "kind_unknown"
        assert (await town.client.get("/v1/keys/99")).status == 404
        assert (await town.client.get("/v1/keys/0")).status == 404
