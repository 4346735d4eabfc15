"""The file of pending payments: its values, and how they are written and read.

One small JSON file beside the wallet, with a checksum. It belongs to one public key, and has a part for
each account of that key, named `federation/coop/account`. Version 1 had no such parts: what it says of a
pending payment is kept under `UNNAMED`, until the journal finds out whose it is.

No rules here: `pending_journal` has them.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FORMAT: Final = "fiado pending payments"
VERSION: Final = 2
UNNAMED: Final = ""


class JournalError(Exception):
    """Base of what can be wrong with the journal of pending payments."""


@dataclass(eq=False)
class JournalDamaged(JournalError):
    """The file is not as a journal was written, or belongs to another key: `problem` says which."""

    path: Path
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentIntent:
    """What the member asked for, to tell a second run of one command from another payment."""

    payee: str
    """The address as `handle@coop`."""
    amount: int
    """In minor units."""
    memo: str = ""
    price: str = ""
    """The price in national currency that the amount was converted from, if one was given."""
    reference: str = ""
    """Hex of the reference that an invoice, a refund or a link fixes."""
    link: str = ""
    """The link that was paid, when a command needs it to ask for the same again."""

    def is_same_wish(self, other: "PaymentIntent") -> bool:
        """Whether the member asked for the same thing: of a price, the amount may differ by the day.

        One reference is one wish, whatever the amount that was left of it.
        """
        if self.reference or other.reference:
            return self.reference == other.reference
        if self.price:
            return (self.payee, self.memo, self.price) == (other.payee, other.memo, other.price)
        return (self.payee, self.amount, self.memo, self.price) == (
            other.payee,
            other.amount,
            other.memo,
            other.price,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPayment:
    """A payment that was signed and whose outcome is unknown."""

    sequence: int
    payload: bytes
    """Exactly what to send, again and again: the signed payment, and what goes with it."""
    intent: PaymentIntent
    begun_at: int
    """Unix seconds, by this machine's clock; for people only."""
    fingerprint: str = ""
    """By which what was asked for is recognised later; see `orders`."""
    order: str = ""
    """The digest of the order's id, when one was given; see `orders`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPayment:
    """A payment that was recorded, without what it was for: enough to recognise it."""

    fingerprint: str
    number: int
    """The entry of the home log."""
    time: int
    """The entry's time, in Unix seconds by the node's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPart:
    """What the file holds of one account."""

    last_recorded: int = 0
    """The highest sequence number known to be used; 0 when none is."""
    first: int = 0
    """The lowest sequence number that this wallet has signed for; 0 when that was never written down."""
    pending: PendingPayment | None = None
    recorded: tuple[RecordedPayment, ...] = ()
    """The newest ones, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalContent:
    """What the file holds: the parts by the name of their account."""

    public_key: bytes
    parts: Mapping[str, AccountPart] = field(default_factory=dict)


def render_journal(content: JournalContent) -> bytes:
    """The bytes of the file."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "public_key": content.public_key.hex(),
        "accounts": {name: _render_part(part) for name, part in sorted(content.parts.items())},
    }
    return _sealed(document)


def parse_journal(data: bytes, path: Path) -> JournalContent:
    """The inverse, and of version 1 what is pending; raises `JournalDamaged`."""
    try:
        document = json.loads(data.decode("ascii"))
        if document["version"] == 1:
            return _content_of_version_1(document, data, path)
        parts = {str(name): _part_from(each) for name, each in document["accounts"].items()}
        content = JournalContent(public_key=bytes.fromhex(document["public_key"]), parts=parts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise JournalDamaged(path, "it can't be read") from None
    # What else is odd about the values, rendering them again shows.
    if render_journal(content) != data:
        raise JournalDamaged(path, "its checksum or layout does not fit its content")
    return content


def _sealed(document: dict[str, Any]) -> bytes:
    document["checksum"] = hashlib.sha256(json.dumps(document).encode()).hexdigest()
    return (json.dumps(document, indent=2) + "\n").encode("ascii")


def _content_of_version_1(document: Mapping[str, Any], data: bytes, path: Path) -> JournalContent:
    """Version 1 is sealed in the same way; of it only what is pending still matters."""
    bare = {name: value for name, value in document.items() if name != "checksum"}
    if _sealed(dict(bare)) != data:
        raise JournalDamaged(path, "its checksum or layout does not fit its content")
    pending = document["pending"]
    part = AccountPart(pending=None if pending is None else _pending_from(pending))
    return JournalContent(
        public_key=bytes.fromhex(document["public_key"]),
        parts={} if pending is None else {UNNAMED: part},
    )


def _render_part(part: AccountPart) -> dict[str, Any]:
    return {
        "last_recorded": part.last_recorded,
        **({"first": part.first} if part.first else {}),
        "pending": None if part.pending is None else _render_pending(part.pending),
        "recorded": [[each.fingerprint, each.number, each.time] for each in part.recorded],
    }


def _part_from(document: Mapping[str, Any]) -> AccountPart:
    pending = document["pending"]
    return AccountPart(
        last_recorded=_integer(document["last_recorded"]),
        first=_integer(document.get("first", 0)),
        pending=None if pending is None else _pending_from(pending),
        recorded=tuple(
            RecordedPayment(fingerprint=_text(name), number=_integer(number), time=_integer(time))
            for name, number, time in document["recorded"]
        ),
    )


def _render_pending(pending: PendingPayment) -> dict[str, Any]:
    intent = pending.intent
    optional = {
        "price": intent.price,
        "reference": intent.reference,
        "link": intent.link,
        "fingerprint": pending.fingerprint,
        "order": pending.order,
    }
    return {
        "sequence": pending.sequence,
        "payload": base64.b64encode(pending.payload).decode("ascii"),
        "payee": intent.payee,
        "amount": intent.amount,
        "memo": intent.memo,
        **{name: value for name, value in optional.items() if value},
        "begun_at": pending.begun_at,
    }


def _pending_from(document: Mapping[str, Any]) -> PendingPayment:
    return PendingPayment(
        sequence=_integer(document["sequence"]),
        payload=base64.b64decode(document["payload"], validate=True),
        intent=PaymentIntent(
            payee=_text(document["payee"]),
            amount=_integer(document["amount"]),
            memo=_text(document["memo"]),
            price=_text(document.get("price", "")),
            reference=_text(document.get("reference", "")),
            link=_text(document.get("link", "")),
        ),
        begun_at=_integer(document["begun_at"]),
        fingerprint=_text(document.get("fingerprint", "")),
        order=_text(document.get("order", "")),
    )


def _integer(value: object) -> int:
    if type(value) is not int:
        raise TypeError("a number is not an integer")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is something else")
    return value
