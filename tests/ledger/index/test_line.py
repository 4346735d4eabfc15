"""A line of values across other tables and other currencies: it is one line before and after."""

from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.agreement import PLACES_OF_A_RUN
from ledger.index.conversion import PriceRefusal, check_price, units_from_price
from ledger.index.days import Method, last_day_of_week, month_from_text
from ledger.index.line import Line, Redenomination, Stretch
from ledger.index.parameters import LARGEST_VALUE, IndexParameters
from ledger.index.prints import Print, PrintRefusal, SourceChange
from ledger.index.table import (
    PLACES_OF_A_TABLE,
    Index,
    apply_print,
    apply_source_change,
    begin_line,
    check_print,
    check_source_change,
    go_on,
)
from tests.ledger.index.examples import index_of, parameters, take

THREE_ZEROS: Final[dict[str, Any]] = {"numerator": 1, "denominator": 1000, "currency": "ARN"}
NOVEMBER: Final = month_from_text("2023-11")


def redenominated(first_day: int, **changes: Any) -> Redenomination:
    return Redenomination(first_day=first_day, **(THREE_ZEROS | changes))


def retaken(index: Index, *changes: Redenomination) -> Index:
    """The index of a log that knew of the changes from the beginning, and took the same prints in."""
    told = begin_line(replace(index.line, redenominations=changes))
    for new in index.prints:
        told = take(told, new)
    return told


def half_even(value: Fraction) -> int:
    return round(value)


def continued(method: Method, **changes: Any) -> IndexParameters:
    return parameters(method, is_continued=True, **changes)


@settings(max_examples=40)
@given(
    method=st.sampled_from([Method.CER, Method.UF]),
    changes=st.lists(st.integers(-200, 300), min_size=2, max_size=6),
    days_in=st.integers(1, 120),
    ratio=st.tuples(st.integers(1, 50), st.integers(1, 50)),
)
def test_from_the_day_on_each_value_is_the_old_one_times_the_ratio(
    method: Method, changes: list[int], days_in: int, ratio: tuple[int, int]
) -> None:
    numerator, denominator = ratio
    old = index_of(method, changes, base_value=10**12)
    first_day = old.parameters.base_day + days_in
    new = retaken(old, redenominated(first_day, numerator=numerator, denominator=denominator))
    for day in range(old.parameters.base_day, old.known_until + 1):
        factor = Fraction(numerator, denominator) if day >= first_day else Fraction(1)
        assert new.value_on(day) == half_even(old.value_on(day) * factor)
    assert new.latest == old.latest, "what follows is chained from digits that no conversion rounds"


def test_a_change_of_currency_on_a_day_to_come_leaves_what_is_known_as_it_is() -> None:
    old = index_of(Method.CER, [128, 255])
    new = retaken(old, redenominated(old.known_until + 1))
    assert new.values == old.values
    more = take(new, Print(period=NOVEMBER + 2, value=206))
    first = old.known_until + 1
    as_before = take(old, Print(period=NOVEMBER + 2, value=206))
    assert more.value_on(first) == half_even(Fraction(as_before.value_on(first), 1000))
    assert (more.currency_on(first - 1), more.currency_on(first)) == ("ARS", "ARN")


def test_two_changes_of_currency_multiply_and_are_rounded_once() -> None:
    old = index_of(Method.CER, [128], base_value=1_234_567_891)
    base = old.parameters.base_day
    new = retaken(
        old,
        redenominated(base + 3, numerator=1, denominator=3),
        redenominated(base + 5, numerator=3, denominator=1, currency="ARX"),
    )
    assert new.value_on(base + 4) == half_even(Fraction(old.value_on(base + 4), 3))
    assert new.value_on(base + 5) == old.value_on(base + 5)
    assert [new.currency_on(base + days) for days in (2, 3, 4, 5)] == ["ARS", "ARN", "ARN", "ARX"]


