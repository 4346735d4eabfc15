"""The part of the SQL store that reads records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

from sqlalchemy import Connection, select

from node.store import checks, reading, tables
from node.store.rows import (
    Record,
    RecordKind,
)

PAGE_ROWS = 4096


class SqlRecords:
    """A part of `SqlStore`, which has the transactions."""

    def _transaction(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def record(self, kind: RecordKind, id_: str) -> Record | None:
        """See `Store.record`."""
        checks.check_held(id_)
        with self._transaction() as connection:
            row = connection.execute(reading.RECORD, {"kind": kind.value, "id": id_}).first()
            return reading.record(row, kind) if row else None

    def records(
        self,
        kind: RecordKind,
        shelf: str,
        *,
        before: tuple[int, str] | None = None,
        limit: int,
    ) -> list[Record]:
        """See `Store.records`."""
        checks.check_held(shelf, *(before or ()))
        asked = {"kind": kind.value, "shelf": shelf}
        with self._transaction() as connection:
            rows = reading.SHELF.read(connection, asked, before=before, limit=limit)
            return [reading.record(row, kind) for row in rows]

    def due_records(self, kind: RecordKind, shelf: str, *, upto: int, limit: int) -> list[Record]:
        """See `Store.due_records`."""
        checks.check_held(shelf, upto)
        asked = {"kind": kind.value, "shelf": shelf, "upto": upto, "most": limit}
        with self._transaction() as connection:
            rows = connection.execute(reading.DUE_RECORDS, asked)
            return [reading.record(row, kind) for row in rows]

    def pending_records(self, kind: RecordKind) -> list[tuple[str, str, int, bytes | None]]:
        """See `Store.pending_records`."""
        columns = tables.records.c
        query = select(columns.id, columns.shelf, columns.due, columns.mark).where(
            columns.kind == kind.value, columns.due.is_not(None)
        )
        with self._transaction() as connection:
            return [(row.id, row.shelf, row.due, row.mark) for row in connection.execute(query)]

    def record_ids(self, kind: RecordKind) -> Iterator[str]:
        """See `Store.record_ids`."""
        columns = tables.records.c
        query = select(columns.id).where(columns.kind == kind.value)
        with self._transaction() as connection:
            for rows in connection.execute(query).yield_per(PAGE_ROWS).partitions():
                yield from (row.id for row in rows)
