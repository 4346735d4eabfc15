"""The official methods give the values that the central banks published."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.index.compute import daily_values
from ledger.index.chains import DayValue, factor_of_change, window_values
from ledger.index.days import (
    UNITS,
    Method,
    Window,
    day_from_text,
    month_from_text,
    text_from_day,
    window_of_day,
)
from ledger.index.definitions import CER, UF
from tests.ledger.index.published import UF_WINDOWS, data_text, indec_changes, published_values

CLOSE = Decimal("1e-12")


def at(date: str, value: str | Decimal) -> DayValue:
    return DayValue(day=day_from_text(date), value=Decimal(value))


@pytest.mark.parametrize("sibling", [False, True], ids=["bundled", "sibling"])
def test_month_ends_of_the_cer_are_reproduced_from_the_first(sibling: bool) -> None:
    text = data_text("cer_month_end.csv", sibling=sibling)
    if text is None:
        pytest.skip("the folder shared/data does not stand beside the project")
    published = published_values(text, column="cer")
    first, *others = published
    last = day_from_text(others[-1])
    values = {
        text_from_day(value.day): value.value
        for value in daily_values(
            at(first, published[first]), changes=indec_changes(), method=Method.CER, until=last
        )
    }
    assert len(values) == last - day_from_text(first)
    for date in others:
        assert abs(values[date] / published[date] - 1) < CLOSE, date


@pytest.mark.parametrize(
    "first, last", [("2024-01-31", "2024-02-29"), ("2024-05-31", "2024-11-30")]
)
def test_a_chain_may_start_at_any_published_value(first: str, last: str) -> None:
    text = data_text("cer_month_end.csv", sibling=False)
    assert text is not None
    published = published_values(text, column="cer")
    values = daily_values(
        at(first, published[first]),
        changes=indec_changes(),
        method=Method.CER,
        until=day_from_text(last),
    )
    assert abs(values[-1].value / published[last] - 1) < CLOSE


@pytest.mark.parametrize("sibling", [False, True], ids=["bundled", "sibling"])
def test_the_uf_of_september_2020_is_exact_to_the_cent(sibling: bool) -> None:
    text = data_text("uf_2020_09.csv", sibling=sibling)
    if text is None:
        pytest.skip("the folder shared/data does not stand beside the project")
    published = published_values(text, column="uf")
    changes = {month_from_text("2020-08"): 1}
    until = day_from_text(max(published))
    values = daily_values(
        at("2020-09-09", "28687.77"), changes=changes, method=Method.UF, until=until
    )
    assert {text_from_day(value.day): value.value for value in values} == published


@pytest.mark.parametrize("first", UF_WINDOWS)
def test_other_windows_of_the_uf_are_exact_from_every_day_inside_them(first: str) -> None:
    change, text = UF_WINDOWS[first]
    published = [Decimal(value) for value in text.split()]
    for position, value in enumerate(published[:-1]):
        start = DayValue(day=day_from_text(first) + position, value=value)
        window = window_of_day(start.day, method=Method.UF)
        values = window_values(start, window=window, factor=factor_of_change(change), unit=UF)
        following = [value.value for value in values][: len(published) - position - 1]
        assert following == published[position + 1 :]


def test_the_next_window_of_the_uf_builds_on_the_rounded_value_of_the_9th() -> None:
    changes = {month_from_text("2021-01"): 5, month_from_text("2021-02"): 5}
    until = day_from_text("2021-04-09")
    values = daily_values(
        at("2021-02-09", "100.25"), changes=changes, method=Method.UF, until=until
    )
    by_date = {text_from_day(value.day): value.value for value in values}
    assert by_date["2021-03-09"] == Decimal("100.75")  # from 100.75125
    assert by_date["2021-04-09"] == Decimal(
        "101.25"
    )  # from 101.25375; unrounded, 101.2550 gives .26


def test_a_year_end_and_the_last_published_day_of_2024() -> None:
    # The central bank published 38,362.26 for the 9th and 38,416.69 for the 31st; November: +0.2 %.
    values = daily_values(
        at("2024-12-09", "38362.26"),
        changes={month_from_text("2024-11"): 2},
        method=Method.UF,
        until=day_from_text("2024-12-31"),
    )
    assert values[-1].value == Decimal("38416.69")


def test_a_tie_of_the_uf_is_rounded_up() -> None:
    window = window_of_day(day_from_text("2021-02-10"), method=Method.UF)
    values = window_values(
        at("2021-02-09", "100.50"), window=window, factor=Fraction(1001, 1000), unit=UF
    )
    assert list(values)[-1].value == Decimal("100.60")
    tie = window_values(
        at("2021-02-09", "105.00"), window=window, factor=Fraction(1001, 1000), unit=UF
    )
    assert list(tie)[-1].value == Decimal("105.11")  # exactly 105.105


def test_a_start_that_no_value_of_the_9th_leads_to_is_its_own_anchor() -> None:
    window = window_of_day(day_from_text("2021-02-10"), method=Method.UF)
    start = at("2021-02-20", "100.005")
    values = list(window_values(start, window=window, factor=Fraction(1), unit=UF))
    assert len(values) == window.last_day - start.day
    assert {value.value for value in values} == {Decimal("100.01")}


def test_without_a_change_nothing_moves() -> None:
    for method in (Method.CER, Method.UF):
        window = window_of_day(day_from_text("2024-02-20"), method=method)
        start = DayValue(day=window.first_day - 1, value=Decimal("1234.56"))
        values = list(window_values(start, window=window, factor=Fraction(1), unit=UNITS[method]))
        assert [value.day for value in values] == list(range(window.first_day, window.last_day + 1))
        assert {value.value for value in values} == {start.value}


@given(change=st.integers(-999, 3000), value=st.integers(1, 10**12), day=st.integers(0, 40_000))
def test_the_end_of_a_window_is_the_start_times_the_printed_change(
    change: int, value: int, day: int
) -> None:
    window = window_of_day(day, method=Method.CER)
    start = DayValue(day=window.first_day - 1, value=Decimal(value))
    factor = factor_of_change(change)
    values = list(window_values(start, window=window, factor=factor, unit=CER))
    assert len(values) == window.length
    assert values[-1].value == Decimal(value) * (1000 + change) / 1000


def test_the_callers_decimal_context_does_not_matter() -> None:
    window = window_of_day(day_from_text("2024-01-20"), method=Method.CER)
    start = DayValue(day=window.first_day - 1, value=Decimal("184.9331302207"))
    factor = factor_of_change(255)
    usual = list(window_values(start, window=window, factor=factor, unit=CER))
    with localcontext() as context:
        context.prec = 5
        narrow = list(window_values(start, window=window, factor=factor, unit=CER))
    assert narrow == usual


@pytest.mark.parametrize("day", [-2, 31])
def test_a_start_away_from_the_window_is_refused(day: int) -> None:
    window = Window(period=0, first_day=0, last_day=30)
    with pytest.raises(ValueError, match="does not touch"):
        list(
            window_values(
                DayValue(day=day, value=Decimal(1)),
                window=window,
                factor=Fraction(1),
                unit=CER,
            )
        )
