"""What a federation costs that grows: real nodes of 3, 10 and 30 coops on one machine.

Idle: the octets that a node sends over its links in a minute in which nobody does anything, from what the
kernel counts for the nodes' connections (`ss`; without it the figure is left out). Payments, one after the
other, from a member of one coop to one of another: how long until they can be spent, and how much processor
time that costs a node that has no part in them, beyond its idle time and until all logs are quiet again.
Processor time is the processes' own, so other work on the machine hardly changes it, as it does times.
"""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.measuring import Options, check, percentile
from benchmarks.nodes import (
    Connection,
    Prefill,
    admissions,
    connect,
    federation_running,
    until,
)
from cli.demo.processes import RunningNode
from ledger.validators.choose import chosen_name
from tests.builders import build_federation

MEMBERS: Final = 10
CLEARING_LIMIT: Final = 1_000_000
SIZES: Final = (3, 10, 30)
TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


def run(options: Options) -> dict[str, object]:
    """The figures of each size, under `coops_3` and so on."""
    sizes = SIZES[:1] if options.small else SIZES
    idle_s, payments = (2, 5) if options.small else (30, options.payments or 60)
    figures: dict[str, object] = {"validator": chosen_name(), "payments": payments}
    for coops in sizes:
        figures[f"coops_{coops}"] = measure(coops, idle_s=idle_s, payments=payments)
    return figures


def measure(coops: int, *, idle_s: float, payments: int) -> dict[str, object]:
    """The figures of a federation of so many coops."""
    federation = build_federation(
        seed="benchmark", coops=coops, stewards=1, threshold=1, clearing_limit=CLEARING_LIMIT
    )
    numbers = list(federation.charter.coops)
    prefills = [Prefill(coop, admissions(federation, coop, MEMBERS)) for coop in numbers]
    paid = [
        federation.pay(1, payer=1, sequence=each, payee_coop=2, payee=1, amount=100)
        for each in range(1, payments + 2)
    ]
    with federation_running(federation, prefills) as nodes:
        return asyncio.run(_measure(nodes, paid, idle_s=idle_s))


async def _measure(
    nodes: list[RunningNode], paid: Sequence[bytes], *, idle_s: float
) -> dict[str, object]:
    connections = [(await connect(node.url, 1))[0] for node in nodes]
    await _until_quiet(connections)
    octets, before, start = _octets(nodes), _processor_s(nodes), time.perf_counter()
    await asyncio.sleep(idle_s)
    lasted = time.perf_counter() - start
    idle = [(after - at) / lasted for at, after in zip(before, _processor_s(nodes), strict=True)]
    after = _octets(nodes)
    sent = None
    if octets is not None and after is not None:
        # (What was sent over a connection that was closed meanwhile is not seen any more.)
        sent = sum(count - octets.get(ends, 0) for ends, count in after.items())
    payer, payee = connections[:2]
    await _pay(payer, payee, paid[0])  # it also makes the payee known
    await _until_quiet(connections)
    before, start = _processor_s(nodes), time.perf_counter()
    lengths = await _entries(payer)
    times = sorted([await _pay(payer, payee, each) for each in paid[1:]])
    await _until_quiet(connections)
    lasted = time.perf_counter() - start
    spent = [after - at for at, after in zip(before, _processor_s(nodes), strict=True)]
    beyond = [each - lasted * at for each, at in zip(spent, idle, strict=True)]
    grown = await _entries(payer) - lengths
    check(grown >= 2 * len(times), "not every payment was recorded and delivered")
    for connection in connections:
        connection.close()
    bystanders = beyond[2:]
    return {
        "idle_bytes_per_minute": None if sent is None else round(sent * 60 / idle_s / len(nodes)),
        "idle_processor_ms_per_minute": round(sum(idle) * 60_000 / len(nodes), 1),
        "spendable_p50_ms": round(percentile(times, 0.5) * 1000, 2),
        "cpu_ms_per_payment_bystander": round(
            1000 * sum(bystanders) / len(bystanders) / len(times), 3
        ),
        "cpu_ms_per_payment_federation": round(1000 * sum(beyond) / len(times), 2),
        "entries_per_payment": round(grown / len(times), 3),
    }


async def _pay(payer: Connection, payee: Connection, payment: bytes) -> float:
    """How long until the payee can spend it, in seconds."""
    start = time.perf_counter()
    recorded = json.loads(await payer.request("POST", "/v1/payments", payment))
    path = f"/v1/payments/1/{recorded['number']}?wait=delivered"
    while json.loads(await payee.request("GET", path))["status"] != "delivered":
        pass  # the payee's node may not have heard of the entry at all when it is first asked
    return time.perf_counter() - start


async def _status(connection: Connection) -> dict[str, Any]:
    status: dict[str, Any] = json.loads(await connection.request("GET", "/v1/status"))
    return status


async def _entries(connection: Connection) -> int:
    """The entries of all logs that a node holds."""
    logs = json.loads(await connection.request("GET", "/v1/logs"))["logs"]
    return sum(log["length"] for log in logs)


async def _until_quiet(connections: Sequence[Connection]) -> None:
    """All nodes are linked with all others, hold the same, and nothing waits to be anchored."""

    async def is_quiet() -> bool:
        found = set()
        statuses = [
            await _status(each) for each in connections
        ]  # none is left idle until it closes
        for connection, status in zip(connections, statuses, strict=True):
            if len(status["peers"]) < len(connections) - 1 or status["unanchored"]:
                return False
            found.add(await _entries(connection))
        return len(found) == 1

    await until(is_quiet)


def _processor_s(nodes: Sequence[RunningNode]) -> list[float]:
    """The processor time of each node's process so far, in seconds."""
    found = []
    for node in nodes:
        text = Path(f"/proc/{node.process.pid}/stat").read_text(encoding="utf-8")
        fields = text.rpartition(")")[2].split()
        found.append((int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND)
    return found


def _octets(nodes: Sequence[RunningNode]) -> dict[tuple[str, str], int] | None:
    """What has been sent over each end of the nodes' connections so far, where that can be seen."""
    if shutil.which("ss") is None:
        return None
    done = subprocess.run(["ss", "-tniH"], capture_output=True, text=True, check=True)
    ports = {node.url.rpartition(":")[2].strip("/") for node in nodes}
    lines = done.stdout.splitlines()
    sent: dict[tuple[str, str], int] = {}
    for address, info in pairwise(lines):
        own, other = address.split()[3:5]
        ends = {end.rpartition(":")[2] for end in (own, other)}
        if ends & ports and "bytes_sent:" in info:
            sent[own, other] = int(info.partition("bytes_sent:")[2].split()[0])
    return sent
