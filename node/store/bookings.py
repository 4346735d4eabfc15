"""The rows of statements: every change of an account's balance, with the balance after it.

They follow from the coop's own log and those that it has taken in, and can be made again; nothing stands in
them alone. They are in the order of the own log, in which times never fall.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.store.histories import Role

BOOKINGS_KEY = "store.bookings"
"""Under which single value stands how far of the own log the rows cover."""


@dataclass(frozen=True, slots=True, order=True)
class BookingPlace:
    """Where a row stands: by the time of the own log's entry `number`, then among what that entry made."""

    time: int
    number: int
    part: int

    def __str__(self) -> str:
        return f"{self.time}.{self.number}.{self.part}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """A change by `amount`, of which `balance` was left.

    A payment has a `role`, and is entry `entry` of `log`, of the time `paid`; all else has a `cause`, a
    word of the engine's, and `other`, the account on the other side, if there is one: 0 stands for the
    commons.
    """

    account: int
    place: BookingPlace
    amount: int
    balance: int
    role: Role | None = None
    log: int = 0
    entry: int = 0
    paid: int = 0
    cause: str = ""
    other: int | None = None
