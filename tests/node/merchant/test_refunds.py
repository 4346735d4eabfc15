"""Refunds: prepared by the node, signed by the merchant's key, capped at what was paid."""

from pathlib import Path

from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, PAYER, Stall, a_shop, a_stall
from tests.node.running import JsonObject


def signed(stall: Stall, refund: JsonObject, sequence: int, **wrong: int) -> bytes:
    """The payment that the merchant's wallet makes of a refund."""
    payment = {name: refund["payment"][name] for name in ("payee_coop", "payee", "amount")} | wrong
    return stall.town.federation.pay(
        1,
        payer=MERCHANT,
        sequence=sequence,
        reference=bytes.fromhex(refund["payment"]["reference"]),
        **payment,
    )


async def prepare(stall: Stall, invoice: JsonObject, **body: object) -> JsonObject:
    return (await stall.ask(f"/v1/invoices/{invoice['id']}/refunds", body)).ok()


async def listed(stall: Stall, invoice: JsonObject) -> list[JsonObject]:
    answer = await stall.ask(f"/v1/invoices/{invoice['id']}/refunds", method="GET", key="read")
    found: list[JsonObject] = answer.ok()["refunds"]
    return found


@on_loop
async def test_a_refund_is_what_the_merchants_key_signs(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        await stall.endpoint(shop.url, "refund.delivered")
        invoice = await stall.invoice(1000)
        await stall.pay(invoice)
        refund = await prepare(stall, invoice, reason="the bread was stale")
        assert (refund["state"], refund["amount"]["value"]) == ("prepared", "1000")
        assert refund["payment"]["payee"] == PAYER
        wrong = signed(stall, refund, 1, amount=999)
        (await stall.town.client.post("/v1/payments", wrong)).ok()
        assert (await listed(stall, invoice))[0]["state"] == "prepared"
        answer = (await stall.town.client.post("/v1/payments", signed(stall, refund, 2))).ok()
        (found,) = await listed(stall, invoice)
        assert (found["state"], found["entry"]) == ("delivered", answer["number"])
        assert await stall.town.people.balance(PAYER) == 999
        (heard,) = await shop.until_heard(1)
        assert b'"refund.delivered"' in heard.body
        after = await stall.read(invoice)
        assert (after["state"], after["refunded"]["value"]) == ("settled", "1000")


@on_loop
async def test_parts_are_capped_at_what_was_paid(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        nothing = await stall.ask(f"/v1/invoices/{invoice['id']}/refunds", {})
        assert nothing.problem() == "refund_nothing"
        await stall.pay(invoice)
        first = await prepare(stall, invoice, amount={"value": "400", "scale": 2})
        path = f"/v1/invoices/{invoice['id']}/refunds"
        for value in ("601", "0"):
            body = {"amount": {"value": value, "scale": 2}}
            assert (await stall.ask(path, body)).problem() == "refund_too_large"
        rest = await prepare(stall, invoice)
        assert rest["amount"]["value"] == "600"
        assert (await stall.ask(path, {})).problem() == "refund_too_large"
        assert (await stall.ask(f"{path}/{first['id']}", method="DELETE")).status == 204
        assert (await prepare(stall, invoice))["amount"]["value"] == "400"


@on_loop
async def test_the_same_client_id_prepares_one(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        await stall.pay(invoice)
        amount = {"value": "10", "scale": 2}
        first = await prepare(stall, invoice, client_id="r1", amount=amount)
        again = await prepare(stall, invoice, client_id="r1", amount=amount)
        assert first == again
        answer = await stall.ask(
            f"/v1/invoices/{invoice['id']}/refunds",
            {"client_id": "r1", "amount": {"value": "11", "scale": 2}},
        )
        assert answer.problem() == "refund_exists"


@on_loop
async def test_of_several_payments_one_is_named(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        await stall.pay(invoice, 400)
        paid = await stall.pay(invoice, 600, payer=3)
        path = f"/v1/invoices/{invoice['id']}/refunds"
        assert (await stall.ask(path, {})).problem() == "refund_payment_needed"
        of = {"coop": "norte", "number": paid["payments"][1]["number"]}
        refund = await prepare(stall, invoice, of=of)
        assert (refund["payment"]["payee"], refund["amount"]["value"]) == (3, "600")
        for wrong in ({"coop": "norte", "number": 1}, {"coop": "sur", "number": of["number"]}):
            assert (await stall.ask(path, {"of": wrong})).problem() == "refund_nothing"
        unknown = await stall.ask(path, {"of": {"coop": "nowhere", "number": 1}})
        assert unknown.problem() == "request_malformed"


@on_loop
async def test_what_is_signed_can_not_be_given_up(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        await stall.pay(invoice)
        refund = await prepare(stall, invoice)
        (await stall.town.client.post("/v1/payments", signed(stall, refund, 1))).ok()
        path = f"/v1/invoices/{invoice['id']}/refunds/{refund['id']}"
        assert (await stall.ask(path, method="DELETE")).problem() == "refund_signed"
        other = await stall.ask(path.replace(refund["id"], "0" * 32), method="DELETE")
        assert other.problem() == "refund_not_found"
