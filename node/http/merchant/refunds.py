"""Refunds: the node prepares them, the merchant's own key signs them."""

from dataclasses import replace

from aiohttp import web

from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problems import BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED
from node.http.base.reading import JSON, as_shape, fingerprint, must_be
from node.http.base.routes import Access, Route, id_parameter
from node.http.merchant import shapes
from node.http.merchant.access import READERS, ask, change, check_caller
from node.http.merchant.invoices import INVOICE_ID, REPLAYED
from node.http.merchant.problems import (
    CURRENCY_UNKNOWN,
    INVOICE_NOT_FOUND,
    REFUND_EXISTS,
    REFUND_NOT_FOUND,
    REFUND_NOTHING,
    REFUND_PAYMENT_NEEDED,
    REFUND_SIGNED,
    REFUND_TOO_LARGE,
)
from node.http.merchant.reading import ID_BYTES, check_unit, text_or_none
from node.merchant.access import Power
from node.merchant.invoice import read_refund
from node.merchant.merchants import Merchants
from node.merchant.records import MerchantRecord
from node.merchant.refunding import LISTED_REFUNDS, RefundRequest
from node.merchant.shapes import Refund
from node.spellings import Json

_SUBJECT = "Refunds"


async def post_refund(api: Api, request: web.Request) -> web.Response:
    """Prepare a refund; asking again with the same client_id prepares no other."""
    await check_caller(api, request)
    wanted = _read(api, request.match_info["id"], await api.json(request))

    def prepare(merchants: Merchants, account: int) -> tuple[Refund, bool]:
        refund, is_repeated = merchants.refunding.prepare(replace(wanted, account=account))
        return merchants.context.views.refund(refund), is_repeated

    made, is_repeated = await change(api, request, prepare, Power.INVOICES)
    response = json_response(made, status=201, is_private=True)
    if is_repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _read(api: Api, invoice: str, content: Json) -> RefundRequest:
    asked = as_shape(content, shapes.RefundRequest)
    if asked.amount is not None:
        check_unit(api, asked.amount.currency, "/amount/currency")
    of = None
    if asked.of is not None:
        coop = api.charter.coop_named(asked.of.coop)
        if coop is None:
            raise must_be("/of/coop", "a cooperative of the charter")
        of = (coop.number, asked.of.number)
    return RefundRequest(
        account=0,
        invoice=invoice,
        id=api.random_bytes(ID_BYTES),
        fingerprint=fingerprint(content),
        client_id=text_or_none(asked.client_id),
        amount=None if asked.amount is None else int(asked.amount.value),
        of=of,
        reason=str(asked.reason or ""),
    )


async def get_refunds(api: Api, request: web.Request) -> web.Response:
    """The refunds of an invoice, newest first."""
    id_ = request.match_info["id"]

    def look(view: View, merchants: Merchants, account: int) -> shapes.Refunds:
        invoice = merchants.invoicing.own(account, id_)
        rows = view.store.records(MerchantRecord.REFUND, invoice.id, limit=LISTED_REFUNDS)
        refunds = [merchants.context.views.refund(read_refund(row)) for row in rows]
        return shapes.Refunds(refunds=refunds)

    return json_response(await ask(api, request, look, *READERS), is_private=True)


async def delete_refund(api: Api, request: web.Request) -> web.Response:
    """Give up a refund that was prepared and not signed."""
    invoice, refund = request.match_info["id"], request.match_info["refund"]
    await change(
        api,
        request,
        lambda merchants, account: merchants.refunding.drop(account, invoice, refund),
        Power.INVOICES,
    )
    return web.Response(status=204)


_REFUND_ID = id_parameter("refund", "The refund's")

ROUTES = (
    Route(
        method="POST",
        path="/v1/invoices/{id}/refunds",
        handler=post_refund,
        name="prepareRefund",
        summary="Prepare a payment back, which the merchant's own key then signs",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(INVOICE_ID,),
        body={JSON: shapes.RefundRequest},
        status=201,
        answer=Refund,
        headers=REPLAYED,
        problems=(
            BODY_TOO_LARGE,
            CONTENT_TYPE_UNSUPPORTED,
            CURRENCY_UNKNOWN,
            INVOICE_NOT_FOUND,
            REFUND_EXISTS,
            REFUND_NOTHING,
            REFUND_PAYMENT_NEEDED,
            REFUND_TOO_LARGE,
        ),
    ),
    Route(
        method="GET",
        path="/v1/invoices/{id}/refunds",
        handler=get_refunds,
        name="listRefunds",
        summary="The refunds of an invoice, newest first",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(INVOICE_ID,),
        answer=shapes.Refunds,
        problems=(INVOICE_NOT_FOUND,),
    ),
    Route(
        method="DELETE",
        path="/v1/invoices/{id}/refunds/{refund}",
        handler=delete_refund,
        name="dropRefund",
        summary="Give up a refund that was not signed",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(INVOICE_ID, _REFUND_ID),
        status=204,
        problems=(REFUND_NOT_FOUND, REFUND_SIGNED),
    ),
)
