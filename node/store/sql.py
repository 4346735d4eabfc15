"""The store of real nodes: SQLAlchemy Core on SQLite, or on PostgreSQL by its address.

One connection, one thread, batched statements. Every call is one transaction. Any fault of the database
ends this object's use: nobody knows what is on disk, so it is closed, opened again and read.

It keeps in memory only the length and head of each log, which is safe because it is the only writer. An
object opened with `read_only` does not follow what a running node adds; open another to see it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Select, delete, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from ledger.chain import SignedHead
from node.errors import LogDamaged, StorageFault, StoreMisuse, StoreUnavailable, StoreVersionUnknown
from node.store import checks, layouts, mending, reading, sql_mending, tables
from node.store.connect import open_database
from node.store.histories import FoundPayment, HistoryPlace, HistoryRow
from node.store.rows import (
    Document,
    DocumentKind,
    Entries,
    Evidence,
    Segment,
    Snapshot,
    Witnessed,
    Write,
)
from node.store.snapshots import read_newest_snapshot, write_snapshot
from node.store.sql_bookings import SqlBookings
from node.store.writing import Writer

PAGE_BYTES = 4 * 1024 * 1024
PAGE_ROWS = 4096
"""Reading a log takes about so much at a time, whatever the size of its segments."""


class SqlStore(SqlBookings):
    """A `Store` in a database: `sqlite:///path/to/file` or `postgresql://user@host/name`.

    Creates the tables in an empty database, and brings those of an older layout forward. Raises
    `StoreInUse`, `StoreUnavailable`, `StoreVersionUnknown`, or `StorageFault` when the database can't be
    read.
    """

    def __init__(self, address: str, *, read_only: bool = False) -> None:
        opened = open_database(address, read_only=read_only)
        self._connection = opened.connection
        self._close = opened.close
        self._closed = False
        self._failed: str | None = None
        self._read_only = read_only
        self._writer = Writer(self._connection)
        self._sound = checks.SoundSegments()
        self._logs: dict[int, tuple[int, bytes]] = {}
        try:
            with self._transaction() as connection:
                self._prepare(connection)
                self._logs = reading.read_logs(connection)
        except BaseException:
            self.close()
            raise

    def _prepare(self, connection: Connection) -> None:
        """Create the tables where there are none; bring older ones forward, refuse unknown ones."""
        if not inspect(connection).has_table(tables.meta.name):
            if self._read_only:
                raise StoreUnavailable("there is no node's data in this database")
            tables.metadata.create_all(connection)
            self._put_layout()
            return
        version = connection.execute(reading.meta_value(tables.SCHEMA_KEY)).scalar()
        layout = layouts.layout_of(version)
        if layout == layouts.NEWEST_LAYOUT:
            return
        if self._read_only:
            raise StoreVersionUnknown(
                f"the database has the older layout {layout}, which this program only reads once it "
                "has brought it forward: start the node once, or open a copy with the older program"
            )
        layouts.bring_forward(connection, layout)
        self._put_layout()

    def _put_layout(self) -> None:
        self._writer.put_meta({tables.SCHEMA_KEY: str(layouts.NEWEST_LAYOUT).encode()})

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction; anything but a caller's mistake and a damaged log makes the object unusable."""
        with self._guarded(), self._connection.begin():
            yield self._connection

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Anything that goes wrong within, but a caller's mistake, makes the object unusable."""
        if self._closed:
            raise StorageFault("the store is closed")
        if self._failed is not None:
            raise StorageFault(self._failed)
        try:
            yield
        except (StoreMisuse, StoreUnavailable, LogDamaged):
            raise
        except (SQLAlchemyError, sqlite3.Error, StorageFault, ValueError) as error:
            cause = getattr(error, "orig", None) or error
            self._failed = f"the database failed: {str(cause).strip()}"
            raise StorageFault(self._failed) from error
        except BaseException:
            self._failed = "interrupted while working with the database; open it again"
            raise

    def close(self) -> None:
        """See `Store.close`."""
        if not self._closed:
            self._closed = True
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def commit(self, write: Write) -> None:
        """See `Store.commit`."""
        checks.check_write(write)
        logs = self.logs()
        if write.is_empty:
            return
        grown = checks.check_segments(write, logs)
        checks.check_meta(write)
        lone = write.lone_segment() if self._connection.dialect.name == "sqlite" else None
        if lone is not None:
            with self._guarded():
                self._writer.append(lone)
        else:
            with self._transaction():
                self._writer.write(write)
        self._logs.update(grown)

    def logs(self) -> dict[int, tuple[int, bytes]]:
        """See `Store.logs`."""
        if self._closed or self._failed is not None:
            raise StorageFault(self._failed or "the store is closed")
        return dict(self._logs)

    def segments(self, coop: int, first: int = 1) -> Iterator[Segment]:
        """See `Store.segments`."""
        length, _ = self.logs().get(coop, (0, b""))
        first = max(first, 1)
        return self._segments(coop, first) if first <= length else iter(())

    def _segments(self, coop: int, first: int) -> Iterator[Segment]:
        with self._transaction() as connection:
            start = connection.execute(reading.start_of(coop, first)).scalar()
        if start is None:
            return
        rows_wanted = 1
        while True:
            with self._transaction() as connection:
                found = connection.execute(reading.page(coop, start, rows_wanted)).all()
                page = [reading.segment(row) for row in found]
                reading.check_continuous(page, start)
            for segment in page:
                if segment.last >= first:
                    yield checks.cut_front(segment, first)
            if len(page) < rows_wanted:
                return
            start = page[-1].last + 1
            size = sum(len(segment.entries) for segment in page)
            # Twice as many while that stays within the bound; half as many when it does not.
            if size * 2 <= PAGE_BYTES:
                rows_wanted = min(rows_wanted * 2, PAGE_ROWS)
            elif size > PAGE_BYTES:
                rows_wanted = max(rows_wanted // 2, 1)

    def entries(self, coop: int, first: int, *, max_bytes: int) -> Entries | None:
        """See `Store.entries`."""
        return checks.gather(map(self._sound.check, self.segments(coop, first)), max_bytes)

    def entry(self, coop: int, number: int) -> bytes | None:
        """See `Store.entry`."""
        segment = self._containing(coop, number)
        return checks.entry_at(segment, number) if segment else None

    def entries_at(self, coop: int, numbers: Collection[int]) -> dict[int, bytes]:
        """See `Store.entries_at`."""
        length, _ = self.logs().get(coop, (0, b""))
        return checks.gather_at(
            numbers, length=length, containing=lambda number: self._containing(coop, number)
        )

    def head_at(self, coop: int, length: int) -> bytes | None:
        """See `Store.head_at`."""
        held = self.logs().get(coop)
        if held is None or length < 0 or length > held[0]:
            return None
        if length == held[0]:
            return held[1]
        segment = self._containing(coop, length + 1)
        return checks.cut_front(segment, length + 1).previous if segment else None

    def _containing(self, coop: int, number: int) -> Segment | None:
        """The whole segment that holds entry `number`."""
        if number < 1 or number > self.logs().get(coop, (0, b""))[0]:
            return None
        with self._transaction() as connection:
            row = connection.execute(reading.CONTAINING, {"coop": coop, "number": number}).first()
            if row is None:
                raise LogDamaged("missing", coop=coop, first=number, last=number)
            segment = reading.segment(row)
        if segment.last < number:
            raise LogDamaged("missing", coop=coop, first=segment.last + 1, last=number)
        return self._sound.check(segment)

    def next_segment(self, coop: int, first: int) -> tuple[Segment, bool] | None:
        """See `LogCare.next_segment`."""
        with self._transaction() as connection:
            segment = sql_mending.next_row(connection, coop, first)
        return None if segment is None else (segment, self._sound.look(segment))

    def stored(self, coop: int, number: int) -> tuple[Segment, bool] | None:
        """See `LogCare.stored`."""
        with self._transaction() as connection:
            segment = sql_mending.row_at(connection, coop, number)
        return None if segment is None else (segment, self._sound.look(segment))

    def heal(self, segments: Sequence[Segment]) -> None:
        """See `LogCare.heal`."""
        mending.check_range(segments, length=self.logs().get(segments[0].coop, (0, b""))[0])
        with self._transaction() as connection:
            sql_mending.heal_rows(connection, segments, self._writer.put_segments)
            self._logs = reading.read_logs(connection)

    def set_aside(self, coop: int, length: int) -> None:
        """See `LogCare.set_aside`."""
        with self._transaction() as connection:
            sql_mending.set_rows_aside(connection, coop, length)
            self._logs = reading.read_logs(connection)

    def signed_head(self, coop: int, at_least: int) -> SignedHead | None:
        """See `Store.signed_head`."""
        if max(at_least, 1) > self.logs().get(coop, (0, b""))[0]:
            return None
        with self._transaction() as connection:
            start = connection.execute(reading.start_of(coop, max(at_least, 1))).scalar()
            if start is None:
                return None
            signed = reading.signed(coop).where(tables.segments.c.first >= start)
            # The first found may end below `at_least` only when the log does; then there is no other.
            row = connection.execute(signed.order_by(tables.segments.c.first).limit(1)).first()
        head = reading.signed_head(row, coop)
        return head if head is not None and head.length >= at_least else None

    def newest_signed_head(self, coop: int) -> SignedHead | None:
        """See `Store.newest_signed_head`."""
        checks.check_held(coop)
        query = reading.signed(coop).order_by(tables.segments.c.first.desc()).limit(1)
        with self._transaction() as connection:
            return reading.signed_head(connection.execute(query).first(), coop)

    def evidence(self, coop: int | None = None) -> list[Evidence]:
        """See `Store.evidence`."""
        checks.check_held(coop)
        query = select(tables.evidence).order_by(tables.evidence.c.digest)
        if coop is not None:
            query = query.where(tables.evidence.c.coop == coop)
        with self._transaction() as connection:
            return [Evidence(**row._mapping) for row in connection.execute(query)]

    def witnessed(self, coop: int) -> Witnessed | None:
        """See `Store.witnessed`."""
        checks.check_held(coop)
        query = select(tables.witnessed).where(tables.witnessed.c.coop == coop)
        with self._transaction() as connection:
            row = connection.execute(query).first()
        return Witnessed(**row._mapping) if row else None

    def _value(self, query: Select[Any]) -> Any:
        with self._transaction() as connection:
            return connection.execute(query).scalar()

    def memo(self, reference: bytes, *, coop: int, account: int) -> bytes | None:
        """See `Store.memo`."""
        checks.check_held(reference, coop, account)
        asked = {"reference": reference, "coop": coop, "account": account}
        with self._transaction() as connection:
            sealed: bytes | None = connection.execute(reading.MEMO, asked).scalar()
        return sealed

    def reason(self, hash_: bytes) -> bytes | None:
        """See `Store.reason`."""
        checks.check_held(hash_)
        reasons = tables.reasons.c
        found: bytes | None = self._value(select(reasons.salted_text).where(reasons.hash == hash_))
        return found

    def document(self, kind: DocumentKind, id_: str) -> Document | None:
        """See `Store.document`."""
        checks.check_held(id_)
        columns = tables.documents.c
        query = select(tables.documents).where(columns.kind == kind.value, columns.id == id_)
        with self._transaction() as connection:
            row = connection.execute(query).first()
            return reading.document(row) if row else None

    def documents(self, kind: DocumentKind, *, limit: int) -> list[Document]:
        """See `Store.documents`."""
        columns = tables.documents.c
        query = (
            select(tables.documents)
            .where(columns.kind == kind.value)
            .order_by(columns.created, columns.id)
            .limit(limit)
        )
        with self._transaction() as connection:
            return [reading.document(row) for row in connection.execute(query)]

    def meta(self, key: str) -> bytes | None:
        """See `Store.meta`."""
        checks.check_held(key)
        found: bytes | None = self._value(reading.meta_value(key))
        return found

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """See `Store.save_snapshot`."""
        with self._transaction() as connection:
            write_snapshot(connection, snapshot)

    def newest_snapshot(self) -> Snapshot | None:
        """See `Store.newest_snapshot`."""
        with self._transaction() as connection:
            return read_newest_snapshot(connection)

    def add_history(self, rows: Sequence[HistoryRow], upto: Mapping[int, int]) -> None:
        """See `Store.add_history`."""
        with self._transaction() as connection:
            checks.check_upto(upto, reading.read_upto(connection))
            self._writer.put_history(rows, upto)

    def history_upto(self) -> dict[int, int]:
        """See `Store.history_upto`."""
        with self._transaction() as connection:
            return reading.read_upto(connection)

    def history(
        self, *, coop: int, account: int, before: HistoryPlace | None = None, limit: int
    ) -> list[HistoryRow]:
        """See `Store.history`."""
        checks.check_held(coop, account)
        place = None if before is None else astuple(before)
        checks.check_held(*(place or ()))
        asked = {"coop": coop, "account": account}
        with self._transaction() as connection:
            rows = reading.HISTORY.read(connection, asked, before=place, limit=limit)
            return [reading.history_row(row) for row in rows]

    def find_payments(
        self, coop: int, asked: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], FoundPayment]:
        """See `Store.find_payments`."""
        checks.check_held(coop, *(number for place in asked for number in place))
        with self._transaction() as connection:
            return reading.find_payments(connection, coop, asked)

    def drop_history(self) -> None:
        """See `Store.drop_history`."""
        with self._transaction() as connection:
            connection.execute(delete(tables.history))
            connection.execute(delete(tables.history_upto))
