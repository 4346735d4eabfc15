"""Memberships end, step by step: who pays what is owed, and that a refusal of each step changes nothing."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codec import MAX
from ledger.entries import encode_entry
from ledger.government.actions import AmendBylaws, DecideLevy, Expel
from ledger.government.articles import Article
from ledger.government.leaving import Waterfall, waterfall
from ledger.government.tally import Outcome
from ledger.refusals import Refusal
from ledger.rules.government.commons import COMMONS_CHAPTER, movements
from ledger.transactions import Kind, Status, Step
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, MakeValidator, RefusedInTest, build_federation, open_books
from tests.government_builders import govern
from tests.guarantee_builders import next_guarantee, pledge_in
from tests.leaving_builders import (
    CLAIM_STANDS,
    CLAIM_TERM,
    claim_in,
    leave,
    settle,
    settlement_in,
    take_step,
)
from tests.ledger.rules.leaving_tables import LEAVING_TABLES, stage_leaving
from tests.ledger.rules.tables import HOME, Table
from tests.ledger.rules.test_order import refusals_of
from tests.recovery_builders import recover, recovery_in
from tests.voting_builders import YES, cast, close, open_vote, proposal_of

MEMBER, PAYEE, FIRST, SECOND, THIRD = range(1, 6)
CEILING = 1_000

tables = pytest.mark.parametrize("table", LEAVING_TABLES, ids=lambda table: str(table.name))


@tables
def test_without_a_fault_it_is_accepted(table: Table, make_validator: MakeValidator) -> None:
    books = stage_leaving(make_validator)
    assert books.validator.judge(HOME, encode_entry(books.now, table.transaction(books))) is None
    before = books.validator.digest()
    books.append(HOME, table.transaction(books))
    assert books.validator.digest() != before


@tables
def test_each_fault_gets_its_refusal(table: Table, make_validator: MakeValidator) -> None:
    books = stage_leaving(make_validator)
    before = books.validator.digest()
    for fault in table.faults:
        found = refusals_of(books, table.transaction(books, fault), books.now)
        assert found == {fault.refusal}, fault
    assert books.validator.digest() == before


@tables
def test_of_two_faults_the_earlier_is_the_refusal(
    table: Table, make_validator: MakeValidator
) -> None:
    books = stage_leaving(make_validator)
    for earlier, later in table.pairs():
        found = refusals_of(books, table.transaction(books, earlier, later), books.now)
        assert found == {earlier.refusal}, (earlier, later)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    return opened(make_validator)


def opened(make_validator: MakeValidator) -> Books:
    """Books of a coop whose commons may owe something."""
    found = open_books(build_federation(seed="ends", coops=1), make_validator)
    found.admit(HOME, *range(1, 6))
    govern(found, HOME, {Article.COMMONS_DEBT: CEILING})
    return found


def owe(books: Books, amount: int, *caps: int) -> None:
    """Let the member owe so much, and members from FIRST on answer for it up to these caps."""
    for guarantor, cap in enumerate(caps, start=FIRST):
        books.append(HOME, next_guarantee(books, guarantor, MEMBER, cap))
    books.pay(HOME, MEMBER, HOME, PAYEE, amount)


def status_of(books: Books, account: int = MEMBER) -> tuple[Status, int, int]:
    found = books.validator.account(HOME, account)
    assert found is not None
    return found.status, found.closed, found.balance


def total(books: Books) -> int:
    accounts = books.validator.accounts(HOME)
    return books.balance(HOME, 0) + sum(account.balance for account in accounts)


def moved(books: Books) -> list[tuple[int, int, int | None, int]]:
    """What the chapter of the commons says of movements: kind, number, account, amount."""
    rows = books.validator.rows(HOME, COMMONS_CHAPTER)
    return [(each.kind, each.number, each.account, each.amount) for each in movements(rows)]


def leaving(books: Books, **elements: object) -> bytes:
    revision = books.account_revision(HOME, MEMBER) + 1
    return leave(books.federation, HOME, MEMBER, **{"revision": revision, **elements})  # type: ignore[arg-type]


# --- leaving ---


@pytest.mark.parametrize(("payee", "held_by"), [(SECOND, SECOND), (None, 0)])
def test_what_a_leaver_has_is_passed_on(books: Books, payee: int | None, held_by: int) -> None:
    books.pay(HOME, PAYEE, HOME, MEMBER, 70)
    (number,) = books.append(HOME, leaving(books, payee=payee))
    assert status_of(books) == (Status.CLOSED, number, 0)
    assert books.balance(HOME, held_by) == 70
    assert moved(books) == ([] if payee else [(Kind.LEAVE, MEMBER, MEMBER, 70)])
    assert settlement_in(books, MEMBER) is None


def test_a_leaver_with_nothing_just_goes(books: Books) -> None:
    (number,) = books.append(HOME, leaving(books))
    assert status_of(books) == (Status.CLOSED, number, 0)
    assert moved(books) == []
    assert books.refusal(HOME, books.next_pay(HOME, PAYEE, HOME, MEMBER, 1)) is Refusal.PAYEE_CLOSED


def test_what_was_signed_before_a_change_of_the_account_is_worth_nothing(books: Books) -> None:
    signed = leaving(books)
    books.set_status(HOME, MEMBER, Status.FROZEN)
    books.set_status(HOME, MEMBER, Status.OPEN)
    assert books.refusal(HOME, signed) is Refusal.REVISION_MISMATCH


def test_who_owes_leaves_with_stewards_and_others_pay(books: Books) -> None:
    owe(books, 100, 30, 40)
    assert books.refusal(HOME, leaving(books, debt=100)) is Refusal.STEWARDS_TOO_FEW
    (number,) = books.append(HOME, leaving(books, debt=100, stewards=None))
    assert status_of(books) == (Status.CLOSED, number, 0)
    assert [books.balance(HOME, each) for each in (0, FIRST, SECOND)] == [-30, -30, -40]
    assert moved(books) == [(Kind.LEAVE, MEMBER, MEMBER, -30)]
    found = settlement_in(books, MEMBER)
    assert found is not None
    assert (found.number, found.time) == (number, books.now)
    assert found.paid == Waterfall(debt=100, shares=((FIRST, 30), (SECOND, 40)), commons=30)


def test_what_was_signed_settles_no_more_than_it_says(books: Books) -> None:
    """Else a signature that stewards gave about little would be one for whatever is spent after it."""
    owe(books, 100)
    signed = leaving(books, debt=100, stewards=None)
    books.pay(HOME, MEMBER, HOME, PAYEE, 1)
    before = books.validator.digest()
    assert books.refusal(HOME, signed) is Refusal.DEBT_ABOVE_AGREED
    assert books.refusal(HOME, leaving(books, debt=101)) is Refusal.STEWARDS_TOO_FEW
    assert books.validator.digest() == before
    books.pay(HOME, PAYEE, HOME, MEMBER, 31)
    books.append(HOME, signed)
    assert books.balance(HOME, 0) == -70


def test_who_came_to_owe_after_signing_stays(books: Books) -> None:
    signed = leaving(books)
    books.pay(HOME, MEMBER, HOME, PAYEE, 1)
    assert books.refusal(HOME, signed) is Refusal.DEBT_ABOVE_AGREED
    books.pay(HOME, PAYEE, HOME, MEMBER, 1)
    books.append(HOME, signed)


def test_who_paid_after_signing_a_debt_leaves_alone(books: Books) -> None:
    owe(books, 100)
    signed = leaving(books, debt=100)
    books.pay(HOME, PAYEE, HOME, MEMBER, 100)
    books.append(HOME, signed)
    assert status_of(books)[0] is Status.CLOSED


def test_guarantors_pay_in_proportion_and_have_room_again(books: Books) -> None:
    owe(books, 100, 200, 100)
    books.append(HOME, leaving(books, debt=100, stewards=None))
    assert [books.balance(HOME, each) for each in (0, FIRST, SECOND)] == [0, -67, -33]
    assert moved(books) == []
    assert pledge_in(books, FIRST, MEMBER).cap == 0
    # Nothing is pledged any more: all of the limit can be spent, but for what was paid.
    books.pay(HOME, FIRST, HOME, PAYEE, 100_000 - 67)


def test_a_guarantor_who_is_needed_stays(books: Books) -> None:
    owe(books, 100, 60, 60)
    quit_ = leave(books.federation, HOME, FIRST)
    assert books.refusal(HOME, quit_) is Refusal.LEAVE_WITH_PLEDGES
    books.append(HOME, next_guarantee(books, THIRD, MEMBER, 40))
    books.append(HOME, quit_)
    assert pledge_in(books, FIRST, MEMBER).cap == 0


def test_stewards_close_no_guarantor_who_is_needed(books: Books) -> None:
    owe(books, 100, 60, 60)
    closing = books.federation.status(HOME, FIRST, revision=1, status=Status.CLOSED)
    assert books.refusal(HOME, closing) is Refusal.LEAVE_WITH_PLEDGES
    books.set_status(HOME, FIRST, Status.FROZEN)
    books.set_status(HOME, FIRST, Status.OPEN)
    books.append(HOME, leaving(books, debt=100, stewards=None))
    books.pay(HOME, PAYEE, HOME, FIRST, 50)
    books.set_status(HOME, FIRST, Status.CLOSED)


def test_a_vote_frees_no_guarantor_who_is_needed(books: Books) -> None:
    """Neither who answers for a debt when it is proposed, nor who does when it would be carried out."""
    number = open_vote(books, action=Expel(account=FIRST, payee=None), about=(FIRST,))
    cast(books, number, (PAYEE, YES))
    owe(books, 100, 60, 60)
    before = [pledge_in(books, each, MEMBER) for each in (FIRST, SECOND)]
    close(books, number)
    found = proposal_of(books, number)
    assert (found.outcome, found.against) == (Outcome.IMPOSSIBLE, Refusal.LEAVE_WITH_PLEDGES)
    assert [pledge_in(books, each, MEMBER) for each in (FIRST, SECOND)] == before
    assert status_of(books, FIRST) == (Status.OPEN, 0, 0)


def test_the_commons_pays_up_to_its_ceiling(books: Books) -> None:
    owe(books, CEILING + 10, 10)
    before = leaving(books, debt=CEILING + 11, stewards=None)
    books.pay(HOME, MEMBER, HOME, PAYEE, 1)
    assert books.refusal(HOME, before) is Refusal.COMMONS_DEBT_CEILING
    books.pay(HOME, PAYEE, HOME, 0, 1)
    books.append(HOME, before)
    assert books.balance(HOME, 0) == -CEILING


def test_guarantors_who_pay_all_need_no_commons(books: Books) -> None:
    """A commons that is below its ceiling, since that was lowered, pays nothing here."""
    owe(books, 50, 50)
    other = leave(books.federation, HOME, THIRD, debt=100, stewards=None)
    books.pay(HOME, THIRD, HOME, PAYEE, 100)
    books.append(HOME, other)
    number = open_vote(books, action=AmendBylaws(articles=((Article.COMMONS_DEBT.value, 0),)))
    cast(books, number, (PAYEE, YES))
    close(books, number)
    books.append(HOME, leaving(books, debt=50, stewards=None))
    assert books.balance(HOME, 0) == -100


def test_no_guarantor_comes_below_what_a_balance_can_be(books: Books) -> None:
    """Only a levy can bring a guarantor so far down."""
    rich, debtor = 8, 9
    books.admit(HOME, rich, debtor, 10, limit=MAX)
    cap = MAX // 20
    books.pay(HOME, rich, HOME, 10, MAX - cap)
    books.append(HOME, next_guarantee(books, rich, debtor, cap))
    books.pay(HOME, debtor, HOME, PAYEE, cap)
    number = open_vote(books, action=DecideLevy(positive=0, negative=50_000))
    cast(books, number, (PAYEE, YES))
    close(books, number)
    quit_ = leave(books.federation, HOME, debtor, debt=MAX, stewards=None)
    assert books.refusal(HOME, quit_) is Refusal.BALANCE_OUT_OF_RANGE


# --- claims ---


def test_a_debt_is_settled_after_a_claim_and_its_term(books: Books) -> None:
    owe(books, 100, 30)
    number = take_step(books, MEMBER, Step.CLAIM)
    claim = claim_in(books, MEMBER)
    assert claim is not None
    assert (claim.number, claim.time) == (number, books.now)
    end = settle(books.federation, HOME, MEMBER, Step.SETTLE, revision=2)
    books.now += CLAIM_TERM - 1
    assert books.refusal(HOME, end) is Refusal.SETTLEMENT_EARLY
    books.pay(HOME, MEMBER, HOME, PAYEE, 5)  # a claim freezes nobody
    books.now += 1
    (number,) = books.append(HOME, end)
    assert status_of(books) == (Status.CLOSED, number, 0)
    assert [books.balance(HOME, each) for each in (0, FIRST)] == [-75, -30]
    assert moved(books) == [(Kind.SETTLE, MEMBER, MEMBER, -75)]
    assert claim_in(books, MEMBER) is None


def test_who_has_paid_by_the_end_of_the_term_stays(books: Books) -> None:
    owe(books, 100)
    take_step(books, MEMBER, Step.CLAIM)
    books.pay(HOME, PAYEE, HOME, MEMBER, 100)
    books.now += CLAIM_TERM
    end = settle(books.federation, HOME, MEMBER, Step.SETTLE, revision=2)
    assert books.refusal(HOME, end) is Refusal.NOTHING_OWED
    take_step(books, MEMBER, Step.WITHDRAW)
    assert claim_in(books, MEMBER) is None
    assert status_of(books)[0] is Status.OPEN


def test_a_claim_goes_with_the_debt_that_it_is_about(books: Books) -> None:
    """Else whoever owes again could be settled at once. While it is owed, stewards alone give it up."""
    owe(books, 100)
    take_step(books, MEMBER, Step.CLAIM)
    paid = settle(books.federation, HOME, MEMBER, Step.WITHDRAW, revision=2, stewards=())
    books.pay(HOME, PAYEE, HOME, MEMBER, 99)
    assert books.refusal(HOME, paid) is Refusal.STEWARDS_TOO_FEW
    books.pay(HOME, PAYEE, HOME, MEMBER, 1)
    before = status_of(books)
    books.append(HOME, paid)
    assert claim_in(books, MEMBER) is None
    assert status_of(books) == before
    books.pay(HOME, MEMBER, HOME, PAYEE, 1)
    books.now += CLAIM_TERM
    end = settle(books.federation, HOME, MEMBER, Step.SETTLE, revision=2)
    assert books.refusal(HOME, end) is Refusal.CLAIM_UNKNOWN


def test_what_a_member_signed_stays_good_when_a_paid_claim_goes(books: Books) -> None:
    owe(books, 100)
    take_step(books, MEMBER, Step.CLAIM)
    books.pay(HOME, PAYEE, HOME, MEMBER, 100)
    signed = leaving(books)
    books.append(
        HOME, settle(books.federation, HOME, MEMBER, Step.WITHDRAW, revision=2, stewards=())
    )
    books.append(HOME, signed)
    assert status_of(books)[0] is Status.CLOSED


def test_nobody_takes_away_a_debt_s_claim_unsigned_in_the_name_of_stewards(books: Books) -> None:
    """An empty list is nobody's word; a list that is not empty has to be enough."""
    owe(books, 100)
    take_step(books, MEMBER, Step.CLAIM)
    books.pay(HOME, PAYEE, HOME, MEMBER, 100)
    one = settle(books.federation, HOME, MEMBER, Step.WITHDRAW, revision=2, stewards=(0,))
    assert books.refusal(HOME, one) is Refusal.STEWARDS_TOO_FEW


