"""Fallen payments over HTTP: in pages for everybody and for those whom they concern, with receipts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ledger.receipts import decode_receipt
from node.engine.engine import Engine
from node.engine.fallen import FallenList, FallenProof
from node.spellings import from_base64url
from tests.node.engine.recording.test_fallen import FORKER, forked, found_at, stand
from tests.node.engine.rig import Rig
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop
from tests.node.running import JsonObject

PATH = "/v1/federation/fallen"


@pytest.fixture
def rig() -> Rig:
    """A federation whose coop 3 has forked; the history that coop 1 saw stands."""
    rig = forked()
    stand(rig, 1)
    return rig


@asynccontextmanager
async def node_after_it(
    root: Path, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """A node of coop 1 that has found what coop 1 of the rig has."""
    found = found_at(rig, 1)

    def fallen(engine: Engine) -> FallenList:
        return found

    proofs = {each.head: rig.engines[1].fallen_proof(each.head) for each in found.payments}

    def proof(engine: Engine, head: bytes) -> FallenProof | None:
        return proofs.get(head)

    monkeypatch.setattr(Engine, "fallen", fallen)
    monkeypatch.setattr(Engine, "fallen_proof", proof)
    async with one_node(root, federation=rig.federation) as town:
        yield town


@on_loop
async def test_a_node_without_forks_lists_nothing(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        nothing = {"complete": True, "payments": [], "next": None, "forks": [], "left_out": 0}
        assert (await town.client.get(PATH)).ok() == nothing
        assert (await town.client.get(f"{PATH}?coop=nowhere")).problem() == "coop_not_found"
        absent = await town.client.get(f"{PATH}/{'0' * 64}")
        assert absent.problem() == "fallen_payment_not_found"
        mine = await town.client.get("/v1/me/fallen", token=await town.people.member(1))
        assert mine.ok() == {"complete": True, "payments": [], "next": None}


@on_loop
async def test_everybody_sees_them_in_pages_with_what_holds(
    tmp_path: Path, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node_after_it(tmp_path, rig, monkeypatch) as town:
        whole = (await town.client.get(PATH)).ok()
        [fork] = whole["forks"]
        assert (fork["coop_number"], fork["version"], fork["payments"]) == (FORKER, 2, 5)
        assert (fork["amount"], fork["kept"]) == (84, 70)
        assert [each["outcome"] for each in whole["payments"]] == [
            "kept",
            "commons",
            "undone",
            "undone",
            "undone",
        ]
        pages: list[list[JsonObject]] = []
        after: int | None = 0
        while after is not None:
            page = (await town.client.get(f"{PATH}?limit=2&after={after}&coop=este")).ok()
            pages.append(page["payments"])
            after = page["next"]
        assert [len(page) for page in pages] == [2, 2, 1]
        assert [each for page in pages for each in page] == whole["payments"]
        assert (await town.client.get(f"{PATH}?coop=sur")).ok()["payments"] == []
        assert (await town.client.get(f"{PATH}?limit=201")).problem() == "request_malformed"


@on_loop
async def test_each_has_its_receipts(
    tmp_path: Path, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    charter = rig.engines[1].newest
    async with node_after_it(tmp_path, rig, monkeypatch) as town:
        for payment in (await town.client.get(PATH)).ok()["payments"]:
            proof = (await town.client.get(f"{PATH}/{payment['head']}")).ok()
            assert proof["payment"] == payment
            receipt = decode_receipt(from_base64url(proof["receipt"]) or b"")
            receipt.entry_signed(charter)
            assert receipt.length == payment["number"]
            if proof["standing"] is not None:
                standing = decode_receipt(from_base64url(proof["standing"]) or b"")
                assert receipt.is_beside(standing, charter)


@on_loop
async def test_members_see_their_own(
    tmp_path: Path, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node_after_it(tmp_path, rig, monkeypatch) as town:
        one, two = [
            (await town.client.get("/v1/me/fallen", token=await town.people.member(account))).ok()
            for account in (1, 2)
        ]
        [payment] = one["payments"]
        assert (payment["amount"], payment["outcome"]) == (6, "undone")
        payee = payment["payee"]
        assert (payee["coop"], payee["account"], payee["handle"]) == ("norte", 1, "member1")
        assert two["payments"] == []
        assert (await town.client.get("/v1/me/fallen")).problem() == "unauthorized"
