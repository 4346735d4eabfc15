"""Sixteen answer for a member at most: who offers more than the smallest of them takes its place."""

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.government import guarantees as arithmetic
from ledger.government.guarantees import (
    GUARANTEES_CHAPTER,
    MAX_GUARANTORS,
    Pledge,
    pledged_by_all,
    pledges_for,
)
from ledger.refusals import Refusal
from ledger.rules.government import guarantees as rules
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, MakeValidator, build_federation, open_books, replay_logs
from tests.guarantee_builders import next_guarantee, pledge_in
from tests.ledger.rules.test_pledges import FEDERATION, MEMBERS, acts, covered, offer

HOME = 1
GIVER, MEMBER, PAYEE = 1, 2, 3
OTHERS = range(11, 11 + MAX_GUARANTORS)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    """Sixteen answer for a member, of whom the last three with least."""
    found = open_books(build_federation(seed="displacing", coops=1), make_validator)
    found.admit(HOME, GIVER, MEMBER, PAYEE, *OTHERS, limit=1_000)
    for each in OTHERS:
        give(found, 5 if each in OTHERS[-3:] else 9, each)
    return found


def give(books: Books, cap: int, guarantor: int = GIVER) -> None:
    books.append(HOME, next_guarantee(books, guarantor, MEMBER, cap))


def refused(books: Books, cap: int) -> bool:
    before = books.validator.digest()
    answer = books.refusal(HOME, next_guarantee(books, GIVER, MEMBER, cap))
    assert answer in (None, Refusal.GUARANTORS_TOO_MANY) and books.validator.digest() == before
    return answer is not None


def test_more_takes_the_place_of_the_smallest_of_the_highest_account(
    books: Books, make_validator: MakeValidator
) -> None:
    assert refused(books, 5)
    give(books, 6)
    assert pledge_in(books, OTHERS[-1], MEMBER) == Pledge(revision=1)
    assert pledge_in(books, OTHERS[-2], MEMBER).cap == 5
    assert [books.validator.pledged(HOME, each) for each in (GIVER, OTHERS[-1])] == [6, 0]
    give(books, 7, OTHERS[-1])
    assert pledge_in(books, OTHERS[-1], MEMBER).revision == 2
    assert pledge_in(books, OTHERS[-2], MEMBER).cap == 0
    fresh = replay_logs(books.federation, books.logs, make_validator)
    assert fresh.digest() == books.validator.digest()


def test_what_a_debt_needs_is_not_displaced(books: Books) -> None:
    """The caps are 132 together; a new one of 6 covers 133 of the debt without the smallest."""
    books.pay(HOME, MEMBER, HOME, PAYEE, 134)
    assert refused(books, 6)
    books.pay(HOME, PAYEE, HOME, MEMBER, 1)
    give(books, 6)
    assert pledge_in(books, OTHERS[-1], MEMBER).cap == 0


def test_who_is_among_the_sixteen_displaces_nobody(books: Books) -> None:
    give(books, 900, OTHERS[0])
    assert all(pledge_in(books, each, MEMBER).cap > 0 for each in OTHERS)


def test_one_that_wants_to_go_goes_down_by_what_comes_beside(books: Books) -> None:
    books.pay(HOME, MEMBER, HOME, PAYEE, 132)
    books.append(HOME, next_guarantee(books, OTHERS[0], MEMBER, 0))
    give(books, 8)
    assert pledge_in(books, OTHERS[0], MEMBER) == Pledge(cap=6, revision=2)


@settings(max_examples=60, deadline=None)
@given(st.lists(acts, max_size=25))
def test_with_few_places_sums_are_right_and_debts_stay_covered(
    steps: list[tuple[str, int, int, int]],
) -> None:
    books = open_books(FEDERATION, ReferenceValidator)
    books.admit(HOME, *MEMBERS, limit=30)
    with (
        mock.patch.object(arithmetic, "MAX_GUARANTORS", 2),
        mock.patch.object(rules, "MAX_GUARANTORS", 2),
    ):
        for act in steps:
            safe = {number: covered(books, number) for number in MEMBERS}
            offer(books, act)
            rows = books.validator.rows(HOME, GUARANTEES_CHAPTER)
            sums = pledged_by_all(rows)
            for number in MEMBERS:
                assert books.validator.pledged(HOME, number) == sums.get(number, 0)
                standing = pledges_for(rows, number).values()
                assert sum(pledge.cap > 0 for pledge in standing) <= 2
                assert act[0] == "pay" or covered(books, number) >= safe[number]
