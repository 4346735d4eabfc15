"""A payment by a delegated key: of a till, of somebody employed, of a program with a standing order.

As `paying`, with the journal beside the till's own wallet: bytes are on disk before they are sent, and a
payment that is in doubt is finished before another begins. The key opens no session, so nothing is asked of
the node but what anybody may know.
"""

from collections.abc import Callable
from dataclasses import replace

from nacl.utils import random

from ledger.government.commons import contribution_of
from ledger.memos import SALT_BYTES, memo_reference
from ledger.state import COMMONS
from ledger.transactions import PayDelegated, encode_transaction
from node.member.addresses import Address
from node.member.answers import encode_bytes, number
from node.member.client import Json, render_json
from node.member.owning import KeysOfAccount, NotATill, TillKey, fetch_keys, message_of
from node.member.paying.desk import Desk
from node.member.paying.paying import (
    MemoTooLong,
    Paid,
    PayeeCoopUnknown,
    find_payee,
    resume,
    sealed_memo,
    send_first,
)
from node.member.pending_journal import PaymentIntent
from node.member.sealing import LONGEST_MEMO_BYTES


def pay_as_till(
    desk: Desk,
    intent: PaymentIntent,
    *,
    payee: Address,
    now: int,
    on_contribution: Callable[[int], None] = lambda _: None,
) -> Paid:
    """Pay by the delegated key that the wallet has; an earlier payment that was in doubt is finished first.

    If that is the same payment, it is the one that was asked for. Raises `NotATill`, and as `paying.pay`.
    """
    pending = desk.journal.pending()
    if pending is not None:
        finished = resume(desk)
        if finished is not None and finished.intent == intent:
            return finished
    member = desk.member
    if len(intent.memo.encode("utf-8")) > LONGEST_MEMO_BYTES:
        raise MemoTooLong(len(intent.memo.encode("utf-8")))
    coop = member.charter.coop_named(payee.coop)
    if coop is None:
        names = tuple(each.name for each in member.charter.coops.values())
        raise PayeeCoopUnknown(payee, names)
    keys = fetch_keys(member.client, member.account, till=member.key.public_key)
    till = keys.till_of(member.key.public_key)
    if till is None:
        raise NotATill
    found = find_payee(member, payee, None)
    payee_number = number(member.client, found, "account")
    is_to_commons = (coop.number, payee_number) == (member.coop.number, COMMONS)
    fee = contribution_of(intent.amount, rate=keys.contribution, is_to_commons=is_to_commons)
    if fee:
        on_contribution(fee)
    return _pay(desk, intent, keys, till, found, coop=coop.number, fee=fee, now=now)


def _pay(
    desk: Desk,
    intent: PaymentIntent,
    keys: KeysOfAccount,
    till: TillKey,
    found: Json,
    *,
    coop: int,
    fee: int,
    now: int,
) -> Paid:
    member = desk.member
    salt = random(SALT_BYTES) if intent.memo else None
    reference = bytes.fromhex(intent.reference) if intent.reference else None
    if salt is not None:
        reference = memo_reference(salt=salt, text=intent.memo)
    unsigned = PayDelegated(
        payer=member.account,
        sequence=till.next_sequence,
        payee_coop=coop,
        payee=number(member.client, found, "account"),
        amount=intent.amount,
        fee=fee,
        reference=reference,
        delegate=till.place,
    )
    message = message_of(unsigned, federation=member.founding.federation, coop=member.coop.number)
    signed = replace(unsigned, signature=member.key.sign(message))
    document: Json = {"transaction": encode_bytes(encode_transaction(signed))}
    if salt is not None:
        document["memo"] = sealed_memo(member, found, salt, intent.memo, own_key=keys.key)
    pending = desk.journal.begin(
        render_json(document),
        sequence=signed.sequence,
        intent=intent,
        begun_at=now,
        fingerprint=desk.orders.fingerprint(intent),
        order="",
    )
    return send_first(desk, pending)
