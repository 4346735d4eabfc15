"""Every way in which what is about the keys of accounts is refused, in the order of the protocol page.

As `tests.ledger.rules.tables`, over books of their own: `stage_owning` has tills, and one account of three.
"""

from typing import Final

from ledger.account_keys import Caps
from ledger.refusals import Refusal
from ledger.rules.delegating import LONGEST_S
from ledger.transactions import Price, Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import START, Books, MakeValidator, build_federation, open_books
from tests.ledger.rules.tables import HOME, STRANGER, Elements, Fault, Table
from tests.owning_builders import (
    ALWAYS,
    DAY,
    delegate,
    next_delegated,
    owner_key,
    owner_keys,
    pay_delegated,
    pay_jointly,
    revoke,
    set_owners,
    till_key,
)
from tests.recovery_builders import recover

PLAIN, PAYEE, FROZEN, CLOSED, BEGUN, TILL, JOINT, POOR = range(1, 9)
"""Accounts of coop 1. TILL, FROZEN, POOR, CLOSED have delegated keys; JOINT has three owners: two sign."""

FREE, BOUND, EXPIRED, REVOKED, SPENT = range(5)
"""Places of delegated keys: pays anybody | PAYEE only | its day is over | taken away | nothing left today."""

NOW: Final = START + 10 * DAY
FEDERATION = build_federation(seed="owning", coops=2)
REVISION_OF_TILL: Final = 7


