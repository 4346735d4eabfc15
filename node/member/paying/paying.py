"""Paying: from what the member asked for to a receipt, without ever paying twice.

The journal has a payment's exact bytes on disk before they are sent, and they stay there until the node
said what became of *them*. `resume` sends again what is pending; `pay` begins a new payment. Both end with
a receipt that was verified against the charter, or an error that leaves the payment pending.

What ends a payment: a receipt for its very bytes; and a refusal by the rules. On the first sending any
refusal will do, and a node that looked at nothing leaves nothing in doubt. Once something may have been
recorded, only a refusal counts that the rules give after the node has looked whether it has these bytes:
whatever is judged before that says nothing of an earlier try.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from nacl.utils import random

from ledger.entries import Entry
from ledger.errors import ProofError
from ledger.memos import SALT_BYTES, memo_reference
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.receipts import Receipt, decode_receipt
from ledger.refusals import Refusal
from ledger.transactions import Pay, Price, encode_transaction, signed_part
from node.member.addresses import Address
from node.member.answers import decode_bytes, decode_hex, encode_bytes, number, read_bytes
from node.member.client import (
    AnswerLost,
    Json,
    NodeError,
    NodeMisbehaved,
    NodeProblem,
    NodeUnreachable,
    path_of,
    render_json,
)
from node.member.membership import Membership
from node.member.naming import check_name
from node.member.orders import PaidOrder
from node.member.paying.contribution import owed_contribution
from node.member.paying.desk import Desk
from node.member.paying.fallen import let_go_of_fallen
from node.member.paying.kept_receipts import keep_handle, keep_receipt
from node.member.paying.near_limit import tell_of_limit
from node.member.paying.paid_before import MayRepeat, check_not_paid
from node.member.pending_journal import Outcome, PaymentIntent, PendingPayment
from node.member.sealing import LONGEST_MEMO_BYTES, seal_memo

_AFTER_LOOKING: Final = frozenset(
    {
        Refusal.ACCOUNT_CLOSED,
        Refusal.ACCOUNT_FROZEN,
        Refusal.SEQUENCE_USED,
        Refusal.AMOUNT_OUT_OF_RANGE,
        Refusal.FEE_OUT_OF_RANGE,
        Refusal.COOP_UNKNOWN,
        Refusal.PAYEE_IS_PAYER,
        Refusal.PAYEE_UNKNOWN,
        Refusal.PAYEE_CLOSED,
        Refusal.PRICE_NOT_KNOWN,
        Refusal.PRICE_STALE,
        Refusal.PRICE_MISMATCH,
        Refusal.LIMIT_EXCEEDED,
        Refusal.CLEARING_LIMIT_EXCEEDED,
        Refusal.BALANCE_OUT_OF_RANGE,
        Refusal.CONTRIBUTION_MISSING,
        Refusal.CEILING_EXCEEDED,
        Refusal.DELEGATE_EXPIRED,
        Refusal.DELEGATE_PAYMENT_CAP,
        Refusal.DELEGATE_DAY_CAP,
        Refusal.DELEGATE_PAYEE,
    }
)
"""Refusals of these bytes, and of no others under their sequence number (PROTOCOL 7.2). All others are
given before the sequence number is looked at, or by a node that has lost what it had recorded."""


@dataclass(eq=False)
class MemoTooLong(Exception):
    """The memo has `size` bytes; it may have `LONGEST_MEMO_BYTES`."""

    size: int


@dataclass(eq=False)
class PayeeCoopUnknown(Exception):
    """The address names a cooperative that is not in the federation, whose `coops` are these."""

    address: Address
    coops: tuple[str, ...]


@dataclass(eq=False)
class PaymentInDoubt(Exception):
    """Whether this payment was recorded is not known, because of `cause`: None for an interruption."""

    intent: PaymentIntent
    cause: NodeError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What an invoice, a refund or a link fixes: the payment's reference, and who has to be paid.

    `account` is the payee's number; None when only the address is given.
    """

    reference: bytes
    account: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A recorded payment and the proof of it. `is_repeated`: it had been recorded before."""

    intent: PaymentIntent
    sequence: int
    number: int
    receipt: Receipt
    is_repeated: bool
    order: str = ""
    """The digest of its order, if it was made for one."""
    warnings: tuple[str, ...] = ()
    """Kinds of trouble because of which it does not arrive now, by the node's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a payment is to be made. `order` is the digest of an order's id.

    Before anything is signed, `on_contribution` is told what the payer's commons gets on top, in minor units,
    and `on_near_limit` what will be owed, and the limit, if that is so near that the bylaws want it said.
    """

    on_contribution: Callable[[int], None] = lambda _: None
    on_near_limit: Callable[[int, int], None] = lambda _owed, _limit: None
    price: Price | None = None
    bound: Bound | None = None
    order: str = ""
    may_repeat: MayRepeat = lambda _: False


def resume(desk: Desk) -> Paid | None:
    """Send again what is pending; None when nothing is.

    Raises `NodeProblem` when the rules refuse these bytes for good: they are then forgotten. Everything
    else leaves them as they are, and raises `PaymentInDoubt`.
    """
    pending = desk.journal.pending()
    if pending is None:
        return None
    try:
        return _send(desk, pending)
    except NodeUnreachable as error:
        # Nothing was sent now, but an earlier process may have sent it.
        cause = AnswerLost(error.url, error.reason)
        raise PaymentInDoubt(pending.intent, cause) from error
    except NodeProblem as problem:
        if _ends_a_doubt(problem):
            desk.journal.finish(pending.sequence, outcome=Outcome.REFUSED)
            raise
        lost = AnswerLost(problem.url, problem.code) if problem.was_passed_over else problem
        raise PaymentInDoubt(pending.intent, lost) from problem
    except NodeError as error:
        raise PaymentInDoubt(pending.intent, error) from error


def pay(desk: Desk, intent: PaymentIntent, *, payee: Address, now: int, terms: Terms) -> Paid:
    """Sign, write down, send. Needs a session with the node.

    Raises `PaidAlready` when the same was recorded already and `terms` don't say that it may be repeated,
    `PaymentPending` when an earlier payment is unfinished, `NodeProblem` or `NodeUnreachable` when it is
    certain that nothing was recorded, and `PaymentInDoubt`.
    """
    member = desk.member
    if len(intent.memo.encode("utf-8")) > LONGEST_MEMO_BYTES:
        raise MemoTooLong(len(intent.memo.encode("utf-8")))
    coop = member.charter.coop_named(payee.coop)
    if coop is None:
        names = tuple(each.name for each in member.charter.coops.values())
        raise PayeeCoopUnknown(payee, names)
    found = find_payee(member, payee, terms.bound)
    me = member.me()
    if terms.bound is not None or not terms.order:
        check_not_paid(desk, intent, me, terms.may_repeat)
    let_go_of_fallen(desk, number(member.client, me, "next_sequence", least=1))
    payee_number = number(member.client, found, "account")
    fee = owed_contribution(member, me, intent.amount, payee_coop=coop.number, payee=payee_number)
    if fee:
        terms.on_contribution(fee)
    tell_of_limit(member, me, intent.amount + fee, terms.on_near_limit)
    salt = salt_of(desk, intent, terms)
    unsigned = Pay(
        payer=member.account,
        sequence=number(member.client, me, "next_sequence", least=1),
        payee_coop=coop.number,
        payee=payee_number,
        amount=intent.amount,
        fee=fee,
        reference=reference_of(desk, terms, salt, intent.memo),
        price=terms.price,
    )
    document: Json = {"transaction": encode_bytes(_signed(member, unsigned))}
    if salt is not None:
        document["memo"] = sealed_memo(member, found, salt, intent.memo)
    pending = desk.journal.begin(
        render_json(document),
        sequence=unsigned.sequence,
        intent=intent,
        begun_at=now,
        fingerprint=desk.orders.fingerprint(intent),
        order=terms.order,
    )
    return send_first(desk, pending)


def send_first(desk: Desk, pending: PendingPayment) -> Paid:
    """Send a payment that no node can have seen yet."""
    try:
        return _send(desk, pending)
    except NodeUnreachable:
        # Every try found the door closed, or the client would have said that an answer was lost.
        desk.journal.finish(pending.sequence, outcome=Outcome.REFUSED)
        raise
    except NodeProblem as problem:
        if _ends_a_doubt(problem) or _ends_a_first_try(problem):
            desk.journal.finish(pending.sequence, outcome=Outcome.REFUSED)
            raise
        raise PaymentInDoubt(pending.intent, problem) from problem
    except NodeError as error:
        raise PaymentInDoubt(pending.intent, error) from error


def _ends_a_first_try(problem: NodeProblem) -> bool:
    """Whether it shows that bytes which were sent just now, and never before, were not recorded.

    A gap does not: a node that has lost payments takes these bytes once the gap is filled.
    """
    if problem.is_after_doubt or problem.number == Refusal.SEQUENCE_GAP:
        return False
    return problem.was_passed_over or problem.is_final


def _ends_a_doubt(problem: NodeProblem) -> bool:
    """Whether it shows that bytes which may have been recorded were not."""
    return problem.number in _AFTER_LOOKING


def find_payee(member: Membership, payee: Address, bound: Bound | None) -> Json:
    """The account of that address, as the node knows it."""
    found = member.client.get(path_of("v1", "accounts", payee.coop, f"@{payee.handle}"))
    by_number = payee.handle == f"#{found.get('account')}"
    if (not by_number and found.get("handle") != payee.handle) or found.get("coop") != payee.coop:
        raise NodeMisbehaved(member.client.url, f"it was asked for {payee} and tells of another")
    check_name(member.client, found, federation=member.charter.federation)
    account = number(member.client, found, "account")
    if bound is not None and bound.account is not None and account != bound.account:
        raise NodeMisbehaved(member.client.url, f"{payee} is another account than the one to pay")
    return found


def sealed_memo(
    member: Membership, found: Json, salt: bytes, memo: str, *, own_key: bytes | None = None
) -> Json:
    """The memo for both sides; `own_key` is that of the paying account, by default the wallet's."""
    keys = {
        "payer": own_key or member.key.public_key,
        "payee": decode_hex(member.client, found, "key"),
    }
    try:
        return {
            side: encode_bytes(seal_memo(salt=salt, text=memo, public_key=key))
            for side, key in keys.items()
        }
    except (ValueError, RuntimeError) as error:
        raise NodeMisbehaved(member.client.url, "the payee's key is not a key") from error


