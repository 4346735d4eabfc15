"""What is read often is found by an index, however much there is: SQLite says so itself."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from node.store import BookingPlace, DocumentKind, HistoryPlace, HistoryRow, Role, Write
from node.store.reading import read_logs
from node.store.sql import SqlStore
from tests.node.store.logs import Log
from tests.node.store.places import Kept, sqlite_place

READS: dict[str, Callable[[SqlStore], object]] = {
    "entry": lambda store: store.entry(7, 5),
    "entries_at": lambda store: store.entries_at(7, [1, 5]),
    "head_at": lambda store: store.head_at(7, 5),
    "segments": lambda store: list(store.segments(7, 5)),
    "signed_head": lambda store: store.signed_head(7, 5),
    "newest_signed_head": lambda store: store.newest_signed_head(7),
    "memo": lambda store: store.memo(b"r" * 32, coop=1, account=1),
    "reason": lambda store: store.reason(b"h" * 32),
    "documents": lambda store: store.documents(DocumentKind.DRAFT, limit=9),
    "record": lambda store: store.record(Kept.LETTER, "i"),
    "records": lambda store: store.records(Kept.LETTER, "1", before=(9, "i"), limit=9),
    "due_records": lambda store: store.due_records(Kept.LETTER, "e", upto=9, limit=9),
    "record_ids": lambda store: list(store.record_ids(Kept.LETTER)),
    "pending_records": lambda store: store.pending_records(Kept.LETTER),
    "history": lambda store: store.history(
        coop=7, account=1, before=HistoryPlace(time=9, log=9, number=9), limit=9
    ),
    "bookings": lambda store: store.bookings(1, after=BookingPlace(9, 9, 0), until=99, limit=9),
    "last_booking": lambda store: store.last_booking(1, until=99),
    "late signature": lambda store: store.commit(Write(signatures=[Log(7).signed_head(0)])),
}


@contextmanager
def statements_of(store: SqlStore) -> Iterator[list[tuple[str, object]]]:
    seen: list[tuple[str, object]] = []

    def note(
        connection: object, cursor: object, statement: str, parameters: object, *others: object
    ) -> None:
        if not statement.startswith(("BEGIN", "EXPLAIN")):
            seen.append((statement, parameters))

    engine = store._connection.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plan(store: SqlStore, statement: str, parameters: object) -> list[str]:
    with store._transaction() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
        return [row.detail for row in rows]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    log = Log(7)
    with sqlite_place(tmp_path).open() as opened:
        for number in range(20):
            opened.commit(Write(segments=[log.grow(3, signed=number % 5 == 0)]))
        opened.add_history(
            [HistoryRow(coop=7, account=1, time=1, log=7, number=1, role=Role.PAYER, sequence=1)],
            {7: 60},
        )
        yield opened


@pytest.mark.parametrize("name", READS)
def test_nothing_that_is_read_often_scans_or_sorts(store: SqlStore, name: str) -> None:
    with statements_of(store) as seen:
        READS[name](store)
    assert seen
    for statement, parameters in seen:
        steps = plan(store, statement, parameters)
        assert steps
        for step in steps:
            assert step.startswith("SEARCH"), (statement, steps)


def test_a_payment_is_not_looked_for_in_all_of_its_payers_history(store: SqlStore) -> None:
    seen: list[str] = []
    driver = store._connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(seen.append)
    store.find_payments(7, [(1, 1)])
    driver.set_trace_callback(None)
    (statement,) = [text for text in seen if text.startswith("SELECT")]
    (step,) = plan(store, statement, ())
    assert "INDEX history_payments (coop=? AND account=? AND sequence=?)" in step


def test_opening_does_not_read_the_logs(tmp_path: Path, store: SqlStore) -> None:
    """A restart asks for each log's end, by its index; not for what is in the logs."""
    with sqlite_place(tmp_path).open(read_only=True) as reader:
        with statements_of(reader) as seen, reader._transaction() as connection:
            assert set(read_logs(connection)) == {7}
        # The first coop, its end, and that there is no coop after it.
        assert len(seen) == 3
        for statement, parameters in seen:
            for step in plan(reader, statement, parameters):
                assert step.startswith("SEARCH"), (statement, step)
