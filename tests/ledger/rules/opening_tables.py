"""Every way in which moving in is refused, in the order of the protocol page.

As `tests.ledger.rules.tables`, over books of their own.
"""

from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, MakeValidator, build_federation, open_books
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
from tests.opening_builders import acknowledge, open_books_with

RICH, OWING, AGREED, OTHER, CLOSED, BUSY = range(1, 7)
"""Accounts of coop 1. OTHER is in no opening; BUSY has paid, and got it back."""

BALANCES = ((RICH, 100), (OWING, -70), (AGREED, 20))


def stage_new(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books that are about to be opened."""
    books = open_books(build_federation(seed="opening", coops=1), make_validator)
    books.admit(HOME, RICH, OWING, AGREED, OTHER, CLOSED, BUSY)
    books.set_status(HOME, CLOSED, Status.CLOSED)
    books.pay(HOME, BUSY, HOME, OTHER, 5)
    books.pay(HOME, OTHER, HOME, BUSY, 5)
    return books


def stage_opened(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books that were opened, and one member has agreed."""
    books = stage_new(make_validator)
    books.append(HOME, open_books_with(books.federation, HOME, BALANCES))
    books.append(HOME, acknowledge(books.federation, HOME, AGREED, 20))
    return books


def make_opening(books: Books, elements: Elements) -> bytes:
    return forge(open_books_with(books.federation, HOME, **split_elements(elements)), elements)


def make_acknowledge(books: Books, elements: Elements) -> bytes:
    return acknowledge(books.federation, HOME, **split_elements(elements))


OPENING_TABLES = (
    Table(
        "opening",
        make_opening,
        {"balances": BALANCES, "commons": -50},
        (
            Fault(Refusal.OPENING_PART_WRONG, {"part": 2, "parts": 2}),
            Fault(Refusal.ACCOUNT_UNKNOWN, {"balances": ((0, 50),)}),
            Fault(Refusal.ACCOUNT_UNKNOWN, {"balances": ((RICH, 0), (99, 50))}),
            Fault(Refusal.ACCOUNT_CLOSED, {"balances": ((RICH, 0), (CLOSED, 50))}),
            Fault(Refusal.OPENING_LATE, {"balances": ((RICH, 0), (BUSY, 50))}),
            Fault(Refusal.OPENING_SUM_WRONG, {"commons": -49}),
            Fault(Refusal.OPENING_SUM_WRONG, {"commons": 0}),
            Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(3)}),
            Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": ()}),
            Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": unsigned_pairs(0, 1)}),
            Fault(Refusal.SIGNATURE_INVALID, {"forged_stewards": unsigned_pairs(0, 1, 2)}),
        ),
        stage_new,
    ),
    Table(
        "acknowledge",
        make_acknowledge,
        {"account": RICH, "balance": 100},
        (
            Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
            Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
            Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
            Fault(Refusal.OPENING_MISSING, {"account": OTHER}),
            Fault(Refusal.OPENING_MISSING, {"statement": bytes(32)}),
            Fault(Refusal.ACKNOWLEDGED_ALREADY, {"account": AGREED}),
            Fault(Refusal.BALANCE_NOT_OPENED, {"balance": 99}),
            Fault(Refusal.BALANCE_NOT_OPENED, {"balance": -100}),
            Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
        ),
        stage_opened,
    ),
)
