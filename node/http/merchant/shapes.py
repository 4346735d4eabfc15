"""The shapes of what merchants send and get; those of invoices and refunds are in `node.merchant.shapes`."""

from typing import Annotated

from msgspec import Meta

from ledger.codec import MAX
from node.http.base.shapes import OfCoop
from node.http.merchant.texts import (
    ClientId,
    Currency,
    Description,
    EventType,
    Label,
    Line,
    RedirectUrl,
)
from node.merchant.access import Health, Power
from node.merchant.movements import Direction
from node.merchant.origins import LONGEST_ORIGIN, MOST_ORIGINS
from node.merchant.shapes import Invoice, Metadata, Money, Net, Refund, Scale
from node.merchant.targets import LONGEST_URL
from node.shapes import Shape
from node.spellings import Count, Day, Id, Minor, Time, one_of, within

_LONGEST_LIFE_S = 366 * 86_400
_LONGEST_KEY_S = 10 * _LONGEST_LIFE_S
_MOST_TYPES = 20

Powers = Annotated[
    list[Power],
    Meta(
        min_length=1,
        max_length=len(Power),
        extra_json_schema={"uniqueItems": True},
        description="`invoices` creates and reads, `read` reads, `webhooks` manages endpoints. "
        "None of them can spend.",
    ),
]
Secret = Annotated[str, Meta(description="Verifies the `v1` signatures. Keep it secret.")]
Zone = Annotated[str, Meta(description="The time zone in which days begin and end.")]


class MoneyRequest(Shape, frozen=True):
    """An amount of money that is asked for."""

    value: Minor
    scale: Scale
    currency: Currency | None = None


class _Asked(Shape, frozen=True, kw_only=True):
    """What may be said of any invoice that is asked for."""

    client_id: ClientId | None = None
    order_id: Line | None = None
    description: Description | None = None
    redirect_url: RedirectUrl | None = None
    expires_in: (
        Annotated[
            int,
            Meta(ge=1, le=_LONGEST_LIFE_S, description="Seconds; 15 minutes by default."),
        ]
        | None
    ) = None
    metadata: Metadata | None = None


class InvoiceInUnits(_Asked, frozen=True, kw_only=True):
    """Asks for an amount in units."""

    amount: MoneyRequest


class InvoiceByPrice(_Asked, frozen=True, kw_only=True):
    """Asks for a price in national currency, which is converted now."""

    price: MoneyRequest


class Invoices(Shape, frozen=True):
    """Invoices of an account, newest first."""

    invoices: list[Invoice]
    next: str | None


class PlaceRequest(Shape, frozen=True):
    """Which payment is meant."""

    coop: Annotated[str, within(32)]
    number: Annotated[int, Meta(ge=1, le=MAX)]


class RefundRequest(Shape, frozen=True):
    """What is to be given back; all that is left of the only payment, if nothing is said."""

    client_id: ClientId | None = None
    amount: MoneyRequest | None = None
    of: PlaceRequest | None = None
    reason: Line | None = None


class Refunds(Shape, frozen=True):
    """The refunds of an invoice, newest first."""

    refunds: list[Refund]


class TotalTakings(Shape, frozen=True):
    """What came in and went back."""

    payments: Annotated[Count, Meta(description="How many arrived.")]
    received: Money
    refunds: Annotated[Count, Meta(description="How many were recorded.")]
    refunded: Money
    net: Annotated[
        Net,
        Meta(description="What was received without what was refunded; may be below zero."),
    ]


class DayTakings(TotalTakings, frozen=True):
    """The same, of a day."""

    day: Day
    begins: Time
    ends: Time


class Takings(Shape, frozen=True):
    """The takings of some days."""

    zone: Zone
    time: Annotated[
        Time,
        Meta(description="The node's time when it was asked: the next question's `since`."),
    ]
    days: list[DayTakings]
    total: TotalTakings


