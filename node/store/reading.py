"""The questions that `SqlStore` asks its database, and how rows become values again.

A row that can't be what was written raises `StorageFault`, one of a log `LogDamaged`: SQLite hands out
whatever bytes a damaged file holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Select,
    bindparam,
    func,
    select,
    tuple_,
)

from ledger.chain import SignedHead
from node.errors import LogDamaged
from node.store.histories import FoundPayment, HistoryRow, Role
from node.store.rows import (
    Document,
    DocumentKind,
    Record,
    RecordKind,
    Segment,
)
from node.store.tables import history, history_upto, memos, meta, records, segments


def read_logs(connection: Connection) -> dict[int, tuple[int, bytes]]:
    """Length and head of every log, by two index look-ups each, however long the logs are."""
    logs: dict[int, tuple[int, bytes]] = {}
    coop = connection.execute(select(func.min(segments.c.coop))).scalar()
    while coop is not None:
        row = connection.execute(_newest(coop)).one()
        try:
            newest = segment(row)
        except LogDamaged:
            newest = broken_segment(coop, row.first)
        logs[coop] = (newest.last, newest.head)
        coop = connection.execute(
            select(func.min(segments.c.coop)).where(segments.c.coop > coop)
        ).scalar()
    return logs


def _newest(coop: int) -> Select[Any]:
    return (
        select(segments).where(segments.c.coop == coop).order_by(segments.c.first.desc()).limit(1)
    )


CONTAINING = (
    select(segments)
    .where(segments.c.coop == bindparam("coop"), segments.c.first <= bindparam("number"))
    .order_by(segments.c.first.desc())
    .limit(1)
)
"""The same as `at_or_before`, made once: it is asked for many times for a page."""

MEMO = select(memos.c.sealed).where(
    memos.c.reference == bindparam("reference"),
    memos.c.coop == bindparam("coop"),
    memos.c.account == bindparam("account"),
)
"""An account's copy of a memo."""


def at_or_before(coop: int, number: int) -> Select[Any]:
    """The segment that holds entry `number`, or the last one when the log ends before it."""
    return _newest(coop).where(segments.c.first <= number)


def start_of(coop: int, number: int) -> Select[Any]:
    """Where the segment of `at_or_before` begins."""
    return select(func.max(segments.c.first)).where(
        segments.c.coop == coop, segments.c.first <= number
    )


def page(coop: int, first: int, rows: int) -> Select[Any]:
    """Some segments of a log, in order, from the one that begins at `first`."""
    return (
        select(segments)
        .where(segments.c.coop == coop, segments.c.first >= first)
        .order_by(segments.c.first)
        .limit(rows)
    )


def signed(coop: int) -> Select[Any]:
    """The heads of a log that have a signature, without the entries."""
    return select(segments.c.first, segments.c.count, segments.c.head, segments.c.signature).where(
        segments.c.coop == coop, segments.c.signature.is_not(None)
    )


def signed_head(row: Row[Any] | None, coop: int) -> SignedHead | None:
    """A row of `signed` as a value."""
    if row is None:
        return None
    return SignedHead(
        coop=coop, length=row.first + row.count - 1, head=row.head, signature=row.signature
    )


def segment(row: Sequence[Any]) -> Segment:
    """A row of the table of segments as a value."""
    coop, first, count, entries, previous, head, signature = row
    if not (
        type(coop) is type(first) is type(count) is int
        and type(entries) is type(previous) is type(head) is bytes
        and (signature is None or type(signature) is bytes)
        and first > 0
        and count > 0
        and len(previous) == len(head) == 32
    ):
        last = first + max(count, 1) - 1 if type(first) is type(count) is int else first
        raise LogDamaged("not a segment", coop=coop, first=first, last=last)
    return Segment(
        coop=coop,
        first=first,
        count=count,
        entries=entries,
        previous=previous,
        head=head,
        signature=signature,
    )


def broken_segment(coop: int, first: int) -> Segment:
    """What stands for a row that is not a segment: one without entries."""
    nothing = bytes(32)
    return Segment(coop=coop, first=first, count=1, entries=b"", previous=nothing, head=nothing)


def check_continuous(found: Sequence[Segment], first: int) -> None:
    """Check that segments follow each other from entry `first` on."""
    for part in found:
        if part.first != first:
            last = max(part.first - 1, first)
            raise LogDamaged("missing", coop=part.coop, first=first, last=last)
        first = part.last + 1


