"""Paying: from what the member asked for to a receipt, without ever paying twice.

The journal has a payment's exact bytes on disk before they are sent, and they stay there until the node
said what became of them. `resume` sends again what is pending; `pay` begins a new payment. Both end with
a receipt that was verified against the charter, or an error that leaves the payment pending.
"""

import json
from dataclasses import dataclass, replace
from typing import Final

from nacl.utils import random

from ledger.errors import ProofError
from ledger.memos import SALT_BYTES, memo_reference
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.receipts import Receipt, decode_receipt
from ledger.transactions import Pay, Price, encode_transaction, signed_part

from .addresses import Address
from .answers import decode_bytes, decode_hex, encode_bytes, integer, read_bytes
from .client import (
    AnswerLost,
    Json,
    NodeMisbehaved,
    NodeProblem,
    NodeUnreachable,
    path_of,
    render_json,
)
from .membership import Membership
from .pending_journal import Outcome, PaymentIntent, PendingJournal, PendingPayment
from .sealing import LONGEST_MEMO_BYTES, seal_memo

RECEIPTS_FOLDER: Final = "receipts"


@dataclass(eq=False)
class MemoTooLong(Exception):
    """The memo has `size` bytes; it may have `LONGEST_MEMO_BYTES`."""

    size: int


@dataclass(eq=False)
class PayeeCoopUnknown(Exception):
    """The address names a cooperative that is not in the federation, whose `coops` are these."""

    address: Address
    coops: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What an invoice or a refund fixes: the payee's account number, and the payment's reference."""

    account: int
    reference: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A recorded payment and the proof of it. `is_repeated`: the node had recorded it before."""

    intent: PaymentIntent
    sequence: int
    index: int
    receipt: Receipt
    is_repeated: bool


def resume(member: Membership, journal: PendingJournal) -> Paid | None:
    """Send again what is pending; None when nothing is.

    Raises what `_send` raises, but `AnswerLost` for everything that leaves the outcome as unknown as before.
    """
    pending = journal.pending()
    if pending is None:
        return None
    try:
        return _send(member, journal, pending)
    except NodeUnreachable as error:
        raise AnswerLost(error.url, error.reason) from error
    except NodeProblem as problem:
        if problem.is_final:
            raise
        raise AnswerLost(problem.url, problem.code) from problem


def pay(
    member: Membership,
    journal: PendingJournal,
    intent: PaymentIntent,
    *,
    payee: Address,
    now: int,
    fee: int = 0,
    price: Price | None = None,
    bound: Bound | None = None,
) -> Paid:
    """Sign, write down, send. Needs a session with the node.

    Raises `PaymentPending` when an earlier payment is unfinished, and what `_send` raises. When it is
    certain that the node never looked at the payment, that is forgotten: nothing is in doubt.
    """
    if len(intent.memo.encode("utf-8")) > LONGEST_MEMO_BYTES:
        raise MemoTooLong(len(intent.memo.encode("utf-8")))
    coop = member.charter.coop_named(payee.coop)
    if coop is None:
        names = tuple(each.name for each in member.charter.coops.values())
        raise PayeeCoopUnknown(payee, names)
    found = member.client.get(path_of("v1", "accounts", payee.coop, f"@{payee.handle}"))
    me = member.me()
    account = integer(member.client, found, "account")
    if bound is not None and account != bound.account:
        raise NodeMisbehaved(member.client.url, f"{payee} is another account than the one to pay")
    # A bound payment has a reference already, so there is none left to bind a memo with.
    salt = random(SALT_BYTES) if intent.memo and bound is None else None
    unsigned = Pay(
        payer=member.account,
        sequence=integer(member.client, me, "next_sequence"),
        payee_coop=coop.number,
        payee=account,
        amount=intent.amount,
        fee=fee,
        reference=_reference(bound, salt, intent.memo),
        price=price,
    )
    document: Json = {"transaction": encode_bytes(_signed(member, unsigned))}
    if salt is not None:
        payee_key = decode_hex(member.client, found, "key")
        document["memo"] = {
            side: encode_bytes(seal_memo(salt=salt, text=intent.memo, public_key=key))
            for side, key in (("payer", member.key.public_key), ("payee", payee_key))
        }
    pending = journal.begin(
        render_json(document), sequence=unsigned.sequence, intent=intent, begun_at=now
    )
    try:
        return _send(member, journal, pending)
    except NodeUnreachable:
        journal.finish(pending.sequence, outcome=Outcome.REFUSED)
        raise
    except NodeProblem as problem:
        if problem.was_passed_over:
            journal.finish(pending.sequence, outcome=Outcome.REFUSED)
        raise


def _reference(bound: Bound | None, salt: bytes | None, memo: str) -> bytes | None:
    if bound is not None:
        return bound.reference
    return None if salt is None else memo_reference(salt=salt, text=memo)


def _signed(member: Membership, unsigned: Pay) -> bytes:
    message = signed_bytes(
        TAG_ENTRY,
        federation=member.charter.federation,
        coop=member.coop.number,
        body=signed_part(unsigned),
    )
    return encode_transaction(replace(unsigned, signature=member.key.sign(message)))


def _send(member: Membership, journal: PendingJournal, pending: PendingPayment) -> Paid:
    """Send the journal's bytes and note what became of them.

    Raises `NodeProblem` when the node refuses for good: the payment is then forgotten. After any other
    error (`AnswerLost`, `NodeUnreachable`, `NodeMisbehaved`, a problem that may pass) it stays pending.
    """
    try:
        answer = member.client.post_bytes(
            "/v1/payments", pending.payload, content_type="application/json"
        )
    except NodeProblem as problem:
        if problem.is_final:
            journal.finish(pending.sequence, outcome=Outcome.REFUSED)
        raise
    index = integer(member.client, answer, "index")
    receipt = _checked_receipt(member, answer, pending, index)
    _keep_receipt(member, receipt)
    journal.finish(pending.sequence, outcome=Outcome.RECORDED)
    return Paid(
        intent=pending.intent,
        sequence=pending.sequence,
        index=index,
        receipt=receipt,
        is_repeated=answer.get("repeated") is True,
    )


def _checked_receipt(
    member: Membership, answer: Json, pending: PendingPayment, index: int
) -> Receipt:
    """The receipt, once it proves that exactly what we signed is in our cooperative's log."""
    transaction = read_bytes(json.loads(pending.payload)["transaction"])
    try:
        receipt = decode_receipt(decode_bytes(member.client, answer, "receipt"))
        entry = receipt.check(member.charter)
    except ProofError as error:
        raise NodeMisbehaved(member.client.url, f"its receipt proves nothing: {error}") from error
    if (
        receipt.coop != member.coop.number
        or receipt.length != index
        or encode_transaction(entry.transaction) != transaction
    ):
        raise NodeMisbehaved(member.client.url, "its receipt is for something else")
    return receipt


def _keep_receipt(member: Membership, receipt: Receipt) -> None:
    """Keep the receipt beside the wallet; it is no secret, but says who paid whom."""
    folder = member.wallet.path.parent / RECEIPTS_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{member.coop.name}-{receipt.length}.receipt"
    path.write_bytes(receipt.encode())
