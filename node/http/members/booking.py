"""A page of an account's statement, from the rows that the node keeps of every change of a balance.

A payment from another coop changes the balance when the own log takes it in, not when it was made there. So
rows go by the entries of the own log: what was printed for a month that is over stays as it was. A page
costs what it shows, however long the account's history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ledger.state import Account
from node.engine.books import Cause
from node.engine.view import View
from node.store import BookingPlace, BookingRow


class BookingsDamaged(Exception):
    """The rows don't add up: what is stored is not what was written."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows from after a place on, the balance before the time and at its end, and where to go on."""

    opening: int
    closing: int
    rows: Sequence[BookingRow]
    next: BookingPlace | None


def page_of(
    view: View, account: Account, *, since: int, until: int, after: BookingPlace | None, most: int
) -> Page:
    """A page of the rows from `since` to before `until`. Raises `BookingsDamaged`."""
    store, number = view.store, account.number
    before = store.last_booking(number, until=since)
    opening = 0 if before is None else before.balance
    start = BookingPlace(since, 0, 0) if after is None else max(after, BookingPlace(since, 0, 0))
    rows = store.bookings(number, after=start, until=until, limit=most + 1)
    check_rows(rows)
    if rows and after is None and rows[0].balance - rows[0].amount != opening:
        raise BookingsDamaged
    last = store.last_booking(number, until=until)
    closing = opening if last is None else last.balance
    log = view.validator.log(view.coop)
    made = unexplained(last, account.balance, length=log.length, time=log.time, account=number)
    if made is not None and since <= made.place.time < until:
        closing = made.balance
        if start < made.place:
            rows = [*rows, made]
    shown = rows[:most]
    return Page(
        opening=opening,
        closing=closing,
        rows=shown,
        next=shown[-1].place if len(rows) > most else None,
    )


def check_rows(rows: Sequence[BookingRow]) -> None:
    """Raise `BookingsDamaged` unless each balance follows from the one before it."""
    for row, following in pairwise(rows):
        if row.balance + following.amount != following.balance:
            raise BookingsDamaged


def unexplained(
    last: BookingRow | None, balance: int, *, length: int, time: int, account: int
) -> BookingRow | None:
    """A row more where the books have another balance than follows from the histories that stand."""
    reached = 0 if last is None else last.balance
    if reached == balance:
        return None
    return BookingRow(
        account=account,
        place=BookingPlace(time, length + 1, 0),
        amount=balance - reached,
        balance=balance,
        cause=Cause.OTHER.value,
    )
