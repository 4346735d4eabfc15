"""All that coops decide together, at this node: the door of this room for the rest of the engine.

It hands each message and each publication to the subject that it is about, and lets every subject have its
turn in a tick. What becomes of them is in `taking_part`.
"""

from collections.abc import Callable, Sequence

from node.engine.core import Appender, Core
from node.engine.decisions.gathering import Gathering
from node.engine.decisions.promises import Promises
from node.engine.decisions.standstill import Standstill
from node.engine.decisions.subject import Subject
from node.engine.decisions.taking_part import TakingPart
from node.engine.tick import Tick
from node.engine.wire_decisions import (
    DecisionMessage,
    Due,
    Known,
    Outdated,
    Shapes,
    SubjectMessage,
    Told,
)
from node.errors import PeerFault

SubjectMaker = Callable[[Core, Gathering], Subject]
"""Makes a subject for one node; it may look at what is gathered, and adds nothing to it."""


class Decisions:
    """Every subject, with this node's part in it; what is signed and gathered is kept for all of them."""

    def __init__(self, core: Core, gathering: Gathering, subjects: Sequence[Subject]) -> None:
        self._core = core
        self.promises = Promises(core)
        self.gathering = gathering
        self._standstill = Standstill(core)
        self.parts = tuple(
            TakingPart(core, subject, gathering, self.promises) for subject in subjects
        )

    @property
    def shapes(self) -> tuple[Shapes, ...]:
        """What messages about them look like."""
        return tuple(part.subject.shapes for part in self.parts)

    def part(self, subject: Subject) -> TakingPart:
        """The part of that subject."""
        return next(part for part in self.parts if part.subject is subject)

    def about(self, kind: int) -> TakingPart | None:
        """The part whose decisions or statements have that kind."""
        return next((part for part in self.parts if part.subject.shapes.has(kind)), None)

    def peer_up(self, tick: Tick, peer: int, *, agrees: bool) -> None:
        """Ask a peer for what comes next."""
        for part in self.parts:
            part.peer_up(tick, peer, agrees=agrees)

    def peer_down(self, peer: int) -> None:
        """Forget what was noted about it."""
        for part in self.parts:
            part.peer_down(peer)

    def on_message(self, tick: Tick, peer: int, message: DecisionMessage) -> None:
        """Take in a message; `PeerFault` for what no honest peer sends.

        By a newer charter than the own log's it may be right.
        """
        try:
            self._take(tick, peer, message)
        except PeerFault:
            is_newer = self._core.linked.versions.get(peer, 0) > self._core.charter.version
            if not is_newer or not self._core.work.excuse(peer):
                raise

    def _take(self, tick: Tick, peer: int, message: DecisionMessage) -> None:
        match message:
            case Due():
                self._named(message.subject).on_due(tick, peer, message)
            case Told():
                self._named(message.subject).on_told(tick, peer, message)
            case SubjectMessage():
                self._named(message.subject).subject.on_message(tick, peer, message)
            case Outdated():
                return
            case Known():
                _chartered(self.about(message.kind)).on_known(tick, peer, message)

    def notice(self) -> None:
        """People have published something."""
        for part in self.parts:
            part.agreement.notice()

    def _named(self, subject: str) -> TakingPart:
        named = (part for part in self.parts if part.subject.shapes.name == subject)
        return _chartered(next(named, None))

    def run(self, tick: Tick, own: Appender) -> None:
        """Sign what is to be signed, take in what is certified, ask for what is missing."""
        for part in self.parts:
            part.run(tick, own)
        self._standstill.look(tick, self.parts)

    def wake_times_ms(self) -> list[int]:
        """When something may become due by time alone, on the steady clock."""
        times = (part.wake_at_ms() for part in self.parts)
        return [at for at in times if at is not None]


def _chartered(part: TakingPart | None) -> TakingPart:
    if part is None or not part.subject.is_chartered:
        raise PeerFault("a message about a decision that the charter does not have")
    return part
