"""How the groups of a `Write` become rows: one batched statement for each group.

The statements are built once. They run in the transaction of the caller, who undoes them all when one
raises. Conflicts are decided here: what the log carries is never replaced, what people edit is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ledger.chain import SignedHead
from node.errors import StoreMisuse
from node.store import checks, reading, tables
from node.store.histories import HistoryRow
from node.store.rows import (
    Record,
    Segment,
    Witnessed,
    Write,
)

Rows = list[dict[str, Any]]


class Writer:
    """Writes rows through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )
        self._segments = insert(tables.segments)
        compiled = self._segments.compile(dialect=sqlite.dialect(paramstyle="qmark"))
        self._append_sql, self._append_columns = compiled.string, compiled.positiontup or []
        self._evidence = self._keep(tables.evidence)
        self._memos = self._keep(tables.memos)
        self._reasons = self._keep(tables.reasons)
        self._history = self._keep(tables.history)
        self._witnessed = self._replace(tables.witnessed, "length", "head")
        self._erased_memos = self._replace(tables.memos, "sealed")
        self._documents = self._replace(tables.documents, "created", "data")
        self._new_records = insert(tables.records)
        self._records = self._replace(tables.records, "shelf", "created", "due", "mark", "data")
        self._dropped_records = delete(tables.records).where(
            tables.records.c.kind == bindparam("dropped_kind"),
            tables.records.c.id == bindparam("dropped_id"),
        )
        self._meta = self._replace(tables.meta, "value")
        self._history_upto = self._replace(tables.history_upto, "length")
        self._dropped_documents = delete(tables.documents).where(
            tables.documents.c.kind == bindparam("dropped_kind"),
            tables.documents.c.id == bindparam("dropped_id"),
        )

    def _keep(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """Insert the rows that are not there yet."""
        return self._insert(table).on_conflict_do_nothing(
            index_elements=list(table.primary_key.columns)
        )

    def _replace(self, table: Table, *columns: str) -> postgresql.Insert | sqlite.Insert:
        """Insert rows; where there is one with the same key, replace these columns."""
        statement = self._insert(table)
        return statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: statement.excluded[name] for name in columns},
        )

    def _run(self, statement: Any, rows: Rows) -> None:
        # An empty list would insert a row of defaults.
        if rows:
            self._connection.execute(statement, rows)

    def append(self, segment: Segment) -> None:
        """Add one segment by a statement that is a transaction by itself; outside of any other.

        For SQLite only, and straight by its driver: without BEGIN and COMMIT the commit that ends most
        ticks gives the interpreter up once instead of seven times, and under load has to win it
        back each time. It is as durable as any other commit.
        """
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        row = _row(segment, tables.segments)
        driver.execute(self._append_sql, [row[name] for name in self._append_columns])

    def put_segments(self, segments: Sequence[Segment]) -> None:
        """Add segments."""
        self._run(self._segments, [_row(segment, tables.segments) for segment in segments])

    def write(self, write: Write) -> None:
        """Write every group. Raises `StoreMisuse` as `Store.commit` says."""
        self.put_segments(write.segments)
        for head in write.signatures:
            self._put_signature(head)
        self._run(self._evidence, [_row(evidence, tables.evidence) for evidence in write.evidence])
        self._put_witnessed(write.witnessed)
        self._run(self._memos, [_row(memo, tables.memos) for memo in write.memos])
        self._run(
            self._erased_memos,
            [
                {"reference": reference, "coop": coop, "account": account, "sealed": None}
                for reference, coop, account in write.erased_memos
            ],
        )
        self._run(self._reasons, [_row(reason, tables.reasons) for reason in write.reasons])
        self._run(
            self._documents,
            [
                {**_row(document, tables.documents), "kind": document.kind.value}
                for document in write.documents
            ],
        )
        self._run(
            self._dropped_documents,
            [
                {"dropped_kind": kind.value, "dropped_id": id_}
                for kind, id_ in write.dropped_documents
            ],
        )
        self._put_records(write)
        self.put_meta(write.meta)

    def _put_records(self, write: Write) -> None:
        try:
            self._run(self._new_records, [_record_row(record) for record in write.new_records])
        except IntegrityError as error:
            raise StoreMisuse("a new record is there already") from error
        self._run(self._records, [_record_row(record) for record in write.records])
        self._run(
            self._dropped_records,
            [
                {"dropped_kind": kind.value, "dropped_id": id_}
                for kind, id_ in write.dropped_records
            ],
        )

    def put_meta(self, values: Mapping[str, bytes]) -> None:
        """Set single values."""
        self._run(self._meta, [{"key": key, "value": value} for key, value in values.items()])

    def _put_signature(self, head: SignedHead) -> None:
        """Complete the segment that ends at the head, if there is one and it has no signature."""
        row = self._connection.execute(reading.at_or_before(head.coop, head.length)).first()
        segment = reading.segment(row) if row else None
        if segment is None or segment.last != head.length:
            return
        checks.check_signed(head, segment.head)
        columns = tables.segments.c
        self._connection.execute(
            update(tables.segments)
            .where(
                and_(
                    columns.coop == head.coop,
                    columns.first == segment.first,
                    columns.signature.is_(None),
                )
            )
            .values(signature=head.signature)
        )

    def _put_witnessed(self, rows: Sequence[Witnessed]) -> None:
        if not rows:
            return
        coops = {row.coop for row in rows}
        query = select(tables.witnessed).where(tables.witnessed.c.coop.in_(coops))
        newest = {row.coop: Witnessed(**row._mapping) for row in self._connection.execute(query)}
        for row in rows:
            checks.check_witnessed(row, newest.get(row.coop))
            newest[row.coop] = row
        self._run(self._witnessed, [_row(newest[coop], tables.witnessed) for coop in sorted(coops)])

    def put_history(self, rows: Sequence[HistoryRow], upto: Mapping[int, int]) -> None:
        """Add rows to the history index and note how far it covers the logs."""
        self._run(
            self._history,
            [
                {
                    "coop": row.coop,
                    "account": row.account,
                    "time": row.time,
                    "log": row.log,
                    "entry": row.number,
                    "role": row.role.value,
                    "sequence": row.sequence,
                    "digest": row.digest,
                    "amount": row.amount,
                }
                for row in rows
            ],
        )
        self._run(
            self._history_upto,
            [{"coop": coop, "length": length} for coop, length in upto.items()],
        )


def _record_row(record: Record) -> dict[str, Any]:
    return {
        "kind": record.kind.value,
        "id": record.id,
        "shelf": record.shelf,
        "created": record.created,
        "due": record.due,
        "mark": record.mark,
        "data": record.data,
    }


def _row(value: object, table: Table) -> dict[str, Any]:
    """The fields of a dataclass whose names are the table's columns."""
    return {column.name: getattr(value, column.name) for column in table.columns}
