"""What stewards decide: admissions, limits with dates, freezing, thawing, closing."""

import pytest

from ledger.codec import MAX
from ledger.entries import encode_entry
from ledger.refusals import Refusal
from ledger.transactions import MAX_NUMBER, Status
from tests.builders import (
    START,
    Books,
    MakeValidator,
    books_with_members,
    build_federation,
    open_books,
    signing_key,
)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    return books_with_members(build_federation(seed="members"), make_validator=make_validator)


def change_limit(
    books: Books, limit: int, *, from_: int = 0, until: int | None = None, after: int | None = None
) -> None:
    """Of account 1 of coop 1."""
    revision = books.account_revision(1, 1) + 1
    books.append(
        1,
        books.federation.limit(
            1, 1, revision=revision, limit=limit, from_=from_, until=until, after=after
        ),
    )


def spendable(books: Books, time: int) -> int:
    """How much account 1 of coop 1 can pay at `time`, found by trying."""
    low, high = 0, 2**40
    account = books.validator.account(1, 1)
    assert account is not None
    while low < high:
        middle = (low + high + 1) // 2
        entry = books.federation.pay(
            1, payer=1, sequence=account.next_sequence, payee_coop=1, payee=2, amount=middle
        )
        if books.validator.judge(1, encode_entry(time, entry)) is None:
            low = middle
        else:
            high = middle - 1
    return low


def test_an_admission_opens_an_account(books: Books) -> None:
    (number,) = books.append(
        1, books.federation.admit(1, MAX_NUMBER, handle="pan.y_vino-7", class_=1, limit=0)
    )
    account = books.validator.account(1, MAX_NUMBER)
    assert account is not None
    assert account.key == books.federation.member_key(1, MAX_NUMBER).public_key
    assert (account.handle, account.class_, account.limit) == ("pan.y_vino-7", 1, 0)
    assert (account.balance, account.next_sequence, account.revision) == (0, 1, 0)
    assert (account.status, account.opened, account.closed) == (Status.OPEN, number, 0)
    assert (account.before, account.from_, account.until, account.after) == (0, 0, None, None)
    assert books.validator.account_named(1, "pan.y_vino-7") == MAX_NUMBER
    assert books.validator.account_named(2, "pan.y_vino-7") is None
    assert books.validator.accounts_of_key(1, account.key) == [MAX_NUMBER]
    assert books.validator.accounts_of_key(2, account.key) == []
    assert books.validator.accounts_of_key(1, account.key[:31]) == []


def test_handles_and_numbers_are_taken_in_one_coop_only(books: Books) -> None:
    books.admit(1, 9)
    books.append(2, books.federation.admit(2, 9, handle="member9"))


def test_a_handle_is_never_given_away_again(books: Books) -> None:
    books.set_status(1, 1, Status.CLOSED)
    again = books.federation.admit(1, 9, handle="member1")
    assert books.refusal(1, again) is Refusal.HANDLE_TAKEN


def test_any_stewards_suffice_that_are_enough(make_validator: MakeValidator) -> None:
    federation = build_federation(stewards=4, threshold=2)
    books = open_books(federation, make_validator)
    for account, stewards in enumerate([(0, 1), (1, 3), (0, 1, 2, 3)], start=1):
        books.append(1, federation.admit(1, account, stewards=stewards))
    one = federation.admit(1, 9, stewards=[2])
    assert books.refusal(1, one) is Refusal.STEWARDS_TOO_FEW


def test_stewards_decide_in_their_own_coop_only(books: Books) -> None:
    for_coop_2 = books.federation.admit(2, 9)
    assert books.refusal(1, for_coop_2) is Refusal.SIGNATURE_INVALID
    books.append(2, for_coop_2)


def test_what_stewards_signed_takes_effect_once(books: Books) -> None:
    federation = books.federation
    freeze = federation.status(1, 1, revision=1, status=Status.FROZEN)
    thaw = federation.status(1, 1, revision=2, status=Status.OPEN)
    limit = federation.limit(1, 1, revision=3, limit=5)
    books.append(1, freeze, thaw, limit)
    for old in (freeze, thaw, limit):
        assert books.refusal(1, old) is Refusal.REVISION_MISMATCH
    assert books.refusal(1, federation.admit(1, 1)) is Refusal.ACCOUNT_EXISTS


def test_limits_and_statuses_share_one_count(books: Books) -> None:
    federation = books.federation
    books.append(1, federation.limit(1, 1, revision=1, limit=5))
    rival = federation.status(1, 1, revision=1, status=Status.FROZEN)
    assert books.refusal(1, rival) is Refusal.REVISION_MISMATCH


