"""Invoices and refunds as others see them: JSON values for the merchant, and for whoever pays.

Merchants get amounts as the texts of integers in minor units, with their scale, so that no reader of
JSON can lose a cent; payers get them as the rest of the interface has them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ledger.charter import Charter
from ledger.references import private_hash
from ledger.validators.interface import Validator
from node.merchant.invoice import Invoice, InvoicePayment, Refund

Json = dict[str, Any]

SCALE: Final = 2
_EPOCH: Final = date(1970, 1, 1)


def money(amount: int, currency: str) -> Json:
    """An amount of money."""
    return {"value": str(amount), "scale": SCALE, "currency": currency}


def day_text(day: int) -> str:
    """A day, counted from 1970-01-01, as a date."""
    return (_EPOCH + timedelta(days=day)).isoformat()


class Views:
    """Renders values for one coop's node. `handle_of` gives the handle of an account of it."""

    def __init__(self, validator: Validator, coop: int) -> None:
        self._validator = validator
        self._unit = validator.founding.unit
        self._coop = coop

    @property
    def _charter(self) -> Charter:
        return self._validator.charter(self._coop)

    def invoice(
        self, invoice: Invoice, payments: Sequence[InvoicePayment], handle: str | None
    ) -> Json:
        """An invoice for its merchant."""
        unit = self._unit
        price = invoice.price
        return {
            "id": invoice.id,
            "state": invoice.state.value,
            "reason": invoice.reason.value,
            "version": invoice.version,
            "amount": money(invoice.amount, unit),
            "price": None
            if price is None
            else money(price.minor, price.currency) | {"day": day_text(price.day)},
            "paid": money(invoice.credited, unit),
            "coming": money(invoice.coming, unit),
            "late": money(invoice.late, unit),
            "refunded": money(invoice.refunded, unit),
            "payee": self._payee(invoice, handle),
            "reference": invoice.reference.hex(),
            "client_id": invoice.client_id,
            "order_id": invoice.order,
            "description": invoice.description,
            "redirect_url": invoice.redirect,
            "metadata": dict(invoice.metadata),
            "created": invoice.created_ms // 1000,
            "expires": invoice.expires,
            "changed": invoice.changed,
            "settled": invoice.settled,
            "link": invoice.link,
            "payments": [self._payment(payment) for payment in payments],
        }

    def _payee(self, invoice: Invoice, handle: str | None) -> Json:
        return {
            "coop": self._charter.coops[self._coop].name,
            "coop_number": self._coop,
            "account": invoice.account,
            "handle": handle,
        }

    def _payment(self, payment: InvoicePayment) -> Json:
        unit = self._unit
        return {
            "coop": self._charter.coops[payment.log].name,
            "coop_number": payment.log,
            "index": payment.index,
            "payer": payment.payer,
            "amount": money(payment.amount, unit),
            "refunded": money(payment.refunded, unit),
            "time": payment.time,
            "late": payment.is_late,
            "status": payment.status,
        }

    def public(self, invoice: Invoice, handle: str | None, now: int) -> Json:
        """What whoever has the link may know: enough to pay, and to check the reference."""
        price = invoice.price
        return {
            "id": invoice.id,
            "state": invoice.state.value,
            "reason": invoice.reason.value,
            "version": invoice.version,
            "federation": self._charter.federation.hex(),
            "unit": self._unit,
            "amount": invoice.amount,
            "price": None
            if price is None
            else {"minor": price.minor, "currency": price.currency, "day": price.day},
            "paid": invoice.credited,
            "coming": invoice.coming,
            "payee": self._payee(invoice, handle),
            "reference": invoice.reference.hex(),
            "description": invoice.description,
            "private_hash": private_hash(invoice.order, invoice.metadata).hex(),
            "redirect_url": invoice.redirect,
            "created": invoice.created_ms // 1000,
            "expires": invoice.expires,
            "time": now,
            "link": invoice.link,
        }

    def refund(self, refund: Refund) -> Json:
        """A refund, with what the merchant's key has to sign."""
        return {
            "id": refund.id,
            "client_id": refund.client_id,
            "invoice": refund.invoice,
            "state": refund.state,
            "amount": money(refund.amount, self._unit),
            "reason": refund.reason,
            "of": {
                "coop": self._charter.coops[refund.log].name,
                "coop_number": refund.log,
                "index": refund.index,
            },
            "payment": {
                "payer": refund.account,
                "payee_coop": refund.log,
                "payee": refund.payee,
                "amount": refund.amount,
                "reference": refund.reference.hex(),
            },
            "entry": refund.entry,
            "time": refund.time,
            "created": refund.created_ms // 1000,
        }


def moment(now_ms: int) -> str:
    """A time as webhooks write it: RFC 3339, in UTC."""
    time = datetime.fromtimestamp(now_ms // 1000, UTC)
    return time.isoformat().replace("+00:00", "Z")
