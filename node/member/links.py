"""Payment links: what a payee shows so that a payer need not type.

    fiado:alice@norte?amount=12.50&memo=bread&federation=3f2a…
    https://node/pay?to=alice@norte&amount=12.50&for=bread&ref=9c04…&federation=3f2a…

The second is the one that a wallet's page makes: whoever opens it in a browser is on a page that pays. The
node in it is not asked for anything here. Amount, memo, reference and the first digits of the federation's id
are optional; one that is there and empty says nothing. A link asks; it proves nothing and is not signed: the
payer's wallet shows what it says before anything is paid. `paying.link_hosts` says whom a link may make a
wallet ask.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from ledger.texts import without_unseen
from node.member.addresses import Address, parse_address
from node.member.amounts import format_amount, parse_amount
from node.urls import parse_node_url

SCHEME: Final = "fiado:"
LONGEST_LINK: Final = 2_048
_FIELDS: Final = frozenset({"amount", "memo", "federation"})
_PAGE: Final = re.compile(r"(https?://[^/?#\s]+)/pay\?", re.IGNORECASE)
_PAGE_FIELDS: Final = frozenset({"to", "amount", "for", "ref", "federation", "bill", "lang"})
_REFERENCE: Final = re.compile("[0-9a-f]{64}")
_FEDERATION: Final = re.compile("[0-9a-f]{16,64}")


@dataclass(eq=False)
class LinkError(Exception):
    """A text begins like a payment link but is not one; `problem` says why in a few words."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Whom to pay, and what the payee would like. `amount` in minor units."""

    payee: Address
    amount: int | None = None
    memo: str = ""
    federation: str = ""
    """The first 16 to 64 hex digits of the federation's id; empty: not said."""
    reference: str = ""
    """Hex of the reference that the payment has to carry; empty: none."""
    link: str = ""
    """The text that was read, when it was a link of a page."""
    page: str = ""
    """The node whose page the link is of; empty: of none."""
    bill: str = ""
    """The address of the shop's bill that is to be paid, and that says itself what it asks for."""
    is_link: bool = False
    """Whether it was read from a link: then nobody typed whom to pay."""


def format_link(request: PaymentRequest) -> str:
    """The link for a request."""
    fields = []
    if request.amount is not None:
        fields.append(f"amount={format_amount(request.amount)}")
    if request.memo:
        fields.append(f"memo={quote(request.memo, safe='')}")
    if request.federation:
        fields.append(f"federation={request.federation}")
    return f"{SCHEME}{request.payee}" + (f"?{'&'.join(fields)}" if fields else "")


def parse_payee(text: str) -> PaymentRequest:
    """Read a payment link, or an address by itself.

    Raises `LinkError`, `AddressError` or `AmountError`, and `NodeUrlError` for a page that no node can have.
    """
    stripped = text.strip()
    of_page = _PAGE.match(stripped)
    if of_page:
        return _parse_page(stripped, parse_node_url(of_page[1]))
    if not stripped.lower().startswith(SCHEME):
        return PaymentRequest(payee=parse_address(stripped))
    if len(stripped) > LONGEST_LINK:
        raise LinkError("it is too long")
    address, _, query = stripped[len(SCHEME) :].partition("?")
    fields = _fields(query, _FIELDS)
    return PaymentRequest(
        payee=parse_address(unquote(address)),
        amount=parse_amount(fields["amount"], grouped=False) if fields.get("amount") else None,
        memo=without_unseen(fields.get("memo", "")),
        federation=_federation(fields),
        is_link=True,
    )


def _parse_page(link: str, page: str) -> PaymentRequest:
    """The link of a wallet's page, which is the node `page`'s."""
    if len(link) > LONGEST_LINK:
        raise LinkError("it is too long")
    fields = _fields(link.partition("?")[2].partition("#")[0], _PAGE_FIELDS)
    reference = fields.get("ref", "")
    if reference and not _REFERENCE.fullmatch(reference):
        raise LinkError("its reference is not 64 hex digits")
    return PaymentRequest(
        payee=parse_address(fields.get("to", "")),
        amount=parse_amount(fields["amount"], grouped=False) if fields.get("amount") else None,
        memo=without_unseen(fields.get("for", "")),
        federation=_federation(fields),
        reference=reference,
        bill=fields.get("bill", ""),
        link=link,
        page=page,
        is_link=True,
    )


def _federation(fields: Mapping[str, str]) -> str:
    said = fields.get("federation", "")
    if said and not _FEDERATION.fullmatch(said):
        raise LinkError("its federation is not 16 to 64 hex digits")
    return said


def _fields(query: str, known: AbstractSet[str]) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, strict_parsing=True, keep_blank_values=True) if query else []
    except ValueError:
        raise LinkError("what follows the question mark can't be read") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise LinkError("it says one thing twice")
    unknown = sorted(set(fields) - known)
    if unknown:
        raise LinkError(f"it asks for something unknown here, “{unknown[0]}”")
    return fields
