"""The shapes of payments and other transactions, and of what is told of them."""

from typing import Annotated

from msgspec import Meta

from node.engine.health.troubles import NOT_ARRIVING
from node.http.base.shapes import NameOpening, OfCoop, PaymentStatus, ReasonText, RecordedEntry
from node.shapes import Shape
from node.spellings import Amount, Binary, Count, Hash, Number, Signature, Time, one_of


class SealedMemos(Shape, frozen=True):
    """A memo, sealed to each side."""

    payer: Binary | None = None
    payee: Binary | None = None


class PaymentRequest(Shape, frozen=True):
    """A signed payment."""

    transaction: Binary
    memo: SealedMemos | None = None


class TransactionRequest(Shape, frozen=True):
    """A transaction of the stewards with all its signatures."""

    transaction: Binary
    reason: ReasonText | None = None
    name: NameOpening | None = None


class Recorded(RecordedEntry, frozen=True):
    """A payment that is in the log now. The hot path writes this by hand."""

    warnings: Annotated[
        list[Annotated[str, one_of(*(kind.value for kind in NOT_ARRIVING))]],
        Meta(description="Why the payment will not arrive until people decide, if that is known."),
    ]


class BatchRecorded(OfCoop, frozen=True):
    """What became of the transactions of a batch, and the head over them."""

    length: Count
    head: Hash
    signature: Signature
    results: list[
        Annotated[int, Meta(description="The entry's number, or minus the number of the refusal.")]
    ]


class Payment(OfCoop, frozen=True):
    """A payment and how far it has come, as seen here."""

    status: PaymentStatus
    number: Count
    time: Time
    payer: Number
    payee_coop: str
    payee_coop_number: Number
    payee: Number
    amount: Amount
    fee: Amount
    reference: Hash | None


class Receipt(OfCoop, frozen=True):
    """What proves an entry to be in a log."""

    number: Count
    receipt: Binary
