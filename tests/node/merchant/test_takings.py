"""Takings: one figure, each payment and each refund at its own time, in one named zone."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.engine.events import Change, Submit
from node.engine.view import View
from node.merchant.access import Power
from node.merchant.invoice import Invoice, Refund
from node.merchant.merchants import merchants_of
from node.merchant.movements import Direction, read_movement
from node.merchant.records import MerchantRecord
from node.merchant.refunding import RefundRequest
from node.store import Record, Write
from tests.node.http.towns import some_nodes
from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, SETTINGS, Stall, a_stall
from tests.node.merchant.test_engine import Counter, counter, federation
from tests.node.merchant.test_refunds import prepare, signed
from tests.node.running import JsonObject

__all__ = ["counter", "federation"]

EVENING = int(datetime(2026, 11, 21, 22, 0, tzinfo=UTC).timestamp())
"""19:00 in Buenos Aires, two hours before midnight in UTC."""
THERE = "America/Argentina/Buenos_Aires"
IN_BUENOS_AIRES = SETTINGS + f'zone = "{THERE}"\n'


async def takings(stall: Stall, query: str = "") -> JsonObject:
    return (await stall.ask(f"/v1/merchant/takings?{query}", method="GET", key="read")).ok()


async def movements(stall: Stall, query: str = "") -> JsonObject:
    return (await stall.ask(f"/v1/merchant/movements?{query}", method="GET", key="read")).ok()


def figures(sums: JsonObject) -> tuple[int, int, int]:
    """Received, refunded, and what is left."""
    received, refunded, net = (int(sums[each]["value"]) for each in ("received", "refunded", "net"))
    return received, refunded, net


async def refund(stall: Stall, invoice: JsonObject, sequence: int, minor: int) -> None:
    made = await prepare(stall, invoice, amount={"value": str(minor), "scale": 2})
    (await stall.town.client.post("/v1/payments", signed(stall, made, sequence))).ok()


@on_loop
async def test_tills_are_told_apart_and_together(tmp_path: Path) -> None:
    async with a_stall(tmp_path, settings=IN_BUENOS_AIRES, start=EVENING) as stall:
        one = await stall.invoice(1000, metadata={"till": "Caja 1", "tip": "1.50"})
        for bill in (
            one,
            await stall.invoice(500, metadata={"till": "Caja 2"}),
            await stall.invoice(70),
            await stall.invoice(80, metadata={"till": "Caja\u3164"}),
            await stall.invoice(90, metadata={"till": "x" * 41}),
        ):
            await stall.pay(bill)
        await refund(stall, one, 1, 300)
        assert figures((await takings(stall))["total"]) == (1740, 300, 1440)
        assert figures((await takings(stall, "till=Caja+1"))["total"]) == (1000, 300, 700)
        assert figures((await takings(stall, "till=Caja+2"))["total"]) == (500, 0, 500)
        # What no reader could tell from another name is no till's.
        assert figures((await takings(stall, "till="))["total"]) == (240, 0, 240)
        found = (await movements(stall, "till=Caja+1"))["movements"]
        assert [(each["type"], each["till"]) for each in found] == [
            ("refund", "Caja 1"),
            ("payment", "Caja 1"),
        ]
        assert found[1]["metadata"] == {"till": "Caja 1", "tip": "1.50"}
        page = await movements(stall, "till=Caja+1&limit=2")
        while page["next"] is not None:
            page = await movements(stall, f"till=Caja+1&limit=2&before={page['next']}")
        assert page["movements"] != [] or page["next"] is None
        for path in ("takings", "movements"):
            long = f"/v1/merchant/{path}?till={'x' * 41}"
            answer = await stall.ask(long, method="GET", key="read")
            assert answer.problem() == "request_malformed"


@on_loop
async def test_each_payment_and_refund_counts_on_its_own_day(tmp_path: Path) -> None:
    async with a_stall(tmp_path, settings=IN_BUENOS_AIRES, start=EVENING) as stall:
        bread = await stall.invoice(1000, expires_in=86_400)
        honey = await stall.invoice(500, expires_in=86_400)
        await stall.pay(bread)
        stall.clock.forward(5 * 3600 + 60)  # a minute past midnight there
        await stall.pay(honey)
        await refund(stall, bread, 1, 300)
        found = await takings(stall, "from=2026-11-20")
        assert (found["zone"], [day["day"] for day in found["days"]]) == (
            THERE,
            ["2026-11-20", "2026-11-21", "2026-11-22"],
        )
        assert [figures(day) for day in found["days"]] == [
            (0, 0, 0),
            (1000, 0, 1000),
            (500, 300, 200),
        ]
        assert figures(found["total"]) == (1500, 300, 1200)
        # Today is the day in the zone. In UTC everything but the first payment is of that day too.
        assert [day["day"] for day in (await takings(stall))["days"]] == ["2026-11-22"]
        in_utc = await takings(stall, "from=2026-11-21&to=2026-11-22&zone=UTC")
        assert [figures(day) for day in in_utc["days"]] == [(1000, 0, 1000), (500, 300, 200)]
        west = await takings(stall, "from=2026-11-21&to=2026-11-22&zone=Pacific/Honolulu")
        assert [figures(day) for day in west["days"]] == [(1500, 300, 1200), (0, 0, 0)]


@on_loop
async def test_movements_are_what_takings_are_made_of(tmp_path: Path) -> None:
    async with a_stall(tmp_path, settings=IN_BUENOS_AIRES, start=EVENING) as stall:
        invoice = await stall.invoice(900, description="pan", order_id="7")
        for part in (200, 300, 400):
            await stall.pay(invoice, part)
        found = await movements(stall)
        assert [each["amount"]["value"] for each in found["movements"]] == ["400", "300", "200"]
        first = found["movements"][0]
        assert (first["type"], first["day"], first["order_id"]) == ("payment", "2026-11-21", "7")
        assert (first["invoice"], first["description"]) == (invoice["id"], "pan")
        pages, query = list[str](), "limit=1"
        for _ in range(4):
            page = await movements(stall, query)
            pages += [each["amount"]["value"] for each in page["movements"]]
            query = f"limit=1&before={page['next']}"
            if page["next"] is None:
                break
        assert pages == ["400", "300", "200"]
        assert (await movements(stall, "to=2026-11-20"))["movements"] == []
        # What is new since a time, that second included; never from before the days that are asked for.
        last = first["time"]
        assert len((await movements(stall, f"since={last}"))["movements"]) >= 1
        assert (await movements(stall, f"since={last + 1}"))["movements"] == []
        tomorrow = await movements(stall, "since=0&from=2026-11-22&to=2026-11-22")
        assert tomorrow["movements"] == []
        assert (await takings(stall))["time"] >= last
        # A cursor can't lead out of the days that were asked for.
        later = await movements(stall, "to=2026-11-20&before=999999999999999.x")
        assert later["movements"] == []


@on_loop
async def test_what_comes_late_counts_and_what_another_was_paid_does_not(tmp_path: Path) -> None:
    async with a_stall(tmp_path, start=EVENING) as stall:
        invoice = await stall.invoice(100, expires_in=60)
        stall.clock.forward(62)
        await stall.pay(invoice)
        elsewhere = await stall.invoice(100)
        await stall.pay(elsewhere, payee=3)
        (only,) = (await movements(stall))["movements"]
        assert (only["invoice"], only["late"]) == (invoice["id"], True)
        other = await stall.town.people.member(3)
        answer = await stall.town.client.get("/v1/merchant/takings", token=other)
        assert figures(answer.ok()["total"]) == (0, 0, 0)


@on_loop
async def test_a_payment_from_elsewhere_counts_at_its_own_time_once_it_is_here(
    tmp_path: Path,
) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        shop, payer = towns[1], towns[2]
        token = await shop.people.member(MERCHANT)
        body = {"amount": {"value": "250", "scale": 2}}
        invoice = (await shop.client.post("/v1/invoices", body, token=token)).ok()
        payment = shop.federation.pay(
            2,
            payer=1,
            sequence=1,
            payee_coop=1,
            payee=MERCHANT,
            amount=250,
            reference=bytes.fromhex(invoice["reference"]),
        )
        (await payer.client.post("/v1/payments", payment)).ok()
        path = f"/v1/invoices/{invoice['id']}?after=1&timeout_ms=20000"
        while invoice["state"] != "settled":
            invoice = (await shop.client.get(path, token=token)).ok()
            path = f"/v1/invoices/{invoice['id']}?after={invoice['version']}&timeout_ms=20000"
        found = (await shop.client.get("/v1/merchant/movements", token=token)).ok()
        (movement,) = found["movements"]
        assert (movement["coop_number"], movement["time"]) == (2, invoice["payments"][0]["time"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("zone=Nowhere/City", "zone_unknown"),
        ("zone=%00", "request_malformed"),
        ("zone=", "zone_unknown"),
        ("from=2026-02-30", "request_malformed"),
        ("from=20260101", "request_malformed"),
        ("to=0001-01-01", "request_malformed"),
        ("to=9999-12-31", "request_malformed"),
        ("from=2026-11-22&to=2026-11-21", "request_malformed"),
        ("from=2025-01-01&to=2026-01-02", "request_malformed"),
        ("day=2026-11-21", "request_malformed"),
        ("since=noon", "request_malformed"),
        ("to=2026-11-21&to=2026-11-22", "request_malformed"),
    ],
)
def test_other_days_and_zones_are_refused(tmp_path: Path, query: str, code: str) -> None:
    @on_loop
    async def run() -> None:
        async with a_stall(tmp_path, members=1) as stall:
            for name in ("takings", "movements"):
                answer = await stall.ask(f"/v1/merchant/{name}?{query}", method="GET", key="read")
                assert answer.problem() == code

    run()


@on_loop
async def test_the_last_day_there_is_can_be_asked_for(tmp_path: Path) -> None:
    async with a_stall(tmp_path, members=1) as stall:
        found = await takings(stall, "from=9998-12-01&to=9998-12-31&zone=Pacific/Kiritimati")
        assert len(found["days"]) == 31


@on_loop
async def test_sums_are_bounded(tmp_path: Path) -> None:
    settings = SETTINGS + "summed_movements = 2\n"
    async with a_stall(tmp_path, settings=settings, members=2, start=EVENING) as stall:
        invoice = await stall.invoice(100)
        for _ in range(2):
            await stall.pay(invoice, 30)
        assert figures((await takings(stall))["total"]) == (60, 0, 60)
        await stall.pay(invoice, 30)
        path = "/v1/merchant/takings"
        assert (await stall.ask(path, method="GET")).problem() == "takings_too_many"


@on_loop
async def test_a_key_that_reads_no_invoices_sees_no_takings(tmp_path: Path) -> None:
    async with a_stall(tmp_path, members=1) as stall:
        for name in ("takings", "movements"):
            path = f"/v1/merchant/{name}"
            answer = await stall.ask(path, method="GET", key=Power.WEBHOOKS)
            assert answer.problem() == "key_forbidden"


def prepared(counter: Counter, invoice: Invoice) -> Refund:
    """A refund of the whole invoice, prepared."""
    request = RefundRequest(
        account=MERCHANT, invoice=invoice.id, id=bytes(16), fingerprint="refund"
    )

    def prepare(view: View) -> tuple[Write, Refund]:
        return Write(), merchants_of(view).refunding.prepare(request)[0]

    (refund,) = counter.tick(Change(1, prepare))
    assert isinstance(refund, Refund)
    return refund


def _refund(counter: Counter, invoice: Invoice) -> bytes:
    """One that is signed too."""
    refund = prepared(counter, invoice)
    return counter.federation.pay(
        1,
        payer=MERCHANT,
        sequence=1,
        payee_coop=1,
        payee=refund.payee,
        amount=refund.amount,
        reference=refund.reference,
    )


def test_movements_are_made_once_for_a_database_without_them(counter: Counter) -> None:
    invoice = counter.invoice("bread")
    counter.tick(Submit(1, counter.payment(invoice)))
    counter.tick(Submit(1, _refund(counter, invoice)))
    rows = counter.store.records(MerchantRecord.MOVEMENT, str(MERCHANT), limit=9)
    assert {read_movement(row).type for row in rows} == {Direction.PAYMENT, Direction.REFUND}
    begun = counter.store.record(MerchantRecord.MOVEMENT, "begun")
    assert begun is not None
    older = [(row.kind, row.id) for row in (*rows, begun)]
    counter.store.commit(Write(dropped_records=older))
    again = Counter(counter.federation, counter.store.crash(), counter.now_ms)
    again.tick()
    assert again.store.records(MerchantRecord.MOVEMENT, str(MERCHANT), limit=9) == rows


def test_a_movement_of_an_earlier_versions_database_is_read() -> None:
    fields = b'"account":1,"amount":764,"index":6,"invoice":"00","is_late":false,"log":2,"time":1790000000'
    data = b"{" + fields + b',"type":"payment"}'
    row = Record(kind=MerchantRecord.MOVEMENT, id="payment/00/2/6", shelf="1", created=1, data=data)
    movement = read_movement(row)
    assert (movement.log, movement.number) == (2, 6)
    assert json.loads(movement.to_record().data) == json.loads(data)
