"""Reading what merchants send: amounts, texts, ids, and the Idempotency-Key."""

import re
import unicodedata
from ipaddress import ip_address
from typing import Final

from aiohttp import web
from yarl import URL

from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.problems import REQUEST_MALFORMED
from node.http.base.reading import Fields
from node.http.merchant.problems import CURRENCY_UNKNOWN, IDEMPOTENCY_KEY_MALFORMED
from node.http.merchant.schemas import (
    CLIENT_ID_PATTERN,
    LONGEST_LIFE_S,
    LONGEST_METADATA,
    LONGEST_METADATA_NAME,
    LONGEST_REDIRECT,
    LONGEST_TEXT,
    MOST_METADATA,
)
from node.merchant.invoicing import InvoiceRequest
from node.merchant.views import SCALE

ID_BYTES: Final = 16
_MINOR: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_CLIENT_ID: Final = re.compile(CLIENT_ID_PATTERN)
_HOST: Final = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
_KEY: Final = re.compile(r'"([\x21\x23-\x5b\x5d-\x7e]{1,128})"|([\x21\x23-\x5b\x5d-\x7e]{1,128})')
_DECEPTIVE: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make a text look like another one."""
_UNUSABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def read_invoice_request(api: Api, request: web.Request, body: Fields) -> InvoiceRequest:
    """The invoice that is asked for, without the account; the caller fills that in.

    Raises `request_malformed`, `currency_unknown`, `idempotency_key_malformed`.
    """
    has_amount, has_price = body.has("amount"), body.has("price")
    if has_amount == has_price:
        if has_price:
            raise body.fail("price", "left out where there is an amount")
        raise body.fail("amount", "there, or price")
    currency = None
    amount = price = None
    if has_amount:
        amount, currency = read_money(body.object("amount"))
        check_unit(api, currency, "/amount/currency")
    else:
        price, currency = read_money(body.object("price"))
        if currency is None:
            index = api.charter.index
            currency = None if index is None else index.parameters.currency
    base, is_base_guessed = base_url(api, request)
    made = InvoiceRequest(
        account=0,
        id=api.random_bytes(ID_BYTES),
        base=base,
        is_base_guessed=is_base_guessed,
        fingerprint=body.fingerprint(),
        amount=amount,
        price_minor=price,
        currency=currency,
        client_id=client_id(body),
        idempotency_key=idempotency_key(request),
        order=short_text(body, "order_id"),
        description=_description(body),
        redirect=_redirect(body),
        expires_in=body.integer("expires_in", least=1, most=LONGEST_LIFE_S)
        if body.has("expires_in")
        else None,
        metadata=_metadata(body),
    )
    body.done()
    return made


def read_money(fields: Fields) -> tuple[int, str | None]:
    """Minor units, and the currency if it is said."""
    text = fields.text("value", most=16)
    if not _MINOR.fullmatch(text):
        raise fields.fail("value", "an integer in minor units, as text")
    fields.integer("scale", least=SCALE, most=SCALE)
    currency = (
        plain(fields, "currency", fields.text("currency", most=32))
        if fields.has("currency")
        else None
    )
    fields.done()
    return int(text), currency


def check_unit(api: Api, currency: str | None, pointer: str) -> None:
    """Raise `currency_unknown` when an amount is said to be in something else than units."""
    unit = api.founding.unit
    if currency not in (None, unit):
        raise Problem(CURRENCY_UNKNOWN, f"Amounts are in {unit}.", pointer=pointer)


def client_id(body: Fields) -> str | None:
    """The client's own id."""
    if not body.has("client_id"):
        return None
    text = body.text("client_id", most=64)
    if not _CLIENT_ID.fullmatch(text):
        raise body.fail("client_id", "letters, digits, dots, colons, hyphens and underscores")
    return text


def short_text(body: Fields, name: str, *, most: int = LONGEST_TEXT) -> str | None:
    """A text of one line, if it is there."""
    if not body.has(name):
        return None
    return plain(body, name, body.text(name, most=most))


def plain(body: Fields, name: str, text: str) -> str:
    """The text, which must have no control characters and nothing that turns its direction."""
    if not _is_plain(text):
        raise body.fail(name, "a text of one line without control characters")
    return text


def _is_plain(text: str) -> bool:
    return not any(unicodedata.category(char) in _UNUSABLE or char in _DECEPTIVE for char in text)


def _description(body: Fields) -> str:
    """What the payer is shown: a plain text that may have several lines, with line feeds between them."""
    if not body.has("description"):
        return ""
    text = body.text("description", most=LONGEST_TEXT)
    if not all(map(_is_plain, text.split("\n"))):
        raise body.fail(
            "description", "a text whose lines end with \\n, without control characters"
        )
    return text


def _metadata(body: Fields) -> dict[str, str]:
    if not body.has("metadata"):
        return {}
    found = body.texts(
        "metadata",
        most=MOST_METADATA,
        longest_name=LONGEST_METADATA_NAME,
        longest=LONGEST_METADATA,
    )
    for name, text in found.items():
        # It is the merchant's own and shown to nobody else; only what is no text at all is refused.
        if any(unicodedata.category(char) == "Cs" for char in name + text):
            raise body.fail("metadata", "texts")
    return found


def _redirect(body: Fields) -> str | None:
    text = short_text(body, "redirect_url", most=LONGEST_REDIRECT)
    if text is None:
        return None
    try:
        url = URL(text)
        is_fit = url.scheme in ("http", "https") and bool(url.host) and url.user is None
    except ValueError:
        is_fit = False
    if not is_fit or not text.isascii():
        raise body.fail("redirect_url", "an address that begins with http:// or https://")
    return text


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
