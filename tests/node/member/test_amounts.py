"""Amounts: what is read, what is refused and why, and that showing and reading agree."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cli.main  # noqa: F401 (it names the modules with words)
from cli.shell.errors import in_words
from node.member.amounts import (
    LARGEST_AMOUNT,
    LONGEST_TEXT,
    AmountError,
    AmountFault,
    format_amount,
    parse_amount,
    parse_number,
)
from node.words.forms import WrittenForms
from tests.places import VECTOR_FILES

VECTORS = json.loads((VECTOR_FILES / "numbers.json").read_text())
"""What the pages read as an amount too."""


@pytest.mark.parametrize("case", VECTORS["read"], ids=str)
def test_an_amount_is_read(case: dict[str, Any]) -> None:
    assert parse_amount(case["text"]) == case["minor"]


@pytest.mark.parametrize("case", VECTORS["typed"], ids=str)
def test_a_clear_mark_for_thousands_is_read_where_a_person_types(case: dict[str, Any]) -> None:
    assert parse_amount(case["text"]) == case["minor"]
    with pytest.raises(AmountError) as refused:
        parse_amount(case["text"], grouped=False)
    assert refused.value.fault is AmountFault.THOUSANDS_MARK


@pytest.mark.parametrize("case", VECTORS["refused"], ids=str)
def test_what_is_no_amount_is_refused_with_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(case["text"])
    assert refused.value.fault is AmountFault(case["fault"])
    assert list(refused.value.readings) == case.get("readings", [])
    explained = in_words(refused.value)
    assert explained is not None
    for reading in refused.value.readings:
        # What would be refused itself is not advised.
        can_be_written = len(reading.partition(".")[2]) <= 2
        assert (reading in explained.remedy) == can_be_written


@pytest.mark.parametrize(
    ("text", "number"),
    [("2.5", 25), ("2,5", 25), ("-0.3", -3), ("\u22120,3", -3), ("0", 0), ("10", 100)],
)
def test_a_signed_number_with_one_decimal_is_read(text: str, number: int) -> None:
    assert parse_number(text, places=1, is_signed=True) == number


@pytest.mark.parametrize("text", ["1e1", "--1", "-", "+1", "2.55", "1.000", "inf", "1_0"])
def test_what_is_no_such_number_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse_number(text, places=1, is_signed=True)


def test_with_many_decimals_three_of_them_are_still_in_doubt() -> None:
    with pytest.raises(AmountError) as refused:
        parse_number("184.933", places=6)
    assert refused.value.readings == ("184.9330", "184933")
    for reading, number in zip(refused.value.readings, (184_933_000, 184_933_000_000), strict=True):
        assert parse_number(reading, places=6) == number
    assert parse_number("0.125", places=6) == 125_000


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
    # The digits are the only ones it could have meant: none was dropped or moved, and decimals are behind the
    # last mark, unless three digits there say that it is one for thousands.
    whole, _, decimals = format_amount(amount).partition(".")
    typed = re.split("[., ']", text.strip())
    if len(typed) > 1 and len(typed[-1]) < 3:
        assert (whole, decimals) == ("".join(typed[:-1]), typed[-1].ljust(2, "0"))
    else:
        assert (whole, decimals) == ("".join(typed), "00")


@given(st.integers(min_value=1, max_value=LARGEST_AMOUNT), st.sampled_from(["es", "pt"]))
def test_what_a_language_shows_reads_back(amount: int, code: str) -> None:
    assert parse_amount(WrittenForms(code=code).amount(amount)) == amount
    assert parse_amount(WrittenForms(code="en").amount(amount)) == amount
