"""A new node catches up over loopback: from a serving node to the second node's disk, validated.

And the bytes of disk for an entry: at the node whose log it is, and at the other.
"""

import asyncio
import time

from benchmarks.ingest import local_payments
from benchmarks.measuring import Options, check
from benchmarks.nodes import (
    Prefill,
    admissions,
    benchmark_federation,
    connect,
    federation_running,
    log_lengths,
    until,
)
from cli.demo.processes import RunningNode
from ledger.validators.choose import chosen_name


def run(options: Options) -> dict[str, object]:
    """Payments a second, from the first to the last entry that the new node holds."""
    count = 2_000 if options.small else options.payments or 500_000
    members = 50 if options.small else 5_000
    federation = benchmark_federation(coops=2)
    transactions = admissions(federation, 1, members)
    transactions += local_payments(federation, members=members, count=count)
    with federation_running(federation, [Prefill(1, transactions)]) as nodes:
        seconds, entries = asyncio.run(_watch(nodes, len(transactions)))
        own, replica = (_disk_bytes(node) / len(transactions) for node in nodes)
    return {
        "validator": chosen_name(),
        "payments": count,
        "entries_watched": entries,
        "seconds": round(seconds, 2),
        "payments_per_second": round(entries / seconds),
        "disk_bytes_own": round(own, 1),
        "disk_bytes_replica": round(replica, 1),
    }


def _disk_bytes(node: RunningNode) -> int:
    """Ends the node; how large its database is then. Only the own log has an index of everybody's history."""
    node.stop()
    return (node.folder / "node.db").stat().st_size


async def _watch(nodes: list[RunningNode], length: int) -> tuple[float, int]:
    """Watch coop 2's node take in coop 1's log: seconds and entries between the first look that sees
    admissions done, or the first at all, and the last entry."""
    connection = (await connect(nodes[1].url, 1))[0]
    seen: list[tuple[float, int]] = []

    async def is_complete() -> bool:
        lengths = await log_lengths(connection)
        seen.append((time.perf_counter(), lengths["norte"]))
        return lengths["norte"] >= length

    await until(is_complete)
    connection.close()
    start = next((look for look in seen if look[1] > 0), seen[0])
    end = seen[-1]
    if start is end:
        # It was done before the first look: then the whole of it took no longer than one look.
        start = (end[0] - 0.02, 0)
    check(end[1] >= length, "the new node does not hold everything")
    return end[0] - start[0], end[1] - start[1]
