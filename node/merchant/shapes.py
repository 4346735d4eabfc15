"""The shapes of invoices and refunds, for the merchant and for whoever pays; webhooks carry them, too.

Merchants get amounts as the texts of integers in minor units, with their scale, so that no reader of JSON
can lose a cent; payers get them as the rest of the interface has them.
"""

from typing import Annotated, Literal

from msgspec import Meta

from node.merchant.states import Reason, State
from node.shapes import Shape
from node.spellings import (
    Amount,
    Count,
    Hash,
    Id,
    Minor,
    Number,
    SignedMinor,
    Time,
    one_of,
)

LONGEST_CURRENCY = 32
MOST_METADATA = 20
LONGEST_METADATA_NAME = 40
LONGEST_METADATA = 500

Scale = Annotated[Literal[2], Meta(description="How many of the digits are decimals.")]
Metadata = Annotated[
    dict[
        Annotated[str, Meta(min_length=1, max_length=LONGEST_METADATA_NAME)],
        Annotated[str, Meta(max_length=LONGEST_METADATA)],
    ],
    Meta(
        max_length=MOST_METADATA,
        description="Yours; comes back in every answer and webhook. Payers don't see it.",
    ),
]
InvoiceState = Annotated[str, one_of(*State)]
InvoiceReason = Annotated[str, one_of(*Reason)]


class Money(Shape, frozen=True):
    """An amount of money."""

    value: Minor
    scale: Scale
    currency: Annotated[str, Meta(description="The unit's name, or a national currency.")]


class Net(Shape, frozen=True):
    """An amount of money that may be below zero."""

    value: SignedMinor
    scale: Scale
    currency: str


class Price(Money, frozen=True):
    """A price in national currency."""

    day: Annotated[
        str,
        Meta(description="The day whose value converts it.", extra_json_schema={"format": "date"}),
    ]


class Payee(Shape, frozen=True):
    """Who is to be paid."""

    coop: str
    coop_number: Number
    account: Number
    handle: str | None


class InvoicePayment(Shape, frozen=True):
    """A payment of an invoice."""

    coop: str
    coop_number: Number
    number: Count
    payer: Number
    handle: Annotated[
        str | None,
        Meta(
            description="What the payer is called. Of payers of other coops only `getInvoice` says it, "
            "where their home tells it to this node; null elsewhere."
        ),
    ]
    amount: Money
    refunded: Money
    time: Time
    late: bool
    status: Annotated[str, one_of("recorded", "delivered", "returned")]


class Invoice(Shape, frozen=True):
    """An invoice, for its merchant."""

    id: Id
    state: InvoiceState
    reason: InvoiceReason
    version: Annotated[Count, Meta(description="Rises with every change of state or reason.")]
    amount: Money
    price: Price | None
    paid: Annotated[Money, Meta(description="Paid in time, and arrived.")]
    coming: Annotated[Money, Meta(description="Paid in time, and on its way.")]
    late: Annotated[Money, Meta(description="Arrived, and paid after the end.")]
    refunded: Annotated[Money, Meta(description="Given back, or prepared to be.")]
    payee: Payee
    reference: Hash
    client_id: str | None
    order_id: str | None
    description: str
    redirect_url: str | None
    metadata: Metadata
    created: Time
    expires: Time
    changed: Time
    settled: Time | None
    link: Annotated[str, Meta(description="The page to pay at.")]
    payments: list[InvoicePayment]


class PublicPrice(Shape, frozen=True):
    """A price in national currency, for who pays."""

    minor: Count
    currency: str
    day: Count


class PublicInvoice(Shape, frozen=True):
    """What whoever has the link may know: enough to pay, and to check the reference."""

    id: Id
    state: InvoiceState
    reason: InvoiceReason
    version: Count
    federation: Hash
    unit: str
    amount: Amount
    price: PublicPrice | None
    paid: Amount
    coming: Amount
    payee: Payee
    reference: Hash
    description: str
    private_hash: Annotated[
        Hash,
        Meta(description="The hash of what only the merchant sees; part of the reference."),
    ]
    redirect_url: str | None
    created: Time
    expires: Time
    time: Time
    link: str


class Place(Shape, frozen=True):
    """Where an entry stands."""

    coop: str
    coop_number: Number
    number: Count


class RefundPayment(Shape, frozen=True):
    """What the merchant's own key has to sign."""

    payer: Number
    payee_coop: Number
    payee: Number
    amount: Amount
    reference: Hash


class Refund(Shape, frozen=True):
    """A refund, for the merchant."""

    id: Id
    client_id: str | None
    invoice: Id
    state: Annotated[str, one_of("prepared", "recorded", "delivered", "cancelled")]
    amount: Money
    reason: str
    of: Place
    payment: Annotated[
        RefundPayment,
        Meta(description="What the merchant's own key has to sign, and send to /v1/payments."),
    ]
    entry: Count | None
    time: Annotated[Time, Meta(description="When it was recorded, in Unix seconds.")] | None
    created: Time
