"""Whether a node that was put back to an old copy knows what it has signed for the decisions that come next.

This stands between what there is to sign and the signature: `taking_part` signs nothing before it says so.
What a node signed for a decision that no log has yet is on its own disk (`promises`), and in its peers'
memory (`gathering`). The copy lacks what came after it. So a node that starts in doubt of its disk signs
nothing for a number before more than half of the others have told all that they know of it; each tells in
one message, so that no part can be missing. A node that is sure of its disk has its own word for it.
"""

from node.engine.core import Core


class WhoTold:
    """Who has told, for the numbers of a subject that are due now."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._peers: set[int] = set()

    def begin(self) -> None:
        """Other numbers are due: what was told does not count for them."""
        self._peers.clear()

    def add(self, peer: int) -> None:
        """A peer has told all it knows of the numbers that are due."""
        self._peers.add(peer)

    @property
    def is_enough(self) -> bool:
        """Whether this node may sign for them."""
        return not self._core.old_copy.began_in_doubt or 2 * len(self._peers) > len(
            self._core.others
        )
