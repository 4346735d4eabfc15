"""Every way to be refused for the kinds of self-government: see `tests.ledger.rules.tables`."""

from collections.abc import Mapping
from typing import Final

from ledger.codec import MAX
from ledger.entries import encode_entry
from ledger.government.articles import Article
from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, MakeValidator, build_federation, open_books
from tests.government_builders import adopt_bylaws, govern, levy, spend
from tests.ledger.rules.tables import (
    HOME,
    STEWARD_FAULTS,
    Elements,
    Fault,
    Table,
    forge,
    split_elements,
    unsigned_pairs,
)

PLAIN, CLOSED, FULL, OWING, LATE = 1, 2, 3, 4, 5
"""Accounts of coop 1: balance -500 | closed | balance MAX | owes the rest | admitted when the levy is due."""

COMMONS, PERIOD = 500, 100

ARTICLES: Final[Mapping[int, int]] = {
    Article.SPEND_AMOUNT: 1_000,
    Article.LEVY_POSITIVE: 1_000,
    Article.LEVY_PERIOD: PERIOD,
    Article.COMMONS_DEBT: 300,
}


def founded_stage(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """A coop with members and without bylaws."""
    books = open_books(build_federation(seed="bylaws", coops=2), make_validator)
    books.admit(HOME, PLAIN, CLOSED)
    books.admit(HOME, FULL, OWING, limit=MAX)
    books.set_status(HOME, CLOSED, Status.CLOSED)
    books.pay(HOME, OWING, HOME, 0, COMMONS)
    books.pay(HOME, OWING, HOME, FULL, MAX - COMMONS)
    books.pay(HOME, PLAIN, HOME, FULL, COMMONS)
    return books


def governed_stage(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """The same with bylaws, when its first levy is due."""
    books = founded_stage(make_validator)
    govern(books, HOME, ARTICLES)
    books.now += PERIOD
    books.admit(HOME, LATE)
    return books


def make_bylaws(books: Books, elements: Elements) -> bytes:
    made = adopt_bylaws(books.federation, HOME, **split_elements(elements))
    return forge(made, elements)


def make_spend(books: Books, elements: Elements) -> bytes:
    return forge(spend(books.federation, HOME, **split_elements(elements)), elements)


def make_levy(_: Books, elements: Elements) -> bytes:
    return levy(**elements)


BYLAWS = Table(
    "bylaws",
    make_bylaws,
    {"articles": ((1, 2), (70, 20_000)), "version": 1},
    (
        Fault(Refusal.BYLAWS_VERSION_WRONG, {"version": 0}),
        Fault(Refusal.BYLAWS_VERSION_WRONG, {"version": 2}),
        Fault(Refusal.ARTICLE_UNKNOWN, {"articles": ((0, 1), (70, 200_000))}),
        Fault(Refusal.ARTICLE_UNKNOWN, {"articles": ((13, 1),)}),
        Fault(Refusal.ARTICLE_UNKNOWN, {"articles": ((136, 1),)}),
        Fault(Refusal.ARTICLE_OUT_OF_RANGE, {"articles": ((70, 100_001),)}),
        Fault(Refusal.ARTICLE_OUT_OF_RANGE, {"articles": ((28, 1), (29, 3), (41, 0))}),
        Fault(Refusal.ARTICLES_CONTRADICT, {"articles": ((28, 4),)}),
        Fault(Refusal.ARTICLES_CONTRADICT, {"articles": ((28, 1), (29, 3))}),
        Fault(Refusal.ARTICLES_CONTRADICT, {"articles": ((2, 3), (3, 2))}),
        Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(0, 1, 2, 3)}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": unsigned_pairs(0, 1)}),
        Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": ()}),
        Fault(Refusal.SIGNATURE_INVALID, {"forged_text": bytes(32)}),
        Fault(Refusal.SIGNATURE_INVALID, {"forged_stewards": unsigned_pairs(0, 1, 2)}),
    ),
    founded_stage,
)

SPEND = Table(
    "spend",
    make_spend,
    {"number": 1, "payee": PLAIN, "amount": 800},
    (
        Fault(Refusal.SPEND_NUMBER_WRONG, {"number": 0}),
        Fault(Refusal.SPEND_NUMBER_WRONG, {"number": 2}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": 0}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": -1}),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, {"amount": 2**64 - 1}),
        Fault(Refusal.SPEND_NEEDS_VOTE, {"amount": 1_001}),
        Fault(Refusal.SPEND_NEEDS_VOTE, {"amount": MAX}),
        Fault(Refusal.PAYEE_UNKNOWN, {"payee": 0}),
        Fault(Refusal.PAYEE_UNKNOWN, {"payee": 99}),
        Fault(Refusal.PAYEE_CLOSED, {"payee": CLOSED}),
        Fault(Refusal.COMMONS_TOO_LOW, {"amount": 801}),
        Fault(Refusal.BALANCE_OUT_OF_RANGE, {"payee": FULL}),
        *STEWARD_FAULTS,
    ),
    governed_stage,
)

LEVY = Table(
    "levy",
    make_levy,
    {"number": 1, "positive": 1_000, "negative": 0},
    (
        Fault(Refusal.LEVY_NUMBER_WRONG, {"number": 0}),
        Fault(Refusal.LEVY_NUMBER_WRONG, {"number": 2}),
        Fault(Refusal.LEVY_RATES_WRONG, {"positive": 0}),
        Fault(Refusal.LEVY_RATES_WRONG, {"positive": 1_001}),
        Fault(Refusal.LEVY_RATES_WRONG, {"negative": 1}),
    ),
    governed_stage,
)

GOVERNMENT_TABLES = (BYLAWS, SPEND, LEVY)


def entry_at(books: Books, transaction: bytes, *, later: int = 0) -> bytes:
    """The entry that a transaction would be at the time of the books, or later."""
    return encode_entry(books.now + later, transaction)
