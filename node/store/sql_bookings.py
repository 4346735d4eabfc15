"""The part of the SQL store that keeps the rows of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from node.store import checks, reading
from node.store.bookings import BOOKINGS_KEY, BookingPlace, BookingRow
from node.store.histories import Role
from node.store.sql_records import SqlRecords
from node.store.tables import bookings, meta

_PLACE: Final = (bookings.c.time, bookings.c.number, bookings.c.part)
_OF_ACCOUNT: Final = select(bookings).where(bookings.c.account == bindparam("account"))
_PAGE: Final = (
    _OF_ACCOUNT.where(
        tuple_(*_PLACE)
        > tuple_(*(bindparam(f"after_{each.name}", type_=each.type) for each in _PLACE)),
        bookings.c.time < bindparam("until"),
    )
    .order_by(*_PLACE)
    .limit(bindparam("most"))
)
_LAST: Final = (
    _OF_ACCOUNT.where(bookings.c.time < bindparam("until"))
    .order_by(*(each.desc() for each in _PLACE))
    .limit(1)
)


class SqlBookings(SqlRecords):
    """A part of `SqlStore`."""

    def add_bookings(self, rows: Sequence[BookingRow], upto: int) -> None:
        """See `Store.add_bookings`."""
        with self._transaction() as connection:
            checks.check_bookings(upto, _upto(connection))
            if rows:
                connection.execute(_putting(connection), [_columns(row) for row in rows])
            connection.execute(delete(meta).where(meta.c.key == BOOKINGS_KEY))
            connection.execute(insert(meta), {"key": BOOKINGS_KEY, "value": str(upto).encode()})

    def bookings_upto(self) -> int:
        """See `Store.bookings_upto`."""
        with self._transaction() as connection:
            return _upto(connection)

    def bookings(
        self, account: int, *, after: BookingPlace, until: int, limit: int
    ) -> list[BookingRow]:
        """See `Store.bookings`."""
        checks.check_held(account, until, *astuple(after))
        asked = {"account": account, "until": until, "most": limit}
        asked |= {f"after_{name}": getattr(after, name) for name in ("time", "number", "part")}
        with self._transaction() as connection:
            return [_row(row) for row in connection.execute(_PAGE, asked)]

    def last_booking(self, account: int, *, until: int) -> BookingRow | None:
        """See `Store.last_booking`."""
        checks.check_held(account, until)
        with self._transaction() as connection:
            row = connection.execute(_LAST, {"account": account, "until": until}).first()
            return None if row is None else _row(row)

    def drop_bookings(self) -> None:
        """See `Store.drop_bookings`."""
        with self._transaction() as connection:
            drop_bookings(connection)


def _putting(connection: Connection) -> Any:
    """Insert rows. One that is there, which takes a damaged disk, is replaced: it is the same or wrong."""
    is_server = connection.dialect.name == "postgresql"
    statement = (postgresql.insert if is_server else sqlite.insert)(bookings)
    keys = [column.name for column in bookings.primary_key.columns]
    others = [column.name for column in bookings.columns if column.name not in keys]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in others}
    )


def drop_bookings(connection: Connection) -> None:
    """Let all rows go, in the caller's transaction."""
    connection.execute(delete(bookings))
    connection.execute(delete(meta).where(meta.c.key == BOOKINGS_KEY))


def _upto(connection: Connection) -> int:
    value = connection.execute(reading.meta_value(BOOKINGS_KEY)).scalar()
    return checks.read_bookings_upto(value)


def _columns(row: BookingRow) -> dict[str, Any]:
    return {
        "account": row.account,
        "time": row.place.time,
        "number": row.place.number,
        "part": row.place.part,
        "amount": row.amount,
        "balance": row.balance,
        "role": None if row.role is None else row.role.value,
        "log": row.log,
        "entry": row.entry,
        "paid": row.paid,
        "cause": row.cause,
        "other": row.other,
    }


def _row(row: Row[Any]) -> BookingRow:
    return BookingRow(
        account=row.account,
        place=BookingPlace(row.time, row.number, row.part),
        amount=row.amount,
        balance=row.balance,
        role=None if row.role is None else Role(row.role),
        log=row.log,
        entry=row.entry,
        paid=row.paid,
        cause=row.cause,
        other=row.other,
    )
