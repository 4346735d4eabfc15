"""Waiting for payments to be delivered: many long polls, and no question to the engine for each.

A payment that is entry n of one coop's log is delivered when the payee's log anchors that log at or beyond
n. Every tick in which the payee's log grows here says how far it reaches; only who begins to wait asks
once, because it may have been delivered before, and all who begin together share the answer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from node.engine.outbox import Reached
from node.errors import NodeFault
from node.logs import log_event
from node.runner.inbox import RunnerBusy
from node.runner.runner import Runner


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    log: int
    number: int
    done: "asyncio.Future[None]"


class Deliveries:
    """Wakes those who wait for an anchor. At most `most` may wait at a time."""

    def __init__(self, runner: Runner, *, most: int) -> None:
        self._runner = runner
        self._most = most
        self._count = 0
        self._waiters: dict[int, set[_Waiter]] = {}
        self._looking: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        runner.on_advance(self._on_advance)

    async def wait(self, *, payee_coop: int, log: int, number: int, timeout_ms: int) -> bool:
        """Wait until the payee's log takes in entry `number` of `log`; False when the time is over.

        A log has taken in itself as far as it goes, so with `payee_coop` = `log` this waits until the
        entry is held here.

        Raises `RunnerBusy` when too many wait already.
        """
        if self._count >= self._most:
            raise RunnerBusy("too many requests wait for deliveries")
        loop = asyncio.get_running_loop()
        waiter = _Waiter(log, number, loop.create_future())
        waiters = self._waiters.setdefault(payee_coop, set())
        waiters.add(waiter)
        self._count += 1
        self._look(payee_coop)  # it may have been delivered before we began to wait
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await waiter.done
            return True
        except TimeoutError:
            return False
        finally:
            waiters.discard(waiter)
            self._count -= 1

    def stop(self) -> None:
        """Let everybody who waits go on; what they waited for may not be there yet."""
        for waiters in self._waiters.values():
            for waiter in waiters:
                if not waiter.done.done():
                    waiter.done.set_result(None)

    def _on_advance(self, reached: Reached) -> None:
        for coop, lengths in reached.items():
            self._wake_reached(coop, lengths)

    def _look(self, coop: int) -> None:
        if self._waiters.get(coop) and coop not in self._looking:
            self._looking.add(coop)
            task = asyncio.create_task(self._wake(coop))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _wake(self, coop: int) -> None:
        try:
            lengths = await self._runner.ask(lambda view: view.validator.log(coop).reached())
        except NodeFault as fault:
            log_event("deliveries_not_seen", {"text": str(fault)})
            return
        finally:
            self._looking.discard(coop)
        self._wake_reached(coop, lengths)

    def _wake_reached(self, coop: int, lengths: Mapping[int, int]) -> None:
        for waiter in self._waiters.get(coop, ()):
            if waiter.number <= lengths.get(waiter.log, 0) and not waiter.done.done():
                waiter.done.set_result(None)
