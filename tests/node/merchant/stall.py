"""A merchant for tests: account 1 of a town, its keys, its invoices, and a shop that is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import web
from standardwebhooks.webhooks import Webhook

from node.engine.view import View
from node.merchant.records import MerchantRecord
from node.store import Record, Write
from node.world import World, steady_clock_ms, wall_clock_ms
from tests.builders import Federation
from tests.node.http.towns import Town, one_node
from tests.node.loops import until
from tests.node.running import QUICK, Answer, JsonObject

MERCHANT = 1
PAYER = 2
SETTINGS = (
    QUICK
    + """
[merchant]
private_webhooks = true
"""
)


class ShiftedClock:
    """The clock, put forward by hand."""

    def __init__(self) -> None:
        self.shift_ms = 0
        self._passed_ms = 0

    def __call__(self) -> int:
        return wall_clock_ms() + self.shift_ms + self._passed_ms

    def steady_ms(self) -> int:
        """The clock that nobody sets."""
        return steady_clock_ms() + self._passed_ms

    def forward(self, seconds: int) -> None:
        """Let time pass at once."""
        self._passed_ms += seconds * 1000

    def set_by(self, seconds: int) -> None:
        """Somebody sets the clock: no time passes."""
        self.shift_ms += seconds * 1000


@dataclass(slots=True)
class Stall:
    """The merchant at work."""

    town: Town
    clock: ShiftedClock
    keys: dict[str, str] = field(default_factory=dict)
    sequences: dict[int, int] = field(default_factory=dict)

    async def key(self, *powers: str) -> str:
        """An API key with these powers."""
        name = ",".join(powers)
        if name not in self.keys:
            body = {"label": "till", "powers": list(powers)}
            token = await self.town.people.member(MERCHANT)
            made = (await self.town.client.post("/v1/merchant/keys", body, token=token)).ok()
            self.keys[name] = made["key"]
        return self.keys[name]

    async def ask(
        self,
        path: str,
        body: object = None,
        *,
        method: str = "POST",
        key: str = "invoices",
        **more: Any,
    ) -> Answer:
        """A request with a key of that power."""
        return await self.town.client.call(
            method, path, body=body, token=await self.key(key), **more
        )

    async def invoice(self, amount: int = 1250, **more: object) -> JsonObject:
        """A new invoice."""
        body = {"amount": {"value": str(amount), "scale": 2}, **more}
        return (await self.ask("/v1/invoices", body)).ok()

    async def read(self, invoice: JsonObject) -> JsonObject:
        """The invoice as it is now."""
        return (await self.ask(f"/v1/invoices/{invoice['id']}", method="GET", key="read")).ok()

    def payment(
        self,
        invoice: JsonObject,
        amount: int | None = None,
        *,
        payer: int = PAYER,
        payee: int = MERCHANT,
    ) -> bytes:
        """The next payment of a member of the town for an invoice."""
        self.sequences[payer] = self.sequences.get(payer, 0) + 1
        return self.town.federation.pay(
            1,
            payer=payer,
            sequence=self.sequences[payer],
            payee_coop=1,
            payee=payee,
            amount=int(invoice["amount"]["value"]) if amount is None else amount,
            reference=bytes.fromhex(invoice["reference"]),
        )

    async def pay(self, invoice: JsonObject, amount: int | None = None, **more: int) -> JsonObject:
        """Pay it, and read it again."""
        payment = self.payment(invoice, amount, **more)
        (await self.town.client.post("/v1/payments", payment)).ok()
        return await self.read(invoice)

    async def endpoint(self, url: str, *types: str) -> JsonObject:
        """A new webhook endpoint."""
        body = {"url": url, "types": list(types)}
        return (await self.ask("/v1/webhooks", body, key="webhooks")).ok()

    async def deliveries(self, endpoint: JsonObject) -> list[JsonObject]:
        """What was delivered to an endpoint, or waits to be."""
        path = f"/v1/webhooks/{endpoint['id']}/deliveries"
        found: list[JsonObject] = (await self.ask(path, method="GET", key="webhooks")).ok()[
            "deliveries"
        ]
        return found

    async def due_ms(self, endpoint: JsonObject) -> int:
        """When the newest delivery to an endpoint is tried again, by the clock."""
        row = await self.town.node.runner.ask(lambda view: _newest(view, endpoint))
        assert row.due is not None
        return row.due

    async def redate(self, endpoint: JsonObject, due_ms: int) -> None:
        """Let the newest delivery be dated otherwise."""
        await self.town.node.runner.change(
            lambda view: (Write(records=[replace(_newest(view, endpoint), due=due_ms)]), None)
        )


def _newest(view: View, endpoint: JsonObject) -> Record:
    return view.store.records(MerchantRecord.DELIVERY, endpoint["id"], limit=1)[0]


@asynccontextmanager
async def a_stall(
    root: Path,
    *,
    settings: str = SETTINGS,
    members: int = 3,
    federation: Federation | None = None,
    start: int | None = None,
) -> AsyncIterator[Stall]:
    """A running node with a merchant. `start` (Unix seconds) is when the story begins, if not now."""
    clock = ShiftedClock()
    if start is not None:
        clock.shift_ms = start * 1000 - wall_clock_ms()
    world = World(clock_ms=clock, steady_ms=clock.steady_ms, jitter=lambda most: most // 2)
    async with one_node(
        root, members=members, settings=settings, world=world, federation=federation
    ) as town:
        yield Stall(town, clock)


def money(amount: int, currency: str = "fiado") -> JsonObject:
    """An amount as merchants are told it."""
    return {"value": str(amount), "scale": 2, "currency": currency}


def outcome(invoice: JsonObject) -> tuple[str, str]:
    """State and reason."""
    return invoice["state"], invoice["reason"]


@dataclass(slots=True)
class Heard:
    """A webhook as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The webhook-id."""
        return self.headers["webhook-id"]

    def verify(self, secret: str) -> JsonObject:
        """What it says, once the public library has verified it."""
        content = Webhook(secret).verify(self.body, self.headers)
        assert isinstance(content, dict)
        return content


@dataclass(slots=True)
class Shop:
    """A server that is told; `answer` makes its answers."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[web.Request], Any] = lambda request: web.Response(status=204)

    async def until_heard(self, count: int) -> list[Heard]:
        """Wait until so many have arrived."""
        await until(lambda: len(self.heard) >= count, f"{count} webhooks arrived")
        return self.heard


@asynccontextmanager
async def a_shop() -> AsyncIterator[Shop]:
    """A shop's server on loopback."""
    shop = Shop()

    async def hear(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        shop.heard.append(Heard(headers, await request.read()))
        answer = shop.answer(request)
        if asyncio.iscoroutine(answer):
            answer = await answer
        assert isinstance(answer, web.StreamResponse)
        return answer

    app = web.Application()
    app.router.add_post("/{rest:.*}", hear)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        shop.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield shop
    finally:
        await runner.cleanup()
