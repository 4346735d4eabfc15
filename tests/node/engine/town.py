"""Several engines on memory disks, and a network that a test moves by hand.

Messages are delivered in the order in which they were sent. `settle` delivers until nobody has anything
more to say; `pass_time` moves the clock and settles. A node can be stopped, killed and started again on
its disk, and cut off from others.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.charter import Charter
from ledger.publications import Publication
from node.engine.decisions.decisions import SubjectMaker
from node.engine.engine import Engine
from node.engine.events import LINK_VERSION, Event, PeerDown, PeerMessage, PeerUp, Publish
from node.engine.outbox import Notice, Outbox
from node.engine.settings import EngineSettings
from node.mark import MemoryMark
from node.store import MemoryDisk, MemoryStore
from tests.builders import START, Federation

_MOST_ROUNDS = 2_000


@dataclass(slots=True)
class Town:
    """All nodes of a federation, as far as they run."""

    federation: Federation
    settings: EngineSettings = field(default_factory=EngineSettings)
    now_ms: int = START * 1000
    disks: dict[int, MemoryDisk] = field(default_factory=dict)
    engines: dict[int, Engine] = field(default_factory=dict)
    stores: dict[int, MemoryStore] = field(default_factory=dict)
    marks: dict[int, MemoryMark] = field(default_factory=dict)
    cut: set[frozenset[int]] = field(default_factory=set)
    """Pairs of coops that have no link with each other."""
    versions: dict[frozenset[int], int] = field(default_factory=dict)
    """Of links that are not of the newest version."""
    delivered: Callable[[int], None] = lambda receiver: None
    """Called after a node has heard a message."""
    subjects: Sequence[SubjectMaker] = ()
    """What is decided about beside the index."""
    known: dict[int, Charter] = field(default_factory=dict)
    """What nodes' folders know of the charter, where that is more than the founding file."""
    notices: list[tuple[int, Notice]] = field(default_factory=list)
    _mail: deque[tuple[int, int, bytes]] = field(default_factory=deque)
    _links: set[frozenset[int]] = field(default_factory=set)
    _requests: int = 0

    def start(self, *coops: int) -> None:
        """Start nodes, on the disks that they had; links come up at the next `settle`."""
        for coop in coops or sorted(self.federation.charter.coops):
            disk = self.disks.setdefault(coop, MemoryDisk())
            self.stores[coop] = MemoryStore(disk)
            self.engines[coop] = Engine(
                self.settings,
                self.federation.founding,
                coop,
                self.federation.node_keys[coop],
                self.stores[coop],
                self.now_ms,
                mark=self.marks.setdefault(coop, MemoryMark()),
                subjects=self.subjects,
                known=self.known.get(coop),
            )

    def kill(self, coop: int) -> None:
        """End a node as a power cut does; its peers notice."""
        del self.engines[coop]
        self.disks[coop] = self.stores.pop(coop).crash()
        self._mail = deque(item for item in self._mail if coop not in item[:2])
        for link in [link for link in self._links if coop in link]:
            self._links.discard(link)
            for peer in link - {coop}:
                self.tick(peer, [PeerDown(coop)])

    def tick(self, coop: int, inbox: Sequence[Event] = ()) -> Outbox:
        """One tick of a node; what it sends is on its way."""
        outbox = self.engines[coop].tick(self.now_ms, inbox)
        for send in outbox.sends:
            if frozenset((coop, send.coop)) in self._links:
                self._mail.append((coop, send.coop, send.data))
        self.notices += [(coop, notice) for notice in outbox.notices]
        assert not outbox.disconnects, outbox.disconnects
        return outbox

    def settle(self) -> None:
        """Bring links up and deliver until nothing is on its way."""
        for one in sorted(self.engines):
            for two in sorted(self.engines):
                link = frozenset((one, two))
                if one < two and link not in self._links | self.cut:
                    self._links.add(link)
                    version = self.versions.get(link, LINK_VERSION)
                    self.tick(one, [PeerUp(two, version)])
                    self.tick(two, [PeerUp(one, version)])
        for _ in range(_MOST_ROUNDS):
            if not self._mail:
                return
            sender, receiver, data = self._mail.popleft()
            link = frozenset((sender, receiver))
            if receiver in self.engines and link not in self.cut:
                self.tick(receiver, [PeerMessage(sender, data)])
                self.delivered(receiver)
        raise AssertionError("the nodes have no end of things to say")

    def pass_time(self, milliseconds: int, *, step: int = 1_000) -> None:
        """Move the clock in steps; everybody ticks and all mail is delivered at each."""
        for _ in range(0, milliseconds, step):
            self.now_ms += step
            for coop in sorted(self.engines):
                self.tick(coop)
            self.settle()

    def ask(self, coop: int, event: Event) -> Any:
        """What a node answers to an event that has a request."""
        outbox = self.tick(coop, [event])
        (answer,) = [reply.result for reply in outbox.replies]
        return answer

    def publish(
        self,
        coop: int,
        publication: Publication,
        *,
        stewards: Sequence[int] = (0, 1),
        survey: bytes | None = None,
    ) -> Any:
        """Publish with the signatures of these stewards; the node's answer."""
        for steward in stewards:
            key = self.federation.steward_keys[coop][steward]
            publication = publication.signed_by(
                steward, key, federation=self.federation.id, coop=coop
            )
        self._requests += 1
        return self.ask(coop, Publish(self._requests, publication.encode(), survey))
