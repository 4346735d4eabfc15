"""Histories of cooperatives that have bylaws: contributions, ceilings, levies and spending among all else.

The invariants of `test_histories` hold after every step: no sequence of entries makes the sum other than
zero. And whatever the bylaws say, a limit moves exactly when the stewards that they ask for have signed.
"""

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from ledger.government.articles import Article, ceiling_of
from ledger.government.commons import MILLION, Rates, contribution_of
from ledger.refusals import Refusal
from ledger.rules.government.commons import next_levy
from ledger.validators.reading import LogReader
from ledger.validators.reference import ReferenceValidator
from tests.builders import books_with_members, build_federation, open_books
from tests.government_builders import govern, levy, spend
from tests.ledger.test_histories import FEDERATION, Histories, coops, members

articles = st.fixed_dictionaries(
    {},
    optional={
        Article.CONTRIBUTION.value: st.sampled_from([1, 20_000, 100_000]),
        Article.LEVY_POSITIVE.value: st.sampled_from([1_000, 50_000]),
        Article.LEVY_NEGATIVE.value: st.sampled_from([1_000, 50_000]),
        Article.COMMONS_DEBT.value: st.sampled_from([0, 500]),
        ceiling_of(0): st.sampled_from([400, 1_500]),
    },
)


class GovernedHistories(Histories):
    """Random histories of coops whose founders adopted bylaws drawn at random."""

    common: ClassVar[dict[int, int]] = {
        Article.SPEND_AMOUNT.value: 300,
        Article.LEVY_PERIOD.value: 3,
    }
    """What all bylaws have."""

    @initialize(drawn=st.lists(articles, min_size=3, max_size=3))
    def begin_with_bylaws(self, drawn: list[dict[int, int]]) -> None:
        self.books = books_with_members(FEDERATION, limit=1_000, make_validator=self.make_validator)
        for coop, chosen in enumerate(drawn, start=1):
            govern(self.books, coop, chosen | self.common)

    @initialize()
    def begin(self) -> None:
        """Bylaws come with the books."""

    @rule(coop=coops, payee=members, amount=st.sampled_from([1, 100, 300, 301]))
    def spend_some(self, coop: int, payee: int, amount: int) -> None:
        log = LogReader(self.books.validator, coop)
        number = 1 + sum(1 for key, _ in log.rows("commons") if key.startswith(b"\x92\x12"))
        self.offer(coop, spend(FEDERATION, coop, number=number, payee=payee, amount=amount))

    @rule(coop=coops)
    def collect(self, coop: int) -> None:
        due = next_levy(LogReader(self.books.validator, coop))
        if due is not None:
            self.offer(coop, levy(number=due.number, positive=due.positive, negative=due.negative))

    @rule(coop=coops, payer=members, payee=members, amount=st.sampled_from([7, 100, 333]))
    def pay_with_contribution(self, coop: int, payer: int, payee: int, amount: int) -> None:
        for fee in range(0, 40, 13):
            self.pay_now(coop, payer, coop, payee, amount, fee)


class NativeGovernedHistories(GovernedHistories):
    """The same against the native validator."""

    native = True


SETTINGS = settings(max_examples=40, stateful_step_count=50, deadline=None)


def test_histories_with_the_reference_validator() -> None:
    run_state_machine_as_test(GovernedHistories, settings=SETTINGS)


@pytest.mark.needs_native
def test_histories_with_the_native_validator() -> None:
    run_state_machine_as_test(NativeGovernedHistories, settings=SETTINGS)


SMALL = build_federation(seed="thresholds", coops=1, stewards=3, threshold=2)
thresholds = st.integers(0, 5)
limits = st.sampled_from([0, 499, 500, 501, 10_000])


@given(
    small=thresholds,
    large=thresholds,
    amount=st.sampled_from([0, 500]),
    limit=limits,
    after=st.none() | limits,
    signers=st.sets(st.integers(0, 2)),
)
@settings(max_examples=150, deadline=None)
def test_nothing_but_the_stated_threshold_moves_a_limit(
    small: int, large: int, amount: int, limit: int, after: int | None, signers: set[int]
) -> None:
    books = open_books(SMALL, ReferenceValidator)
    books.admit(1, 1, limit=77)
    drawn = {
        Article.LIMIT_SMALL.value: min(small, large) if large else small,
        Article.LIMIT_LARGE.value: large,
        Article.LIMIT_AMOUNT.value: amount,
    }
    govern(books, 1, drawn)
    is_small = max(limit, after or 0) <= amount
    stated = drawn[Article.LIMIT_SMALL] if is_small else drawn[Article.LIMIT_LARGE]
    needed = min(stated or 2, 3)  # the charter's threshold; never more than are in office
    change = SMALL.limit(
        1,
        1,
        revision=1,
        limit=limit,
        until=None if after is None else books.now + 9,
        after=after,
        stewards=sorted(signers),
    )
    refusal = books.refusal(1, change)
    assert refusal is (None if len(signers) >= needed else Refusal.STEWARDS_TOO_FEW)
    account = books.validator.account(1, 1)
    assert account is not None
    assert account.limit_at(books.now) == (limit if refusal is None else 77)


@given(
    balance=st.integers(-(2**53) + 1, 2**53 - 1),
    positive=st.integers(0, 50_000),
    negative=st.integers(0, 50_000),
)
def test_a_levy_is_rounded_toward_the_member(balance: int, positive: int, negative: int) -> None:
    taken = Rates(positive, negative).of(balance)
    rate = positive if balance > 0 else negative
    assert 0 <= MILLION * taken <= rate * abs(balance) < MILLION * (taken + 1)


@given(amount=st.integers(1, 2**53 - 1), rate=st.integers(0, 100_000))
def test_a_contribution_is_never_more_than_the_amount_allows(amount: int, rate: int) -> None:
    owed = contribution_of(amount, rate=rate)
    assert 0 <= owed <= amount // 10
    assert MILLION * owed <= rate * amount < MILLION * (owed + 1)
