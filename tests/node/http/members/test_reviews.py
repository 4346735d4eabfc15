"""Facts about an account for its stewards and owner; long debts are listed, and the member is told."""

import time
from pathlib import Path
from typing import Any

import pytest

from ledger.government.articles import Article
from node.http.members import reviews
from tests.government_builders import adopt_bylaws
from tests.guarantee_builders import guarantee
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until


async def pay(town: Town, *amounts: int, payer: int = 1, payee: int = 2) -> None:
    for sequence, amount in enumerate(amounts, start=1):
        data = town.pay(payer=payer, sequence=sequence, amount=amount, payee=payee)
        (await town.client.post("/v1/payments", data)).ok()


async def reviewed(town: Town, account: int) -> dict[str, Any]:
    """The review, once the node has read its books."""
    steward = await town.people.steward(0)
    found: dict[str, Any] = {}

    async def is_known() -> bool:
        found.update((await town.client.get(f"/v1/members/{account}/review", token=steward)).ok())
        return found["in_debt"] is not None

    await until(is_known, "the node has read its books")
    return found


@on_loop
async def test_stewards_and_the_member_see_the_same_facts(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        await pay(town, 300, 40)
        await pay(town, 100, payer=2, payee=3)
        found = await reviewed(town, 2)
        assert (found["handle"], found["balance"], found["complete"]) == ("member2", 240, True)
        sold, bought = found["sold"], found["bought"]
        assert (sold["count"], sold["amount"], sold["partners"]) == (2, 340, 1)
        assert sold["largest"][0]["other"]["handle"] == "member1"
        assert (bought["count"], bought["amount"]) == (1, 100)
        assert found["last_sale"] is not None and found["debt"] is None
        assert found["in_debt"]["stretches"] == []
        payer = await reviewed(town, 1)
        assert payer["last_sale"] is None
        assert payer["debt"]["owed"] == 340
        assert not payer["debt"]["is_long"]
        assert payer["in_debt"]["stretches"][0]["ended"] is None
        mine = await town.people.member(1)
        own = (await town.client.get("/v1/me/review", token=mine)).ok()
        moving = ("time", "since", "in_debt")
        assert {k: v for k, v in own.items() if k not in moving} == {
            k: v for k, v in payer.items() if k not in moving
        }


@on_loop
async def test_only_stewards_see_others(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        mine = await town.people.member(1)
        for path in ("/v1/members/1/review", "/v1/long-debts"):
            assert (await town.client.get(path, token=mine)).problem() == "forbidden"
            assert (await town.client.get(path)).problem() == "unauthorized"
        steward = await town.people.steward(0)
        missing = await town.client.get("/v1/members/99/review", token=steward)
        assert missing.problem() == "account_not_found"
        assert (await town.client.get("/v1/me/review", token=steward)).problem() == "forbidden"
        wrong = await town.client.get("/v1/long-debts?order=worst", token=steward)
        assert wrong.problem() == "request_malformed"


@on_loop
async def test_long_debts_are_listed_in_pages_and_nothing_is_frozen(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        term = {Article.DEBT_TERM.value: 1}
        (await town.client.post("/v1/transactions", adopt_bylaws(town.federation, 1, term))).ok()
        await pay(town, 300, payer=1, payee=3)
        await pay(town, 200, payer=2, payee=3)
        steward, mine = await town.people.steward(0), await town.people.member(1)

        async def are_long() -> bool:
            page = (await town.client.get("/v1/long-debts", token=steward)).ok()
            return [each["account"] for each in page["debts"]] == [1, 2]

        await until(are_long, "both debts are long")
        first = (await town.client.get("/v1/long-debts?limit=1", token=steward)).ok()
        assert (first["next"], first["debts"][0]["owed"], first["debt_term"]) == (1, 300, 1)
        second = (await town.client.get("/v1/long-debts?limit=1&after=1", token=steward)).ok()
        assert (second["next"], second["debts"][0]["handle"]) == (None, "member2")
        me = (await town.client.get("/v1/me", token=mine)).ok()
        assert me["debt"]["is_long"] is True
        assert me["status"] == "open"
        await pay(town, 300, 10, payer=1, payee=3)  # the same bytes first, and one more


@on_loop
async def test_of_too_many_payments_the_newest_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviews, "_PAGE", 2)
    monkeypatch.setattr(reviews, "MOST_PAYMENTS", 4)
    async with one_node(tmp_path) as town:
        await pay(town, *range(1, 7))
        found = await reviewed(town, 1)
        assert found["complete"] is False
        assert (found["bought"]["count"], found["bought"]["amount"]) == (4, 3 + 4 + 5 + 6)
        monkeypatch.setattr(reviews, "MOST_PAYMENTS", 100)
        assert (await reviewed(town, 1))["bought"]["count"] == 6


@on_loop
async def test_both_sides_of_a_guarantee_are_told(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        end = int(time.time()) + 86_400
        data = guarantee(town.federation, 1, 1, 2, cap=700, until=end)
        (await town.client.post("/v1/transactions", data)).ok()
        guarantor, member = await reviewed(town, 1), await reviewed(town, 2)
        shown = {"account": 2, "handle": "member2", "cap": 700}
        assert (guarantor["pledged"], guarantor["answers_for"]) == (700, [shown])
        assert guarantor["answered_by"] == member["answers_for"] == []
        assert member["answered_by"] == [{"account": 1, "handle": "member1", "cap": 700}]
