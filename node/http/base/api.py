"""What all handlers share: the node behind the interface, and who is asking.

It holds no logic of its own but the questions that every handler has: which coop is meant, whose
session this is, may this address go on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from aiohttp import web
from multidict import MultiMapping

from ledger.charter import Charter, Coop
from ledger.founding import Founding
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from ledger.transactions import MAX_NUMBER
from node.codes import Codes
from node.deliveries import Deliveries
from node.engine.answers import NotReady, Recorded, Refused
from node.engine.view import View
from node.http.base import facts
from node.http.base.kept_branches import KeptBranches
from node.http.base.problem import Problem
from node.http.base.problems import (
    BUSY,
    COOP_NOT_FOUND,
    FORBIDDEN,
    SESSION_ENDED,
    SESSION_INVALID,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
)
from node.http.base.reading import JSON, as_shape, plain_number, read_body, read_json
from node.http.base.sessions import Session, SessionRole, Sessions
from node.http.base.settings import HttpSettings
from node.merchant.services import MerchantServices
from node.notices.services import NoticeServices
from node.rates import AddressRates
from node.runner.runner import Runner
from node.shapes import Value, to_json
from node.shares import Held, Shares, Turns
from node.spellings import Json, from_base64url
from node.store import Memo
from node.wage import WageFile

PROBLEM_JSON = "application/problem+json"
ALL_PAGES = "Access-Control-Allow-Origin"
"""The header by which browsers let pages of other nodes read an answer."""

_COSTLY_REFUSALS = {
    Refusal.ENTRY_TOO_LARGE,
    Refusal.ENTRY_MALFORMED,
    Refusal.KIND_UNKNOWN,
    Refusal.ACCOUNT_UNKNOWN,
    Refusal.SIGNATURE_INVALID,
}
"""What only a broken or hostile client gets; an address that causes many is told to wait."""


_QUESTION = 100
"""What any question costs that has to be paid for, in microseconds."""

Answer = TypeVar("Answer")


class Caller(Protocol):
    """Whoever asks, as far as guards have to know: every request is one, that of the short way too."""

    @property
    def headers(self) -> MultiMapping[str]:
        """What came with the request."""

    @property
    def remote(self) -> str | None:
        """The address at the other end of the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The node as the handlers see it."""

    founding: Founding
    in_force: Callable[[], Charter]
    """Gives the charter in force for the own log."""
    known: Callable[[], Charter]
    """Gives the newest charter that is known, whichever log goes by it."""
    charter_signatures: bytes
    coop_number: int
    key: SigningKey
    version: str
    validator: str
    runner: Runner
    deliveries: Deliveries
    merchants: MerchantServices
    notices: NoticeServices
    accept_link: Callable[[web.Request, str], Awaitable[web.StreamResponse]]
    """Takes up another node's link, from that address."""
    settings: HttpSettings
    wages: WageFile | None
    """Of the index of wages that `node.toml` names."""
    clock_ms: Callable[[], int]
    """What people take for the time."""
    steady_ms: Callable[[], int]
    """For intervals and deadlines; see `node.world.World`."""
    random_bytes: Callable[[int], bytes]
    sessions: Sessions
    rates: AddressRates
    """Calls that cost much, by address."""
    work: AddressRates
    """What addresses make the node read, in microseconds about."""
    paid: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Costly questions under way: few, since whoever pays waits for the tick that answers them."""
    asking: Turns = field(default_factory=Turns)
    """Costly questions: one of an address at a time, so that none is asked before the last one is paid."""
    polls: Shares
    """Requests that wait for something to happen."""
    screened: Shares
    """Payments of addresses that have to wait, which are looked at all the same."""
    desk: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever changes a document: they are read, changed and written one after another."""
    batches: Shares
    """Batches that are recorded. Who is still sending one has none of these."""
    proving: Turns = field(default_factory=Turns)
    """The beginning of a batch: it may be rubbish, so only one of an address is judged at a time."""
    codes: Codes
    entries: Shares
    """Bytes of entries, being read or sent."""
    batch_bodies: Shares
    """Bytes of batches, from their arrival until they are recorded."""
    proposals: dict[int, "Reserved"] = field(default_factory=dict)
    branches: KeptBranches = field(default_factory=KeptBranches)
    digest: "KeptDigest" = field(default_factory=lambda: KeptDigest())
    moving: "MovingIn" = field(default_factory=lambda: MovingIn())

    # --- coops ---

    @property
    def charter(self) -> Charter:
        """The charter in force for the own log, now."""
        return self.in_force()

    @property
    def coop(self) -> Coop:
        """The node's own coop; while it joins, as the newest charter has it."""
        coop = self.charter.coops.get(self.coop_number)
        return self.newest.coops[self.coop_number] if coop is None else coop

    @property
    def newest(self) -> Charter:
        """The newest charter that is known: it has every coop of which anything is held here."""
        return self.known()

    def coop_in_path(self, request: web.Request) -> Coop:
        """The coop that the path names; raises `coop_not_found`."""
        text = request.match_info["coop"]
        coop = self.newest.coop_named(text)
        number = plain_number(text, most=MAX_NUMBER)
        if coop is None and number is not None:
            coop = self.newest.coops.get(number)
        if coop is None:
            raise Problem(COOP_NOT_FOUND)
        return coop

    def coop_name(self, number: int) -> str:
        """The name of a coop."""
        return self.newest.coops[number].name

    @property
    def names(self) -> dict[int, str]:
        """The coops' names by their numbers."""
        return {number: coop.name for number, coop in self.newest.coops.items()}

    # --- bodies ---

    async def body(
        self, request: web.Request, most_bytes: int, *, held: Held | None = None
    ) -> bytes:
        """The whole body within the bounds; its bytes are counted in `held` as they arrive."""
        return await read_body(
            request, most_bytes=most_bytes, timeout_ms=self.settings.body_ms, held=held
        )

    async def read(self, request: web.Request, shape: type[Value]) -> Value:
        """The value of that shape in the body."""
        return as_shape(await self.json(request), shape)

    async def json(self, request: web.Request) -> Json:
        """The JSON object in the body, before anything is known of its shape."""
        return await read_json(
            request, most_bytes=self.settings.json_bytes, timeout_ms=self.settings.body_ms
        )

    # --- who asks ---

    async def session(self, request: web.Request) -> Session:
        """The session that the request shows, as `shown_session`, of somebody who still is who signed in.

        Raises also `forbidden` for a steward who is not in office any more. A session is over once the key
        that opened it was replaced: whoever has stolen it must not go on.
        """
        session = self.shown_session(request)
        keys = await self.runner.ask(lambda view: facts.keys_of(view, session.role, session.number))
        if not keys:
            raise Problem(FORBIDDEN)
        if session.key not in keys:
            self.sessions.close(bearer_token(request))
            raise Problem(SESSION_INVALID)
        return session

    def shown_session(self, request: web.Request) -> Session:
        """The session that the request shows; raises `unauthorized`, `session_invalid`, `session_ended`."""
        token, now_ms = bearer_token(request), self.steady_ms()
        session = self.sessions.find(token, now_ms)
        if session is None:
            was_pushed_out = self.sessions.was_pushed_out(token, now_ms)
            raise Problem(SESSION_ENDED if was_pushed_out else SESSION_INVALID)
        return session

    def clock_at_ms(self, steady_ms: int) -> int:
        """What the clock will show at a moment of the steady clock, if nobody sets it."""
        return self.clock_ms() + steady_ms - self.steady_ms()

    async def member(self, request: web.Request) -> int:
        """The account whose owner asks; raises also `forbidden`."""
        session = await self.session(request)
        if session.role is not SessionRole.MEMBER:
            raise Problem(FORBIDDEN)
        return session.number

    async def steward(self, request: web.Request) -> int:
        """The steward who asks; raises also `forbidden`, for one too who is not in office any more."""
        session = await self.session(request)
        if session.role is not SessionRole.STEWARD:
            raise Problem(FORBIDDEN)
        return session.number

    async def check_log_reader(self, request: web.Request) -> None:
        """Raise as `session` for somebody who may not read the log, where that is not for everybody."""
        if self.settings.log_for_members:
            await self.session(request)

    # --- rates ---

    def address(self, request: Caller) -> str:
        """The client's address, as the connection or a trusted proxy in front has it."""
        if self.settings.trust_forwarded:
            # The client may have sent such headers itself; a proxy adds to the last, or one more.
            forwarded = request.headers.getall("X-Forwarded-For", [])
            if forwarded and forwarded[-1]:
                return forwarded[-1].rpartition(",")[2].strip()[:64]
        return request.remote or ""

    def check_rate(self, request: Caller) -> None:
        """Raise `too_many_requests` for an address that has caused too much that is costly."""
        address, now_ms = self.address(request), self.steady_ms()
        wait_ms = max(self.rates.wait_ms(address, now_ms), self.work.wait_ms(address, now_ms))
        if wait_ms:
            raise Problem(TOO_MANY_REQUESTS, retry_after_s=wait_ms // 1000 + 1)

    async def submit(
        self, request: Caller, transaction: bytes, memos: Sequence[Memo]
    ) -> Recorded | Refused | NotReady:
        """Record a payment. From an address that has to wait, only a new one that its payer has signed.

        Many people may share an address; what one of them sends must not keep the others from paying. Raises
        `too_many_requests` as `check_rate` for all else that comes from there.
        """
        try:
            self.check_rate(request)
        except Problem:
            with self.screened.hold(self.address(request)) as held:
                if not held.take():
                    raise
                return await self.runner.submit(transaction, memos, doubtful=True)
        return await self.runner.submit(transaction, memos)

    @contextmanager
    def poll(self, request: web.Request) -> Iterator[None]:
        """Wait for something in the `with` block; raises `busy` when too many do, here or from there."""
        with self.polls.hold(self.address(request)) as held:
            if not held.take():
                raise Problem(BUSY, retry_after_s=5)
            yield

    async def ask_paid(
        self, request: web.Request, run: Callable[[View], Answer], *, goes_on: bool = False
    ) -> Answer:
        """The answer of `run`, whose work in the engine's thread the address pays for.

        For questions whose cost depends on what is stored and asked. Those of an address are asked one after
        another, so that each is paid for before the next. Raises `too_many_requests`, but not for one that
        `goes_on` with what was asked before: many small questions are as good as a large one.
        """
        spent_ns = 0

        def measured(view: View) -> Answer:
            nonlocal spent_ns
            began_ns = time.thread_time_ns()
            try:
                return run(view)
            finally:
                spent_ns = time.thread_time_ns() - began_ns

        async with self.asking.take(self.address(request)):
            if not goes_on:
                self.check_rate(request)
            if request.transport is None or request.transport.is_closing():
                raise Problem(BUSY)  # nobody is left who would hear the answer
            try:
                async with self.paid:
                    return await self.runner.ask(measured)
            finally:
                self.spend(request, _QUESTION + spent_ns // 1_000)

    def charge(self, request: Caller, count: int = 1) -> None:
        """Count something costly that this client caused."""
        self.rates.charge(self.address(request), self.steady_ms(), count)

    def spend(self, request: Caller, units: int) -> None:
        """Count what this client made the node read, roughly in microseconds."""
        self.work.charge(self.address(request), self.steady_ms(), units)

    def charge_refusal(self, request: Caller, refusal: Refusal) -> None:
        """Count a refusal that no honest client gets."""
        if refusal in _COSTLY_REFUSALS:
            self.charge(request)

    @contextmanager
    def charging(self, request: web.Request) -> Iterator[None]:
        """Count such a refusal when the `with` block ends in the problem that it became."""
        try:
            yield
        except Problem as problem:
            if problem.kind.number is not None:
                self.charge_refusal(request, Refusal(problem.kind.number))
            raise

    def charge_results(self, request: web.Request, results: Sequence[int]) -> bool:
        """Count those refusals in a batch's results; whether the client has to wait because of them."""
        costly = sum(results.count(-refusal) for refusal in _COSTLY_REFUSALS)
        if costly:
            self.charge(request, costly)
        address, now_ms = self.address(request), self.steady_ms()
        return self.rates.wait_ms(address, now_ms) > 0 or self.work.wait_ms(address, now_ms) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """An account number that is kept free for a key, for a while; `origin` says from where it was asked."""

    key: bytes
    origin: bytes
    expires_ms: int


@dataclass(slots=True)
class MovingIn:
    """Until when payments wait for the books to be opened (`moving`), by the steady clock."""

    until_ms: int = 0


@dataclass(slots=True)
class KeptDigest:
    """The last state digest that was computed, and the heads that it belongs to."""

    value: bytes = b""
    heads: dict[int, bytes] = field(default_factory=dict)


def bearer_token(request: web.Request) -> bytes:
    """The token in the request; raises `unauthorized`, `session_invalid`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Problem(UNAUTHORIZED)
    data = from_base64url(token.strip())
    if data is None:
        raise Problem(SESSION_INVALID)
    return data


def json_response(content: object, *, status: int = 200, is_private: bool = False) -> web.Response:
    """A value as a JSON answer. A private one is not to be kept by anybody on the way."""
    headers = {"Content-Type": JSON}
    if is_private:
        headers["Cache-Control"] = "no-store"
    return web.Response(body=to_json(content), status=status, headers=headers)


def problem_response(problem: Problem, request_id: str) -> web.Response:
    """A problem as an answer."""
    headers = {"Content-Type": PROBLEM_JSON}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    if problem.allow is not None:
        headers["Allow"] = problem.allow
    if problem.is_for_all_pages:
        headers[ALL_PAGES] = "*"
    if problem.kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = to_json(problem.answer(request_id))
    return web.Response(body=body, status=problem.kind.status, headers=headers)
