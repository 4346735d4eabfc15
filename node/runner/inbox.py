"""What waits for the engine: requests with somebody waiting for their answer, and peers' messages.

Everything is bounded. A request beyond the bounds is refused (`RunnerBusy`); a peer's message beyond
its bounds makes its link wait (`deliver`). It belongs to the event loop and knows no engine.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from node.engine.events import (
    Ask,
    Event,
    LinkEvent,
    LinkNews,
    PeerBroke,
    PeerDown,
    PeerMessage,
    PeerUp,
    Submit,
    SubmitBatch,
)
from node.errors import NodeFault
from node.runner.settings import RunnerSettings


class RunnerBusy(NodeFault):
    """Too much waits already; nothing was done. Ask again in a moment."""


class NotNow(NodeFault):
    """The transaction was not judged, and nothing was done: whoever pays or sends has to wait."""


class RunnerStopped(NodeFault):
    """The node is stopping, or has failed; nothing was done."""


class OutcomeUnknown(NodeFault):
    """Storage failed while this request was carried out: it may be recorded or not.

    Asking again with the same bytes is safe.
    """


@dataclass(slots=True)
class _PeerQueue:
    messages: int = 0
    bytes: int = 0
    up: PeerUp | None = None
    parked: list[PeerMessage] = field(default_factory=list)
    waiting: list["asyncio.Future[None]"] = field(default_factory=list)

    def let_in(self) -> None:
        """Let those who wait look whether there is room."""
        for room in self.waiting:
            if not room.done():
                room.set_result(None)
        self.waiting.clear()


class Inbox:
    """Events in the order of their arrival, and the requests that are not answered yet.

    `arrived` is called whenever something new waits.
    """

    def __init__(self, settings: RunnerSettings, arrived: Callable[[], None]) -> None:
        self._settings = settings
        self._arrived = arrived
        self._events: deque[Event] = deque()
        self._questions: deque[Event] = deque()
        self._batches: deque[SubmitBatch] = deque()
        self._asked_last = False
        self._pending: dict[int, tuple[asyncio.Future[Any], int]] = {}
        self._pending_bytes = 0
        self._next_request = 1
        self._queues: dict[int, _PeerQueue] = {}
        self._hears_peers = True
        self._held: frozenset[int] = frozenset()

    # --- requests ---

    @property
    def unanswered(self) -> int:
        """How many requests wait for an answer now."""
        return len(self._pending)

    def request(self, make: Callable[[int], Event], size: int) -> "asyncio.Future[Any]":
        """Put in what `make` makes of the request's number; its answer. Raises `RunnerBusy`."""
        full = len(self._pending) >= self._settings.requests
        if full or (self._pending and self._pending_bytes + size > self._settings.request_bytes):
            raise RunnerBusy("too many requests wait")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        request = self._next_request
        self._next_request += 1
        self._pending[request] = (future, size)
        self._pending_bytes += size
        event = make(request)
        match event:
            case Ask():
                self._questions.append(event)
            case SubmitBatch():
                self._batches.append(event)
            case _:
                self._events.append(event)
        self._arrived()
        return future

    def answer(self, request: int, result: object) -> None:
        """Give a request its answer."""
        future, size = self._pending.pop(request)
        self._pending_bytes -= size
        if not future.done():
            future.set_result(result)

    def answer_unknown(self, events: Sequence[Event]) -> None:
        """Tell those whose requests were in a failed tick, and have no answer, that nobody knows."""
        for event in events:
            if not isinstance(event, LinkEvent) and event.request in self._pending:
                self._fail(event.request, OutcomeUnknown("storage failed meanwhile"))

    def close(self, reason: str) -> None:
        """Let go of everything that waits; who asked gets `RunnerStopped`."""
        self.stop_hearing()
        for request in list(self._pending):
            self._fail(request, RunnerStopped(reason))
        self._events.clear()
        self._batches.clear()
        self._questions.clear()

    def _fail(self, request: int, fault: NodeFault) -> None:
        future, size = self._pending.pop(request)
        self._pending_bytes -= size
        if not future.done():
            future.set_exception(fault)
            future.exception()  # whoever asked may be gone; that is not a mistake

    # --- peers ---

    def stop_hearing(self) -> None:
        """Take no more from peers: what they send from now on is dropped."""
        self._hears_peers = False
        for queue in self._queues.values():
            queue.let_in()

    def peer_up(self, coop: int, *, version: int) -> None:
        """An authenticated link to that coop's node is there; see `PeerUp`."""
        up = PeerUp(coop, version)
        self._queue(coop).up = up
        self._events.append(up)
        self._arrived()

    def peer_down(self, coop: int) -> None:
        """The link is gone."""
        self._queue(coop).up = None
        for message in self._queue(coop).parked:
            self._make_room(message)  # the engine reads no more of a link that is gone
        self._queue(coop).parked.clear()
        self._events.append(PeerDown(coop))
        self._arrived()

    def link_news(self, news: LinkNews | PeerBroke) -> None:
        """What people are told of a link that is not there, or not as it should be."""
        self._events.append(news)
        self._arrived()

    async def deliver(self, coop: int, data: bytes) -> None:
        """Put in a peer's message; waits while too many of that peer's wait already."""
        queue = self._queue(coop)
        while self._hears_peers and not self._has_room(queue, len(data)):
            room: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            queue.waiting.append(room)
            await room
        if not self._hears_peers:
            return
        queue.messages += 1
        queue.bytes += len(data)
        message = PeerMessage(coop, data)
        if coop in self._held:
            queue.parked.append(message)
            return
        self._events.append(message)
        self._arrived()

    def hold(self, coops: frozenset[int]) -> None:
        """Give no more messages of those peers, and those of all others: the engine has enough of them.

        A peer's messages stay in their order; everybody else's go past them.
        """
        if coops - self._held:
            events, self._events = self._events, deque()
            for event in events:
                if isinstance(event, PeerMessage) and event.coop in coops:
                    self._queue(event.coop).parked.append(event)
                else:
                    self._events.append(event)
        for coop in self._held - coops:
            queue = self._queue(coop)
            self._events.extend(queue.parked)
            queue.parked.clear()
        self._held = coops

    def _has_room(self, queue: _PeerQueue, size: int) -> bool:
        if queue.messages >= self._settings.peer_messages:
            return False
        return not queue.messages or queue.bytes + size <= self._settings.peer_bytes

    def repeat_peers(self) -> None:
        """Tell a new engine first which links are there; it holds nobody back yet."""
        self.hold(frozenset())
        ups = [queue.up for queue in self._queues.values() if queue.up is not None]
        self._events.extendleft(ups)

    def _queue(self, coop: int) -> _PeerQueue:
        return self._queues.setdefault(coop, _PeerQueue())

    # --- ticks ---

    def is_empty(self) -> bool:
        """Whether nothing waits for a tick."""
        return not self._events and not self._questions and not self._batches

    def take(self) -> list[Event]:
        """What the next tick gets: questions or everything else, in turn when there are both.

        A question is answered after the commit of its tick; by themselves they wait for none. They are
        few in a tick, since answers are kept until its end and whoever pays waits for it. So are
        transactions of batches while single ones wait; those go past them.
        """
        is_more = bool(self._events or self._batches)
        self._asked_last = bool(self._questions) and not (self._asked_last and is_more)
        taken: list[Event] = []
        if self._asked_last:
            while self._questions and len(taken) < self._settings.tick_questions:
                taken.append(self._questions.popleft())
            return taken
        while self._events and len(taken) < self._settings.tick_events:
            event = self._events.popleft()
            taken.append(event)
            if isinstance(event, PeerMessage):
                self._make_room(event)
        return taken + self._take_batches(taken)

    def _take_batches(self, taken: Sequence[Event]) -> list[Event]:
        """At least one if there are any, and no more than fit to what the tick takes already."""
        batches: list[Event] = []
        room = self._settings.tick_events - len(taken)
        is_hurried = any(isinstance(event, Submit) for event in taken)
        left = self._settings.tick_batched if is_hurried else math.inf
        while self._batches and (not batches or len(batches) < room):
            left -= len(self._batches[0].transactions)
            if batches and left < 0:
                break
            batches.append(self._batches.popleft())
        return batches

    def _make_room(self, message: PeerMessage) -> None:
        queue = self._queues[message.coop]
        queue.messages -= 1
        queue.bytes -= len(message.data)
        queue.let_in()
