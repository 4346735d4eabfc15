"""A coop that moves in: what pages are told of it, and that statements and books have it."""

from pathlib import Path

from ledger.memos import reason_hash
from node.spellings import to_base64url
from tests.node.http.test_waiting_fairly import Sleeping
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop
from tests.node.running import Answer
from tests.opening_builders import STATEMENT, acknowledge, open_books_with


@on_loop
async def test_the_books_are_opened_and_members_agree(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=3) as town:
        post, get, make = town.client.post, town.client.get, town.federation
        assert (await get("/v1/opening")).ok() == {"opening": None}
        token = await town.people.member(1)
        assert (await get("/v1/me/opening", token=token)).ok()["balance"] is None
        salt, text = bytes(16), "resolved on 14 March"
        opening = open_books_with(
            make, 1, ((1, 70), (2, -90)), reason=reason_hash(salt=salt, text=text)
        )
        body = {
            "transaction": to_base64url(opening),
            "reason": {"salt": salt.hex(), "text": text},
        }
        number = (await post("/v1/transactions", body)).ok()["number"]
        found = (await get("/v1/opening")).ok()["opening"]
        assert (found["entry"], found["commons"], found["accounts"]) == (number, 20, 2)
        assert found["statement"] == STATEMENT.hex()
        assert (found["resolution"], found["acknowledged"]) == (text, 0)
        mine = (await get("/v1/me/opening", token=token)).ok()
        assert (mine["balance"], mine["acknowledged"]) == (70, None)
        agreed = acknowledge(make, 1, 1, 70)
        at = (await post("/v1/transactions", agreed)).ok()["number"]
        mine = (await get("/v1/me/opening", token=token)).ok()
        assert (mine["acknowledged"], mine["opening"]["acknowledged"]) == (at, 1)
        before = await town.digest()
        assert (await post("/v1/transactions", agreed)).problem() == "acknowledged_already"
        again = open_books_with(make, 1, ((3, 5),))
        assert (await post("/v1/transactions", again)).problem() == "opening_repeated"
        wrong = acknowledge(make, 1, 2, 90)
        assert (await post("/v1/transactions", wrong)).problem() == "balance_not_opened"
        assert await town.digest() == before
        statement = (await get("/v1/me/statement?from=0&to=9000000000", token=token)).ok()
        assert [line["balance"] for line in statement["lines"]] == [70]
        assert statement["closing"] == 70


async def announce(town: Town, part: bytes, token: str) -> Answer:
    body = {"transaction": to_base64url(part)}
    return await town.client.post("/v1/opening", body, token=token)


@on_loop
async def test_payments_wait_for_an_opening_that_was_announced(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=3) as town:
        steward = await town.people.steward(0)
        opening = open_books_with(town.federation, 1, ((1, 70), (2, -90)))
        held = (await announce(town, opening, steward)).ok()
        assert held["until"] > (await town.client.get("/v1/keys/1")).ok()["time"] + 3_500
        before, pay = await town.digest(), town.client.post
        for where in ("/v1/payments", "/v1/payments/batch"):
            answer = await pay(where, town.pay())
            assert (answer.problem(), answer.headers["Retry-After"]) == ("not_ready", "5")
        assert await town.digest() == before
        (await town.client.post("/v1/transactions", opening)).ok()
        (await pay("/v1/payments", town.pay())).ok()
        assert (await announce(town, opening, steward)).problem() == "opening_repeated"
        (await pay("/v1/payments", town.pay(sequence=2))).ok()


@on_loop
async def test_without_it_a_first_payment_makes_the_opening_impossible(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=3) as town:
        (await town.client.post("/v1/payments", town.pay())).ok()
        opening = open_books_with(town.federation, 1, ((1, 70), (2, -90)))
        assert (await town.client.post("/v1/transactions", opening)).problem() == "opening_late"
        steward = await town.people.steward(0)
        assert (await announce(town, opening, steward)).problem() == "opening_late"
        (await town.client.post("/v1/payments", town.pay(sequence=2))).ok()


@on_loop
async def test_only_all_stewards_keep_payments_waiting_and_not_for_long(tmp_path: Path) -> None:
    machine = Sleeping()
    async with one_node(tmp_path, members=3, world=machine.world) as town:
        make, steward = town.federation, await town.people.steward(0)
        one = open_books_with(make, 1, ((1, 70), (2, -90)), stewards=(0,))
        assert (await announce(town, one, steward)).problem() == "stewards_too_few"
        assert (await announce(town, town.pay(), steward)).problem() == "wrong_endpoint"
        opening = open_books_with(make, 1, ((1, 70), (2, -90)))
        member = await town.people.member(1)
        assert (await announce(town, opening, member)).status == 403
        (await announce(town, opening, steward)).ok()
        assert (await town.client.post("/v1/payments", town.pay())).problem() == "not_ready"
        machine.slept_ms = 3_600_000
        (await town.client.post("/v1/payments", town.pay())).ok()
