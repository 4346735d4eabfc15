"""Surveys every so many days, and the level that covers the surveys that were missed before it."""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.index.certified import MOST_DAYS_COVERED
from ledger.index.days import Method, day_from_text, week_of_day
from ledger.index.line import Stretch
from ledger.index.parameters import ParametersError
from ledger.index.periods import Periods
from ledger.index.prints import Print, PrintRefusal
from ledger.index.table import Index, check_print, go_on, new_index
from tests.ledger.index.examples import UI, index_of, parameters, take

LENGTHS: Final = st.integers(1, 28)
THOUSAND: Final = 1_000_000_000


def survey(**fields: Any) -> Index:
    """An index that knows the base day, a Wednesday."""
    return new_index(
        parameters(Method.SURVEY, **({"base_day": day_from_text("2024-01-03")} | fields))
    )


def level(index: Index, value: int, *, missed: int = 0, **fields: Any) -> Print:
    """The print of the due period, or of one so many periods later."""
    return Print(period=index.due_window.period + missed, value=value, **fields)


class TestLength:
    @given(days=LENGTHS, lead=st.integers(0, 21), day=st.integers(-1_000, 40_000))
    def test_every_day_is_in_one_window_and_windows_touch(
        self, days: int, lead: int, day: int
    ) -> None:
        periods = Periods(method=Method.SURVEY, period_days=days, lead_days=lead)
        window = periods.window_of_day(day)
        assert window.first_day <= day <= window.last_day
        assert (window.length, periods.window(window.period)) == (days, window)
        assert periods.window(window.period + 1).first_day == window.last_day + 1
        assert window.first_day == periods.survey_day(window.period) + lead + 1
        newest = periods.newest_over(day)
        assert periods.known_on(newest) <= day < periods.known_on(newest + 1)

    def test_seven_days_are_the_week_that_there_always_was(self) -> None:
        week = week_of_day(day_from_text("2025-12-21"))
        assert Periods(method=Method.SURVEY).survey_day(week) == 7 * week + 3
        assert Periods(method=Method.SURVEY).name(week) == "2025-12-21"

    @given(days=LENGTHS, period=st.integers(0, 2_000))
    def test_a_name_leads_back_to_its_period(self, days: int, period: int) -> None:
        periods = Periods(method=Method.SURVEY, period_days=days)
        assert periods.from_text(periods.name(period)) == period

    def test_halves_of_months_have_names_and_days(self) -> None:
        halves = Periods(method=Method.UNIT, unit=replace(UI, starts=(11, 26)))
        first, second = halves.from_text("2025-01/1"), halves.from_text("2025-01/2")
        assert (first + 1, halves.name(first), halves.name(second)) == (
            second,
            "2025-01/1",
            "2025-01/2",
        )
        assert halves.known_on(first) == day_from_text("2025-01-16")
        assert halves.known_on(second) == day_from_text("2025-02-01")
        for text in ("2025-01", "2025-01/3", "2025-01/", "2025-1/1"):
            with pytest.raises(ValueError, match=r".*"):
                halves.from_text(text)

    @given(days=LENGTHS, lead=st.integers(0, 7))
    def test_steady_prices_are_met_at_the_end_of_each_window(self, days: int, lead: int) -> None:
        """Prices rise by 1 % a day; each level is that of its own day."""
        index = survey(period_days=days, lead_days=lead, step_cap=10_000)
        base_day = index.parameters.base_day
        for _ in range(3):
            day = index.parameters.periods.survey_day(index.due_window.period)
            index = take(index, level(index, round(THOUSAND * 1.01 ** (day - base_day))))
        assert index.known_until - index.due_window.first_day == -1
        due = THOUSAND * 1.01 ** (index.known_until - base_day)
        assert abs(index.values[-1] - due) < due / 10**6

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"period_days": 0}, "period_days must be 1 to 28"),
            ({"period_days": 29}, "period_days must be 1 to 28"),
            ({"period_days": 15, "pace_weeks": 2}, "pace_weeks must be 0, or 3 or more"),
            ({"period_days": 8, "pace_weeks": 1}, "pace_weeks must be 0, or 2 or more"),
        ],
    )
    def test_lengths_that_can_not_be(self, fields: dict[str, int], named: str) -> None:
        with pytest.raises(ParametersError, match=named):
            parameters(Method.SURVEY, **fields)

    @pytest.mark.parametrize(
        "fields",
        [
            {"period_days": 14, "pace_weeks": 2},
            {"period_days": 28, "pace_weeks": 0},
            {"period_days": 1, "pace_weeks": 13, "lead_days": 21},
        ],
    )
    def test_lengths_that_can_be(self, fields: dict[str, int]) -> None:
        rules = parameters(Method.SURVEY, **fields)
        assert rules.periods.period_days == fields["period_days"]

    def test_only_surveys_have_a_length(self) -> None:
        with pytest.raises(ParametersError, match="belongs to the method survey"):
            parameters(Method.CER, period_days=3)


