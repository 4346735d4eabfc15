"""How the SQL store mends logs: `care` has the promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from node.errors import LogDamaged, StoreMisuse
from node.store import reading, tables
from node.store.mending import as_document, front_of
from node.store.rows import (
    Segment,
)
from node.store.sql_bookings import drop_bookings


def next_row(connection: Connection, coop: int, first: int) -> Segment | None:
    """See `LogCare.next_segment`."""
    return _as_it_is(coop, connection.execute(reading.page(coop, first, 1)).first())


def row_at(connection: Connection, coop: int, number: int) -> Segment | None:
    """See `LogCare.stored`."""
    return _as_it_is(coop, connection.execute(reading.at_or_before(coop, number)).first())


def _as_it_is(coop: int, row: Row[Any] | None) -> Segment | None:
    if row is None:
        return None
    try:
        return reading.segment(row)
    except LogDamaged:
        return reading.broken_segment(coop, row.first)


def heal_rows(
    connection: Connection, segments: Sequence[Segment], put: Callable[[Sequence[Segment]], None]
) -> None:
    """See `LogCare.heal`."""
    columns = tables.segments.c
    coop, first, last = segments[0].coop, segments[0].first, segments[-1].last
    before = connection.execute(
        select(func.max(columns.first)).where(
            columns.coop == coop, columns.first + columns.count == first
        )
    ).scalar()
    if before is None and first > 1:
        raise StoreMisuse(f"log {coop}: no segment ends before entry {first}")
    connection.execute(
        delete(tables.segments).where(
            columns.coop == coop, columns.first > (before or 0), columns.first <= last
        )
    )
    put(segments)


def set_rows_aside(connection: Connection, coop: int, length: int) -> None:
    """See `LogCare.set_aside`."""
    columns = tables.segments.c
    beyond = (columns.coop == coop, columns.first + columns.count - 1 > length)
    firsts = [row.first for row in connection.execute(select(columns.first).where(*beyond))]
    for first in sorted(firsts):
        segment = next_row(connection, coop, first)
        if segment is None:
            continue
        kept = as_document(segment)
        columns_kept = tables.documents.c
        connection.execute(
            delete(tables.documents).where(
                columns_kept.kind == kept.kind.value, columns_kept.id == kept.id
            )
        )
        connection.execute(
            insert(tables.documents),
            {"kind": kept.kind.value, "id": kept.id, "created": kept.created, "data": kept.data},
        )
        place = (columns.coop == coop, columns.first == first)
        front = front_of(segment, length) if first <= length else None
        if front is None:
            connection.execute(delete(tables.segments).where(*place))
        else:
            connection.execute(
                update(tables.segments)
                .where(*place)
                .values(count=front.count, entries=front.entries, head=front.head, signature=None)
            )
    for table in (tables.history, tables.history_upto, tables.snapshots):
        connection.execute(delete(table))
    drop_bookings(connection)
