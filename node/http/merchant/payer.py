"""Invoices, for whoever has the link: what is to be paid, and what has come of it."""

import asyncio
import re

from aiohttp import web

from node.engine.view import View
from node.http.base.api import ALL_PAGES, Api, json_response
from node.http.base.problem import Problem
from node.http.base.reading import check_query
from node.http.base.routes import Route
from node.http.merchant.invoices import INVOICE_ID
from node.http.merchant.problems import INVOICE_NOT_FOUND
from node.http.merchant.waiting import (
    AFTER,
    EVENT_STREAM,
    STREAM_ENDS,
    TIMEOUT,
    open_stream,
    send_event,
    to_line,
    wait_for_version,
)
from node.merchant.context import News
from node.merchant.merchants import merchants_of
from node.merchant.shapes import PublicInvoice
from node.merchant.waiting import of_invoice

_SUBJECT = "Invoices"
_ID = re.compile(r"[0-9a-f]{32}")


async def public_invoice(api: Api, id_: str) -> PublicInvoice:
    """What whoever has the link may know. Raises `invoice_not_found`."""
    if not _ID.fullmatch(id_):
        raise Problem(INVOICE_NOT_FOUND)

    def look(view: View) -> PublicInvoice | None:
        context = merchants_of(view).context
        invoice = context.invoice(id_)
        if invoice is None:
            return None
        return context.views.public(invoice, context.handle(invoice.account), context.now)

    found = await api.runner.ask(look)
    if found is None:
        raise Problem(INVOICE_NOT_FOUND)
    return found


async def get_public(api: Api, request: web.Request) -> web.Response:
    """What is to be paid, and to whom; with `after`, once it has changed.

    Pages of other nodes may read it: the payer's wallet asks here just before it signs.
    """
    check_query(request, "after", "timeout_ms")
    id_ = request.match_info["id"]
    try:
        found = await wait_for_version(
            api, request, of_invoice(id_), lambda: public_invoice(api, id_)
        )
    except Problem as problem:
        problem.is_for_all_pages = True
        raise
    response = json_response(found, is_private=True)
    response.headers[ALL_PAGES] = "*"
    return response


async def get_events(api: Api, request: web.Request) -> web.StreamResponse:
    """The invoice, now and whenever it changes, as a stream of events."""
    check_query(request)
    id_ = request.match_info["id"]
    settings = api.merchants.settings
    await public_invoice(api, id_)  # one that is not there gets a problem, not a stream
    with api.poll(request), api.merchants.waiting.follow(of_invoice(id_)) as feed:
        response = await open_stream(request)
        try:
            async with asyncio.timeout(settings.stream_ms / 1000):
                await _send_all(api, id_, feed, response)
        except STREAM_ENDS:
            pass
    return response


async def _send_all(
    api: Api, id_: str, feed: "asyncio.Queue[News | None]", response: web.StreamResponse
) -> None:
    """Send the present state, and again after each news, until the feed ends."""
    is_on = True
    while is_on:
        found = await public_invoice(api, id_)
        await send_event(response, type_="invoice", id_=str(found.version), data=to_line(found))
        while True:
            try:
                async with asyncio.timeout(api.merchants.settings.heartbeat_ms / 1000):
                    is_on = await feed.get() is not None
                break
            except TimeoutError:
                await response.write(b": here\n\n")


ROUTES = (
    Route(
        method="GET",
        path="/v1/invoices/{id}/public",
        handler=get_public,
        name="getPublicInvoice",
        summary="What is to be paid, for whoever has the link; at once or when it has changed",
        subject=_SUBJECT,
        parameters=(INVOICE_ID, AFTER, TIMEOUT),
        answer=PublicInvoice,
        problems=(INVOICE_NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/invoices/{id}/events",
        handler=get_events,
        name="followInvoice",
        summary="The public view of an invoice, now and whenever it changes, as server-sent events",
        subject=_SUBJECT,
        parameters=(INVOICE_ID,),
        answer_type=EVENT_STREAM,
        problems=(INVOICE_NOT_FOUND,),
    ),
)
