"""Delegated keys and joint accounts, step by step; and that a refusal of each step changes nothing."""

from dataclasses import replace

import pytest

from ledger.account_keys import DELEGATES_CHAPTER, OWNERS_CHAPTER
from ledger.codec import encode
from ledger.entries import encode_entry
from ledger.refusals import Refusal
from ledger.rules.owning import delegated_at, joint_owners
from ledger.transactions import Leave, Status, encode_transaction
from ledger.validators.reading import LogReader
from tests.builders import Books, MakeValidator
from tests.ledger.rules.owning_tables import (
    BOUND,
    CLOSED,
    EXPIRED,
    FEDERATION,
    FREE,
    FROZEN,
    JOINT,
    OWNING_TABLES,
    PAYEE,
    PLAIN,
    REVISION_OF_TILL,
    SPENT,
    TILL,
    stage_owning,
)
from tests.ledger.rules.tables import HOME, Table
from tests.ledger.rules.test_order import refusals_of
from tests.owning_builders import (
    DAY,
    delegate,
    next_delegated,
    owner_key,
    owner_keys,
    pay_delegated,
    pay_jointly,
    revoke,
    set_owners,
    sign,
    till_key,
)
from tests.recovery_builders import (
    STEWARDS_WAIT,
    WAIT,
    guardian_list,
    name_guardians,
    new_key,
    object_to,
    recover,
    rekey,
    restore,
)
from tests.voting_builders import NOTICE, SECOND_CALL, propose

tables = pytest.mark.parametrize("table", OWNING_TABLES, ids=lambda table: str(table.name))


@tables
def test_without_a_fault_it_is_accepted(table: Table, make_validator: MakeValidator) -> None:
    books = stage_owning(make_validator)
    assert books.validator.judge(HOME, encode_entry(books.now, table.transaction(books))) is None
    before = books.validator.digest()
    books.append(HOME, table.transaction(books))
    assert books.validator.digest() != before


@tables
def test_each_fault_gets_its_refusal(table: Table, make_validator: MakeValidator) -> None:
    books = stage_owning(make_validator)
    before = books.validator.digest()
    for fault in table.faults:
        found = refusals_of(books, table.transaction(books, fault), books.now)
        assert found == {fault.refusal}, fault
    assert books.validator.digest() == before


@tables
def test_of_two_faults_the_earlier_counts(table: Table, make_validator: MakeValidator) -> None:
    books = stage_owning(make_validator)
    for earlier, later in table.pairs():
        found = refusals_of(books, table.transaction(books, earlier, later), books.now)
        assert found == {earlier.refusal}, (earlier, later)


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    return stage_owning(make_validator)


def spent(books: Books, account: int, place: int) -> tuple[int, int]:
    found = delegated_at(LogReader(books.validator, HOME), account, place)
    return found.next_sequence, found.spent


def refused(books: Books, transaction: bytes) -> Refusal | None:
    return books.refusal(HOME, transaction)


def test_a_till_and_its_owner_never_block_one_another(books: Books) -> None:
    by_till = next_delegated(books, TILL, FREE, PAYEE, 10)
    books.pay(HOME, TILL, HOME, PAYEE, 5)
    books.append(HOME, by_till)
    books.pay(HOME, TILL, HOME, PAYEE, 5)
    account = books.validator.account(HOME, TILL)
    assert account is not None and account.next_sequence == 3
    assert spent(books, TILL, FREE) == (3, 50)


def test_a_day_is_given_once(books: Books) -> None:
    assert refused(books, next_delegated(books, TILL, SPENT, PAYEE, 41)) is Refusal.DELEGATE_DAY_CAP
    books.append(HOME, next_delegated(books, TILL, SPENT, PAYEE, 40))
    assert refused(books, next_delegated(books, TILL, SPENT, PAYEE, 1)) is Refusal.DELEGATE_DAY_CAP
    # Neither taking the key away and giving it again, nor other caps or another key, begin it anew.
    books.append(
        HOME,
        revoke(FEDERATION, HOME, TILL, revision=REVISION_OF_TILL, place=SPENT),
        delegate(FEDERATION, HOME, TILL, revision=REVISION_OF_TILL + 1, place=SPENT, per_day=100),
    )
    assert refused(books, next_delegated(books, TILL, SPENT, PAYEE, 1)) is Refusal.DELEGATE_DAY_CAP
    books.now += DAY
    books.append(HOME, next_delegated(books, TILL, SPENT, PAYEE, 100))
    # A clock that is turned back can't: the time of an entry never falls.
    books.now -= DAY
    assert refused(books, next_delegated(books, TILL, SPENT, PAYEE, 1)) is Refusal.DELEGATE_DAY_CAP


