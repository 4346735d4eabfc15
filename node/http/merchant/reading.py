"""Reading what merchants ask for: an invoice, and the Idempotency-Key."""

import re
from ipaddress import ip_address
from typing import Final

from aiohttp import web
from yarl import URL

from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.problems import REQUEST_MALFORMED
from node.http.base.reading import as_shape, fingerprint, must_be
from node.http.merchant.problems import CURRENCY_UNKNOWN, IDEMPOTENCY_KEY_MALFORMED
from node.http.merchant.shapes import InvoiceByPrice, InvoiceInUnits
from node.merchant.invoicing import InvoiceRequest
from node.spellings import Json

ID_BYTES: Final = 16
_HOST: Final = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
_KEY: Final = re.compile(r'"([\x21\x23-\x5b\x5d-\x7e]{1,128})"|([\x21\x23-\x5b\x5d-\x7e]{1,128})')


def read_invoice_request(api: Api, request: web.Request, content: Json) -> InvoiceRequest:
    """The invoice that is asked for, without the account; the caller fills that in.

    Raises `request_malformed`, `currency_unknown`, `idempotency_key_malformed`.
    """
    # Of the two, the one that is null is left out.
    said = {
        name: value
        for name, value in content.items()
        if value is not None or name not in ("amount", "price")
    }
    if "amount" in said and "price" in said:
        raise must_be("/price", "left out where there is an amount")
    if "amount" not in said and "price" not in said:
        raise must_be("/amount", "there, or price")
    amount = price = None
    asked: InvoiceInUnits | InvoiceByPrice
    if "amount" in said:
        asked = as_shape(said, InvoiceInUnits)
        amount, currency = int(asked.amount.value), asked.amount.currency
        check_unit(api, currency, "/amount/currency")
    else:
        asked = as_shape(said, InvoiceByPrice)
        price, currency = int(asked.price.value), asked.price.currency
    base, is_base_guessed = base_url(api, request)
    return InvoiceRequest(
        account=0,
        id=api.random_bytes(ID_BYTES),
        base=base,
        is_base_guessed=is_base_guessed,
        fingerprint=fingerprint(content),
        amount=amount,
        price_minor=price,
        currency=text_or_none(currency),
        client_id=text_or_none(asked.client_id),
        idempotency_key=idempotency_key(request),
        order=text_or_none(asked.order_id),
        description=str(asked.description or ""),
        redirect=text_or_none(asked.redirect_url),
        expires_in=asked.expires_in,
        metadata=asked.metadata or {},
    )


def text_or_none(text: str | None) -> str | None:
    """The text without what is known of its spelling: what is kept and signed are plain texts."""
    return None if text is None else str(text)


def check_unit(api: Api, currency: str | None, pointer: str) -> None:
    """Raise `currency_unknown` when an amount is said to be in something other than units."""
    unit = api.founding.unit
    if currency not in (None, unit):
        raise Problem(CURRENCY_UNKNOWN, f"Amounts are in {unit}.", pointer=pointer)


def idempotency_key(request: web.Request) -> str | None:
    """The Idempotency-Key, quoted or bare."""
    given = request.headers.getall("Idempotency-Key", [])
    if not given:
        return None
    found = _KEY.fullmatch(given[0].strip())
    if len(given) > 1 or found is None:
        raise Problem(IDEMPOTENCY_KEY_MALFORMED)
    return found.group(1) or found.group(2)


def base_url(api: Api, request: web.Request) -> tuple[str, bool]:
    """How the world reaches this node, with which payment links begin; and whether that is a guess.

    Where the operator says nothing, it is what the client says. On the node's own machine that is right.
    """
    public_url = api.merchants.settings.public_url
    if public_url:
        return public_url.rstrip("/"), False
    if not _HOST.fullmatch(request.host):
        raise Problem(REQUEST_MALFORMED, "The Host header is not a host.")
    base = f"{request.scheme}://{request.host}"
    return base, not _is_this_machine(base)


def _is_this_machine(base: str) -> bool:
    try:
        host = URL(base).host or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
