"""Batches of payments and other transactions: each is accepted or refused by itself.

Whoever sends a batch waits for the whole of it, and who pays once waits for the tick that takes that
payment. So a batch goes to the engine in parts, small ones first: it may be rubbish, or known already.
"""

import asyncio

from aiohttp import web

from ledger.chain import SignedHead
from ledger.codec import split
from ledger.errors import EncodingError
from ledger.kinds import PAYMENT_KINDS, STEWARDS_KINDS
from ledger.refusals import Refusal
from ledger.transactions import Kind
from node.engine.answers import BatchRecorded, NotReady
from node.http.base.api import Api, json_response
from node.http.base.moving import check_may_pay
from node.http.base.naming import is_kept
from node.http.base.problem import Problem
from node.http.base.problems import (
    BUSY,
    CONTENT_TYPE_UNSUPPORTED,
    NAME_NOT_OPENED,
    REQUEST_MALFORMED,
    TOO_MANY_REQUESTS,
)
from node.http.base.reading import OCTETS, content_type
from node.http.base.refusals_problems import refusal_problem
from node.http.base.troubles import not_ready
from node.http.payments import shapes
from node.spellings import Hash, Signature

_FIRST_CHUNK = 128
_GROWTH = 8
_CHUNK_PAYMENTS = 4_096
"""How many payments of a batch go into one tick: few at first, since they may be rubbish, then ever more."""
_REFUSED = 30
"""What it costs to refuse a payment of a batch, for whatever reason; in microseconds about."""
_LOOK_UP = 60
"""What it costs to look whether a payment was recorded already; in microseconds about, as all work."""


async def post_batch(api: Api, request: web.Request) -> web.Response:
    """Record many payments."""
    await check_may_pay(api)
    return await _record_batch(api, request, PAYMENT_KINDS)


async def post_transactions_batch(api: Api, request: web.Request) -> web.Response:
    """Record many admissions, limits and statuses."""
    return await _record_batch(api, request, STEWARDS_KINDS)


async def _record_batch(api: Api, request: web.Request, kinds: frozenset[int]) -> web.Response:
    """Record many transactions: one after another, each accepted or refused by itself.

    Whoever is still sending takes up memory for what has arrived, and no place among those that are
    recorded; of both, one address has only a share. So who does not go on keeps nobody else waiting.
    """
    api.check_rate(request)
    address = api.address(request)
    if not api.batches.has_room(address):
        raise Problem(BUSY, retry_after_s=1)  # before anything is sent in vain
    if content_type(request) != OCTETS:
        raise Problem(CONTENT_TYPE_UNSUPPORTED)
    with api.batch_bodies.hold(address) as held, api.batches.hold(address) as place:
        body = await api.body(request, api.settings.batch_bytes, held=held)
        if not place.take():
            raise Problem(BUSY, retry_after_s=1)
        transactions = await _split_batch(api, request, body)
        if Kind.ADMIT in kinds and not await api.runner.ask(
            lambda view: all(is_kept(view, each) for each in transactions)
        ):
            raise Problem(NAME_NOT_OPENED, remedy="Give the node the names first, at /v1/names.")
        head, results = await _submit_chunks(api, request, transactions, kinds)
    return json_response(
        shapes.BatchRecorded(
            coop=api.coop.name,
            coop_number=head.coop,
            length=head.length,
            head=Hash(head.head),
            signature=Signature(head.signature),
            results=results,
        )
    )


async def _split_batch(api: Api, request: web.Request, body: bytes) -> list[bytes]:
    """The transactions of a batch, at least one."""
    try:
        transactions = await asyncio.to_thread(split, body, most=api.settings.batch_transactions)
    except EncodingError as error:
        api.charge(request)
        raise refusal_problem(Refusal.ENTRY_MALFORMED) from error
    if not transactions:
        raise Problem(REQUEST_MALFORMED, "The batch is empty.")
    return transactions


async def _submit_chunks(
    api: Api, request: web.Request, transactions: list[bytes], kinds: frozenset[int]
) -> tuple[SignedHead, list[int]]:
    """The head after a batch, and the result of each of its transactions.

    A client of whose transactions dozens have wrong signatures, or are none at all, is not listened to until
    the end: the results are then fewer than the payments.
    """
    results: list[int] = []
    recorded: BatchRecorded | None = None
    size = _FIRST_CHUNK
    while len(results) < len(transactions):
        chunk = transactions[len(results) : len(results) + size]
        if size == _FIRST_CHUNK:
            answer, may_go_on = await _submit_unproven(api, request, chunk, kinds)
        else:
            answer, may_go_on = await _submit_chunk(api, request, chunk, kinds)
        if isinstance(answer, NotReady):
            if recorded is None:
                raise not_ready(answer, api.names)
            break
        recorded = answer
        results += answer.results
        if not answer.looked_up and min(answer.results, default=0) > 0:
            size = min(_GROWTH * size, _CHUNK_PAYMENTS)
        if not may_go_on or len(answer.results) < len(chunk):
            break  # the next payer has to wait
    assert recorded is not None
    if not results:
        raise Problem(TOO_MANY_REQUESTS, retry_after_s=10)
    return recorded.head, results


async def _submit_unproven(
    api: Api, request: web.Request, chunk: list[bytes], kinds: frozenset[int]
) -> tuple[BatchRecorded | NotReady, bool]:
    """As `_submit_chunk`, when the address's other chunks of this sort have been paid for."""
    async with api.proving.take(api.address(request)):
        api.check_rate(request)
        return await _submit_chunk(api, request, chunk, kinds)


async def _submit_chunk(
    api: Api, request: web.Request, chunk: list[bytes], kinds: frozenset[int]
) -> tuple[BatchRecorded | NotReady, bool]:
    """The answer to a part of a batch, and whether the client may go on after what that has cost."""
    answer = await api.runner.submit_batch(chunk, kinds)
    if isinstance(answer, NotReady):
        return answer, False
    refused = sum(result < 0 for result in answer.results)
    api.spend(request, _LOOK_UP * answer.looked_up + _REFUSED * refused)
    return answer, not api.charge_results(request, answer.results)