def test_a_payment_of_a_key_that_was_taken_away_is_not_made_again(books: Books) -> None:
    first = next_delegated(books, TILL, FREE, PAYEE, 1)
    books.append(HOME, first)
    books.append(
        HOME,
        revoke(FEDERATION, HOME, TILL, revision=REVISION_OF_TILL),
    )
    assert refused(books, next_delegated(books, TILL, FREE, PAYEE, 1)) is Refusal.DELEGATE_UNKNOWN
    books.append(HOME, delegate(FEDERATION, HOME, TILL, revision=REVISION_OF_TILL + 1))
    assert refused(books, first) is Refusal.SEQUENCE_USED
    books.append(HOME, next_delegated(books, TILL, FREE, PAYEE, 1))


def test_a_key_of_one_place_does_not_pay_from_another(books: Books) -> None:
    payment = pay_delegated(
        FEDERATION, HOME, TILL, place=FREE, sequence=2, payee=PAYEE, signed_by=till_key(BOUND)
    )
    assert refused(books, payment) is Refusal.SIGNATURE_INVALID


def test_who_is_frozen_can_take_a_key_away_and_give_none(books: Books) -> None:
    given = delegate(FEDERATION, HOME, FROZEN, revision=7, place=9)
    assert refused(books, given) is Refusal.ACCOUNT_FROZEN
    books.append(HOME, revoke(FEDERATION, HOME, FROZEN, revision=7))
    assert delegated_at(LogReader(books.validator, HOME), FROZEN, FREE).key is None


@pytest.mark.parametrize("by", ["rekey", "owners", "recovery"])
def test_whatever_changes_the_keys_of_an_account_takes_delegated_ones_away(
    books: Books, by: str
) -> None:
    used = {place: spent(books, TILL, place) for place in (FREE, BOUND, EXPIRED, SPENT)}
    if by == "rekey":
        books.append(HOME, rekey(FEDERATION, HOME, TILL, revision=REVISION_OF_TILL))
    elif by == "owners":
        books.append(HOME, set_owners(FEDERATION, HOME, TILL, revision=REVISION_OF_TILL))
    else:
        books.append(HOME, recover(FEDERATION, HOME, TILL))
        frozen = refused(books, next_delegated(books, TILL, FREE, PAYEE, 1))
        assert frozen is Refusal.ACCOUNT_FROZEN
        books.now += STEWARDS_WAIT
        books.append(HOME, restore(TILL))
    for place in (FREE, BOUND, EXPIRED, SPENT):
        payment = next_delegated(books, TILL, place, PAYEE, 1)
        assert refused(books, payment) is Refusal.DELEGATE_UNKNOWN
    # What they have used stays: no number is free again, and no day.
    assert used == {place: spent(books, TILL, place) for place in used}


def test_a_new_key_of_an_account_gives_its_tills_no_day_again(books: Books) -> None:
    owner = new_key(TILL)
    books.append(HOME, rekey(FEDERATION, HOME, TILL, revision=REVISION_OF_TILL))
    again = delegate(
        FEDERATION,
        HOME,
        TILL,
        revision=REVISION_OF_TILL + 1,
        place=SPENT,
        per_day=100,
        signed_by=owner,
    )
    books.append(HOME, again)
    assert refused(books, next_delegated(books, TILL, SPENT, PAYEE, 41)) is Refusal.DELEGATE_DAY_CAP
    books.append(HOME, next_delegated(books, TILL, SPENT, PAYEE, 40))
    assert spent(books, TILL, SPENT) == (3, 100)


def test_nothing_of_keys_stays_with_an_account_that_closes(books: Books) -> None:
    def keys_of(chapter: str) -> list[bytes]:
        return [key for key, _ in books.validator.rows(HOME, chapter)]

    assert encode([TILL, FREE]) in keys_of(DELEGATES_CHAPTER)
    assert not any(key.startswith(b"\x92" + encode(CLOSED)) for key in keys_of(DELEGATES_CHAPTER))
    assert keys_of(OWNERS_CHAPTER) == [encode(JOINT)]
    books.set_status(HOME, JOINT, Status.CLOSED)
    assert not keys_of(OWNERS_CHAPTER)


def test_two_of_three_pay_together_and_any_two(books: Books) -> None:
    for sequence, owners in enumerate(((0, 1), (1, 2), (0, 2), (0, 1, 2)), 1):
        books.append(
            HOME,
            pay_jointly(FEDERATION, HOME, JOINT, sequence=sequence, payee=PAYEE, owners=owners),
        )
    account = books.validator.account(HOME, JOINT)
    assert account is not None
    assert (account.balance, account.next_sequence) == (-200, 5)
    assert account.key == owner_key(JOINT, 0).public_key


