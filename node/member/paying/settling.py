"""Paying one wish once: what is in doubt is finished first, and what is paid already is not paid again.

    with open_desk(member) as desk:
        paid = pay_once(desk, intent, payee=payee, now=now, terms=Terms(order=desk.orders.digest("17")))

What happens on the way is told as `News`, to whom it concerns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from ledger.entries import decode_entry
from ledger.errors import ProofError
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from ledger.transactions import Pay
from node.member.addresses import Address
from node.member.client import NodeProblem
from node.member.orders import Marks, PaidOrder
from node.member.paying.desk import Desk
from node.member.paying.fallen import has_fallen
from node.member.paying.orders_elsewhere import find_elsewhere
from node.member.paying.paid_before import check_order_fell
from node.member.paying.paying import Paid, Terms, keep_order, pay, resume
from node.member.pending_journal import PaymentIntent


@dataclass(eq=False)
class OrderDiffers(Exception):
    """The order was paid already, and for something other than what is asked for now."""

    paid: PaidOrder
    number: int
    coop: str


class Step(Enum):
    """What has happened."""

    RESUMING = auto()
    """An earlier payment's outcome is unknown; its same bytes are sent again."""
    REFUSED = auto()
    """The rules refused that earlier payment, so it is over."""
    RECORDED = auto()
    """That earlier payment is recorded."""
    WAS_MEANT = auto()
    """It is the very payment that is asked for now, so nothing more is paid."""
    ORDER_PAID = auto()
    """The order was paid before, so nothing more is paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A step, and the payment that it is about: its entry of the home log, or why it was refused."""

    step: Step
    intent: PaymentIntent
    number: int | None = None
    problem: NodeProblem | None = None


Tell = Callable[[News], None]


def tell_nobody(news: News) -> None:
    """For programs that only want the outcome."""


def pay_once(
    desk: Desk,
    intent: PaymentIntent,
    *,
    payee: Address,
    now: int,
    terms: Terms,
    tell: Tell = tell_nobody,
) -> Paid:
    """Pay, unless it turns out to be paid already; opens a session when one is needed.

    Raises what `pay` and `settle` raise, and `NodeMisbehaved`.
    """
    paid = settle(desk, intent, order=terms.order, tell=tell)
    if paid is not None:
        return paid
    desk.member.open_session()
    if terms.order:
        if desk.orders.find(terms.order) is not None:
            # It fell, or it would be settled; another device may have paid it anew.
            desk.orders.keep_marks(Marks())
        paid = _settle_from_history(desk, intent, terms.order, tell)
        if paid is not None:
            return paid
        check_order_fell(desk, intent, terms.order, terms.may_repeat)
    return pay(desk, intent, payee=payee, now=now, terms=terms)


def settle(
    desk: Desk, intent: PaymentIntent, *, order: str = "", tell: Tell = tell_nobody
) -> Paid | None:
    """Finish what is pending, and find out whether what is asked for is paid already.

    That it is when its order is, or when what was pending is the very same wish. `order` is a digest.
    An order whose payment fell with a fork is not paid.

    Raises `OrderDiffers`, `PaymentInDoubt`, and `NodeProblem` never: a refusal is told and then over.
    """
    earlier = finish_earlier(desk, tell)
    known = desk.orders.find(order) if order else None
    if known is not None and not has_fallen(desk.member, decode_receipt(known.receipt)):
        return _paid_for(desk, known, intent, tell)
    is_same = earlier is not None and earlier.intent.is_same_wish(intent)
    if earlier is None or not is_same or (order and earlier.order):
        return None
    if order:
        keep_order(desk, order, earlier)
    tell(News(step=Step.WAS_MEANT, intent=earlier.intent, number=earlier.number))
    return earlier


def finish_earlier(desk: Desk, tell: Tell = tell_nobody) -> Paid | None:
    """Send again what is pending, and tell of it; None when there was nothing, or the rules refuse it."""
    pending = desk.journal.pending()
    if pending is None:
        return None
    tell(News(step=Step.RESUMING, intent=pending.intent))
    try:
        earlier = resume(desk)
    except NodeProblem as problem:
        tell(News(step=Step.REFUSED, intent=pending.intent, problem=problem))
        return None
    if earlier is not None:
        tell(News(step=Step.RECORDED, intent=earlier.intent, number=earlier.number))
    return earlier


def _settle_from_history(desk: Desk, intent: PaymentIntent, order: str, tell: Tell) -> Paid | None:
    """The same for an order that another copy of this wallet paid; needs a session.

    Raises `OrderDiffers`, and `NodeMisbehaved` when the node's receipt does not prove the payment.
    """
    known = find_elsewhere(desk, intent, order)
    if known is None:
        return None
    if known.fingerprint:
        desk.orders.keep(order, known)
    return _paid_for(desk, known, intent, tell)


def _paid_for(desk: Desk, known: PaidOrder, intent: PaymentIntent, tell: Tell) -> Paid:
    """The payment of an order, proven once more by its receipt."""
    receipt = decode_receipt(known.receipt)
    entry = decode_entry(receipt.entry)
    receipt.check(desk.member.charter)
    if isinstance(entry, Refusal) or not isinstance(entry.transaction, Pay):
        raise ProofError("the receipt that is kept for the order is of something else")
    if desk.orders.fingerprint(intent) != known.fingerprint:
        raise OrderDiffers(known, receipt.length, desk.member.coop.name)
    paid = PaymentIntent(
        payee=known.payee, amount=known.amount, memo=intent.memo, price=known.price
    )
    tell(News(step=Step.ORDER_PAID, intent=paid, number=receipt.length))
    return Paid(
        intent=paid,
        sequence=known.sequence,
        number=receipt.length,
        receipt=receipt,
        is_repeated=True,
    )
