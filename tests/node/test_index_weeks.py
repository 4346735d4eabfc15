"""The rows of the picture of weeks: Sundays, today, and what is known ahead."""

from ledger.index.days import day_from_text, text_from_day
from node.index_weeks import MOST_AHEAD, MOST_BEFORE, When, weeks_worth

FIRST = day_from_text("2026-02-04")  # a Wednesday


def rows(days: int, today: str) -> list[tuple[str, int, str]]:
    found = weeks_worth(range(1_000, 1_000 + days), first_day=FIRST, today=day_from_text(today))
    return [(text_from_day(one.day), one.value, one.when.value) for one in found]


def test_each_week_has_its_sunday_and_today_a_row_of_its_own() -> None:
    assert rows(20, "2026-02-17") == [
        ("2026-02-08", 1_004, "before"),
        ("2026-02-15", 1_011, "before"),
        ("2026-02-17", 1_013, "today"),
        ("2026-02-22", 1_018, "ahead"),
        ("2026-02-23", 1_019, "ahead"),
    ]


def test_a_sunday_that_is_today_stands_once() -> None:
    assert rows(12, "2026-02-15") == [
        ("2026-02-08", 1_004, "before"),
        ("2026-02-15", 1_011, "today"),
    ]


def test_where_today_is_not_known_nothing_is_marked() -> None:
    assert rows(7, "2026-03-01") == [
        ("2026-02-08", 1_004, "before"),
        ("2026-02-10", 1_006, "before"),
    ]
    assert rows(7, "2026-02-01") == [
        ("2026-02-08", 1_004, "ahead"),
        ("2026-02-10", 1_006, "ahead"),
    ]


def test_of_a_long_line_the_weeks_around_today_are_shown() -> None:
    found = weeks_worth(range(1, 1_001), first_day=FIRST, today=FIRST + 500)
    assert [one.when for one in found] == (
        [When.BEFORE] * MOST_BEFORE + [When.TODAY] + [When.AHEAD] * MOST_AHEAD
    )
    assert [one.day for one in found] == sorted({one.day for one in found})


def test_without_values_there_is_no_row() -> None:
    assert weeks_worth([], first_day=FIRST, today=FIRST) == []
