"""A survey every so many days, by the length that its basket says."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.index.survey_basket import SurveyFileError, read_basket, week_of
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.index.days import Method, day_from_text, text_from_day
from ledger.index.periods import Periods


def run(*words: str | Path, code: ExitCode = ExitCode.OK) -> dict[str, object]:
    result = CliRunner().invoke(main, ["index", "survey", *map(str, words), "--json"])
    assert result.exit_code == code, result.output
    document: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return document


def begun(folder: Path, days: int) -> Path:
    run("init", folder, "--base-level", "1000", "--period-days", str(days), "--day", "2026-07-01")
    return folder


def test_a_period_is_named_by_its_last_day_as_the_charter_s_is(tmp_path: Path) -> None:
    folder = begun(tmp_path / "survey", 3)
    basket = read_basket(folder)
    periods = Periods(method=Method.SURVEY, period_days=3)
    base = day_from_text("2026-07-01")
    assert (basket.period_days, basket.base_week) == (3, week_of(base, 3))
    assert text_from_day(basket.base_week) == periods.name(periods.from_text("2026-07-01"))
    text = (folder / "basket.toml").read_text(encoding="utf-8")
    assert "period_days=3" in text
    for day, price in (("2026-07-01", "100.00"), ("2026-07-04", "110.00")):
        run("price", folder, "bread, 1 kg", price, "--shop", "Uno", "--day", day)
    names = {path.stem for path in (folder / "prices").iterdir()}
    assert names == {text_from_day(week_of(base + later, 3)) for later in (0, 3)}


def test_a_week_has_seven_days_where_nothing_is_said(tmp_path: Path) -> None:
    folder = begun(tmp_path / "survey", 7)
    assert "period_days" not in (folder / "basket.toml").read_text(encoding="utf-8")
    assert text_from_day(read_basket(folder).base_week) == "2026-07-05"


def test_it_closes_on_its_last_day_and_its_file_is_of_that_day(tmp_path: Path) -> None:
    folder = begun(tmp_path / "survey", 3)
    basket = folder / "basket.toml"
    head = basket.read_text(encoding="utf-8").split("[weights]")[0]
    basket.write_text(head + '[weights]\n"bread, 1 kg" = 1\n', encoding="utf-8")
    for day, price in (("2026-07-01", "100.00"), ("2026-07-04", "110.00")):
        run("price", folder, "bread, 1 kg", price, "--shop", "Uno", "--day", day)
    closed = run("close", folder, "--day", "2026-07-04", "--yes")
    assert closed["level_millionths"] == 1_100_000_000
    assert closed["week"] == text_from_day(week_of(day_from_text("2026-07-04"), 3))
    early = run("close", folder, "--day", "2100-01-01", "--yes", code=ExitCode.REFUSED)
    assert "error" in early


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("period_days = 0", "period_days must be 1 to 28"),
        ("period_days = 29", "period_days must be 1 to 28"),
        ('period_days = "3"', "period_days must be 1 to 28"),
        ("period_days = 28", "base_week must be the last of 28 days, such as"),
    ],
)
def test_a_length_that_can_not_be(line: str, problem: str, tmp_path: Path) -> None:
    folder = begun(tmp_path / "survey", 3)
    path = folder / "basket.toml"
    path.write_text(path.read_text("utf-8").replace("period_days=3", line), encoding="utf-8")
    with pytest.raises(SurveyFileError) as wrong:
        read_basket(folder)
    assert problem in wrong.value.problem
