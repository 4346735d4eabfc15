"""A new node catches up over loopback: from a serving node to the second node's disk, validated.

Twice: while nobody asks the new node for anything, which is seen from its database file, and while somebody
asks it fifty times a second, when a peer may cause so much work and no more. And the bytes of disk for an
entry: at the node whose log it is, and at the other.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from typing import Any

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

_LOOK_S = 0.02
_LENGTH = "SELECT coalesce(max(first + count - 1), 0) FROM segments WHERE coop = 1"

Length = Callable[[], Coroutine[Any, Any, int]]


def run(options: Options) -> dict[str, object]:
    """Payments a second, from the first to the last entry that the new node holds."""
    count = 2_000 if options.small else options.payments or 500_000
    members = 50 if options.small else 5_000
    federation = benchmark_federation(coops=2)
    transactions = admissions(federation, 1, members)
    transactions += local_payments(federation, members=members, count=count)
    with federation_running(federation, [Prefill(1, transactions)]) as nodes:
        seconds, entries = asyncio.run(_watch_file(nodes[1], len(transactions), members))
    with federation_running(federation, [Prefill(1, transactions)]) as nodes:
        asked_seconds, asked_entries = asyncio.run(_ask(nodes[1], len(transactions), members))
        # (By then the node of the log has brought its index of histories forward.)
        own, replica = (_disk_bytes(node) / len(transactions) for node in nodes)
    return {
        "validator": chosen_name(),
        "payments": count,
        "entries_watched": entries,
        "seconds": round(seconds, 2),
        "payments_per_second": round(entries / seconds),
        "payments_per_second_asked": round(asked_entries / asked_seconds),
        "disk_bytes_own": round(own, 1),
        "disk_bytes_replica": round(replica, 1),
    }


def _disk_bytes(node: RunningNode) -> int:
    """Ends the node; how large its database is then. Only the own log has an index of everybody's history."""
    node.stop()
    return (node.folder / "node.db").stat().st_size


async def _watch_file(node: RunningNode, length: int, members: int) -> tuple[float, int]:
    """See coop 2's node take in coop 1's log, without asking it."""
    database = f"file:{node.folder / 'node.db'}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:

        async def held() -> int:
            return int(connection.execute(_LENGTH).fetchone()[0])

        return await _watch(held, length, members)


async def _ask(node: RunningNode, length: int, members: int) -> tuple[float, int]:
    """See it by asking how far the logs reach, again and again."""
    connection = (await connect(node.url, 1))[0]

    async def held() -> int:
        return (await log_lengths(connection))["norte"]

    try:
        return await _watch(held, length, members)
    finally:
        connection.close()


async def _watch(held: Length, length: int, members: int) -> tuple[float, int]:
    """Seconds and entries between the first look that sees admissions done, or the first at all, and the
    last entry."""
    seen: list[tuple[float, int]] = []

    async def is_complete() -> bool:
        seen.append((time.perf_counter(), await held()))
        return seen[-1][1] >= length

    await until(is_complete)
    start = next((look for look in seen if look[1] >= members), seen[0])
    end = seen[-1]
    if start is end:
        # It was done before the first look: then the whole of it took no longer than one look.
        start = (end[0] - _LOOK_S, 0)
    check(end[1] >= length, "the new node does not hold everything")
    return end[0] - start[0], end[1] - start[1]
