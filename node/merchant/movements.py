"""Movements: what came in for a merchant's invoices, and what was given back, each at its own time.

From them takings are summed: one figure, for the counter, the command line and whoever else asks.

Rules:
- A payment counts once it has arrived, in time or late, and at the time in its entry: when the payer's
  cooperative recorded it. So a payment that was long on its way counts on the day on which it was paid.
- A refund counts at the time in its own entry, whenever the invoice was made.
- A movement is written in the transaction of what it is about, and never changes.
- It is of the till that its invoice names in its metadata, if that is a name that people can read. Those of
  before there were tills are of none.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from ledger.entries import decode_entry
from ledger.refusals import Refusal
from ledger.texts import is_shown
from node.merchant.context import Context
from node.merchant.invoice import (
    Invoice,
    InvoicePayment,
    Refund,
    read_invoice,
    read_payment,
    read_refund,
)
from node.merchant.packing import fields_of, to_bytes
from node.merchant.records import MerchantRecord
from node.store import Record, Store
from node.zones import day_begins

TILL: Final = "till"
"""Where an invoice's metadata names the till."""
LONGEST_TILL: Final = 40
_MOST_REFUNDS: Final = 100
"""How many of an invoice are looked through for the one that an entry is."""
_REFUNDED: Final = ("recorded", "delivered")


_BEGUN: Final = Record(kind=MerchantRecord.MOVEMENT, id="begun", shelf="", created=0, data=b"")
"""On no account's shelf: says that movements are written from here on."""


class Direction(StrEnum):
    """Which way the money went."""

    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Entry `number` of `log` paid an invoice of `account`, or refunded it, at `time` (Unix seconds).

    `is_late`: it was paid after the invoice's end.
    """

    type: Direction
    account: int
    invoice: str
    log: int
    number: int
    time: int
    amount: int
    is_late: bool = False
    till: str = ""

    @property
    def id(self) -> str:
        """Its key: an entry moves money for one invoice once."""
        return f"{self.type}/{self.invoice}/{self.log}/{self.number}"

    def to_record(self) -> Record:
        """The row. It has the entry's number under `index`, as it always had."""
        fields = fields_of(self)
        fields["index"] = fields.pop("number")
        if not self.till:
            del fields["till"]
        return Record(
            kind=MerchantRecord.MOVEMENT,
            id=self.id,
            shelf=str(self.account),
            created=self.time * 1000,
            data=to_bytes(fields),
        )


def read_movement(record: Record) -> Movement:
    """The value of a row."""
    fields = json.loads(record.data)
    fields["number"] = fields.pop("index")
    return Movement(**fields | {"type": Direction(fields["type"])})


def movements_before(
    store: Store, account: int, *, since: int, before: tuple[int, str], limit: int
) -> list[Movement]:
    """A page of an account's movements, newest first: not before `since` (Unix seconds), and strictly
    before `before` (milliseconds and an id; an empty one is before all others of that time)."""
    rows = store.records(MerchantRecord.MOVEMENT, str(account), before=before, limit=limit)
    return [read_movement(row) for row in rows if row.created >= since * 1000]


def reason_of(store: Store, refund: Movement) -> str:
    """Why the merchant gave it back; empty where that was not said."""
    for row in store.records(MerchantRecord.REFUND, refund.invoice, limit=_MOST_REFUNDS):
        found = read_refund(row)
        if found.entry == refund.number:
            return found.reason
    return ""


def till_of(invoice: Invoice) -> str:
    """The till at which an invoice was made; empty: none, or nothing that could be a till's name."""
    name = invoice.metadata.get(TILL, "")
    return name if len(name) <= LONGEST_TILL and is_shown(name) else ""


