"""Who stands before the door: handshakes that are under way, and whose turn it is when there are too many.

An address may have `each` of `total` places. When all are taken, a newcomer gets the place of the oldest
handshake of whichever address holds the most, if it holds more than the newcomer's does. So those who
begin handshakes and say nothing can't keep out somebody who comes from elsewhere, however many they are: an
honest handshake is over in the time of two messages, and theirs are the oldest.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Place:
    """Taken by an address; `leave` ends the handshake when the place is given away."""

    address: str
    leave: Callable[[], None]
    is_given_away: bool = False


class Doorstep:
    """The places of handshakes. Belongs to one event loop."""

    def __init__(self, *, total: int, each: int) -> None:
        self._total = total
        self._each = each
        self._taken: list[Place] = []
        """In the order in which they came."""

    def __len__(self) -> int:
        """How many handshakes are under way."""
        return len(self._taken)

    @contextmanager
    def stand(self, address: str, leave: Callable[[], None]) -> Iterator[Place | None]:
        """A place while the `with` lasts; None: there is none. `leave` is called when it is given away."""
        place = Place(address, leave)
        has_place = self._make_room(address)
        if has_place:
            self._taken.append(place)
        try:
            yield place if has_place else None
        finally:
            if place in self._taken:
                self._taken.remove(place)

    def _make_room(self, address: str) -> bool:
        counts = Counter(place.address for place in self._taken)
        if counts[address] >= self._each:
            return False
        if len(self._taken) < self._total:
            return True
        most = max(counts.values(), default=0)
        if counts[address] >= most:
            return False
        oldest = next(place for place in self._taken if counts[place.address] == most)
        self._taken.remove(oldest)
        oldest.is_given_away = True
        oldest.leave()
        return True
