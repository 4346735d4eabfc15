"""Honest payments while somebody attacks: one peer or one address, each attack in its turn.

Two node processes of a federation of three; the third coop's key is the attacker's. Honest members pay
over kept connections, first in peace and then under attack. `worst_share` is the least that is left of the
throughput, `worst_p99_ms` the longest 99th percentile of an honest payment. A program of its own attacks
(`benchmarks.attackers`), and it must not be able to do more than slow things down: every payment is recorded.
`control` is no attack and counts for neither: a program beside the node that only needs a processor. What is
lost there is lost to the machine. `cpu_us` is what the node needed for each honest payment, the
attack included: a figure that other programs on the machine hardly change.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.attackers import ATTACKER, ATTACKS, CONTROL, MEMBERS, POOR, prefilled
from benchmarks.measuring import Options, check, percentile
from benchmarks.nodes import (
    Connection,
    Prefill,
    admissions,
    benchmark_federation,
    connect,
    cpu_seconds,
    federation_running,
)
from cli.demo.processes import RunningNode
from ledger.validators.choose import chosen_name
from tests.builders import Federation

CONNECTIONS: Final = 32
SECONDS: Final = 6.0
SMALL_SECONDS: Final = 0.5
FIRST_HONEST: Final = 201
"""Honest payers are members from here on, but for the two that are no such thing."""
USUAL: Final = """
costly_per_minute = 120
costly_burst = 60
"""


def run(options: Options) -> dict[str, object]:
    """Throughput and 99th percentile without and with each attack."""
    seconds = SMALL_SECONDS if options.small else SECONDS
    federation = benchmark_federation(coops=3)
    before = [*admissions(federation, 1, MEMBERS), *prefilled(federation)]
    prefills = [Prefill(1, before, commit=8_192), Prefill(2, admissions(federation, 2, 2))]
    with federation_running(
        federation, prefills, without={ATTACKER}, settings="", http=USUAL
    ) as nodes:
        payers = Payers(federation)
        asyncio.run(
            _pay(nodes[0].url, payers, seconds / 4)
        )  # the first payments of a start are slower
        control = _one(CONTROL, nodes[0], payers, seconds)
        rows = [_one(name, nodes[0], payers, seconds) for name in ATTACKS]
    return {
        "validator": chosen_name(),
        "connections": CONNECTIONS,
        "worst_p99_ms": max(float(str(row["p99_ms"])) for row in rows),
        "worst_share": min(float(str(row["share"])) for row in rows),
        "control": control,
        "attacks": rows,
    }


class Payers:
    """Makes honest payments, each payer's in the order of its sequence numbers."""

    def __init__(self, federation: Federation) -> None:
        self._federation = federation
        self._members = [m for m in range(FIRST_HONEST, MEMBERS + 1) if m not in POOR]
        self._sequences = dict.fromkeys(self._members, 0)

    def of_worker(self, worker: int) -> Iterator[bytes]:
        """The payments of one connection, whose payers no other has."""
        mine = self._members[worker::CONNECTIONS]
        while True:
            for member in mine:
                self._sequences[member] += 1
                yield self._federation.pay(
                    1,
                    payer=member,
                    sequence=self._sequences[member],
                    payee_coop=1,
                    payee=1 + member % 200,
                    amount=1,
                )


def _one(name: str, node: RunningNode, payers: Payers, seconds: float) -> dict[str, object]:
    """One attack: what honest people get in peace, and during it."""
    url = node.url
    cpu = [cpu_seconds(node)]
    calm = asyncio.run(_pay(url, payers, seconds))
    cpu.append(cpu_seconds(node))
    with _attacker(name, url):
        cpu.append(cpu_seconds(node))
        attacked = asyncio.run(_pay(url, payers, seconds))
        cpu.append(cpu_seconds(node))
    return {
        "attack": name,
        "calm_per_second": round(len(calm) / seconds),
        "per_second": round(len(attacked) / seconds),
        "share": round(len(attacked) / len(calm), 3),
        "calm_p99_ms": round(percentile(calm, 0.99) * 1000, 1),
        "p99_ms": round(percentile(attacked, 0.99) * 1000, 1),
        "calm_cpu_us": round((cpu[1] - cpu[0]) / len(calm) * 1e6),
        "cpu_us": round((cpu[3] - cpu[2]) / len(attacked) * 1e6),
    }


async def _pay(url: str, payers: Payers, seconds: float) -> list[float]:
    """Pay for so long over all connections, once at least; how long each payment took, sorted."""
    connections = await connect(url, CONNECTIONS)
    end = time.perf_counter() + seconds
    times: list[float] = []

    async def work(worker: int, connection: Connection) -> None:
        payments = payers.of_worker(worker)
        while not times or time.perf_counter() < end:
            payment = next(payments)
            start = time.perf_counter()
            answer = await connection.request("POST", "/v1/payments", payment)
            times.append(time.perf_counter() - start)
            check(answer.startswith(b'{"status":"recorded"'), "an honest payment was not recorded")

    await asyncio.gather(*(work(number, one) for number, one in enumerate(connections)))
    for connection in connections:
        connection.close()
    return sorted(times)


@contextmanager
def _attacker(name: str, url: str) -> Iterator[None]:
    """The attacker's program, under way from the beginning of the `with` block to its end."""
    command = [sys.executable, "-m", "benchmarks.attackers", name, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            check(process.stdout.readline() == b"ready\n", f"the attacker {name} did not begin")
            process.stdin.write(b"go\n")
            process.stdin.flush()
            yield
            check(process.poll() is None, f"the attacker {name} gave up")
        finally:
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
