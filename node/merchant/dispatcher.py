"""The dispatcher: carries the outbox to the merchants' servers.

Rules:
- What is in the outbox is sent at least once. An outcome is written after the answer: a crash in between
  sends the message again, under the same id.
- One worker serves one endpoint, a few messages at a time; a slow endpoint delays only itself.
- Any answer of 2xx is delivery. Everything else, redirects too, is tried again over three days, with
  jitter; 410 disables the endpoint.
- Time and size of an answer are bounded; the address is checked when the connection is made (`targets`).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from node.engine.events import View
from node.errors import NodeFault
from node.logs import log_event
from node.merchant.access import Attempt, Delivery, Endpoint, read_delivery
from node.merchant.context import News
from node.merchant.endpoints import Outcome
from node.merchant.merchants import merchants_of
from node.merchant.settings import MerchantSettings
from node.merchant.signing import WebhookSigner
from node.merchant.targets import AddressRefused, guarded_sockets
from node.runner import Runner, RunnerStopped
from node.store import RecordKind, Write

RETRIES_S: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The pauses between attempts, as Standard Webhooks advises; three days and a little together."""
_LONGEST_PAUSE_S: Final = 86_400
_FAR_MS: Final = 2**53 - 1
_FAULT_PAUSE_S: Final = 1.0
_MANY_REQUESTS: Final = 16
"""When so many requests wait for the engine, webhooks give way,"""
_GIVES_WAY: Final = 5
_GIVE_WAY_S: Final = 0.05
"""so often and for so long at most before each handful."""
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
class _Work:
    """What is to be sent to an endpoint now, or when something will be."""

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
        jitter: Callable[[int], int],
    ) -> None:
        self._runner = runner
        self._settings = settings
        self._signer = signer
        self._clock_ms = clock_ms
        self._jitter = jitter
        self._session: aiohttp.ClientSession | None = None
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._woken: dict[str, asyncio.Event] = {}
        self._slots = asyncio.Semaphore(settings.endpoints_at_once)
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
        self._runner.on_news(self._hear)
        for endpoint in await self._runner.ask(_endpoints_waited_for):
            self.wake(endpoint)

    async def stop(self) -> None:
        """Send nothing more. What is under way is sent again at the next start."""
        self._is_stopped = True
        for worker in self._workers.values():
            worker.cancel()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _hear(self, news: Sequence[Any]) -> None:
        for item in news:
            if isinstance(item, News):
                for endpoint in item.endpoints:
                    self.wake(endpoint)

    def wake(self, endpoint: str) -> None:
        """Something may be due for that endpoint."""
        if self._is_stopped:
            return
        self._woken.setdefault(endpoint, asyncio.Event()).set()
        if endpoint not in self._workers:
            self._workers[endpoint] = asyncio.create_task(self._serve(endpoint))

    async def _serve(self, endpoint: str) -> None:
        """Send what is due, until there is nothing to wait for."""
        woken = self._woken[endpoint]
        while True:
            woken.clear()
            try:
                work = await self._runner.ask(lambda view: self._work(view, endpoint))
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
        # Nothing can have come since the last look: there was no pause.
        del self._workers[endpoint], self._woken[endpoint]

    async def _give_way(self) -> None:
        """Let payments go first, for a moment: a webhook has three days, a customer at the till has not."""
        for _ in range(_GIVES_WAY):
            if self._runner.waiting_requests < _MANY_REQUESTS:
                return
            await asyncio.sleep(_GIVE_WAY_S)

    def _work(self, view: View, id_: str) -> _Work | None:
        """What there is to do for an endpoint; None when it is gone or disabled."""
        endpoint = merchants_of(view).endpoints.find(id_)
        if endpoint is None or endpoint.disabled is not None:
            return None
        most = self._settings.webhooks_at_once
        due = view.store.due_records(RecordKind.DELIVERY, id_, upto=view.now_ms, limit=most)
        if due:
            return _Work(endpoint, [read_delivery(row) for row in due], None)
        later = view.store.due_records(RecordKind.DELIVERY, id_, upto=_FAR_MS, limit=1)
        return _Work(endpoint, [], later[0].due if later else None)

    async def _send_all(self, work: _Work) -> None:
        waiting = [delivery for delivery in work.due if delivery.state == "waiting"]
        ended = [delivery for delivery in work.due if delivery.state != "waiting"]
        async with self._slots:
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
        assert self._session is not None
        now_ms = self._clock_ms()
        body = delivery.body.encode("utf-8")
        headers = self._signer.headers(
            endpoint=endpoint.id,
            generation=endpoint.generation,
            message=delivery.message,
            timestamp=now_ms // 1000,
            body=body,
        )
        headers |= {"Content-Type": "application/json", "User-Agent": _USER_AGENT}
        status, error, asked_s = 0, "", 0
        try:
            async with self._session.post(
                endpoint.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
                asked_s = _retry_after(response.headers.get("Retry-After", ""))
                await response.content.read(self._settings.webhook_answer_bytes)
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            error = _in_words(failure)
        is_delivered = 200 <= status < 300
        if status and not is_delivered:
            error = f"It answered {status}."
        next_ms = None
        if not is_delivered:
            next_ms = next_attempt_ms(
                delivery.tries + 1, now_ms=self._clock_ms(), jitter=self._jitter, asked_s=asked_s
            )
        return Outcome(
            delivery=delivery.id,
            attempt=Attempt(time=now_ms // 1000, status=status, error=error),
            is_delivered=is_delivered,
            is_gone=status == 410,
            next_ms=next_ms,
        )


def _endpoints_waited_for(view: View) -> list[str]:
    pending = view.store.pending_records(RecordKind.DELIVERY)
    return sorted({shelf for _, shelf, _, _ in pending})


async def _wait(woken: asyncio.Event, delay_ms: int) -> None:
    try:
        async with asyncio.timeout(max(delay_ms, 1) / 1000):
            await woken.wait()
    except TimeoutError:
        pass


def _retry_after(text: str) -> int:
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
