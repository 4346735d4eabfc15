"""Who is in office as a steward, as the coop's node tells it.

Founding stewards stand in the charter. Once members elect others, only the coop's log says who is in office,
so the node is asked; what it says is not believed beyond what stewards see anyway, for the rules of every
node decide which signatures count. Without a node the charter's stewards are shown.
"""

from dataclasses import replace
from typing import Final

from ledger.charter import Coop, Steward
from ledger.shapes import MAX_NUMBER
from node.member.answers import decode_hex, number, objects, text
from node.member.client import NodeClient, NodeError

_SECONDS: Final = 3
_MOST_PLACES: Final = 4_096
_NOBODY: Final = b""
"""The key of a place that nobody has who could sign."""


def coop_in_office(url: str, coop: Coop) -> Coop:
    """The coop with those as its stewards who are in office, each at the index of the place."""
    try:
        with NodeClient(url, attempts=1, answer_seconds=_SECONDS) as client:
            found = client.get("/v1/stewards")
            seats = {
                number(client, each, "place"): _steward(client, each)
                for each in objects(client, found, "stewards")
            }
            threshold = number(client, found, "threshold")
    except NodeError:
        return coop
    last = max(seats, default=-1)
    if last >= min(_MOST_PLACES, MAX_NUMBER):
        return coop
    places = (seats.get(place, Steward(name=f"#{place}", key=_NOBODY)) for place in range(last + 1))
    return replace(coop, stewards=tuple(places), steward_threshold=threshold)


def able(coop: Coop) -> int:
    """How many of its stewards can sign."""
    return sum(steward.key != _NOBODY for steward in coop.stewards)


def _steward(client: NodeClient, seat: dict[str, object]) -> Steward:
    key = _NOBODY if seat.get("key") is None else decode_hex(client, seat, "key")
    return Steward(name=text(client, seat, "name"), key=key)