def test_an_old_claim_is_worth_nothing_and_can_be_made_again(books: Books) -> None:
    owe(books, 100)
    take_step(books, MEMBER, Step.CLAIM)
    end = settle(books.federation, HOME, MEMBER, Step.SETTLE, revision=2)
    books.now += CLAIM_TERM + CLAIM_STANDS - 1
    claim = settle(books.federation, HOME, MEMBER, Step.CLAIM, revision=2)
    assert books.refusal(HOME, claim) is Refusal.CLAIM_STANDS
    books.now += 1
    assert books.refusal(HOME, end) is Refusal.CLAIM_UNKNOWN
    books.append(HOME, claim)
    found = claim_in(books, MEMBER)
    assert found is not None
    assert found.time == books.now


def test_a_claim_goes_with_the_account(books: Books) -> None:
    owe(books, 100)
    take_step(books, MEMBER, Step.CLAIM)
    books.pay(HOME, PAYEE, HOME, MEMBER, 100)
    books.set_status(HOME, MEMBER, Status.CLOSED)
    assert claim_in(books, MEMBER) is None


def test_a_recovery_hinders_no_settlement_and_ends_with_it(books: Books) -> None:
    owe(books, 100)
    take_step(books, MEMBER, Step.CLAIM)
    books.now += CLAIM_TERM
    books.append(HOME, recover(books.federation, HOME, MEMBER))
    take_step(books, MEMBER, Step.SETTLE)
    assert recovery_in(books, MEMBER) is None


