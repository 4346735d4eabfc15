"""A coop leaves: PROTOCOL sections 7.6, 7.11 and 7.12, in both validators."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.charter import Standing
from ledger.charter_changes import Leave, Quarantine, Readmit, SetClearingLimit
from ledger.codec import MAX
from ledger.entries import encode_entry
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import MakeValidator, replay_logs
from tests.charter_builders import Union, open_union

LEAVER = 3


@pytest.fixture
def union(make_validator: MakeValidator) -> Union:
    """Three coops, each with the accounts 1 and 2, that know each other's; the third will leave."""
    return settled(make_validator)


def settled(make_validator: MakeValidator = ReferenceValidator) -> Union:
    union = open_union(make_validator)
    for coop in (1, 2, 3):
        union.books.admit(coop, 1, 2)
    for home in (1, 2, 3):
        for other in {1, 2, 3} - {home}:
            union.books.anchor(home, other)
    return union


def leave(union: Union, *logs: int) -> None:
    union.decide(Leave(coop=LEAVER), *logs)


def test_nobody_pays_a_coop_that_has_left(union: Union) -> None:
    leave(union, 1)
    assert union.charter.coops[LEAVER].standing is Standing.LEFT
    pay = union.books.next_pay(1, 1, LEAVER, 1, 10)
    assert union.books.refusal(1, pay) is Refusal.COOP_LEFT
    union.books.pay(2, 1, LEAVER, 1, 10)


def test_it_decides_nothing_any_more(union: Union) -> None:
    leave(union, 1)
    assert [coop.number for coop in union.charter.members()] == [1, 2]


def test_the_last_member_stays_and_may_let_others_go(union: Union) -> None:
    for coop in (1, 2):
        union.decide(Quarantine(coop=coop), 2)
    stays = union.books.refusal(2, union.next(Leave(coop=LEAVER)))
    assert stays is Refusal.CHARTER_QUORUM_IMPOSSIBLE
    assert union.books.refusal(2, union.next(Leave(coop=1))) is None


def test_its_own_log_takes_it_in_last(union: Union) -> None:
    leave(union)
    pay = union.books.next_pay(LEAVER, 1, LEAVER, 2, 10)
    assert union.books.refusal(LEAVER, pay) is Refusal.COOP_LEFT
    admission = union.federation.admit(LEAVER, 9)
    assert union.books.refusal(LEAVER, admission) is Refusal.COOP_LEFT
    assert union.books.refusal(LEAVER, union.books.anchor_bytes(1)) is Refusal.COOP_LEFT
    again = union.next(Quarantine(coop=2))
    assert union.books.refusal(LEAVER, again) is Refusal.COOP_LEFT


def owes_inside(union: Union) -> None:
    union.books.pay(LEAVER, 1, LEAVER, 2, 10)


def has_paid(union: Union) -> None:
    union.books.pay(LEAVER, 1, 1, 1, 10)


def has_been_paid(union: Union) -> None:
    union.books.pay(2, 1, LEAVER, 1, 10)
    union.books.anchor(LEAVER, 2)


def has_to_give_back(union: Union) -> None:
    union.books.set_status(LEAVER, 2, Status.CLOSED)
    union.books.pay(1, 1, LEAVER, 2, 10)
    union.books.anchor(LEAVER, 1)
    union.books.pay(LEAVER, 1, 2, 1, 10)
    union.books.pay(LEAVER, 1, LEAVER, 0, 1)


@pytest.mark.parametrize("unsettled", [owes_inside, has_paid, has_been_paid, has_to_give_back])
def test_its_log_goes_on_until_it_is_settled(
    union: Union, unsettled: Callable[[Union], None]
) -> None:
    unsettled(union)
    leave(union)
    books = union.books
    assert not books.validator.is_settled(LEAVER)
    assert books.refusal(LEAVER, books.next_pay(LEAVER, 1, LEAVER, 0, 10)) is None
    books.anchor(1, LEAVER)
    assert find_violations(books.validator) == []


def test_its_log_ends_with_the_entry_that_settles_it(union: Union) -> None:
    books = union.books
    has_been_paid(union)
    leave(union)
    books.pay(1, 1, 2, 1, 5)
    assert not books.validator.is_settled(LEAVER)
    books.pay(LEAVER, 1, 1, 1, 10)
    assert books.validator.is_settled(LEAVER)
    assert books.refusal(LEAVER, books.anchor_bytes(1)) is Refusal.COOP_LEFT
    assert books.refusal(LEAVER, union.federation.admit(LEAVER, 9)) is Refusal.COOP_LEFT
    books.anchor(1, LEAVER)
    assert books.balance(1, 1) == 5
    assert replay_logs(union.federation, books.logs).digest() == books.validator.digest()


