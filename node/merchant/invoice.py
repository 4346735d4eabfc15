"""Invoices, the payments that are for them, and refunds: values, and how they are kept.

Amounts are integers in minor units, times Unix seconds, except `created_ms`. A value becomes the JSON of
a `Record` and back; what others see of it is `views`' business.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from node.merchant.packing import fields_of, to_bytes
from node.merchant.records import MerchantRecord
from node.merchant.states import Reason, State
from node.store import Record

ON_ITS_WAY: Final = 0
"""The due time of a payment that has not arrived here: it waits for an anchor, not for the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price in national currency: minor units, and the day whose value converts it."""

    minor: int
    currency: str
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What a merchant asks for, and what has come of it.

    `credited` and `coming` are what was paid in time and has arrived, or is on its way; `late` is what
    arrived though it was paid after the end. `refunded` is what refunds give back, recorded or
    prepared. `version` counts the changes of state and reason.
    """

    id: str
    account: int
    reference: bytes
    amount: int
    expires: int
    created_ms: int
    link: str
    client_id: str | None = None
    order: str | None = None
    description: str = ""
    redirect: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    price: Price | None = None
    state: State = State.OPEN
    reason: Reason = Reason.NONE
    changed: int = 0
    settled: int | None = None
    version: int = 1
    credited: int = 0
    coming: int = 0
    late: int = 0
    refunded: int = 0
    payments: int = 0

    def to_record(self, *, due: int | None) -> Record:
        """The row; `due` (milliseconds) is when the clock changes something next."""
        return Record(
            kind=MerchantRecord.INVOICE,
            id=self.id,
            shelf=str(self.account),
            created=self.created_ms,
            data=to_bytes(
                fields_of(self)
                | {
                    "reference": self.reference.hex(),
                    "price": None if self.price is None else fields_of(self.price),
                }
            ),
            due=due,
            mark=self.reference,
        )


def read_invoice(record: Record) -> Invoice:
    """The value of a row."""
    fields = json.loads(record.data)
    price = fields["price"]
    return Invoice(
        **fields
        | {
            "reference": bytes.fromhex(fields["reference"]),
            "price": None if price is None else Price(**price),
            "state": State(fields["state"]),
            "reason": Reason(fields["reason"]),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePayment:
    """Entry `number` of `log` pays an invoice. `status`: recorded, delivered or returned."""

    invoice: str
    log: int
    number: int
    payer: int
    amount: int
    time: int
    is_late: bool
    status: str
    refunded: int = 0

    @property
    def id(self) -> str:
        """Its key: an entry pays one invoice at most, and counts once."""
        return payment_id(self.invoice, self.log, self.number)

    def to_record(self) -> Record:
        """The row."""
        return Record(
            kind=MerchantRecord.INVOICE_PAYMENT,
            id=self.id,
            shelf=self.invoice,
            created=self.time,
            data=to_bytes(_row_of(self)),
            due=ON_ITS_WAY if self.status == "recorded" else None,
        )


def payment_id(invoice: str, log: int, number: int) -> str:
    """The key of a payment of an invoice."""
    return f"{invoice}/{log}/{number}"


def read_payment(record: Record) -> InvoicePayment:
    """The value of a row."""
    return InvoicePayment(**_fields_from(record))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A payment back to whoever paid an invoice. `state`: prepared, recorded, delivered or cancelled.

    It is for entry `log`/`number`; the payment that carries `reference` and pays exactly `amount` to that
    entry's payer is it, once the merchant's key has signed it: then `entry` is its place in the own log,
    and `time` (Unix seconds) the entry's.
    """

    id: str
    client_id: str | None
    invoice: str
    account: int
    reference: bytes
    log: int
    number: int
    payee: int
    amount: int
    reason: str
    created_ms: int
    state: str = "prepared"
    entry: int | None = None
    time: int | None = None

    def to_record(self, *, due: int | None) -> Record:
        """The row. `due` as that of an invoice."""
        return Record(
            kind=MerchantRecord.REFUND,
            id=self.id,
            shelf=self.invoice,
            created=self.created_ms,
            data=to_bytes(_row_of(self) | {"reference": self.reference.hex()}),
            due=due,
            mark=self.reference,
        )


def read_refund(record: Record) -> Refund:
    """The value of a row."""
    fields = _fields_from(record)
    return Refund(**fields | {"reference": bytes.fromhex(fields["reference"])})


def _row_of(value: InvoicePayment | Refund) -> dict[str, Any]:
    """What a row keeps, where the entry's number is called index, as in databases of earlier versions."""
    fields = fields_of(value)
    fields["index"] = fields.pop("number")
    return fields


def _fields_from(record: Record) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(record.data)
    fields["number"] = fields.pop("index")
    return fields
