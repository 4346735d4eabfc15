"""Payments and other transactions: recording them, asking about them, proving them.

`POST /v1/payments` is the hot path of a node, so it does little: it reads the body, passes the bytes on,
and writes the answer by hand.
"""

import json
from collections.abc import Sequence

from aiohttp import web

from ledger.entries import decode_transaction, transaction_kind
from ledger.kinds import PAYMENT_KINDS, PEOPLES_KINDS
from ledger.refusals import Refusal
from ledger.transactions import Admit, Pay, Transaction, Vote
from node.engine.answers import NotReady, Recorded, Refused
from node.engine.view import View
from node.http.base import changes, facts
from node.http.base.api import Api, Caller, json_response
from node.http.base.moving import check_may_pay
from node.http.base.naming import read_opening
from node.http.base.problem import Problem
from node.http.base.problems import (
    BODY_TOO_LARGE,
    BUSY,
    CONTENT_TYPE_UNSUPPORTED,
    COOP_NOT_FOUND,
    ENTRY_NOT_FOUND,
    NOT_READY,
    REQUEST_MALFORMED,
    TOO_MANY_REQUESTS,
    WRONG_ENDPOINT,
)
from node.http.base.reading import (
    JSON,
    OCTETS,
    as_shape,
    check_query,
    check_size,
    content_type,
    parse_json,
    path_number,
)
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import COOP, ENTRY_NUMBER, Parameter, Route, number_parameter
from node.http.base.troubles import not_ready
from node.http.payments import shapes
from node.http.payments.batches import post_batch, post_transactions_batch
from node.http.payments.problems import PAYMENT_NOT_FOUND, RECEIPT_NOT_FOUND
from node.spellings import Binary, Hash, to_base64url
from node.store import Memo

_SUBJECT = "Payments"
_JSON_HEADERS = {"Content-Type": JSON}
_RECEIPT = 5_000
"""What it costs to make a receipt of what is stored; in microseconds about, as all work."""


async def post_payment(api: Api, request: web.Request) -> web.Response:
    """Record one payment."""
    body = await api.body(request, api.settings.payment_bytes)
    memos: list[Memo] = []
    if content_type(request) == OCTETS:
        transaction = body
    else:
        asked = as_shape(parse_json(body), shapes.PaymentRequest)
        transaction = bytes(asked.transaction)
        memos = _read_memos(api, asked.memo, transaction)
    if transaction_kind(transaction) not in PAYMENT_KINDS:
        checked = _check_kind(api, request, transaction)
        if not isinstance(checked, Pay):
            raise Problem(WRONG_ENDPOINT)
    return _json(await record(api, request, transaction, memos))


async def record(
    api: Api, request: Caller, transaction: bytes, memos: Sequence[Memo] = ()
) -> bytes:
    """Record bytes that begin as a payment; the JSON of `shapes.Recorded`. The one way for all payments.

    Raises what is answered when it is not recorded.
    """
    await check_may_pay(api)
    result = await api.submit(request, transaction, memos)
    return _recorded(api, request, result)


async def post_transaction(api: Api, request: web.Request) -> web.Response:
    """Record an admission, a limit or a status with all its signatures."""
    api.check_rate(request)
    body = await api.body(request, api.settings.payment_bytes)
    reason, name = None, None
    if content_type(request) == OCTETS:
        transaction = body
    else:
        asked = as_shape(parse_json(body), shapes.TransactionRequest)
        transaction, reason = bytes(asked.transaction), changes.read_reason(asked.reason)
        name = asked.name
    decoded = _check_kind(api, request, transaction)
    if isinstance(decoded, Pay):
        raise Problem(WRONG_ENDPOINT, "Payments go to /v1/payments.")
    if isinstance(decoded, Vote):
        raise Problem(WRONG_ENDPOINT, "Votes go to /v1/votes.")
    changes.check_reason(decoded, reason)
    opening = None
    if isinstance(decoded, Admit) and name is not None:
        opening = read_opening(api, decoded, name)
    result = await changes.submit(api, transaction, decoded, reason, opening)
    return _json(_recorded(api, request, result))


