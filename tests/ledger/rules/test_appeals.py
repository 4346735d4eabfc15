"""Appeals have a term: members call a vote about what stewards decided while the bylaws let them."""

import pytest

from ledger.codec import encode
from ledger.government.actions import Action, DecideLimit, DecideStatus, Resolve
from ledger.government.articles import Article
from ledger.refusals import Refusal
from ledger.rules.appeals import STEWARDED_CHAPTER
from ledger.transactions import Status
from tests.builders import Books, MakeValidator, build_federation, open_books
from tests.government_builders import adopt_bylaws
from tests.voting_builders import (
    DAY,
    NOTICE,
    SECOND_CALL,
    YES,
    cast,
    close,
    open_vote,
    propose,
    register,
)

TERM = 30 * DAY
LIMIT = DecideLimit(account=1, limit=500, from_=0, until=None, after=None)
THAW = DecideStatus(account=1, is_frozen=False)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    books = open_books(build_federation(seed="appeals", coops=1), make_validator)
    books.admit(1, 1, 2, 3, 4)
    return books


def demand(books: Books, action: Action, *, members: tuple[int, ...] = (2,)) -> bytes:
    """A vote that these members want, or stewards if there are none."""
    first = books.now + NOTICE
    about = (1,) if isinstance(action, DecideLimit | DecideStatus) else ()
    number = register(books).last + 1
    second = first + SECOND_CALL
    return propose(
        books.federation,
        1,
        number,
        first=first,
        second=second,
        action=action,
        about=about,
        members=members,
    )


def remembered(books: Books) -> bytes | None:
    return books.validator.row(1, STEWARDED_CHAPTER, encode(1))


def test_a_limit_is_appealed_against_within_the_term(books: Books) -> None:
    books.append(1, books.federation.limit(1, 1, revision=1, limit=10))
    assert remembered(books) == encode([books.validator.log(1).length, books.now])
    books.now += TERM - 1
    assert books.refusal(1, demand(books, LIMIT)) is None
    books.now += 1
    before = books.validator.digest()
    assert books.refusal(1, demand(books, LIMIT)) is Refusal.APPEAL_LATE
    assert books.validator.digest() == before


def test_so_is_a_status(books: Books) -> None:
    books.set_status(1, 1, Status.FROZEN)
    books.now += TERM
    assert books.refusal(1, demand(books, THAW)) is Refusal.APPEAL_LATE
    assert books.refusal(1, demand(books, LIMIT)) is Refusal.APPEAL_LATE


def test_it_is_refused_before_anything_about_who_demands_it(books: Books) -> None:
    books.append(1, books.federation.limit(1, 1, revision=1, limit=10))
    books.now += TERM
    assert books.refusal(1, demand(books, LIMIT, members=(1, 99))) is Refusal.APPEAL_LATE


def test_what_stewards_decide_anew_has_its_own_term(books: Books) -> None:
    books.append(1, books.federation.limit(1, 1, revision=1, limit=10))
    books.now += TERM
    books.append(1, books.federation.limit(1, 1, revision=2, limit=20))
    assert books.refusal(1, demand(books, LIMIT)) is None


def test_stewards_open_the_vote_at_any_time_and_members_one_about_all_else(books: Books) -> None:
    books.append(1, books.federation.limit(1, 1, revision=1, limit=10))
    books.now += TERM
    assert books.refusal(1, demand(books, LIMIT, members=())) is None
    assert books.refusal(1, demand(books, Resolve())) is None


def test_who_was_admitted_with_a_limit_and_no_more_has_no_term(books: Books) -> None:
    books.now += 10 * TERM
    assert remembered(books) is None
    assert books.refusal(1, demand(books, LIMIT)) is None


@pytest.mark.parametrize("action", [LIMIT, THAW], ids=lambda action: type(action).__name__)
def test_what_members_have_voted_is_theirs(books: Books, action: Action) -> None:
    books.set_status(1, 1, Status.FROZEN)
    number = open_vote(books, action=action, about=(1,), members=(2,))
    cast(books, number, (2, YES), (3, YES))
    close(books, number)
    assert remembered(books) is None
    books.now += 10 * TERM
    assert books.refusal(1, demand(books, LIMIT)) is None


def test_without_a_term_there_are_no_appeals(books: Books) -> None:
    books.append(1, adopt_bylaws(books.federation, 1, {Article.APPEAL_TERM: 0}))
    books.append(1, books.federation.limit(1, 1, revision=1, limit=10))
    assert books.refusal(1, demand(books, LIMIT)) is Refusal.APPEAL_LATE


def test_an_account_that_closes_leaves_nothing(books: Books) -> None:
    books.append(1, books.federation.limit(1, 1, revision=1, limit=10))
    books.set_status(1, 1, Status.CLOSED)
    assert remembered(books) is None
