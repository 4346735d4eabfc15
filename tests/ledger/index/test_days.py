"""Days, months, weeks and windows as integers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.index.days import (
    FIRST_DAY,
    LAST_DAY,
    Method,
    day_from_text,
    last_day_of_week,
    month_from_text,
    month_of_day,
    text_from_day,
    text_from_month,
    week_of_day,
    window_of_day,
    window_of_period,
)
from tests.ledger.index.examples import UI

DAYS = st.integers(FIRST_DAY, LAST_DAY)
LEADS = st.integers(0, 21)
METHODS = st.sampled_from(list(Method))


@given(DAYS)
def test_days_are_counted_as_the_calendar_counts_them(day: int) -> None:
    civil = date(1970, 1, 1) + timedelta(days=day)
    assert text_from_day(day) == civil.isoformat()
    assert day_from_text(civil.isoformat()) == day
    assert text_from_month(month_of_day(day)) == f"{civil:%Y-%m}".zfill(7)
    sunday = date(1970, 1, 1) + timedelta(days=last_day_of_week(week_of_day(day)))
    assert sunday.isoweekday() == 7
    assert 0 <= (sunday - civil).days <= 6


@pytest.mark.parametrize(
    "text", ["", "2023-13-01", "2023-02-29", "20230101", "2023-1-1", "2023-W01-1", "1899-12-31"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        day_from_text(text)


@pytest.mark.parametrize("text", ["", "2023", "2023-13", "2023-1", "2023-01-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        month_from_text(text)


@given(day=DAYS, method=METHODS, lead_days=LEADS)
def test_every_day_is_in_one_window_and_windows_touch(
    day: int, method: Method, lead_days: int
) -> None:
    window = window_of_day(day, method=method, lead_days=lead_days, unit=UI)
    assert window.first_day <= day <= window.last_day
    following = window_of_period(window.period + 1, method=method, lead_days=lead_days, unit=UI)
    assert following.first_day == window.last_day + 1
    assert (
        window_of_day(window.last_day + 1, method=method, lead_days=lead_days, unit=UI) == following
    )


@pytest.mark.parametrize(
    "method, day, period, first, last",
    [
        (Method.CER, "2023-12-31", "2023-11", "2023-12-16", "2024-01-15"),
        (Method.CER, "2024-02-15", "2023-12", "2024-01-16", "2024-02-15"),
        (Method.CER, "2024-02-16", "2024-01", "2024-02-16", "2024-03-15"),
        (Method.UF, "2020-09-09", "2020-07", "2020-08-10", "2020-09-09"),
        (Method.UF, "2020-09-10", "2020-08", "2020-09-10", "2020-10-09"),
        (Method.UF, "2021-01-05", "2020-11", "2020-12-10", "2021-01-09"),
    ],
)
def test_windows_of_the_official_methods(
    method: Method, day: str, period: str, first: str, last: str
) -> None:
    window = window_of_day(day_from_text(day), method=method)
    assert text_from_month(window.period) == period
    assert (text_from_day(window.first_day), text_from_day(window.last_day)) == (first, last)


def test_a_survey_holds_for_the_week_after_its_sunday_and_the_lead() -> None:
    week = week_of_day(day_from_text("2024-03-13"))
    window = window_of_period(week, method=Method.SURVEY, lead_days=0)
    assert text_from_day(window.first_day) == "2024-03-18"  # the Monday after
    assert text_from_day(window.last_day) == "2024-03-24"
    late = window_of_period(week, method=Method.SURVEY, lead_days=3)
    assert text_from_day(late.first_day) == "2024-03-21"
    assert window.length == late.length == 7
