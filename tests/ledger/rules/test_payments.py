"""What payments and returns do, and where their bounds lie."""

from typing import Any

import pytest

from ledger.codec import MAX
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.state import Returnable, Transit
from ledger.transactions import Status
from tests.builders import (
    START,
    Books,
    MakeValidator,
    books_with_members,
    build_federation,
    open_books,
    replay_logs,
    signing_key,
)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    return books_with_members(build_federation(seed="payments"), make_validator=make_validator)


def balances(books: Books, coop: int) -> dict[int, int]:
    """Of the commons and all accounts."""
    accounts = {account.number: account.balance for account in books.validator.accounts(coop)}
    return {0: books.validator.log(coop).commons, **accounts}


def test_a_local_payment_moves_amount_and_fee_at_once(books: Books) -> None:
    books.pay(1, 1, 1, 2, 1_000, fee=10)
    assert balances(books, 1) == {0: 10, 1: -1_010, 2: 1_000, 3: 0}
    assert books.validator.log(1).position == 0
    assert not books.validator.in_transit(1)


def test_a_payment_to_the_commons_may_bear_a_fee(books: Books) -> None:
    books.pay(1, 1, 1, 0, 1_000, fee=1_000)
    assert balances(books, 1) == {0: 2_000, 1: -2_000, 2: 0, 3: 0}


def test_a_payment_abroad_is_in_transit_until_it_is_anchored(books: Books) -> None:
    number = books.pay(1, 1, 2, 3, 700, fee=7)
    item = Transit(payee_coop=2, number=number, payee=3, amount=700, payer=1, is_return=False)
    assert books.validator.in_transit(1) == [item]
    assert books.validator.credits_waiting(home=2, other=1) == number
    assert books.validator.log(1).position == -700
    assert balances(books, 1) == {0: 7, 1: -707, 2: 0, 3: 0}
    assert balances(books, 2)[3] == 0
    books.anchor(2, 1)
    assert not books.validator.in_transit(1)
    assert books.validator.credits_waiting(home=2, other=1) == 0
    assert balances(books, 2)[3] == 700
    assert books.validator.log(2).position == 700
    assert not find_violations(books.validator)


def test_the_commons_of_another_coop_needs_no_anchor(make_validator: MakeValidator) -> None:
    books = open_books(build_federation(), make_validator)
    books.admit(1, 1)
    books.pay(1, 1, 2, 0, 5)
    books.anchor_all()
    assert balances(books, 2) == {0: 5}


def test_what_was_received_can_be_spent_in_the_entry_after(books: Books) -> None:
    books.append(2, books.federation.limit(2, 1, revision=1, limit=0))
    books.pay(1, 1, 2, 1, 300)
    spend = books.next_pay(2, 1, 3, 1, 300)
    assert books.refusal(2, spend) is Refusal.LIMIT_EXCEEDED
    books.append(2, books.anchor_bytes(1), spend)
    assert balances(books, 2)[1] == 0


def test_the_limit_is_reached_to_the_cent_with_the_fee(books: Books) -> None:
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 99_991, fee=10)) is Refusal.LIMIT_EXCEEDED
    books.pay(1, 1, 1, 2, 99_990, fee=10)
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.LIMIT_EXCEEDED
    books.pay(1, 2, 1, 1, 1)
    books.pay(1, 1, 1, 2, 1)


def test_the_clearing_limit_is_reached_to_the_cent(make_validator: MakeValidator) -> None:
    federation = build_federation(clearing_limit=1_000)
    books = books_with_members(federation, make_validator=make_validator)
    books.pay(1, 1, 2, 1, 600, fee=50)  # the fee stays at home and does not count
    over = books.next_pay(1, 2, 3, 1, 401)
    assert books.refusal(1, over) is Refusal.CLEARING_LIMIT_EXCEEDED
    books.pay(1, 2, 3, 1, 400)
    assert books.refusal(1, books.next_pay(1, 3, 2, 0, 1)) is Refusal.CLEARING_LIMIT_EXCEEDED
    books.pay(1, 3, 1, 1, 5_000)  # at home nothing is cleared
    books.anchor_all()
    books.pay(2, 1, 1, 1, 100)
    assert books.refusal(1, books.next_pay(1, 3, 2, 1, 1)) is Refusal.CLEARING_LIMIT_EXCEEDED
    books.anchor(1, 2)
    books.pay(1, 3, 2, 1, 100)
    assert not find_violations(books.validator)


