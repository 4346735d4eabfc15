"""Payment links: what a payee shows so that a payer need not type.

    fiado:alice@norte?amount=12.50&memo=bread&federation=3f2a…

Amount, memo and the federation's id are optional. A link asks; it proves nothing and is not signed:
the payer's wallet shows what it says before anything is paid.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from .addresses import Address, parse_address
from .amounts import format_amount, parse_amount

SCHEME: Final = "fiado:"
LONGEST_LINK: Final = 2_048
_FIELDS: Final = frozenset({"amount", "memo", "federation"})


@dataclass(eq=False)
class LinkError(Exception):
    """A text that begins as a payment link is none; `problem` says why in a few words."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Whom to pay, and what the payee would like. `amount` in minor units."""

    payee: Address
    amount: int | None = None
    memo: str = ""
    federation: str = ""
    """The federation's id in hex; empty: not said."""


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

    Raises `LinkError`, `AddressError` or `AmountError`.
    """
    stripped = text.strip()
    if not stripped.lower().startswith(SCHEME):
        return PaymentRequest(payee=parse_address(stripped))
    if len(stripped) > LONGEST_LINK:
        raise LinkError("it is too long")
    address, _, query = stripped[len(SCHEME) :].partition("?")
    try:
        pairs = parse_qsl(query, strict_parsing=True) if query else []
    except ValueError:
        raise LinkError("what follows the question mark can't be read") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise LinkError("it says one thing twice")
    unknown = sorted(set(fields) - _FIELDS)
    if unknown:
        raise LinkError(f"it asks for something unknown here, “{unknown[0]}”")
    return PaymentRequest(
        payee=parse_address(unquote(address)),
        amount=parse_amount(fields["amount"]) if "amount" in fields else None,
        memo=fields.get("memo", ""),
        federation=fields.get("federation", ""),
    )
