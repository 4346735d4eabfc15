"""Invoices over HTTP: made once, paid, over- and underpaid, late, cancelled, marked."""

import asyncio
from pathlib import Path

import pytest

from ledger.references import invoice_reference
from tests.node.loops import on_loop
from tests.node.merchant.stall import MERCHANT, PAYER, SETTINGS, a_stall, money, outcome


@on_loop
async def test_an_invoice_is_settled_by_the_payment_that_carries_its_reference(
    tmp_path: Path,
) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1250, order_id="7", metadata={"table": "4"})
        assert outcome(invoice) == ("open", "none")
        paid = await stall.pay(invoice)
        assert outcome(paid) == ("settled", "none")
        assert paid["paid"] == money(1250, "fiado")
        assert paid["settled"] is not None and paid["version"] == 2
        assert (paid["order_id"], paid["metadata"]) == ("7", {"table": "4"})
        (payment,) = paid["payments"]
        assert (payment["payer"], payment["status"], payment["late"]) == (PAYER, "delivered", False)
        assert payment["handle"] == f"member{PAYER}"
        assert await stall.town.people.balance(MERCHANT) == 1250


@on_loop
async def test_the_reference_binds_what_the_payer_is_shown(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(700, description="bread & <b>butter</b>", order_id="secret")
        shown = (await stall.town.client.get(f"/v1/invoices/{invoice['id']}/public")).ok()
        assert "secret" not in str(shown)
        assert shown["amount"] == 700 and shown["payee"]["handle"] == "member1"
        reference = invoice_reference(
            federation=bytes.fromhex(shown["federation"]),
            coop=shown["payee"]["coop_number"],
            id_=bytes.fromhex(shown["id"]),
            account=shown["payee"]["account"],
            amount=shown["amount"],
            price=None,
            expires=shown["expires"],
            description=shown["description"],
            private=bytes.fromhex(shown["private_hash"]),
        )
        assert reference.hex() == shown["reference"] == invoice["reference"]


@pytest.mark.parametrize(
    ("amounts", "expected", "paid"),
    [
        ([400], ("open", "partial"), 400),
        ([400, 600], ("settled", "none"), 1000),
        ([400, 700], ("settled", "over"), 1100),
        ([1500], ("settled", "over"), 1500),
        ([1000, 1000], ("settled", "over"), 2000),
    ],
)
def test_parts_add_up(
    tmp_path: Path, amounts: list[int], expected: tuple[str, str], paid: int
) -> None:
    @on_loop
    async def run() -> None:
        async with a_stall(tmp_path) as stall:
            invoice = await stall.invoice(1000)
            found = invoice
            for amount in amounts:
                found = await stall.pay(invoice, amount)
            assert outcome(found) == expected
            assert found["paid"] == money(paid, "fiado")
            assert len(found["payments"]) == len(amounts)

    run()


@on_loop
async def test_an_expired_invoice_says_so_and_takes_note_of_late_payments(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000, expires_in=60)
        part = await stall.invoice(1000, expires_in=60)
        await stall.pay(part, 10)
        stall.clock.forward(62)
        assert outcome(await stall.read(invoice)) == ("expired", "none")
        assert outcome(await stall.read(part)) == ("expired", "partial")
        late = await stall.pay(invoice)
        assert outcome(late) == ("expired", "late")
        assert (late["paid"]["value"], late["late"]["value"]) == ("0", "1000")
        marked = (await stall.ask(f"/v1/invoices/{invoice['id']}/mark")).ok()
        assert outcome(marked) == ("settled", "marked")


@on_loop
async def test_a_payment_after_the_end_of_the_watch_is_only_in_the_history(tmp_path: Path) -> None:
    settings = SETTINGS + "watched_ms = 1000\n"
    async with a_stall(tmp_path, settings=settings) as stall:
        invoice = await stall.invoice(1000, expires_in=60)
        stall.clock.forward(62)
        assert outcome(await stall.read(invoice)) == ("expired", "none")
        stall.clock.forward(10)
        await stall.read(invoice)
        assert outcome(await stall.pay(invoice)) == ("expired", "none")
        assert await stall.town.people.balance(MERCHANT) == 1000


@on_loop
async def test_a_cancelled_invoice_stays_cancelled(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        path = f"/v1/invoices/{invoice['id']}/cancel"
        assert outcome((await stall.ask(path)).ok()) == ("cancelled", "none")
        assert outcome((await stall.ask(path)).ok()) == ("cancelled", "none")
        paid = await stall.pay(invoice)
        assert outcome(paid) == ("cancelled", "late")
        assert paid["late"]["value"] == "1000"
        mark = await stall.ask(f"/v1/invoices/{invoice['id']}/mark")
        assert mark.problem() == "invoice_state"


@on_loop
async def test_what_is_settled_can_not_be_cancelled(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        await stall.pay(invoice)
        answer = await stall.ask(f"/v1/invoices/{invoice['id']}/cancel")
        assert (answer.status, answer.problem()) == (409, "invoice_state")


@on_loop
async def test_a_payment_to_somebody_else_under_the_reference_settles_nothing(
    tmp_path: Path,
) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        assert outcome(await stall.pay(invoice, payee=3)) == ("open", "none")


@on_loop
async def test_the_same_bytes_again_count_once(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        payment = stall.payment(invoice)
        for _ in range(3):
            (await stall.town.client.post("/v1/payments", payment)).ok()
        assert outcome(await stall.read(invoice)) == ("settled", "none")


@on_loop
async def test_many_invoices_and_other_payments_in_one_batch(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoices = [await stall.invoice(100 + number) for number in range(5)]
        bare = stall.town.federation.pay(1, payer=3, sequence=1, payee_coop=1, payee=1, amount=9)
        batch = b"".join([bare, *(stall.payment(invoice) for invoice in invoices)])
        (await stall.town.client.post("/v1/payments/batch", batch)).ok()
        for invoice in invoices:
            assert outcome(await stall.read(invoice)) == ("settled", "none")


@on_loop
async def test_the_list_goes_from_new_to_old_in_pages(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        made = [await stall.invoice(100 + number) for number in range(5)]
        await stall.pay(made[2])
        seen: list[str] = []
        query = "?limit=2"
        while query:
            page = (await stall.ask(f"/v1/invoices{query}", method="GET", key="read")).ok()
            seen += [invoice["id"] for invoice in page["invoices"]]
            query = f"?limit=2&before={page['next']}" if page["next"] else ""
        assert sorted(seen) == sorted(invoice["id"] for invoice in made)
        assert len(seen) == 5
        settled = await stall.ask("/v1/invoices?state=settled", method="GET", key="read")
        assert [invoice["id"] for invoice in settled.ok()["invoices"]] == [made[2]["id"]]


@on_loop
async def test_a_client_id_makes_one_invoice_however_often_it_is_asked(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        first = await stall.invoice(1000, client_id="order-1")
        answers = await asyncio.gather(
            *(stall.invoice(1000, client_id="order-1") for _ in range(10)),
            *(stall.invoice(2000, client_id="order-2") for _ in range(10)),
        )
        assert {answer["id"] for answer in answers[:10]} == {first["id"]}
        assert len({answer["id"] for answer in answers[10:]}) == 1
        other = {"amount": {"value": "1", "scale": 2}, "client_id": "order-1"}
        answer = await stall.ask("/v1/invoices", other)
        assert (answer.status, answer.problem()) == (409, "invoice_exists")


@on_loop
async def test_an_idempotency_key_quoted_or_bare(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        body = {"amount": {"value": "1000", "scale": 2}}
        made = []
        for key in ('"a-key"', "a-key", ' "a-key" '):
            headers = {"Idempotency-Key": key}
            made.append((await stall.ask("/v1/invoices", body, headers=headers)).ok()["id"])
        assert len(set(made)) == 1
        other = {"amount": {"value": "1001", "scale": 2}}
        answer = await stall.ask("/v1/invoices", other, headers={"Idempotency-Key": "a-key"})
        assert (answer.status, answer.problem()) == (422, "idempotency_mismatch")
        for bad in ("", '"', "two words", '"open', "a" * 129, "caf\u00e9"):
            answer = await stall.ask("/v1/invoices", body, headers={"Idempotency-Key": bad})
            assert (answer.status, answer.problem()) == (400, "idempotency_key_malformed"), bad


@on_loop
async def test_two_requests_at_once_under_one_idempotency_key(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        await stall.key("invoices")
        body = {"amount": {"value": "1000", "scale": 2}}
        answers = await asyncio.gather(
            *(stall.ask("/v1/invoices", body, headers={"Idempotency-Key": "k"}) for _ in range(10))
        )
        good = {answer.json["id"] for answer in answers if answer.status == 201}
        assert len(good) == 1
        for answer in answers:
            if answer.status != 201:
                assert (answer.status, answer.problem()) == (409, "idempotency_in_progress")
                assert answer.json["retryable"] is True


@on_loop
async def test_an_idempotency_key_is_forgotten_after_a_week(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        body = {"amount": {"value": "1000", "scale": 2}}
        headers = {"Idempotency-Key": "k"}
        first = (await stall.ask("/v1/invoices", body, headers=headers)).ok()
        stall.clock.forward(8 * 86_400)
        stall.keys.clear()
        stall.town.people._tokens.clear()
        again = (await stall.ask("/v1/invoices", body, headers=headers)).ok()
        assert again["id"] != first["id"]


@on_loop
async def test_what_is_made_survives_a_restart(tmp_path: Path) -> None:
    from node.compose import open_node  # opened again on the same folder
    from tests.node.running import client_of, until_ready

    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000, client_id="once")
        payment = stall.payment(invoice)
        key = await stall.key("invoices")
        folder = stall.town.node.folder.folder
    async with open_node(folder) as node, client_of(node) as client:
        await until_ready(node)
        body = {"amount": {"value": "1000", "scale": 2}, "client_id": "once"}
        assert (await client.post("/v1/invoices", body, token=key)).ok()["id"] == invoice["id"]
        (await client.post("/v1/payments", payment)).ok()
        found = (await client.get(f"/v1/invoices/{invoice['id']}", token=key)).ok()
        assert outcome(found) == ("settled", "none")


@on_loop
async def test_waiting_for_a_change(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        path = f"/v1/invoices/{invoice['id']}"
        waits = [
            asyncio.create_task(stall.town.client.get(f"{path}/public?after=1")),
            asyncio.create_task(stall.ask(f"{path}?after=1", method="GET", key="invoices")),
        ]
        (await stall.town.client.post("/v1/payments", stall.payment(invoice))).ok()
        for wait in waits:
            assert outcome((await wait).ok()) == ("settled", "none")
        soon = await stall.town.client.get(f"{path}/public?after=2&timeout_ms=1")
        assert soon.ok()["version"] == 2
        assert (await stall.town.client.get(f"{path}/public?after=0")).ok()["version"] == 2


@on_loop
async def test_a_stream_has_the_present_state_and_every_change(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        invoice = await stall.invoice(1000)
        url = f"{stall.town.node.url}/v1/invoices/{invoice['id']}/events"
        async with stall.town.client.session.get(url) as response:
            assert response.headers["Content-Type"] == "text/event-stream"
            first = await response.content.readuntil(b"\n\n")
            assert b"event: invoice\n" in first and b'"state":"open"' in first
            await stall.pay(invoice)
            second = await response.content.readuntil(b"\n\n")
            assert b"id: 2\n" in second and b'"state":"settled"' in second
        answer = await stall.town.client.get(f"/v1/invoices/{'0' * 32}/events")
        assert answer.problem() == "invoice_not_found"


@on_loop
async def test_a_description_may_have_several_lines(tmp_path: Path) -> None:
    async with a_stall(tmp_path, members=1) as stall:
        text = "2 loaves\n1 jar of honey\n\nThank you!"
        invoice = await stall.invoice(700, description=text)
        shown = (await stall.town.client.get(f"/v1/invoices/{invoice['id']}/public")).ok()
        assert invoice["description"] == shown["description"] == text
        page = await stall.town.client.session.get(invoice["link"])
        assert f'<dd class="lines">{text}</dd>' in await page.text()
