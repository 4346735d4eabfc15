"""The table of one log: what it knows, what it refuses, and that its past never changes."""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.index.days import Method, day_from_text, last_day_of_week, month_from_text
from ledger.index.definitions import CER, Rounding
from ledger.index.parameters import LARGEST_VALUE
from ledger.index.prints import (
    LateChange,
    Print,
    PrintRefusal,
    SourceChange,
    SourceRefusal,
)
from ledger.index.table import (
    DayBeforeBase,
    DayNotKnown,
    apply_print,
    apply_source_change,
    check_print,
    check_source_change,
    new_index,
    open_stand_ins,
)
from tests.ledger.index.examples import index_of, parameters, take

NOVEMBER = month_from_text("2023-11")
OFFICIAL = st.sampled_from([Method.CER, Method.UF])
CHANGES = st.lists(st.integers(-200, 300), min_size=1, max_size=8)
LEVELS = st.lists(st.integers(10**8, 10**10), min_size=1, max_size=12)
EMPTY_HASH = bytes(32)


def prints_of(method: Method, changes: list[int], levels: list[int]) -> list[int]:
    return levels if method is Method.SURVEY else changes


@settings(max_examples=60)
@given(
    method=st.sampled_from(list(Method)),
    changes=CHANGES,
    levels=LEVELS,
    base_day=st.integers(day_from_text("2020-01-01"), day_from_text("2024-12-31")),
)
def test_a_later_print_never_changes_an_earlier_day(
    method: Method, changes: list[int], levels: list[int], base_day: int
) -> None:
    index = new_index(parameters(method, base_day=base_day, base_value=10**10))
    for value in prints_of(method, changes, levels):
        later = take(index, Print(period=index.due_window.period, value=value))
        assert later.values[: len(index.values)] == index.values
        assert later.known_until == index.due_window.last_day
        assert len(later.values) == later.known_until - base_day + 1
        index = later


@settings(max_examples=40)
@given(method=OFFICIAL, changes=CHANGES)
def test_the_same_entries_give_the_same_table(method: Method, changes: list[int]) -> None:
    assert index_of(method, changes) == index_of(method, changes)


def test_a_day_that_is_not_known_is_never_guessed() -> None:
    index = index_of(Method.CER, [128])
    last = day_from_text("2024-01-15")
    assert index.known_until == last
    assert (
        index.value_on(last) > index.value_on(last - 1) > index.value_on(index.parameters.base_day)
    )
    with pytest.raises(DayNotKnown) as unknown:
        index.value_on(last + 1)
    assert (unknown.value.day, unknown.value.known_until) == (last + 1, last)
    with pytest.raises(DayBeforeBase):
        index.value_on(index.parameters.base_day - 1)


def test_a_late_print_fills_its_own_window_as_if_it_had_been_on_time() -> None:
    # Nothing in the table depends on when an entry is taken in, only on the order.
    index = index_of(Method.CER, [128])
    assert check_print(index, Print(period=NOVEMBER + 2, value=206)) is PrintRefusal.PERIOD_EARLY
    caught_up = take(
        index, Print(period=NOVEMBER + 1, value=255), Print(period=NOVEMBER + 2, value=206)
    )
    assert caught_up == index_of(Method.CER, [128, 255, 206])


@pytest.mark.parametrize(
    "new, refusal",
    [
        (Print(period=NOVEMBER, value=128), PrintRefusal.PERIOD_REPEATED),
        (Print(period=NOVEMBER, value=129), PrintRefusal.PERIOD_CONTRADICTED),
        (Print(period=NOVEMBER, value=128, source=1), PrintRefusal.PERIOD_CONTRADICTED),
        (Print(period=NOVEMBER + 2, value=1), PrintRefusal.PERIOD_EARLY),
        (Print(period=NOVEMBER - 1, value=1), PrintRefusal.PERIOD_BEFORE_BASE),
        (Print(period=NOVEMBER + 1, value=1, source=1), PrintRefusal.SOURCE_WRONG),
        (Print(period=NOVEMBER + 1, value=-1000), PrintRefusal.VALUE_IMPOSSIBLE),
        (Print(period=NOVEMBER + 1, value=-(10**30)), PrintRefusal.VALUE_IMPOSSIBLE),
        (Print(period=NOVEMBER + 1, value=301), PrintRefusal.STEP_ABOVE_CAP),
        (Print(period=NOVEMBER + 1, value=10**30), PrintRefusal.STEP_ABOVE_CAP),
        (Print(period=NOVEMBER + 1, value=-231), PrintRefusal.STEP_ABOVE_CAP),
        (Print(period=NOVEMBER + 1, value=300), None),
        (Print(period=NOVEMBER + 1, value=-230), None),
        (
            Print(period=NOVEMBER + 1, value=128, is_stand_in=True),
            PrintRefusal.STAND_IN_NOT_ALLOWED,
        ),
        (
            Print(period=NOVEMBER + 1, value=1, late=(LateChange(period=NOVEMBER, change=1),)),
            PrintRefusal.LATE_UNKNOWN,
        ),
        # Of two faults, the one that is checked first is named.
        (Print(period=NOVEMBER, value=10**30, source=9), PrintRefusal.PERIOD_CONTRADICTED),
        (Print(period=NOVEMBER + 1, value=10**30, source=9), PrintRefusal.SOURCE_WRONG),
    ],
)
def test_repeated_contradictory_negative_and_absurd_prints(
    new: Print, refusal: PrintRefusal | None
) -> None:
    assert check_print(index_of(Method.CER, [128]), new) is refusal


