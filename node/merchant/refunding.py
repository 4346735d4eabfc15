"""Refunds: payments back to whoever paid an invoice, which only the merchant's own key can sign.

The node prepares one: it fixes payee, amount and reference, and keeps that much of what was paid free for
it. The wallet signs a payment with exactly these and sends it like any other; the node recognises it in its
own log, in the transaction in which it is recorded. What is prepared and never signed can be dropped.
"""

import json
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from ledger.references import refund_reference
from ledger.transactions import Pay
from node.merchant.context import Context
from node.merchant.invoice import (
    Invoice,
    InvoicePayment,
    Refund,
    payment_id,
    read_payment,
    read_refund,
)
from node.merchant.movements import Movements
from node.merchant.records import MerchantRecord
from node.merchant.refusals import MerchantRefusal, NotDone
from node.store import Record

_FOREVER_MS = 2**53 - 1
"""Due time of a refund that waits for a signature or for its delivery: it is watched until then."""

LISTED_REFUNDS = 100
"""How many refunds of one invoice are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """What a merchant asks for. `amount`: all that is left, when None. `id` are 16 fresh random bytes.

    `of` is the coop's number and that of the payment's entry; needed only when there are several.
    """

    account: int
    invoice: str
    id: bytes
    fingerprint: str
    client_id: str | None = None
    amount: int | None = None
    of: tuple[int, int] | None = None
    reason: str = ""


class Refunding:
    """Prepares refunds and recognises them."""

    def __init__(self, context: Context, movements: Movements) -> None:
        self._context = context
        self._movements = movements
        self._coming: dict[int, list[tuple[int, str]]] = {}
        """Payer's coop -> a heap of (number in the own log, refund's id): recorded here, not yet there."""

    def start(self) -> None:
        """Load what is watched."""
        for id_, _, _, mark in self._context.desk.pending(MerchantRecord.REFUND):
            refund = self._refund(id_)
            if refund is None or mark is None:
                continue
            if refund.state == "prepared":
                self._context.watched_refunds[mark] = id_
            elif refund.entry is not None:
                heappush(self._coming.setdefault(refund.log, []), (refund.entry, id_))

    def _refund(self, id_: str) -> Refund | None:
        record = self._context.desk.find(MerchantRecord.REFUND, id_)
        return None if record is None else read_refund(record)

    def prepare(self, request: RefundRequest) -> tuple[Refund, bool]:
        """The refund, and whether it had been prepared before. Raises `MerchantRefusal`."""
        context = self._context
        invoice = context.invoice(request.invoice)
        if invoice is None or invoice.account != request.account:
            raise MerchantRefusal(NotDone.INVOICE_NOT_FOUND)
        key = f"{request.account}/refund/{request.invoice}/{request.client_id}"
        if request.client_id is not None:
            record = context.request(key)
            if record is not None:
                return self._prepared_before(record, request), True
        payment = self._payment(invoice, request)
        left = payment.amount - payment.refunded
        amount = left if request.amount is None else request.amount
        if not 1 <= amount <= left:
            raise MerchantRefusal(
                NotDone.REFUND_TOO_LARGE,
                f"Of this payment {left} minor units are left to refund.",
                pointer="/amount",
            )
        refund = self._make(invoice, payment, request, amount)
        context.desk.add(refund.to_record(due=_FOREVER_MS))
        context.watched_refunds[refund.reference] = refund.id
        self._reserve(invoice, payment, amount)
        if request.client_id is not None:
            context.add_request(
                Record(
                    kind=MerchantRecord.REQUEST,
                    id=key,
                    shelf=str(request.account),
                    created=context.now_ms,
                    data=json.dumps({"fingerprint": request.fingerprint, "id": refund.id}).encode(
                        "ascii"
                    ),
                )
            )
        return refund, False

    def _prepared_before(self, record: Record, request: RefundRequest) -> Refund:
        earlier = json.loads(record.data)
        if earlier["fingerprint"] != request.fingerprint:
            raise MerchantRefusal(NotDone.REFUND_EXISTS)
        found = self._refund(earlier["id"])
        if found is None:
            raise MerchantRefusal(NotDone.REFUND_NOT_FOUND)
        return found

    def _payment(self, invoice: Invoice, request: RefundRequest) -> InvoicePayment:
        """The payment to give back from: the one that is named, or the only one there is."""
        context = self._context
        if request.of is not None:
            row = context.desk.find(
                MerchantRecord.INVOICE_PAYMENT, payment_id(invoice.id, *request.of)
            )
            found = [] if row is None else [read_payment(row)]
        else:
            found = context.payments(invoice)
        delivered = [payment for payment in found if payment.status == "delivered"]
        if not delivered:
            raise MerchantRefusal(NotDone.REFUND_NOTHING, pointer="/of")
        if len(delivered) > 1:
            raise MerchantRefusal(NotDone.REFUND_PAYMENT_NEEDED, pointer="/of")
        return delivered[0]

    def _make(
        self, invoice: Invoice, payment: InvoicePayment, request: RefundRequest, amount: int
    ) -> Refund:
        context = self._context
        reference = refund_reference(
            federation=context.validator.founding.federation,
            coop=context.coop,
            invoice=invoice.reference,
            id_=request.id,
            log=payment.log,
            number=payment.number,
            amount=amount,
        )
        return Refund(
            id=request.id.hex(),
            client_id=request.client_id,
            invoice=invoice.id,
            account=invoice.account,
            reference=reference,
            log=payment.log,
            number=payment.number,
            payee=payment.payer,
            amount=amount,
            reason=request.reason,
            created_ms=context.now_ms,
        )

    def _reserve(self, invoice: Invoice, payment: InvoicePayment, amount: int) -> None:
        """Count `amount` as given back; a negative one, when it will not be."""
        desk = self._context.desk
        desk.replace(replace(payment, refunded=payment.refunded + amount).to_record())
        invoice = replace(invoice, refunded=invoice.refunded + amount)
        record = desk.find(MerchantRecord.INVOICE, invoice.id)
        desk.replace(invoice.to_record(due=None if record is None else record.due))

    def drop(self, account: int, invoice_id: str, id_: str) -> Refund:
        """Give up a refund that was prepared and not signed. Raises `MerchantRefusal`."""
        context = self._context
        refund = self._refund(id_)
        if refund is None or (refund.account, refund.invoice) != (account, invoice_id):
            raise MerchantRefusal(NotDone.REFUND_NOT_FOUND)
        if refund.state == "cancelled":
            return refund
        if refund.state != "prepared":
            raise MerchantRefusal(NotDone.REFUND_SIGNED)
        refund = replace(refund, state="cancelled")
        context.desk.replace(refund.to_record(due=None))
        context.watched_refunds.pop(refund.reference, None)
        invoice = context.invoice(refund.invoice)
        row = context.desk.find(
            MerchantRecord.INVOICE_PAYMENT, payment_id(refund.invoice, refund.log, refund.number)
        )
        if invoice is not None and row is not None:
            self._reserve(invoice, read_payment(row), -refund.amount)
        return refund

    def recognise(self, id_: str, pay: Pay, *, log: int, number: int, time: int) -> None:
        """A payment carries the refund's reference; it is the refund if it is exactly that."""
        context = self._context
        refund = self._refund(id_)
        if refund is None or refund.state != "prepared" or log != context.coop:
            return
        # Who paid the invoice has the account in the log that holds the payment: there it goes back.
        wanted = (refund.account, refund.log, refund.payee, refund.amount)
        if (pay.payer, pay.payee_coop, pay.payee, pay.amount) != wanted:
            return
        context.watched_refunds.pop(refund.reference, None)
        refund = replace(refund, entry=number, time=time, state="recorded")
        self._movements.note_refund(refund)
        if refund.log == context.coop:
            self._save(replace(refund, state="delivered"))
            return
        heappush(self._coming.setdefault(refund.log, []), (number, refund.id))
        self._save(refund)

    def arrivals(self) -> None:
        """Take note of refunds that the payers' homes have taken in, as seen here."""
        context = self._context
        for log, coming in self._coming.items():
            if not coming:
                continue
            taken_in = context.validator.log(log).anchored.get(context.coop, 0)
            while coming and coming[0][0] <= taken_in:
                _, id_ = heappop(coming)
                refund = self._refund(id_)
                if refund is not None:
                    self._save(replace(refund, state="delivered"))

    def _save(self, refund: Refund) -> None:
        context = self._context
        is_done = refund.state == "delivered"
        context.desk.replace(refund.to_record(due=None if is_done else _FOREVER_MS))
        context.tell(
            refund.account,
            refund.invoice,
            f"refund.{refund.state}",
            f"{refund.id}/{refund.state}",
            context.views.refund(refund),
        )
