"""Databases that fail: in the middle of a write, at its end, and when the disk is full."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from node.errors import StorageFault
from node.store import HistoryRow, Role, Segment, Snapshot, Write
from node.store.sql import SqlStore
from tests.node.store.chains import verify_chain
from tests.node.store.logs import Log, start
from tests.node.store.places import SqlPlace, sqlite_place
from tests.node.store.test_contract import check_everything, check_nothing, everything


def driver_error(store: SqlStore) -> Exception:
    """What the database's own driver raises when something goes wrong below it."""
    if store._connection.dialect.name == "postgresql":
        import psycopg  # only there when PostgreSQL's tests can run

        return psycopg.OperationalError("disk failure")
    return sqlite3.OperationalError("disk I/O error")


@contextmanager
def fail_at_statement(store: SqlStore, number: int) -> Iterator[list[str]]:
    """Let the statement with that number (from 1) fail; gives the statements seen."""
    seen: list[str] = []

    def count(cursor: object, statement: str, *others: object) -> None:
        seen.append(statement)
        if len(seen) == number:
            raise driver_error(store)

    engine = store._connection.engine
    for name in ("do_execute", "do_executemany", "do_execute_no_params"):
        event.listen(engine, name, count)
    try:
        yield seen
    finally:
        for name in ("do_execute", "do_executemany", "do_execute_no_params"):
            event.remove(engine, name, count)


def count_statements(place: SqlPlace) -> int:
    with place.open() as store, fail_at_statement(store, 0) as seen:
        store.commit(everything())
    return len(seen)


def test_a_commit_that_fails_at_any_statement_leaves_nothing(
    sql_place: SqlPlace, tmp_path: Path
) -> None:
    (tmp_path / "counted").mkdir()
    statements = count_statements(sqlite_place(tmp_path / "counted"))
    # Each of the seven groups that are filled has a statement of its own.
    assert statements >= 7
    if sql_place.address.startswith("postgresql"):
        statements -= 1  # without SQLite's BEGIN
    for number in range(1, statements + 1):
        with sql_place.open() as store:
            with fail_at_statement(store, number), pytest.raises(StorageFault):
                store.commit(everything())
            with pytest.raises(StorageFault):
                store.logs()
        with sql_place.open() as store:
            check_nothing(store)
    with sql_place.open() as store:
        store.commit(everything())
        check_everything(store)


