"""Who is in office as a steward, as a log keeps it: PROTOCOL section 13.2.

One row, so that a check of stewards' signatures reads one. Until the first election or recall there is none,
and the stewards are those of the charter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from ledger.charter import Coop
from ledger.codec import decode, encode

OFFICE_CHAPTER: Final = "office"
OFFICE_KEY: Final = encode(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A place among the stewards. `account` and `until` (Unix seconds) are None for one of the charter's.

    A place belongs to one person: nobody gets that of somebody else.
    """

    place: int
    account: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """The stewards of a coop, by place, and how many of them have to sign where nothing else is said."""

    threshold: int
    next_place: int
    taken: tuple[Seat, ...]

    def place_of(self, account: int) -> int | None:
        """The place of a member in office."""
        return next((seat.place for seat in self.taken if seat.account == account), None)

    def without(self, places: Iterable[int]) -> "Seats":
        """The seats once the stewards of these places have left it."""
        gone = set(places)
        seats = tuple(seat for seat in self.taken if seat.place not in gone)
        return Seats(threshold=self.threshold, next_place=self.next_place, taken=seats)

    def elected(self, seats: Iterable[tuple[int, int]], threshold: int) -> "Seats":
        """The seats with these members alone: account and end of term of each, rising by account.

        Who is in office already keeps the place; the others get new ones, in this order.
        """
        place, chosen = self.next_place, []
        for account, until in seats:
            kept = self.place_of(account)
            chosen.append(Seat(place=place if kept is None else kept, account=account, until=until))
            place += kept is None
        chosen.sort(key=lambda seat: seat.place)
        return Seats(threshold=threshold, next_place=place, taken=tuple(chosen))

    def encoded(self) -> bytes:
        """The value of its row."""
        seats = [[seat.place, seat.account, seat.until] for seat in self.taken]
        return encode([self.threshold, self.next_place, seats])


def seats_of(coop: Coop, row: bytes | None) -> Seats:
    """Who is in office by the row of the chapter; without one, whom the charter names."""
    if row is None:
        places = range(len(coop.stewards))
        return Seats(
            threshold=coop.steward_threshold,
            next_place=len(places),
            taken=tuple(Seat(place=place) for place in places),
        )
    threshold, next_place, seats = cast("list[Any]", decode(row))
    return Seats(
        threshold=threshold,
        next_place=next_place,
        taken=tuple(
            Seat(place=place, account=account, until=until) for place, account, until in seats
        ),
    )
