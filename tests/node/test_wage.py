"""The pay of an hour that a node shows balances in: its file, its day, and what is no such file."""

import os
from pathlib import Path

import pytest

from ledger.index.days import day_from_text
from node.wage import Wage, WageFile, WageSettings

LINES = "# CVS, INDEC\ndate,value\n2026-01-15,200.00\n2026-02-15,250\n\n2026-01-31,220.5\n"


def wages(folder: Path, *, text: str = LINES, hour: str = "") -> WageFile:
    (folder / "wage.csv").write_text(text, encoding="utf-8")
    return WageFile(WageSettings(name="CVS", hour=hour), folder)


def test_the_newest_published_pay_counts_and_none_before_the_first(tmp_path: Path) -> None:
    file = wages(tmp_path)
    for day, known, value in (
        ("2026-01-15", "2026-01-15", 200),
        ("2026-02-14", "2026-01-31", 220.5),
        ("2027-02-14", "2026-02-15", 250),
    ):
        wanted = Wage(name="CVS", day=day_from_text(known), value=round(value * 10**6))
        assert file.on(day_from_text(day)) == wanted
    assert file.on(day_from_text("2026-01-14")) is None


def test_an_index_is_scaled_by_what_an_hour_was_paid_on_a_day(tmp_path: Path) -> None:
    found = wages(tmp_path, hour="2026-01-15=5200.00").on(day_from_text("2026-02-15"))
    assert found is not None and found.value == 6_500_000_000


def test_a_file_that_changed_is_read_again_and_a_broken_one_is_not(tmp_path: Path) -> None:
    file, day = wages(tmp_path), day_from_text("2026-03-01")
    path = tmp_path / "wage.csv"
    path.write_text(LINES + "2026-02-28,260\n")
    assert file.on(day) == Wage(name="CVS", day=day_from_text("2026-02-28"), value=260_000_000)
    for broken in ("date,value\n2026-02-28,soon\n", ""):
        path.write_text(broken)
        os.utime(path, ns=(len(broken), len(broken)))
        assert file.on(day) == Wage(name="CVS", day=day_from_text("2026-02-28"), value=260_000_000)
    path.unlink()
    assert file.on(day) is not None


@pytest.mark.parametrize(
    ("text", "hour", "problem"),
    [
        ("day,value\n2026-01-15,1\n", "", "its first line"),
        ("date,value\n", "", "no value"),
        ("date,value\n2026-01-15,0\n", "", "line 2"),
        ("date,value\n2026-01-15,-1\n", "", "line 2"),
        ("date,value\n2026-01-15,NaN\n", "", "line 2"),
        ("date,value\n2026-01-15\n", "", "line 2"),
        ("date,value\n2026-01-15,1,2\n", "", "line 2"),
        ("date,value\n2026-13-15,1\n", "", "line 2"),
        ("date,value\n2026-01-15,0.0000001\n", "", "can't be paid that"),
        (LINES, "2026-01-16=5200", "no value of that day"),
        (LINES, "2026-01-15", "a day and a pay"),
        (LINES, "2026-01-15=0", "a day and a pay"),
        (LINES, "2026-01-15=1e999999", "a day and a pay"),
    ],
)
def test_what_is_no_file_of_wages_is_said(
    text: str, hour: str, problem: str, tmp_path: Path
) -> None:
    file = wages(tmp_path, text=text, hour=hour)
    assert problem in file.problem
    assert file.on(day_from_text("2026-03-01")) is None


def test_a_missing_file_is_said_and_read_once_it_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = WageFile(WageSettings(name="CVS"), tmp_path)
    assert "can't be read" in file.problem and "shows no hours" in caplog.text
    (tmp_path / "wage.csv").write_text(LINES, encoding="utf-8")
    assert file.on(day_from_text("2026-03-01")) is not None
    assert file.problem == ""
