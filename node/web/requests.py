"""Payment requests in an address: `/pay?to=alice@norte&amount=12.50&for=bread&ref=...&federation=...`.

A request asks; it proves nothing. What the address says is read strictly here and shown to the payer
before anything is paid, without what nobody sees; an empty field says nothing. Scripts read the same fields
again for the wallet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.codec import MAX
from ledger.founding import COOP_NAME
from ledger.texts import without_unseen
from ledger.transactions import HANDLE

LONGEST_PURPOSE: Final = 140
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,13})(?:[.,]([0-9]{1,2}))?")
_NUMBERED = re.compile(r"#[1-9][0-9]{0,9}")
"""An account without a name, or whose name is not said."""
_REFERENCE = re.compile(r"[0-9a-f]{64}")
_FEDERATION = re.compile(r"[0-9a-f]{16,64}")
_BILL = re.compile(r"https?://[^/?#\s]{1,255}/p/[0-9a-f]{32}/?", re.IGNORECASE)


class RequestUnreadable(Exception):
    """The address is not a payment request; the text names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Whom to pay, and what the payee would like. `amount` in minor units, None: the payer says.

    `bill` is the address of the shop's bill that asks, if one does: the payer's wallet asks there.
    """

    handle: str
    coop: str
    amount: int | None
    purpose: str
    reference: str | None
    federation: str = ""
    """The first digits of the federation's id; empty: not said."""
    bill: str | None = None


def read_request(query: Mapping[str, str]) -> PaymentRequest:
    """The request that a query string makes; raises `RequestUnreadable`."""
    handle, _, coop = query.get("to", "").strip().lower().partition("@")
    if not (HANDLE.fullmatch(handle) or _NUMBERED.fullmatch(handle)) or not COOP_NAME.fullmatch(
        coop
    ):
        raise RequestUnreadable("to")
    if len(query) != len(set(query)):
        raise RequestUnreadable("twice")  # who reads another of the two would pay something else
    reference = query.get("ref") or None
    if reference is not None and not _REFERENCE.fullmatch(reference):
        raise RequestUnreadable("ref")
    federation = query.get("federation", "")
    if federation and not _FEDERATION.fullmatch(federation):
        raise RequestUnreadable("federation")
    bill = query.get("bill") or None
    if bill is not None and not _BILL.fullmatch(bill):
        raise RequestUnreadable("bill")
    return PaymentRequest(
        handle=handle,
        coop=coop,
        amount=_read_amount(query["amount"]) if query.get("amount") else None,
        purpose=without_unseen(query.get("for", ""))[:LONGEST_PURPOSE],
        reference=reference,
        federation=federation,
        bill=bill,
    )


def _read_amount(text: str) -> int:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise RequestUnreadable("amount")
    amount = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if not 1 <= amount <= MAX:
        raise RequestUnreadable("amount")
    return amount
