"""Every way in which a guarantee is refused, in the order of the protocol page.

As `tests.ledger.rules.tables`, over books of their own: `stage_guarantees` has guarantees of every sort.
"""

from typing import Final

from ledger.codec import MAX
from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, MakeValidator, build_federation, open_books
from tests.guarantee_builders import DAY, UNTIL, guarantee, lapse
from tests.ledger.rules.tables import HOME, STRANGER, Elements, Fault, Table

GIVER, PLAIN, FROZEN, CLOSED, OWING, LEANT_ON, WIDE, POOR, PAYEE = range(1, 10)
"""Accounts of coop 1. GIVER answers for OWING, who owes all that; 16 answer for LEANT_ON, WIDE for 64 others;
POOR has 100 to spend."""

MANY: Final = range(101, 165)
NOW: Final = UNTIL - 100 * DAY
DECADE: Final = 3_650 * DAY
DEBT: Final = 5_000


def stage_guarantees(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books of a coop in which people answer for one another."""
    books = open_books(build_federation(seed="guarantees", coops=1), make_validator)
    federation = books.federation
    books.admit(HOME, *range(1, 8), PAYEE, *MANY)
    books.admit(HOME, POOR, limit=100)
    books.append(HOME, guarantee(federation, HOME, GIVER, OWING, DEBT))
    books.pay(HOME, OWING, HOME, PAYEE, DEBT)
    books.append(HOME, *(guarantee(federation, HOME, each, LEANT_ON, 10) for each in MANY[:16]))
    books.append(HOME, *(guarantee(federation, HOME, WIDE, each, 100) for each in MANY))
    books.append(HOME, guarantee(federation, HOME, PAYEE, PLAIN, 70, until=NOW))
    books.set_status(HOME, FROZEN, Status.FROZEN)
    books.set_status(HOME, CLOSED, Status.CLOSED)
    books.now = NOW
    return books


def make_guarantee(books: Books, elements: Elements) -> bytes:
    return guarantee(books.federation, HOME, **elements)


def make_lapse(_: Books, elements: Elements) -> bytes:
    return lapse(**elements)


GUARANTEE = Table(
    "guarantee",
    make_guarantee,
    {"guarantor": GIVER, "member": PLAIN, "cap": 1_000},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"guarantor": 0}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"guarantor": 99}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"member": 0}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"member": 99}),
        Fault(Refusal.GUARANTOR_IS_MEMBER, {"guarantor": CLOSED, "member": CLOSED}),
        Fault(Refusal.ACCOUNT_CLOSED, {"guarantor": CLOSED}),
        Fault(Refusal.ACCOUNT_CLOSED, {"member": CLOSED}),
        Fault(Refusal.ACCOUNT_FROZEN, {"guarantor": FROZEN}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 0}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 3}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"cap": -1}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"cap": MAX + 1}),
        Fault(Refusal.GUARANTEE_UNTIL_WRONG, {"until": None}),
        Fault(Refusal.GUARANTEE_UNTIL_WRONG, {"cap": 0}),
        Fault(Refusal.GUARANTEE_UNTIL_WRONG, {"until": NOW}),
        Fault(Refusal.GUARANTEE_UNTIL_WRONG, {"until": 0}),
        Fault(Refusal.GUARANTEE_UNTIL_WRONG, {"until": NOW + DECADE + 1}),
        Fault(
            Refusal.GUARANTEE_UNCHANGED,
            {"guarantor": GIVER, "member": OWING, "revision": 2, "cap": DEBT},
        ),
        Fault(Refusal.GUARANTEE_BEYOND_ROOM, {"cap": 100_000 - DEBT + 1}),
        Fault(Refusal.GUARANTEE_BEYOND_ROOM, {"guarantor": POOR, "cap": 101}),
        Fault(Refusal.GUARANTEE_BEYOND_ROOM, {"cap": MAX}),
        Fault(Refusal.GUARANTORS_TOO_MANY, {"member": LEANT_ON, "cap": 10}),
        Fault(Refusal.GUARANTORS_TOO_MANY, {"guarantor": WIDE}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
    ),
    stage_guarantees,
)

LAPSE = Table(
    "lapse",
    make_lapse,
    {"guarantor": PAYEE, "member": PLAIN, "revision": 1},
    (
        Fault(Refusal.REVISION_MISMATCH, {"revision": 0}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 2}),
        Fault(Refusal.LAPSE_EARLY, {"guarantor": GIVER, "member": OWING}),
        Fault(Refusal.LAPSE_EARLY, {"guarantor": WIDE, "member": MANY[0]}),
    ),
    stage_guarantees,
)

GUARANTEE_TABLES = (GUARANTEE, LAPSE)
