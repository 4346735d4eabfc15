"""The schemas of what merchants send and get, and of what payers see of an invoice."""

from collections.abc import Mapping
from typing import Final

from node.http.base.schema_parts import (
    AMOUNT,
    BOOLEAN,
    COOP,
    COUNT,
    HASH,
    NUMBER,
    TEXT,
    TIME,
    Schema,
    hex_,
    list_,
    object_,
    one_of,
    or_null,
    reference,
    with_optional,
)
from node.merchant.access import Health, Power
from node.merchant.event_types import EVENT_TYPES
from node.merchant.movements import Direction
from node.merchant.states import Reason, State
from node.merchant.targets import LONGEST_URL

LONGEST_TEXT: Final = 200
"""Characters of a description, an order's id, a refund's reason."""
LONGEST_REDIRECT: Final = 1_024
LONGEST_LABEL: Final = 64
MOST_METADATA: Final = 20
LONGEST_METADATA_NAME: Final = 40
LONGEST_METADATA: Final = 500
LONGEST_LIFE_S: Final = 366 * 86_400
CLIENT_ID_PATTERN: Final = "^[A-Za-z0-9._:-]{1,64}$"
MOST_TYPES: Final = 20

_MINOR: Final[Schema] = {
    "type": "string",
    "pattern": "^(0|[1-9][0-9]{0,15})$",
    "description": "An integer in minor units, as text.",
}
_SCALE: Final[Schema] = {
    "type": "integer",
    "enum": [2],
    "description": "How many of the digits are decimals.",
}
_CURRENCY: Final[Schema] = {
    **TEXT,
    "minLength": 1,
    "maxLength": 32,
    "description": "The unit's name, or a national currency.",
}
_CLIENT_ID: Final[Schema] = {
    "type": "string",
    "pattern": CLIENT_ID_PATTERN,
    "description": "Your own id. Asking again with it, and the same contents, gives what there is.",
}
_ID: Final = hex_(16, "An id.")
_METADATA: Final[Schema] = {
    "type": "object",
    "maxProperties": MOST_METADATA,
    "propertyNames": {"minLength": 1, "maxLength": LONGEST_METADATA_NAME},
    "additionalProperties": {**TEXT, "maxLength": LONGEST_METADATA},
    "description": "Yours; comes back in every answer and webhook. Payers don't see it.",
}
_STATE: Final = one_of(*State)
_REASON: Final = one_of(*Reason)
_POWERS: Final = {
    **list_(one_of(*Power)),
    "minItems": 1,
    "uniqueItems": True,
    "description": "`invoices` creates and reads, `read` reads, `webhooks` manages endpoints. "
    "None of them can spend.",
}
_URL: Final = {**TEXT, "maxLength": LONGEST_URL, "minLength": 1}
_MONEY: Final = object_(value=_MINOR, scale=_SCALE, currency=_CURRENCY)
_MONEY_REQUEST: Final = reference("MoneyRequest")
_TYPES: Final = {
    **list_(one_of(*EVENT_TYPES)),
    "maxItems": MOST_TYPES,
    "description": "Of which events to be told, such as `invoice.settled`; empty: of all.",
}
_SHORT: Final = {**TEXT, "minLength": 1, "maxLength": LONGEST_TEXT}
_ASKED: Final = {
    "client_id": _CLIENT_ID,
    "order_id": _SHORT,
    "description": {
        **_SHORT,
        "description": "The payer is shown it. It may have several lines, with line feeds between them. "
        "Other control characters, and those that turn the direction of a text, are refused.",
    },
    "redirect_url": {
        **TEXT,
        "minLength": 1,
        "maxLength": LONGEST_REDIRECT,
        "description": "Where the pay page leads back to: http or https.",
    },
    "expires_in": {
        "type": "integer",
        "minimum": 1,
        "maximum": LONGEST_LIFE_S,
        "description": "Seconds; 15 minutes by default.",
    },
    "metadata": _METADATA,
}
_PLACE: Final = {**COOP, "index": COUNT}
_KEY: Final = {
    "id": _ID,
    "label": TEXT,
    "powers": _POWERS,
    "created": TIME,
    "revoked": or_null(TIME),
}
_ENDPOINT: Final = {
    "id": _ID,
    "url": TEXT,
    "types": list_(TEXT),
    "created": TIME,
    "disabled": or_null({**TIME, "description": "Since when it is told nothing any more."}),
    "why": TEXT,
    "health": {
        **one_of(*Health),
        "description": "`failing`: it has not taken the newest that was sent to it.",
    },
    "failing_since": or_null(TIME),
    "failure": {
        **or_null(reference("Attempt")),
        "description": "The newest attempt that failed; it may have worked since.",
    },
    "next_try": or_null({**TIME, "description": "When it is tried again, at the latest."}),
    "public_key": {**TEXT, "description": "Verifies the `v1a` signatures of this node's webhooks."},
}
_DAY: Final = {**TEXT, "format": "date"}
_ZONE: Final = {**TEXT, "description": "The time zone in which days begin and end."}
_SUMS: Final = {
    "payments": {**COUNT, "description": "How many arrived."},
    "received": reference("Money"),
    "refunds": {**COUNT, "description": "How many were recorded."},
    "refunded": reference("Money"),
    "net": {
        **reference("Net"),
        "description": "What was received without what was refunded; may be below zero.",
    },
}
_SECRET: Final = {**TEXT, "description": "Verifies the `v1` signatures. Keep it secret."}