@pytest.mark.parametrize("is_kept", [False, True], ids=["lost", "kept"])
def test_a_fault_at_the_end_of_a_commit_is_never_hidden(
    sql_place: SqlPlace, is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to COMMIT is an error, whether it is on disk or not."""
    store = sql_place.open()
    dialect = store._connection.dialect
    commit = dialect.do_commit

    def fail(connection: object) -> None:
        if is_kept:
            commit(connection)  # type: ignore[arg-type]
        raise driver_error(store)

    monkeypatch.setattr(dialect, "do_commit", fail)
    with pytest.raises(StorageFault):
        store.commit(everything())
    monkeypatch.undo()
    with pytest.raises(StorageFault):
        store.commit(everything())
    store.close()
    with sql_place.open() as again:
        if is_kept:
            check_everything(again)
        else:
            check_nothing(again)


def test_an_interrupted_commit_ends_the_use_of_the_store(sql_place: SqlPlace) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    with sql_place.open() as store:
        event.listen(store._connection.engine, "do_executemany", interrupt)
        event.listen(store._connection.engine, "do_execute", interrupt)
        with pytest.raises(KeyboardInterrupt):
            store.commit(everything())
        with pytest.raises(StorageFault):
            store.logs()
    with sql_place.open() as store:
        check_nothing(store)


def test_history_and_its_reach_are_written_together(sql_place: SqlPlace) -> None:
    row = HistoryRow(coop=1, account=1, time=1, log=1, number=1, role=Role.PAYEE)
    with sql_place.open() as store:
        with fail_at_statement(store, 0) as seen:
            store.history_upto()
        before = len(seen)
        # What reads the reach, then the rows, then the reach: the last one fails.
        with fail_at_statement(store, before + 2), pytest.raises(StorageFault):
            store.add_history([row], {1: 1})
    with sql_place.open() as store:
        assert store.history(coop=1, account=1, limit=9) == []
        assert store.history_upto() == {}


def fill(store: SqlStore, log: Log, *, limit: int, alone: bool) -> None:
    """Commit until the database refuses; the log's bookkeeping ends with the refused segment."""
    for _ in range(limit):
        segment = log.grow(4, size=4000)
        store.commit(
            Write(segments=[segment], meta={} if alone else {"length": b"%d" % log.length})
        )


def check_prefix(place: SqlPlace, log: Log, *, alone: bool) -> None:
    """All that was acknowledged is there, and nothing of what was not."""
    acknowledged = log.length - 4
    with place.open() as store:
        assert store.logs() == {7: (acknowledged, log.head(acknowledged))}
        assert alone or store.meta("length") == b"%d" % acknowledged
        assert verify_chain(store, 7, genesis=start(7)) == acknowledged


def one_more(place: SqlPlace) -> Log:
    """A log of which one segment is stored."""
    log = Log(7)
    with place.open() as store:
        store.commit(Write(segments=[log.grow(4)]))
    return log


def test_a_lone_segment_whose_statement_is_interrupted_is_not_there(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    log = one_more(place)
    with place.open() as store:
        driver = store._connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(lambda: 1, 1)
        with pytest.raises(StorageFault, match="interrupted"):
            store.commit(Write(segments=[log.grow(4)]))
        with pytest.raises(StorageFault):
            store.logs()
    check_prefix(place, log, alone=True)


@pytest.mark.parametrize("is_kept", [False, True], ids=["lost", "kept"])
def test_a_fault_at_the_end_of_a_lone_segment_is_never_hidden(
    tmp_path: Path, is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = sqlite_place(tmp_path)
    log = one_more(place)
    store = place.open()
    append = store._writer.append

    def fail(segment: Segment) -> None:
        if is_kept:
            append(segment)
        raise driver_error(store)

    monkeypatch.setattr(store._writer, "append", fail)
    with pytest.raises(StorageFault, match="disk I/O error"):
        store.commit(Write(segments=[log.grow(4)]))
    with pytest.raises(StorageFault):
        store.commit(Write(segments=[log.grow(4)]))
    store.close()
    with place.open() as again:
        assert again.logs()[7][0] == (8 if is_kept else 4)


@pytest.mark.parametrize("alone", [False, True], ids=["with more", "alone"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, alone: bool) -> None:
    place, log = sqlite_place(tmp_path), Log(7)
    with place.open() as store:
        with store._transaction() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 100")
        with pytest.raises(StorageFault, match="full"):
            fill(store, log, limit=100, alone=alone)
    check_prefix(place, log, alone=alone)


@pytest.mark.parametrize("alone", [False, True], ids=["with more", "alone"])
def test_a_file_that_may_not_grow_leaves_nothing_half_written(tmp_path: Path, alone: bool) -> None:
    """The operating system refuses a write: the nearest thing to a disk that fills up."""
    place, log = sqlite_place(tmp_path), Log(7)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with place.open() as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
        try:
            with pytest.raises(StorageFault):
                fill(store, log, limit=1000, alone=alone)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    check_prefix(place, log, alone=alone)


def test_a_snapshot_that_fails_in_the_middle_leaves_the_one_before(sql_place: SqlPlace) -> None:
    old = Snapshot(lengths={1: 1}, state=b"old" * 1_000_000)
    with sql_place.open() as store:
        store.save_snapshot(old)
    for number in range(2, 6):
        with (
            sql_place.open() as store,
            fail_at_statement(store, number),
            pytest.raises(StorageFault),
        ):
            store.save_snapshot(Snapshot(lengths={1: 2}, state=b"new" * 1_000_000))
        with sql_place.open() as store:
            assert store.newest_snapshot() == old
