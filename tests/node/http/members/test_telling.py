"""What stands beside a payment: what its bill says, and what it was worth in national currency that day."""

from pathlib import Path

from ledger.index.conversion import price_from_units, units_from_price
from ledger.transactions import Price
from tests.node.http.test_index import OFFICIAL, publish
from tests.node.http.towns import one_node
from tests.node.loops import on_loop
from tests.node.merchant.stall import a_stall
from tests.node.merchant.test_refunds import prepare, signed


@on_loop
async def test_a_bills_text_is_told_to_both_sides(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        client, people = stall.town.client, stall.town.people
        made = await stall.invoice(1_250, description="bread, 2 kg")
        (await client.post("/v1/payments", stall.payment(made))).ok()
        (await client.post("/v1/payments", stall.town.pay(payer=3, payee=1, amount=5))).ok()
        for account in (1, 2):
            token = await people.member(account)
            history = (await client.get("/v1/me/history", token=token)).ok()["items"]
            statement = (await client.get("/v1/me/statement", token=token)).ok()["lines"]
            said = [item["bill"] for item in history if item["amount"] == 1_250]
            assert said == ["bread, 2 kg"], account
            assert next(line["payment"]["bill"] for line in statement) == "bread, 2 kg"
            assert all(item["worth"] is None for item in history)
        refund = await prepare(stall, made, reason="stale")
        (await client.post("/v1/payments", signed(stall, refund, 1))).ok()
        for account in (1, 2):
            token = await people.member(account)
            history = (await client.get("/v1/me/history", token=token)).ok()["items"]
            statement = (await client.get("/v1/me/statement", token=token)).ok()["lines"]
            for found in (history[0], statement[-1]["payment"]):
                assert (found["bill"], found["refund"]) == (None, "stale"), account
            assert [each["refund"] for each in history[1:]] == [None] * (len(history) - 1)
        (back,) = [
            each
            for each in (await stall.ask("/v1/merchant/movements", method="GET")).ok()["movements"]
            if each["type"] == "refund"
        ]
        assert back["reason"] == "stale"
        other = await people.member(3)
        (item,) = (await client.get("/v1/me/history", token=other)).ok()["items"]
        assert item["bill"] is None


@on_loop
async def test_the_worth_is_that_of_the_payments_day(tmp_path: Path) -> None:
    async with one_node(tmp_path, federation=OFFICIAL, limit=10**9) as town:
        (await town.client.post("/v1/payments", town.pay(amount=300))).ok()
        token = await town.people.member(2)
        (early,) = (await town.client.get("/v1/me/history", token=token)).ok()["items"]
        assert early["worth"] is None, "nobody knows the value of that day yet"
        while (rules := (await town.client.get("/v1/index")).ok())["value"] is None:
            await publish(town, 20, 0, 1)
        price = Price(minor=1_500_000, day=rules["day"])
        amount = units_from_price(price.minor, rules["value"])
        paid = town.federation.pay(
            1, payer=1, sequence=2, payee_coop=1, payee=2, amount=amount, price=price
        )
        (await town.client.post("/v1/payments", paid)).ok()
        priced, plain = (await town.client.get("/v1/me/history", token=token)).ok()["items"]
        worth = {"currency": rules["currency"], "day": rules["day"]}
        assert priced["worth"] == {**worth, "minor": 1_500_000}
        assert plain["worth"] == {**worth, "minor": price_from_units(300, rules["value"])}
        statement = (await town.client.get("/v1/me/statement", token=token)).ok()
        assert [line["payment"]["worth"] for line in statement["lines"]] == [
            plain["worth"],
            priced["worth"],
        ]
