"""What is told beside a payment: what its bill says, why it gave back, what it was worth."""

from ledger.index.conversion import price_from_units
from ledger.index.table import DayBeforeBase, DayNotKnown
from ledger.rules.index import SECONDS_IN_DAY
from ledger.transactions import Pay
from node.engine.view import View
from node.http.members import shapes
from node.merchant.merchants import Merchants, merchants_of
from node.merchant.movements import Direction, Movement, movements_before, reason_of

_LOOKED_AT = 20
"""How many movements of a merchant within one second are looked through for a payment."""


class Telling:
    """For the payments of one page."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._index = view.validator.index(view.coop)
        self._merchants = _merchants(view)
        self._texts: dict[str, str | None] = {}

    def bill(self, pay: Pay, *, log: int, number: int, time: int) -> str | None:
        """What the bill says that entry `number` of `log` paid; None where none is here."""
        movement = self._movement(pay, log=log, number=number, time=time)
        is_payment = movement is not None and movement.type is Direction.PAYMENT
        return self._text(movement.invoice) if movement is not None and is_payment else None

    def refund(self, pay: Pay, *, log: int, number: int, time: int) -> str | None:
        """Why entry `number` of `log` gave back what a bill was paid, as the merchant said; None where it
        gave back nothing, or none of it is here."""
        movement = self._movement(pay, log=log, number=number, time=time)
        if movement is None or movement.type is not Direction.REFUND:
            return None
        return reason_of(self._view.store, movement)

    def _movement(self, pay: Pay, *, log: int, number: int, time: int) -> Movement | None:
        if self._merchants is None or pay.reference is None:
            return None
        home = self._view.coop
        ends = ((pay.payee_coop, pay.payee), (log, pay.payer))
        for account in (account for coop, account in ends if coop == home):
            found = movements_before(
                self._view.store,
                account,
                since=time,
                before=(time * 1000 + 1, ""),
                limit=_LOOKED_AT,
            )
            for movement in found:
                if (movement.log, movement.number) == (log, number):
                    return movement
        return None

    def _text(self, invoice_id: str) -> str | None:
        if invoice_id not in self._texts:
            assert self._merchants is not None
            invoice = self._merchants.context.invoice(invoice_id)
            self._texts[invoice_id] = None if invoice is None else invoice.description or None
        return self._texts[invoice_id]

    def worth(self, pay: Pay, *, time: int) -> shapes.Worth | None:
        """What was agreed on, or what the index says of the amount on the day of `time`."""
        if self._index is None:
            return None
        day = time // SECONDS_IN_DAY if pay.price is None else pay.price.day
        try:
            value = self._index.value_on(day)
        except (DayNotKnown, DayBeforeBase):
            return None
        minor = price_from_units(pay.amount, value) if pay.price is None else pay.price.minor
        return shapes.Worth(currency=self._index.currency_on(day), minor=minor, day=day)


def _merchants(view: View) -> Merchants | None:
    try:
        return merchants_of(view)
    except LookupError:
        return None
