"""Guarantees over HTTP: their parties see what stands and what debt needs, stewards see all."""

import time
from pathlib import Path

from ledger.government.leaving import Step
from ledger.transactions import Status
from tests.guarantee_builders import guarantee, lapse
from tests.leaving_builders import settle
from tests.node.http.test_keys import MANY, refusal, send
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until

DAY = 86_400


def given(town: Town, guarantor: int, member: int, cap: int, revision: int = 1) -> bytes:
    end = int(time.time()) + 30 * DAY if cap else None
    return guarantee(town.federation, 1, guarantor, member, cap, revision=revision, until=end)


@on_loop
async def test_guarantor_and_member_see_what_stands_and_what_debt_needs(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY, limit=1_000) as town:
        token = await town.people.member(1)
        offered = (await town.client.get("/v1/me/guarantees/@member2", token=token)).ok()
        assert (offered["room"], offered["guarantee"]["revision"]) == (1_000, 0)
        assert offered["guarantee"]["limit"] is None, "only who answers for somebody sees the limit"
        await send(town, given(town, 1, 2, 400))
        (await town.client.post("/v1/payments", town.pay(payer=2, payee=3, amount=150))).ok()
        mine = (await town.client.get("/v1/me/guarantees", token=token)).ok()
        assert (mine["room"], mine["received"], mine["rings"]) == (600, [], [])
        (found,) = mine["given"]
        assert found["share"] == 150
        assert (found["cap"], found["wanted"], found["needed"]) == (400, 400, 150)
        assert found["member"] == {"account": 2, "handle": "member2"}
        assert (await town.client.get("/v1/me", token=token)).ok()["available"] == 600
        other = await town.people.member(2)
        theirs = (await town.client.get("/v1/me/guarantees", token=other)).ok()
        assert [each["guarantor"]["handle"] for each in theirs["received"]] == ["member1"]
        assert theirs["given"] == []
        await send(town, given(town, 3, 2, 200))
        (found,) = (await town.client.get("/v1/me/guarantees", token=token)).ok()["given"]
        assert (found["share"], found["needed"]) == (100, 0)


@on_loop
async def test_the_guarantor_is_told_of_a_new_limit_and_status(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY, limit=1_000) as town:
        token = await town.people.member(1)
        await send(town, given(town, 1, 2, 400))
        await send(town, town.federation.limit(1, 2, revision=1, limit=7_000))
        await send(town, town.federation.status(1, 2, revision=2, status=Status.FROZEN))
        (found,) = (await town.client.get("/v1/me/guarantees", token=token)).ok()["given"]
        assert (found["limit"], found["status"]) == (7_000, "frozen")
        told = [(each["kind"], each["limit"], each["status"]) for each in found["news"]]
        assert told == [("status", None, "frozen"), ("limit", 7_000, None)]
        assert all(abs(each["time"] - time.time()) < 60 for each in found["news"])


@on_loop
async def test_the_guarantor_is_told_of_a_claim_and_nobody_else_is(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY, limit=1_000) as town:
        token, other = await town.people.member(1), await town.people.member(3)
        await send(town, given(town, 1, 2, 400))
        await send(town, given(town, 3, 2, 5))
        await send(town, given(town, 3, 2, 0, revision=2))
        (await town.client.post("/v1/payments", town.pay(payer=2, payee=3, amount=150))).ok()
        (found,) = (await town.client.get("/v1/me/guarantees", token=token)).ok()["given"]
        assert found["claim"] is None
        await send(town, settle(town.federation, 1, 2, Step.CLAIM))
        (found,) = (await town.client.get("/v1/me/guarantees", token=token)).ok()["given"]
        assert found["claim"]["due"] > found["claim"]["time"]
        assert (found["share"], found["needed"]) == (150, 150)
        assert (await town.client.get("/v1/me/guarantees", token=other)).ok()["given"] == []


@on_loop
async def test_the_node_brings_down_what_was_withdrawn_once_the_debt_is_paid(
    tmp_path: Path,
) -> None:
    async with one_node(tmp_path, settings=MANY, limit=1_000) as town:
        token = await town.people.member(1)
        await send(town, given(town, 1, 2, 400))
        (await town.client.post("/v1/payments", town.pay(payer=2, payee=3, amount=150))).ok()
        await send(town, given(town, 1, 2, 0, revision=2))
        (found,) = (await town.client.get("/v1/me/guarantees", token=token)).ok()["given"]
        assert (found["cap"], found["wanted"], found["until"]) == (150, 0, None)
        assert await refusal(town, lapse(1, 2, 2)) == "kind_unknown"
        (await town.client.post("/v1/payments", town.pay(payer=3, payee=2, amount=150))).ok()

        async def is_gone() -> bool:
            mine = (await town.client.get("/v1/me/guarantees", token=token)).ok()
            return bool(mine["given"] == [] and mine["room"] == 1_000)

        await until(is_gone, "the node has ended the guarantee", within_s=30)


@on_loop
async def test_whose_place_was_taken_is_told_so_and_the_others_are_not(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY, limit=1_000, members=18) as town:
        token = await town.people.member(3)
        for guarantor in range(3, 19):
            await send(town, given(town, guarantor, 2, guarantor))
        assert (await town.client.get("/v1/me/guarantees", token=token)).ok()["ended"] == []
        await send(town, given(town, 1, 2, 100))
        mine = (await town.client.get("/v1/me/guarantees", token=token)).ok()
        assert (mine["given"], mine["room"]) == ([], 1_000)
        assert mine["ended"] == [{"account": 2, "handle": "member2"}]
        other = await town.people.member(4)
        assert (await town.client.get("/v1/me/guarantees", token=other)).ok()["ended"] == []
        await send(town, given(town, 3, 2, 200, revision=2))
        again = (await town.client.get("/v1/me/guarantees", token=token)).ok()
        assert ([each["cap"] for each in again["given"]], again["ended"]) == ([200], [])


@on_loop
async def test_stewards_see_circles_and_members_only_their_own(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY, limit=1_000) as town:
        await send(town, given(town, 1, 2, 40))
        await send(town, given(town, 2, 1, 50))
        await send(town, given(town, 3, 1, 60))
        steward = await town.people.steward(0)
        found = (await town.client.get("/v1/guarantees", token=steward)).ok()
        assert (found["count"], found["pledged"]) == (3, 150)
        (ring,) = found["rings"]
        assert [each["account"] for each in ring] == [1, 2]
        of_three = (await town.client.get("/v1/members/3/guarantees", token=steward)).ok()
        assert (len(of_three["given"]), of_three["rings"]) == (1, [])
        assert (await town.client.get("/v1/members/99/guarantees", token=steward)).status == 404
        token = await town.people.member(3)
        for path in ("/v1/guarantees", "/v1/members/1/guarantees"):
            assert (await town.client.get(path, token=token)).status == 403
            assert (await town.client.get(path)).status == 401
        assert (await town.client.get("/v1/me/guarantees")).status == 401
        for named in ("@nobody", "99", "0"):
            answer = await town.client.get(f"/v1/me/guarantees/{named}", token=token)
            assert answer.status == 404


@on_loop
async def test_what_is_refused_changes_nothing(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY, limit=1_000) as town:
        before = await town.digest()
        assert await refusal(town, given(town, 1, 2, 1_001)) == "guarantee_beyond_room"
        assert await refusal(town, given(town, 1, 1, 10)) == "guarantor_is_member"
        assert await refusal(town, given(town, 1, 2, 10, revision=2)) == "revision_mismatch"
        assert await town.digest() == before
