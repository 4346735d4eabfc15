"""Single payments over HTTP with 64 connections, each acknowledged after its durable commit.

Compared with a bare aiohttp handler in a process of its own that echoes the same body to the same client, and
with a node that answers payments by the server's machinery, as all did before there was a short way.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from benchmarks.measuring import Options, check, percentile
from benchmarks.nodes import (
    GENEROUS,
    Prefill,
    admissions,
    benchmark_federation,
    cpu_seconds,
    drive,
    federation_running,
)
from cli.demo.processes import RunningNode
from ledger.validators.choose import chosen_name
from tests.builders import Federation

CONNECTIONS = 64
ROUNDS = 15
"""Echoes and payments take turns, so that both meet the machine in the same mood; the middle ratio counts."""
ECHO = """
import sys
from aiohttp import web

async def echo(request):
    return web.Response(body=await request.read(), content_type="application/octet-stream")

application = web.Application()
application.router.add_post("/echo", echo)

async def main():
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await __import__("asyncio").Event().wait()

__import__("asyncio").run(main())
"""


def run(options: Options) -> dict[str, object]:
    """Payments a second, their ratio to echoes a second, and the slowest answers."""
    count = 200 if options.small else options.payments or 30_000
    members = 50 if options.small else 2_000
    federation = benchmark_federation(coops=1)
    payments = local_payments(federation, members=members, count=count)
    share = count // ROUNDS
    prefill = [Prefill(1, admissions(federation, 1, members))]
    echoes: list[float] = []
    with (
        _echoing() as echo,
        federation_running(federation, prefill) as new,
        federation_running(federation, prefill, http=f"{GENEROUS}quick_payments = false\n") as old,
    ):
        now, before = _Turns(new[0]), _Turns(old[0])
        for place in range(0, share * ROUNDS, share):
            bodies = payments[place : place + share]
            echoed, _ = asyncio.run(drive(echo, bodies, path="/echo", connections=CONNECTIONS))
            echoes.append(echoed)
            now.take(bodies)
            before.take(bodies)
    for turns in (now, before):
        check(len(set(turns.recorded)) == share * ROUNDS, "two payments became one entry")
    times = sorted(now.times)
    return {
        "validator": chosen_name(),
        "payments": len(now.recorded),
        "connections": CONNECTIONS,
        "payments_per_second": round(share / median(now.seconds)),
        "echoes_per_second": round(share / median(echoes)),
        "ratio_to_echo": _ratio(echoes, now.seconds),
        "ratio_to_before": _ratio(before.seconds, now.seconds),
        "before_ratio_to_echo": _ratio(echoes, before.seconds),
        "processor_us_per_payment": round(now.used / len(now.recorded) * 1e6),
        "before_processor_us_per_payment": round(before.used / len(before.recorded) * 1e6),
        "p50_ms": round(percentile(times, 0.5) * 1000, 2),
        "p99_ms": round(percentile(times, 0.99) * 1000, 2),
    }


class _Turns:
    """One node's part: how long each turn took, processor time in all, what was recorded."""

    def __init__(self, node: RunningNode) -> None:
        self._node = node
        self.used = 0.0
        self.seconds: list[float] = []
        self.times: list[float] = []
        self.recorded: list[int] = []

    def take(self, bodies: list[bytes]) -> None:
        """Send these payments, and wait for all answers."""
        before = cpu_seconds(self._node)
        seconds, took = asyncio.run(
            drive(
                self._node.url,
                bodies,
                path="/v1/payments",
                connections=CONNECTIONS,
                seen=lambda answer: self.recorded.append(json.loads(answer)["number"]),
            )
        )
        self.used += cpu_seconds(self._node) - before
        self.seconds.append(seconds)
        self.times += took


def _ratio(others: list[float], own: list[float]) -> float:
    """How many times as fast, in the middle of all rounds."""
    return round(median(other / one for other, one in zip(others, own, strict=True)), 3)


def local_payments(federation: Federation, *, members: int, count: int) -> list[bytes]:
    """Payments within coop 1, the payers in turn, so that few of one payer are under way at once."""
    keys = {number: federation.member_key(1, number) for number in range(1, members + 1)}
    return [
        federation.pay(
            1,
            payer=1 + place % members,
            sequence=1 + place // members,
            payee_coop=1,
            payee=1 + (place + 1) % members,
            amount=1 + place % 1000,
            signed_by=keys[1 + place % members],
        )
        for place in range(count)
    ]


@contextmanager
def _echoing() -> Iterator[str]:
    """The address of an echo server in a process of its own."""
    server = subprocess.Popen([sys.executable, "-c", ECHO], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.kill()
        server.wait()