def _check_kind(api: Api, request: web.Request, transaction: bytes) -> Transaction:
    """The transaction, for which the refusal that bytes of no such shape earn is raised."""
    decoded = decode_transaction(transaction)
    if not isinstance(decoded, Refusal) and decoded.kind not in PEOPLES_KINDS:
        decoded = Refusal.KIND_UNKNOWN  # these are for nodes to make
    if isinstance(decoded, Refusal):
        api.charge_refusal(request, decoded)
        raise refusal_problem(decoded)
    return decoded


def _read_memos(api: Api, sealed: shapes.SealedMemos | None, transaction: bytes) -> list[Memo]:
    if sealed is None:
        return []
    pay = decode_transaction(transaction)
    if not isinstance(pay, Pay) or pay.reference is None:
        raise Problem(
            REQUEST_MALFORMED, "A memo needs a payment with a reference.", pointer="/memo"
        )
    memos = []
    for side, memo, coop, account in (
        ("payer", sealed.payer, api.coop.number, pay.payer),
        ("payee", sealed.payee, pay.payee_coop, pay.payee),
    ):
        if memo is not None:
            check_size(memo, f"/memo/{side}", most=api.settings.memo_bytes)
            memos.append(
                Memo(reference=pay.reference, coop=coop, account=account, sealed=bytes(memo))
            )
    return memos


def _recorded(api: Api, request: Caller, result: Recorded | Refused | NotReady) -> bytes:
    if isinstance(result, Recorded):
        if result.repeated:
            api.spend(request, _RECEIPT)
        return (
            f'{{"status":"recorded","coop":"{api.coop.name}","coop_number":{result.coop},'
            f'"number":{result.number},"repeated":{"true" if result.repeated else "false"},'
            f'"warnings":{json.dumps([] if result.warning is None else [result.warning])},'
            f'"receipt":"{to_base64url(result.receipt)}"}}'
        ).encode("ascii")
    if isinstance(result, NotReady):
        raise not_ready(result, api.names)
    api.charge_refusal(request, result.refusal)
    raise refusal_problem(result.refusal)


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, headers=_JSON_HEADERS)


async def get_payment(api: Api, request: web.Request) -> web.Response:
    """Say how far a payment has come; wait for its delivery if asked to."""
    await api.check_log_reader(request)
    check_query(request, "wait", "timeout_ms")
    coop = api.coop_in_path(request)
    number = path_number(request, "number", PAYMENT_NOT_FOUND)
    wait = request.query.get("wait", "")
    if wait not in ("", "recorded", "delivered"):
        raise Problem(REQUEST_MALFORMED, 'wait: must be "recorded" or "delivered".')
    longest = api.settings.long_poll_ms
    timeout_ms = _TIMEOUT.read(request, most=longest)

    def look(view: View) -> shapes.Payment | None:
        return _payment(view, coop.number, number)

    async def wait_for(payee_coop: int) -> None:
        with api.poll(request):
            await api.deliveries.wait(
                payee_coop=payee_coop, log=coop.number, number=number, timeout_ms=timeout_ms
            )

    found = await api.runner.ask(look)
    if found is None and wait:
        # Another coop's entry may still be on its way to this node.
        await wait_for(coop.number)
        found = await api.runner.ask(look)
    if found is not None and wait == "delivered" and found.status == "recorded":
        await wait_for(found.payee_coop_number)
        found = await api.runner.ask(look)
    if found is None:
        raise Problem(PAYMENT_NOT_FOUND)
    return json_response(found)


def _payment(view: View, coop: int, number: int) -> shapes.Payment | None:
    """A payment and how far it has come, as seen here."""
    entry = facts.read_entry(view, coop, number)
    if entry is None or not isinstance(entry.transaction, Pay):
        return None
    pay = entry.transaction
    coops = view.validator.newest_charter().coops
    return shapes.Payment(
        status=facts.Arrivals(view).status(coop, number, pay),
        coop=coops[coop].name,
        coop_number=coop,
        number=number,
        time=entry.time,
        payer=pay.payer,
        payee_coop=coops[pay.payee_coop].name,
        payee_coop_number=pay.payee_coop,
        payee=pay.payee,
        amount=pay.amount,
        fee=pay.fee,
        reference=None if pay.reference is None else Hash(pay.reference),
    )


