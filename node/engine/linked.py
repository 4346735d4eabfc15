"""Whom the node is linked with. Messages go to these, and each part asks only those that can answer."""

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(slots=True)
class Linked:
    """With whose nodes there is a link, what those nodes can do, and with whom there may be one soon.
    `links` tells it of each link that comes and goes."""

    peers: set[int] = field(default_factory=set)
    """All of them. `come` and `gone` write it, as they do the next four."""
    answering: set[int] = field(default_factory=set)
    """Those whose links know `newest?` and `clock`."""
    agreeing: set[int] = field(default_factory=set)
    """Those whose links know rounds and versions of the charter."""
    naming: set[int] = field(default_factory=set)
    """Those whose links know `names?`."""
    comparing: set[int] = field(default_factory=set)
    """Those whose links know digests: they are told heads, evidence and addresses where they differ."""
    near: frozenset[int] = frozenset()
    """Those of them that are told at once what is new. `replication.neighbours` writes it."""
    versions: dict[int, int] = field(default_factory=dict)
    """The newest version of the charter that each of them knows. `charter.news` owns it."""
    dialled: Collection[int] = ()
    """Those whose nodes this one dials, linked or not. `Engine` gives it, and the node adds to it."""
    unreached: set[int] = field(default_factory=set)
    """Those that were dialled in vain, and that there is no link with since. `links` owns it."""
    timed: set[int] = field(default_factory=set)
    """Those that have said since this start what time they have. `supervision.clock` owns it."""

    def come(self, peer: int, *, answers: bool, agrees: bool, names: bool, compares: bool) -> None:
        """There is a new link, in the place of any before."""
        self.gone(peer)
        self.peers.add(peer)
        self.unreached.discard(peer)
        if answers:
            self.answering.add(peer)
        if agrees:
            self.agreeing.add(peer)
        if names:
            self.naming.add(peer)
        if compares:
            self.comparing.add(peer)

    @property
    def told(self) -> set[int]:
        """Who is told what is new: neighbours, who pass it on, and those who know nothing of neighbours."""
        return self.peers - (self.comparing - self.near)

    def gone(self, peer: int) -> None:
        """There is no link any more."""
        for kept in (self.peers, self.answering, self.agreeing, self.naming, self.comparing):
            kept.discard(peer)
