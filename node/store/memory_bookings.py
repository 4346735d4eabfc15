"""The part of the store in memory that keeps the rows of statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple

from node.store import checks
from node.store.bookings import BookingPlace, BookingRow
from node.store.memory_disk import MemoryDisk


class MemoryBookings:
    """A part of `MemoryStore`, which has the disk."""

    def _usable(self) -> MemoryDisk:
        raise NotImplementedError

    def _write(self, operation: str, apply: Callable[[], None]) -> None:
        raise NotImplementedError

    def add_bookings(self, rows: Sequence[BookingRow], upto: int) -> None:
        """See `Store.add_bookings`."""
        disk = self._usable()
        checks.check_bookings(upto, disk.bookings_upto)

        def apply() -> None:
            for row in rows:
                disk.bookings.setdefault(row.account, {})[row.place] = row
            disk.bookings_upto = upto

        self._write("add_bookings", apply)

    def bookings_upto(self) -> int:
        """See `Store.bookings_upto`."""
        return self._usable().bookings_upto

    def bookings(
        self, account: int, *, after: BookingPlace, until: int, limit: int
    ) -> list[BookingRow]:
        """See `Store.bookings`."""
        checks.check_held(account, until, *astuple(after))
        rows = self._usable().bookings.get(account, {})
        places = sorted(place for place in rows if place > after and place.time < until)
        return [rows[place] for place in places[:limit]]

    def last_booking(self, account: int, *, until: int) -> BookingRow | None:
        """See `Store.last_booking`."""
        checks.check_held(account, until)
        rows = self._usable().bookings.get(account, {})
        places = [place for place in rows if place.time < until]
        return rows[max(places)] if places else None

    def drop_bookings(self) -> None:
        """See `Store.drop_bookings`."""
        disk = self._usable()

        def apply() -> None:
            disk.bookings.clear()
            disk.bookings_upto = 0

        self._write("drop_bookings", apply)
