"""The runner: carries events to the engine and carries out what it returns.

One thread belongs to the engine and its store; everything else stays on the event loop. While a
tick runs, what arrives waits, and the next tick takes all of it at once: so commits are shared by
themselves, and the more there is to do, the more of it goes into one commit.

Rules:
- After an exception from a tick, nobody knows what is on disk. The requests of that tick get
  `OutcomeUnknown`, the store is opened again and a new engine made; after a few times in a row the
  runner gives up, and `wait_failed` says why. A mistake of ours that a peer's message set off does not
  count: its link is closed, and no peer can stop this node by repeating it.
- Nothing is sent or answered before the tick that caused it has committed.

It knows neither sockets nor HTTP, and looks into no event.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from ledger.kinds import PAYMENT_KINDS
from node.engine.answers import (
    BatchRecorded,
    Failed,
    NoRoom,
    NotJudged,
    NotPublished,
    NotReady,
    Published,
    Recorded,
    Refused,
)
from node.engine.events import (
    LINK_VERSION,
    Ask,
    AskToJoin,
    Change,
    Event,
    LinkNews,
    PeerBroke,
    Publish,
    Submit,
    SubmitBatch,
)
from node.engine.outbox import Outbox, Reached
from node.engine.view import View
from node.errors import MessageUnhandled
from node.join_requests import MOST_REQUEST_BYTES, JoinRequest
from node.logs import log_event
from node.runner.inbox import Inbox, NotNow, RunnerStopped
from node.runner.opened import OpenEngine, as_fault, close
from node.runner.settings import RunnerSettings
from node.store import Memo, Write

Answer = TypeVar("Answer")
News = TypeVar("News")

_LONGEST_WAIT_MS = 60_000


class Peers(Protocol):
    """Where messages for other nodes go."""

    def send(self, coop: int, data: bytes) -> None:
        """Send soon, or drop it when there is no link."""

    def disconnect(self, coop: int, reason: str) -> None:
        """Close the link to a peer that broke the protocol, and keep away from it for a while."""

    def moved(self, coop: int, url: str) -> None:
        """By that coop's own word its node answers there."""


