"""Prices to units and back, and the check of an indexed price."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.index.conversion import (
    PriceRefusal,
    check_price,
    divide_half_even,
    price_from_units,
    units_from_price,
)
from ledger.index.days import Method, day_from_text
from ledger.index.parameters import LARGEST_VALUE, LOWEST_VALUE
from tests.ledger.index.examples import index_of

LARGEST_AMOUNT = 2**53 - 1
AMOUNTS = st.integers(0, LARGEST_AMOUNT)
VALUES = st.integers(LOWEST_VALUE, LARGEST_VALUE)
HALF = Fraction(1, 2)


@given(dividend=st.integers(0, 10**30), divisor=st.integers(1, 10**20))
def test_division_is_half_even(dividend: int, divisor: int) -> None:
    assert divide_half_even(dividend, divisor=divisor) == round(Fraction(dividend, divisor))


@given(price=AMOUNTS, value=VALUES)
def test_an_amount_is_off_by_half_a_minor_unit_at_most(price: int, value: int) -> None:
    exact = Fraction(price * 1_000_000, value)
    assert abs(units_from_price(price, value) - exact) <= HALF


@given(amount=AMOUNTS, value=VALUES)
def test_a_price_is_off_by_half_a_minor_unit_at_most(amount: int, value: int) -> None:
    exact = Fraction(amount * value, 1_000_000)
    assert abs(price_from_units(amount, value) - exact) <= HALF


@given(amount=AMOUNTS, value=VALUES)
def test_an_amount_that_goes_to_a_price_and_back_is_the_same(amount: int, value: int) -> None:
    assert units_from_price(price_from_units(amount, value), value) == amount


@given(price=AMOUNTS, value=VALUES)
def test_a_price_that_goes_there_and_back_gains_nothing_by_going_again(
    price: int, value: int
) -> None:
    units = units_from_price(price, value)
    back = price_from_units(units, value)
    assert units_from_price(back, value) == units
    assert price_from_units(units_from_price(back, value), value) == back
    assert abs(back - price) <= HALF * Fraction(value, 1_000_000) + HALF


@pytest.mark.parametrize(
    "price, value, units",
    [
        (1_500_000, 1_842_370_000, 814),  # ARS 15,000.00 at 1,842.37: 8.1417
        (0, 1_000_000, 0),
        (1, 2_000_000, 0),  # exactly half: to the even 0
        (3, 2_000_000, 2),  # exactly one and a half: to the even 2
        (5, 2_000_000, 2),  # exactly two and a half: to the even 2
        (LARGEST_AMOUNT, 1_000_000, LARGEST_AMOUNT),
    ],
)
def test_conversions_by_hand(price: int, value: int, units: int) -> None:
    assert units_from_price(price, value) == units


@pytest.mark.parametrize("count, value", [(-1, 1), (1, 0), (1, -5)])
def test_what_is_no_price_or_value_is_a_mistake(count: int, value: int) -> None:
    with pytest.raises(ValueError):
        units_from_price(count, value)
    with pytest.raises(ValueError):
        price_from_units(count, value)


class TestCheckPrice:
    INDEX = index_of(Method.CER, [128, 255], quote_days=7)
    TODAY = day_from_text("2024-01-20")
    PRICE = 1_500_000

    def amount_on(self, day: int) -> int:
        return units_from_price(self.PRICE, self.INDEX.value_on(day))

    def check(self, *, day: int, amount: int | None = None, today: int = TODAY) -> object:
        if amount is None:
            amount = self.amount_on(day)
        return check_price(self.INDEX, price_minor=self.PRICE, day=day, amount=amount, today=today)

    def test_the_exact_conversion_is_accepted_while_its_day_lasts(self) -> None:
        for back in range(8):
            assert self.check(day=self.TODAY - back) is None
        assert self.check(day=self.TODAY - 8) is PriceRefusal.STALE
        assert self.check(day=self.TODAY + 1) is PriceRefusal.STALE

    def test_any_other_amount_is_refused(self) -> None:
        for off in (-1, 1):
            amount = self.amount_on(self.TODAY) + off
            assert self.check(day=self.TODAY, amount=amount) is PriceRefusal.MISMATCH

    def test_a_day_without_a_value_is_refused_as_not_known(self) -> None:
        after = self.INDEX.known_until + 1
        assert self.check(day=after, amount=1, today=after) is PriceRefusal.NOT_KNOWN
        before = self.INDEX.parameters.base_day - 1
        assert self.check(day=before, amount=1, today=before) is PriceRefusal.NOT_KNOWN

    def test_later_prints_change_nothing_for_a_payment_of_the_past(self) -> None:
        later = index_of(Method.CER, [128, 255, 206, 132, 110], quote_days=7)
        for day in range(self.INDEX.parameters.base_day, self.INDEX.known_until + 1):
            amount = self.amount_on(day)
            assert (
                check_price(later, price_minor=self.PRICE, day=day, amount=amount, today=day)
                is None
            )
