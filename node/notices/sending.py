"""Carries notices to push services and to the mail server.

Rules:
- What waits for a target goes as one message: a push says only that there is something, a mail lists it.
- A mail follows the one before it after a pause; an address gets so many a day at most.
- What fails is tried again a few times, with growing pauses, and then given up: a notice is not worth more.
- A push service that answers 404 or 410, and a mail server that refuses an address for good, end the target.
- How mail and push fare is told to the operator after some failures in a row, until one succeeds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from node.engine.view import View
from node.errors import NodeFault
from node.logs import log_event
from node.notices.notice import Notice
from node.notices.notices import NoticeNews, Outcome, notices_of
from node.notices.settings import NoticeSettings
from node.notices.targets import Channel, Target
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

    `is_gone`: there is no such browser or mailbox any more. `asked_s`: for how long the other side wants to
    be left alone.
    """

    why: str = ""
    is_gone: bool = False
    asked_s: int = 0


Carry = Callable[[Target, Sequence[Notice]], Awaitable[Attempt]]
"""Sends one message that tells of these notices."""


@dataclass(slots=True)
class _Fared:
    """How a channel fares: failures in a row, and whether the operator was told."""

    failures: int = 0
    is_told: bool = False


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
        self._mailed_ms: dict[str, list[int]] = {}
        """When each address was mailed within a day, by the steady clock."""
        self._fared = {channel: _Fared() for channel in Channel}
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
        del self._workers[id_], self._woken[id_]

    def _pause_ms(self, target: Target) -> int:
        """How long a mail has still to wait for the one before it; 0: not at all."""
        if target.channel is not Channel.MAIL:
            return 0
        now_ms = self._steady_ms()
        mailed = [each for each in self._mailed_ms.get(target.id, ()) if each > now_ms - _DAY_MS]
        if not mailed:
            self._mailed_ms.pop(target.id, None)
            return 0
        self._mailed_ms[target.id] = mailed
        free_ms = mailed[-1] + self._settings.mail_pause_ms
        if len(mailed) >= self._settings.mails_daily:
            free_ms = max(free_ms, mailed[-self._settings.mails_daily] + _DAY_MS)
        return max(free_ms - now_ms, 0)

    async def _send(self, target: Target, waiting: Sequence[Notice]) -> None:
        async with self._slots:
            attempt = await self._carriers[target.channel](target, waiting)
        is_told = not attempt.why
        if is_told and target.channel is Channel.MAIL and target.confirmed_ms is not None:
            self._mailed_ms.setdefault(target.id, []).append(self._steady_ms())
        next_ms = None if is_told else self._next_ms(waiting, attempt)
        outcome = Outcome(
            notices=[each.id for each in waiting],
            is_told=is_told,
            next_ms=next_ms,
            is_gone=attempt.is_gone,
        )
        # A mailbox or browser that is no more says nothing against the server that says so.
        trouble = self._note(target.channel, "" if attempt.is_gone else attempt.why)

        def record(view: View) -> tuple[Write, None]:
            notices = notices_of(view)
            notices.record(target.id, outcome)
            if trouble is not None:
                notices.note_failing(target.channel, why=trouble or None)
            return Write(), None

        await self._runner.change(record)

    def _next_ms(self, waiting: Sequence[Notice], attempt: Attempt) -> int | None:
        tries = max(each.tries for each in waiting)
        if tries >= len(PAUSES_S):
            return None
        pause_ms = max(PAUSES_S[tries], min(attempt.asked_s, PAUSES_S[-1])) * 1_000
        return self._clock_ms() + pause_ms * 9 // 10 + self._jitter(pause_ms // 5)

    def _note(self, channel: Channel, why: str) -> str | None:
        """Count how the channel fares. What to tell the operator: why it fails, "" that it works again."""
        fared = self._fared[channel]
        if not why:
            fared.failures = 0
            if not fared.is_told:
                return None
            fared.is_told = False
            return ""
        fared.failures += 1
        log_event("notice_failed", {"channel": channel.value, "text": why})
        if fared.failures < self._settings.alarm_failures:
            return None
        fared.is_told = True
        return why


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