MERCHANT_SCHEMAS: Final[Mapping[str, Schema]] = {
    "Money": _MONEY,
    "MoneyRequest": with_optional(_MONEY, "currency"),
    "InvoiceInUnits": {
        **with_optional(object_(amount=_MONEY_REQUEST, **_ASKED), *_ASKED),
        "description": "Asks for an amount in units.",
    },
    "InvoiceByPrice": {
        **with_optional(object_(price=_MONEY_REQUEST, **_ASKED), *_ASKED),
        "description": "Asks for a price in national currency, which is converted now.",
    },
    "InvoiceRequest": {
        "oneOf": [reference("InvoiceInUnits"), reference("InvoiceByPrice")],
        "description": "Either `amount`, in units, or `price`, in national currency.",
    },
    "Payee": object_(**COOP, account=NUMBER, handle=or_null(TEXT)),
    "Price": object_(
        value=_MINOR,
        scale=_SCALE,
        currency=_CURRENCY,
        day={**TEXT, "format": "date", "description": "The day whose value converts it."},
    ),
    "PublicPrice": object_(minor=COUNT, currency=TEXT, day=COUNT),
    "InvoicePayment": object_(
        **_PLACE,
        payer=NUMBER,
        amount=reference("Money"),
        refunded=reference("Money"),
        time=TIME,
        late=BOOLEAN,
        status=one_of("recorded", "delivered", "returned"),
    ),
    "Invoice": object_(
        id=_ID,
        state=_STATE,
        reason=_REASON,
        version={**COUNT, "description": "Rises with every change of state or reason."},
        amount=reference("Money"),
        price=or_null(reference("Price")),
        paid={**reference("Money"), "description": "Paid in time, and arrived."},
        coming={**reference("Money"), "description": "Paid in time, and on its way."},
        late={**reference("Money"), "description": "Arrived, and paid after the end."},
        refunded={**reference("Money"), "description": "Given back, or prepared to be."},
        payee=reference("Payee"),
        reference=HASH,
        client_id=or_null(TEXT),
        order_id=or_null(TEXT),
        description=TEXT,
        redirect_url=or_null(TEXT),
        metadata=_METADATA,
        created=TIME,
        expires=TIME,
        changed=TIME,
        settled=or_null(TIME),
        link={**TEXT, "description": "The page to pay at."},
        payments=list_(reference("InvoicePayment")),
    ),
    "Invoices": object_(invoices=list_(reference("Invoice")), next=or_null(TEXT)),
    "PublicInvoice": object_(
        id=_ID,
        state=_STATE,
        reason=_REASON,
        version=COUNT,
        federation=HASH,
        unit=TEXT,
        amount=AMOUNT,
        price=or_null(reference("PublicPrice")),
        paid=AMOUNT,
        coming=AMOUNT,
        payee=reference("Payee"),
        reference=HASH,
        description=TEXT,
        private_hash={
            **HASH,
            "description": "The hash of what only the merchant sees; part of the reference.",
        },
        redirect_url=or_null(TEXT),
        created=TIME,
        expires=TIME,
        time=TIME,
        link=TEXT,
    ),
    "RefundRequest": with_optional(
        object_(
            client_id=_CLIENT_ID,
            amount=_MONEY_REQUEST,
            of=object_(coop=TEXT, index={**COUNT, "minimum": 1}),
            reason=_SHORT,
        ),
        "client_id",
        "amount",
        "of",
        "reason",
    ),
    "Refund": object_(
        id=_ID,
        client_id=or_null(TEXT),
        invoice=_ID,
        state=one_of("prepared", "recorded", "delivered", "cancelled"),
        amount=reference("Money"),
        reason=TEXT,
        of=object_(**_PLACE),
        payment={
            **object_(payer=NUMBER, payee_coop=NUMBER, payee=NUMBER, amount=AMOUNT, reference=HASH),
            "description": "What the merchant's own key has to sign, and send to /v1/payments.",
        },
        entry=or_null(COUNT),
        time=or_null({**TIME, "description": "When it was recorded, in Unix seconds."}),
        created=TIME,
    ),
    "Net": object_(
        value={"type": "string", "pattern": "^-?(0|[1-9][0-9]{0,15})$"},
        scale=_SCALE,
        currency=_CURRENCY,
    ),
    "DayTakings": object_(day=_DAY, begins=TIME, ends=TIME, **_SUMS),
    "TotalTakings": object_(**_SUMS),
    "Takings": object_(
        zone=_ZONE, days=list_(reference("DayTakings")), total=reference("TotalTakings")
    ),
    "Movement": object_(
        type=one_of(*Direction),
        time={**TIME, "description": "When it was recorded, in Unix seconds."},
        day={**_DAY, "description": "The day in that zone on which that was."},
        amount=reference("Money"),
        late={**BOOLEAN, "description": "Whether it was paid after the invoice's end."},
        **_PLACE,
        invoice=_ID,
        description=TEXT,
        order_id=or_null(TEXT),
    ),
    "Movements": object_(zone=_ZONE, movements=list_(reference("Movement")), next=or_null(TEXT)),
    "Refunds": object_(refunds=list_(reference("Refund"))),
    "KeyRequest": object_(
        label={**TEXT, "minLength": 1, "maxLength": LONGEST_LABEL}, powers=_POWERS
    ),
    "Key": object_(**_KEY),
    "NewKey": object_(**_KEY, key={**TEXT, "description": "The key itself. It is shown only now."}),
    "Keys": object_(keys=list_(reference("Key"))),
    "WebhookRequest": with_optional(object_(url=_URL, types=_TYPES), "types"),
    "Webhook": object_(**_ENDPOINT),
    "NewWebhook": object_(
        **_ENDPOINT,
        secret=_SECRET,
        same_url={
            **list_(_ID),
            "description": "Your other endpoints at this address: it is told of an event by each.",
        },
    ),
    "Webhooks": object_(webhooks=list_(reference("Webhook"))),
    "WebhookSecret": object_(id=_ID, secret=_SECRET),
    "Attempt": object_(
        time=TIME,
        status={**COUNT, "description": "What it answered; 0: nothing."},
        error=TEXT,
    ),
    "Delivery": object_(
        message={**TEXT, "description": "The webhook-id: the same at every attempt."},
        type=TEXT,
        state=one_of("waiting", "delivered", "failed"),
        created=TIME,
        tries=COUNT,
        next=or_null(TIME),
        attempts=list_(reference("Attempt")),
        body={**TEXT, "description": "The exact text that is signed and sent."},
    ),
    "Deliveries": object_(deliveries=list_(reference("Delivery")), next=or_null(TEXT)),
}
"""By name."""
