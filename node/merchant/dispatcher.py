"""The dispatcher: carries the outbox to the merchants' servers.

Rules:
- What is in the outbox is sent at least once. An outcome is written after the answer: a crash in between
  sends the message again, under the same id.
- One worker serves one endpoint, a few messages at a time. How many are served at once is bounded, and
  shared fairly between accounts (`fair_slots`): slow endpoints delay only their own account's.
- Any answer of 2xx is delivery. Everything else, redirects too, is tried again over three days, with
  jitter; 410 disables the endpoint.
- Pauses are dated by the clock, as they outlive the process, and moved with it when somebody sets it. After a
  start nothing waits longer than the longest pause, whatever its date.
- Time and size of an answer are bounded; the address is checked when the connection is made (`targets`).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from node.engine.view import View
from node.errors import NodeFault
from node.logs import log_event
from node.merchant.access import Attempt, Delivery, Endpoint, read_delivery
from node.merchant.clock_jumps import ClockJumps
from node.merchant.context import News
from node.merchant.endpoints import Outcome
from node.merchant.fair_slots import FairSlots
from node.merchant.merchants import merchants_of
from node.merchant.records import MerchantRecord
from node.merchant.settings import MerchantSettings
from node.merchant.signing import WebhookSigner
from node.merchant.targets import AddressRefused, guarded_sockets
from node.runner.inbox import RunnerStopped
from node.runner.runner import Runner
from node.store import Write

RETRIES_S: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The pauses between attempts, as Standard Webhooks advises; three days and a little together."""
_LONGEST_PAUSE_S: Final = 86_400
"""No server can put us off for longer with Retry-After."""
LATEST_MS: Final = _LONGEST_PAUSE_S * 1_100
"""No attempt is dated further ahead, its jitter included."""
_FAR_MS: Final = 2**53 - 1
"""Later than anything is due."""
_FAULT_PAUSE_S: Final = 1.0
"""How long to wait when the engine could not be asked."""
_MANY_REQUESTS: Final = 16
"""When so many requests wait for the engine, webhooks give way to them."""
_MOST_PAUSES: Final = 5
"""How often they give way at most before each handful of messages."""
_PAUSE_S: Final = 0.05
"""For how long each time."""
_USER_AGENT: Final = "Fiado-Webhooks/1"


def next_attempt_ms(
    tries: int, *, now_ms: int, jitter: Callable[[int], int], asked_s: int = 0
) -> int | None:
    """When to try again after `tries` failures; None: never.

    `asked_s` is what the server asked for in Retry-After. The jitter is a tenth either way.
    """
    if tries > len(RETRIES_S):
        return None
    pause_ms = max(RETRIES_S[tries - 1], min(asked_s, _LONGEST_PAUSE_S)) * 1_000
    return now_ms + pause_ms * 9 // 10 + jitter(pause_ms // 5)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server answered. `status` is 0 when it did not; `error` says, in words, what broke off.

    It may have broken off after the status, which counts all the same. `asked_s` is the server's
    Retry-After in seconds, or 0.
    """

    status: int
    error: str = ""
    asked_s: int = 0

    @property
    def is_delivery(self) -> bool:
        """Whether the server has taken the message."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class _Work:
    """What is due for an endpoint now, a handful at most; or when something will be, if anything."""

    endpoint: Endpoint
    due: list[Delivery]
    next_ms: int | None


