"""Invoices and refunds as others see them: for the merchant, and for whoever pays."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from ledger.charter import Charter
from ledger.references import private_hash
from ledger.validators.interface import Validator
from node.merchant import shapes
from node.merchant.invoice import Invoice, InvoicePayment, Price, Refund
from node.spellings import Hash, Minor

_EPOCH: Final = date(1970, 1, 1)


def money(amount: int, currency: str) -> shapes.Money:
    """An amount of money."""
    return shapes.Money(value=Minor(amount), scale=2, currency=currency)


def day_text(day: int) -> str:
    """A day, counted from 1970-01-01, as a date."""
    return (_EPOCH + timedelta(days=day)).isoformat()


NameOf = Callable[[int, int], str | None]
"""What an account is called, by coop and number; None where that is not known or not told."""


class Views:
    """Renders values for one coop's node."""

    def __init__(self, validator: Validator, coop: int) -> None:
        self._validator = validator
        self._unit = validator.founding.unit
        self._coop = coop

    @property
    def _charter(self) -> Charter:
        return self._validator.newest_charter()

    def invoice(
        self,
        invoice: Invoice,
        payments: Sequence[InvoicePayment],
        name_of: NameOf,
    ) -> shapes.Invoice:
        """An invoice for its merchant, with what accounts are called."""
        unit = self._unit
        return shapes.Invoice(
            id=invoice.id,
            state=invoice.state,
            reason=invoice.reason,
            version=invoice.version,
            amount=money(invoice.amount, unit),
            price=None if invoice.price is None else _price(invoice.price),
            paid=money(invoice.credited, unit),
            coming=money(invoice.coming, unit),
            late=money(invoice.late, unit),
            refunded=money(invoice.refunded, unit),
            payee=self._payee(invoice, name_of(self._coop, invoice.account)),
            reference=Hash(invoice.reference),
            client_id=invoice.client_id,
            order_id=invoice.order,
            description=invoice.description,
            redirect_url=invoice.redirect,
            metadata=dict(invoice.metadata),
            created=invoice.created_ms // 1000,
            expires=invoice.expires,
            changed=invoice.changed,
            settled=invoice.settled,
            link=invoice.link,
            payments=[self._payment(payment, name_of) for payment in payments],
        )

    def _payee(self, invoice: Invoice, handle: str | None) -> shapes.Payee:
        return shapes.Payee(
            coop=self._charter.coops[self._coop].name,
            coop_number=self._coop,
            account=invoice.account,
            handle=handle,
        )

    def _payment(self, payment: InvoicePayment, name_of: NameOf) -> shapes.InvoicePayment:
        unit = self._unit
        return shapes.InvoicePayment(
            coop=self._charter.coops[payment.log].name,
            coop_number=payment.log,
            number=payment.number,
            payer=payment.payer,
            handle=name_of(payment.log, payment.payer),
            amount=money(payment.amount, unit),
            refunded=money(payment.refunded, unit),
            time=payment.time,
            late=payment.is_late,
            status=payment.status,
        )

    def public(self, invoice: Invoice, handle: str | None, now: int) -> shapes.PublicInvoice:
        """What whoever has the link may know: enough to pay, and to check the reference."""
        return shapes.PublicInvoice(
            id=invoice.id,
            state=invoice.state,
            reason=invoice.reason,
            version=invoice.version,
            federation=Hash(self._charter.federation),
            unit=self._unit,
            amount=invoice.amount,
            price=None if invoice.price is None else _public_price(invoice.price),
            paid=invoice.credited,
            coming=invoice.coming,
            payee=self._payee(invoice, handle),
            reference=Hash(invoice.reference),
            description=invoice.description,
            private_hash=Hash(private_hash(invoice.order, invoice.metadata)),
            redirect_url=invoice.redirect,
            created=invoice.created_ms // 1000,
            expires=invoice.expires,
            time=now,
            link=invoice.link,
        )

    def refund(self, refund: Refund) -> shapes.Refund:
        """A refund, with what the merchant's key has to sign."""
        return shapes.Refund(
            id=refund.id,
            client_id=refund.client_id,
            invoice=refund.invoice,
            state=refund.state,
            amount=money(refund.amount, self._unit),
            reason=refund.reason,
            of=shapes.Place(
                coop=self._charter.coops[refund.log].name,
                coop_number=refund.log,
                number=refund.number,
            ),
            payment=shapes.RefundPayment(
                payer=refund.account,
                payee_coop=refund.log,
                payee=refund.payee,
                amount=refund.amount,
                reference=Hash(refund.reference),
            ),
            entry=refund.entry,
            time=refund.time,
            created=refund.created_ms // 1000,
        )


def _price(price: Price) -> shapes.Price:
    return shapes.Price(
        value=Minor(price.minor), scale=2, currency=price.currency, day=day_text(price.day)
    )


def _public_price(price: Price) -> shapes.PublicPrice:
    return shapes.PublicPrice(minor=price.minor, currency=price.currency, day=price.day)


def moment(now_ms: int) -> str:
    """A time as webhooks write it: RFC 3339, in UTC."""
    time = datetime.fromtimestamp(now_ms // 1000, UTC)
    return time.isoformat().replace("+00:00", "Z")