def stage_owning(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books in which accounts have tills and owners."""
    books = open_books(FEDERATION, make_validator)
    books.admit(HOME, *range(1, POOR))
    books.admit(HOME, POOR, limit=180)
    books.admit(2, 1)
    for account in (TILL, FROZEN, POOR, CLOSED):
        keys = (
            delegate(FEDERATION, HOME, account, revision=1, place=FREE),
            delegate(
                FEDERATION, HOME, account, revision=2, place=BOUND, payees=((HOME, PAYEE), (2, 1))
            ),
            delegate(FEDERATION, HOME, account, revision=3, place=EXPIRED, until=NOW),
            delegate(FEDERATION, HOME, account, revision=4, place=REVOKED),
            revoke(FEDERATION, HOME, account, revision=5, place=REVOKED),
            delegate(FEDERATION, HOME, account, revision=6, place=SPENT, per_day=100),
        )
        books.append(HOME, *keys)
    books.append(HOME, set_owners(FEDERATION, HOME, JOINT))
    books.now = NOW - 1
    for account in (TILL, FROZEN, POOR):
        books.append(HOME, next_delegated(books, account, EXPIRED, PAYEE, 40))
    books.now = NOW
    for account in (TILL, FROZEN, POOR):
        for place, amount in ((FREE, 40), (BOUND, 40), (SPENT, 60)):
            books.append(HOME, next_delegated(books, account, place, PAYEE, amount))
    books.append(HOME, recover(FEDERATION, HOME, BEGUN))
    books.set_status(HOME, FROZEN, Status.FROZEN)
    books.set_status(HOME, CLOSED, Status.CLOSED)
    return books


def make_delegate(books: Books, elements: Elements) -> bytes:
    return delegate(books.federation, HOME, **elements)


def make_revoke(books: Books, elements: Elements) -> bytes:
    return revoke(books.federation, HOME, **elements)


def make_owners(books: Books, elements: Elements) -> bytes:
    return set_owners(books.federation, HOME, **elements)


def make_delegated(books: Books, elements: Elements) -> bytes:
    return pay_delegated(books.federation, HOME, **elements)


def make_joint(books: Books, elements: Elements) -> bytes:
    return pay_jointly(books.federation, HOME, **elements)


OWNED = (
    Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
    Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
    Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
    Fault(Refusal.RECOVERY_RUNS, {"account": BEGUN}),
    Fault(Refusal.ACCOUNT_FROZEN, {"account": FROZEN}),
    Fault(Refusal.REVISION_MISMATCH, {"revision": 0}),
    Fault(Refusal.REVISION_MISMATCH, {"revision": 3}),
)

SIGNED = (
    Fault(Refusal.ACCOUNT_NOT_JOINT, {"account": PLAIN, "owners": (0,)}),
    Fault(Refusal.ACCOUNT_IS_JOINT, {"account": JOINT, "revision": 2, "owners": None}),
    Fault(Refusal.OWNER_UNKNOWN, {"account": JOINT, "revision": 2, "owners": (0, 3)}),
    Fault(Refusal.OWNERS_TOO_FEW, {"account": JOINT, "revision": 2, "owners": (2,)}),
    Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
)

OWN_KEY = FEDERATION.member_key(HOME, PLAIN).public_key

DELEGATE = Table(
    "delegate",
    make_delegate,
    {"account": PLAIN, "place": 5, "until": ALWAYS},
    (
        *OWNED,
        Fault(Refusal.DELEGATE_TERMS_WRONG, {"per_payment": 0}),
        Fault(Refusal.DELEGATE_TERMS_WRONG, {"per_payment": 151}),
        Fault(Refusal.DELEGATE_TERMS_WRONG, {"per_payment": 0, "per_day": 0}),
        Fault(Refusal.DELEGATE_UNTIL_WRONG, {"until": NOW}),
        Fault(Refusal.DELEGATE_UNTIL_WRONG, {"until": NOW + LONGEST_S + 1}),
        Fault(Refusal.DELEGATE_KEY_TAKEN, {"account": PLAIN, "public_key": OWN_KEY}),
        Fault(
            Refusal.DELEGATE_KEY_TAKEN,
            {
                "account": TILL,
                "revision": REVISION_OF_TILL,
                "public_key": till_key(FREE).public_key,
            },
        ),
        Fault(
            Refusal.DELEGATE_KEY_TAKEN,
            {"account": JOINT, "revision": 2, "public_key": owner_key(JOINT, 2).public_key},
        ),
        Fault(Refusal.KEY_INADMISSIBLE, {"public_key": bytes(32)}),
        *SIGNED,
    ),
    stage_owning,
)

REVOKE = Table(
    "delegate without a key",
    make_revoke,
    {"account": TILL, "place": FREE, "revision": REVISION_OF_TILL},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
        Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
        Fault(Refusal.RECOVERY_RUNS, {"account": BEGUN}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": REVISION_OF_TILL - 1}),
        Fault(Refusal.DELEGATE_TERMS_WRONG, {"caps": Caps(per_payment=0, per_day=1, until=0)}),
        Fault(
            Refusal.DELEGATE_TERMS_WRONG,
            {"caps": Caps(per_payment=0, per_day=0, until=0, payees=((1, 2),))},
        ),
        Fault(Refusal.DELEGATE_UNKNOWN, {"place": REVOKED}),
        Fault(Refusal.DELEGATE_UNKNOWN, {"place": 63}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": till_key(FREE)}),
    ),
    stage_owning,
)

OWNERS = Table(
    "owners",
    make_owners,
    {"account": PLAIN, "keys": owner_keys(PLAIN)},
    (
        *OWNED,
        Fault(Refusal.OWNERS_IMPOSSIBLE, {"needed": 0}),
        Fault(Refusal.OWNERS_IMPOSSIBLE, {"needed": 4, "keys": owner_keys(PLAIN)}),
        Fault(Refusal.OWNERS_IMPOSSIBLE, {"keys": owner_keys(PLAIN, 1)}),
        Fault(Refusal.OWNERS_IMPOSSIBLE, {"keys": owner_keys(PLAIN, 1) * 2}),
        Fault(Refusal.OWNERS_UNCHANGED, {"account": PLAIN, "needed": 1, "keys": (OWN_KEY,)}),
        Fault(
            Refusal.OWNERS_UNCHANGED,
            {"account": JOINT, "revision": 2, "needed": 2, "keys": owner_keys(JOINT)},
        ),
        Fault(Refusal.KEY_INADMISSIBLE, {"keys": (OWN_KEY, bytes(32))}),
        *SIGNED,
    ),
    stage_owning,
)

PAY_DELEGATED = Table(
    "pay_delegated",
    make_delegated,
    {"payer": TILL, "place": FREE, "sequence": 2, "payee": PAYEE, "amount": 50, "fee": 1},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"payer": 99}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"payer": 0}),
        Fault(Refusal.DELEGATE_UNKNOWN, {"place": REVOKED}),
        Fault(Refusal.DELEGATE_UNKNOWN, {"place": 63}),
        Fault(Refusal.DELEGATE_UNKNOWN, {"payer": PLAIN}),
        Fault(Refusal.DELEGATE_UNKNOWN, {"payer": CLOSED}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": FEDERATION.member_key(HOME, TILL)}),
        Fault(Refusal.ACCOUNT_FROZEN, {"payer": FROZEN}),
        Fault(Refusal.SEQUENCE_USED, {"sequence": 1}),
        Fault(Refusal.SEQUENCE_GAP, {"sequence": 3}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": 0}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": 2**64 - 1}),
        Fault(Refusal.FEE_OUT_OF_RANGE, {"fee": -1}),
        Fault(Refusal.DELEGATE_EXPIRED, {"place": EXPIRED}),
        Fault(Refusal.DELEGATE_PAYMENT_CAP, {"amount": 100}),
        Fault(Refusal.DELEGATE_DAY_CAP, {"place": SPENT}),
        Fault(Refusal.DELEGATE_PAYEE, {"place": BOUND, "payee": FROZEN}),
        Fault(Refusal.DELEGATE_PAYEE, {"place": BOUND, "payee": 0}),
        Fault(Refusal.COOP_UNKNOWN, {"place": FREE, "payee_coop": 4}),
        Fault(Refusal.PAYEE_IS_PAYER, {"payer": TILL, "place": FREE, "payee": TILL}),
        Fault(Refusal.PAYEE_UNKNOWN, {"place": FREE, "payee": 98}),
        Fault(Refusal.PAYEE_UNKNOWN, {"place": BOUND, "payee_coop": 2, "payee": 1}),
        Fault(Refusal.PAYEE_CLOSED, {"place": FREE, "payee": CLOSED}),
        Fault(Refusal.PRICE_NOT_KNOWN, {"price": Price(minor=1, day=1)}),
        Fault(Refusal.LIMIT_EXCEEDED, {"payer": POOR}),
    ),
    stage_owning,
)

PAY_JOINTLY = Table(
    "pay by several owners",
    make_joint,
    {"payer": JOINT, "sequence": 1, "payee": PAYEE, "owners": (0, 2)},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"payer": 99}),
        Fault(Refusal.ACCOUNT_NOT_JOINT, {"payer": PLAIN}),
        Fault(Refusal.ACCOUNT_IS_JOINT, {"payer": JOINT, "owners": None}),
        Fault(
            Refusal.ACCOUNT_IS_JOINT,
            {"payer": JOINT, "owners": None, "signed_by": owner_key(JOINT, 0)},
        ),
        Fault(Refusal.OWNER_UNKNOWN, {"owners": (0, 3)}),
        Fault(Refusal.OWNER_UNKNOWN, {"owners": (15,)}),
        Fault(Refusal.OWNERS_TOO_FEW, {"owners": (1,)}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": owner_key(JOINT, 0)}),
        Fault(Refusal.SIGNATURE_INVALID, {"owners": (0, 1, 2), "signed_by": STRANGER}),
        Fault(Refusal.SEQUENCE_USED, {"sequence": 0}),
        Fault(Refusal.SEQUENCE_GAP, {"sequence": 2}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": 0}),
        Fault(Refusal.PAYEE_IS_PAYER, {"payee": JOINT, "payer": JOINT}),
        Fault(Refusal.LIMIT_EXCEEDED, {"amount": 100_001}),
    ),
    stage_owning,
)

OWNING_TABLES = (DELEGATE, REVOKE, OWNERS, PAY_DELEGATED, PAY_JOINTLY)
