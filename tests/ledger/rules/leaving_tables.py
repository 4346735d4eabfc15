"""Every way in which leaving and settling are refused, in the order of the protocol page.

As `tests.ledger.rules.tables`, over books of their own: `stage_leaving` has members at every end.
"""

from ledger.codec import MAX
from ledger.government.actions import Expel
from ledger.refusals import Refusal
from ledger.transactions import Status, Step
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, MakeValidator, build_federation, open_books
from tests.guarantee_builders import next_guarantee
from tests.leaving_builders import CLAIM_TERM, leave, settle, take_step
from tests.ledger.rules.tables import (
    HOME,
    STRANGER,
    Elements,
    Fault,
    Table,
    forge,
    make_status,
    split_elements,
    unsigned_pairs,
)
from tests.recovery_builders import recover
from tests.voting_builders import NOTICE, SECOND_CALL, propose

PLAIN, PAYEE, FROZEN, CLOSED, BEGUN, EMPTY, FULL, GUARANTOR = range(1, 9)
"""Accounts of coop 1: PLAIN has 100, FULL the most. GUARANTOR answers for GUARDED and CLAIMED."""

DEBTOR, GUARDED, CLAIMED, ALONE, PAID, FRESH = range(9, 15)
"""They owe or have owed. The last four are claimed: with a guarantor, without, paid since, just now."""