def document(row: Row[Any]) -> Document:
    """A row of the table of documents as a value."""
    return Document(kind=DocumentKind(row.kind), id=row.id, created=row.created, data=row.data)


RECORD = select(records).where(records.c.kind == bindparam("kind"), records.c.id == bindparam("id"))
"""One record. (Statements that are asked often are built once: that takes longer than the answer.)"""


class Pages:
    """A question that is answered in pages, newest first; `place` is what the rows are ordered by."""

    def __init__(self, query: Select[Any], *place: Column[Any]) -> None:
        self._first = query.order_by(*(column.desc() for column in place)).limit(bindparam("most"))
        self._names = [f"before_{column.name}" for column in place]
        before = (
            bindparam(name, type_=at.type) for name, at in zip(self._names, place, strict=True)
        )
        self._next = self._first.where(tuple_(*place) < tuple_(*before))

    def read(
        self,
        connection: Connection,
        asked: Mapping[str, Any],
        *,
        before: Sequence[Any] | None,
        limit: int,
    ) -> Iterable[Row[Any]]:
        """The newest rows, strictly before a place if one is given."""
        asked = {**asked, "most": limit}
        if before is None:
            return connection.execute(self._first, asked)
        return connection.execute(self._next, asked | dict(zip(self._names, before, strict=True)))


SHELF = Pages(
    select(records).where(
        records.c.kind == bindparam("kind"), records.c.shelf == bindparam("shelf")
    ),
    records.c.created,
    records.c.id,
)
"""The records of a shelf."""

HISTORY = Pages(
    select(history).where(
        history.c.coop == bindparam("coop"), history.c.account == bindparam("account")
    ),
    history.c.time,
    history.c.log,
    history.c.entry,
)
"""The history of an account."""

DUE_RECORDS = (
    select(records)
    .where(
        records.c.kind == bindparam("kind"),
        records.c.shelf == bindparam("shelf"),
        records.c.due <= bindparam("upto"),
        records.c.due.is_not(None),
    )
    .order_by(records.c.due)
    .limit(bindparam("most"))
)
"""What is due on a shelf."""


def record(row: Row[Any], kind: RecordKind) -> Record:
    """A row of the table of records as a value of the kind that was asked for."""
    return Record(
        kind=kind,
        id=row.id,
        shelf=row.shelf,
        created=row.created,
        data=row.data,
        due=row.due,
        mark=row.mark,
    )


def history_row(row: Row[Any]) -> HistoryRow:
    """A row of the history index as a value."""
    return HistoryRow(
        coop=row.coop,
        account=row.account,
        time=row.time,
        log=row.log,
        number=row.entry,
        role=Role(row.role),
        amount=row.amount,
        sequence=row.sequence,
        digest=row.digest,
    )


# Told nothing, SQLite would read all of a payer's history by the primary key rather than use the index.
_PAYMENT = (
    "SELECT entry, digest FROM history INDEXED BY history_payments "
    "WHERE coop = ? AND account = ? AND sequence = ? AND role = ?"
)
_PAYMENTS = select(history.c.account, history.c.sequence, history.c.entry, history.c.digest).where(
    history.c.coop == bindparam("coop"),
    tuple_(history.c.account, history.c.sequence).in_(bindparam("places", expanding=True)),
    history.c.role == Role.PAYER.value,
)
_PLACES_ASKED = 1_000


def find_payments(
    connection: Connection, coop: int, asked: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], FoundPayment]:
    """Payments by payer and sequence number.

    A server is asked for many at once; SQLite, which is near, one by one by its driver.
    """
    rows: list[Any] = []
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        for account, sequence in asked:
            found = driver.execute(_PAYMENT, (coop, account, sequence, Role.PAYER.value))
            rows += [(account, sequence, *row) for row in found]
    else:
        for start in range(0, len(asked), _PLACES_ASKED):
            places = list(asked[start : start + _PLACES_ASKED])
            rows += connection.execute(_PAYMENTS, {"coop": coop, "places": places})
    return {
        (account, sequence): FoundPayment(number=number, digest=digest)
        for account, sequence, number, digest in rows
    }


def read_upto(connection: Connection) -> dict[int, int]:
    """How far the history index covers each log."""
    return {row.coop: row.length for row in connection.execute(select(history_upto))}


def meta_value(key: str) -> Select[Any]:
    """One value by its name."""
    return select(meta.c.value).where(meta.c.key == key)
