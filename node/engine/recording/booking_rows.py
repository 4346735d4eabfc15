"""The rows of statements, as the own log is followed: every change of a balance with what is left after it.

They are written in steps, together with how far they reach, and never ahead of what was followed. After a
start the log is followed from its beginning again, for debts and the coop's books; what is written already
is passed over.
"""

from node.engine.books import Cause
from node.engine.core import Core
from node.store import BookingPlace, BookingRow, Role


class BookingRows:
    """Takes in what moves accounts, in the order of the own log, and writes it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._rows: list[BookingRow] = []
        self._balances: dict[int, int] = {}
        self._entry = 0
        self._parts: dict[int, int] = {}
        self._upto = core.store.bookings_upto()
        length, _ = core.store.logs().get(core.coop, (0, b""))
        if self._upto > length:
            self.drop()  # the disk has changed

    def drop(self) -> None:
        """Let all go; whoever follows the log begins again at its first entry."""
        self._core.store.drop_bookings()
        self._upto = 0
        self._rows.clear()

    def payment(
        self,
        account: int,
        amount: int,
        number: int,
        time: int,
        *,
        role: Role,
        log: int,
        entry: int,
        paid: int,
    ) -> None:
        """Entry `entry` of `log`, of the time `paid`, changed an account by the own log's entry `number`."""
        place, balance = self._next(account, amount, number, time)
        self._rows.append(
            BookingRow(
                account=account,
                place=place,
                amount=amount,
                balance=balance,
                role=role,
                log=log,
                entry=entry,
                paid=paid,
            )
        )

    def move(
        self, account: int, amount: int, number: int, time: int, cause: Cause, other: int | None
    ) -> None:
        """Something that is no payment changed an account."""
        place, balance = self._next(account, amount, number, time)
        self._rows.append(
            BookingRow(
                account=account,
                place=place,
                amount=amount,
                balance=balance,
                cause=cause.value,
                other=other,
            )
        )

    def _next(self, account: int, amount: int, number: int, time: int) -> tuple[BookingPlace, int]:
        if number != self._entry:
            self._entry = number
            self._parts.clear()
        part = self._parts.get(account, 0)
        self._parts[account] = part + 1
        balance = self._balances.get(account, 0) + amount
        self._balances[account] = balance
        return BookingPlace(time, number, part), balance

    def write(self, upto: int) -> None:
        """Everything up to entry `upto` of the own log was taken in: write what is not written yet."""
        if upto <= self._upto:
            self._rows.clear()
            return
        fresh = [row for row in self._rows if row.place.number > self._upto]
        self._core.store.add_bookings(fresh, upto)
        self._upto = upto
        self._rows.clear()
