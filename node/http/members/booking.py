"""An account's movements in the order in which its coop's log has them, with the balance after each.

A payment from another coop changes the balance when the own log takes it in, not when it was made there. So
movements go by the entry of the own log: what was printed for a month that is over stays as it was. Rows of
the history index say how much, the coop's books (`node.engine.books`) say when, and what there was that is no
payment. Nothing here reads an entry.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ledger.government.commons import Rates
from ledger.state import Account
from node.engine.books import Anchors, Cause, CoopBooks, Move
from node.store import HistoryRow, Role


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a movement stands: the entry of the own log that booked it, then log and number there."""

    booked: int
    log: int
    number: int

    def __str__(self) -> str:
        return f"{self.booked}.{self.log}.{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A change of a balance, of which `balance` is left; a payment has its row, all else its move."""

    place: Place
    time: int
    amount: int
    balance: int = 0
    row: HistoryRow | None = None
    move: Move | None = None


def booked(row: HistoryRow, books: CoopBooks, *, home: int) -> Movement | None:
    """A row of the history as a movement; None while the own log has not taken it in."""
    if row.log == home:
        found: tuple[int, int] | None = row.number, row.time
    else:
        anchors = books.anchors.get(row.log)
        found = None if anchors is None else _taken_in(row, anchors)
    if found is None:
        return None
    number, time = found
    return Movement(place=Place(number, row.log, row.number), time=time, amount=row.amount, row=row)


def _taken_in(row: HistoryRow, anchors: Anchors) -> tuple[int, int] | None:
    """What came back by leaving came with the last anchor of the coop that left."""
    return anchors.last() if row.role is Role.LEFT else anchors.booked(row.number)


def moved(moves: Iterable[Move], *, home: int) -> list[Movement]:
    """What was no payment, as movements."""
    return [
        Movement(place=Place(move.number, home, at), time=move.time, amount=move.amount, move=move)
        for at, move in enumerate(moves)
    ]


def in_order(movements: Sequence[Movement], account: Account) -> Iterator[Movement]:
    """All movements of an account from the first on, with the balance after each.

    What came for an account that had closed by then is the commons', and what a levy took follows from the
    balance that it found.
    """
    balance = 0
    for each in sorted(movements, key=lambda movement: movement.place):
        move = each.move
        if not account.is_open_at(each.place.booked - 1):
            continue
        amount = each.amount
        if move is not None and move.cause is Cause.LEVY:
            amount = -Rates(move.positive, move.negative).of(balance)
        if amount:
            balance += amount
            yield replace(each, amount=amount, balance=balance)


def made_up(
    movements: list[Movement], *, balance: int, length: int, time: int, home: int
) -> list[Movement]:
    """The same, and one more where the books have another balance than follows from what stands."""
    reached = movements[-1].balance if movements else 0
    if reached == balance:
        return movements
    move = Move(number=length, time=time, cause=Cause.OTHER, amount=balance - reached)
    last = Movement(
        place=Place(length + 1, home, 0),
        time=time,
        amount=balance - reached,
        balance=balance,
        move=move,
    )
    return [*movements, last]