async def get_receipt(api: Api, request: web.Request) -> web.Response:
    """Prove an entry."""
    await api.check_log_reader(request)
    coop = api.coop_in_path(request)
    number = path_number(request, "number", ENTRY_NOT_FOUND)
    check_query(request, "reach")
    reach = _REACH.read(request)

    def look(view: View) -> tuple[bool, bytes | None]:
        is_held = 1 <= number <= view.validator.log(coop.number).length
        return is_held, view.engine.receipt(coop.number, number, reach=reach)

    is_held, receipt = await api.ask_paid(request, look)
    if receipt is None:
        raise Problem(RECEIPT_NOT_FOUND if is_held else ENTRY_NOT_FOUND)
    return json_response(
        shapes.Receipt(
            coop=coop.name, coop_number=coop.number, number=number, receipt=Binary(receipt)
        )
    )


_REFUSED = (
    Refusal.ENTRY_MALFORMED,
    Refusal.SIGNATURE_INVALID,
    TOO_MANY_REQUESTS,
    NOT_READY,
    BUSY,
)
_REACH = number_parameter(
    "reach",
    "Where this is beyond the entry: up to a signed head at this length or later, with the path to it.",
    default=0,
)
_TIMEOUT = number_parameter("timeout_ms", "The longest wait.", default=20_000, most=30_000)

ROUTES = (
    Route(
        method="POST",
        path="/v1/payments",
        handler=post_payment,
        name="recordPayment",
        summary="Record one payment, signed by its payer; the same bytes get the same receipt",
        subject=_SUBJECT,
        body={OCTETS: None, JSON: shapes.PaymentRequest},
        answer=shapes.Recorded,
        problems=(
            *_REFUSED,
            Refusal.LIMIT_EXCEEDED,
            Refusal.CLEARING_LIMIT_EXCEEDED,
            Refusal.SEQUENCE_USED,
            Refusal.SEQUENCE_GAP,
            Refusal.PAYEE_UNKNOWN,
            WRONG_ENDPOINT,
            BODY_TOO_LARGE,
            CONTENT_TYPE_UNSUPPORTED,
        ),
    ),
    Route(
        method="POST",
        path="/v1/payments/batch",
        handler=post_batch,
        name="recordPayments",
        summary="Record many payments, concatenated; each is accepted or refused by itself",
        subject=_SUBJECT,
        body={OCTETS: None},
        answer=shapes.BatchRecorded,
        problems=(*_REFUSED, BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED),
    ),
    Route(
        method="POST",
        path="/v1/transactions/batch",
        handler=post_transactions_batch,
        name="recordTransactions",
        summary="Record many admissions, limits and statuses, concatenated, with all their signatures",
        subject="Stewards",
        body={OCTETS: None},
        answer=shapes.BatchRecorded,
        problems=(*_REFUSED, BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED),
    ),
    Route(
        method="POST",
        path="/v1/transactions",
        handler=post_transaction,
        name="recordTransaction",
        summary="Record an admission, a limit or a status with all its signatures",
        subject="Stewards",
        body={OCTETS: None, JSON: shapes.TransactionRequest},
        answer=shapes.Recorded,
        problems=(
            *_REFUSED,
            Refusal.STEWARDS_TOO_FEW,
            Refusal.ACCOUNT_EXISTS,
            Refusal.HANDLE_TAKEN,
            Refusal.REVISION_MISMATCH,
            WRONG_ENDPOINT,
            BODY_TOO_LARGE,
            CONTENT_TYPE_UNSUPPORTED,
        ),
    ),
    Route(
        method="GET",
        path="/v1/payments/{coop}/{number}",
        handler=get_payment,
        name="getPayment",
        summary="How far a payment has come, as this node sees it",
        subject=_SUBJECT,
        parameters=(
            COOP,
            ENTRY_NUMBER,
            Parameter(
                name="wait",
                description="`delivered` waits until the payee's log has taken the payment in.",
                schema={"type": "string", "enum": ["recorded", "delivered"]},
            ),
            _TIMEOUT,
        ),
        answer=shapes.Payment,
        problems=(COOP_NOT_FOUND, PAYMENT_NOT_FOUND, BUSY),
    ),
    Route(
        method="GET",
        path="/v1/receipts/{coop}/{number}",
        handler=get_receipt,
        name="getReceipt",
        summary="The receipt that proves an entry to be in a log",
        subject=_SUBJECT,
        parameters=(COOP, ENTRY_NUMBER, _REACH),
        answer=shapes.Receipt,
        problems=(COOP_NOT_FOUND, ENTRY_NOT_FOUND, RECEIPT_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
)
