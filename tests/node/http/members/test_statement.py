"""Statements and the coop's books over HTTP: they add up, page by page, for any time."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.codec import MAX
from node.engine.view import View
from node.http.members.booking import BookingsDamaged, check_rows, unexplained
from node.store import BookingPlace, BookingRow
from tests.node.http.towns import Town, one_node, some_nodes
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, JsonObject


async def statement(town: Town, account: int, query: str = "") -> JsonObject:
    """An account's whole statement, from pages of two lines."""
    token = await town.people.member(account)
    lines: list[JsonObject] = []
    after = ""
    while True:
        path = f"/v1/me/statement?limit=2{query}{after}"
        page = (await town.client.get(path, token=token)).ok()
        lines += page["lines"]
        if page["next"] is None:
            return {**page, "lines": lines}
        after = f"&after={page['next']}"


@on_loop
async def test_it_adds_up_for_any_time(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        for sequence, amount in enumerate((100, 250, 30), start=1):
            (
                await town.client.post("/v1/payments", town.pay(sequence=sequence, amount=amount))
            ).ok()
        back = town.pay(payer=2, payee=1, amount=70)
        (await town.client.post("/v1/payments", back)).ok()
        found = await statement(town, 1)
        assert [line["amount"] for line in found["lines"]] == [-100, -250, -30, 70]
        assert [line["balance"] for line in found["lines"]] == [-100, -350, -380, -310]
        assert (found["opening"], found["closing"]) == (0, await town.people.balance(1))
        assert {line["cause"] for line in found["lines"]} == {"payment"}
        assert found["lines"][3]["payment"]["other"]["handle"] == "member2"
        time = found["lines"][0]["time"]
        before = await statement(town, 1, f"&to={time}")
        assert (before["lines"], before["opening"], before["closing"]) == ([], 0, 0)
        later = await statement(town, 1, f"&from={found['lines'][3]['time'] + 1}")
        assert (later["lines"], later["opening"], later["closing"]) == ([], -310, -310)
        assert (await statement(town, 3))["lines"] == []


@on_loop
async def test_what_is_on_its_way_is_in_it_once_it_has_arrived(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2, settings=QUICK) as towns:
        for town in towns.values():
            await town.people.admit(1, 2)

        async def is_known() -> bool:
            return (await towns[1].client.get("/v1/accounts/sur/1")).status == 200

        await until(is_known, "coop 1 knows of coop 2's member")
        pay = towns[1].federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=1, amount=40)
        (await towns[1].client.post("/v1/payments", pay)).ok()

        async def has_arrived() -> bool:
            return await towns[2].people.balance(1) == 40

        await until(has_arrived, "the payment arrives")
        paid, got = await statement(towns[1], 1), await statement(towns[2], 1)
        assert (paid["closing"], got["closing"]) == (-40, 40)
        (line,) = got["lines"]
        assert line["payment"]["coop"] == "norte"
        assert line["time"] >= line["payment"]["time"]
        assert line["entry"] > 2, "an anchor in its own log, after the two admissions"
        for town, position in ((towns[1], -40), (towns[2], 40)):
            books = (await town.client.get("/v1/books")).ok()
            sums = books["closing"]
            assert sums["members"] + sums["commons"] == position
            assert [each["amount"] for each in sums["positions"]] == [position]
            assert books["unexplained"] == {"members": 0, "commons": 0}
            assert [line["flow"] for line in books["lines"]] == [
                "paid_out" if position < 0 else "paid_in"
            ]
            again = (await town.client.get(f"/v1/books?from={MAX - 3_600}")).ok()
            assert (again["lines"], again["opening"]) == ([], sums)


@on_loop
async def test_the_history_is_asked_for_by_time(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        for sequence in (1, 2, 3):
            (await town.client.post("/v1/payments", town.pay(sequence=sequence))).ok()
        token = await town.people.member(1)
        newest = (await town.people.history(1))[0]["time"]
        for query, expected in (
            (f"from={newest + 1}", 0),
            (f"to={newest + 1}", 3),
            (f"from={newest - 900}&to={newest + 1}", 3),
            ("to=5", 0),
            ("from=0", 3),
        ):
            page = (await town.client.get(f"/v1/me/history?{query}", token=token)).ok()
            assert (len(page["items"]), page["next"]) == (expected, None), query
        path = f"/v1/me/history?limit=2&from={newest - 900}"
        page = (await town.client.get(path, token=token)).ok()
        rest = (await town.client.get(f"{path}&before={page['next']}", token=token)).ok()
        assert [item["sequence"] for item in (*page["items"], *rest["items"])] == [3, 2, 1]
        assert rest["next"] is None


@on_loop
async def test_bad_questions_are_refused(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        token = await town.people.member(1)
        for query in ("from=2&to=1", "from=x", "after=1.2", "after=1.2.x", "limit=0", "limit=201"):
            answer = await town.client.get(f"/v1/me/statement?{query}", token=token)
            assert answer.problem() == "request_malformed", query
        for query in ("from=2&to=1", "after=x", f"from={MAX}"):
            assert (await town.client.get(f"/v1/books?{query}")).problem() == "request_malformed"
        assert (await town.client.get("/v1/me/statement")).problem() == "unauthorized"
        steward = await town.people.steward(0)
        assert (await town.client.get("/v1/me/statement", token=steward)).problem() == "forbidden"


@on_loop
async def test_what_does_not_add_up_is_made_again(tmp_path: Path) -> None:
    """A disk changes a balance: nobody is shown it, and the rows are made from the log again."""
    async with one_node(tmp_path) as town:
        for sequence in (1, 2, 3):
            (await town.client.post("/v1/payments", town.pay(sequence=sequence, amount=10))).ok()
        right = await statement(town, 1)

        def damage(view: View) -> None:
            (row, *_) = view.store.bookings(1, after=BookingPlace(0, 0, 0), until=MAX, limit=9)[1:]
            view.store.add_bookings([replace(row, balance=-7)], view.store.bookings_upto())

        await town.node.runner.ask(damage)
        token = await town.people.member(1)
        wrong = await town.client.get("/v1/me/statement", token=token)
        assert wrong.problem() == "busy"
        assert await statement(town, 1) == right


@on_loop
async def test_a_page_reads_what_it_shows(tmp_path: Path) -> None:
    """Neither the first nor the last page of a long statement reads the rest."""
    async with one_node(tmp_path) as town:
        for sequence in range(1, 41):
            (await town.client.post("/v1/payments", town.pay(sequence=sequence, amount=1))).ok()
        await statement(town, 1)
        asked: list[int] = []

        def count(view: View) -> None:
            store, read = view.store, view.store.bookings

            def counted(*given: Any, **more: Any) -> Any:
                found = read(*given, **more)
                asked.append(len(found))
                return found

            store.bookings = counted  # type: ignore[method-assign]

        await town.node.runner.ask(count)
        found = await statement(town, 1)
        assert [line["balance"] for line in found["lines"]] == [-each for each in range(1, 41)]
        assert max(asked) == 3 and len(asked) == 20


@pytest.mark.parametrize("balance", [-5, 0, 7])
def test_what_the_entries_do_not_explain_is_a_line_of_its_own(balance: int) -> None:
    last = BookingRow(account=1, place=BookingPlace(9, 3, 0), amount=7, balance=7)
    made = unexplained(last, balance, length=12, time=20, account=1)
    assert (made is None) is (balance == 7)
    if made is not None:
        check_rows([last, made])
        assert (made.balance, made.cause) == (balance, "other")
        assert made.place > last.place
    with pytest.raises(BookingsDamaged):
        check_rows([last, replace(last, amount=1)])
