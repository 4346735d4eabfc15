"""Keys that are replaced and recovered, step by step; and that a refusal of each step changes nothing."""

import pytest

from ledger.codec import decode, encode
from ledger.entries import encode_entry
from ledger.government.actions import DecideRecovery, DecideStatus, Expel
from ledger.government.articles import Article
from ledger.government.recovery import FORMER_KEYS_CHAPTER
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from ledger.transactions import Status
from tests.builders import Books, MakeValidator, build_federation, open_books
from tests.government_builders import govern
from tests.ledger.rules.recovery_tables import RECOVERY_TABLES, stage_keys
from tests.ledger.rules.tables import HOME, Table
from tests.ledger.rules.test_order import refusals_of
from tests.recovery_builders import (
    DAY,
    OBJECTION_TERM,
    STEWARDS_WAIT,
    WAIT,
    guardian_list,
    name_guardians,
    new_key,
    object_to,
    recover,
    recovery_in,
    rekey,
    restore,
)
from tests.voting_builders import NO, YES, cast, close, open_vote, vote

MEMBER, PAYEE, FIRST, SECOND, THIRD = range(1, 6)

tables = pytest.mark.parametrize("table", RECOVERY_TABLES, ids=lambda table: str(table.name))


@tables
def test_without_a_fault_it_is_accepted(table: Table, make_validator: MakeValidator) -> None:
    books = stage_keys(make_validator)
    assert books.validator.judge(HOME, encode_entry(books.now, table.transaction(books))) is None
    before = books.validator.digest()
    books.append(HOME, table.transaction(books))
    assert books.validator.digest() != before


@tables
def test_each_fault_gets_its_refusal(table: Table, make_validator: MakeValidator) -> None:
    books = stage_keys(make_validator)
    before = books.validator.digest()
    for fault in table.faults:
        found = refusals_of(books, table.transaction(books, fault), books.now)
        assert found == {fault.refusal}, fault
    assert books.validator.digest() == before


@tables
def test_of_two_faults_the_earlier_is_the_refusal(
    table: Table, make_validator: MakeValidator
) -> None:
    books = stage_keys(make_validator)
    for earlier, later in table.pairs():
        found = refusals_of(books, table.transaction(books, earlier, later), books.now)
        assert found == {earlier.refusal}, (earlier, later)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    found = open_books(build_federation(seed="recovery", coops=1), make_validator)
    found.admit(HOME, *range(1, 6))
    return found


def key_of(books: Books, account: int = MEMBER) -> bytes:
    found = books.validator.account(HOME, account)
    assert found is not None
    return found.key


def status_of(books: Books, account: int = MEMBER) -> Status:
    found = books.validator.account(HOME, account)
    assert found is not None
    return found.status


def pays(books: Books, key: SigningKey) -> Refusal | None:
    """What stands against the member's next payment with that key."""
    account = books.validator.account(HOME, MEMBER)
    assert account is not None
    payment = books.federation.pay(
        HOME,
        payer=MEMBER,
        sequence=account.next_sequence,
        payee_coop=HOME,
        payee=PAYEE,
        amount=1,
        signed_by=key,
    )
    return books.refusal(HOME, payment)


def begin(books: Books, **elements: object) -> None:
    books.append(HOME, recover(books.federation, HOME, MEMBER, **elements))  # type: ignore[arg-type]


def test_the_new_key_pays_and_the_old_one_does_not(books: Books) -> None:
    old, new = books.federation.member_key(HOME, MEMBER), new_key(MEMBER)
    assert pays(books, old) is None
    payment = books.next_pay(HOME, MEMBER, HOME, PAYEE, 5)
    books.append(HOME, rekey(books.federation, HOME, MEMBER))
    assert books.refusal(HOME, payment) is Refusal.SIGNATURE_INVALID
    assert pays(books, new) is None
    assert pays(books, old) is Refusal.SIGNATURE_INVALID
    assert key_of(books) == new.public_key


