"""Invoices, for the merchant: make one, read one or all, cancel one, accept one as paid."""

import re
from dataclasses import replace

from aiohttp import web

from ledger.refusals import Refusal
from node.engine.answers import NotReady
from node.engine.health.status import Readiness
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.naming import find_names
from node.http.base.problem import Problem
from node.http.base.problems import (
    BODY_TOO_LARGE,
    CONTENT_TYPE_UNSUPPORTED,
    NOT_READY,
    REQUEST_MALFORMED,
)
from node.http.base.reading import JSON, check_query
from node.http.base.routes import Access, Header, Parameter, Route, id_parameter, limit_parameter
from node.http.base.troubles import not_ready
from node.http.merchant import finding, shapes
from node.http.merchant.access import READERS, ask, change, check_caller
from node.http.merchant.problems import (
    CURRENCY_UNKNOWN,
    IDEMPOTENCY_IN_PROGRESS,
    IDEMPOTENCY_KEY_MALFORMED,
    IDEMPOTENCY_MISMATCH,
    INDEX_MISSING,
    INVOICE_BYTES_TOO_MANY,
    INVOICE_EXISTS,
    INVOICE_NOT_FOUND,
    INVOICE_STATE,
    INVOICES_TOO_MANY,
    MERCHANT_CLOSED,
    QUOTE_TOO_LONG,
    ZONE_UNKNOWN,
)
from node.http.merchant.reading import read_invoice_request
from node.http.merchant.waiting import AFTER, TIMEOUT, wait_for_version
from node.merchant.access import Power
from node.merchant.invoice import read_invoice
from node.merchant.merchants import Merchants
from node.merchant.records import MerchantRecord
from node.merchant.shapes import Invoice
from node.merchant.waiting import of_invoice

_SUBJECT = "Invoices"
_SCANNED_PAGES = 10
_PAGE_BYTES = 1_000_000
"""After so much of what is kept a page of the list ends: a client that reads slowly holds it in memory."""
_ENDED = (Readiness.HALTED, Readiness.LEFT, Readiness.KEY_REPLACED)
"""How a node stands that takes nothing in any more until people have decided, or ever."""
CURSOR_PATTERN = "^[0-9]{1,15}[.][!-~]{0,80}$"
_CURSOR = re.compile(CURSOR_PATTERN)


async def post_invoice(api: Api, request: web.Request) -> web.Response:
    """Make an invoice; asking again makes no other."""
    await check_caller(api, request)
    wanted = read_invoice_request(api, request, await api.json(request))
    await _check_payable(api)
    caller = request.headers.get("Authorization", "")
    mark = None if wanted.idempotency_key is None else (caller, wanted.idempotency_key)
    under_way = api.merchants.under_way
    if mark is not None and mark in under_way:
        raise Problem(IDEMPOTENCY_IN_PROGRESS, retry_after_s=1)

    def make(merchants: Merchants, account: int) -> tuple[Invoice, bool]:
        invoice, is_repeated = merchants.invoicing.create(replace(wanted, account=account))
        return merchants.context.render(invoice), is_repeated

    if mark is not None:
        under_way.add(mark)
    try:
        made, is_repeated = await change(api, request, make, Power.INVOICES)
    finally:
        if mark is not None:
            under_way.discard(mark)
    response = json_response(made, status=201, is_private=True)
    response.headers["Location"] = f"/v1/invoices/{made.id}"
    if is_repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


async def _check_payable(api: Api) -> None:
    """Raise `not_ready` where nothing that is paid would arrive as the node stands, and money be stuck."""
    state, trouble = await api.runner.ask(
        lambda view: (view.status.readiness, next(iter(view.status.troubles), None))
    )
    if state in _ENDED:
        raise not_ready(NotReady(state, trouble), api.names)


async def get_invoices(api: Api, request: web.Request) -> web.Response:
    """The invoices of the account, newest first."""
    check_query(request, "limit", "before", *finding.NAMES)
    most = LIMIT.read(request, most=api.settings.page_items)
    before = read_cursor(request)
    wanted = finding.read_wanted(api, request)
    if wanted.until_ms is not None:
        before = min(before or (wanted.until_ms, ""), (wanted.until_ms, ""))

    def look(view: View, merchants: Merchants, account: int) -> shapes.Invoices:
        if wanted.client_id is not None:
            one = merchants.invoicing.of_client(account, wanted.client_id)
            there = [] if one is None or not wanted.has(one) else [merchants.context.render(one)]
            return shapes.Invoices(invoices=there, next=None)
        found: list[Invoice] = []
        place, size = before, 0
        for _ in range(_SCANNED_PAGES):
            rows = view.store.records(
                MerchantRecord.INVOICE, str(account), before=place, limit=most
            )
            for row in rows:
                if wanted.since_ms is not None and row.created < wanted.since_ms:
                    return shapes.Invoices(invoices=found, next=None)
                place = (row.created, row.id)
                invoice = read_invoice(row)
                if wanted.has(invoice):
                    found.append(merchants.context.render(invoice))
                    size += len(row.data)
                    if len(found) == most or size >= _PAGE_BYTES:
                        return shapes.Invoices(invoices=found, next=format_cursor(place))
            if len(rows) < most:
                return shapes.Invoices(invoices=found, next=None)
        following = None if place is None else format_cursor(place)
        return shapes.Invoices(invoices=found, next=following)

    answer = await ask(api, request, look, *READERS, is_paid=wanted.looks_into)
    return json_response(answer, is_private=True)


