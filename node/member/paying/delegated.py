"""A payment by a delegated key: of a till, of somebody employed, of a program with a standing order.

As `paying`, with the journal beside the till's own wallet: bytes are on disk before they are sent, and a
payment that is in doubt is finished before another begins. The key opens no session, so nothing is asked of
the node but what anybody may know.
"""

from dataclasses import replace

from ledger.government.commons import contribution_of
from ledger.state import COMMONS
from ledger.transactions import PayDelegated, encode_transaction
from node.member.addresses import Address
from node.member.answers import encode_bytes, number
from node.member.client import Json, render_json
from node.member.owning import KeysOfAccount, NotATill, TillKey, fetch_keys, message_of
from node.member.paying.desk import Desk
from node.member.paying.paid_before import check_not_paid_here, check_order_fell
from node.member.paying.paying import (
    MemoTooLong,
    Paid,
    PayeeCoopUnknown,
    Terms,
    find_payee,
    reference_of,
    salt_of,
    sealed_memo,
    send_first,
)
from node.member.paying.settling import Tell, settle, tell_nobody
from node.member.pending_journal import PaymentIntent
from node.member.sealing import LONGEST_MEMO_BYTES


def pay_once_as_till(
    desk: Desk,
    intent: PaymentIntent,
    *,
    payee: Address,
    now: int,
    terms: Terms,
    tell: Tell = tell_nobody,
) -> Paid:
    """Pay by the delegated key of the wallet, unless it turns out to be paid already; as `settling.pay_once`.

    An order that another copy of the till's wallet paid is not found: the history takes a session.
    """
    paid = settle(desk, intent, order=terms.order, tell=tell)
    if paid is not None:
        return paid
    if terms.order:
        check_order_fell(desk, intent, terms.order, terms.may_repeat)
    return pay_as_till(desk, intent, payee=payee, now=now, terms=terms)


def pay_as_till(
    desk: Desk, intent: PaymentIntent, *, payee: Address, now: int, terms: Terms
) -> Paid:
    """Pay by the delegated key that the wallet has. Raises `NotATill`, and as `paying.pay`."""
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
    found = find_payee(member, payee, terms.bound)
    if terms.bound is not None or not terms.order:
        check_not_paid_here(desk, intent, keys.time, terms.may_repeat)
    payee_number = number(member.client, found, "account")
    is_to_commons = (coop.number, payee_number) == (member.coop.number, COMMONS)
    fee = contribution_of(intent.amount, rate=keys.contribution, is_to_commons=is_to_commons)
    if fee:
        terms.on_contribution(fee)
    return _pay(desk, intent, keys, till, found, coop=coop.number, fee=fee, now=now, terms=terms)


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
    terms: Terms,
) -> Paid:
    member = desk.member
    salt = salt_of(desk, intent, terms)
    unsigned = PayDelegated(
        payer=member.account,
        sequence=till.next_sequence,
        payee_coop=coop,
        payee=number(member.client, found, "account"),
        amount=intent.amount,
        fee=fee,
        reference=reference_of(desk, terms, salt, intent.memo),
        price=terms.price,
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
        order=terms.order,
    )
    return send_first(desk, pending)
