"""Every way to be refused, as tables in the order of the protocol page.

`stage` builds books in which every rule can be broken. A `Fault` says which elements of an otherwise
valid transaction it changes, so that two faults can be put into one transaction. Elements named
`forged_…` are replaced after signing. The tests of order and the vectors both use these tables.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from ledger.codec import MAX
from ledger.entries import decode_transaction
from ledger.refusals import Refusal
from ledger.transactions import Price, Status, Transaction, encode_transaction
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, MakeValidator, build_federation, open_books, signing_key

HOME = 1
"""The coop whose log the faulty transactions are for."""

CLEARING_LIMIT = 1_000_000
STRANGER = signing_key("stranger")
NO_SIGNATURE = bytes(64)

PLAIN, PAYEE, FROZEN, CLOSED, RICH, FULL, FREE = 1, 2, 4, 5, 6, 9, 10
"""Accounts of coop 1: limit 100,000 | as well | … | balance MAX | limit MAX, nothing spent."""

KNOWN, KNOWN_CLOSED, NOT_ANCHORED, CLOSED_LATER = 1, 2, 3, 4
"""Accounts of coop 2, as coop 1's log knows them."""


def stage(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books of three coops with one witness for each anchor."""
    federation = build_federation(
        seed="rules", coops=3, clearing_limit=CLEARING_LIMIT, witness_quorum=1
    )
    books = open_books(federation, make_validator)
    books.admit(1, PLAIN, PAYEE, FROZEN, CLOSED)
    books.admit(1, RICH, 7, FULL, FREE, limit=MAX)
    books.admit(2, KNOWN, KNOWN_CLOSED, CLOSED_LATER)
    books.admit(3, 1)
    books.set_status(1, FROZEN, Status.FROZEN)
    books.set_status(2, KNOWN_CLOSED, Status.CLOSED)
    books.pay(1, RICH, 1, FULL, MAX)  # now FULL can take nothing more
    books.pay(1, 7, 1, 0, MAX - 105)  # and the commons 105
    books.anchor(2, 1)
    books.pay(2, KNOWN, 1, CLOSED, 100)  # to be given back
    books.set_status(1, CLOSED, Status.CLOSED)
    books.anchor(1, 2)
    books.admit(2, NOT_ANCHORED)
    books.set_status(2, CLOSED_LATER, Status.CLOSED)
    books.pay(2, KNOWN, 1, PLAIN, 300)
    books.pay(2, KNOWN, 1, FULL, 1)
    return books


RETURNABLE_NUMBER = 6
"""The index in coop 2's log of the payment that coop 1 has to give back."""

ANCHORED, AHEAD, TOO_FAR_TO_HOLD, OVERFLOWING = 6, 9, 50, 10
"""Lengths of coop 2's log: anchored | can be anchored | not held | would credit FULL."""

Elements = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A change that makes a transaction earn `refusal`."""

    refusal: Refusal
    elements: Elements

    def goes_with(self, other: "Fault") -> bool:
        """Whether one transaction can have both faults: no element is changed in two ways."""
        return all(
            other.elements.get(name, value) == value for name, value in self.elements.items()
        )


@dataclass(frozen=True, slots=True)
class Table:
    """The refusals of one kind of transaction, in order."""

    name: str
    make: Callable[[Books, Elements], bytes]
    valid: Elements
    faults: tuple[Fault, ...]
    stage: Callable[[MakeValidator], Books] = stage

    def transaction(self, books: Books, *faults: Fault) -> bytes:
        """The valid transaction with these faults."""
        elements = dict(self.valid)
        for fault in faults:
            elements.update(fault.elements)
        return self.make(books, elements)

    def pairs(self) -> Iterator[tuple[Fault, Fault]]:
        """All pairs of faults that fit into one transaction, the earlier first."""
        for earlier, later in combinations(self.faults, 2):
            if earlier.refusal is not later.refusal and earlier.goes_with(later):
                yield earlier, later


def forge(transaction: bytes, elements: Elements) -> bytes:
    """Replace elements after signing: `forged_stewards` replaces `stewards`, and so on."""
    changes = {
        name.removeprefix("forged_"): value
        for name, value in elements.items()
        if name.startswith("forged_")
    }
    decoded = decode_transaction(transaction)
    assert not isinstance(decoded, Refusal)
    changed: Transaction = replace(decoded, **changes)
    return encode_transaction(changed)


def split_elements(elements: Elements) -> dict[str, Any]:
    return {name: value for name, value in elements.items() if not name.startswith("forged_")}


def make_pay(books: Books, elements: Elements) -> bytes:
    return books.federation.pay(HOME, **elements)


def make_admit(books: Books, elements: Elements) -> bytes:
    return forge(books.federation.admit(HOME, **split_elements(elements)), elements)


def make_limit(books: Books, elements: Elements) -> bytes:
    return forge(books.federation.limit(HOME, **split_elements(elements)), elements)


def make_status(books: Books, elements: Elements) -> bytes:
    return forge(books.federation.status(HOME, **split_elements(elements)), elements)


def make_anchor(books: Books, elements: Elements) -> bytes:
    """With the true head of coop 2 wherever there is one."""
    coop, length = elements["coop"], elements["length"]
    log = books.logs.get(coop, [])
    head = books.head(coop, length) if length <= len(log) else bytes(32)
    signed = books.federation.anchor(
        coop, length=length, head=head, signers=[s for s in elements["signers"] if s <= 3]
    )
    decoded = decode_transaction(signed)
    assert not isinstance(decoded, Refusal)
    signatures = dict(getattr(decoded, "signatures"))  # noqa: B009
    for signer in elements["signers"]:
        signatures.setdefault(signer, NO_SIGNATURE)
    if elements.get("bad") and elements["signers"]:
        signatures[elements["signers"][-1]] = NO_SIGNATURE
    return forge(signed, {"forged_signatures": tuple(sorted(signatures.items()))})


def make_return(books: Books, elements: Elements) -> bytes:
    return books.federation.give_back(elements["coop"], elements["number"])


def unsigned_pairs(*signers: int) -> tuple[tuple[int, bytes], ...]:
    return tuple((signer, NO_SIGNATURE) for signer in signers)


PAY = Table(
    "pay",
    make_pay,
    {
        "payer": PLAIN,
        "sequence": 1,
        "payee_coop": 2,
        "payee": KNOWN,
        "amount": 50,
        "fee": 1,
    },
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"payer": 99}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"payer": 0}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
        Fault(Refusal.ACCOUNT_CLOSED, {"payer": CLOSED}),
        Fault(Refusal.ACCOUNT_FROZEN, {"payer": FROZEN}),
        Fault(Refusal.SEQUENCE_USED, {"sequence": 0}),
        Fault(Refusal.SEQUENCE_GAP, {"sequence": 3}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": 0}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": -1}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": MAX + 1}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": 2**64 - 1}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": -(2**63)}),
        Fault(Refusal.FEE_OUT_OF_RANGE, {"fee": -1}),
        Fault(Refusal.FEE_OUT_OF_RANGE, {"fee": 2**64 - 1}),
        Fault(Refusal.FEE_OUT_OF_RANGE, {"fee": 51, "amount": 50}),
        Fault(Refusal.COOP_UNKNOWN, {"payee_coop": 4}),
        Fault(Refusal.COOP_UNKNOWN, {"payee_coop": 0}),
        Fault(Refusal.PAYEE_IS_PAYER, {"payer": PLAIN, "payee_coop": HOME, "payee": PLAIN}),
        Fault(Refusal.PAYEE_UNKNOWN, {"payee": 98}),
        Fault(Refusal.PAYEE_UNKNOWN, {"payee_coop": HOME, "payee": 98}),
        Fault(Refusal.PAYEE_UNKNOWN, {"payee_coop": 2, "payee": NOT_ANCHORED}),
        Fault(Refusal.PAYEE_CLOSED, {"payee_coop": HOME, "payee": CLOSED}),
        Fault(Refusal.PAYEE_CLOSED, {"payee_coop": 2, "payee": KNOWN_CLOSED}),
        Fault(Refusal.PRICE_NOT_KNOWN, {"price": Price(minor=1, day=1)}),
        Fault(Refusal.LIMIT_EXCEEDED, {"payer": PLAIN, "amount": 100_001}),
        Fault(Refusal.LIMIT_EXCEEDED, {"payer": PLAIN, "amount": CLEARING_LIMIT + 101}),
        Fault(Refusal.LIMIT_EXCEEDED, {"payer": PLAIN, "amount": MAX}),
        Fault(
            Refusal.CLEARING_LIMIT_EXCEEDED,
            {"payer": FREE, "payee_coop": 2, "amount": CLEARING_LIMIT + 1},
        ),
        Fault(Refusal.BALANCE_OUT_OF_RANGE, {"amount": 50, "fee": 6}),
        Fault(Refusal.BALANCE_OUT_OF_RANGE, {"fee": 6}),
        Fault(Refusal.BALANCE_OUT_OF_RANGE, {"payee_coop": HOME, "payee": FULL, "fee": 0}),
        Fault(
            Refusal.BALANCE_OUT_OF_RANGE, {"payee_coop": HOME, "payee": 0, "fee": 0, "amount": 6}
        ),
        Fault(
            Refusal.BALANCE_OUT_OF_RANGE, {"payee_coop": HOME, "payee": 0, "fee": 3, "amount": 3}
        ),
    ),
)

ADMIT = Table(
    "admit",
    make_admit,
    {"account": 20, "handle": "twenty", "limit": 5},
    (
        Fault(Refusal.ACCOUNT_EXISTS, {"account": PLAIN}),
        Fault(Refusal.ACCOUNT_EXISTS, {"account": CLOSED}),
        Fault(Refusal.ACCOUNT_EXISTS, {"account": 0}),
        Fault(Refusal.HANDLE_TAKEN, {"handle": f"member{PAYEE}"}),
        Fault(Refusal.HANDLE_TAKEN, {"handle": f"member{CLOSED}"}),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, {"limit": -1}),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, {"limit": MAX + 1}),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, {"limit": 2**64 - 1}),
        Fault(Refusal.KEY_INADMISSIBLE, {"public_key": bytes(32)}),
        Fault(Refusal.KEY_INADMISSIBLE, {"public_key": b"\xff" * 32}),
        Fault(Refusal.KEY_INADMISSIBLE, {"public_key": b"\x02" + bytes(31)}),
        Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(3)}),
        Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(0, 2**32 - 1)}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": unsigned_pairs(2)}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": ()}),
        Fault(Refusal.SIGNATURE_INVALID, {"forged_stewards": unsigned_pairs(0, 1)}),
        Fault(Refusal.SIGNATURE_INVALID, {"forged_key_signature": NO_SIGNATURE}),
        Fault(Refusal.SIGNATURE_INVALID, {"forged_class_": 1}),
    ),
)

STEWARD_FAULTS = (
    Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(3)}),
    Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(0, 1, 3)}),
    Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": unsigned_pairs(2)}),
    Fault(Refusal.SIGNATURE_INVALID, {"forged_stewards": unsigned_pairs(0, 1)}),
    Fault(Refusal.SIGNATURE_INVALID, {"forged_reason": bytes(32)}),
)

LIMIT = Table(
    "limit",
    make_limit,
    {"account": PLAIN, "revision": 1, "limit": 7, "from_": 10, "until": 11, "after": 3},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
        Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 3}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 0}),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, {"limit": -1}),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, {"limit": MAX + 1}),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, {"after": -1}),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, {"after": 2**64 - 1}),
        Fault(Refusal.LIMIT_DATES_INVALID, {"until": 10}),
        Fault(Refusal.LIMIT_DATES_INVALID, {"until": 0}),
        *STEWARD_FAULTS,
    ),
)

STATUS = Table(
    "status",
    make_status,
    {"account": PLAIN, "revision": 1, "status": Status.FROZEN},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
        Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 3}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 0}),
        Fault(Refusal.STATUS_UNCHANGED, {"status": Status.OPEN}),
        Fault(Refusal.STATUS_UNCHANGED, {"account": FROZEN, "revision": 2}),
        Fault(Refusal.BALANCE_NOT_ZERO, {"account": RICH, "status": Status.CLOSED}),
        Fault(Refusal.BALANCE_NOT_ZERO, {"account": FULL, "status": Status.CLOSED}),
        *STEWARD_FAULTS,
    ),
)

ANCHOR = Table(
    "anchor",
    make_anchor,
    {"coop": 2, "length": AHEAD, "signers": (1, 2)},
    (
        Fault(Refusal.COOP_UNKNOWN, {"coop": 4}),
        Fault(Refusal.COOP_UNKNOWN, {"coop": 0}),
        Fault(Refusal.ANCHOR_OF_SELF, {"coop": HOME}),
        Fault(Refusal.ANCHOR_NOT_AHEAD, {"coop": 2, "length": ANCHORED}),
        Fault(Refusal.ANCHOR_NOT_AHEAD, {"coop": 2, "length": 0}),
        Fault(Refusal.WITNESS_UNKNOWN, {"signers": (1, 2, 4)}),
        Fault(Refusal.WITNESS_UNKNOWN, {"signers": (4,)}),
        Fault(Refusal.ANCHOR_UNSIGNED, {"coop": 2, "signers": (1, 3)}),
        Fault(Refusal.ANCHOR_UNSIGNED, {"coop": 2, "signers": ()}),
        Fault(Refusal.WITNESSES_TOO_FEW, {"coop": 2, "signers": (2,)}),
        Fault(Refusal.SIGNATURE_INVALID, {"coop": 2, "bad": True}),
        Fault(Refusal.SIGNATURE_INVALID, {"coop": 2, "signers": (2, 3), "bad": True}),
        Fault(Refusal.BALANCE_OUT_OF_RANGE, {"coop": 2, "length": OVERFLOWING}),
    ),
)

RETURN = Table(
    "return",
    make_return,
    {"coop": 2, "number": RETURNABLE_NUMBER},
    (
        Fault(Refusal.COOP_UNKNOWN, {"coop": 4}),
        Fault(Refusal.COOP_UNKNOWN, {"coop": 0}),
        Fault(Refusal.RETURN_UNKNOWN, {"coop": 3}),
        Fault(Refusal.RETURN_UNKNOWN, {"coop": HOME}),
        Fault(Refusal.RETURN_UNKNOWN, {"number": RETURNABLE_NUMBER + 1}),
        Fault(Refusal.RETURN_UNKNOWN, {"number": 0}),
        Fault(Refusal.RETURN_UNKNOWN, {"number": MAX}),
    ),
)

TABLES = (PAY, ADMIT, LIMIT, STATUS, ANCHOR, RETURN)

NEVER_TOGETHER = {
    # Neighbours in the order of checks that can't both be wrong in one transaction …
    (Refusal.ACCOUNT_UNKNOWN, Refusal.ACCOUNT_CLOSED),
    (Refusal.ACCOUNT_CLOSED, Refusal.ACCOUNT_FROZEN),
    (Refusal.SEQUENCE_USED, Refusal.SEQUENCE_GAP),
    (Refusal.COOP_UNKNOWN, Refusal.PAYEE_IS_PAYER),
    (Refusal.PAYEE_IS_PAYER, Refusal.PAYEE_UNKNOWN),
    (Refusal.PAYEE_UNKNOWN, Refusal.PAYEE_CLOSED),
    (Refusal.STATUS_UNCHANGED, Refusal.BALANCE_NOT_ZERO),
    (Refusal.COOP_UNKNOWN, Refusal.ANCHOR_OF_SELF),
    (Refusal.ANCHOR_OF_SELF, Refusal.ANCHOR_NOT_AHEAD),
    (Refusal.COOP_UNKNOWN, Refusal.RETURN_UNKNOWN),
    # … and those that a single fault of the table, of the earlier kind, breaks both.
    (Refusal.LIMIT_EXCEEDED, Refusal.CLEARING_LIMIT_EXCEEDED),
    (Refusal.STEWARD_UNKNOWN, Refusal.STEWARDS_TOO_FEW),
    (Refusal.WITNESS_UNKNOWN, Refusal.ANCHOR_UNSIGNED),
    (Refusal.ANCHOR_UNSIGNED, Refusal.WITNESSES_TOO_FEW),
    (Refusal.ARTICLE_OUT_OF_RANGE, Refusal.ARTICLES_CONTRADICT),
    (Refusal.ARTICLE_UNKNOWN, Refusal.ARTICLE_OUT_OF_RANGE),
    (Refusal.AMOUNT_OUT_OF_RANGE, Refusal.SPEND_NEEDS_VOTE),
}