def read_cursor(request: web.Request) -> tuple[int, str] | None:
    """The place in a list at which an earlier answer ended."""
    text = request.query.get("before")
    if text is None:
        return None
    if not _CURSOR.fullmatch(text):
        raise Problem(REQUEST_MALFORMED, "before: must be a cursor of an earlier answer.")
    created, _, id_ = text.partition(".")
    return int(created), id_


def format_cursor(place: tuple[int, str]) -> str:
    """A place in a list, for the next request."""
    return f"{place[0]}.{place[1]}"


async def get_invoice(api: Api, request: web.Request) -> web.Response:
    """One invoice; with `after`, once its version is above that.

    The homes of payers of other coops are asked what they are called: the payee's history says that, too.
    """
    check_query(request, "after", "timeout_ms")
    id_ = request.match_info["id"]

    async def look() -> Invoice:
        return await ask(
            api,
            request,
            lambda view, merchants, account: merchants.context.render_named(
                merchants.invoicing.own(account, id_)
            ),
            *READERS,
        )

    found = await wait_for_version(api, request, of_invoice(id_), look)
    nameless: dict[int, set[int]] = {}
    for payment in found.payments:
        if payment.handle is None:
            nameless.setdefault(payment.coop_number, set()).add(payment.payer)
    if await find_names(api, nameless):
        found = await look()
    return json_response(found, is_private=True)


async def post_cancel(api: Api, request: web.Request) -> web.Response:
    """Withdraw an invoice that is not paid."""
    id_ = request.match_info["id"]
    found = await change(
        api,
        request,
        lambda merchants, account: merchants.context.render(
            merchants.invoicing.cancel(account, id_)
        ),
        Power.INVOICES,
    )
    return json_response(found, is_private=True)


async def post_mark(api: Api, request: web.Request) -> web.Response:
    """Take an invoice for paid."""
    id_ = request.match_info["id"]
    found = await change(
        api,
        request,
        lambda merchants, account: merchants.context.render(merchants.invoicing.mark(account, id_)),
        Power.INVOICES,
    )
    return json_response(found, is_private=True)


INVOICE_ID = id_parameter("id", "The invoice's")
LIMIT = limit_parameter()
BEFORE = Parameter(
    name="before",
    description="`next` of an earlier answer.",
    schema={"type": "string", "pattern": CURSOR_PATTERN},
)
IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    in_="header",
    description="Quoted or bare. The same key with the same body gives the same invoice, for a week.",
    schema={"type": "string", "pattern": '^("[!#-\\[\\]-~]{1,128}"|[!#-\\[\\]-~]{1,128})$'},
)

REPLAYED = {
    "Idempotent-Replayed": Header(
        "There when it had been made before, by an earlier request.",
        {"type": "string", "enum": ["true"]},
        is_always=False,
    )
}

ROUTES = (
    Route(
        method="POST",
        path="/v1/invoices",
        handler=post_invoice,
        name="createInvoice",
        summary="Ask to be paid; asking again with the same id or key makes no other invoice",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(IDEMPOTENCY_KEY,),
        body={JSON: (shapes.InvoiceInUnits, shapes.InvoiceByPrice)},
        status=201,
        answer=Invoice,
        headers={"Location": Header("Where the invoice is.", {"type": "string"}), **REPLAYED},
        problems=(
            Refusal.AMOUNT_OUT_OF_RANGE,
            BODY_TOO_LARGE,
            CONTENT_TYPE_UNSUPPORTED,
            CURRENCY_UNKNOWN,
            NOT_READY,
            IDEMPOTENCY_IN_PROGRESS,
            IDEMPOTENCY_KEY_MALFORMED,
            IDEMPOTENCY_MISMATCH,
            INDEX_MISSING,
            INVOICE_BYTES_TOO_MANY,
            INVOICE_EXISTS,
            INVOICES_TOO_MANY,
            MERCHANT_CLOSED,
            Refusal.PRICE_NOT_KNOWN,
            QUOTE_TOO_LONG,
        ),
    ),
    Route(
        method="GET",
        path="/v1/invoices",
        handler=get_invoices,
        name="listInvoices",
        summary="The invoices of the account, newest first",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(
            LIMIT,
            BEFORE,
            *finding.PARAMETERS,
        ),
        answer=shapes.Invoices,
        problems=(ZONE_UNKNOWN,),
    ),
    Route(
        method="GET",
        path="/v1/invoices/{id}",
        handler=get_invoice,
        name="getInvoice",
        summary="One invoice, at once or when it has changed",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(INVOICE_ID, AFTER, TIMEOUT),
        answer=Invoice,
        problems=(INVOICE_NOT_FOUND,),
    ),
    Route(
        method="POST",
        path="/v1/invoices/{id}/cancel",
        handler=post_cancel,
        name="cancelInvoice",
        summary="Withdraw an invoice that is not paid",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(INVOICE_ID,),
        answer=Invoice,
        problems=(INVOICE_NOT_FOUND, INVOICE_STATE),
    ),
    Route(
        method="POST",
        path="/v1/invoices/{id}/mark",
        handler=post_mark,
        name="markInvoice",
        summary="Take an invoice for paid, such as one that was paid in another way",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(INVOICE_ID,),
        answer=Invoice,
        problems=(INVOICE_NOT_FOUND, INVOICE_STATE),
    ),
)