class Movements:
    """Writes them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def note_payment(self, payment: InvoicePayment, account: int) -> None:
        """A payment of an invoice of that account has got a status: it counts if it has arrived."""
        if payment.status == "delivered":
            self._add(
                Movement(
                    type=Direction.PAYMENT,
                    account=account,
                    invoice=payment.invoice,
                    log=payment.log,
                    number=payment.number,
                    time=payment.time,
                    amount=payment.amount,
                    is_late=payment.is_late,
                )
            )

    def note_refund(self, refund: Refund) -> None:
        """A refund was recorded."""
        assert refund.entry is not None and refund.time is not None, "it has just been recorded"
        self._add(
            Movement(
                type=Direction.REFUND,
                account=refund.account,
                invoice=refund.invoice,
                log=self._context.coop,
                number=refund.entry,
                time=refund.time,
                amount=refund.amount,
            )
        )

    def _add(self, movement: Movement) -> None:
        invoice = self._context.invoice(movement.invoice)
        till = "" if invoice is None else till_of(invoice)
        self._context.desk.add(replace(movement, till=till).to_record())

    def start(self, store: Store) -> None:
        """Write those of a database from before there were any."""
        desk = self._context.desk
        if desk.find(MerchantRecord.MOVEMENT, _BEGUN.id) is not None:
            return
        desk.add(_BEGUN)
        payments = list(desk.ids(MerchantRecord.INVOICE_PAYMENT))
        for id_ in payments:
            row = desk.find(MerchantRecord.INVOICE_PAYMENT, id_)
            invoice = None if row is None else desk.find(MerchantRecord.INVOICE, row.shelf)
            if row is not None and invoice is not None:
                self.note_payment(read_payment(row), read_invoice(invoice).account)
        for id_ in list(desk.ids(MerchantRecord.REFUND)) if payments else ():
            row = desk.find(MerchantRecord.REFUND, id_)
            if row is not None:
                self._note_old_refund(store, read_refund(row))

    def _note_old_refund(self, store: Store, refund: Refund) -> None:
        """Note a refund of which only the place was kept."""
        if refund.state not in _REFUNDED or refund.entry is None:
            return
        data = store.entry(self._context.coop, refund.entry)
        entry = None if data is None else decode_entry(data)
        if entry is None or isinstance(entry, Refusal):
            return
        self.note_refund(replace(refund, time=entry.time))


@dataclass(slots=True, kw_only=True)
class Takings:
    """Sums over some time: how many payments and what they amount to, and the same of refunds."""

    payments: int = 0
    received: int = 0
    refunds: int = 0
    refunded: int = 0

    def add(self, movement: Movement) -> None:
        """Count one more."""
        if movement.type is Direction.PAYMENT:
            self.payments += 1
            self.received += movement.amount
        else:
            self.refunds += 1
            self.refunded += movement.amount


@dataclass(slots=True, kw_only=True)
class DayTakings:
    """The takings of one day, which lasts from `begins` to just before `ends` (Unix seconds)."""

    day: date
    begins: int
    ends: int
    takings: Takings


class TakingsByDay:
    """Sums movements by the days of a zone, from `first` to `last`, both included."""

    def __init__(self, first: date, last: date, zone: ZoneInfo) -> None:
        count = (last - first).days + 1
        midnights = [day_begins(first + timedelta(days=n), zone) for n in range(count + 1)]
        self.days = [
            DayTakings(
                day=first + timedelta(days=n),
                begins=midnights[n],
                ends=midnights[n + 1],
                takings=Takings(),
            )
            for n in range(count)
        ]
        self.total = Takings()
        self._place = count - 1

    @property
    def begins(self) -> int:
        """The first second of all."""
        return self.days[0].begins

    @property
    def ends(self) -> int:
        """The first second after all."""
        return self.days[-1].ends

    def add(self, movements: Sequence[Movement]) -> None:
        """Count movements, which come newest first."""
        for movement in movements:
            while movement.time < self.days[self._place].begins:
                self._place -= 1
            self.days[self._place].takings.add(movement)
            self.total.add(movement)
