"""Guarantees step by step; and that a refusal of each step changes nothing."""

import pytest

from ledger.entries import encode_entry
from ledger.government.actions import Expel
from ledger.government.guarantees import GUARANTEES_CHAPTER, MAX_GUARANTORS, Pledge
from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import Books, MakeValidator, build_federation, open_books, replay_logs
from tests.guarantee_builders import (
    DAY,
    UNTIL,
    guarantee,
    lapse,
    next_guarantee,
    pledge_in,
)
from tests.ledger.rules.guarantee_tables import GUARANTEE_TABLES, stage_guarantees
from tests.ledger.rules.tables import HOME, Table
from tests.ledger.rules.test_order import refusals_of
from tests.recovery_builders import recover
from tests.voting_builders import YES, cast, close, open_vote

GIVER, MEMBER, SECOND, PAYEE, FIFTH = range(1, 6)

tables = pytest.mark.parametrize("table", GUARANTEE_TABLES, ids=lambda table: str(table.name))


@tables
def test_without_a_fault_it_is_accepted(table: Table, make_validator: MakeValidator) -> None:
    books = stage_guarantees(make_validator)
    assert books.validator.judge(HOME, encode_entry(books.now, table.transaction(books))) is None
    before = books.validator.digest()
    books.append(HOME, table.transaction(books))
    assert books.validator.digest() != before


@tables
def test_each_fault_gets_its_refusal(table: Table, make_validator: MakeValidator) -> None:
    books = stage_guarantees(make_validator)
    before = books.validator.digest()
    for fault in table.faults:
        found = refusals_of(books, table.transaction(books, fault), books.now)
        assert found == {fault.refusal}, fault
    assert books.validator.digest() == before


@tables
def test_of_two_faults_the_earlier_is_the_refusal(
    table: Table, make_validator: MakeValidator
) -> None:
    books = stage_guarantees(make_validator)
    for earlier, later in table.pairs():
        found = refusals_of(books, table.transaction(books, earlier, later), books.now)
        assert found == {earlier.refusal}, (earlier, later)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    found = open_books(build_federation(seed="answering", coops=1), make_validator)
    found.admit(HOME, *range(1, 6), limit=1_000)
    return found


def give(books: Books, cap: int, guarantor: int = GIVER, until: int = UNTIL) -> None:
    books.append(HOME, next_guarantee(books, guarantor, MEMBER, cap, until=until))


def room(books: Books, account: int = GIVER) -> int:
    """The most that an account can pay, as payments find it."""
    found = books.validator.account(HOME, account)
    assert found is not None
    most = found.balance + found.limit_at(books.now) - books.validator.pledged(HOME, account)
    pay = books.next_pay(HOME, account, HOME, PAYEE, most + 1)
    assert books.refusal(HOME, pay) is Refusal.LIMIT_EXCEEDED
    entry = encode_entry(books.now, books.next_pay(HOME, account, HOME, PAYEE, most))
    assert most == 0 or books.validator.judge(HOME, entry) is None
    return most


def test_what_is_pledged_lowers_the_own_room_and_nobody_elses_limit(books: Books) -> None:
    before = books.validator.account(HOME, MEMBER)
    give(books, 300)
    assert room(books) == 700
    assert books.validator.account(HOME, MEMBER) == before
    give(books, 1_000)
    assert room(books) == 0


def test_no_more_is_pledged_than_there_is_room(books: Books) -> None:
    give(books, 300)
    books.pay(HOME, GIVER, HOME, PAYEE, 600)
    assert books.refusal(HOME, next_guarantee(books, GIVER, MEMBER, 401)) is (
        Refusal.GUARANTEE_BEYOND_ROOM
    )
    other = next_guarantee(books, GIVER, SECOND, 101)
    assert books.refusal(HOME, other) is Refusal.GUARANTEE_BEYOND_ROOM
    give(books, 400)
    assert room(books) == 0


