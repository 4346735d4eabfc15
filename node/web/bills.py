"""The page of a bill (an invoice, for who pays it), the point of sale, and what a shop's program needs.

A bill can be read without JavaScript: it says what `/v1/invoices/{id}/public` says. Its script only
follows the state and leads to the payer's wallet.
"""

from collections.abc import Sequence

from aiohttp import web

from node.http.base.api import ALL_PAGES, Api
from node.http.base.problem import Problem
from node.http.index.index import currency_today
from node.http.merchant.payer import public_invoice
from node.http.merchant.problems import INVOICE_NOT_FOUND
from node.merchant.event_types import EVENT_TYPES
from node.merchant.merchants import merchants_of
from node.merchant.origins import MOST_ORIGINS
from node.shapes import to_plain
from node.web.homes import homes_of
from node.web.requests import LONGEST_PURPOSE
from node.web.site import bill_policy, load_site
from node.web.worth import worth_today


async def get_bill(api: Api, request: web.Request) -> web.Response:
    """A bill: what to pay, to whom, until when, and what has come of it."""
    try:
        bill = await public_invoice(api, request.match_info["id"])
    except Problem as problem:
        if problem.kind is not INVOICE_NOT_FOUND:
            raise
        return load_site().page(api, request, "bill.html", status=404, bill=None)
    origins = await api.runner.ask(lambda view: merchants_of(view).origins.of_invoice(bill.id))
    page = load_site().page(
        api,
        request,
        "bill.html",
        policy=bill_policy(origins),
        bill=to_plain(bill),
        left=max(bill.amount - bill.paid - bill.coming, 0),
        homes=await homes_of(api),
        worth=None if bill.price else await worth_today(api, bill.amount),
        is_payable=bill.state == "open",
        purpose=bill.description[:LONGEST_PURPOSE],
        has_index=api.charter.index is not None,
    )
    return _readable_by(origins, request, page)


def _readable_by(origins: Sequence[str], request: web.Request, page: web.Response) -> web.Response:
    """The page, which scripts of the listed sites may read, too."""
    page.headers["Vary"] += ", Origin"
    asking = request.headers.get("Origin")
    if asking is not None and asking in origins:
        page.headers[ALL_PAGES] = asking
    return page


async def get_counter(api: Api, request: web.Request) -> web.Response:
    """The point of sale."""
    currency = await api.runner.ask(lambda view: currency_today(api, view))
    return load_site().page(api, request, "pos.html", currency=currency)


async def get_selling(api: Api, request: web.Request) -> web.Response:
    """The shell of the page of a merchant's keys and webhooks."""
    return load_site().page(
        api, request, "selling.html", event_types=EVENT_TYPES, most_origins=MOST_ORIGINS
    )