def test_who_leaves_comes_down_to_nothing_and_not_below(union: Union) -> None:
    books = union.books
    has_been_paid(union)
    leave(union)
    for account in (1, 2):
        too_much = books.next_pay(LEAVER, account, 1, 1, 11)
        assert books.refusal(LEAVER, too_much) is Refusal.CLEARING_LIMIT_EXCEEDED
    assert books.refusal(LEAVER, books.next_pay(LEAVER, 2, 1, 1, 10)) is None


def test_who_owes_when_it_leaves_pays_nobody_outside(union: Union) -> None:
    books = union.books
    has_paid(union)
    leave(union)
    books.anchor(1, LEAVER)
    assert books.balance(1, 1) == 10
    more = books.next_pay(LEAVER, 2, 1, 1, 1)
    assert books.refusal(LEAVER, more) is Refusal.CLEARING_LIMIT_EXCEEDED
    books.pay(LEAVER, 2, LEAVER, 1, 4)


def test_what_was_under_way_arrives_until_its_log_ends(union: Union) -> None:
    books = union.books
    owes_inside(union)
    books.pay(2, 1, LEAVER, 1, 7)
    books.pay(1, 2, LEAVER, 1, 3)
    leave(union)
    books.anchor(LEAVER, 2)
    books.pay(LEAVER, 1, 1, 1, 7)
    books.anchor(1, LEAVER)
    assert (books.balance(1, 1), books.balance(1, 2), books.balance(LEAVER, 1)) == (7, -3, -10)
    assert len(books.validator.in_transit(1)) == 1
    books.anchor(LEAVER, 1)
    assert books.balance(LEAVER, 1) == -7


def test_who_leaves_and_goes_on_takes_in_what_is_decided_after_it(union: Union) -> None:
    owes_inside(union)
    leave(union)
    union.decide(SetClearingLimit(coop=1, limit=77), 1, 2, LEAVER)
    assert union.books.validator.charter(LEAVER).coops[1].clearing_limit == 77


def test_its_clearing_limit_is_what_it_is(union: Union) -> None:
    owes_inside(union)
    leave(union)
    raised = union.next(SetClearingLimit(coop=LEAVER, limit=77))
    assert union.books.refusal(1, raised) is Refusal.CHARTER_STANDING_WRONG


def test_who_is_gone_with_a_debt_is_put_in_quarantine_and_can_come_back(union: Union) -> None:
    books = union.books
    has_paid(union)
    leave(union)
    books.anchor(1, LEAVER)
    union.decide(Quarantine(coop=LEAVER))
    assert books.refusal(1, books.next_pay(1, 1, LEAVER, 1, 1)) is Refusal.COOP_QUARANTINED
    abroad = books.next_pay(LEAVER, 1, 1, 1, 1)
    assert books.refusal(LEAVER, abroad) is Refusal.COOP_QUARANTINED
    log, key = books.validator.log(LEAVER), union.charter.coops[LEAVER].node_key
    back = Readmit(coop=LEAVER, key=key, limit=50, length=log.length, head=log.head)
    union.decide(back)
    books.pay(1, 1, LEAVER, 1, 10)
    books.anchor(LEAVER, 1)
    assert books.validator.is_settled(LEAVER)
    books.pay(LEAVER, 1, LEAVER, 2, 5)


def test_what_is_on_its_way_comes_back_when_the_end_is_anchored(union: Union) -> None:
    books = union.books
    first = books.pay(1, 1, LEAVER, 1, 10)
    books.anchor(LEAVER, 1, first)
    books.pay(LEAVER, 1, 1, 1, 10)
    books.anchor(1, LEAVER)
    books.pay(1, 1, LEAVER, 1, 30)
    books.pay(1, 2, LEAVER, 2, 40)
    leave(union)
    assert (books.balance(1, 1), books.balance(1, 2)) == (-30, -40)
    books.anchor(1, LEAVER)
    assert (books.balance(1, 1), books.balance(1, 2)) == (0, 0)
    assert books.validator.in_transit(1) == []
    assert books.validator.log(1).position == 0
    assert find_violations(books.validator) == []
    assert replay_logs(union.federation, books.logs).digest() == books.validator.digest()


def test_it_comes_back_only_with_the_end(union: Union) -> None:
    books = union.books
    books.pay(1, 1, LEAVER, 1, 30)
    leave(union)
    length = books.validator.log(LEAVER).length
    books.admit(1, 5)
    books.append(2, books.anchor_bytes(LEAVER, length - 1))
    assert books.refusal(1, books.anchor_bytes(LEAVER, length - 1)) is None
    assert books.balance(1, 1) == -30
    books.anchor(1, LEAVER)
    assert books.balance(1, 1) == 0


