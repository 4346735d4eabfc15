"""Recognising what was paid already: the same wish a moment ago, and an order by its id at any time.

People and scripts give one command twice. Two things tell a second run from a second payment:

- a *fingerprint* of what was asked for. The journal remembers those of the newest payments; a wish that
  looks the same within `SAME_WISH_SECONDS` is asked about.
- an *order id*, which whoever runs the command chooses. A payment with an id is made once, however often
  the command is run; later runs get the first one's receipt. A reference, which a bill or a link fixes, is
  kept in the same way, and asked about at any time.

A fingerprint is an HMAC under a key that follows from the wallet's seed, so that the files beside the wallet
don't tell a memo or an order id to somebody who has them without the passphrase.

A copy of the wallet in another folder or on another machine has none of these files. So a payment for an
order carries a mark that follows from the order's id and the seed: the salt of its memo, or without one its
reference. `orders_elsewhere` finds it in the node's history.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ledger.memos import SALT_BYTES
from node.member.pending_journal import JournalAccount, PaymentIntent
from node.member.private_files import DiskFiles, PrivateFiles

SAME_WISH_SECONDS: Final = 43_200
"""Half a day: longer than anybody hesitates, shorter than a standing order's interval."""
LONGEST_ORDER: Final = 128
"""Characters of an order's id."""

_TAG: Final = b"fiado/orders/v1"
_FORMAT: Final = "fiado paid order"
_MARKS_FORMAT: Final = "fiado marks of orders"
_LARGEST_FILE: Final = 2_097_152
_LARGEST_MARKS: Final = 67_108_864


@dataclass(eq=False)
class OrderError(Exception):
    """The id of an order can't be used; `problem` says why in a few words."""

    problem: str


@dataclass(eq=False)
class OrderDamaged(Exception):
    """The file that says how an order was paid can't be read."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOrder:
    """How an order was paid."""

    fingerprint: str
    """Of what was asked for."""
    payee: str
    amount: int
    price: str
    sequence: int
    receipt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Payments of the account up to its sequence number `through`: the entry's number by each one's mark."""

    through: int = 0
    entries: dict[str, int] = field(default_factory=dict)


def check_order(order: str) -> str:
    """The id of an order, which is printable text without blanks at its ends; or `OrderError`."""
    if not 1 <= len(order) <= LONGEST_ORDER:
        raise OrderError(f"it has to have 1 to {LONGEST_ORDER} characters")
    if not order.isprintable() or order != order.strip():
        raise OrderError("it has to be plain text without blanks at its ends")
    return order


class Orders:
    """The orders of one account, beside its wallet. One small file for each, which is never changed."""

    def __init__(
        self,
        wallet: Path,
        *,
        seed: bytes,
        account: JournalAccount,
        files: PrivateFiles | None = None,
    ) -> None:
        self._folder = wallet.with_name(wallet.name + ".orders")
        self._key = hmac.digest(seed, _TAG, "sha256")
        self._account = account.name
        self._files = files or DiskFiles()

    def fingerprint(self, intent: PaymentIntent) -> str:
        """By which the same wish is recognised; of a price, the amount may differ by the day."""
        if intent.reference:
            wish: list[str | int] = ["reference", intent.reference]
        elif intent.price:
            wish = ["price", intent.payee, intent.price, intent.memo]
        else:
            wish = ["amount", intent.payee, intent.amount, intent.memo]
        return self._digest(wish)

    def digest(self, order: str) -> str:
        """How the order is named in files."""
        return self._digest(["order", order])

    def digest_of_reference(self, reference: str) -> str:
        """How a payment with that reference is named in files: a reference is an order of its own."""
        return self._digest(["reference", reference])

    def salt(self, digest: str) -> bytes:
        """The salt of the memo of the payment for that order."""
        return bytes.fromhex(self._digest(["salt", digest]))[:SALT_BYTES]

    def reference(self, digest: str) -> bytes:
        """The reference of the payment for that order, when it has neither a memo nor another reference."""
        return bytes.fromhex(self._digest(["without a memo", digest]))

    def mark(self, value: bytes) -> str:
        """How a salt or reference is named in files, where a salt in clear would help to guess its memo."""
        return self._digest(["mark", value.hex()])

    def marks(self) -> Marks:
        """What is known of the payments in the node's history; nothing when the file can't be used."""
        data = self._files.read(self._marks_path, largest=_LARGEST_MARKS)
        try:
            document = json.loads(data or b"{}")
            if document.get("format") == _MARKS_FORMAT:
                entries = {str(mark): int(number) for mark, number in document["entries"].items()}
                return Marks(through=int(document["through"]), entries=entries)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # The history has it all.
        return Marks()

    def keep_marks(self, marks: Marks) -> None:
        """Write that down; losing it costs only time."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        document = {
            "format": _MARKS_FORMAT,
            "version": 1,
            "through": marks.through,
            "entries": marks.entries,
        }
        self._files.replace(self._marks_path, (json.dumps(document) + "\n").encode("ascii"))

    @property
    def _marks_path(self) -> Path:
        return self._folder / f"{self._digest(['marks'])}.marks.json"

    def find(self, digest: str) -> PaidOrder | None:
        """How the order was paid; None when it was not. Raises `OrderDamaged`, and as `read` does."""
        path = self._path(digest)
        data = self._files.read(path, largest=_LARGEST_FILE)
        if data is None:
            return None
        try:
            document = json.loads(data)
            if document["format"] != _FORMAT:
                raise OrderDamaged(path)
            return PaidOrder(
                fingerprint=str(document["fingerprint"]),
                payee=str(document["payee"]),
                amount=int(document["amount"]),
                price=str(document["price"]),
                sequence=int(document["sequence"]),
                receipt=bytes.fromhex(document["receipt"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise OrderDamaged(path) from None

    def keep(self, digest: str, paid: PaidOrder) -> None:
        """Write down how an order was paid; it is durable when this returns. Again does no harm."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        document = {
            "format": _FORMAT,
            "version": 1,
            "fingerprint": paid.fingerprint,
            "payee": paid.payee,
            "amount": paid.amount,
            "price": paid.price,
            "sequence": paid.sequence,
            "receipt": paid.receipt.hex(),
        }
        self._files.replace(self._path(digest), (json.dumps(document) + "\n").encode("ascii"))

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.json"

    def _digest(self, parts: list[str | int]) -> str:
        text = json.dumps([self._account, *parts])
        return hmac.digest(self._key, text.encode("ascii"), hashlib.sha256).hex()