def test_payments_around_a_change_of_key_fit_one_batch(
    books: Books, make_validator: MakeValidator
) -> None:
    federation, new = books.federation, new_key(MEMBER)
    pay = [
        federation.pay(
            HOME,
            payer=MEMBER,
            sequence=sequence,
            payee_coop=HOME,
            payee=PAYEE,
            amount=1,
            signed_by=key,
        )
        for sequence, key in ((1, None), (2, new), (2, None))
    ]
    outcomes = books.offer(HOME, pay[0], rekey(federation, HOME, MEMBER), pay[2], pay[1])
    assert [outcome > 0 for outcome in outcomes] == [True, True, False, True]
    fresh = make_validator(federation.founding)
    done = fresh.replay(HOME, b"".join(books.logs[HOME]))
    assert done.refusal is None
    assert fresh.digest() == books.validator.digest()


def test_the_earlier_key_is_found_for_old_payments(books: Books) -> None:
    old = books.federation.member_key(HOME, MEMBER)
    (number,) = books.append(HOME, rekey(books.federation, HOME, MEMBER))
    rows = books.validator.rows(HOME, FORMER_KEYS_CHAPTER)
    assert [(decode(key), decode(value)) for key, value in rows] == [
        ([MEMBER, number], old.public_key)
    ]


def test_a_rekey_is_good_once_even_for_a_key_that_comes_back(books: Books) -> None:
    federation, old, new = books.federation, books.federation.member_key(HOME, 1), new_key(MEMBER)
    there = rekey(federation, HOME, MEMBER)
    books.append(HOME, there)
    books.append(HOME, rekey(federation, HOME, MEMBER, revision=2, key=old, signed_by=new))
    assert books.refusal(HOME, there) is Refusal.REVISION_MISMATCH


def test_stewards_recover_an_account_after_their_wait(books: Books) -> None:
    old, new = books.federation.member_key(HOME, MEMBER), new_key(MEMBER)
    begin(books)
    assert status_of(books) is Status.FROZEN
    assert pays(books, old) is Refusal.ACCOUNT_FROZEN
    books.pay(HOME, PAYEE, HOME, MEMBER, 7)  # it still receives
    books.now += STEWARDS_WAIT - 1
    assert books.refusal(HOME, restore(MEMBER)) is Refusal.RESTORE_EARLY
    books.now += 1
    books.append(HOME, restore(MEMBER))
    assert (key_of(books), status_of(books)) == (new.public_key, Status.OPEN)
    assert pays(books, old) is Refusal.SIGNATURE_INVALID
    assert pays(books, new) is None
    assert books.refusal(HOME, restore(MEMBER)) is Refusal.RECOVERY_UNKNOWN
    assert recovery_in(books, MEMBER) is None


def test_guardians_recover_an_account_after_the_wait_that_its_owner_chose(books: Books) -> None:
    federation = books.federation
    named = name_guardians(federation, HOME, MEMBER, FIRST, SECOND, THIRD, wait=9 * DAY)
    books.append(HOME, named)
    by_guardians = recover(
        federation,
        HOME,
        MEMBER,
        guardians=guardian_list(FIRST, SECOND, THIRD),
        members=(FIRST, THIRD),
    )
    books.now += WAIT - 1
    assert books.refusal(HOME, by_guardians) is Refusal.GUARDIANS_WRONG
    books.now += 1
    books.append(HOME, by_guardians)
    books.now += 9 * DAY - 1
    assert books.refusal(HOME, restore(MEMBER)) is Refusal.RESTORE_EARLY
    books.now += 1
    books.append(HOME, restore(MEMBER))
    assert key_of(books) == new_key(MEMBER).public_key


