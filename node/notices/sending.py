"""Carries notices to push services and to the mail server.

Rules:
- What waits for a target goes as one message: a push says only that there is something, a mail lists it.
- A mail follows the one before it after a pause; an address gets so many a day at most.
- What fails is tried again a few times, with growing pauses, and then given up: a notice is not worth more.
- A push service that answers 404 or 410, and a mail server that refuses an address for good, end the target.
- A place that failed is left alone for that pause, whatever there is to tell meanwhile, and to one person
  goes one message at a time: who names places that don't answer waits for them alone.
- How mail and push fare is told to the operator by the rules of `faring`.
"""

import asyncio
from asyncio import Lock
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from node.engine.view import View
from node.errors import NodeFault
from node.logs import log_event
from node.notices.faring import Faring
from node.notices.notice import Notice
from node.notices.notices import NoticeNews, Outcome, notices_of
from node.notices.settings import NoticeSettings
from node.notices.targets import Channel, Target, address_digest
from node.runner.inbox import RunnerStopped
from node.runner.runner import Runner
from node.store import Write

PAUSES_S: Final = (60, 600, 3_600, 14_400)
"""Between attempts; then it is given up."""
LATEST_MS: Final = PAUSES_S[-1] * 2_000
_FAULT_PAUSE_S: Final = 1.0
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one message. `why`: what went wrong, for the operator; empty when it was taken.

    `is_gone`: there is no such browser or mailbox any more. `is_own`: what went wrong may be the doing of
    this browser or mailbox alone. `asked_s`: for how long the other side wants to be left alone.
    """

    why: str = ""
    is_gone: bool = False
    is_own: bool = False
    asked_s: int = 0


Carry = Callable[[Target, Sequence[Notice]], Awaitable[Attempt]]
"""Sends one message that tells of these notices."""


class Sender:
    """Sends notices until it is stopped. `carriers` has those channels that the operator has set up."""

    def __init__(
        self,
        runner: Runner,
        carriers: dict[Channel, Carry],
        *,
        settings: NoticeSettings,
        clock_ms: Callable[[], int],
        steady_ms: Callable[[], int],
        jitter: Callable[[int], int],
    ) -> None:
        self._runner = runner
        self._carriers = carriers
        self._settings = settings
        self._clock_ms = clock_ms
        self._steady_ms = steady_ms
        self._jitter = jitter
        self._slots = asyncio.Semaphore(settings.senders)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._woken: dict[str, asyncio.Event] = {}
        self._turns: WeakValueDictionary[str, Lock] = WeakValueDictionary()
        """Of each person to whom something goes."""
        self._resting_ms: dict[str, int] = {}
        """Until when a target that failed is left alone, by the steady clock."""
        self._mailed: dict[str, list[tuple[int, str]]] = {}
        """When each mailbox was mailed within a day, by the steady clock, and for which target."""
        self._fared = {channel: Faring(settings.alarm_failures) for channel in Channel}
        self._is_stopped = False

    async def start(self) -> None:
        """Begin with what waits."""
        self._runner.on_news(NoticeNews, self._hear)

        def begin(view: View) -> tuple[Write, list[str]]:
            notices = notices_of(view)
            notices.redate(latest_ms=LATEST_MS)
            return Write(), notices.waited_for()

        for target in await self._runner.change(begin):
            self.wake(target)

    async def stop(self) -> None:
        """Send nothing more."""
        self._is_stopped = True
        for worker in self._workers.values():
            worker.cancel()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)

    def _hear(self, news: Sequence[NoticeNews]) -> None:
        for item in news:
            for target in item.targets:
                self.wake(target)

    def wake(self, target: str) -> None:
        """Something may wait for that target."""
        if self._is_stopped:
            return
        self._woken.setdefault(target, asyncio.Event()).set()
        if target not in self._workers:
            self._workers[target] = asyncio.create_task(self._serve(target))

    async def _serve(self, id_: str) -> None:
        woken = self._woken[id_]
        while True:
            woken.clear()
            try:
                target, waiting, next_ms = await self._runner.ask(lambda view: _work(view, id_))
                if target is None or target.channel not in self._carriers:
                    break
                pause_ms = self._pause_ms(target)
                if waiting and not pause_ms:
                    await self._send(target, waiting)
                    continue
            except RunnerStopped:
                return
            except NodeFault as fault:
                log_event("notices_waiting", {"text": str(fault)})
                await asyncio.sleep(_FAULT_PAUSE_S)
                continue
            if woken.is_set():
                continue
            if waiting:
                next_ms = self._clock_ms() + pause_ms
            if next_ms is None:
                break
            await _wait(woken, next_ms - self._clock_ms())
        self._resting_ms.pop(id_, None)
        del self._workers[id_], self._woken[id_]

    def _pause_ms(self, target: Target) -> int:
        """How long a message has still to wait, for the one before it or after a failure; 0: not at all."""
        now_ms = self._steady_ms()
        free_ms = max(self._resting_ms.get(target.id, 0), self._mail_free_ms(target, now_ms))
        return max(free_ms - now_ms, 0)

    def _mail_free_ms(self, target: Target, now_ms: int) -> int:
        """When a mail may go: after a pause for each target, and so many a day for each mailbox."""
        if target.channel is not Channel.MAIL:
            return 0
        mailbox = address_digest(target.address)
        mailed = [each for each in self._mailed.get(mailbox, ()) if each[0] > now_ms - _DAY_MS]
        if not mailed:
            self._mailed.pop(mailbox, None)
            return 0
        self._mailed[mailbox] = mailed
        own = [time for time, id_ in mailed if id_ == target.id]
        free_ms = own[-1] + self._settings.mail_pause_ms if own else 0
        if len(mailed) >= self._settings.mails_daily:
            free_ms = max(free_ms, mailed[-self._settings.mails_daily][0] + _DAY_MS)
        return free_ms

    async def _send(self, target: Target, waiting: Sequence[Notice]) -> None:
        turn = self._turns.setdefault(target.person.shelf, Lock())
        async with turn, self._slots:
            attempt = await self._carriers[target.channel](target, waiting)
        is_told = not attempt.why
        if is_told and target.channel is Channel.MAIL and target.confirmed_ms is not None:
            mailed = self._mailed.setdefault(address_digest(target.address), [])
            mailed.append((self._steady_ms(), target.id))
        pause_ms = 0 if is_told else self._after_failure_ms(waiting, attempt)
        self._resting_ms[target.id] = self._steady_ms() + pause_ms
        is_over = is_told or max(each.tries for each in waiting) >= len(PAUSES_S)
        next_ms = None if is_over else self._clock_ms() + pause_ms
        outcome = Outcome(
            notices=[each.id for each in waiting],
            is_told=is_told,
            next_ms=next_ms,
            is_gone=attempt.is_gone,
        )
        trouble = self._note(target, attempt)

        def record(view: View) -> tuple[Write, None]:
            notices = notices_of(view)
            notices.record(target.id, outcome)
            if trouble is not None:
                notices.note_failing(target.channel, why=trouble or None)
            return Write(), None

        await self._runner.change(record)

    def _after_failure_ms(self, waiting: Sequence[Notice], attempt: Attempt) -> int:
        tries = min(max(each.tries for each in waiting), len(PAUSES_S) - 1)
        pause_ms = max(PAUSES_S[tries], min(attempt.asked_s, PAUSES_S[-1])) * 1_000
        return pause_ms * 9 // 10 + self._jitter(pause_ms // 5)

    def _note(self, target: Target, attempt: Attempt) -> str | None:
        """Count how the channel fares. What to tell the operator: why it fails, "" that it works again."""
        fared, person = self._fared[target.channel], target.person.shelf
        if attempt.why:
            log_event("notice_failed", {"channel": target.channel.value, "text": attempt.why})
        if attempt.is_gone:
            # A mailbox or browser that is no more says nothing against the server that says so.
            fared.forget(person)
            return None
        return fared.note(person, attempt.why, is_own=attempt.is_own, now_ms=self._steady_ms())


def _work(view: View, id_: str) -> tuple[Target | None, list[Notice], int | None]:
    notices = notices_of(view)
    target = notices.find(id_)
    if target is None:
        return None, [], None
    return target, *notices.due(id_)


async def _wait(woken: asyncio.Event, delay_ms: int) -> None:
    """Until it is woken, or the time is over."""
    try:
        async with asyncio.timeout(max(delay_ms, 1) / 1000):
            await woken.wait()
    except TimeoutError:
        pass
