"""Moving in: what is refused, that nothing moves before the last part, and that all sums are 0."""

import pytest

from ledger.codec import encode
from ledger.entries import encode_entry
from ledger.government.opening import (
    MAX_BALANCES,
    OPENED_CHAPTER,
    OPENING_CHAPTER,
    opened_of,
    read_balances,
)
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from tests.builders import Books, MakeValidator, build_federation, open_books
from tests.ledger.rules.opening_tables import (
    BALANCES,
    BUSY,
    OPENING_TABLES,
    OTHER,
    OWING,
    RICH,
    stage_new,
    stage_opened,
)
from tests.ledger.rules.tables import HOME, Table
from tests.ledger.rules.test_order import refusals_of
from tests.opening_builders import acknowledge, open_books_with

tables = pytest.mark.parametrize("table", OPENING_TABLES, ids=lambda table: str(table.name))


@tables
def test_without_a_fault_it_is_accepted(table: Table, make_validator: MakeValidator) -> None:
    books = table.stage(make_validator)
    assert books.validator.judge(HOME, encode_entry(books.now, table.transaction(books))) is None
    before = books.validator.digest()
    books.append(HOME, table.transaction(books))
    assert books.validator.digest() != before


@tables
def test_each_fault_gets_its_refusal(table: Table, make_validator: MakeValidator) -> None:
    books = table.stage(make_validator)
    before = books.validator.digest()
    for fault in table.faults:
        found = refusals_of(books, table.transaction(books, fault), books.now)
        assert found == {fault.refusal}, fault
    assert books.validator.digest() == before


@tables
def test_of_two_faults_the_earlier_is_the_refusal(
    table: Table, make_validator: MakeValidator
) -> None:
    books = table.stage(make_validator)
    for earlier, later in table.pairs():
        found = refusals_of(books, table.transaction(books, earlier, later), books.now)
        assert found == {earlier.refusal}, (earlier, later)


def balance(books: Books, account: int) -> int:
    found = books.validator.account(HOME, account)
    assert found is not None
    return found.balance


def test_it_happens_once(make_validator: MakeValidator) -> None:
    books = stage_opened(make_validator)
    assert [balance(books, number) for number, _ in BALANCES] == [100, -70, 20]
    assert books.validator.log(HOME).commons == -50
    assert find_violations(books.validator) == []
    again = open_books_with(books.federation, HOME, BALANCES)
    assert books.refusal(HOME, again) is Refusal.OPENING_REPEATED
    row = books.validator.row(HOME, OPENED_CHAPTER, encode(RICH))
    opened = opened_of(row)
    assert opened is not None and (opened.balance, opened.acknowledged) == (100, 0)
    books.append(HOME, acknowledge(books.federation, HOME, RICH, 100))
    opened = opened_of(books.validator.row(HOME, OPENED_CHAPTER, encode(RICH)))
    assert opened is not None and opened.acknowledged == books.validator.log(HOME).length


def test_nothing_is_opened_after_the_first_payment(make_validator: MakeValidator) -> None:
    books = stage_new(make_validator)
    books.pay(HOME, RICH, HOME, OWING, 1)
    assert books.refusal(HOME, open_books_with(books.federation, HOME, ((OTHER, 1),))) is (
        Refusal.OPENING_LATE
    )


def test_nothing_is_opened_when_something_came_from_elsewhere(
    make_validator: MakeValidator,
) -> None:
    """Nobody here has paid, and yet there is a balance."""
    books = open_books(build_federation(seed="opening", coops=2), make_validator)
    books.admit(HOME, RICH, OWING)
    books.admit(2, RICH)
    books.anchor(2, HOME)
    books.pay(2, RICH, HOME, RICH, 5)
    books.anchor(HOME, 2)
    opening = open_books_with(books.federation, HOME, ((OWING, 0),), commons=0)
    assert books.refusal(HOME, opening) is Refusal.OPENING_LATE


def parts_of(books: Books) -> list[bytes]:
    make = books.federation
    first = open_books_with(make, HOME, ((RICH, 100),), part=1, parts=3, commons=-50)
    second = open_books_with(make, HOME, ((OWING, -70),), part=2, parts=3, commons=-50)
    last = open_books_with(make, HOME, ((3, 20),), part=3, parts=3, commons=-50)
    return [first, second, last]