def test_who_has_the_key_replaces_guardians_only_after_their_wait(books: Books) -> None:
    """A thief names others at once, and the guardians act within the wait."""
    federation = books.federation
    named = name_guardians(federation, HOME, MEMBER, FIRST, SECOND, wait=20 * DAY)
    books.append(HOME, named)
    books.now += WAIT
    thiefs = name_guardians(federation, HOME, MEMBER, THIRD, revision=2, needed=1)
    books.append(HOME, thiefs)
    books.now += 20 * DAY - 1
    by_thief = recover(federation, HOME, MEMBER, guardians=guardian_list(THIRD), members=(THIRD,))
    assert books.refusal(HOME, by_thief) is Refusal.GUARDIANS_WRONG
    begin(books, guardians=guardian_list(FIRST, SECOND), members=(FIRST, SECOND))
    books.now += 20 * DAY
    books.append(HOME, restore(MEMBER))
    again = recover(
        federation,
        HOME,
        MEMBER,
        recovery=2,
        key=new_key(MEMBER, 2),
        guardians=guardian_list(THIRD),
        members=(THIRD,),
    )
    assert books.refusal(HOME, again) is Refusal.GUARDIANS_WRONG  # what was to follow is forgotten


def test_a_new_key_does_not_shorten_the_guardians_wait(books: Books) -> None:
    federation, new = books.federation, new_key(MEMBER)
    books.append(HOME, name_guardians(federation, HOME, MEMBER, FIRST, SECOND, wait=20 * DAY))
    books.now += WAIT
    books.append(HOME, rekey(federation, HOME, MEMBER, revision=2))
    begin(
        books,
        key=new_key(MEMBER, 2),
        guardians=guardian_list(FIRST, SECOND),
        members=(FIRST, SECOND),
    )
    found = recovery_in(books, MEMBER)
    assert found is not None
    assert found.ends == books.now + 20 * DAY
    objection = object_to(federation, HOME, MEMBER, signed_by=new)
    assert books.refusal(HOME, objection) is None


def test_bylaws_that_ask_for_longer_waits_hold_for_older_guardians_too(books: Books) -> None:
    federation = books.federation
    books.append(HOME, name_guardians(federation, HOME, MEMBER, FIRST, SECOND))
    books.now += WAIT
    govern(books, HOME, {Article.WAIT_GUARDIANS.value: 30 * DAY})
    begin(books, guardians=guardian_list(FIRST, SECOND), members=(FIRST, SECOND))
    found = recovery_in(books, MEMBER)
    assert found is not None
    assert found.ends == books.now + 30 * DAY


def test_guardians_can_be_given_up_after_the_wait(books: Books) -> None:
    federation = books.federation
    books.append(HOME, name_guardians(federation, HOME, MEMBER, FIRST, SECOND))
    books.now += WAIT
    books.append(HOME, name_guardians(federation, HOME, MEMBER, revision=2, needed=0, wait=0))
    books.now += WAIT
    late = recover(
        federation, HOME, MEMBER, guardians=guardian_list(FIRST, SECOND), members=(FIRST, SECOND)
    )
    assert books.refusal(HOME, late) is Refusal.GUARDIANS_WRONG


def test_nobody_thaws_or_closes_an_account_while_its_recovery_runs(books: Books) -> None:
    begin(books)
    for status in Status:
        change = books.federation.status(HOME, MEMBER, revision=1, status=status)
        assert books.refusal(HOME, change) is Refusal.RECOVERY_RUNS


def test_who_was_frozen_before_stays_so(books: Books) -> None:
    books.set_status(HOME, MEMBER, Status.FROZEN)
    begin(books)
    books.now += STEWARDS_WAIT
    books.append(HOME, restore(MEMBER))
    assert (key_of(books), status_of(books)) == (new_key(MEMBER).public_key, Status.FROZEN)


def test_an_objection_without_a_vote_only_delays(books: Books) -> None:
    begin(books)
    books.now += STEWARDS_WAIT - 1
    books.append(HOME, object_to(books.federation, HOME, MEMBER))
    second = object_to(books.federation, HOME, MEMBER)
    assert books.refusal(HOME, second) is Refusal.RECOVERY_OBJECTED
    books.now += OBJECTION_TERM - 1
    assert books.refusal(HOME, restore(MEMBER)) is Refusal.RESTORE_EARLY
    books.now += 1
    books.append(HOME, restore(MEMBER))
    assert key_of(books) == new_key(MEMBER).public_key