class TestGap:
    def test_a_level_covers_the_periods_that_were_missed(self) -> None:
        index = take(survey(pace_weeks=0), level(survey(), 1_010_000_000))
        covering = level(index, 1_100_000_000, missed=2)
        later = take(index, covering)
        assert later.values[: len(index.values)] == index.values
        assert later.known_until == index.known_until + 3 * 7
        assert (later.values[-1], later.prints[-1]) == (1_100_000_000, covering)
        # At an even pace over all three weeks.
        growth = [b / a for a, b in zip(later.values[-22:], later.values[-21:], strict=False)]
        assert max(growth) - min(growth) < 1e-8

    def test_the_cap_holds_for_each_period_that_is_covered(self) -> None:
        index = take(survey(step_cap=100), level(survey(), THOUSAND))
        for missed in (0, 1, 4):
            up = take(index, level(index, 10**13, missed=missed)).values[-1]
            down = take(index, level(index, 10**6, missed=missed)).values[-1]
            assert abs(up - round(THOUSAND * 1.1 ** (missed + 1))) <= 1
            assert abs(down - round(THOUSAND / 1.1 ** (missed + 1))) <= 1

    def test_steady_prices_are_met_after_a_gap_too(self) -> None:
        index = survey()
        for week in range(4):
            index = take(index, level(index, round(THOUSAND * 1.02**week)))
        after = take(index, level(index, round(THOUSAND * 1.02**6), missed=2))
        straight = index
        for week in (4, 5, 6):
            straight = take(straight, level(straight, round(THOUSAND * 1.02**week)))
        assert abs(after.values[-1] - straight.values[-1]) <= 2

    def test_what_lay_in_the_gap_is_over(self) -> None:
        index = take(survey(), level(survey(), THOUSAND))
        missed = level(index, THOUSAND)
        index = take(index, level(index, THOUSAND, missed=1))
        assert check_print(index, missed) is PrintRefusal.PERIOD_CONTRADICTED
        assert index.due_window.period == missed.period + 2

    def test_no_stand_in_covers_a_gap(self) -> None:
        index = take(survey(stand_in_limit=2), level(survey(), THOUSAND))
        stand_in = level(index, THOUSAND, missed=1, is_stand_in=True)
        assert check_print(index, stand_in) is PrintRefusal.PERIOD_EARLY

    def test_no_month_covers_another(self) -> None:
        index = index_of(Method.CER, [10])
        assert check_print(index, level(index, 10, missed=1)) is PrintRefusal.PERIOD_EARLY

    def test_a_gap_that_one_level_covers_is_bounded(self) -> None:
        index = survey()
        missed = (MOST_DAYS_COVERED - (index.due_window.last_day - index.known_until)) // 7
        assert check_print(index, level(index, THOUSAND, missed=missed)) is None
        for further in (missed + 1, 2**53):
            too_long = level(index, THOUSAND, missed=further)
            assert check_print(index, too_long) is PrintRefusal.PERIOD_EARLY

    def test_another_table_cuts_the_end_of_a_gap_off(self) -> None:
        """The day it takes over was agreed before the surveys were missed: its days are its own."""
        index = take(survey(), level(survey(), THOUSAND))
        second_window = index.due_window.last_day + 1
        covered = take(index, level(index, 1_050_000_000, missed=3))
        stretch = Stretch(
            first_day=second_window, parameters=replace(index.parameters, is_continued=True)
        )
        after = go_on(covered, stretch)
        assert after.values == covered.values[: second_window - index.parameters.base_day]
        assert (after.known_until, after.prints) == (second_window - 1, ())
        assert after.anchor == after.latest
        assert after.due_window.first_day == second_window
        # Without a gap that is cut, levels go on to count.
        assert go_on(index, replace(stretch, first_day=index.known_until + 1)).prints
