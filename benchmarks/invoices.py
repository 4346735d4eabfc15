"""Invoices over HTTP: made, paid, settled, and their webhooks queued; beside bare payments.

Over 64 connections invoices are asked for with an API key; then the payments that carry their
references are sent, each acknowledged after the commit that settles the invoice and queues the webhook.
Signing is the customers' work and done in between, untimed, as it is for the bare payments, which run before
over as many connections to the same node. A shop in a process of its own takes the webhooks meanwhile, so
their delivery is paid for too.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.ingest import CONNECTIONS, local_payments
from benchmarks.measuring import Options, check
from benchmarks.nodes import (
    Connection,
    Prefill,
    admissions,
    benchmark_federation,
    drive,
    federation_running,
)
from ledger.validators.choose import chosen_name
from node.member.client import NodeClient
from node.member.sessions import open_session
from tests.builders import Federation

SETTINGS = "[merchant]\nprivate_webhooks = true\n"
SHOP = """
import asyncio
from aiohttp import web

async def hear(request):
    await request.read()
    return web.Response(status=204)

async def main():
    application = web.Application()
    application.router.add_post("/hook", hear)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
ROUNDS = 5
_PAGE = 200


class Till(Connection):
    """A connection that speaks JSON, with a key."""

    async def ask(self, method: str, path: str, key: str, body: object) -> dict[str, object]:
        """The answer, which must be a good one."""
        data = json.dumps(body).encode("ascii")
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        check(head.startswith(b"HTTP/1.1 20"), f"the server answered {head[:40]!r}")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        answer = json.loads(await self._reader.readexactly(length))
        check(isinstance(answer, dict), "the answer is no object")
        found: dict[str, object] = answer
        return found


def run(options: Options) -> dict[str, object]:
    """Settled invoices a second, and their ratio to bare payments a second."""
    count = 100 if options.small else options.payments or 5_000
    members = 50 if options.small else 1_000
    federation = benchmark_federation(coops=1)
    payments = local_payments(federation, members=members, count=count)
    prefill = Prefill(1, admissions(federation, 1, 2 * members + 1))
    with (
        _shop() as hook,
        federation_running(federation, [prefill], settings=SETTINGS) as nodes,
    ):
        url = nodes[0].url
        merchant = 2 * members + 1
        key, endpoint = _open(federation, url, merchant, hook)
        customers = Customers(federation, first=members + 1, count=members, merchant=merchant)
        bare_seconds = seconds = 0.0
        step = count // ROUNDS
        for start in range(0, count, step):  # In turns, so that both meet the same machine.
            slice_ = payments[start : start + step]
            spent, _ = asyncio.run(drive(url, slice_, path="/v1/payments", connections=CONNECTIONS))
            bare_seconds += spent
            seconds += asyncio.run(_sell(url, key, customers, start, len(slice_)))
        delivered = _check(url, key, endpoint, count)
    return {
        "validator": chosen_name(),
        "invoices": count,
        "connections": CONNECTIONS,
        "settled_per_second": round(count / seconds),
        "payments_per_second": round(count / bare_seconds),
        "ratio_to_payments": round(bare_seconds / seconds, 3),
        "webhooks_delivered_at_the_end": delivered,
    }


@contextmanager
def _shop() -> Iterator[str]:
    server = subprocess.Popen([sys.executable, "-c", SHOP], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/hook"
    finally:
        server.kill()
        server.wait()


def _open(federation: Federation, url: str, merchant: int, hook: str) -> tuple[str, str]:
    """An API key of the merchant, and the id of an endpoint."""
    with NodeClient(url) as client:
        open_session(
            client,
            federation.member_key(1, merchant),
            role="member",
            number=merchant,
            coop=1,
            federation=federation.id,
        )
        powers = ["invoices", "webhooks"]
        made = client.post("/v1/merchant/keys", {"label": "till", "powers": powers})
        endpoint = client.post("/v1/webhooks", {"url": hook, "types": []})
    return made["key"], endpoint["id"]


@dataclass(slots=True)
class Customers:
    """Members who pay invoices; accounts `first` on, `count` of them, in turn."""

    federation: Federation
    first: int
    count: int
    merchant: int

    def payment(self, place: int, reference: bytes) -> bytes:
        """The payment of invoice `place`, signed."""
        return self.federation.pay(
            1,
            payer=self.first + place % self.count,
            sequence=1 + place // self.count,
            payee_coop=1,
            payee=self.merchant,
            amount=100,
            reference=reference,
        )


async def _sell(url: str, key: str, customers: Customers, first: int, count: int) -> float:
    """Ask for, and pay, invoices `first` on; the seconds that the node took for it."""
    host, port = url.removeprefix("http://").split(":")
    tills = [Till(host, int(port)) for _ in range(CONNECTIONS)]
    for till in tills:
        await till.open()
    places = iter(range(first, first + count))
    references: dict[int, bytes] = {}

    async def ask(till: Till) -> None:
        for place in places:
            body = {"amount": {"value": "100", "scale": 2}, "client_id": f"order-{place}"}
            invoice = await till.ask("POST", "/v1/invoices", key, body)
            references[place] = bytes.fromhex(str(invoice["reference"]))

    start = time.perf_counter()
    await asyncio.gather(*(ask(till) for till in tills))
    seconds = time.perf_counter() - start
    paying = iter([customers.payment(*item) for item in sorted(references.items())])

    async def pay(till: Till) -> None:
        for payment in paying:
            await till.request("POST", "/v1/payments", payment)

    start = time.perf_counter()
    await asyncio.gather(*(pay(till) for till in tills))
    seconds += time.perf_counter() - start
    for till in tills:
        till.close()
    return seconds


def _check(url: str, key: str, endpoint: str, count: int) -> int:
    """Every invoice is settled and told; how many webhooks are delivered by now."""
    with NodeClient(url) as client:
        client.authorize(key)
        settled = _all(client, "/v1/invoices", "invoices")
        check(len(settled) == count, "an invoice is missing")
        check(all(each["state"] == "settled" for each in settled), "an invoice is not settled")
        told = _all(client, f"/v1/webhooks/{endpoint}/deliveries", "deliveries")
    check(len({each["message"] for each in told}) == count, "an invoice was not told")
    return sum(each["state"] == "delivered" for each in told)


def _all(client: NodeClient, path: str, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    before = None
    while True:
        page = client.get(path, limit=_PAGE, before=before)
        found += page[name]
        before = page["next"]
        if before is None:
            return found
