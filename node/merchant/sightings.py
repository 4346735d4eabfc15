"""Seeing payments: in the entries of this tick's commit, and in what its anchors deliver.

Rules:
- A payment is for an invoice when it pays the invoice's account and carries its reference.
- It is *recorded* once its entry is held here, and *delivered* once the own log has taken it in.
- It is in time when it was recorded in time, or is seen here in time by this node's clock.
- An entry counts once: its row is keyed by its place.
- Entries are not decoded unless one of them carries a reference that is watched. While no invoice or
  refund is watched, nothing is looked at.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import Final

from ledger.codec import split
from ledger.entries import decode_entry
from ledger.refusals import Refusal
from ledger.state import COMMONS
from ledger.transactions import Pay, Status
from node.merchant.context import Context
from node.merchant.invoice import (
    ON_ITS_WAY,
    Invoice,
    InvoicePayment,
    payment_id,
    read_payment,
)
from node.merchant.movements import Movements
from node.merchant.records import MerchantRecord
from node.merchant.refunding import Refunding
from node.merchant.states import Happening, State
from node.store import Segment

_COULD_BE_REFERENCE: Final = re.compile(rb"\xc4\x20(?=(.{32}))", re.DOTALL)
"""The 32 bytes after each header of a binary of that length (PROTOCOL section 6). They are looked at and not
consumed: the header may stand by chance within other bytes, and the true one within what follows it."""


class Sightings:
    """Finds what pays invoices, and what has become of it."""

    def __init__(self, context: Context, refunding: Refunding, movements: Movements) -> None:
        self._context = context
        self._refunding = refunding
        self._movements = movements
        self._coming: dict[int, list[tuple[int, str, str]]] = {}
        """Log -> a heap of (number, invoice's id, payment's id): recorded there, and not yet here."""

    def start(self) -> None:
        """Load what is on its way."""
        for id_, invoice_id, _, _ in self._context.desk.pending(MerchantRecord.INVOICE_PAYMENT):
            _, log, number = id_.split("/")  # as `payment_id` makes it
            self._expect(invoice_id, log=int(log), number=int(number))

    def _expect(self, invoice_id: str, *, log: int, number: int) -> None:
        """Wait until the payment at that place has arrived here."""
        coming = (number, invoice_id, payment_id(invoice_id, log, number))
        heappush(self._coming.setdefault(log, []), coming)

    def look(self, segments: Sequence[Segment]) -> None:
        """Take note of the payments in new entries, then of those that have arrived."""
        context = self._context
        for segment in segments:
            if context.watched_invoices or context.watched_refunds:
                self._look_at(segment)
        if self._coming:
            self._take_in_arrived()

    def _look_at(self, segment: Segment) -> None:
        invoices, refunds = self._context.watched_invoices, self._context.watched_refunds
        found = {
            reference
            for reference in _COULD_BE_REFERENCE.findall(segment.entries)
            if reference in invoices or reference in refunds
        }
        if not found:
            return
        for number, data in enumerate(split(segment.entries), segment.first):
            if found.isdisjoint(_COULD_BE_REFERENCE.findall(data)):
                continue
            entry = decode_entry(data)
            if isinstance(entry, Refusal) or not isinstance(entry.transaction, Pay):
                continue
            pay = entry.transaction
            if pay.reference in invoices:
                self._take_payment(
                    invoices[pay.reference], pay, log=segment.coop, number=number, time=entry.time
                )
            elif pay.reference in refunds:
                self._refunding.recognise(
                    refunds[pay.reference], pay, log=segment.coop, number=number, time=entry.time
                )

    def _take_payment(self, invoice_id: str, pay: Pay, *, log: int, number: int, time: int) -> None:
        """Note a payment that carries an invoice's reference, if it pays the invoice's account."""
        context = self._context
        invoice = context.invoice(invoice_id)
        if invoice is None or (pay.payee_coop, pay.payee) != (context.coop, invoice.account):
            return
        id_ = payment_id(invoice_id, log, number)
        if invoice.payments and context.desk.find(MerchantRecord.INVOICE_PAYMENT, id_) is not None:
            return  # this entry was counted before
        payment = InvoicePayment(
            invoice=invoice_id,
            log=log,
            number=number,
            payer=pay.payer,
            amount=pay.amount,
            time=time,
            is_late=self._is_late(invoice, time),
            status=self._status(log, number, invoice.account),
        )
        context.desk.add(payment.to_record())
        self._movements.note_payment(payment, invoice.account)
        invoice = replace(invoice, payments=invoice.payments + 1)
        if payment.status == "recorded":
            self._expect(invoice_id, log=log, number=number)
            if not payment.is_late:
                invoice = replace(invoice, coming=invoice.coming + pay.amount)
        else:
            invoice = _with_arrived(invoice, payment)
        context.save(invoice, classify(invoice, payment))

    def _is_late(self, invoice: Invoice, time: int) -> bool:
        """Whether a payment that is seen now, recorded at `time`, came after the invoice's end.

        What was recorded in time is, however late it arrives; so is what is here in time by the own clock,
        though the payer's cooperative has one that runs ahead, or a log that once did.
        """
        if invoice.state is State.CANCELLED:
            return True
        return min(time, self._context.now) > invoice.expires

    def _status(self, log: int, number: int, account: int) -> str:
        """How far a payment is, now that everything of this tick has been applied."""
        context = self._context
        if log == context.coop:
            return "delivered"
        if context.validator.log(context.coop).anchored.get(log, 0) < number:
            return "recorded"
        return "returned" if self._has_closed(account) else "delivered"

    def _has_closed(self, account: int) -> bool:
        """Whether what arrives for the account goes back.

        It had closed before: with what arrived in it, it could not have been closed.
        """
        found = self._context.validator.account(self._context.coop, account)
        return account != COMMONS and (found is None or found.status is Status.CLOSED)

    def _take_in_arrived(self) -> None:
        """Note the payments up to whose places the own log has anchored the payers' logs."""
        context = self._context
        anchored = context.validator.log(context.coop).anchored
        for log, coming in self._coming.items():
            while coming and coming[0][0] <= anchored.get(log, 0):
                _, invoice_id, id_ = heappop(coming)
                self._take_in(invoice_id, id_)

    def _take_in(self, invoice_id: str, id_: str) -> None:
        """Note that a payment has arrived, or went back since its payee had closed."""
        context = self._context
        record = context.desk.find(MerchantRecord.INVOICE_PAYMENT, id_)
        invoice = context.invoice(invoice_id)
        if record is None or invoice is None or record.due != ON_ITS_WAY:
            return
        payment = read_payment(record)
        payment = replace(
            payment, status=self._status(payment.log, payment.number, invoice.account)
        )
        context.desk.replace(payment.to_record())
        self._movements.note_payment(payment, invoice.account)
        if not payment.is_late:
            invoice = replace(invoice, coming=invoice.coming - payment.amount)
        invoice = _with_arrived(invoice, payment)
        context.save(invoice, classify(invoice, payment))


def _with_arrived(invoice: Invoice, payment: InvoicePayment) -> Invoice:
    """The invoice with what has arrived added to its sums; a payment that went back adds nothing."""
    if payment.status != "delivered":
        return invoice
    if payment.is_late:
        return replace(invoice, late=invoice.late + payment.amount)
    return replace(invoice, credited=invoice.credited + payment.amount)


def classify(invoice: Invoice, payment: InvoicePayment) -> Happening:
    """What the payments of an invoice amount to, after news of one of them."""
    if payment.is_late:
        return Happening.LATE
    if invoice.credited > invoice.amount:
        return Happening.EXCEEDED
    if invoice.credited == invoice.amount:
        return Happening.COVERED
    seen = invoice.credited + invoice.coming
    if seen >= invoice.amount:
        return Happening.SEEN
    return Happening.PART if seen else Happening.UNPAID
