"""Where an entry is, as people write it: `norte/12`, entry 12 of the log of norte."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(eq=False)
class PlaceError(Exception):
    """A text is not the place of an entry."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPlace:
    """Entry `number` of the log of the coop of that name."""

    coop: str
    number: int

    def __str__(self) -> str:
        return f"{self.coop}/{self.number}"


_PLACE: Final = re.compile(r"([a-z0-9][a-z0-9-]{0,31})/([1-9][0-9]{0,15})")


def parse_place(text: str) -> EntryPlace:
    """Read `norte/12`; raises `PlaceError`."""
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        raise PlaceError(text.strip()[:60])
    return EntryPlace(coop=found[1], number=int(found[2]))