def test_a_sequence_has_no_gaps_and_no_repeats(books: Books) -> None:
    first = books.next_pay(1, 1, 1, 2, 10)
    books.append(1, first)
    assert books.refusal(1, first) is Refusal.SEQUENCE_USED
    other_bytes = books.federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=11)
    assert books.refusal(1, other_bytes) is Refusal.SEQUENCE_USED
    gap = books.federation.pay(1, payer=1, sequence=3, payee_coop=1, payee=2, amount=10)
    assert books.refusal(1, gap) is Refusal.SEQUENCE_GAP


def test_two_wallets_of_one_account_race_and_one_wins(books: Books) -> None:
    rivals = [
        books.federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=amount)
        for amount in (10, 20)
    ]
    outcomes = books.offer(1, *rivals)
    assert outcomes[0] > 0
    assert outcomes[1] == -Refusal.SEQUENCE_USED.value
    assert balances(books, 1)[2] == 10


def test_a_payment_is_for_one_federation_one_coop_and_one_payer(books: Books) -> None:
    """The same key may have accounts elsewhere; a signature made for one is not good for another."""
    key = books.federation.member_key(1, 1)
    elsewhere = build_federation(seed="another federation")
    details: dict[str, Any] = {"sequence": 1, "payee_coop": 1, "payee": 2, "amount": 10}
    other_federation = elsewhere.pay(1, payer=1, **details, signed_by=key)
    assert books.refusal(1, other_federation) is Refusal.SIGNATURE_INVALID
    books.append(2, books.federation.admit(2, 9, key=key, handle="twin"))
    books.append(1, books.federation.admit(1, 9, key=key, handle="twin"))
    for_coop_2 = books.federation.pay(2, payer=9, **details, signed_by=key)
    assert books.refusal(1, for_coop_2) is Refusal.SIGNATURE_INVALID
    books.append(1, books.federation.pay(1, payer=9, **details, signed_by=key))


