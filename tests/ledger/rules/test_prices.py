"""Payments with an indexed price: three refusals, their place, and what keeps a payment valid for ever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger.codec import MAX
from ledger.entries import encode_entry
from ledger.index.conversion import units_from_price
from ledger.index.days import first_day_of_print
from ledger.index.table import DayNotKnown
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.rules.index import SECONDS_IN_DAY
from ledger.transactions import Price
from ledger.validators.reference import ReferenceValidator
from tests.builders import (
    START,
    Books,
    MakeValidator,
    books_with_members,
    build_federation,
    replay_logs,
)
from tests.index_builders import (
    BASE_DAY,
    day_of,
    index_lines,
    index_of,
    official,
    priced,
    source_change,
    take_prints,
)

FEDERATION = build_federation(seed="prices", coops=3, index=index_lines(quote_days=7))


def priced_books(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books on 2026-01-01 that know the values from 2025-12-15 to 2026-01-15."""
    books = books_with_members(FEDERATION, limit=MAX, make_validator=make_validator)
    take_prints(books, 25)
    return books


def test_a_price_is_enforced_to_the_last_hundredth(make_validator: MakeValidator) -> None:
    books = priced_books(make_validator)
    today = day_of(books)
    amount = units_from_price(1_500_000, index_of(books.validator, 1).value_on(today))
    for wrong in (amount - 1, amount + 1, 1, MAX):
        bad = priced(books, 1, 1, 2, 1, minor=1_500_000, day=today, amount=wrong)
        assert books.refusal(1, bad) is Refusal.PRICE_MISMATCH
    books.append(1, priced(books, 1, 1, 2, 1, minor=1_500_000, day=today))
    assert books.balance(1, 1) == -amount
    books.append(1, priced(books, 1, 1, 1, 2, minor=1_500_000, day=today))
    assert books.balance(1, 2) == amount


def test_a_quote_lasts_until_its_day_leaves_the_window(make_validator: MakeValidator) -> None:
    books = priced_books(make_validator)
    today = day_of(books)

    def refused(day: int) -> Refusal | None:
        return books.refusal(1, priced(books, 1, 1, 1, 2, minor=9_999, day=day))

    assert refused(today - 7) is None
    assert refused(today - 8) is Refusal.PRICE_STALE
    assert refused(today + 1) is Refusal.PRICE_STALE
    assert refused(today) is None
    books.now += SECONDS_IN_DAY - 1  # the last second of that day, UTC
    assert refused(today - 7) is None
    assert refused(today + 1) is Refusal.PRICE_STALE
    books.now += 1
    assert refused(today - 7) is Refusal.PRICE_STALE
    assert refused(today + 1) is None


def test_a_day_that_is_not_known_is_refused_as_that(make_validator: MakeValidator) -> None:
    books = priced_books(make_validator)
    known_until = index_of(books.validator, 1).known_until
    for day in (BASE_DAY - 1, 0, known_until + 1, MAX):
        late = priced(books, 1, 1, 1, 2, minor=9_999, day=day, amount=10)
        assert books.refusal(1, late) is Refusal.PRICE_NOT_KNOWN
    books.now = (known_until + 1) * SECONDS_IN_DAY
    waiting = priced(books, 1, 1, 1, 2, minor=9_999, day=known_until + 1, amount=10)
    assert books.refusal(1, waiting) is Refusal.PRICE_NOT_KNOWN
    take_prints(books, 0, coops=[1])
    books.append(1, priced(books, 1, 1, 1, 2, minor=9_999, day=known_until + 1))
    # Another log uses the value from its own entry on.
    elsewhere = priced(books, 2, 1, 2, 2, minor=9_999, day=known_until + 1, amount=10)
    assert books.refusal(2, elsewhere) is Refusal.PRICE_NOT_KNOWN


def test_without_an_index_no_price_is_known(make_validator: MakeValidator) -> None:
    federation = build_federation(seed="plain")
    books = books_with_members(federation, make_validator=make_validator)
    pay = federation.pay(
        1, payer=1, sequence=1, payee_coop=1, payee=2, amount=10, price=Price(minor=1, day=20_000)
    )
    assert books.refusal(1, pay) is Refusal.PRICE_NOT_KNOWN


def test_prices_are_looked_at_in_their_place(make_validator: MakeValidator) -> None:
    books = books_with_members(FEDERATION, limit=1_000, make_validator=make_validator)
    take_prints(books, 25)
    today = day_of(books)

    def refused(payee: int, *, day: int, amount: int) -> Refusal | None:
        return books.refusal(1, priced(books, 1, 1, 1, payee, minor=10**9, day=day, amount=amount))

    over = units_from_price(10**9, index_of(books.validator, 1).value_on(today))
    assert refused(99, day=MAX, amount=over + 1) is Refusal.PAYEE_UNKNOWN
    assert refused(2, day=MAX, amount=over + 1) is Refusal.PRICE_NOT_KNOWN
    assert refused(2, day=today + 1, amount=over + 1) is Refusal.PRICE_STALE
    assert refused(2, day=today, amount=over + 1) is Refusal.PRICE_MISMATCH
    assert refused(2, day=today, amount=over) is Refusal.LIMIT_EXCEEDED