@pytest.mark.parametrize("value", [-1, 0, 999_999, LARGEST_VALUE + 1])
def test_a_level_that_no_price_has_is_refused(value: int) -> None:
    index = new_index(parameters(Method.SURVEY))
    new = Print(period=index.due_window.period, value=value)
    assert check_print(index, new) is PrintRefusal.VALUE_IMPOSSIBLE


@pytest.mark.parametrize("base_value, value", [(1_000_000, -10), (LARGEST_VALUE, 10)])
def test_a_unit_stays_in_the_range_that_conversion_is_exact_in(base_value: int, value: int) -> None:
    index = new_index(parameters(Method.CER, base_value=base_value))
    new = Print(period=NOVEMBER, value=value)
    assert check_print(index, new) is PrintRefusal.TABLE_OUT_OF_RANGE


LIMITS: Final[dict[str, Any]] = {"stand_in_limit": 2}


class TestStandIns:
    def test_a_stand_in_repeats_the_change_before_it(self) -> None:
        index = index_of(Method.CER, [128], **LIMITS)
        stand_in = Print(period=NOVEMBER + 1, value=128, is_stand_in=True)
        assert take(index, stand_in).values == index_of(Method.CER, [128, 128]).values
        wrong = replace(stand_in, value=127)
        assert check_print(index, wrong) is PrintRefusal.STAND_IN_VALUE_WRONG

    def test_there_are_no_more_in_a_row_than_the_charter_allows(self) -> None:
        index = index_of(Method.CER, [128], **LIMITS)
        for month in (1, 2):
            index = take(index, Print(period=NOVEMBER + month, value=128, is_stand_in=True))
        third = Print(period=NOVEMBER + 3, value=128, is_stand_in=True)
        assert check_print(index, third) is PrintRefusal.STAND_IN_NOT_ALLOWED
        printed = take(index, Print(period=NOVEMBER + 3, value=50))
        assert check_print(printed, Print(period=NOVEMBER + 4, value=50, is_stand_in=True)) is None

    def test_there_is_nothing_to_repeat_before_the_first_print(self) -> None:
        index = new_index(parameters(Method.CER, **LIMITS))
        first = Print(period=NOVEMBER, value=0, is_stand_in=True)
        assert check_print(index, first) is PrintRefusal.STAND_IN_NOT_ALLOWED

    @settings(max_examples=30)
    @given(change=st.integers(-200, 300), following=st.integers(-200, 300))
    def test_a_late_change_is_made_good_by_the_end_of_the_next_window(
        self, change: int, following: int
    ) -> None:
        index = index_of(Method.CER, [128], **LIMITS)
        index = take(index, Print(period=NOVEMBER + 1, value=128, is_stand_in=True))
        late = (LateChange(period=NOVEMBER + 1, change=change),)
        spliced = take(index, Print(period=NOVEMBER + 2, value=following, late=late))
        on_time = index_of(Method.CER, [128, change, following])
        assert spliced.values[: len(index.values)] == index.values
        assert abs(spliced.values[-1] - on_time.values[-1]) <= 1
        assert open_stand_ins(index.prints) == {NOVEMBER + 1: index.prints[-1]}
        assert not open_stand_ins(spliced.prints)

    @pytest.mark.parametrize(
        "late, refusal",
        [
            ([(1, 10)], None),
            ([(1, 10), (2, 10)], None),
            ([(2, 10), (1, 10)], PrintRefusal.LATE_UNKNOWN),
            ([(1, 10), (1, 10)], PrintRefusal.LATE_UNKNOWN),
            ([(0, 10)], PrintRefusal.LATE_UNKNOWN),
            ([(3, 10)], PrintRefusal.LATE_UNKNOWN),
            ([(1, 301)], PrintRefusal.STEP_ABOVE_CAP),
            ([(1, -1000)], PrintRefusal.VALUE_IMPOSSIBLE),
        ],
    )
    def test_late_changes_have_to_be_of_open_stand_ins(
        self, late: list[tuple[int, int]], refusal: PrintRefusal | None
    ) -> None:
        index = index_of(Method.CER, [128], **LIMITS)
        for month in (1, 2):
            index = take(index, Print(period=NOVEMBER + month, value=128, is_stand_in=True))
        changes = tuple(LateChange(period=NOVEMBER + month, change=own) for month, own in late)
        new = Print(period=NOVEMBER + 3, value=50, late=changes)
        assert check_print(index, new) is refusal

    def test_a_late_change_is_taken_once(self) -> None:
        index = index_of(Method.CER, [128], **LIMITS)
        late = (LateChange(period=NOVEMBER + 1, change=10),)
        index = take(
            index,
            Print(period=NOVEMBER + 1, value=128, is_stand_in=True),
            Print(period=NOVEMBER + 2, value=10, late=late),
        )
        again = Print(period=NOVEMBER + 3, value=10, late=late)
        assert check_print(index, again) is PrintRefusal.LATE_UNKNOWN