def test_who_has_no_room_any_more_can_still_go_down_or_longer(books: Books) -> None:
    give(books, 600)
    books.append(HOME, books.federation.limit(HOME, GIVER, revision=1, limit=100))
    more = next_guarantee(books, GIVER, MEMBER, 601)
    assert books.refusal(HOME, more) is Refusal.GUARANTEE_BEYOND_ROOM
    give(books, 600, until=UNTIL + DAY)
    give(books, 500)
    assert books.validator.pledged(HOME, GIVER) == 500


def test_a_withdrawal_waits_for_the_debt_that_stands(books: Books) -> None:
    give(books, 500)
    books.pay(HOME, MEMBER, HOME, PAYEE, 200)
    books.append(HOME, next_guarantee(books, GIVER, MEMBER, 0))
    assert pledge_in(books, GIVER, MEMBER) == Pledge(cap=200, wanted=0, until=None, revision=2)
    assert room(books) == 800
    assert books.refusal(HOME, lapse(GIVER, MEMBER, 2)) is Refusal.LAPSE_EARLY
    books.pay(HOME, PAYEE, HOME, MEMBER, 150)
    books.append(HOME, lapse(GIVER, MEMBER, 2))
    assert pledge_in(books, GIVER, MEMBER).cap == 50
    books.pay(HOME, PAYEE, HOME, MEMBER, 150)
    books.append(HOME, lapse(GIVER, MEMBER, 2))
    assert pledge_in(books, GIVER, MEMBER) == Pledge(revision=2)
    assert room(books) == 1_000
    assert books.refusal(HOME, lapse(GIVER, MEMBER, 2)) is Refusal.LAPSE_EARLY


def test_new_debt_leans_on_nobody_who_has_withdrawn(books: Books) -> None:
    give(books, 500)
    books.pay(HOME, MEMBER, HOME, PAYEE, 200)
    books.append(HOME, next_guarantee(books, GIVER, MEMBER, 0))
    books.pay(HOME, MEMBER, HOME, PAYEE, 300)
    assert books.refusal(HOME, lapse(GIVER, MEMBER, 2)) is Refusal.LAPSE_EARLY
    give(books, 100)
    assert pledge_in(books, GIVER, MEMBER).cap == 200


def test_a_guarantor_goes_as_far_as_the_others_cover(books: Books) -> None:
    give(books, 300)
    give(books, 250, SECOND)
    books.pay(HOME, MEMBER, HOME, PAYEE, 400)
    books.append(HOME, next_guarantee(books, GIVER, MEMBER, 0))
    assert pledge_in(books, GIVER, MEMBER).cap == 150
    books.append(HOME, next_guarantee(books, SECOND, MEMBER, 0))
    assert pledge_in(books, SECOND, MEMBER).cap == 250
    give(books, 400, FIFTH)
    assert (pledge_in(books, GIVER, MEMBER).cap, pledge_in(books, SECOND, MEMBER).cap) == (0, 0)


def test_the_day_ends_a_guarantee_that_no_debt_needs(books: Books) -> None:
    give(books, 300, until=books.now + DAY)
    books.now += DAY - 1
    assert books.refusal(HOME, lapse(GIVER, MEMBER)) is Refusal.LAPSE_EARLY
    books.now += 1
    assert room(books) == 700  # it stands until the entry
    books.append(HOME, lapse(GIVER, MEMBER))
    assert pledge_in(books, GIVER, MEMBER) == Pledge(revision=1)
    assert room(books) == 1_000


def test_nothing_lapses_where_nothing_was_given(books: Books) -> None:
    assert books.refusal(HOME, lapse(GIVER, MEMBER)) is Refusal.REVISION_MISMATCH
    assert books.refusal(HOME, lapse(GIVER, MEMBER, 0)) is Refusal.LAPSE_EARLY
    assert books.refusal(HOME, lapse(0, 99, 0)) is Refusal.LAPSE_EARLY


