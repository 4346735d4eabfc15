"""Who has told this node all they know of what it said, after its disk may have forgotten some of it.

A copy of the disk that was put back lacks what the node said after it was made. That is in others' memory
(`agreement`, `gathering`): each tells in one message, so that no part can be missing. As many have to tell
as a quorum has: then one of them, whom nobody has to believe, was among those without whom this node could
not have got to the round in which it spoke last, as long as fewer lie than the quorum allows for."""

from node.engine.core import Core
from node.engine.decisions.subject import Subject


class WhoTold:
    """Who has told, for the place of a subject that comes next."""

    def __init__(self, core: Core, subject: Subject) -> None:
        self._core = core
        self._subject = subject
        self._peers: set[int] = set()

    def begin(self) -> None:
        """Another place comes next: what was told does not count for it."""
        self._peers.clear()

    def add(self, peer: int) -> None:
        """A peer has told all that it knows."""
        self._peers.add(peer)

    @property
    def is_enough(self) -> bool:
        """Whether what the node does not know of by now was not said."""
        others = self._subject.coops() - {self._core.coop}
        return len(self._peers & others) >= min(self._subject.least_quorum(), len(others))
