"""Which place of its own a node gives to a request to join, and who loses one when all are taken.

Rules: a key keeps its place. An address has so few places that it takes many addresses to fill all; once it
has those it loses its own oldest. When all places are taken, the address with most of them makes room, and
among equals only a request that has had its day. What stewards stand for is never given up.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from node.hosted_requests import PLACES, HostedRequest
from node.join_requests import JoinRequest

PER_ADDRESS: Final = 4
"""How many places requests from one address may have."""
STAY_S: Final = 86_400
"""So long a request stays in any case, unless its own address brings more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A request that is kept, checked; `received` in Unix seconds.

    `origin` marks the address that brought it to this node; it is empty for what other coops host.
    """

    hosted: HostedRequest
    request: JoinRequest
    received: int
    origin: bytes = b""


def place_for(
    own: Mapping[int, Held],
    wish: JoinRequest,
    origin: bytes,
    *,
    now_s: int,
    is_pinned: Callable[[Held], bool],
) -> int | None:
    """The place, free or not; None when there is none for it now. `own` are the taken ones."""
    for place, held in own.items():
        if held.request.node_key == wish.node_key:
            return place
    mine = [place for place, held in own.items() if held.origin == origin]
    if len(mine) >= PER_ADDRESS:
        return _oldest(own, [place for place in mine if not is_pinned(own[place])])
    free = next((place for place in range(PLACES) if place not in own), None)
    if free is not None:
        return free
    loose = [place for place, held in own.items() if not is_pinned(held)]
    holders = Counter(own[place].origin for place in loose)
    most = max(holders.values(), default=0)
    if most > len(mine) + 1:
        return _oldest(own, [place for place in loose if holders[own[place].origin] == most])
    return _oldest(own, [place for place in loose if own[place].received <= now_s - STAY_S])


def _oldest(own: Mapping[int, Held], places: list[int]) -> int | None:
    return min(places, key=lambda place: (own[place].received, place), default=None)