def ask(books: Books, *, is_new_key: bool) -> int:
    action = DecideRecovery(account=MEMBER, recovery=1, is_new_key=is_new_key)
    return open_vote(books, action=action, about=(MEMBER,))


def test_members_leave_the_account_its_key(books: Books) -> None:
    old = key_of(books)
    begin(books)
    books.append(HOME, object_to(books.federation, HOME, MEMBER))
    number = ask(books, is_new_key=False)
    cast(books, number, (FIRST, YES), (SECOND, YES), (THIRD, NO))
    close(books, number)
    assert (key_of(books), status_of(books)) == (old, Status.OPEN)
    assert books.refusal(HOME, restore(MEMBER)) is Refusal.RECOVERY_UNKNOWN


def test_members_confirm_the_new_key_and_the_wait_still_holds(books: Books) -> None:
    govern(books, HOME, {Article.WAIT_STEWARDS.value: 40 * DAY})
    old = key_of(books)
    begin(books)
    books.append(HOME, object_to(books.federation, HOME, MEMBER))
    number = ask(books, is_new_key=True)
    cast(books, number, (FIRST, YES), (SECOND, YES), (THIRD, YES))
    close(books, number)
    assert key_of(books) == old
    assert books.refusal(HOME, restore(MEMBER)) is Refusal.RESTORE_EARLY
    found = recovery_in(books, MEMBER)
    assert found is not None
    books.now = found.ends
    books.append(HOME, restore(MEMBER))
    assert key_of(books) == new_key(MEMBER).public_key


def test_a_vote_that_opened_in_time_is_waited_for_and_no_other(books: Books) -> None:
    begin(books)
    books.append(HOME, object_to(books.federation, HOME, MEMBER))
    books.now += OBJECTION_TERM
    in_time = ask(books, is_new_key=False)
    books.now += 1
    ask(books, is_new_key=False)
    assert books.refusal(HOME, restore(MEMBER)) is Refusal.RESTORE_EARLY
    cast(books, in_time, (FIRST, NO))
    close(books, in_time)
    books.append(HOME, restore(MEMBER))
    assert key_of(books) == new_key(MEMBER).public_key


def test_the_new_key_is_voted_about_only_when_somebody_objects(books: Books) -> None:
    with pytest.raises(AssertionError, match="recovery_unknown"):
        ask(books, is_new_key=False)
    begin(books)
    with pytest.raises(AssertionError, match="recovery_undisputed"):
        ask(books, is_new_key=True)


def test_a_frozen_member_does_not_vote_about_the_own_recovery_or_thaw_by_vote(
    books: Books,
) -> None:
    number = open_vote(books)
    begin(books)
    said = vote(books.federation, HOME, MEMBER, number, YES)
    assert books.refusal(HOME, said) is Refusal.ACCOUNT_FROZEN
    with pytest.raises(AssertionError, match="recovery_runs"):
        open_vote(books, action=DecideStatus(account=MEMBER, is_frozen=False), about=(MEMBER,))


def test_an_expulsion_ends_a_recovery(books: Books) -> None:
    begin(books)
    number = open_vote(books, action=Expel(account=MEMBER, payee=None), about=(MEMBER,))
    cast(books, number, (FIRST, YES), (SECOND, YES), (THIRD, YES))
    close(books, number)
    assert status_of(books) is Status.CLOSED
    assert recovery_in(books, MEMBER) is None
    assert books.refusal(HOME, restore(MEMBER)) is Refusal.ACCOUNT_CLOSED


def test_the_guards_row_is_bound_to_its_account() -> None:
    same = guardian_list(FIRST, SECOND)
    assert same.commitment(MEMBER) != same.commitment(PAYEE)
    assert encode(same.value()) == encode([[FIRST, SECOND], same.salt])
