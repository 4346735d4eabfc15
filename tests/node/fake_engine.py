"""An engine that keeps nothing: it answers every request with what it was asked, and can be told to fail.

It has the surface that the runner uses. `gate` holds ticks back, so that a test decides what waits
while a tick runs.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from node.engine.answers import Failed, Recorded, Reply
from node.engine.events import Ask, Change, Event, Submit, SubmitBatch
from node.engine.outbox import Disconnect, Notice, Outbox, Reached, Send
from node.engine.view import View
from node.errors import StorageFault
from node.runner.opened import OpenEngine

NO_VIEW = cast(View, None)


@dataclass
class FakeEngine:
    """Notes what the ticks were given."""

    gate: threading.Event
    inboxes: list[list[Event]] = field(default_factory=list)
    clocks: list[int] = field(default_factory=list)
    snapshots: int = 0
    closed: int = 0
    faults: list[BaseException] = field(default_factory=list)
    snapshot_fault: Exception | None = None
    close_fault: Exception | None = None
    wake_at_ms: int = 2**53
    sends: list[Send] = field(default_factory=list)
    disconnects: list[Disconnect] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    reached: Reached = field(default_factory=dict)
    news: Sequence[object] = ()
    held: frozenset[int] = frozenset()

    def tick(self, now_ms: int, inbox: Sequence[Event], *, steady_ms: int) -> Outbox:
        """Answer `Recorded` to everything, with the number of the tick."""
        assert self.gate.wait(20), "the test forgot to open the gate"
        self.clocks.append(now_ms)
        self.inboxes.append(list(inbox))
        if self.faults:
            raise self.faults.pop(0)
        replies = []
        for event in inbox:
            if isinstance(event, Submit | SubmitBatch):
                number = len(self.inboxes)
                replies.append(Reply(event.request, Recorded(coop=1, number=number, receipt=b"r")))
            elif isinstance(event, Ask):
                replies.append(Reply(event.request, _result(partial(event.run, NO_VIEW))))
            elif isinstance(event, Change):
                replies.append(Reply(event.request, _result(partial(_changed, event))))
        outbox = Outbox(
            replies=replies,
            sends=self.sends,
            disconnects=self.disconnects,
            notices=self.notices,
            reached=self.reached,
            news=self.news,
            wake_at_ms=self.wake_at_ms,
            held=self.held,
        )
        self.sends, self.disconnects, self.notices, self.reached = [], [], [], {}
        self.news = ()
        return outbox

    def end(self) -> None:
        """Count, or fail."""
        if self.snapshot_fault is not None:
            raise self.snapshot_fault
        self.snapshots += 1

    def close(self) -> None:
        """Count, or fail."""
        if self.close_fault is not None:
            raise self.close_fault
        self.closed += 1


def _changed(event: Change) -> object:
    return event.run(NO_VIEW)[1]


def _result(run: Callable[[], object]) -> object:
    try:
        return run()
    except Exception as error:  # handed to whoever asked, as the real engine does
        return Failed(error)


@dataclass
class Opener:
    """Opens one fake engine after another; `fails` of the openings fail first."""

    gate: threading.Event = field(default_factory=threading.Event)
    engines: list[FakeEngine] = field(default_factory=list)
    fails: int = 0
    open_fault: BaseException | None = None
    faults: list[BaseException] = field(default_factory=list)
    """What the ticks of the next engine raise."""

    def __post_init__(self) -> None:
        self.gate.set()

    def __call__(self) -> OpenEngine:
        """Open, as the composition of a node does."""
        if self.open_fault is not None:
            raise self.open_fault
        if self.engines and self.fails:
            self.fails -= 1
            raise StorageFault("can't be opened")
        engine = FakeEngine(self.gate, faults=self.faults)
        self.faults = []
        self.engines.append(engine)
        return OpenEngine(engine, engine.close)

    @property
    def newest(self) -> FakeEngine:
        """The engine that runs."""
        return self.engines[-1]