def test_a_limit_applies_from_its_first_to_before_its_last_second(books: Books) -> None:
    change_limit(books, 700, from_=START + 10, until=START + 20, after=30)
    expected = {0: 100_000, 9: 100_000, 10: 700, 19: 700, 20: 30, 10**6: 30}
    assert {delay: spendable(books, START + delay) for delay in expected} == expected


def test_without_a_last_day_a_limit_stays(books: Books) -> None:
    change_limit(books, 700, from_=START + 10)
    assert [spendable(books, START + delay) for delay in (9, 10, 10**9)] == [100_000, 700, 700]


def test_a_new_limit_begins_from_the_one_that_applied(books: Books) -> None:
    change_limit(books, 700, from_=START - 10, until=START + 10, after=30)
    books.now = START + 5
    change_limit(books, 900, from_=START + 20)
    assert [spendable(books, START + delay) for delay in (5, 19, 20)] == [700, 700, 900]
    books.now = START + 15
    change_limit(books, 950, from_=START + 30)
    assert [spendable(books, START + delay) for delay in (15, 20, 29, 30)] == [700, 700, 700, 950]
    books.now = START + 40
    change_limit(books, 0, from_=START + 50)
    assert [spendable(books, START + delay) for delay in (40, 49, 50)] == [950, 950, 0]


def test_a_limit_over_in_the_past_leaves_what_comes_after(books: Books) -> None:
    change_limit(books, 700, from_=5, until=6, after=40)
    assert spendable(books, START) == 40


def test_a_limit_below_the_debt_stops_spending_and_takes_nothing_back(books: Books) -> None:
    books.pay(1, 1, 1, 2, 60_000)
    change_limit(books, 0)
    assert books.balance(1, 1) == -60_000
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.LIMIT_EXCEEDED
    books.pay(1, 2, 1, 1, 60_000)
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.LIMIT_EXCEEDED
    books.pay(1, 3, 1, 1, 5)
    books.pay(1, 1, 1, 2, 5)


@pytest.mark.parametrize("limit", [0, MAX])
def test_limits_reach_from_zero_to_the_largest_amount(books: Books, limit: int) -> None:
    change_limit(books, limit, from_=MAX - 1, until=MAX, after=limit)


def test_a_frozen_account_is_paid_and_does_not_pay(books: Books) -> None:
    books.set_status(1, 1, Status.FROZEN)
    books.pay(1, 2, 1, 1, 50)
    books.pay(2, 1, 1, 1, 50)
    books.anchor_all()
    assert books.balance(1, 1) == 100
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.ACCOUNT_FROZEN
    change_limit(books, 5)
    books.set_status(1, 1, Status.OPEN)
    books.pay(1, 1, 1, 2, 105)


def test_closing_is_final_and_needs_a_balance_of_zero(books: Books) -> None:
    books.pay(1, 1, 1, 2, 1)
    for account in (1, 2):
        close = books.federation.status(1, account, revision=1, status=Status.CLOSED)
        assert books.refusal(1, close) is Refusal.BALANCE_NOT_ZERO
    books.pay(1, 2, 1, 1, 1)
    number = books.set_status(1, 1, Status.CLOSED)
    closed = books.validator.account(1, 1)
    assert closed is not None
    assert (closed.status, closed.closed) == (Status.CLOSED, number)
    for status in Status:
        later = books.federation.status(1, 1, revision=2, status=status)
        assert books.refusal(1, later) is Refusal.ACCOUNT_CLOSED
    limit = books.federation.limit(1, 1, revision=2, limit=1)
    assert books.refusal(1, limit) is Refusal.ACCOUNT_CLOSED
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.ACCOUNT_CLOSED
    assert books.refusal(1, books.next_pay(1, 2, 1, 1, 1)) is Refusal.PAYEE_CLOSED
    assert books.refusal(1, books.federation.admit(1, 1)) is Refusal.ACCOUNT_EXISTS


def test_a_frozen_account_can_be_closed(books: Books) -> None:
    books.set_status(1, 1, Status.FROZEN)
    books.set_status(1, 1, Status.CLOSED)
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.ACCOUNT_CLOSED


def test_one_key_may_have_several_accounts(books: Books) -> None:
    key = signing_key("busy")
    for account in (8, 9):
        books.append(1, books.federation.admit(1, account, key=key))
