"""The charter over HTTP: what is in force, endorsing a change, asking to join, and joining."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ledger.charter import Charter
from ledger.charter_changes import Change, SetClearingLimit, SetNodeKey
from node import joining as joining_module
from node.changes import check_changes, read_changes
from node.compose import Node, open_node
from node.folder.files import NotInCharter
from node.folder.loading import load_folder
from node.folder.making import create_node_key, init_folder, install_charter
from node.join_requests import sign_request
from node.joining import ask_again, ask_peers, wait_for_place
from node.spellings import from_base64url, to_base64url
from tests.builders import Federation, build_federation, coop_name, signing_key
from tests.charters import joining, proposal, with_newcomer
from tests.node.http.towns import Town, some_nodes
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, JsonObject, People, client_of, until_ready

MORE = "[engine]\ndecision_interval_ms = 200\n"
SETTINGS = QUICK.replace("[engine]\n", MORE)


@asynccontextmanager
async def three_coops(root: Path) -> AsyncIterator[dict[int, Town]]:
    federation = build_federation(seed="http-federation", coops=3)
    async with some_nodes(root, 1, 2, 3, federation=federation, settings=SETTINGS) as towns:
        yield towns


async def endorse(towns: dict[int, Town], change: Change, *coops: int) -> None:
    """Let the stewards of these coops endorse a change, and wait until their nodes have it."""
    charter = towns[coops[0]].node.api.charter
    for coop in coops:
        publication = proposal(charter, change)
        for steward in (0, 1):
            key = towns[coop].federation.steward_keys[coop][steward]
            publication = publication.signed_by(
                steward, key, federation=towns[coop].federation.id, coop=coop
            )
        body = {"publication": to_base64url(publication.encode())}
        answer = await towns[coop].client.post("/v1/federation/publications", body)
        assert answer.ok()["decision"] == 3
    await has_version(charter.version + 1, *(town.node for town in towns.values()))


async def has_version(version: int, *nodes: Node) -> None:
    await until(
        lambda: all(node.api.charter.version >= version for node in nodes),
        f"all logs have version {version}",
    )


@on_loop
async def test_a_change_is_endorsed_and_told(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        before = (await towns[1].client.get("/v1/federation")).ok()
        assert (before["version"], before["base"]) == (0, before["federation"])
        assert before["matter"]["version"] == 1
        await endorse(towns, SetClearingLimit(coop=3, limit=2_000_000), 1, 2)
        for town in towns.values():
            found = (await town.client.get("/v1/federation")).ok()
            assert found["version"] == 1
            assert [coop["clearing_limit"] for coop in found["coops"]][2] == 2_000_000
        page = (await towns[3].client.get("/v1/federation/changes")).ok()
        assert (page["version"], page["next"], len(page["changes"])) == (1, None, 1)
        data = from_base64url(page["changes"][0]["transaction"])
        assert data is not None
        followed = check_changes(towns[1].federation.founding, read_changes(data))[-1]
        assert followed.base.hex() == found["base"]
        assert len(page["changes"][0]["signed_by"]) == 2
        entry = await towns[3].client.get(
            f"/v1/logs/{coop_name(3)}/entries?first={page['changes'][0]['entry']}&max_bytes=1"
        )
        assert entry.body.endswith(data)
        later = (await towns[3].client.get("/v1/federation/changes?first=2")).ok()
        assert (later["changes"], later["next"]) == ([], None)


@on_loop
async def test_the_histories_of_a_log_are_told(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        name = coop_name(3)
        told = (await towns[1].client.get(f"/v1/federation/branches/{name}")).ok()
        log = (await towns[1].client.get("/v1/logs")).ok()["logs"][2]
        (history,) = told["branches"]
        assert (told["coop"], told["coop_number"]) == (name, 3)
        assert (history["length"], history["head"]) == (log["length"], log["head"])
        assert (history["is_standing"], history["losses"]) == (True, [])
        assert history["gone_by"] == [coop_name(1), coop_name(2)]
        missing = await towns[1].client.get("/v1/federation/branches/nobody")
        assert missing.status == 404


@on_loop
async def test_what_waits_for_more_stewards_is_listed(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        town = towns[1]
        publication = proposal(town.node.api.charter, SetClearingLimit(coop=3, limit=5))
        key = town.federation.steward_keys[1][0]
        publication = publication.signed_by(0, key, federation=town.federation.id, coop=1)
        body = {"publication": to_base64url(publication.encode())}
        answer = (await town.client.post("/v1/federation/publications", body)).ok()
        assert (answer["signed_by"], answer["needed"]) == (["steward 0"], 2)
        found = (await town.client.get("/v1/federation")).ok()
        assert [each["signed_by"] for each in found["publications"]] == [["steward 0"]]
        nothing = {"publication": to_base64url(b"\x01")}
        refused = await town.client.post("/v1/federation/publications", nothing)
        assert refused.problem() == "publication_malformed"


def folder_of_newcomer(
    root: Path, federation: Federation, coop: int, peers: dict[str, str]
) -> Path:
    folder = root / coop_name(coop)
    create_node_key(folder, federation.node_keys[coop].seed)
    founders = replace(
        federation,
        node_keys={c: federation.node_keys[c] for c in federation.charter.coops},
    )
    install_charter(
        folder,
        charter=federation.founding.source,
        signatures=founders.charter_signatures(),
    )
    init_folder(folder, coop=coop_name(coop), port=0, peers=peers)
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    return folder


def request_body(federation: Federation, coop: int, charter: Charter) -> JsonObject:
    change = joining(federation, coop).value()
    assert isinstance(change, list)
    wish = sign_request(
        federation.node_keys[coop], change, federation=federation.id, url=None, time=_now()
    )
    return {"request": to_base64url(wish.encode())}


def _now() -> int:
    from node.world import wall_clock_ms

    return wall_clock_ms() // 1000


@on_loop
async def test_a_fourth_coop_joins_with_one_address_and_trades(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        federation = with_newcomer(towns[1].federation, 4)
        body = request_body(federation, 4, towns[1].node.api.charter)
        assert (await towns[1].client.post("/v1/federation/requests", body)).status == 201

        async def is_heard_of() -> bool:
            answers = [await town.client.get("/v1/federation/requests") for town in towns.values()]
            return all(len(answer.ok()["requests"]) == 1 for answer in answers)

        await until(is_heard_of, "all nodes know of the request")
        peers = {"norte": towns[1].node.url}
        folder = folder_of_newcomer(tmp_path / "new", federation, 4, peers)
        with pytest.raises(NotInCharter):
            load_folder(folder)
        waiting = asyncio.create_task(wait_for_place(folder, interval_s=0.05))
        await endorse(towns, joining(federation, 4), 1, 2)
        await waiting
        async with open_node(folder) as node, client_of(node) as client:
            await until_ready(node)
            await has_version(1, node)
            people = People(federation, 4, client)
            admission = federation.admit(4, 1, stewards=[0, 1])
            (await client.post("/v1/transactions", admission)).ok()
            payment = federation.pay(1, payer=1, sequence=1, payee_coop=4, payee=1, amount=500)

            async def is_paid() -> bool:
                return (await towns[1].client.post("/v1/payments", payment)).status == 200

            await until(is_paid, "the newcomer's member can be paid")

            async def has_come() -> bool:
                return await people.balance(1) == 500

            await until(has_come, "the payment has come")
            back = federation.pay(4, payer=1, sequence=1, payee_coop=1, payee=2, amount=200)
            (await client.post("/v1/payments", back)).ok()
            found = (await client.get("/v1/federation")).ok()
            assert [coop["coop"] for coop in found["coops"]] == ["norte", "sur", "este", "oeste"]
            assert (await client.get("/v1/federation/requests")).ok()["requests"] == []


@on_loop
async def test_a_node_that_waits_asks_again_wherever_a_node_answers(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        federation = with_newcomer(towns[1].federation, 4)
        folder = folder_of_newcomer(tmp_path / "new", federation, 4, {"norte": towns[1].node.url})
        assert await ask_again(folder) == 0
        body = request_body(federation, 4, towns[1].node.api.charter)
        request = from_base64url(str(body["request"]))
        assert request is not None
        (folder / "join.request").write_bytes(request)
        assert await ask_again(folder) >= 1
        found = (await towns[1].client.get("/v1/federation/requests")).ok()["requests"]
        assert [each["request"] for each in found] == [body["request"]]


@on_loop
async def test_a_peer_that_answers_in_drops_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining_module, "PEER_S", 0.3)

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1_000):
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    app = web.Application()
    app.router.add_get("/v1/federation/changes", drip)
    async with three_coops(tmp_path) as towns, TestServer(app) as liar:
        federation = with_newcomer(towns[1].federation, 4)
        peers = {"este": str(liar.make_url("")).rstrip("/"), "norte": towns[1].node.url}
        folder = folder_of_newcomer(tmp_path / "new", federation, 4, peers)
        await endorse(towns, joining(federation, 4), 1, 2)
        await has_version(1, towns[1].node)
        async with asyncio.timeout(5):
            assert await ask_peers(folder)


@on_loop
async def test_a_node_with_a_new_key_waits_for_the_change_and_goes_on(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        old = towns[2]
        await old.node.stop()
        length = (await towns[1].client.get("/v1/logs/sur/head")).ok()["length"]
        key = signing_key("a new node key")
        federation = replace(
            towns[1].federation, node_keys={**towns[1].federation.node_keys, 2: key}
        )
        left = {coop: towns[coop] for coop in (1, 3)}
        peers = {coop_name(coop): town.node.url for coop, town in left.items()}
        folder = tmp_path / "again" / "sur"
        create_node_key(folder, key.seed)
        install_charter(
            folder,
            charter=federation.founding.source,
            signatures=towns[1].federation.charter_signatures(),
        )
        init_folder(folder, coop="sur", port=0, peers=peers)
        with (folder / "node.toml").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        waiting = asyncio.create_task(wait_for_place(folder, interval_s=0.05))
        change = SetNodeKey(coop=2, key=key.public_key, length=length)
        await endorse(left, change, 1, 3)
        await waiting
        async with open_node(folder) as node, client_of(node) as client:
            await until_ready(node)
            await has_version(1, node)
            people = People(federation, 2, client)
            payment = federation.pay(2, payer=1, sequence=1, payee_coop=2, payee=2, amount=70)
            (await client.post("/v1/payments", payment)).ok()
            assert await people.balance(2) == 70


@on_loop
async def test_a_request_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    async with three_coops(tmp_path) as towns:
        answer = await towns[1].client.post(
            "/v1/federation/requests", {"request": to_base64url(b"\x90")}
        )
        assert answer.problem() == "join_request_malformed"
        federation = replace(
            towns[1].federation, node_keys={**towns[1].federation.node_keys, 2: signing_key("x")}
        )
        body = request_body(federation, 2, towns[1].node.api.charter)
        taken = await towns[1].client.post("/v1/federation/requests", body)
        assert taken.problem() == "charter_coop_exists"