@pytest.mark.parametrize("bit", range(0, 8 * 76, 5))
def test_a_change_of_any_bit_of_a_payment_is_refused(books: Books, bit: int) -> None:
    payment = bytearray(books.next_pay(1, 1, 2, 2, 1_000))
    assert len(payment) == 78
    payment[bit // 8] ^= 1 << bit % 8
    assert books.refusal(1, bytes(payment)) is not None


def test_a_stranger_signs_for_nobody(books: Books) -> None:
    details: dict[str, Any] = {"sequence": 1, "payee_coop": 1, "payee": 2, "amount": 10}
    for key in (signing_key("stranger"), books.federation.member_key(1, 2)):
        stolen = books.federation.pay(1, payer=1, **details, signed_by=key)
        assert books.refusal(1, stolen) is Refusal.SIGNATURE_INVALID


@pytest.mark.parametrize("status", [Status.FROZEN, Status.CLOSED])
def test_a_payment_to_another_coop_goes_by_what_was_anchored(books: Books, status: Status) -> None:
    books.set_status(2, 2, status)
    books.pay(1, 1, 2, 2, 10)  # coop 1 can't know yet
    books.anchor(1, 2)
    found = books.refusal(1, books.next_pay(1, 1, 2, 2, 10))
    assert found is (Refusal.PAYEE_CLOSED if status is Status.CLOSED else None)


def test_an_account_can_be_paid_from_the_anchor_of_its_admission_on(books: Books) -> None:
    books.admit(2, 9)
    books.anchor(1, 2, len(books.logs[2]) - 1)
    assert books.refusal(1, books.next_pay(1, 1, 2, 9, 10)) is Refusal.PAYEE_UNKNOWN
    books.anchor(1, 2)
    books.pay(1, 1, 2, 9, 10)
    books.anchor_all()
    assert balances(books, 2)[9] == 10


def closed_payee(books: Books, amount: int = 500) -> int:
    """Coop 1 pays account 2 of coop 2, which closes before it is delivered; the index."""
    number = books.pay(1, 1, 2, 2, amount)
    books.set_status(2, 2, Status.CLOSED)
    books.anchor(2, 1)
    return number


def test_a_payment_to_an_account_that_closed_is_held_and_returned(books: Books) -> None:
    number = closed_payee(books)
    log = books.validator.log(2)
    assert (log.commons, log.held, log.position) == (500, 500, 500)
    assert balances(books, 2)[2] == 0
    back = Returnable(coop=1, number=number, account=1, amount=500)
    assert books.validator.returnable(2) == [back]
    returned = books.append(2, books.federation.give_back(1, number))[0]
    log = books.validator.log(2)
    assert (log.commons, log.held, log.position) == (0, 0, 0)
    item = Transit(payee_coop=1, number=returned, payee=1, amount=500, payer=0, is_return=True)
    assert books.validator.in_transit(2) == [item]
    assert books.refusal(2, books.federation.give_back(1, number)) is Refusal.RETURN_UNKNOWN
    books.anchor_all()
    assert balances(books, 1)[1] == 0
    assert not find_violations(books.validator)


def test_what_is_held_can_not_be_spent_abroad(make_validator: MakeValidator) -> None:
    federation = build_federation(clearing_limit=1_000)
    books = books_with_members(federation, make_validator=make_validator)
    number = closed_payee(books, 400)
    over = books.next_pay(2, 1, 3, 1, 1_001)
    assert books.refusal(2, over) is Refusal.CLEARING_LIMIT_EXCEEDED
    books.pay(2, 1, 3, 1, 1_000)
    books.append(2, federation.give_back(1, number))  # never stopped by the clearing limit
    assert books.validator.log(2).position == -1_000
    assert not find_violations(books.validator)


def test_a_return_to_an_account_that_closed_stays_with_its_commons(books: Books) -> None:
    number = closed_payee(books)
    books.pay(1, 2, 1, 1, 500)
    books.set_status(1, 1, Status.CLOSED)
    returned = books.append(2, books.federation.give_back(1, number))[0]
    books.anchor_all()
    log = books.validator.log(1)
    assert (log.commons, log.held, log.position) == (500, 0, 0)
    assert not books.validator.returnable(1)
    assert books.refusal(1, books.federation.give_back(2, returned)) is Refusal.RETURN_UNKNOWN
    assert not find_violations(books.validator)


def test_a_returned_payment_to_a_frozen_account_is_credited(books: Books) -> None:
    number = closed_payee(books)
    books.set_status(1, 1, Status.FROZEN)
    books.append(2, books.federation.give_back(1, number))
    books.anchor_all()
    assert balances(books, 1)[1] == 0


def test_no_local_balance_passes_the_largest_amount(make_validator: MakeValidator) -> None:
    books = books_with_members(limit=MAX, make_validator=make_validator)
    books.pay(1, 1, 1, 2, MAX - 1)
    assert books.refusal(1, books.next_pay(1, 3, 1, 2, 2)) is Refusal.BALANCE_OUT_OF_RANGE
    books.pay(1, 3, 1, 2, 1)
    assert books.refusal(1, books.next_pay(1, 3, 1, 2, 1)) is Refusal.BALANCE_OUT_OF_RANGE
    assert books.refusal(1, books.next_pay(1, 1, 1, 3, 2)) is Refusal.LIMIT_EXCEEDED
    books.pay(1, 1, 1, 3, 1)
    assert balances(books, 1) == {0: 0, 1: -MAX, 2: MAX, 3: 0}
    assert not find_violations(books.validator)


def test_a_federation_of_one_coop(make_validator: MakeValidator) -> None:
    federation = build_federation(coops=1, clearing_limit=0)
    books = books_with_members(federation, make_validator=make_validator)
    for _ in range(5):
        books.pay(1, 1, 1, 2, 100)
    assert books.refusal(1, books.next_pay(1, 1, 2, 1, 1)) is Refusal.COOP_UNKNOWN
    assert books.refusal(1, books.anchor_bytes(1)) is Refusal.ANCHOR_OF_SELF
    length = len(books.logs[1])
    assert books.validator.head_at(1, length) == books.head(1, length)
    assert replay_logs(federation, books.logs, make_validator).digest() == books.validator.digest()


def test_time_is_raised_to_that_of_the_entry_before(books: Books) -> None:
    books.now = START + 100
    books.pay(1, 1, 1, 2, 10)
    books.now = START
    books.pay(1, 1, 1, 2, 10)
    assert books.validator.log(1).time == START + 100
    assert books.logs[1][-1][:6] == books.logs[1][-2][:6]
