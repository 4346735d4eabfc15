"""Before something is paid: what is in doubt is finished first, and the same is not paid again unasked.

Both happen at the desk, under the wallet's lock; a question is put to the person outside of it, and what was
answered counts for the payment that was shown and for no other.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cli.shell.consent import agree_to_pay
from cli.shell.describing import when
from cli.shell.terminal import Output
from ledger.entries import decode_entry
from ledger.errors import ProofError
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from ledger.transactions import Pay
from node.member.amounts import format_amount
from node.member.client import NodeProblem
from node.member.membership import Membership
from node.member.orders import PaidOrder
from node.member.paying.desk import Desk, open_desk
from node.member.paying.orders_elsewhere import find_elsewhere
from node.member.paying.paid_before import MayRepeat, PaidAlready, Twin
from node.member.paying.paying import Paid, keep_order, resume
from node.member.pending_journal import PaymentIntent

_NEVER: Final[MayRepeat] = lambda _: False  # noqa: E731
_ALWAYS: Final[MayRepeat] = lambda _: True  # noqa: E731


@dataclass(eq=False)
class OrderDiffers(Exception):
    """The order was paid already, and for something else than what is asked for now."""

    paid: PaidOrder
    index: int
    coop: str


def payment_words(intent: PaymentIntent) -> str:
    """A payment in a few words."""
    price = f" ({intent.price})" if intent.price else ""
    return f"{format_amount(intent.amount)}{price} to {intent.payee}"


def settle(desk: Desk, intent: PaymentIntent, output: Output, *, order: str = "") -> Paid | None:
    """Finish what is pending, and find out whether what is asked for is paid already.

    That it is when its order is, or when what was pending is the very same wish. `order` is a digest.

    Raises `OrderDiffers`, `PaymentInDoubt`, and `NodeProblem` never: a refusal is told and then over.
    """
    earlier = finish_earlier(desk, output)
    known = desk.orders.find(order) if order else None
    if known is not None:
        return _paid_for(desk, known, intent, output)
    is_same = earlier is not None and earlier.intent.is_same_wish(intent)
    if earlier is None or not is_same or (order and earlier.order):
        return None
    if order:
        keep_order(desk, order, earlier)
    output.note("That is the payment you asked for now, so nothing more is paid.")
    return earlier


def settle_from_history(
    desk: Desk, intent: PaymentIntent, order: str, output: Output
) -> Paid | None:
    """The same for an order that another copy of this wallet paid; needs a session.

    Raises `OrderDiffers`, and `NodeMisbehaved` when the node's receipt does not prove the payment.
    """
    known = find_elsewhere(desk, intent, order)
    if known is None:
        return None
    if known.fingerprint:
        desk.orders.keep(order, known)
    return _paid_for(desk, known, intent, output)


def unless_repeated(
    member: Membership, attempt: Callable[[Desk, MayRepeat], Paid], *, again: bool, output: Output
) -> Paid:
    """What `attempt` pays at the desk; asks when the same was paid already.

    Raises `PaidAlready` when there is nobody to ask, and as `agree_to_pay` when the answer is no.
    """
    may_repeat = _ALWAYS if again else _NEVER
    while True:
        try:
            with open_desk(member) as desk:
                return attempt(desk, may_repeat)
        except PaidAlready as paid:
            if output.is_json or not sys.stdin.isatty():
                raise
            output.note(already_words(paid))
            agree_to_pay("Pay it once more?", option="--again")
            may_repeat = _only(paid.twin)


def already_words(paid: PaidAlready) -> str:
    """What was recorded, as one sentence."""
    moment = when(paid.twin.time)
    return f"{payment_words(paid.intent)} is paid already: entry {paid.coop}/{paid.twin.index}, {moment}."


def _only(agreed: Twin) -> MayRepeat:
    return lambda twin: twin == agreed


def finish_earlier(desk: Desk, output: Output) -> Paid | None:
    """Send again what is pending, and tell of it; None when there was nothing, or the rules refuse it."""
    pending = desk.journal.pending()
    if pending is None:
        return None
    output.note(f"First the payment whose outcome is unknown: {payment_words(pending.intent)}.")
    try:
        earlier = resume(desk)
    except NodeProblem as problem:
        output.note(f"The node refused that payment: {problem.detail or problem.title}")
        return None
    if earlier is not None:
        output.note(f"It is recorded: {payment_words(earlier.intent)}, entry {earlier.index}.")
    return earlier


def _paid_for(desk: Desk, known: PaidOrder, intent: PaymentIntent, output: Output) -> Paid:
    """The payment of an order, proven once more by its receipt."""
    receipt = decode_receipt(known.receipt)
    entry = decode_entry(receipt.entry)
    receipt.check(desk.member.charter)
    if isinstance(entry, Refusal) or not isinstance(entry.transaction, Pay):
        raise ProofError("the receipt that is kept for the order is of something else")
    if desk.orders.fingerprint(intent) != known.fingerprint:
        raise OrderDiffers(known, receipt.length, desk.member.coop.name)
    output.note("This order is paid already, so nothing more is paid.")
    paid = PaymentIntent(
        payee=known.payee, amount=known.amount, memo=intent.memo, price=known.price
    )
    return Paid(
        intent=paid,
        sequence=known.sequence,
        index=receipt.length,
        receipt=receipt,
        is_repeated=True,
    )