class TestSources:
    def test_prints_name_the_source_in_force(self) -> None:
        index = index_of(Method.CER, [128])
        change = SourceChange(number=1, first_period=NOVEMBER + 2, description_hash=EMPTY_HASH)
        assert check_source_change(index, change) is None
        changed = apply_source_change(index, change)
        assert changed.values == index.values
        old = Print(period=NOVEMBER + 1, value=255)
        assert check_print(changed, replace(old, source=1)) is PrintRefusal.SOURCE_WRONG
        after = take(changed, old)
        new = Print(period=NOVEMBER + 2, value=206, source=1)
        assert check_print(after, replace(new, source=0)) is PrintRefusal.SOURCE_WRONG
        newest = take(after, new)
        assert newest.values == index_of(Method.CER, [128, 255, 206]).values

    @pytest.mark.parametrize(
        "number, months, hash_, refusal",
        [
            (0, 1, EMPTY_HASH, SourceRefusal.NUMBER_REPEATED),
            (2, 1, EMPTY_HASH, SourceRefusal.NUMBER_EARLY),
            (1, 1, b"", SourceRefusal.DESCRIPTION_MISSING),
            (1, 0, EMPTY_HASH, SourceRefusal.PERIOD_TAKEN),
            (1, 1, EMPTY_HASH, None),
        ],
    )
    def test_changes_of_source_that_are_refused(
        self, number: int, months: int, hash_: bytes, refusal: SourceRefusal | None
    ) -> None:
        change = SourceChange(number=number, first_period=NOVEMBER + months, description_hash=hash_)
        assert check_source_change(index_of(Method.CER, [128]), change) is refusal

    def test_sources_follow_each_other(self) -> None:
        index = index_of(Method.CER, [128])
        first = SourceChange(number=1, first_period=NOVEMBER + 4, description_hash=EMPTY_HASH)
        index = apply_source_change(index, first)
        before = SourceChange(number=2, first_period=NOVEMBER + 3, description_hash=EMPTY_HASH)
        assert check_source_change(index, before) is SourceRefusal.PERIOD_TAKEN
        again = SourceChange(number=1, first_period=NOVEMBER + 5, description_hash=EMPTY_HASH)
        assert check_source_change(index, again) is SourceRefusal.NUMBER_REPEATED