@pytest.mark.parametrize("minor", [1, 499, 500, 501, 1_500, 2_500, 10**9 + 1, MAX])
def test_halves_go_to_the_even_number(minor: int, make_validator: MakeValidator) -> None:
    """At 1000.00 a unit, 500 hundredths are half a hundredth of a unit."""
    books = books_with_members(FEDERATION, limit=MAX, make_validator=make_validator)
    books.now = START
    take_prints(books, 0)
    quotient, rest = divmod(minor, 1_000)
    expected = quotient + (rest > 500 or (rest == 500 and quotient % 2))
    for amount in (quotient, quotient + 1):
        if amount:
            pay = priced(books, 1, 1, 1, 2, minor=minor, day=day_of(books), amount=amount)
            right = None if amount == expected else Refusal.PRICE_MISMATCH
            assert books.validator.judge(1, _entry(books, pay)) is right


def _entry(books: Books, transaction: bytes) -> bytes:
    return encode_entry(books.now, transaction)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 10**12), st.lists(st.integers(-230, 300), min_size=1, max_size=5), st.data())
def test_what_was_valid_stays_valid_years_later(
    minor: int, changes: list[int], data: st.DataObject
) -> None:
    """The same log, replayed after years of prints, of other sources and of silence."""
    books = priced_books()
    day = data.draw(st.integers(day_of(books) - 7, day_of(books)))
    pay = priced(books, 1, 1, 1, 2, minor=minor, day=day)
    if pay_is_too_small(books, minor, day):
        return
    books.append(1, pay)
    balance = books.balance(1, 2)
    books.now += 40 * 366 * SECONDS_IN_DAY
    for change in changes:
        period = index_of(books.validator, 1).due_window.period
        refusal = books.refusal(1, official(FEDERATION, period, change))
        assert refusal in (None, Refusal.INDEX_TABLE_OUT_OF_RANGE)
    books.append(1, source_change(FEDERATION, 1, 30_000))
    assert books.balance(1, 2) == balance
    assert replay_logs(FEDERATION, books.logs).digest() == books.validator.digest()


def pay_is_too_small(books: Books, minor: int, day: int) -> bool:
    return units_from_price(minor, index_of(books.validator, 1).value_on(day)) < 1


class PricesOverTime(RuleBasedStateMachine):
    """Prints, changes of source, time and priced payments in any order, at two coops."""

    def __init__(self) -> None:
        super().__init__()
        self.books = books_with_members(FEDERATION, limit=10**9)
        self.values: dict[tuple[int, int], int] = {}

    @initialize()
    def begin(self) -> None:
        take_prints(self.books, 25)

    @rule(coop=st.integers(1, 3), change=st.integers(-400, 400))
    def take(self, coop: int, change: int) -> None:
        index = index_of(self.books.validator, coop)
        if index.known_until > day_of(self.books) + 400:
            return
        number = len(index.sources)
        before = [self.books.balance(coop, account) for account in range(4)]
        data = official(FEDERATION, index.due_window.period, change, source=number)
        refusal = self.books.refusal(coop, data)
        due = first_day_of_print(index.due_window.period, method=index.parameters.method)
        is_over = due <= day_of(self.books)
        assert (refusal is None) == (is_over and -230 <= change <= 300)
        assert [self.books.balance(coop, account) for account in range(4)] == before

    @rule(coop=st.integers(1, 3))
    def change_source(self, coop: int) -> None:
        index = index_of(self.books.validator, coop)
        number = len(index.sources) + 1
        if index.sources and index.sources[-1].first_period >= index.due_window.period:
            return
        data = source_change(FEDERATION, number, index.due_window.period)
        self.books.append(coop, data)

    @rule(days=st.integers(0, 40), seconds=st.integers(0, SECONDS_IN_DAY))
    def wait(self, days: int, seconds: int) -> None:
        self.books.now += days * SECONDS_IN_DAY + seconds

    @precondition(lambda self: self.books.now > START)
    @rule(
        coop=st.integers(1, 3),
        payee_coop=st.integers(1, 3),
        minor=st.integers(10**4, 10**6),
        back=st.integers(-1, 9),
        off=st.integers(-1, 1),
    )
    def pay(self, coop: int, payee_coop: int, minor: int, back: int, off: int) -> None:
        index = index_of(self.books.validator, coop)
        today = day_of(self.books)
        try:
            value = index.value_on(today - back)
        except DayNotKnown:
            value = None
        amount = (10 if value is None else units_from_price(minor, value)) + off
        if amount < 1:
            return
        data = priced(
            self.books, coop, 1, payee_coop, 2, minor=minor, day=today - back, amount=amount
        )
        refusal = self.books.refusal(coop, data)
        if value is None:
            assert refusal is Refusal.PRICE_NOT_KNOWN
        elif not 0 <= back <= 7:
            assert refusal is Refusal.PRICE_STALE
        elif off:
            assert refusal is Refusal.PRICE_MISMATCH
        else:
            assert refusal in (None, Refusal.LIMIT_EXCEEDED, Refusal.CLEARING_LIMIT_EXCEEDED)

    @rule()
    def anchor(self) -> None:
        self.books.anchor_all()

    @invariant()
    def past_days_keep_their_values(self) -> None:
        for coop in (1, 2, 3):
            index = index_of(self.books.validator, coop)
            for day, value in enumerate(index.values, index.parameters.base_day):
                assert self.values.setdefault((coop, day), value) == value

    def teardown(self) -> None:
        assert list(find_violations(self.books.validator)) == []
        digest = self.books.validator.digest()
        assert replay_logs(FEDERATION, self.books.logs).digest() == digest
        snapshot = self.books.validator.snapshot()
        assert ReferenceValidator.load(FEDERATION.founding, snapshot).digest() == digest


PricesOverTime.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestPricesOverTime = PricesOverTime.TestCase
