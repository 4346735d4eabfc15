"""Whom the node is linked with. Messages go to these, and each part asks only those that can answer."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Linked:
    """The coops with whose nodes there is a link, and what those nodes can do. `links` tells it of each link
    that comes and goes."""

    peers: set[int] = field(default_factory=set)
    """All of them. `come` and `gone` write it, as they do the next three."""
    answering: set[int] = field(default_factory=set)
    """Those whose links know `newest?` and `clock`."""
    agreeing: set[int] = field(default_factory=set)
    """Those whose links know rounds and versions of the charter."""
    naming: set[int] = field(default_factory=set)
    """Those whose links know `names?`."""
    versions: dict[int, int] = field(default_factory=dict)
    """The newest version of the charter that each of them knows. `charter.news` owns it."""

    def come(self, peer: int, *, answers: bool, agrees: bool, names: bool) -> None:
        """There is a new link, in the place of any before."""
        self.gone(peer)
        self.peers.add(peer)
        if answers:
            self.answering.add(peer)
        if agrees:
            self.agreeing.add(peer)
        if names:
            self.naming.add(peer)

    def gone(self, peer: int) -> None:
        """There is no link any more."""
        for kept in (self.peers, self.answering, self.agreeing, self.naming):
            kept.discard(peer)
