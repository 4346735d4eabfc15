"""A small web shop that is paid in fiado: a list of goods, an order, a page that says "thank you".

It is complete: run it, and it sells. It needs aiohttp and the public library `standardwebhooks`, and
knows of Fiado only the HTTP interface. What matters for a shop of your own is in three places:

- `buy` makes the invoice, with the order's number as `client_id`: however often it is asked, there is
  one invoice for an order.
- `hear` takes the webhook, verifies it, and hands out an order once, whatever comes twice.
- `look` asks the node again when somebody opens the order: so a shop that was switched off, or whose
  webhooks can't arrive, sells all the same.

    FIADO_NODE=https://norte.example FIADO_KEY=fk_… FIADO_SECRET=whsec_… python -m shop
"""

import html
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

GOODS: Mapping[str, tuple[str, int]] = {
    "bread": ("A loaf of bread", 150),
    "honey": ("A jar of honey", 480),
    "soap": ("A piece of soap", 95),
}
"""What there is, and its price in hundredths of a unit."""

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title><h1>{title}</h1>{body}"""


@dataclass
class Order:
    """What somebody wants. `handed_out` counts how often the goods were given: it must stay at one."""

    number: str
    item: str
    invoice: str = ""
    link: str = ""
    state: str = "new"
    handed_out: int = 0


@dataclass
class Shop:
    """The shop. `url` is its own address. (Orders are in memory; keep yours in a database.)"""

    node: str
    key: str
    secret: str
    url: str
    orders: dict[str, Order] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def app(self) -> web.Application:
        """The web application."""
        app = web.Application()
        app.router.add_get("/", self.show_goods)
        app.router.add_post("/buy/{item}", self.buy)
        app.router.add_get("/orders/{number}", self.look)
        app.router.add_post("/fiado", self.hear)
        return app

    async def show_goods(self, request: web.Request) -> web.Response:
        """All there is."""
        rows = [
            f'<form method="post" action="/buy/{item}"><p>{html.escape(name)}: {price / 100:.2f} '
            "<button>Buy</button></form>"
            for item, (name, price) in GOODS.items()
        ]
        return _page("A small shop", "".join(rows))

    async def buy(self, request: web.Request) -> web.Response:
        """Make an order and its invoice, and send the customer to the pay page."""
        item = request.match_info["item"]
        if item not in GOODS:
            raise web.HTTPNotFound
        order = Order(number=secrets.token_hex(8), item=item)
        self.orders[order.number] = order
        name, price = GOODS[item]
        invoice = await self._ask(
            "POST",
            "/v1/invoices",
            {
                "amount": {"value": str(price), "scale": 2},
                "client_id": order.number,
                "order_id": order.number,
                "description": name,
                "redirect_url": f"{self.url}/orders/{order.number}",
                "metadata": {"item": item},
            },
        )
        order.invoice, order.link = invoice["id"], invoice["link"]
        raise web.HTTPSeeOther(order.link)

    async def hear(self, request: web.Request) -> web.Response:
        """A webhook: the node says what became of an invoice."""
        try:
            event = Webhook(self.secret).verify(await request.read(), dict(request.headers))
        except WebhookVerificationError:
            return web.Response(status=400)
        message = request.headers["webhook-id"]
        if message not in self.seen:
            # The same message may come twice; keep its id in the same transaction as what it does.
            self.seen.add(message)
            if event["type"].startswith("invoice."):
                self._take_in(event["data"])
        return web.Response(status=204)

    async def look(self, request: web.Request) -> web.Response:
        """Where an order stands; asks the node, in case its webhook has not come."""
        order = self.orders.get(request.match_info["number"])
        if order is None:
            raise web.HTTPNotFound
        if order.state not in ("settled", "cancelled"):
            self._take_in(await self._ask("GET", f"/v1/invoices/{order.invoice}"))
        words = {
            "settled": "Thank you! It is yours.",
            "processing": "Paid; it will be yours in a moment.",
            "expired": "It was not paid in time. Order again.",
        }
        text = words.get(order.state, "Not paid yet.")
        body = f'<p>{text}<p><a href="{html.escape(order.link)}">The invoice</a>'
        return _page(GOODS[order.item][0], body)

    def _take_in(self, invoice: Mapping[str, Any]) -> None:
        """Note what became of an order's invoice; hand the goods out, once."""
        order = self.orders.get(invoice["client_id"] or "")
        if order is None or order.invoice != invoice["id"]:
            return
        if invoice["state"] == "settled" and order.state != "settled":
            order.handed_out += 1
        if order.state != "settled":
            order.state = invoice["state"]

    async def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Ask the node; what fails in a way that may pass can be asked again with the same body."""
        headers = {"Authorization": f"Bearer {self.key}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, self.node + path, json=body) as response,
        ):
            answer: dict[str, Any] = await response.json(content_type=None)
            if response.status >= 400:
                raise web.HTTPBadGateway(text=f"{answer['title']}: {answer['detail']}")
            return answer


def _page(title: str, body: str) -> web.Response:
    page = PAGE.format(title=html.escape(title), body=body)
    return web.Response(text=page, content_type="text/html")
