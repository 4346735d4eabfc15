"""The faults and crashes that simulations inject into the memory store."""

from collections.abc import Callable

import pytest

from node.errors import StorageFault, StoreInUse
from node.store import (
    BookingPlace,
    BookingRow,
    HistoryRow,
    MemoryDisk,
    MemoryFault,
    MemoryStore,
    Role,
    Snapshot,
    Write,
)
from tests.node.store.logs import Log


def commit_one(store: MemoryStore, log: Log) -> None:
    store.commit(Write(segments=[log.grow(1)]))


@pytest.mark.parametrize(("fault", "length"), [(MemoryFault.LOST, 1), (MemoryFault.KEPT, 2)])
def test_a_fault_stops_the_store_and_opening_again_shows_the_disk(
    fault: MemoryFault, length: int
) -> None:
    log, store = Log(7), MemoryStore()
    commit_one(store, log)
    store.disk.fail_next(fault)
    with pytest.raises(StorageFault):
        commit_one(store, log)
    with pytest.raises(StorageFault):
        store.logs()
    with pytest.raises(StorageFault):
        store.commit(Write())
    with MemoryStore(store.crash()) as again:
        assert again.logs() == {7: (length, log.head(length))}
        # Only one write failed.
        again.commit(Write(meta={"one": b"1"}))


def booking(account: int, number: int, balance: int) -> BookingRow:
    place = BookingPlace(number, number, 0)
    return BookingRow(account=account, place=place, amount=balance, balance=balance, cause="levy")


WRITES: dict[str, tuple[Callable[[MemoryStore], None], Callable[[MemoryStore], bool]]] = {
    "commit": (
        lambda store: store.commit(Write(meta={"one": b"1"})),
        lambda store: store.meta("one") is not None,
    ),
    "save_snapshot": (
        lambda store: store.save_snapshot(Snapshot(lengths={}, state=b"s")),
        lambda store: store.newest_snapshot() is not None,
    ),
    "add_history": (
        lambda store: store.add_history(
            [HistoryRow(coop=1, account=1, time=1, log=1, number=1, role=Role.PAYEE)], {1: 1}
        ),
        lambda store: bool(store.history(coop=1, account=1, limit=1)),
    ),
    "add_bookings": (
        lambda store: store.add_bookings([booking(1, 1, 5)], 1),
        lambda store: store.bookings_upto() == 1,
    ),
}


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("fault", list(MemoryFault))
def test_every_durable_write_can_fail(operation: str, fault: MemoryFault) -> None:
    write, is_written = WRITES[operation]
    asked: list[str] = []

    def inject(name: str) -> MemoryFault:
        asked.append(name)
        return fault

    disk = MemoryDisk(inject=inject)
    store = MemoryStore(disk)
    with pytest.raises(StorageFault):
        write(store)
    assert asked == [operation]
    assert is_written(MemoryStore(store.crash())) is (fault is MemoryFault.KEPT)


def test_a_copy_is_a_backup_that_nothing_disturbs() -> None:
    log, store = Log(7), MemoryStore()
    commit_one(store, log)
    backup = store.disk.copy()
    commit_one(store, log)
    store.commit(Write(signatures=[log.signed_head(1)], meta={"one": b"1"}))
    # The disk itself is in use, its copy is not.
    with pytest.raises(StoreInUse):
        MemoryStore(store.disk)
    with MemoryStore(backup) as restored:
        assert restored.logs() == {7: (1, log.head(1))}
        assert restored.meta("one") is None
        # And the other way round: what the restored one writes is not in the first.
        restored.commit(Write(meta={"two": b"2"}))
    assert store.meta("two") is None
    assert store.logs() == {7: (2, log.head(2))}
