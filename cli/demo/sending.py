"""Sending a demonstration's admissions and payments, as fast as the nodes take them.

Signing happens in worker processes, sending in one event loop. Each coop's node has several senders; all
payments of one member go through the same one, in order, because their numbers must not overtake each
other. What got no answer is sent again, the same bytes.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from cli.demo.signing import NewMember, NewPayment, Signer, sign_admissions, sign_payments
from cli.shell.language import say
from ledger.refusals import Refusal

SENDERS: Final = 2
"""For each node."""
BATCH_PAYMENTS: Final = 2_000
BATCH_MEMBERS: Final = 250
SIGNED_AHEAD: Final = 2
"""Batches that a sender has signed while it sends another."""
ATTEMPTS: Final = 10
PAUSE_SECONDS: Final = 0.5
ANSWER_SECONDS: Final = 120


@dataclass(eq=False)
class SendingFailed(Exception):
    """The node at `url` did not take what was sent; `reason` is its answer, shortened."""

    url: str
    reason: str


@dataclass(slots=True)
class Sent:
    """What became of the payments: how many were accepted, and refused by which rule."""

    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A coop's node and those who have their accounts there. `payments` are in order."""

    url: str
    signer: Signer
    members: Sequence[NewMember]
    payments: Sequence[NewPayment]


Progress = Callable[[int], None]


async def admit_all(
    homes: Sequence[Home], pool: ProcessPoolExecutor, progress: Progress
) -> list[int]:
    """Admit all members at their homes; the entry of the last admission at each.

    Raises `SendingFailed` when one is refused.
    """
    async with _session() as session, asyncio.TaskGroup() as group:
        tasks = [group.create_task(_admit(home, pool, session, progress)) for home in homes]
    return [task.result() for task in tasks]


async def pay_all(homes: Sequence[Home], pool: ProcessPoolExecutor, progress: Progress) -> Sent:
    """Make all payments through the nodes' batch endpoints."""
    sent = Sent()
    async with _session() as session, asyncio.TaskGroup() as group:
        for home in homes:
            for stream in _streams(home.payments):
                group.create_task(_pay(home, stream, pool, session, sent, progress))
    return sent


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        connector=aiohttp.TCPConnector(limit=0),
    )


def _streams(payments: Sequence[NewPayment]) -> list[list[NewPayment]]:
    """The payments of a coop by sender; those of one payer stay together and in order."""
    streams: list[list[NewPayment]] = [[] for _ in range(SENDERS)]
    for payment in payments:
        streams[payment.payer % SENDERS].append(payment)
    return [stream for stream in streams if stream]


async def _admit(
    home: Home, pool: ProcessPoolExecutor, session: aiohttp.ClientSession, progress: Progress
) -> int:
    url = f"{home.url}/v1/transactions/batch"
    last = 0
    async for batch in _signed(pool, sign_admissions, home.signer, home.members, BATCH_MEMBERS):
        results = (await _post(session, url, batch))["results"]
        refused = [Refusal(-result).code for result in results if result < 0]
        if refused:
            raise SendingFailed(url, say("an admission was refused: {refused}", refused=refused[0]))
        last = results[-1]
        progress(len(results))
    return last


async def _pay(
    home: Home,
    payments: Sequence[NewPayment],
    pool: ProcessPoolExecutor,
    session: aiohttp.ClientSession,
    sent: Sent,
    progress: Progress,
) -> None:
    url = f"{home.url}/v1/payments/batch"
    async for batch in _signed(pool, sign_payments, home.signer, payments, BATCH_PAYMENTS):
        answer = await _post(session, url, batch)
        for result in answer["results"]:
            if result > 0:
                sent.accepted += 1
            else:
                sent.refused[Refusal(-result).code] += 1
        progress(len(answer["results"]))


async def _signed(
    pool: ProcessPoolExecutor,
    sign: Callable[[Signer, Sequence[Any]], Any],
    signer: Signer,
    items: Sequence[Any],
    size: int,
) -> Any:
    """Signed batches in order, with a few more being signed meanwhile."""
    loop = asyncio.get_running_loop()
    ahead: deque[asyncio.Future[Any]] = deque()
    for part in _parts(items, size):
        ahead.append(loop.run_in_executor(pool, sign, signer, part))
        if len(ahead) > SIGNED_AHEAD:
            yield await ahead.popleft()
    while ahead:
        yield await ahead.popleft()


def _parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


async def _post(session: aiohttp.ClientSession, url: str, body: bytes) -> Mapping[str, Any]:
    """Send until there is an answer; the same bytes every time."""
    headers = {"Content-Type": "application/octet-stream"}
    reason = ""
    for _ in range(ATTEMPTS):
        try:
            async with session.post(url, data=body, headers=headers) as response:
                if response.status == 200:
                    answer: Mapping[str, Any] = await response.json()
                    return answer
                reason = (await response.text())[:300]
                if response.status not in (429, 503):
                    break
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
        await asyncio.sleep(PAUSE_SECONDS)
    raise SendingFailed(url, reason)


def number_payments(
    trades: Sequence[tuple[int, int, int]], *, homes: Sequence[int], accounts: Sequence[int]
) -> dict[int, list[NewPayment]]:
    """The payments (payer, payee, amount) of each coop, each payer's numbered from 1.

    `homes` has the number of each member's coop, `accounts` that of the account there.
    """
    sequences: Counter[int] = Counter()
    payments: defaultdict[int, list[NewPayment]] = defaultdict(list)
    for payer, payee, amount in trades:
        sequences[payer] += 1
        payments[homes[payer]].append(
            NewPayment(
                payer=accounts[payer],
                sequence=sequences[payer],
                payee_coop=homes[payee],
                payee=accounts[payee],
                amount=amount,
            )
        )
    return payments
