"""Browsers confirm who left: by the account's key, and where something was owed by stewards too."""

from ledger.entries import encode_entry
from ledger.government.articles import Article
from ledger.transactions import Step
from tests.builders import Books, build_federation, open_books, signing_key
from tests.government_builders import govern
from tests.leaving_builders import CLAIM_TERM, leave, take_step
from tests.node.web.test_voting_in_browsers import checked


def books_of_leavers() -> Books:
    """Somebody with something, somebody with nothing, and two who owe."""
    books = open_books(build_federation(seed="browser leaving", coops=1))
    books.admit(1, *range(1, 6))
    govern(books, 1, {Article.COMMONS_DEBT: 500})
    for debtor in (2, 3):
        books.pay(1, debtor, 1, 1, 50)
    books.append(1, leave(books.federation, 1, 1, payee=4), leave(books.federation, 1, 5))
    books.append(1, leave(books.federation, 1, 2, debt=50, stewards=(0, 2)))
    take_step(books, 3, Step.CLAIM)
    books.now += CLAIM_TERM
    take_step(books, 3, Step.SETTLE)
    return books


def test_whoever_left_has_signed() -> None:
    books = books_of_leavers()
    found = checked(books, books.logs[1])
    assert (found["refused"], found["unconfirmed"]) == (None, [])
    assert found["length"] == len(books.logs[1])


def test_a_leaving_that_somebody_else_signed_is_not_confirmed() -> None:
    books = books_of_leavers()
    forged = leave(books.federation, 1, 4, signed_by=signing_key("stranger"))
    found = checked(books, [*books.logs[1], encode_entry(books.now, forged)])
    assert found["unconfirmed"] == [len(books.logs[1]) + 1]


def test_a_leaving_that_a_stranger_signed_as_steward_is_not_confirmed() -> None:
    books = books_of_leavers()
    wrong = leave(books.federation, 1, 4, revision=9, stewards=(0, 1))
    other = leave(books.federation, 1, 4, revision=8, stewards=(0, 1))
    mixed = wrong[:-128] + other[-128:]
    found = checked(books, [*books.logs[1], encode_entry(books.now, mixed)])
    assert found["unconfirmed"]