# --- expulsion ---


def expelled(books: Books, payee: int | None = None) -> None:
    number = open_vote(books, action=Expel(account=MEMBER, payee=payee), about=(MEMBER,))
    cast(books, number, (PAYEE, YES))
    close(books, number)


def test_who_owes_is_expelled_and_others_pay(books: Books) -> None:
    owe(books, 100, 70)
    expelled(books)
    assert status_of(books)[0] is Status.CLOSED
    assert [books.balance(HOME, each) for each in (0, FIRST)] == [-30, -70]
    assert moved(books) == [(Kind.ENACT, 1, MEMBER, -30)]
    assert settlement_in(books, MEMBER) is not None


def test_nobody_stays_by_coming_to_owe_before_the_vote_closes(books: Books) -> None:
    number = open_vote(books, action=Expel(account=MEMBER, payee=SECOND), about=(MEMBER,))
    cast(books, number, (PAYEE, YES))
    owe(books, 100)
    close(books, number)
    assert status_of(books)[0] is Status.CLOSED
    assert [books.balance(HOME, each) for each in (0, SECOND)] == [-100, 0]


def test_who_left_is_admitted_again_under_another_number_and_name(books: Books) -> None:
    federation = books.federation
    books.append(HOME, leaving(books))
    again = federation.admit(HOME, MEMBER)
    assert books.refusal(HOME, again) is Refusal.ACCOUNT_EXISTS
    same_name = federation.admit(HOME, 50, handle=f"member{MEMBER}")
    assert books.refusal(HOME, same_name) is Refusal.HANDLE_TAKEN
    books.append(HOME, federation.admit(HOME, 50))
    assert status_of(books, 50)[0] is Status.OPEN


