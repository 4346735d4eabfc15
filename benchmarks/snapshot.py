"""Restart: how long a node with a million entries takes until it is ready, from snapshot and tail.

The store is a real one on disk. The node has as many entries as asked, the newest thousand after the
snapshot, and the accounts of the load.
"""

import tempfile
from pathlib import Path

from benchmarks.measuring import Options, check, seconds_of
from benchmarks.workload import Load, generate_graph, make_load
from ledger.validators.choose import chosen_name, new_validator
from node.engine.engine import Engine
from node.engine.reading import load_state
from node.engine.settings import EngineSettings
from node.store import Segment, Snapshot, Store, Write
from node.store.sql import SqlStore
from tests.builders import START

TAIL = 1_000
BATCH = 10_000


def run(options: Options) -> dict[str, object]:
    """Seconds to save a snapshot, and to be ready again."""
    count = 2_500 if options.small else options.payments or 1_000_000
    members = 200 if options.small else 37_677
    load = make_load(generate_graph(members=members, payments=count))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'node.db'}"
        with SqlStore(url) as store:
            save_seconds, digest = _fill(store, load)

        def restart() -> SqlStore:
            store = SqlStore(url)
            key = load.federation.node_keys[1]
            engine = Engine(EngineSettings(), load.federation.founding, 1, key, store, START * 1000)
            check(engine.status().lengths[1] == load.members + count, "entries are missing")
            return store

        ready_seconds, store = seconds_of(restart)
        check(
            load_state(load.federation.founding, store).validator.digest() == digest,
            "another state",
        )
        store.close()
    return {
        "validator": chosen_name(),
        "entries": load.members + count,
        "accounts": load.members,
        "save_seconds": round(save_seconds, 2),
        "ready_seconds": round(ready_seconds, 2),
    }


def _fill(store: Store, load: Load) -> tuple[float, bytes]:
    """Write the whole load, with a snapshot before its tail; how long the snapshot took, the digest."""
    log = _Log(store, load)
    log.append(load.admissions)
    snapshot_at = len(load.payments) - TAIL
    for place in range(0, snapshot_at, BATCH):
        log.append(load.payments[place : min(place + BATCH, snapshot_at)])
    save_seconds, _ = seconds_of(log.save_snapshot)
    log.append(load.payments[snapshot_at:])
    return save_seconds, log.validator.digest()


class _Log:
    """Coop 1's log, written as its node would."""

    def __init__(self, store: Store, load: Load) -> None:
        self._store = store
        self._federation = load.federation
        self.validator = new_validator(load.federation.founding)

    def append(self, transactions: list[bytes]) -> None:
        previous = self.validator.log(1).head
        done = self.validator.sequence(1, START, transactions)
        check(done.count == len(transactions), "a transaction was refused")
        signed = self._federation.signed_head(1, length=done.length, head=done.head)
        self._store.commit(
            Write(
                segments=[
                    Segment(
                        coop=1,
                        first=done.first,
                        count=done.count,
                        entries=done.entries,
                        previous=previous,
                        head=done.head,
                        signature=signed.signature,
                    )
                ]
            )
        )

    def save_snapshot(self) -> None:
        lengths = {1: self.validator.log(1).length}
        self._store.save_snapshot(Snapshot(lengths=lengths, state=self.validator.snapshot()))