def salt_of(desk: Desk, intent: PaymentIntent, terms: Terms) -> bytes | None:
    """The salt of a payment's memo: of an order's it says which one, to whoever has the key.

    A bound payment has a reference already, so there is none left to bind a memo with.
    """
    if not intent.memo or terms.bound is not None:
        return None
    return desk.orders.salt(terms.order) if terms.order else random(SALT_BYTES)


def reference_of(desk: Desk, terms: Terms, salt: bytes | None, memo: str) -> bytes | None:
    """What the payment is bound to: what `terms` fix, its memo, or its order."""
    if terms.bound is not None:
        return terms.bound.reference
    if salt is not None:
        return memo_reference(salt=salt, text=memo)
    return desk.orders.reference(terms.order) if terms.order else None


def _signed(member: Membership, unsigned: Pay) -> bytes:
    message = signed_bytes(
        TAG_ENTRY,
        federation=member.charter.federation,
        coop=member.coop.number,
        body=signed_part(unsigned),
    )
    return encode_transaction(replace(unsigned, signature=member.key.sign(message)))


def _send(desk: Desk, pending: PendingPayment) -> Paid:
    """Send the journal's bytes, and note it when they are recorded. Any error leaves them pending."""
    member = desk.member
    try:
        answer = member.client.post_bytes(
            "/v1/payments", pending.payload, content_type="application/json"
        )
    except KeyboardInterrupt:
        raise PaymentInDoubt(pending.intent, None) from None
    entry_number = number(member.client, answer, "number", least=1)
    receipt, entry = _checked_receipt(member, answer, pending, entry_number)
    paid = Paid(
        intent=pending.intent,
        sequence=pending.sequence,
        number=entry_number,
        receipt=receipt,
        is_repeated=answer.get("repeated") is True,
        order=pending.order,
        warnings=_warnings(answer),
    )
    keep_receipt(member.wallet.path, member.charter, receipt)
    if isinstance(entry.transaction, Pay):
        handle = pending.intent.payee.partition("@")[0]
        keep_handle(member.wallet.path, member.charter, entry.transaction, handle)
    if pending.intent.reference:
        keep_order(desk, desk.orders.digest_of_reference(pending.intent.reference), paid)
    if pending.order:
        keep_order(desk, pending.order, paid)
    desk.journal.finish(
        pending.sequence, outcome=Outcome.RECORDED, number=entry_number, time=entry.time
    )
    return paid


