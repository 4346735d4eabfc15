"""Durable payments through the batch endpoint of one node: the answer comes after the commit."""

import asyncio
import json

from benchmarks.ingest import local_payments
from benchmarks.measuring import Options, check
from benchmarks.nodes import Prefill, admissions, benchmark_federation, drive, federation_running
from ledger.validators.choose import chosen_name

BATCH = 5_000
CONNECTIONS = 2


def run(options: Options) -> dict[str, object]:
    """Payments a second, recorded durably."""
    count = 500 if options.small else options.payments or 200_000
    members = 50 if options.small else 10_000
    size = 100 if options.small else BATCH
    federation = benchmark_federation(coops=1)
    payments = local_payments(federation, members=members, count=count)
    # Every payer's payments come in one batch after the other, so a batch never overtakes another of
    # the same payer: two are under way, and each payer is in one of them.
    bodies = [b"".join(payments[place : place + size]) for place in range(0, count, size)]
    accepted = 0

    def count_accepted(answer: bytes) -> None:
        nonlocal accepted
        accepted += sum(1 for result in json.loads(answer)["results"] if result > 0)

    with federation_running(federation, [Prefill(1, admissions(federation, 1, members))]) as nodes:
        seconds, _ = asyncio.run(
            drive(
                nodes[0].url,
                bodies,
                path="/v1/payments/batch",
                connections=CONNECTIONS if members >= 2 * size else 1,
                seen=count_accepted,
            )
        )
    check(accepted == count, f"{count - accepted} payments were refused")
    return {
        "validator": chosen_name(),
        "payments": count,
        "batch": size,
        "payments_per_second": round(count / seconds),
    }
