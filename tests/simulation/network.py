"""The links between simulated nodes: lossy, slow, reordering, and up or down.

A link has a session, as a connection has: what is under way when it goes down is gone. A node that breaks
with a peer closes the link, and neither takes it up again for a while. A culprit may show different
faces to different peers: `face` says which of its nodes a peer is linked to.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from ledger.codec import encode
from node.engine.events import PeerDown, PeerMessage, PeerUp
from node.engine.wire import (
    Entries,
    Get,
    Heads,
    WitnessAnswer,
    WitnessRequest,
    decode_message,
)
from node.errors import PeerFault
from tests.simulation.nodes import SimNode
from tests.simulation.world import World

_VERSION: Final = encode(["charter version", 0])[:-1]
Pair = tuple[int, int]
Tamper = Callable[[SimNode, int, bytes], list[bytes]]
"""What becomes of a message from a node to a peer: usually just itself."""


@dataclass(slots=True)
class _Link:
    """One pair of coops. `ends` are the nodes that are linked now; a new session has a new number."""

    ends: tuple[SimNode, SimNode] | None = None
    session: int = 0
    shut_until: int = 0
    not_before: dict[int, int] = field(default_factory=dict)
    """By the coop that sends: when what it said last about versions arrives."""


class Network:
    """All links of a federation."""

    def __init__(self, world: World, coops: list[int]) -> None:
        self._world = world
        self._coops = sorted(coops)
        self._links = {pair: _Link() for pair in combinations(self._coops, 2)}
        self.lost = self.doubled = self.late = 0.0
        self.cut: set[Pair] = set()
        """Pairs that can't reach each other."""
        self.withholder = 0
        """The coop whose node passes on nothing of others."""
        self.tamper: Tamper = lambda node, peer, data: [data]
        self.face: Callable[[int, int], SimNode] = lambda coop, peer: self.nodes[coop]
        self.nodes: dict[int, SimNode] = {}

    def add(self, coop: int) -> None:
        """One more coop, which can be linked to all others."""
        self._links |= {(min(coop, other), max(coop, other)): _Link() for other in self._coops}
        self._coops.append(coop)

    def refresh(self) -> None:
        """Bring links up and down as their ends, cuts and closures ask."""
        for (a, b), link in self._links.items():
            ends = (self.face(a, b), self.face(b, a))
            wanted = (
                _know_each_other(*ends)
                and (a, b) not in self.cut
                and self._world.now >= link.shut_until
            )
            if link.ends is not None and (not wanted or link.ends != ends):
                self._down(link)
            if wanted and link.ends is None:
                link.ends = ends
                link.session += 1
                self._world.note(f"link {ends[0].name} - {ends[1].name} is up")
                ends[0].deliver(PeerUp(b))
                ends[1].deliver(PeerUp(a))

    def _down(self, link: _Link) -> None:
        if link.ends is None:
            return
        one, other = link.ends
        link.ends = None
        self._world.note(f"link {one.name} - {other.name} is down")
        one.deliver(PeerDown(other.coop))
        other.deliver(PeerDown(one.coop))

    def down(self, coop: int) -> None:
        """A node of this coop has gone: so have the links that ended at it."""
        for pair, link in self._links.items():
            if coop in pair and link.ends is not None and not all(e.is_up for e in link.ends):
                self._down(link)

    def shut(self, one: int, other: int, duration_ms: int) -> None:
        """Close a link and keep it closed for a while."""
        link = self._links[min(one, other), max(one, other)]
        link.shut_until = self._world.now + duration_ms
        self.refresh()
        self._world.after(duration_ms, self.refresh)

    def pairs(self) -> list[Pair]:
        """All pairs of coops."""
        return list(self._links)

    def peers(self, node: SimNode) -> Iterator[int]:
        """The coops that this node is linked to now."""
        for link in self._links.values():
            if link.ends is not None and node in link.ends:
                yield link.ends[0].coop if link.ends[1] is node else link.ends[1].coop

    def send(self, node: SimNode, peer: int, data: bytes) -> None:
        """A node sends; what arrives when, and whether at all, is up to chance."""
        if node.coop == self.withholder and _is_of_others(node.coop, data):
            self._world.injected["messages withheld"] += 1
            return
        for sent in self.tamper(node, peer, data):
            self.carry(node, peer, sent)

    def carry(self, node: SimNode, peer: int, data: bytes) -> None:
        """Let bytes travel from a node to a peer, whoever made them."""
        link = self._links[min(node.coop, peer), max(node.coop, peer)]
        if link.ends is None or node not in link.ends:
            return
        receiver = link.ends[0] if link.ends[1] is node else link.ends[1]
        if data.startswith(_VERSION):
            self._tell_version(link, node, receiver, data)
            return
        if self._world.chance(self.lost):
            self._world.injected["messages lost"] += 1
            self._world.note(f"{node.name} -> {receiver.name}: {describe(data)} LOST")
            return
        is_doubled = self._world.chance(self.doubled)
        self._world.injected["messages doubled"] += is_doubled
        for _ in range(2 if is_doubled else 1):
            self._travel(link, node, receiver, data)

    def _tell_version(self, link: _Link, node: SimNode, receiver: SimNode, data: bytes) -> None:
        """The one message upon which others depend (PROTOCOL 10.2): it arrives, and before all after it."""
        at = max(
            link.not_before.get(node.coop, 0), self._world.now + self._world.random.randint(1, 30)
        )
        link.not_before[node.coop] = at
        self._world.note(
            f"{node.name} -> {receiver.name}: {describe(data)} (+{at - self._world.now} ms)"
        )
        self._arrive_after(at - self._world.now, link, node, receiver, data)

    def _travel(self, link: _Link, node: SimNode, receiver: SimNode, data: bytes) -> None:
        is_late = self._world.chance(self.late)
        self._world.injected["messages late"] += is_late
        longest = 3_000 if is_late else 30
        earliest = link.not_before.get(node.coop, 0) - self._world.now
        delay = max(earliest, 0) + self._world.random.randint(1, longest)
        if self._world.is_traced:
            self._world.note(f"{node.name} -> {receiver.name}: {describe(data)} (+{delay} ms)")

        self._arrive_after(delay, link, node, receiver, data)

    def _arrive_after(
        self, delay: int, link: _Link, node: SimNode, receiver: SimNode, data: bytes
    ) -> None:
        session = link.session

        def arrive() -> None:
            if link.ends is not None and link.session == session:
                receiver.deliver(PeerMessage(node.coop, data))

        self._world.after(delay, arrive)