# --- whatever happens, nothing is lost ---


CLOSINGS: dict[str, Callable[[Books], object]] = {
    "leave": lambda books: books.offer(HOME, leaving(books)),
    "leave with stewards": lambda books: books.offer(
        HOME, leaving(books, debt=2_500, stewards=None)
    ),
    "leave for somebody": lambda books: books.offer(HOME, leaving(books, payee=SECOND)),
    "expel": lambda books: _expelled_if_possible(books),
    "settle": lambda books: _claimed(books),
}


def _expelled_if_possible(books: Books) -> None:
    with suppress(RefusedInTest):
        expelled(books)


def _claimed(books: Books) -> None:
    for step in (Step.CLAIM, Step.SETTLE):
        revision = books.account_revision(HOME, MEMBER) + 1
        books.offer(HOME, settle(books.federation, HOME, MEMBER, step, revision=revision))
        books.now += CLAIM_TERM


@given(
    balance=st.integers(-2_500, 300),
    caps=st.lists(st.integers(0, 900), max_size=3),
    how=st.sampled_from(sorted(CLOSINGS)),
)
def test_no_closing_makes_or_loses_anything(balance: int, caps: list[int], how: str) -> None:
    books = opened(ReferenceValidator)
    for guarantor, cap in enumerate(caps, start=FIRST):
        if cap:
            books.append(HOME, next_guarantee(books, guarantor, MEMBER, cap))
    if balance < 0:
        books.pay(HOME, MEMBER, HOME, PAYEE, -balance)
    if balance > 0:
        books.pay(HOME, PAYEE, HOME, MEMBER, balance)
    before = {number: books.balance(HOME, number) for number in range(FIRST, FIRST + len(caps))}
    CLOSINGS[how](books)
    assert total(books) == 0
    assert books.balance(HOME, 0) >= -CEILING
    status, _, left = status_of(books)
    assert left == (0 if status is Status.CLOSED else balance)
    for (guarantor, had), cap in zip(before.items(), caps, strict=True):
        assert books.balance(HOME, guarantor) >= had - cap
        if status is Status.CLOSED:
            assert pledge_in(books, guarantor, MEMBER).cap == 0


@given(
    debt=st.integers(1, MAX),
    caps=st.dictionaries(st.integers(1, 50), st.integers(0, MAX // 16), max_size=16),
)
def test_a_waterfall_is_the_whole_debt_and_nobody_pays_beyond_a_cap(
    debt: int, caps: dict[int, int]
) -> None:
    paid = waterfall(debt, caps)
    assert sum(share for _, share in paid.shares) + paid.commons == debt
    assert all(0 < share <= caps[number] for number, share in paid.shares)
    assert paid.commons == max(0, debt - sum(caps.values()))
    assert [number for number, _ in paid.shares] == sorted(number for number, _ in paid.shares)