class Movement(OfCoop, frozen=True):
    """A payment or a refund that takings are made of."""

    type: Direction
    time: Annotated[Time, Meta(description="When it was recorded, in Unix seconds.")]
    day: Annotated[Day, Meta(description="The day in that zone on which that was.")]
    amount: Money
    late: Annotated[bool, Meta(description="Whether it was paid after the invoice's end.")]
    number: Count
    invoice: Id
    description: Annotated[str, Meta(description="The invoice's.")]
    reason: Annotated[str, Meta(description="Why a refund was given, if that was said.")]
    order_id: str | None
    till: Annotated[str, Meta(description="Which till's; empty: none's.")]
    metadata: Annotated[Metadata, Meta(description="The invoice's.")]


class Movements(Shape, frozen=True):
    """Movements of some days, newest first."""

    zone: Zone
    movements: list[Movement]
    next: str | None


class KeyRequest(Shape, frozen=True):
    """An API key that is asked for."""

    label: Label
    powers: Powers
    expires_in: (
        Annotated[
            int,
            Meta(ge=1, le=_LONGEST_KEY_S, description="Seconds; without it the key does not end."),
        ]
        | None
    ) = None


class Key(Shape, frozen=True):
    """An API key, without its text."""

    id: Id
    label: str
    powers: Powers
    created: Time
    revoked: Time | None
    expires: Annotated[Time, Meta(description="From then on it works no more.")] | None
    works: Annotated[
        bool,
        Meta(description="Not revoked or over, and made under the key that the account has now."),
    ]


class NewKey(Key, frozen=True):
    """An API key that was just made."""

    key: Annotated[str, Meta(description="The key itself. It is shown only now.")]


class Keys(Shape, frozen=True):
    """The API keys of an account."""

    keys: list[Key]


class Origins(Shape, frozen=True):
    """The sites that may show an account's bills in a frame."""

    origins: Annotated[
        list[Annotated[str, within(LONGEST_ORIGIN)]],
        Meta(
            max_length=MOST_ORIGINS,
            description="Each a scheme, a host and perhaps a port, such as `https://shop.example`.",
        ),
    ]


class WebhookRequest(Shape, frozen=True):
    """Where to be told, and of what."""

    url: Annotated[str, within(LONGEST_URL)]
    types: (
        Annotated[
            list[EventType],
            Meta(
                max_length=_MOST_TYPES,
                description="Of which events to be told, such as `invoice.settled`; empty: of all.",
            ),
        ]
        | None
    ) = None


class Attempt(Shape, frozen=True):
    """A try to deliver."""

    time: Time
    status: Annotated[Count, Meta(description="What it answered; 0: nothing.")]
    error: str


class Webhook(Shape, frozen=True):
    """A webhook endpoint."""

    id: Id
    url: str
    types: list[str]
    created: Time
    disabled: Annotated[Time, Meta(description="Since when it is told nothing any more.")] | None
    why: str
    health: Annotated[
        str,
        one_of(*Health),
        Meta(description="`failing`: it has not taken the newest that was sent to it."),
    ]
    failing_since: Time | None
    failure: Annotated[
        Attempt | None,
        Meta(description="The newest attempt that failed; it may have worked since."),
    ]
    next_try: Annotated[Time, Meta(description="When it is tried again, at the latest.")] | None
    public_key: Annotated[
        str, Meta(description="Verifies the `v1a` signatures of this node's webhooks.")
    ]


class NewWebhook(Webhook, frozen=True):
    """An endpoint that was just made."""

    secret: Secret
    same_url: Annotated[
        list[Id],
        Meta(description="Your other endpoints at this address: each is told of every event."),
    ]


class Webhooks(Shape, frozen=True):
    """The endpoints of an account."""

    webhooks: list[Webhook]


class WebhookSecret(Shape, frozen=True):
    """Another secret of an endpoint."""

    id: Id
    secret: Secret


class Delivery(Shape, frozen=True):
    """An event on its way to an endpoint."""

    message: Annotated[str, Meta(description="The webhook-id: the same at every attempt.")]
    type: str
    state: Annotated[str, one_of("waiting", "delivered", "failed")]
    created: Time
    tries: Count
    next: Time | None
    attempts: list[Attempt]
    body: Annotated[str, Meta(description="The exact text that is signed and sent.")]


class Deliveries(Shape, frozen=True):
    """What was delivered to an endpoint, or waits to be; newest first."""

    deliveries: list[Delivery]
    next: str | None