def _warnings(answer: Json) -> tuple[str, ...]:
    """What the answer warns of; a node that warns in another way warns of nothing."""
    listed = answer.get("warnings")
    return tuple(str(each) for each in listed) if isinstance(listed, list) else ()


def keep_order(desk: Desk, order: str, paid: Paid) -> None:
    """Write down that the order is paid by this payment, before anybody is told."""
    desk.orders.keep(
        order,
        PaidOrder(
            fingerprint=desk.orders.fingerprint(paid.intent),
            payee=paid.intent.payee,
            amount=paid.intent.amount,
            price=paid.intent.price,
            sequence=paid.sequence,
            receipt=paid.receipt.encode(),
        ),
    )


def _checked_receipt(
    member: Membership, answer: Json, pending: PendingPayment, number: int
) -> tuple[Receipt, Entry]:
    """The receipt and its entry, once it proves that exactly what we signed is in our cooperative's log."""
    transaction = read_bytes(json.loads(pending.payload)["transaction"])
    try:
        receipt = decode_receipt(decode_bytes(member.client, answer, "receipt"))
        entry = receipt.check(member.charter)
    except ProofError as error:
        raise NodeMisbehaved(member.client.url, f"its receipt proves nothing: {error}") from error
    if (
        receipt.coop != member.coop.number
        or receipt.length != number
        or encode_transaction(entry.transaction) != transaction
    ):
        raise NodeMisbehaved(member.client.url, "its receipt is for something else")
    return receipt, entry