def test_who_signed_before_a_change_of_owners_has_not_signed_after_it(books: Books) -> None:
    payment = pay_jointly(FEDERATION, HOME, JOINT, sequence=1, payee=PAYEE, owners=(0, 2))
    keys = (*owner_keys(JOINT, 2), owner_key(JOINT, 3).public_key)
    change = set_owners(FEDERATION, HOME, JOINT, revision=2, keys=keys, owners=(0, 1))
    books.append(HOME, change)
    assert refused(books, payment) is Refusal.SIGNATURE_INVALID
    still = pay_jointly(FEDERATION, HOME, JOINT, sequence=1, payee=PAYEE, owners=(0, 1))
    books.append(HOME, still)


def test_a_joint_account_becomes_one_persons_again(books: Books) -> None:
    alone = (owner_key(JOINT, 1).public_key,)
    change = set_owners(FEDERATION, HOME, JOINT, revision=2, needed=1, keys=alone, owners=(0, 1))
    books.append(HOME, change)
    assert joint_owners(LogReader(books.validator, HOME), JOINT) is None
    together = pay_jointly(FEDERATION, HOME, JOINT, sequence=1, payee=PAYEE)
    assert refused(books, together) is Refusal.ACCOUNT_NOT_JOINT
    payment = pay_jointly(
        FEDERATION,
        HOME,
        JOINT,
        sequence=1,
        payee=PAYEE,
        owners=None,
        signed_by=owner_key(JOINT, 1),
    )
    books.append(HOME, payment)


def test_owners_delegate_together_and_the_till_pays_alone(books: Books) -> None:
    given = delegate(FEDERATION, HOME, JOINT, revision=2, owners=(1, 2))
    books.append(HOME, given, next_delegated(books, JOINT, FREE, PAYEE, 10))
    assert spent(books, JOINT, FREE) == (2, 10)


def test_whatever_an_owner_signs_takes_as_many_owners(books: Books) -> None:
    def leave(owners: tuple[int, ...] | None) -> bytes:
        bare = Leave(account=JOINT, revision=1, payee=None, debt=0)
        signature = sign(FEDERATION, HOME, bare, account=JOINT, owners=owners)
        return encode_transaction(replace(bare, signature=signature))

    assert refused(books, leave(None)) is Refusal.ACCOUNT_IS_JOINT
    assert refused(books, leave((2,))) is Refusal.OWNERS_TOO_FEW
    replaced = rekey(FEDERATION, HOME, JOINT, revision=2, signed_by=owner_key(JOINT, 0))
    assert refused(books, replaced) is Refusal.ACCOUNT_IS_JOINT
    books.append(HOME, recover(FEDERATION, HOME, JOINT))
    objection = object_to(FEDERATION, HOME, JOINT, signed_by=owner_key(JOINT, 0))
    assert refused(books, objection) is Refusal.ACCOUNT_IS_JOINT
    assert refused(books, leave((0, 1))) is Refusal.RECOVERY_RUNS


def test_a_joint_account_is_none_where_one_signature_counts(books: Books) -> None:
    listed = guardian_list(PLAIN, JOINT)
    named = name_guardians(FEDERATION, HOME, TILL, PLAIN, JOINT, revision=REVISION_OF_TILL)
    books.append(HOME, named)
    books.now += WAIT
    begun = recover(FEDERATION, HOME, TILL, guardians=listed, members=(PLAIN, JOINT))
    assert refused(books, begun) is Refusal.GUARDIAN_UNKNOWN
    first = books.now + NOTICE
    demand = propose(
        FEDERATION,
        HOME,
        1,
        first=first,
        second=first + SECOND_CALL,
        members=(PLAIN, JOINT),
    )
    assert refused(books, demand) is Refusal.ACCOUNT_IS_JOINT


def test_a_recovered_joint_account_has_one_key(books: Books) -> None:
    books.append(HOME, recover(FEDERATION, HOME, JOINT))
    books.now += STEWARDS_WAIT
    books.append(HOME, restore(JOINT))
    together = pay_jointly(FEDERATION, HOME, JOINT, sequence=1, payee=PAYEE)
    assert refused(books, together) is Refusal.ACCOUNT_NOT_JOINT
    payment = pay_jointly(
        FEDERATION,
        HOME,
        JOINT,
        sequence=1,
        payee=PAYEE,
        owners=None,
        signed_by=new_key(JOINT),
    )
    books.append(HOME, payment)


def test_delegated_payments_are_counted_with_all_payments(books: Books) -> None:
    """What a till pays is held to the account's limit, as what its owner pays."""
    owner_pays = books.next_pay(HOME, PLAIN, HOME, PAYEE, 99_990)
    books.append(HOME, owner_pays, delegate(FEDERATION, HOME, PLAIN))
    assert refused(books, next_delegated(books, PLAIN, FREE, PAYEE, 11)) is Refusal.LIMIT_EXCEEDED
    books.append(HOME, next_delegated(books, PLAIN, FREE, PAYEE, 10))