def test_after_its_day_a_guarantee_can_be_given_again_or_stays_withdrawn(books: Books) -> None:
    give(books, 300, until=books.now + DAY)
    books.pay(HOME, MEMBER, HOME, PAYEE, 300)
    books.now += DAY
    assert books.refusal(HOME, lapse(GIVER, MEMBER)) is Refusal.LAPSE_EARLY
    withdrawn = next_guarantee(books, GIVER, MEMBER, 0)
    assert books.refusal(HOME, withdrawn) is Refusal.GUARANTEE_UNCHANGED
    give(books, 300, until=books.now + DAY)
    assert pledge_in(books, GIVER, MEMBER).until == books.now + DAY


def test_what_was_signed_once_is_taken_once(books: Books) -> None:
    first = next_guarantee(books, GIVER, MEMBER, 300)
    books.append(HOME, first)
    assert books.refusal(HOME, first) is Refusal.REVISION_MISMATCH
    books.append(HOME, next_guarantee(books, GIVER, MEMBER, 0))
    assert books.refusal(HOME, first) is Refusal.REVISION_MISMATCH
    other = guarantee(books.federation, HOME, GIVER, SECOND, 300, until=UNTIL - 1)
    books.append(HOME, other)


def test_who_is_recovered_gives_nothing_meanwhile(books: Books) -> None:
    books.append(HOME, recover(books.federation, HOME, GIVER))
    given = next_guarantee(books, GIVER, MEMBER, 1)
    assert books.refusal(HOME, given) is Refusal.ACCOUNT_FROZEN
    books.set_status(HOME, MEMBER, Status.FROZEN)
    give(books, 1, SECOND)


def test_one_that_ended_makes_place_for_another(books: Books) -> None:
    others = range(11, 11 + MAX_GUARANTORS)
    books.admit(HOME, *others)
    for each in others:
        give(books, 5, each)
    late = next_guarantee(books, GIVER, MEMBER, 5)
    assert books.refusal(HOME, late) is Refusal.GUARANTORS_TOO_MANY
    give(books, 6, others[0])
    books.append(HOME, next_guarantee(books, others[0], MEMBER, 0), late)


def test_closing_ends_all_by_and_for_an_account(books: Books) -> None:
    give(books, 300)
    books.append(
        HOME,
        next_guarantee(books, MEMBER, SECOND, 40),
        next_guarantee(books, GIVER, SECOND, 50),
        next_guarantee(books, SECOND, GIVER, 7),
        next_guarantee(books, FIFTH, MEMBER, 9),
    )
    books.append(HOME, next_guarantee(books, FIFTH, MEMBER, 0))
    books.set_status(HOME, MEMBER, Status.CLOSED)
    check_only_two_are_left(books)


def check_only_two_are_left(books: Books) -> None:
    assert len(books.validator.rows(HOME, GUARANTEES_CHAPTER)) == 2
    assert pledge_in(books, GIVER, SECOND).cap == 50
    assert pledge_in(books, SECOND, GIVER).cap == 7
    assert [books.validator.pledged(HOME, each) for each in range(1, 6)] == [50, 0, 7, 0, 0]
    assert room(books) == 950


def test_an_expulsion_ends_them_too(books: Books, make_validator: MakeValidator) -> None:
    give(books, 300)
    books.append(
        HOME,
        next_guarantee(books, MEMBER, SECOND, 40),
        next_guarantee(books, GIVER, SECOND, 50),
        next_guarantee(books, SECOND, GIVER, 7),
    )
    number = open_vote(books, action=Expel(account=MEMBER, payee=None), about=(MEMBER,))
    cast(books, number, (GIVER, YES), (SECOND, YES), (FIFTH, YES))
    close(books, number)
    check_only_two_are_left(books)
    fresh = replay_logs(books.federation, books.logs, make_validator)
    assert fresh.digest() == books.validator.digest()


def test_freezing_ends_nothing(books: Books) -> None:
    give(books, 300)
    books.set_status(HOME, MEMBER, Status.FROZEN)
    books.set_status(HOME, GIVER, Status.FROZEN)
    assert pledge_in(books, GIVER, MEMBER).cap == 300