class Dispatcher:
    """Sends webhooks until it is stopped. `jitter(most)` is a random integer from 0 to `most`."""

    def __init__(
        self,
        runner: Runner,
        *,
        settings: MerchantSettings,
        signer: WebhookSigner,
        clock_ms: Callable[[], int],
        steady_ms: Callable[[], int],
        jitter: Callable[[int], int],
    ) -> None:
        self._runner = runner
        self._settings = settings
        self._signer = signer
        self._clock_ms = clock_ms
        self._jumps = ClockJumps(clock_ms, steady_ms)
        self._dating = asyncio.Lock()
        self._jitter = jitter
        self._session: aiohttp.ClientSession | None = None
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._woken: dict[str, asyncio.Event] = {}
        self._slots = FairSlots(
            total=settings.endpoints_at_once,
            each_account=settings.endpoints_at_once_each,
            each_target=settings.endpoints_at_once_target,
        )
        self._is_stopped = False

    async def start(self) -> None:
        """Begin with what waits in the outbox."""
        connector = aiohttp.TCPConnector(
            socket_factory=guarded_sockets(allow_private=self._settings.private_webhooks),
            use_dns_cache=False,
            limit=self._settings.endpoints_at_once * self._settings.webhooks_at_once,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._settings.webhook_ms / 1000),
            auto_decompress=False,
            trust_env=False,
        )
        self._runner.on_news(News, self._hear)
        await self._redate(0)
        for endpoint_id in await self._runner.ask(_endpoints_waited_for):
            self.wake(endpoint_id)

    async def stop(self) -> None:
        """Send nothing more. What is under way is sent again at the next start."""
        self._is_stopped = True
        for worker in self._workers.values():
            worker.cancel()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _hear(self, news: Sequence[News]) -> None:
        for item in news:
            for endpoint_id in item.endpoints:
                self.wake(endpoint_id)

    def wake(self, endpoint_id: str) -> None:
        """Something may be due for that endpoint."""
        if self._is_stopped:
            return
        self._woken.setdefault(endpoint_id, asyncio.Event()).set()
        if endpoint_id not in self._workers:
            self._workers[endpoint_id] = asyncio.create_task(self._serve(endpoint_id))

    async def _serve(self, endpoint_id: str) -> None:
        """Send what is due, until there is nothing to wait for."""
        woken = self._woken[endpoint_id]
        while True:
            woken.clear()
            try:
                await self._follow_clock()
                work = await self._runner.ask(lambda view: self._work(view, endpoint_id))
                if work is not None and work.due:
                    await self._give_way()
                    await self._send_all(work)
                    continue
            except RunnerStopped:
                return
            except NodeFault as fault:
                log_event("webhooks_waiting", {"text": str(fault)})
                await asyncio.sleep(_FAULT_PAUSE_S)
                continue
            if woken.is_set():
                continue
            if work is None or work.next_ms is None:
                break
            await _wait(woken, work.next_ms - self._clock_ms())
        # Nobody can have woken this worker since it looked at `woken`: it did not await anything.
        del self._workers[endpoint_id], self._woken[endpoint_id]

    async def _follow_clock(self) -> None:
        """Move what waits when somebody has set the clock, so that its pause stays as long as it was."""
        async with self._dating:
            if jump_ms := self._jumps.jump_ms():
                await self._redate(jump_ms)
                self._jumps.settle(jump_ms)

    async def _redate(self, jump_ms: int) -> None:
        def redate(view: View) -> tuple[Write, None]:
            merchants_of(view).endpoints.redate(jump_ms, latest_ms=LATEST_MS)
            return Write(), None

        await self._runner.change(redate)

    async def _give_way(self) -> None:
        """Let payments go first, for a moment: a webhook has three days, a customer at the till has not."""
        for _ in range(_MOST_PAUSES):
            if self._runner.waiting_requests < _MANY_REQUESTS:
                return
            await asyncio.sleep(_PAUSE_S)

    def _work(self, view: View, endpoint_id: str) -> _Work | None:
        """What there is to do for an endpoint; None when it is gone or disabled."""
        endpoint = merchants_of(view).endpoints.find(endpoint_id)
        if endpoint is None or endpoint.disabled is not None:
            return None
        most = self._settings.webhooks_at_once
        due = view.store.due_records(
            MerchantRecord.DELIVERY, endpoint_id, upto=view.now_ms, limit=most
        )
        if due:
            return _Work(endpoint, [read_delivery(row) for row in due], None)
        later = view.store.due_records(MerchantRecord.DELIVERY, endpoint_id, upto=_FAR_MS, limit=1)
        return _Work(endpoint, [], later[0].due if later else None)

    async def _send_all(self, work: _Work) -> None:
        """Send what waits, and write the outcomes; forget what ended long ago and is due for that."""
        waiting = [delivery for delivery in work.due if delivery.state == "waiting"]
        ended = [delivery for delivery in work.due if delivery.state != "waiting"]
        async with self._slots.hold(work.endpoint.account, str(URL(work.endpoint.url).origin())):
            outcomes = await asyncio.gather(
                *(self._send(work.endpoint, delivery) for delivery in waiting)
            )

        def record(view: View) -> tuple[Write, None]:
            endpoints = merchants_of(view).endpoints
            endpoints.record(outcomes)
            endpoints.forget(ended)
            return Write(), None

        await self._runner.change(record)

    async def _send(self, endpoint: Endpoint, delivery: Delivery) -> Outcome:
        """One attempt, and what follows from its answer."""
        began_ms = self._clock_ms()
        answer = await self._post(endpoint, delivery, now_ms=began_ms)
        error, next_ms = answer.error, None
        if answer.status and not answer.is_delivery:
            error = f"It answered {answer.status}."
        if not answer.is_delivery:
            next_ms = next_attempt_ms(
                delivery.tries + 1,
                now_ms=self._clock_ms(),
                jitter=self._jitter,
                asked_s=answer.asked_s,
            )
        return Outcome(
            delivery=delivery.id,
            attempt=Attempt(time=began_ms // 1000, status=answer.status, error=error),
            is_delivered=answer.is_delivery,
            is_gone=answer.status == 410,
            next_ms=next_ms,
        )

    async def _post(self, endpoint: Endpoint, delivery: Delivery, *, now_ms: int) -> _Answer:
        """Sign a message, carry it to the endpoint, and read the beginning of the answer."""
        assert self._session is not None
        body = delivery.body.encode("utf-8")
        headers = self._signer.headers(
            endpoint=endpoint.id,
            generation=endpoint.generation,
            message=delivery.message,
            timestamp=now_ms // 1000,
            body=body,
        )
        headers |= {"Content-Type": "application/json", "User-Agent": _USER_AGENT}
        status, asked_s = 0, 0
        try:
            async with self._session.post(
                endpoint.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
                asked_s = _retry_after(response.headers.get("Retry-After", ""))
                await response.content.read(self._settings.webhook_answer_bytes)
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            return _Answer(status, _in_words(failure), asked_s)
        return _Answer(status, "", asked_s)


def _endpoints_waited_for(view: View) -> list[str]:
    """The ids of the endpoints for which something is in the outbox."""
    pending = view.store.pending_records(MerchantRecord.DELIVERY)
    return sorted({shelf for _, shelf, _, _ in pending})


async def _wait(woken: asyncio.Event, delay_ms: int) -> None:
    """Until it is woken, or the time is over."""
    try:
        async with asyncio.timeout(max(delay_ms, 1) / 1000):
            await woken.wait()
    except TimeoutError:
        pass


def _retry_after(text: str) -> int:
    """The seconds that a server asks for; 0 when it says nothing, or a date, or nonsense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _in_words(failure: BaseException) -> str:
    """What went wrong, for the merchant; nothing of what the server answered."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return f"Not sent: {cause}."
        cause = cause.__cause__ or cause.__context__
    if isinstance(failure, TimeoutError):
        return "It took too long."
    if isinstance(failure, aiohttp.ClientConnectorError):
        return "It could not be reached."
    return "The connection broke, or the answer was not HTTP."
