"""The shop of the documentation, as it is there, sells."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from docs.examples.shop.shop import GOODS, Order, Shop
from tests.node.loops import on_loop, until
from tests.node.merchant.stall import Stall, a_stall


@asynccontextmanager
async def the_shop(stall: Stall) -> AsyncIterator[Shop]:
    """The shop, running, with a key and a webhook endpoint of the stall."""
    key = await stall.key("invoices")
    shop = Shop(node=stall.town.node.url, key=key, secret="", url="")
    runner = web.AppRunner(shop.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        shop.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        shop.secret = (await stall.endpoint(f"{shop.url}/fiado"))["secret"]
        yield shop
    finally:
        await runner.cleanup()


async def buy(shop: Shop, session: aiohttp.ClientSession, item: str) -> Order:
    """What a customer's browser does."""
    async with session.get(f"{shop.url}/") as response:
        assert GOODS[item][0] in await response.text()
    before = set(shop.orders)
    async with session.post(f"{shop.url}/buy/{item}", allow_redirects=False) as response:
        assert response.status == 303
        (number,) = set(shop.orders) - before
        assert response.headers["Location"] == shop.orders[number].link
    return shop.orders[number]


async def pay(stall: Stall, order: Order) -> None:
    """What the customer's wallet does at the pay page."""
    shown = (await stall.town.client.get(f"/v1/invoices/{order.invoice}/public")).ok()
    invoice = {"amount": {"value": str(shown["amount"])}, "reference": shown["reference"]}
    (await stall.town.client.post("/v1/payments", stall.payment(invoice))).ok()


@on_loop
async def test_the_goods_are_handed_out_once_when_the_webhook_comes(tmp_path: Path) -> None:
    async with (
        a_stall(tmp_path) as stall,
        the_shop(stall) as shop,
        aiohttp.ClientSession() as session,
    ):
        order = await buy(shop, session, "honey")
        assert order.handed_out == 0
        await pay(stall, order)
        await until(lambda: order.handed_out == 1, "the goods are handed out")
        endpoint = (await stall.ask("/v1/webhooks", method="GET", key="webhooks")).ok()["webhooks"][
            0
        ]
        (delivery,) = await stall.deliveries(endpoint)
        path = f"/v1/webhooks/{endpoint['id']}/deliveries/{delivery['message']}/redeliver"
        (await stall.ask(path, key="webhooks")).ok()

        async def was_redelivered() -> bool:
            return len((await stall.deliveries(endpoint))[0]["attempts"]) == 2

        await until(was_redelivered, "it was delivered again")
        async with session.get(f"{shop.url}/orders/{order.number}") as response:
            assert "Thank you" in await response.text()
        assert order.handed_out == 1


@on_loop
async def test_the_shop_sells_without_webhooks(tmp_path: Path) -> None:
    async with (
        a_stall(tmp_path) as stall,
        the_shop(stall) as shop,
        aiohttp.ClientSession() as session,
    ):
        shop.secret = "whsec_" + "A" * 43 + "="  # so none verifies
        order = await buy(shop, session, "bread")
        async with session.get(f"{shop.url}/orders/{order.number}") as response:
            assert "Not paid yet" in await response.text()
        await pay(stall, order)
        async with session.get(f"{shop.url}/orders/{order.number}") as response:
            assert "Thank you" in await response.text()
        assert order.handed_out == 1


@on_loop
async def test_a_forged_webhook_hands_out_nothing(tmp_path: Path) -> None:
    async with (
        a_stall(tmp_path) as stall,
        the_shop(stall) as shop,
        aiohttp.ClientSession() as session,
    ):
        order = await buy(shop, session, "soap")
        forged = {
            "type": "invoice.settled",
            "data": {"id": order.invoice, "client_id": order.number, "state": "settled"},
        }
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": "1790000000",
            "webhook-signature": "v1,AAAA",
        }
        async with session.post(f"{shop.url}/fiado", json=forged, headers=headers) as response:
            assert response.status == 400
        assert order.handed_out == 0