class TestSurvey:
    def test_a_week_ends_at_the_level_that_was_measured_when_nothing_carries_it_on(self) -> None:
        index = index_of(Method.SURVEY, [1_030_000_000, 1_060_900_000], pace_weeks=0)
        # 2024-01-01 is a Monday: the first window has the six days that are left of its week.
        assert len(index.values) == 1 + 6 + 7
        assert index.values[6] == 1_030_000_000
        assert index.values[13] == 1_060_900_000
        steps = [(b * 1000) // a for a, b in zip(index.values[7:], index.values[8:], strict=False)]
        assert len(set(steps)) == 1

    def test_the_pace_is_measured_from_the_level_as_old_as_the_pace_is_long(self) -> None:
        """Four weeks: the level of four weeks before counts, that of five weeks before does not."""
        rising = [1_000_000_000, 1_010_000_000, 1_020_000_000, 1_030_000_000, 1_040_000_000]
        newest = 1_050_000_000
        index = index_of(Method.SURVEY, [*rising, newest], pace_weeks=4)
        days = index.known_until - last_day_of_week(index.prints[-1].period)
        expected = newest * (newest / rising[1]) ** (days / 28)
        assert abs(index.values[-1] - expected) < 2

    def test_steady_prices_are_met_at_the_end_of_each_window(self) -> None:
        # Prices rise by 2 % a week and a survey is three days older than the plain rule: the pace
        # carries each level on over those days and the week of its window.
        weekly = [1_000_000_000 * 1020**week // 1000**week for week in range(30)]
        index = index_of(Method.SURVEY, weekly, lead_days=3)
        for week in range(10, 29):
            sunday = last_day_of_week(index.prints[week].period)
            due = weekly[week]
            if sunday <= index.known_until:
                assert abs(index.value_on(sunday) - due) * 1000 < due

    @settings(max_examples=40)
    @given(levels=LEVELS)
    def test_no_week_moves_more_than_the_cap(self, levels: list[int]) -> None:
        index = new_index(parameters(Method.SURVEY, step_cap=50))
        for level in levels:
            before = index.values[-1]
            index = take(index, Print(period=index.due_window.period, value=level))
            after = index.values[-1]
            assert after * 1000 <= before * 1050 + 1000
            assert after * 1050 >= before * 1000 - 1000

    @settings(max_examples=30)
    @given(absurd=st.integers(1_000_000, LARGEST_VALUE))
    def test_an_absurd_level_leaves_no_trace_once_true_ones_are_back(self, absurd: int) -> None:
        true = [1_000_000_000] * 24
        index = index_of(Method.SURVEY, [*true[:4], absurd, *true[5:]])
        assert abs(index.values[-1] - 1_000_000_000) <= 1

    def test_a_week_without_a_survey_goes_on_at_the_pace_it_had(self) -> None:
        weekly = [1_000_000_000 * 1010**week // 1000**week for week in range(8)]
        index = index_of(Method.SURVEY, weekly, stand_in_limit=1)
        week = index.due_window.period
        stand_in = take(index, Print(period=week, value=weekly[-1], is_stand_in=True))
        measured = take(index, Print(period=week, value=weekly[-1] * 1010 // 1000))
        assert abs(stand_in.values[-1] - measured.values[-1]) < 1000
        late = (LateChange(period=week, change=1),)
        with_late = Print(period=week + 1, value=weekly[-1], late=late)
        assert check_print(stand_in, with_late) is PrintRefusal.LATE_UNKNOWN


def test_applying_what_was_checked_is_all_that_changes() -> None:
    index = index_of(Method.UF, [1])
    new = Print(period=index.due_window.period, value=2)
    later = apply_print(index, new)
    assert (later.prints, later.sources) == ((*index.prints, new), ())
    assert all(value % 10_000 == 0 for value in later.values)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (1_000_000_001, 1_500_000_002),
        (1_000_000_003, 1_500_000_004),
        (1_000_000_005, 1_500_000_008),
    ],
)
def test_a_value_exactly_between_two_millionths_is_the_even_one(base: int, expected: int) -> None:
    """After the whole window a change of 50 % is whole: no root hides that the value is half-way."""
    rules = replace(
        parameters(Method.CER, base_day=day_from_text("2025-12-15"), base_value=base), step_cap=500
    )
    index = take(new_index(rules), Print(period=month_from_text("2025-11"), value=500))
    assert index.values[-1] == expected


def test_values_are_rounded_as_published_though_carried_on_exactly() -> None:
    uva = replace(CER, places=2, rounding=Rounding.HALF_UP)
    index = index_of(Method.UNIT, [255, 206], unit=uva, base_day=day_from_text("2024-01-15"))
    exact = index_of(Method.CER, [255, 206], base_day=day_from_text("2024-01-15"))
    assert index.latest == exact.latest
    assert [value % 10_000 for value in index.values] == [0] * len(index.values)
    assert all(
        abs(mine - other) <= 5_000 for mine, other in zip(index.values, exact.values, strict=True)
    )