def _know_each_other(one: SimNode, other: SimNode) -> bool:
    """Whether both run, and each has the other's key from the newest charter that it knows."""
    if one.engine is None or other.engine is None:
        return False
    found = one.engine.newest.coops.get(other.coop), other.engine.newest.coops.get(one.coop)
    keys = [None if coop is None else coop.node_key for coop in found]
    return keys == [other.key.public_key, one.key.public_key]


def _is_of_others(coop: int, data: bytes) -> bool:
    """Whether a message of that coop is about other coops' logs."""
    message = decode_message(data, max_bytes=len(data))
    match message:
        case Heads(heads=heads):
            return any(head.coop != coop for head in heads)
        case Entries(signed=signed):
            return signed.coop != coop
        case _:
            return False


def describe(data: bytes) -> str:
    """A message in a few words, for the trace."""
    try:
        message = decode_message(data, max_bytes=len(data))
    except PeerFault:
        return f"{len(data)} bytes of garbage"
    name = type(message).__name__
    match message:
        case Heads(heads=heads):
            return f"{name} {', '.join(f'{head.coop}@{head.length}' for head in heads)}"
        case Entries(first=first, signed=signed):
            return f"{name} {signed.coop}@{first}..{signed.length}"
        case WitnessRequest(signed=signed) | WitnessAnswer(signed=signed):
            return f"{name} {signed.coop}@{signed.length}"
        case Get(coop=coop, first=first):
            return f"{name} {coop}@{first}.."
        case _:
            return name
