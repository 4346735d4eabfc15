"""Invoices paid from other cooperatives, and priced by the index."""

from contextlib import AsyncExitStack
from pathlib import Path

from ledger.index.conversion import units_from_price
from node.compose import open_node
from tests.builders import build_federation
from tests.index_builders import BASE_DAY, index_lines
from tests.node.http.towns import Town, same_lengths, some_nodes
from tests.node.loops import on_loop, until
from tests.node.merchant.stall import MERCHANT, ShiftedClock, Stall, a_stall, money, outcome
from tests.node.running import People, client_of, make_folder, running_nodes, until_ready


@on_loop
async def test_a_payment_from_another_coop_settles_when_it_is_anchored(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        stall = Stall(towns[1], ShiftedClock())
        invoice = await stall.invoice(500)
        payment = towns[2].federation.pay(
            2,
            payer=2,
            sequence=1,
            payee_coop=1,
            payee=MERCHANT,
            amount=500,
            reference=bytes.fromhex(invoice["reference"]),
        )
        (await towns[2].client.post("/v1/payments", payment)).ok()

        async def is_settled() -> bool:
            return outcome(await stall.read(invoice)) == ("settled", "none")

        await until(is_settled, "the invoice is settled")
        (paid,) = (await stall.read(invoice))["payments"]
        assert (paid["coop"], paid["status"]) == ("sur", "delivered")
        refund = (await stall.ask(f"/v1/invoices/{invoice['id']}/refunds", {})).ok()
        back = towns[1].federation.pay(
            1,
            payer=MERCHANT,
            sequence=1,
            payee_coop=2,
            payee=refund["payment"]["payee"],
            amount=500,
            reference=bytes.fromhex(refund["payment"]["reference"]),
        )
        (await towns[1].client.post("/v1/payments", back)).ok()
        path = f"/v1/invoices/{invoice['id']}/refunds"

        async def is_delivered() -> bool:
            found = (await stall.ask(path, method="GET", key="read")).ok()["refunds"]
            return bool(found[0]["state"] == "delivered")

        await until(is_delivered, "the refund has arrived")
        await same_lengths(*towns.values())
        assert await towns[2].people.balance(2) == 0


@on_loop
async def test_what_is_recorded_elsewhere_is_processing_until_witnesses_let_it_in(
    tmp_path: Path,
) -> None:
    """Both other coops have to witness an anchor; while one is away, the payment is on its way."""
    federation = build_federation(coops=3, witness_quorum=2)
    async with AsyncExitStack() as stack:
        nodes = await stack.enter_async_context(running_nodes(tmp_path, federation, 1, 2))
        third_folder = make_folder(
            tmp_path,
            federation,
            3,
            peers={nodes[number].folder.coop.name: nodes[number].url for number in (1, 2)},
            settings="[engine]\ngossip_interval_ms = 20\nrecovery_wait_ms = 50\n",
        )
        towns = {}
        for number, node in nodes.items():
            client = await stack.enter_async_context(client_of(node))
            towns[number] = Town(federation, node, client, People(federation, number, client))
        for town in towns.values():
            await town.people.admit(1, 2)
        payment_of = Stall(towns[1], ShiftedClock())
        async with open_node(third_folder) as third:
            await until_ready(third)
            # An anchor of each by the other makes their members known to each other.
            probe = federation.pay(2, payer=1, sequence=1, payee_coop=1, payee=2, amount=1)

            async def is_taken() -> bool:
                return (await towns[2].client.post("/v1/payments", probe)).status == 200

            await until(is_taken, "the payee is known")
            await same_lengths(*towns.values())
        invoice = await payment_of.invoice(500)
        payment = federation.pay(
            2,
            payer=2,
            sequence=1,
            payee_coop=1,
            payee=MERCHANT,
            amount=500,
            reference=bytes.fromhex(invoice["reference"]),
        )
        (await towns[2].client.post("/v1/payments", payment)).ok()

        async def is_(state: str) -> bool:
            return outcome(await payment_of.read(invoice)) == (state, "none")

        await until(lambda: is_("processing"), "the payment is seen")
        found = await payment_of.read(invoice)
        assert (found["coming"], found["paid"]) == (money(500, "fiado"), money(0, "fiado"))
        cancel = await payment_of.ask(f"/v1/invoices/{invoice['id']}/cancel")
        assert cancel.problem() == "invoice_state"
        async with open_node(third_folder) as third:
            await until_ready(third)
            await until(lambda: is_("settled"), "the payment has arrived")
        found = await payment_of.read(invoice)
        assert (found["coming"], found["paid"]) == (money(0, "fiado"), money(500, "fiado"))


PRICE = {"value": "1500000", "scale": 2}
DAY_S = 86_400
NOON = BASE_DAY * DAY_S + DAY_S // 2
INDEXED = build_federation(coops=2, index=index_lines(coops=2))


@on_loop
async def test_a_price_is_converted_at_the_days_value_and_locked(tmp_path: Path) -> None:
    async with a_stall(tmp_path, federation=INDEXED, start=NOON) as stall:
        made = (await stall.ask("/v1/invoices", {"price": PRICE | {"currency": "ARS"}})).ok()
        amount = units_from_price(1_500_000, 1_000_000_000)
        assert made["amount"] == money(amount, "fiado")
        assert made["price"] == money(1_500_000, "ARS") | {"day": "2025-12-15"}
        assert outcome(await stall.pay(made)) == ("settled", "none")
        shown = (await stall.town.client.get(f"/v1/invoices/{made['id']}/public")).ok()
        assert shown["price"] == {"minor": 1_500_000, "currency": "ARS", "day": BASE_DAY}


@on_loop
async def test_prices_that_can_not_be_converted_or_locked(tmp_path: Path) -> None:
    async with a_stall(tmp_path, federation=INDEXED, start=NOON) as stall:

        async def refused(body: dict[str, object]) -> str:
            return (await stall.ask("/v1/invoices", body)).problem()

        assert await refused({"price": PRICE | {"currency": "CLP"}}) == "currency_unknown"
        assert await refused({"price": {"value": "1", "scale": 2}}) == "amount_out_of_range"
        assert await refused({"price": PRICE, "expires_in": 8 * DAY_S}) == "quote_too_long"
        longest = (await stall.ask("/v1/invoices", {"price": PRICE, "expires_in": 7 * DAY_S})).ok()
        assert longest["expires"] < (BASE_DAY + 8) * DAY_S
        stall.clock.forward(7 * DAY_S)
        stall.keys.clear()
        stall.town.people._tokens.clear()
        # The newest value there is may still be used today, but not for longer.
        last = (await stall.ask("/v1/invoices", {"price": PRICE})).ok()
        assert last["price"]["day"] == "2025-12-15"
        stall.clock.forward(DAY_S)
        stall.keys.clear()
        stall.town.people._tokens.clear()
        assert await refused({"price": PRICE}) == "price_not_known"
        assert (await stall.invoice(100))["price"] is None