class Runner:
    """Runs one engine. `open_engine` opens the store and makes the engine, in the engine's thread."""

    def __init__(
        self,
        open_engine: Callable[[], OpenEngine],
        *,
        settings: RunnerSettings,
        clock_ms: Callable[[], int],
        steady_ms: Callable[[], int],
    ) -> None:
        self._open_engine = open_engine
        self._settings = settings
        self._clock_ms = clock_ms
        self._steady_ms = steady_ms
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fiado-engine")
        self._open: OpenEngine | None = None
        self._wake = asyncio.Event()
        self._inbox = Inbox(settings, self._wake.set)
        self._wake_at_ms = 0
        self._refusing = False
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._failure: asyncio.Future[str] | None = None
        self._faults = 0
        self._fault_at_ms = 0
        self._listeners: list[Callable[[Reached], None]] = []
        self._hearers: list[Callable[[Sequence[object]], None]] = []
        self.peers: Peers | None = None

    # --- life ---

    async def start(self) -> None:
        """Open the store and begin. Raises what opening raises."""
        loop = asyncio.get_running_loop()
        self._failure = loop.create_future()
        self._open = await loop.run_in_executor(self._thread, self._open_engine)
        self._task = asyncio.create_task(self._run(), name="fiado-runner")
        self._task.add_done_callback(self._ended)
        self._wake.set()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Whatever ends the task but `stop` is a failure of the node, never silence."""
        if task.cancelled():
            self._give_up(RunnerStopped("the runner was cancelled"))
        elif (error := task.exception()) is not None:
            log_event("fault", {"text": str(error)}, level=logging.ERROR, error=as_fault(error))
            self._give_up(error)

    def refuse_requests(self) -> None:
        """From now on requests get `RunnerStopped`; those that wait are still carried out."""
        self._refusing = True

    async def stop(self) -> None:
        """Take no more requests, finish those that wait, save a snapshot, close the store."""
        self._stopping = True
        self._inbox.stop_hearing()
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task])
        loop = asyncio.get_running_loop()
        if self._open is not None:
            has_failed = self._failure is not None and self._failure.done()
            await loop.run_in_executor(self._thread, close, self._open, not has_failed)
            self._open = None
        self._thread.shutdown(wait=False)

    async def wait_failed(self) -> str:
        """Returns, with the reason, when the runner has given up; else never."""
        assert self._failure is not None
        return await asyncio.shield(self._failure)

    def on_advance(self, listener: Callable[[Reached], None]) -> None:
        """Call `listener` on the loop after each tick in which logs grew, with `Outbox.reached`."""
        self._listeners.append(listener)

    def on_news(self, kind: type[News], hear: Callable[[Sequence[News]], None]) -> None:
        """Call `hear` on the loop with what an extension of the engine has to tell in values of `kind`."""

        def sift(news: Sequence[object]) -> None:
            if heard := [item for item in news if isinstance(item, kind)]:
                hear(heard)

        self._hearers.append(sift)

    @property
    def waiting_requests(self) -> int:
        """How many requests wait for an answer now."""
        return self._inbox.unanswered

    # --- requests ---

    async def submit(
        self, transaction: bytes, memos: Sequence[Memo] = (), *, doubtful: bool = False
    ) -> Recorded | Refused | NotReady:
        """Record one transaction; see `Submit` for what `doubtful` means.

        Raises `RunnerBusy`, `RunnerStopped`, `OutcomeUnknown`, and `NotNow` when it was not judged.
        """
        size = len(transaction) + sum(len(memo.sealed) for memo in memos)
        answer: Recorded | Refused | NotReady | NotJudged = await self._request(
            lambda request: Submit(request, transaction, memos, doubtful), size
        )
        if isinstance(answer, NotJudged):
            raise NotNow("its payer or its sender has to wait")
        return answer

    async def submit_batch(
        self, transactions: Sequence[bytes], kinds: frozenset[int] = PAYMENT_KINDS
    ) -> BatchRecorded | NotReady:
        """Record or refuse each transaction of a batch. Raises as `submit`."""
        size = sum(map(len, transactions))
        answer: BatchRecorded | NotReady = await self._request(
            lambda request: SubmitBatch(request, transactions, kinds), size
        )
        return answer

    async def publish(
        self, publication: bytes, survey: bytes | None
    ) -> Published | NotPublished | Refused | NotReady:
        """Take in what stewards publish for the index. Raises as `submit`."""
        size = len(publication) + len(survey or b"")
        answer: Published | NotPublished | Refused | NotReady = await self._request(
            lambda request: Publish(request, publication, survey), size
        )
        return answer

    async def ask_to_join(
        self, wish: JoinRequest, origin: bytes
    ) -> Refused | NoRoom | NotReady | None:
        """Keep a coop's request to join; `origin` marks the address it came from. Raises `ProofError` for one
        that does not count, and as `submit`."""
        answer: Refused | NoRoom | NotReady | None = await self._request(
            lambda request: AskToJoin(request, wish, origin), MOST_REQUEST_BYTES
        )
        return answer

    async def ask(self, run: Callable[[View], Answer]) -> Answer:
        """The answer of `run` to the committed state. Raises what it raises, and as `submit`."""
        answer: Answer = await self._request(lambda request: Ask(request, run), 0)
        return answer

    async def change(self, run: Callable[[View], tuple[Write, Answer]]) -> Answer:
        """Write what `run` returns, durably, and give its answer. Raises as `ask`."""
        answer: Answer = await self._request(lambda request: Change(request, run), 0)
        return answer

    async def _request(self, make: Callable[[int], Event], size: int) -> Any:
        if self._refusing or self._stopping:
            raise RunnerStopped("the node is stopping")
        answer = await self._inbox.request(make, size)
        if isinstance(answer, Failed):
            raise answer.error
        return answer

    # --- peers ---

    def peer_up(self, coop: int, *, version: int = LINK_VERSION) -> None:
        """An authenticated link to that coop's node is there; see `PeerUp`."""
        self._inbox.peer_up(coop, version=version)

    def peer_down(self, coop: int) -> None:
        """The link is gone."""
        self._inbox.peer_down(coop)

    def not_reached(self, coop: int, why: str) -> None:
        """That coop's node was dialled in vain."""
        self._inbox.link_news(LinkNews(coop, why))

    def peer_broke(self, coop: int, why: str, *, refused_ms: int) -> None:
        """That coop's node broke the protocol, and is kept away for so long."""
        self._inbox.link_news(PeerBroke(coop, why, refused_ms))

    def twin_seen(self, coop: int) -> None:
        """Two nodes seem to run with that coop's key."""
        self._inbox.link_news(LinkNews(coop, None))

    async def deliver(self, coop: int, data: bytes) -> None:
        """Pass a peer's message on; waits while too many of that peer's wait already."""
        await self._inbox.deliver(coop, data)

    # --- the loop ---

    async def _run(self) -> None:
        while True:
            if self._inbox.is_empty():
                if self._stopping:
                    return
                await self._wait()
            self._wake.clear()
            events = self._inbox.take()
            try:
                await self._tick(events)
            except Exception as error:  # whatever it is, the engine's memory can't be trusted now
                self._inbox.answer_unknown(events)
                if not await self._reload(error):
                    return
                if isinstance(error, MessageUnhandled) and self.peers is not None:
                    self.peers.disconnect(error.coop, str(error))

    async def _tick(self, events: list[Event]) -> None:
        """One tick in the engine's thread, and what it returns carried out."""
        assert self._open is not None
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        engine, now_ms, steady_ms = self._open.engine, self._clock_ms(), self._steady_ms()

        def run() -> None:
            try:
                outbox = engine.tick(now_ms, events, steady_ms=steady_ms)
            except BaseException as error:
                loop.call_soon_threadsafe(done.set_exception, as_fault(error))
            else:
                # Straight to those who wait: by way of this task it would take the loop one round more.
                loop.call_soon_threadsafe(self._carry_out, outbox, done)

        self._thread.submit(run)
        await done

    async def _wait(self) -> None:
        """Until something arrives, or the engine wants to be woken.

        An engine with work for idle times wants to be woken at once. Under load the next requests are on
        their way already, and would have to wait for that work; so it waits a little first.
        """
        if not self._wake.is_set():
            delay_ms = max(self._settings.idle_ms, self._wake_at_ms - self._steady_ms())
            delay_ms = min(delay_ms, _LONGEST_WAIT_MS)
            loop = asyncio.get_running_loop()
            timer = loop.call_later(delay_ms / 1000, self._wake.set)
            await self._wake.wait()
            timer.cancel()

    def _carry_out(self, outbox: Outbox, done: "asyncio.Future[None]") -> None:
        try:
            self._wake_at_ms = outbox.wake_at_ms
            self._inbox.hold(outbox.held)
            self._hand_out(outbox)
        except BaseException as error:
            done.set_exception(as_fault(error))
        else:
            done.set_result(None)

    def _hand_out(self, outbox: Outbox) -> None:
        for reply in outbox.replies:
            self._inbox.answer(reply.request, reply.result)
        if self.peers is not None:
            for send in outbox.sends:
                self.peers.send(send.coop, send.data)
            for disconnect in outbox.disconnects:
                self.peers.disconnect(disconnect.coop, disconnect.reason)
            for coop, url in outbox.moved.items():
                self.peers.moved(coop, url)
        for notice in outbox.notices:
            log_event(notice.name, notice.values, level=notice.level)
        if outbox.reached:
            for listener in self._listeners:
                listener(outbox.reached)
        if outbox.news:
            for hear in self._hearers:
                hear(outbox.news)

    # --- faults ---

    async def _reload(self, error: Exception) -> bool:
        """Open the store again with a new engine. False when the runner has given up."""
        loop = asyncio.get_running_loop()
        if self._steady_ms() - self._fault_at_ms > self._settings.calm_ms:
            self._faults = 0
        if self._open is not None:
            await loop.run_in_executor(self._thread, close, self._open, False)
            self._open = None
        while True:
            if not isinstance(error, MessageUnhandled):
                self._faults += 1
            self._fault_at_ms = self._steady_ms()
            values = {"text": str(error), "count": self._faults}
            log_event("fault", values, level=logging.ERROR, error=error)
            if self._faults > self._settings.reloads or self._stopping:
                self._give_up(error)
                return False
            await asyncio.sleep(self._settings.reload_wait_ms * 2**self._faults / 2000)
            try:
                self._open = await loop.run_in_executor(self._thread, self._open_engine)
            except Exception as again:  # a store that can't be opened is one more fault
                error = again
                continue
            log_event("reloaded")
            self._inbox.repeat_peers()
            self._wake_at_ms = 0
            return True

    def _give_up(self, error: BaseException) -> None:
        self._stopping = True
        self._inbox.close("the node has failed")
        if self._failure is not None and not self._failure.done():
            self._failure.set_result(f"{type(error).__name__}: {error}")