def stage_leaving(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books of a coop whose members could leave, or owe something."""
    books = open_books(build_federation(seed="leaving", coops=1), make_validator)
    books.admit(HOME, PLAIN, PAYEE, FROZEN, CLOSED, BEGUN, EMPTY, GUARANTOR)
    books.admit(HOME, *range(DEBTOR, FRESH + 1))
    books.admit(HOME, FULL, 20, limit=MAX)
    books.pay(HOME, 20, HOME, FULL, MAX)
    for debtor in range(DEBTOR, FRESH + 1):
        books.pay(HOME, debtor, HOME, PAYEE, 40)
    books.pay(HOME, PAYEE, HOME, PLAIN, 100)
    for member in (GUARDED, CLAIMED):
        books.append(HOME, next_guarantee(books, GUARANTOR, member, 50))
    for member in (CLAIMED, ALONE, PAID):
        take_step(books, member, Step.CLAIM)
    books.pay(HOME, PAYEE, HOME, PAID, 40)
    books.set_status(HOME, FROZEN, Status.FROZEN)
    books.set_status(HOME, CLOSED, Status.CLOSED)
    books.append(HOME, recover(books.federation, HOME, BEGUN))
    books.now += CLAIM_TERM
    take_step(books, FRESH, Step.CLAIM)
    return books


def _revised(books: Books, elements: Elements) -> dict[str, object]:
    """With the next revision of the account, where nothing says another."""
    found = books.validator.account(HOME, elements["account"])
    return {"revision": (0 if found is None else found.revision) + 1, **split_elements(elements)}


def make_leave(books: Books, elements: Elements) -> bytes:
    return forge(leave(books.federation, HOME, **_revised(books, elements)), elements)  # type: ignore[arg-type]


def make_settle(books: Books, elements: Elements) -> bytes:
    return forge(settle(books.federation, HOME, **_revised(books, elements)), elements)  # type: ignore[arg-type]


STEWARDS_FAULTS = (
    Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(3)}),
    Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": unsigned_pairs(2)}),
    Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": ()}),
    Fault(Refusal.SIGNATURE_INVALID, {"forged_stewards": unsigned_pairs(0, 1)}),
)

LEAVE = Table(
    "leave",
    make_leave,
    {"account": PLAIN, "payee": PAYEE},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
        Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
        Fault(Refusal.RECOVERY_RUNS, {"account": BEGUN}),
        Fault(Refusal.ACCOUNT_FROZEN, {"account": FROZEN}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 0}),
        Fault(Refusal.REVISION_MISMATCH, {"revision": 2}),
        Fault(Refusal.LEAVE_WITH_PLEDGES, {"account": GUARANTOR}),
        Fault(Refusal.PAYEE_IS_PAYER, {"payee": PLAIN}),
        Fault(Refusal.PAYEE_UNKNOWN, {"payee": 99}),
        Fault(Refusal.PAYEE_UNKNOWN, {"payee": 0}),
        Fault(Refusal.PAYEE_CLOSED, {"payee": CLOSED}),
        Fault(Refusal.BALANCE_OUT_OF_RANGE, {"payee": FULL}),
        Fault(Refusal.PAYEE_WITHOUT_CREDIT, {"account": EMPTY, "payee": PAYEE}),
        Fault(Refusal.STEWARDS_WITHOUT_DEBT, {"stewards": (0, 1)}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
    ),
    stage_leaving,
)

LEAVE_IN_DEBT = Table(
    "leave, owing",
    make_leave,
    {"account": GUARDED, "debt": 40, "stewards": (0, 1)},
    (
        Fault(Refusal.REVISION_MISMATCH, {"revision": 2}),
        Fault(Refusal.PAYEE_WITHOUT_CREDIT, {"payee": PAYEE}),
        Fault(Refusal.DEBT_ABOVE_AGREED, {"debt": 39}),
        Fault(Refusal.DEBT_ABOVE_AGREED, {"debt": 0}),
        Fault(Refusal.COMMONS_DEBT_CEILING, {"account": DEBTOR}),
        *STEWARDS_FAULTS,
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
    ),
    stage_leaving,
)

_ANY_STEP = (
    Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
    Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
    Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
    Fault(Refusal.REVISION_MISMATCH, {"revision": 0}),
    Fault(Refusal.REVISION_MISMATCH, {"revision": 3}),
)

CLAIM = Table(
    "settle",
    make_settle,
    {"account": DEBTOR, "step": Step.CLAIM},
    (
        *_ANY_STEP,
        Fault(Refusal.CLAIM_STANDS, {"account": CLAIMED}),
        Fault(Refusal.NOTHING_OWED, {"account": EMPTY}),
        Fault(Refusal.NOTHING_OWED, {"account": PLAIN}),
        *STEWARDS_FAULTS,
    ),
    stage_leaving,
)

SETTLE = Table(
    "settle, after the term",
    make_settle,
    {"account": CLAIMED, "step": Step.SETTLE},
    (
        *_ANY_STEP,
        Fault(Refusal.CLAIM_UNKNOWN, {"account": DEBTOR}),
        Fault(Refusal.NOTHING_OWED, {"account": PAID}),
        Fault(Refusal.SETTLEMENT_EARLY, {"account": FRESH}),
        Fault(Refusal.COMMONS_DEBT_CEILING, {"account": ALONE}),
        *STEWARDS_FAULTS,
    ),
    stage_leaving,
)

WITHDRAW = Table(
    "settle, withdrawn",
    make_settle,
    {"account": ALONE, "step": Step.WITHDRAW},
    (
        *_ANY_STEP,
        Fault(Refusal.CLAIM_UNKNOWN, {"account": DEBTOR}),
        *STEWARDS_FAULTS,
    ),
    stage_leaving,
)

WITHDRAW_PAID = Table(
    "settle, paid",
    make_settle,
    {"account": PAID, "step": Step.WITHDRAW, "stewards": ()},
    (
        *_ANY_STEP,
        Fault(Refusal.CLAIM_UNKNOWN, {"account": PLAIN}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"account": ALONE, "forged_stewards": ()}),
        Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(3)}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": unsigned_pairs(2)}),
        Fault(Refusal.SIGNATURE_INVALID, {"forged_stewards": unsigned_pairs(0, 1)}),
    ),
    stage_leaving,
)


def make_closing(books: Books, elements: Elements) -> bytes:
    return make_status(books, {**_revised(books, elements), "status": Status.CLOSED})


def make_expulsion(books: Books, elements: Elements) -> bytes:
    account, payee = elements["account"], elements.get("payee")
    return propose(
        books.federation,
        HOME,
        1,
        first=books.now + NOTICE,
        second=books.now + NOTICE + SECOND_CALL,
        action=Expel(account=account, payee=payee),
        about=(account,),
    )


CLOSE = Table(
    "status, closing",
    make_closing,
    {"account": EMPTY},
    (
        Fault(Refusal.RECOVERY_RUNS, {"account": BEGUN}),
        Fault(Refusal.BALANCE_NOT_ZERO, {"account": PLAIN}),
        Fault(Refusal.LEAVE_WITH_PLEDGES, {"account": GUARANTOR}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"stewards": (0,)}),
    ),
    stage_leaving,
)

EXPEL = Table(
    "propose, expelling",
    make_expulsion,
    {"account": EMPTY},
    (
        Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
        Fault(Refusal.LEAVE_WITH_PLEDGES, {"account": GUARANTOR}),
        Fault(Refusal.COMMONS_DEBT_CEILING, {"account": DEBTOR}),
        Fault(Refusal.PAYEE_UNKNOWN, {"payee": 99}),
    ),
    stage_leaving,
)

LEAVING_TABLES = (
    LEAVE,
    LEAVE_IN_DEBT,
    CLAIM,
    SETTLE,
    WITHDRAW,
    WITHDRAW_PAID,
    CLOSE,
    EXPEL,
)
