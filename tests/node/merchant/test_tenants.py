"""Two merchants at one node: whatever one of them owns is nobody else's, whatever they call it."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.transactions import Pay
from node.engine.events import Submit
from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, PAYER, Stall, a_stall
from tests.node.merchant.test_engine import Counter, counter, federation
from tests.node.merchant.test_refunds import prepare, signed
from tests.node.merchant.test_takings import prepared
from tests.node.running import Answer, JsonObject

__all__ = ["counter", "federation"]

OTHER = 3
POWERS = ["invoices", "read", "webhooks"]
URL = "http://127.0.0.1:1/"


@dataclass(slots=True)
class Owner:
    """A merchant with a key that may do everything a key may."""

    stall: Stall
    account: int
    key: str
    key_id: str

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        return await self.stall.town.client.call(
            method, path, body=body, token=self.key, headers=headers
        )

    async def invoice(self, **more: object) -> JsonObject:
        body = {"amount": {"value": "1000", "scale": 2}, **more}
        return (await self.ask("POST", "/v1/invoices", body)).ok()


async def owner(stall: Stall, account: int) -> Owner:
    token = await stall.town.people.member(account)
    body = {"label": "till", "powers": POWERS}
    made = (await stall.town.client.post("/v1/merchant/keys", body, token=token)).ok()
    return Owner(stall, account, made["key"], made["id"])


@on_loop
async def test_one_idempotency_key_of_two_merchants_is_two(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        mine, theirs = await owner(stall, MERCHANT), await owner(stall, OTHER)
        made: dict[int, str] = {}
        for who, value in ((mine, "100"), (theirs, "100"), (mine, "100"), (theirs, "100")):
            body = {"amount": {"value": value, "scale": 2}}
            answer = await who.ask("POST", "/v1/invoices", body, **{"Idempotency-Key": "same"})
            found = answer.ok()
            assert found["payee"]["account"] == who.account
            assert made.setdefault(who.account, found["id"]) == found["id"]
        assert len(set(made.values())) == 2
        # With other contents it is the owner's own mistake, and nobody else's.
        body = {"amount": {"value": "200", "scale": 2}}
        again = await mine.ask("POST", "/v1/invoices", body, **{"Idempotency-Key": "same"})
        assert again.problem() == "idempotency_mismatch"
        third = await owner(stall, PAYER)
        (await third.ask("POST", "/v1/invoices", body, **{"Idempotency-Key": "same"})).ok()


@on_loop
async def test_one_client_id_of_two_merchants_is_two(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        mine, theirs = await owner(stall, MERCHANT), await owner(stall, OTHER)
        first = await mine.invoice(client_id="order-1")
        other = await theirs.invoice(client_id="order-1", description="another")
        assert first["id"] != other["id"]
        assert (await mine.invoice(client_id="order-1"))["id"] == first["id"]
        answer = await mine.ask(
            "POST",
            "/v1/invoices",
            {"amount": {"value": "1", "scale": 2}, "client_id": "order-1"},
        )
        assert answer.problem() == "invoice_exists"


@on_loop
async def test_an_invoice_is_its_merchants_alone(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        mine, theirs = await owner(stall, MERCHANT), await owner(stall, OTHER)
        invoice = await mine.invoice()
        paid = await stall.pay(invoice)
        refund = await prepare(stall, paid, amount={"value": "10", "scale": 2})
        path = f"/v1/invoices/{invoice['id']}"
        for method, more, body in (
            ("GET", "", None),
            ("POST", "/cancel", None),
            ("POST", "/mark", None),
            ("POST", "/refunds", {}),
            ("GET", "/refunds", None),
        ):
            answer = await theirs.ask(method, path + more, body)
            assert answer.problem() == "invoice_not_found", (method, more)
        dropped = await theirs.ask("DELETE", f"{path}/refunds/{refund['id']}")
        assert dropped.problem() == "refund_not_found"
        # Not even under an invoice of their own.
        own = await theirs.invoice()
        dropped = await theirs.ask("DELETE", f"/v1/invoices/{own['id']}/refunds/{refund['id']}")
        assert dropped.problem() == "refund_not_found"
        listed = (await theirs.ask("GET", "/v1/invoices")).ok()["invoices"]
        assert [each["id"] for each in listed] == [own["id"]]
        assert (await theirs.ask("GET", "/v1/merchant/movements")).ok()["movements"] == []
        assert (await mine.ask("GET", path)).ok()["state"] == "settled"
        refunds = (await mine.ask("GET", path + "/refunds")).ok()["refunds"]
        assert [each["state"] for each in refunds] == ["prepared"]


@on_loop
async def test_a_webhook_is_its_merchants_alone(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        mine, theirs = await owner(stall, MERCHANT), await owner(stall, OTHER)
        made = (await mine.ask("POST", "/v1/webhooks", {"url": URL})).ok()
        await stall.pay(await mine.invoice())
        path = f"/v1/webhooks/{made['id']}"
        (delivery,) = (await mine.ask("GET", path + "/deliveries")).ok()["deliveries"]
        redeliver = f"/deliveries/{delivery['message']}/redeliver"
        for method, more in (
            ("GET", ""),
            ("DELETE", ""),
            ("POST", "/enable"),
            ("POST", "/secret"),
            ("GET", "/deliveries"),
            ("POST", redeliver),
        ):
            answer = await theirs.ask(method, path + more)
            assert answer.problem() == "webhook_not_found", (method, more)
        assert (await theirs.ask("GET", "/v1/webhooks")).ok()["webhooks"] == []
        # What happens to one merchant is told to his endpoints only.
        own = (await theirs.ask("POST", "/v1/webhooks", {"url": URL})).ok()
        await stall.pay(await mine.invoice())
        path = f"/v1/webhooks/{own['id']}/deliveries"
        assert (await theirs.ask("GET", path)).ok()["deliveries"] == []
        answer = await theirs.ask("POST", f"/v1/webhooks/{own['id']}{redeliver}")
        assert answer.problem() == "delivery_not_found"


@on_loop
async def test_a_key_is_its_members_alone(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        mine, theirs = await owner(stall, MERCHANT), await owner(stall, OTHER)
        client, people = stall.town.client, stall.town.people
        token = await people.member(OTHER)
        path = f"/v1/merchant/keys/{mine.key_id}"
        assert (await client.call("DELETE", path, token=token)).problem() == "key_not_found"
        listed = (await client.get("/v1/merchant/keys", token=token)).ok()["keys"]
        assert [key["id"] for key in listed] == [theirs.key_id]
        (await mine.ask("GET", "/v1/invoices")).ok()
        # Revoking his own leaves the other's at work.
        path = f"/v1/merchant/keys/{theirs.key_id}"
        assert (await client.call("DELETE", path, token=token)).status == 204
        assert (await theirs.ask("GET", "/v1/invoices")).problem() == "key_invalid"
        (await mine.ask("GET", "/v1/invoices")).ok()


@on_loop
async def test_an_invoice_of_one_is_not_paid_by_paying_the_other(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        paid = await stall.pay(invoice, payee=OTHER)
        assert (paid["state"], paid["payments"]) == ("open", [])


@pytest.mark.parametrize("wrong", ["payee", "amount", "payer"])
def test_a_refund_is_only_what_goes_back_to_who_paid(tmp_path: Path, wrong: str) -> None:
    """The reference is in the open books, so anybody can put it into a payment of his own."""

    @on_loop
    async def run() -> None:
        async with a_stall(tmp_path) as stall:
            invoice = await stall.invoice(1000)
            await stall.pay(invoice)
            refund = await prepare(stall, invoice)
            if wrong == "payer":
                payment = stall.town.federation.pay(
                    1,
                    payer=OTHER,
                    sequence=1,
                    payee_coop=1,
                    payee=PAYER,
                    amount=1000,
                    reference=bytes.fromhex(refund["payment"]["reference"]),
                )
            else:
                other = {"payee": OTHER, "amount": 999}[wrong]
                payment = signed(stall, refund, 1, **{wrong: other})
            (await stall.town.client.post("/v1/payments", payment)).ok()
            path = f"/v1/invoices/{invoice['id']}/refunds"
            (found,) = (await stall.ask(path, method="GET", key="read")).ok()["refunds"]
            assert (found["state"], found["entry"], found["time"]) == ("prepared", None, None)
            movements = await stall.ask("/v1/merchant/movements", method="GET", key="read")
            assert [each["type"] for each in movements.ok()["movements"]] == ["payment"]
            # The right one is recognised afterwards.
            sequence = 1 if wrong == "payer" else 2
            answer = await stall.town.client.post("/v1/payments", signed(stall, refund, sequence))
            index = answer.ok()["number"]
            (found,) = (await stall.ask(path, method="GET", key="read")).ok()["refunds"]
            assert (found["state"], found["entry"]) == ("delivered", index)

    run()


@pytest.mark.parametrize(("payee_coop", "log"), [(2, 1), (1, 2)])
def test_a_refund_stays_within_its_logs(counter: Counter, payee_coop: int, log: int) -> None:
    """The same numbers in another coop are other people."""
    invoice = counter.invoice("bread")
    counter.tick(Submit(1, counter.payment(invoice)))
    refund = prepared(counter, invoice)
    pay = Pay(
        payer=MERCHANT,
        sequence=1,
        payee_coop=payee_coop,
        payee=refund.payee,
        amount=refund.amount,
        reference=refund.reference,
    )
    recognise = counter.merchants.refunding.recognise
    recognise(refund.id, pay, log=log, number=9, time=0)
    assert refund.reference in counter.merchants.context.watched_refunds
    recognise(refund.id, replace(pay, payee_coop=1), log=1, number=9, time=0)
    assert refund.reference not in counter.merchants.context.watched_refunds