def test_surveys_are_priced_in_the_currency_of_their_sunday() -> None:
    # Prices of 2 % a week; from the fourth survey on people write them without the three zeros.
    rules = parameters(Method.SURVEY, base_value=10**12, lead_days=3)
    first_week = begin_line(Line(start=rules)).due_window.period
    levels = [10**12 * 102**week // 100**week for week in range(8)]
    first_day = last_day_of_week(first_week + 3)
    old, new = (
        begin_line(Line(start=rules)),
        begin_line(Line(start=rules, redenominations=(redenominated(first_day),))),
    )
    for week, level in enumerate(levels):
        is_new = last_day_of_week(first_week + week) >= first_day
        old = take(old, Print(period=first_week + week, value=level))
        new = take(new, Print(period=first_week + week, value=level // 1000 if is_new else level))
    for day in range(first_day, old.known_until + 1):
        # (Levels of the new currency have three digits fewer.)
        assert abs(new.value_on(day) - Fraction(old.value_on(day), 1000)) <= 3
    assert new.value_on(first_day - 1) == old.value_on(first_day - 1)


@settings(max_examples=40)
@given(
    method=st.sampled_from(list(Method)),
    days_in=st.integers(1, 100),
    known=st.integers(0, 4),
)
def test_it_is_the_same_whether_prints_or_the_change_of_currency_come_first(
    method: Method, days_in: int, known: int
) -> None:
    values = [10**12 + 10**10 * each for each in range(4)] if method is Method.SURVEY else [20] * 4
    change = redenominated(parameters(method).base_day + days_in)
    early = begin_line(Line(start=parameters(method, base_value=10**12), redenominations=(change,)))
    late = begin_line(Line(start=parameters(method, base_value=10**12)))
    for place, value in enumerate(values):
        early = take(early, Print(period=early.due_window.period, value=value))
        late = take(late, Print(period=late.due_window.period, value=value))
        if place == known:
            late = retaken(late, change)
    assert retaken(late, change) == early


def test_prices_of_the_old_currency_are_stale_from_the_day_on() -> None:
    old = index_of(Method.CER, [128])
    first_day = old.parameters.base_day + 5
    index = retaken(old, redenominated(first_day))

    def refusal(*, day: int, today: int) -> PriceRefusal | None:
        amount = units_from_price(10_000, index.value_on(day))
        return check_price(index, price_minor=10_000, day=day, amount=amount, today=today)

    assert refusal(day=first_day - 1, today=first_day - 1) is None
    assert refusal(day=first_day - 1, today=first_day) is PriceRefusal.STALE
    assert refusal(day=first_day, today=first_day) is None
    assert refusal(day=first_day, today=first_day + 3) is None


def test_a_print_that_was_valid_before_zeros_fell_is_valid_after_it() -> None:
    # 1.10 of the old currency; the print halves it, so both logs have to take less than 1.00 or neither.
    line = Line(start=parameters(Method.CER, base_value=1_100_000, step_cap=1000))
    fell = replace(line, redenominations=(redenominated(line.start.base_day + 1),))
    halves = Print(period=NOVEMBER, value=-300)
    rises = Print(period=NOVEMBER, value=100)
    assert check_print(begin_line(line), halves) is PrintRefusal.TABLE_OUT_OF_RANGE
    assert check_print(begin_line(fell), halves) is PrintRefusal.TABLE_OUT_OF_RANGE
    assert check_print(begin_line(line), rises) is None
    assert check_print(begin_line(fell), rises) is None
    assert min(apply_print(begin_line(fell), rises).values) >= 1


def test_a_line_that_has_run_out_of_room_has_room_again_without_the_zeros() -> None:
    line = Line(start=parameters(Method.CER, base_value=LARGEST_VALUE - 10**9))
    fell = replace(line, redenominations=(redenominated(line.start.base_day + 1),))
    rises = Print(period=NOVEMBER, value=300)
    assert check_print(begin_line(line), rises) is PrintRefusal.TABLE_OUT_OF_RANGE
    assert check_print(begin_line(fell), rises) is None


def test_another_table_goes_on_from_the_last_value_of_the_one_before() -> None:
    index = index_of(Method.CER, [128, 255])
    stretch = Stretch(first_day=index.known_until + 1, parameters=continued(Method.SURVEY))
    surveyed = go_on(index, stretch)
    assert surveyed.values == index.values
    due = surveyed.due_window
    assert due.first_day <= stretch.first_day <= due.last_day
    level = index.values[-1] * 103 // 100
    more = take(surveyed, Print(period=due.period, value=level))
    assert more.values[: len(index.values)] == index.values
    assert index.values[-1] < more.values[len(index.values)] < level
    assert more.values[-1] == level


def test_from_surveys_a_line_may_go_on_by_official_figures() -> None:
    rules = parameters(Method.SURVEY)
    index = index_of(Method.SURVEY, [1_010_000_000, 1_020_000_000, 1_030_000_000])
    first_day = index.known_until + 1
    official = go_on(index, Stretch(first_day=first_day, parameters=continued(Method.UF)))
    window = official.due_window
    assert window.first_day < first_day <= window.last_day, "it begins inside a window"
    more = take(official, Print(period=window.period, value=100))
    assert more.value_on(first_day - 1) == index.values[-1]
    assert more.known_until == window.last_day
    assert rules.base_day == more.parameters.base_day


@pytest.mark.parametrize("method", list(Method))
def test_a_table_with_the_same_windows_goes_on_as_if_nothing_had_happened(method: Method) -> None:
    values = [10**9 + 10**7 * each for each in range(6)] if method is Method.SURVEY else [20] * 6
    plain, turned = index_of(method, values[:3]), index_of(method, values[:3])
    turned = go_on(
        turned, Stretch(first_day=turned.known_until + 1, parameters=continued(method, quorum=1))
    )
    for value in values[3:]:
        plain = take(plain, Print(period=plain.due_window.period, value=value))
        turned = take(turned, Print(period=turned.due_window.period, value=value))
    assert turned.values == plain.values
    assert turned.prints == plain.prints


def test_a_higher_cap_lets_a_true_print_in() -> None:
    index = index_of(Method.CER, [128])
    jump = Print(period=NOVEMBER + 1, value=400)
    assert check_print(index, jump) is PrintRefusal.STEP_ABOVE_CAP
    stretch = Stretch(
        first_day=index.known_until + 1, parameters=continued(Method.CER, step_cap=500)
    )
    assert check_print(go_on(index, stretch), jump) is None


def test_places_of_tables_are_the_runs_of_the_agreement() -> None:
    assert PLACES_OF_A_TABLE == PLACES_OF_A_RUN


def test_each_table_counts_places_and_sources_of_its_own() -> None:
    index = index_of(Method.CER, [128])
    source = SourceChange(number=1, first_period=NOVEMBER + 1, description_hash=bytes(32))
    index = apply_source_change(index, source)
    assert index.place == 2
    index = go_on(index, Stretch(first_day=index.known_until + 1, parameters=continued(Method.CER)))
    assert index.place == PLACES_OF_A_TABLE
    assert index.source_of(NOVEMBER + 1) == 0
    assert check_source_change(index, source) is None
    index = take(index, Print(period=NOVEMBER + 1, value=10))
    assert index.place == PLACES_OF_A_TABLE + 1


def test_a_stand_in_of_the_table_before_is_made_good_under_the_next() -> None:
    index = take(
        index_of(Method.CER, [20], stand_in_limit=2),
        Print(period=NOVEMBER + 1, value=20, is_stand_in=True),
    )
    rules = continued(Method.CER, stand_in_limit=2)
    index = go_on(index, Stretch(first_day=index.known_until + 1, parameters=rules))
    assert check_print(index, Print(period=NOVEMBER + 2, value=20, is_stand_in=True)) is None
