"""Amounts: what is read, what is refused and why, and that showing and reading agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.amounts import (
    LARGEST_AMOUNT,
    LONGEST_TEXT,
    AmountError,
    AmountFault,
    format_amount,
    parse_amount,
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12,5", 1250),
        ("12.50", 1250),
        ("12,50", 1250),
        (" 12.50\n", 1250),
        ("0.01", 1),
        ("0,10", 10),
        ("1250.00", 125_000),
        ("90071992547409.91", LARGEST_AMOUNT),
    ],
)
def test_an_amount_is_read(text: str, amount: int) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", AmountFault.EMPTY),
        ("  ", AmountFault.EMPTY),
        ("1.250", AmountFault.THOUSANDS_MARK),
        ("1,250", AmountFault.THOUSANDS_MARK),
        ("1.250,00", AmountFault.THOUSANDS_MARK),
        ("1,250.00", AmountFault.THOUSANDS_MARK),
        ("1.250.000", AmountFault.THOUSANDS_MARK),
        ("1 250", AmountFault.THOUSANDS_MARK),
        ("1'250.00", AmountFault.THOUSANDS_MARK),
        ("1_250", AmountFault.THOUSANDS_MARK),
        ("0.125", AmountFault.THOUSANDS_MARK),
        ("1250.505", AmountFault.TOO_MANY_DECIMALS),
        ("1.2505", AmountFault.TOO_MANY_DECIMALS),
        (".50", AmountFault.DIGIT_MISSING),
        ("12.", AmountFault.DIGIT_MISSING),
        (".", AmountFault.DIGIT_MISSING),
        ("0125", AmountFault.LEADING_ZERO),
        ("00.50", AmountFault.LEADING_ZERO),
        ("-5", AmountFault.NEGATIVE),
        ("\u22125", AmountFault.NEGATIVE),
        ("0", AmountFault.ZERO),
        ("0,00", AmountFault.ZERO),
        ("90071992547409.92", AmountFault.TOO_LARGE),
        ("9" * LONGEST_TEXT, AmountFault.TOO_LARGE),
        ("9" * (LONGEST_TEXT + 1), AmountFault.TOO_LONG),
        ("+5", AmountFault.NOT_A_NUMBER),
        ("1e3", AmountFault.NOT_A_NUMBER),
        ("$5", AmountFault.NOT_A_NUMBER),
        ("0x10", AmountFault.NOT_A_NUMBER),
        ("NaN", AmountFault.NOT_A_NUMBER),
        ("\u0661\u0662", AmountFault.NOT_A_NUMBER),
        ("\uff11\uff12", AmountFault.NOT_A_NUMBER),
        ("1\u00b2", AmountFault.NOT_A_NUMBER),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(text: str, fault: AmountFault) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(text)
    assert refused.value.fault is fault


def test_zero_is_read_where_it_makes_sense() -> None:
    assert parse_amount("0.00", allow_zero=True) == 0


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-1250, "-12.50"), (100, "1.00")],
)
def test_an_amount_is_shown_with_two_decimals(amount: int, text: str) -> None:
    assert format_amount(amount) == text


@given(st.integers(min_value=1, max_value=LARGEST_AMOUNT))
def test_what_is_shown_reads_back_with_either_mark(amount: int) -> None:
    shown = format_amount(amount)
    assert parse_amount(shown) == amount
    assert parse_amount(shown.replace(".", ",")) == amount


@given(st.text(alphabet="0123456789.,-+ '_e", max_size=LONGEST_TEXT + 2))
def test_any_text_is_an_amount_in_range_or_refused(text: str) -> None:
    try:
        amount = parse_amount(text)
    except AmountError:
        return
    assert 1 <= amount <= LARGEST_AMOUNT
    # The digits are the only ones it could have meant: no mark was dropped or moved.
    whole, _, decimals = format_amount(amount).partition(".")
    typed_whole, _, typed_decimals = text.strip().replace(",", ".").partition(".")
    assert (whole, decimals) == (typed_whole, typed_decimals.ljust(2, "0"))