def test_it_comes_back_to_the_commons_where_the_payer_has_closed(union: Union) -> None:
    books = union.books
    books.pay(1, 1, LEAVER, 1, 30)
    books.pay(1, 2, 1, 1, 30)
    books.set_status(1, 1, Status.CLOSED)
    leave(union)
    books.anchor(1, LEAVER)
    assert (books.balance(1, 0), books.balance(1, 1), books.balance(1, 2)) == (30, 0, -30)
    assert books.validator.returnable(1) == []
    assert find_violations(books.validator) == []


def test_what_was_given_back_comes_back_to_the_commons(union: Union) -> None:
    books = union.books
    books.set_status(1, 2, Status.CLOSED)
    number = books.pay(LEAVER, 1, 1, 2, 10)
    books.anchor(1, LEAVER)
    books.append(1, union.federation.give_back(LEAVER, number))
    # Another coop pays what the leaver owes, so that it can end before what was given back arrives.
    books.pay(2, 1, LEAVER, 1, 10)
    books.anchor(LEAVER, 2)
    leave(union)
    books.anchor(1, LEAVER)
    assert books.balance(1, 0) == 10
    assert find_violations(books.validator) == []


def test_the_end_is_an_end_though_nothing_was_on_its_way(union: Union) -> None:
    leave(union)
    union.books.anchor(1, LEAVER)
    union.books.anchor(2, LEAVER)
    assert find_violations(union.books.validator) == []


def test_others_go_on_and_take_the_versions_after_it(union: Union) -> None:
    leave(union)
    union.join_fourth(1, 2, 4)
    union.books.admit(4, 1)
    union.books.anchor(1, 4)
    union.books.pay(1, 1, 4, 1, 10)
    assert find_violations(union.books.validator) == []


@settings(max_examples=25, deadline=None)
@given(
    payments=st.lists(
        st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 500)), max_size=8
    ),
    anchored=st.integers(0, 8),
)
def test_no_amount_is_lost_when_a_coop_leaves(
    payments: list[tuple[int, int, int]], anchored: int
) -> None:
    union = settled()
    books = union.books
    for place, (coop, account, amount) in enumerate(payments):
        books.pay(coop, account, LEAVER, account, amount)
        if place < anchored:
            books.anchor(LEAVER, coop)
            books.pay(LEAVER, account, 3 - coop, account, amount)
    leave(union)
    for coop in (1, 2):
        books.anchor(coop, LEAVER)
    assert books.validator.in_transit(1) + books.validator.in_transit(2) == []
    assert find_violations(books.validator) == []
    totals = [
        sum(account.balance for account in books.validator.accounts(coop)) for coop in (1, 2, 3)
    ]
    assert sum(totals) == 0
    assert totals[2] == 0


def test_judging_the_end_changes_nothing(union: Union) -> None:
    books = union.books
    books.set_status(1, 2, Status.CLOSED)
    books.pay(LEAVER, 1, 1, 2, 10)
    books.anchor(1, LEAVER)
    books.pay(1, 1, LEAVER, 1, 30)
    books.pay(2, 1, LEAVER, 1, 10)
    books.anchor(LEAVER, 2)
    leave(union)
    before = books.validator.snapshot()
    end = encode_entry(books.now, books.anchor_bytes(LEAVER))
    assert len(books.validator.returnable(1)) == 1
    assert books.validator.judge(1, end) is None
    assert books.validator.snapshot() == before
    books.anchor(1, LEAVER)
    assert books.validator.returnable(1) == []
    assert (books.balance(1, 0), books.balance(1, 1)) == (10, 0)
    assert books.validator.log(1).held == 0
    assert find_violations(books.validator) == []


def test_a_balance_has_room_for_what_comes_back(union: Union) -> None:
    books = union.books
    books.admit(1, 7, limit=MAX)
    books.pay(1, 1, LEAVER, 1, 30)
    books.pay(1, 7, 1, 1, MAX)
    books.pay(1, 2, 1, 1, 1)
    leave(union)
    assert books.refusal(1, books.anchor_bytes(LEAVER)) is Refusal.BALANCE_OUT_OF_RANGE
    books.pay(1, 1, 1, 2, 1)
    books.anchor(1, LEAVER)
    assert books.balance(1, 1) == MAX


def test_a_log_that_does_not_know_of_it_waits_with_the_end(union: Union) -> None:
    leave(union, 1, LEAVER)
    assert union.books.refusal(2, union.books.anchor_bytes(LEAVER)) is Refusal.ANCHOR_OF_THE_END
    union.catch_up(2)
    assert union.books.refusal(2, union.books.anchor_bytes(LEAVER)) is None
