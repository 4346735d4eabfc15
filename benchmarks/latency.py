"""From accepted at A to spendable at B: three node processes, 200 payments a second between two of them.

The clock starts when A's answer has arrived, and ends when B says that it has credited the payment.
"""

import asyncio
import json
import time

from benchmarks.measuring import Options, check, percentile
from benchmarks.nodes import (
    Connection,
    Prefill,
    admissions,
    benchmark_federation,
    connect,
    federation_running,
    until,
)
from cli.demo.processes import RunningNode
from ledger.validators.choose import chosen_name
from tests.builders import Federation

RATE = 200
WORKERS = 64
MEMBERS = 1_000
"""So many that no payer has two payments under way, however slow the machine is."""


def run(options: Options) -> dict[str, object]:
    """The median and the 99th percentile, in milliseconds."""
    count = 100 if options.small else options.payments or 4_000
    federation = benchmark_federation(coops=3)
    prefills = [Prefill(coop, admissions(federation, coop, MEMBERS)) for coop in (1, 2, 3)]
    with federation_running(federation, prefills) as nodes:
        times, seconds = asyncio.run(_measure(federation, nodes, count))
    check(len(times) == count, "payments are missing")
    return {
        "validator": chosen_name(),
        "payments": count,
        "rate": round(count / seconds),
        "p50_ms": round(percentile(times, 0.5) * 1000, 2),
        "p99_ms": round(percentile(times, 0.99) * 1000, 2),
    }


async def _measure(
    federation: Federation, nodes: list[RunningNode], count: int
) -> tuple[list[float], float]:
    await _wait_until_linked(nodes)
    payers = await connect(nodes[0].url, WORKERS)
    payees = await connect(nodes[1].url, WORKERS)
    free: asyncio.Queue[tuple[Connection, Connection]] = asyncio.Queue()
    for pair in zip(payers, payees, strict=True):
        free.put_nowait(pair)
    times: list[float] = []
    payments = [_payment(federation, place) for place in range(count)]
    await _one(payments[0], free, times)
    times.clear()
    start = time.perf_counter()
    tasks = []
    for place, payment in enumerate(payments[1:]):
        await asyncio.sleep(max(0.0, start + place / RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(_one(payment, free, times)))
    await asyncio.gather(*tasks)
    seconds = time.perf_counter() - start
    for connection in (*payers, *payees):
        connection.close()
    times.append(times[-1])  # the first payment, which also opened the accounts, is not measured
    return sorted(times), seconds


async def _one(
    payment: bytes, free: "asyncio.Queue[tuple[Connection, Connection]]", times: list[float]
) -> None:
    payer, payee = await free.get()
    recorded = json.loads(await payer.request("POST", "/v1/payments", payment))
    start = time.perf_counter()
    path = f"/v1/payments/1/{recorded['number']}?wait=delivered"
    while True:
        # The payee's node may not have heard of the entry at all when it is first asked.
        answer = json.loads(await payee.request("GET", path))
        if answer["status"] == "delivered":
            break
    times.append(time.perf_counter() - start)
    free.put_nowait((payer, payee))


def _payment(federation: Federation, place: int) -> bytes:
    payer = 1 + place % MEMBERS
    return federation.pay(
        1,
        payer=payer,
        sequence=1 + place // MEMBERS,
        payee_coop=2,
        payee=1 + (place * 7) % MEMBERS,
        amount=100,
    )


async def _wait_until_linked(nodes: list[RunningNode]) -> None:
    for node in nodes:
        connection = (await connect(node.url, 1))[0]

        async def is_linked(connection: Connection = connection) -> bool:
            status = json.loads(await connection.request("GET", "/v1/status"))
            logs = json.loads(await connection.request("GET", "/v1/logs"))["logs"]
            return len(status["peers"]) == 2 and all(log["length"] >= MEMBERS for log in logs)

        await until(is_linked)
        connection.close()
