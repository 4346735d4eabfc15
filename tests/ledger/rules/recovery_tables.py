"""Every way in which what is about keys is refused, in the order of the protocol page.

As `tests.ledger.rules.tables`, over books of their own: `stage_keys` has members at each stage of a recovery.
"""

from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import START, Books, MakeValidator, build_federation, open_books
from tests.ledger.rules.tables import (
    HOME,
    STRANGER,
    Elements,
    Fault,
    Table,
    forge,
    split_elements,
    unsigned_pairs,
)
from tests.recovery_builders import (
    DAY,
    OBJECTION_TERM,
    STEWARDS_WAIT,
    guardian_list,
    name_guardians,
    object_to,
    recover,
    rekey,
    restore,
)

PLAIN, GUARDED, FROZEN, CLOSED, BEGUN, OBJECTED, OVER, GUARDIAN, SECOND, THIRD = range(1, 11)
"""Accounts of coop 1: BEGUN, OBJECTED and OVER have recoveries; the last three guard GUARDED."""

NOW = START + OBJECTION_TERM
SMALL_ORDER = bytes(32)
LIST = guardian_list(FROZEN, GUARDIAN, SECOND, THIRD)


def stage_keys(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books of a coop in which a recovery is at every stage."""
    books = open_books(build_federation(seed="keys", coops=1), make_validator)
    federation = books.federation
    books.admit(HOME, *range(1, 11))
    books.append(HOME, name_guardians(federation, HOME, GUARDED, *LIST.accounts))
    books.append(HOME, recover(federation, HOME, OVER))
    books.set_status(HOME, FROZEN, Status.FROZEN)
    books.set_status(HOME, CLOSED, Status.CLOSED)
    books.now = NOW - STEWARDS_WAIT + DAY
    books.append(HOME, recover(federation, HOME, BEGUN), recover(federation, HOME, OBJECTED))
    books.append(HOME, object_to(federation, HOME, OBJECTED))
    books.now = NOW
    return books


def make_rekey(books: Books, elements: Elements) -> bytes:
    return rekey(books.federation, HOME, **elements)


def make_guardians(books: Books, elements: Elements) -> bytes:
    values = dict(elements)
    return name_guardians(
        books.federation, HOME, values.pop("account"), *values.pop("guardians"), **values
    )


def make_recover(books: Books, elements: Elements) -> bytes:
    return forge(recover(books.federation, HOME, **split_elements(elements)), elements)


def make_object(books: Books, elements: Elements) -> bytes:
    return object_to(books.federation, HOME, **elements)


def make_restore(_: Books, elements: Elements) -> bytes:
    return restore(**elements)


def _same_key(account: int) -> bytes:
    return build_federation(seed="keys", coops=1).member_key(HOME, account).public_key


OWNED = (
    Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
    Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
    Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
    Fault(Refusal.RECOVERY_RUNS, {"account": BEGUN}),
    Fault(Refusal.ACCOUNT_FROZEN, {"account": FROZEN}),
    Fault(Refusal.REVISION_MISMATCH, {"revision": 0}),
    Fault(Refusal.REVISION_MISMATCH, {"revision": 2}),
)

REKEY = Table(
    "rekey",
    make_rekey,
    {"account": PLAIN, "revision": 1},
    (
        *OWNED,
        Fault(Refusal.KEY_UNCHANGED, {"public_key": _same_key(PLAIN)}),
        Fault(Refusal.KEY_INADMISSIBLE, {"public_key": SMALL_ORDER}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
        Fault(Refusal.SIGNATURE_INVALID, {"new_signed_by": STRANGER}),
    ),
    stage_keys,
)

GUARDIANS = Table(
    "guardians",
    make_guardians,
    {"account": PLAIN, "guardians": (GUARDIAN, SECOND)},
    (
        *OWNED,
        Fault(Refusal.GUARDIANS_IMPOSSIBLE, {"needed": 0}),
        Fault(Refusal.GUARDIANS_IMPOSSIBLE, {"needed": 17}),
        Fault(Refusal.GUARDIANS_IMPOSSIBLE, {"guardians": (), "wait": 0}),
        Fault(Refusal.GUARDIANS_IMPOSSIBLE, {"guardians": (), "needed": 0}),
        Fault(Refusal.WAIT_OUT_OF_RANGE, {"wait": 7 * DAY - 1}),
        Fault(Refusal.WAIT_OUT_OF_RANGE, {"wait": 365 * DAY + 1}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
    ),
    stage_keys,
)

BEGINNING = (
    Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
    Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
    Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
    Fault(Refusal.RECOVERY_RUNS, {"account": BEGUN}),
    Fault(Refusal.RECOVERY_RUNS, {"account": OBJECTED}),
    Fault(Refusal.RECOVERY_NUMBER_WRONG, {"recovery": 0}),
    Fault(Refusal.RECOVERY_NUMBER_WRONG, {"recovery": 2}),
)

RECOVER = Table(
    "recover",
    make_recover,
    {"account": PLAIN},
    (
        *BEGINNING,
        Fault(Refusal.KEY_UNCHANGED, {"public_key": _same_key(PLAIN)}),
        Fault(Refusal.KEY_INADMISSIBLE, {"public_key": SMALL_ORDER}),
        Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(3)}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": unsigned_pairs(2)}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": ()}),
        Fault(Refusal.SIGNATURE_INVALID, {"forged_stewards": unsigned_pairs(0, 1)}),
        Fault(Refusal.SIGNATURE_INVALID, {"new_signed_by": STRANGER}),
    ),
    stage_keys,
)

BY_GUARDIANS = Table(
    "recover, by guardians",
    make_recover,
    {"account": GUARDED, "guardians": LIST, "members": (GUARDIAN, SECOND)},
    (
        *BEGINNING,
        Fault(Refusal.KEY_UNCHANGED, {"account": GUARDED, "public_key": _same_key(GUARDED)}),
        Fault(Refusal.KEY_INADMISSIBLE, {"public_key": SMALL_ORDER}),
        Fault(Refusal.GUARDIANS_WRONG, {"account": PLAIN}),
        Fault(Refusal.GUARDIANS_WRONG, {"guardians": guardian_list(GUARDIAN, SECOND)}),
        Fault(
            Refusal.GUARDIANS_WRONG,
            {"guardians": guardian_list(*LIST.accounts, salt=bytes(16))},
        ),
        Fault(Refusal.GUARDIAN_UNKNOWN, {"members": (PLAIN, GUARDIAN)}),
        Fault(Refusal.GUARDIAN_UNKNOWN, {"members": (FROZEN, GUARDIAN)}),
        Fault(Refusal.GUARDIANS_TOO_FEW, {"members": (THIRD,)}),
        Fault(Refusal.GUARDIANS_TOO_FEW, {"members": ()}),
        Fault(
            Refusal.SIGNATURE_INVALID,
            {"members": (GUARDIAN, SECOND), "forged_members": unsigned_pairs(GUARDIAN, SECOND)},
        ),
        Fault(Refusal.SIGNATURE_INVALID, {"new_signed_by": STRANGER}),
    ),
    stage_keys,
)

OBJECT = Table(
    "object",
    make_object,
    {"account": BEGUN},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
        Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
        Fault(Refusal.RECOVERY_UNKNOWN, {"account": PLAIN}),
        Fault(Refusal.RECOVERY_UNKNOWN, {"recovery": 0}),
        Fault(Refusal.RECOVERY_UNKNOWN, {"recovery": 2}),
        Fault(Refusal.RECOVERY_OBJECTED, {"account": OBJECTED}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
    ),
    stage_keys,
)

RESTORE = Table(
    "restore",
    make_restore,
    {"account": OVER},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
        Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
        Fault(Refusal.RECOVERY_UNKNOWN, {"account": PLAIN}),
        Fault(Refusal.RECOVERY_UNKNOWN, {"recovery": 0}),
        Fault(Refusal.RECOVERY_UNKNOWN, {"recovery": 2}),
        Fault(Refusal.RESTORE_EARLY, {"account": BEGUN}),
        Fault(Refusal.RESTORE_EARLY, {"account": OBJECTED}),
    ),
    stage_keys,
)

RECOVERY_TABLES = (REKEY, GUARDIANS, RECOVER, BY_GUARDIANS, OBJECT, RESTORE)
