"""Payments over HTTP: recorded, repeated, raced, waited for, proved."""

import asyncio
from pathlib import Path

from ledger.memos import memo_reference
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from ledger.transactions import Pay
from node.spellings import from_base64url, to_base64url
from tests.node.http.towns import one_node, same_lengths, some_nodes
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, as_json_transaction


@on_loop
async def test_a_payment_is_recorded_and_its_receipt_verifies(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        answer = (await town.client.post("/v1/payments", town.pay(amount=250))).ok()
        assert (answer["status"], answer["coop"], answer["repeated"]) == (
            "recorded",
            "norte",
            False,
        )
        data = from_base64url(answer["receipt"])
        assert data is not None
        receipt = decode_receipt(data)
        entry = receipt.check(town.federation.charter)
        assert isinstance(entry.transaction, Pay)
        assert (receipt.length, entry.transaction.amount) == (answer["number"], 250)
        assert await town.people.balance(1) == -250
        assert await town.people.balance(2) == 250


@on_loop
async def test_the_same_bytes_get_the_same_receipt_and_are_recorded_once(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        pay = town.pay()
        first = (await town.client.post("/v1/payments", pay)).ok()
        before = await town.digest()
        again = (await town.client.post("/v1/payments", as_json_transaction(pay))).ok()
        assert again == {**first, "repeated": True}
        assert await town.digest() == before


@on_loop
async def test_the_same_bytes_at_once_are_recorded_once(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        pay = town.pay(amount=7)
        answers = await asyncio.gather(*(town.client.post("/v1/payments", pay) for _ in range(20)))
        assert len({answer.ok()["receipt"] for answer in answers}) == 1
        assert await town.people.balance(1) == -7


@on_loop
async def test_of_two_wallets_of_one_account_one_wins(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        pays = [town.pay(amount=amount) for amount in (100, 200)]
        answers = await asyncio.gather(*(town.client.post("/v1/payments", pay) for pay in pays))
        statuses = sorted(answer.status for answer in answers)
        assert statuses == [200, 409]
        loser = next(answer for answer in answers if answer.status == 409)
        assert loser.problem() == "sequence_used"
        assert await town.people.balance(1) in (-100, -200)
        assert (await town.people.me(1))["next_sequence"] == 2


@on_loop
async def test_a_batch_answers_for_each_payment(tmp_path: Path) -> None:
    async with one_node(tmp_path, limit=1_000) as town:
        batch = [
            town.pay(sequence=1, amount=900),
            town.pay(sequence=2, amount=200),
            town.pay(payer=2, sequence=1, amount=50, payee=3),
            town.pay(sequence=2, amount=100),
        ]
        answer = (await town.client.post("/v1/payments/batch", b"".join(batch))).ok()
        results = answer["results"]
        assert results[1] == -Refusal.LIMIT_EXCEEDED
        assert [results[0], results[2], results[3]] == [4, 5, 6]
        assert answer["length"] == 6
        head = (await town.client.get("/v1/logs/norte/head")).ok()
        assert (head["head"], head["signature"]) == (answer["head"], answer["signature"])
        repeated = (await town.client.post("/v1/payments/batch", b"".join(batch))).ok()
        assert repeated["results"] == [4, -Refusal.SEQUENCE_USED, 5, 6]
        assert repeated["length"] == 6


@on_loop
async def test_a_batch_of_admissions_answers_for_each_and_takes_no_payment(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        batch = [
            town.federation.admit(1, 7, limit=500),
            town.federation.admit(1, 7, handle="another", limit=500),
            town.federation.admit(1, 8, limit=500, stewards=[0]),
            town.pay(),
            town.federation.admit(1, 8, limit=500),
        ]
        results = (await town.client.post("/v1/transactions/batch", b"".join(batch))).ok()[
            "results"
        ]
        assert results[1:4] == [
            -Refusal.ACCOUNT_EXISTS,
            -Refusal.STEWARDS_TOO_FEW,
            -Refusal.KIND_UNKNOWN,
        ]
        assert results[4] == results[0] + 1
        assert await town.people.balance(1) == 0


@on_loop
async def test_a_batch_of_rubbish_is_not_looked_through(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 10\ncostly_per_minute = 1\n"
    async with one_node(tmp_path, settings=settings) as town:
        answer = (await town.client.post("/v1/payments/batch", b"\x91\x00" * 10_000)).ok()
        assert len(answer["results"]) < 10_000
        refused = await town.client.post("/v1/payments/batch", town.pay())
        assert refused.problem() == "too_many_requests"


@on_loop
async def test_a_batch_of_too_many_values_is_refused_as_a_whole(tmp_path: Path) -> None:
    settings = QUICK + "[http]\nbatch_transactions = 3\n"
    async with one_node(tmp_path, settings=settings) as town:
        pays = [town.pay(sequence=number) for number in (1, 2, 3, 4)]
        refused = await town.client.post("/v1/payments/batch", b"".join(pays))
        assert refused.problem() == "entry_malformed"
        assert await town.people.balance(1) == 0
        taken = (await town.client.post("/v1/payments/batch", b"".join(pays[:3]))).ok()
        assert all(result > 0 for result in taken["results"])


@on_loop
async def test_a_batch_of_wrong_signatures_is_not_looked_through(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 10\ncostly_per_minute = 1\n"
    async with one_node(tmp_path, settings=settings) as town:
        good = town.pay()
        bad = good[:-1] + bytes([good[-1] ^ 1])
        before = await town.digest()
        answer = (await town.client.post("/v1/payments/batch", bad * 6_000)).ok()
        assert set(answer["results"]) == {-Refusal.SIGNATURE_INVALID}
        assert len(answer["results"]) <= 128
        refused = await town.client.post("/v1/payments/batch", good)
        assert refused.problem() == "too_many_requests"
        assert 0 < int(refused.headers["Retry-After"]) <= 11
        head = (await town.client.get("/v1/logs/norte/head")).ok()
        assert head["length"] == before["lengths"]["norte"]


@on_loop
async def test_rubbish_from_one_address_keeps_nobody_there_from_paying(tmp_path: Path) -> None:
    """Behind one router or one proxy are many people; what one of them sends is not the others' fault."""
    settings = QUICK + "[http]\ncostly_burst = 2\ncostly_per_minute = 1\ndebt_ms = 1000000\n"
    async with one_node(tmp_path, settings=settings) as town:
        rubbish = await town.client.post("/v1/payments/batch", b"\x91\x00" * 2_000)
        assert rubbish.status == 200
        bad = town.pay(amount=101)[:-1] + b"\0"
        assert (await town.client.post("/v1/payments", bad)).problem() == "too_many_requests"
        stranger = town.pay(payer=77)
        assert (await town.client.post("/v1/payments", stranger)).problem() == "too_many_requests"
        for sequence in (1, 2, 3):
            (await town.client.post("/v1/payments", town.pay(sequence=sequence))).ok()
        # What was made already is not made for others again, whoever sends it: that costs the node something.
        again = await town.client.post("/v1/payments", town.pay(sequence=2))
        assert again.problem() == "too_many_requests"
        assert await town.people.balance(1) == -300


@on_loop
async def test_payments_that_are_refused_for_any_reason_are_not_judged_without_end(
    tmp_path: Path,
) -> None:
    settings = QUICK + "[http]\nwork_per_second = 1\nwork_burst = 1000\ndebt_ms = 1000000\n"
    async with one_node(tmp_path, settings=settings) as town:
        early = b"".join(town.pay(sequence=number) for number in range(100, 400))
        answer = (await town.client.post("/v1/payments/batch", early)).ok()
        assert set(answer["results"]) == {-Refusal.SEQUENCE_GAP}
        assert len(answer["results"]) <= 128
        again = await town.client.post("/v1/payments/batch", early)
        assert again.problem() == "too_many_requests"
        (await town.client.post("/v1/payments", town.pay(sequence=1))).ok()


@on_loop
async def test_who_comes_too_soon_learns_it_late_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 1\ncostly_per_minute = 1\nstop_ms = 10\n"
    settings += "refused_ms = 1000000\n"
    async with one_node(tmp_path, settings=settings) as town:
        rubbish = await town.client.post("/v1/payments/batch", b"\x91\x00" * 500)
        assert rubbish.status == 200
        again = asyncio.create_task(town.client.post("/v1/payments/batch", b"\x91\x00"))
        for sequence in (1, 2, 3):
            (await town.client.post("/v1/payments", town.pay(sequence=sequence))).ok()
        assert not again.done()
        again.cancel()
        await asyncio.wait([again])


@on_loop
async def test_what_is_public_can_not_be_sent_again_without_end(tmp_path: Path) -> None:
    settings = QUICK + "[http]\nwork_per_second = 1\nwork_burst = 1000\ndebt_ms = 1000000\n"
    async with one_node(tmp_path, settings=settings) as town:
        pays = [town.pay(sequence=number) for number in range(1, 101)]
        made = (await town.client.post("/v1/payments/batch", b"".join(pays))).ok()["results"]
        again = (await town.client.post("/v1/payments/batch", b"".join(pays))).ok()["results"]
        assert again == made
        for path, body in (("/v1/payments/batch", pays[0]), ("/v1/payments", pays[0])):
            assert (await town.client.post(path, body)).problem() == "too_many_requests"
        receipt = await town.client.get("/v1/receipts/norte/5")
        assert receipt.problem() == "too_many_requests"
        # And who pays for the first time does so.
        (await town.client.post("/v1/payments", town.pay(sequence=101))).ok()


@on_loop
async def test_waiting_for_delivery_between_two_nodes(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        one, two = towns[1], towns[2]
        pay = one.federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=2, amount=300)
        index = (await one.client.post("/v1/payments", pay)).ok()["number"]
        path = f"/v1/payments/norte/{index}?wait=delivered&timeout_ms=20000"
        seen = await asyncio.gather(one.client.get(path), one.client.get(path))
        assert [answer.ok()["status"] for answer in seen] == ["delivered", "delivered"]
        await same_lengths(one, two)
        assert await two.people.balance(2) == 300
        at_two = (await two.client.get(f"/v1/payments/1/{index}")).ok()
        assert (at_two["status"], at_two["amount"], at_two["payee"]) == ("delivered", 300, 2)
        item = (await two.people.history(2))[0]
        assert (item["direction"], item["other"]["handle"]) == ("in", "member1")
        assert item["delivered"] is True


@on_loop
async def test_a_wait_ends_when_its_time_is_over(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        commons = town.federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=0, amount=5)
        index = (await town.client.post("/v1/payments", commons)).ok()["number"]
        path = f"/v1/payments/norte/{index}?wait=delivered&timeout_ms=1"
        assert (await town.client.get(path)).ok()["status"] == "recorded"


@on_loop
async def test_a_memo_reaches_both_and_can_be_erased(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        one, two = towns[1], towns[2]
        reference = memo_reference(salt=b"s" * 16, text="for the bread")
        pay = one.federation.pay(
            1, payer=1, sequence=1, payee_coop=2, payee=2, amount=1, reference=reference
        )
        memo = {"payer": to_base64url(b"sealed to payer"), "payee": to_base64url(b"to payee")}
        (await one.client.post("/v1/payments", as_json_transaction(pay, memo=memo))).ok()
        token = await two.people.member(2)
        path = f"/v1/me/memos/{reference.hex()}"

        async def has_come() -> bool:
            return (await two.client.get(path, token=token)).status == 200

        await until(has_come, "the payee's memo")
        assert (await two.client.get(path, token=token)).ok()["memo"] == memo["payee"]
        assert (await one.people.history(1))[0]["memo"] == memo["payer"]
        assert (await two.people.history(2))[0]["memo"] == memo["payee"]
        assert (await two.client.get(path, token=await two.people.member(1))).status == 404
        assert (await two.client.call("DELETE", path, token=token)).status == 204
        assert (await two.client.get(path, token=token)).problem() == "memo_not_found"
        gone = await two.client.call("DELETE", path, token=token)
        assert gone.problem() == "memo_not_found"
        assert (await two.people.history(2))[0]["memo"] is None


@on_loop
async def test_three_nodes_end_with_the_same_state(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2, 3, members=3) as towns:
        federation = towns[1].federation

        async def pay_round(coop: int, payer: int) -> None:
            for sequence in range(1, 6):
                pay = federation.pay(
                    coop,
                    payer=payer,
                    sequence=sequence,
                    payee_coop=1 + (coop + sequence) % 3,
                    payee=1 + payer % 3,
                    amount=10 * payer + sequence,
                )
                (await towns[coop].client.post("/v1/payments", pay)).ok()

        await asyncio.gather(*(pay_round(coop, payer) for coop in towns for payer in (1, 2, 3)))
        await same_lengths(*towns.values())
        status = (await towns[3].client.get("/v1/status")).ok()
        assert (status["sum"], status["accused"]) == (0, [])
        balances = [await towns[coop].people.balance(n) for coop in towns for n in (1, 2, 3)]
        assert sum(balances) == 0
        assert any(balances)