def test_nothing_moves_before_the_last_part(make_validator: MakeValidator) -> None:
    books = stage_new(make_validator)
    first, second, last = parts_of(books)
    books.append(HOME, first, second)
    assert balance(books, RICH) == 0 and books.validator.log(HOME).commons == 0
    assert len(books.validator.rows(HOME, OPENING_CHAPTER)) == 2
    make, wrong = books.federation, Refusal.OPENING_PART_WRONG
    for other in (
        first,
        second,
        open_books_with(make, HOME, ((3, 20),), part=3, parts=4, commons=-50),
        open_books_with(make, HOME, ((3, 20),), part=3, parts=3, commons=-51),
        open_books_with(make, HOME, ((3, 20),), part=3, parts=3, commons=-50, reason=bytes(32)),
        open_books_with(make, HOME, ((3, 20),), part=3, parts=3, commons=-50, statement=bytes(32)),
        open_books_with(make, HOME, ((OWING, 20),), part=3, parts=3, commons=-50),
    ):
        assert books.refusal(HOME, other) is wrong
    unbalanced = open_books_with(make, HOME, ((3, 21),), part=3, parts=3, commons=-50)
    assert books.refusal(HOME, unbalanced) is Refusal.OPENING_SUM_WRONG
    books.append(HOME, last)
    assert [balance(books, number) for number, _ in BALANCES] == [100, -70, 20]
    assert len(books.validator.rows(HOME, OPENING_CHAPTER)) == 1


def test_a_payment_between_parts_leaves_it_undone(make_validator: MakeValidator) -> None:
    books = stage_new(make_validator)
    first, second, last = parts_of(books)
    books.append(HOME, first, second)
    books.pay(HOME, RICH, HOME, BUSY, 1)
    assert books.refusal(HOME, last) is Refusal.OPENING_LATE
    books.pay(HOME, BUSY, HOME, RICH, 1)  # all balances are 0 again, but one has paid
    assert books.refusal(HOME, last) is Refusal.OPENING_LATE
    assert balance(books, OWING) == 0


def test_who_owes_more_than_the_limit_spends_nothing_before_it_is_less(
    make_validator: MakeValidator,
) -> None:
    books = open_books(build_federation(seed="opening", coops=1), make_validator)
    books.admit(HOME, RICH, OWING, limit=50)
    books.append(HOME, open_books_with(books.federation, HOME, ((RICH, 70), (OWING, -70))))
    paid = books.next_pay(HOME, OWING, HOME, RICH, 1)
    assert books.refusal(HOME, paid) is Refusal.LIMIT_EXCEEDED
    books.pay(HOME, RICH, HOME, OWING, 70)
    books.pay(HOME, OWING, HOME, RICH, 1)


def test_as_many_balances_as_there_may_be_fit_an_entry(make_validator: MakeValidator) -> None:
    books = open_books(build_federation(seed="opening", coops=1), make_validator)
    books.admit(HOME, *range(1, MAX_BALANCES + 101))
    balances = [(number, 2**53 - 1 if number % 2 else 1 - 2**53) for number in range(1, 2_501)]
    first = open_books_with(
        books.federation, HOME, balances[:MAX_BALANCES], part=1, parts=2, commons=0
    )
    rest = [(number, 5 if number % 2 else -5) for number in range(2_501, 2_601)]
    books.append(HOME, first)
    books.append(HOME, open_books_with(books.federation, HOME, rest, part=2, parts=2, commons=0))
    accounts = list(books.validator.accounts(HOME))
    assert sum(account.balance for account in accounts) == 0
    assert accounts[0].balance == 2**53 - 1 and accounts[-1].balance == -5


def test_balances_are_read_strictly() -> None:
    row = (7).to_bytes(4, "big") + (-5).to_bytes(8, "big", signed=True)
    assert read_balances(row) == ((7, -5),)
    assert read_balances(row + row) is None
    assert read_balances(row[:-1]) is None
    assert read_balances(b"") is None
    assert read_balances(bytes(12 * (MAX_BALANCES + 1))) is None
