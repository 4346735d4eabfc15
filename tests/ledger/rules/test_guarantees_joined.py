"""Who comes to answer for a member frees those who wanted to go, in the same entry."""

import pytest

from ledger.government.guarantees import Pledge
from ledger.refusals import Refusal
from tests.builders import Books, MakeValidator, build_federation, open_books, replay_logs
from tests.guarantee_builders import DAY, UNTIL, next_guarantee, pledge_in

HOME = 1
GIVER, MEMBER, SECOND, PAYEE, FIFTH, SIXTH = range(1, 7)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    found = open_books(build_federation(seed="joining", coops=1), make_validator)
    found.admit(HOME, *range(1, 7), limit=1_000)
    return found


def give(books: Books, guarantor: int, cap: int, until: int = UNTIL) -> None:
    books.append(HOME, next_guarantee(books, guarantor, MEMBER, cap, until=until))


def caps(books: Books, *guarantors: int) -> list[int]:
    """What stands; and what is pledged is as much, as nobody answers for anybody else here."""
    found = [pledge_in(books, each, MEMBER).cap for each in guarantors]
    assert found == [books.validator.pledged(HOME, each) for each in guarantors]
    return found


def test_who_joins_frees_those_who_wanted_to_go(
    books: Books, make_validator: MakeValidator
) -> None:
    give(books, GIVER, 300)
    give(books, SECOND, 200)
    books.pay(HOME, MEMBER, HOME, PAYEE, 450)
    give(books, GIVER, 0)
    give(books, SECOND, 50)
    assert caps(books, GIVER, SECOND) == [250, 200]
    give(books, FIFTH, 300)
    assert caps(books, GIVER, SECOND, FIFTH) == [0, 150, 300]
    assert pledge_in(books, GIVER, MEMBER) == Pledge(revision=2)
    left = Pledge(cap=150, wanted=50, until=UNTIL, revision=2)
    assert pledge_in(books, SECOND, MEMBER) == left
    fresh = replay_logs(books.federation, books.logs, make_validator)
    assert fresh.digest() == books.validator.digest()


def test_new_debt_finds_only_what_was_still_needed(books: Books) -> None:
    give(books, GIVER, 300)
    books.pay(HOME, MEMBER, HOME, PAYEE, 404)
    give(books, GIVER, 0)
    for each in (SECOND, FIFTH):
        give(books, each, 200)
    books.pay(HOME, MEMBER, HOME, PAYEE, 200)
    assert caps(books, GIVER, SECOND, FIFTH) == [4, 200, 200]


def test_those_who_want_to_stay_and_those_whose_day_is_not_there_stay(books: Books) -> None:
    give(books, GIVER, 300)
    give(books, SECOND, 200, until=books.now + DAY)
    give(books, FIFTH, 900)
    assert caps(books, GIVER, SECOND, FIFTH) == [300, 200, 900]
    books.now += DAY
    give(books, SIXTH, 1)
    assert caps(books, GIVER, SECOND, FIFTH, SIXTH) == [300, 0, 900, 1]
    assert pledge_in(books, SECOND, MEMBER) == Pledge(revision=1)


def test_withdrawing_again_takes_what_is_paid_meanwhile(books: Books) -> None:
    give(books, GIVER, 300)
    books.pay(HOME, MEMBER, HOME, PAYEE, 300)
    give(books, GIVER, 0)
    again = next_guarantee(books, GIVER, MEMBER, 0)
    assert books.refusal(HOME, again) is Refusal.GUARANTEE_UNCHANGED
    books.pay(HOME, PAYEE, HOME, MEMBER, 100)
    books.append(HOME, again)
    assert pledge_in(books, GIVER, MEMBER) == Pledge(cap=200, revision=3)
    again = next_guarantee(books, GIVER, MEMBER, 0)
    assert books.refusal(HOME, again) is Refusal.GUARANTEE_UNCHANGED
