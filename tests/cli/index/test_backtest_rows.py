"""The backtest's paths and rows: what a survey keeps, by what prices do, its period, and who lies."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.index import index_group
from cli.index.backtest import survey_spread
from cli.index.backtest_rows import noise_of_prices, prices_of_noise, row_settings
from cli.index.history import BASE_VALUE, STEP_CAP, SurveySetting, survey_values
from cli.index.paths import JUMPS, PricePath, parse_daily, price_path
from cli.index.series import SeriesError, bundled_changes
from cli.shell.command_group import CommandGroup
from cli.shell.exit_codes import ExitCode
from ledger.index.days import (
    Method,
    day_from_text,
    last_day_of_week,
    month_from_text,
    text_from_day,
)
from ledger.index.exact import MILLIONTHS, to_millionths
from ledger.index.parameters import IndexParameters
from ledger.index.prints import Print
from ledger.index.table import apply_print, check_print, new_index

WEEKLY = SurveySetting(coops=5, noise_per_million=5_000, seed=1)
OFTEN = replace(WEEKLY, period_days=3, lead_days=1)
LIED = replace(OFTEN, noise_per_million=10_000, liars=2)


def fiado(*arguments: str | Path) -> Result:
    group = CommandGroup("fiado")
    group.add_command(index_group)
    return CliRunner().invoke(group, ["index", *map(str, arguments)], prog_name="fiado")


@pytest.fixture(scope="module")
def even() -> PricePath:
    return price_path(bundled_changes())


def few_prices(days: int = 150) -> list[str]:
    first = day_from_text("2020-01-01")
    texts = (Decimal(1000 + day) / 10 for day in range(days))
    return [f"{text_from_day(first + place)},{text}" for place, text in enumerate(texts)]


def test_every_three_days_keeps_what_the_docs_promise(even: PricePath) -> None:
    spread = survey_spread(even, OFTEN)
    assert spread.min >= 0.965
    assert spread.p5 >= 0.99
    assert survey_spread(even, WEEKLY).min < 0.96


def test_two_liars_of_five_take_little_where_nothing_may_be_left_out(even: PricePath) -> None:
    assert survey_spread(even, LIED).p5 >= 0.95
    assert survey_spread(even, replace(LIED, counted=3)).p5 < 0.9


def test_no_rule_keeps_up_with_a_jump() -> None:
    jumping = price_path(bundled_changes(), jumps=JUMPS)
    assert 0.9 < survey_spread(jumping, OFTEN).min < 0.93


def test_a_simulated_survey_is_what_the_table_of_payments_says(even: PricePath) -> None:
    exact = replace(WEEKLY, noise_per_million=0)
    base_day, days = even.first_day + 40, 400
    path = PricePath(first_day=even.first_day, levels=even.levels[: 40 + days])
    simulated = survey_values(path, exact, base_day=base_day)
    index = new_index(
        IndexParameters(
            method=Method.SURVEY,
            currency="ARS",
            base_day=base_day,
            base_value=BASE_VALUE,
            quorum=1,
            source_quorum=1,
            step_cap=STEP_CAP,
            lead_days=exact.lead_days,
        )
    )
    while index.known_until < path.last_day:
        week = index.due_window.period
        level = even.level_on(last_day_of_week(week)) / even.level_on(base_day) * 1000
        new = Print(period=week, value=to_millionths(level))
        assert check_print(index, new) is None
        index = apply_print(index, new)
    assert simulated == list(index.values[:days])


def test_a_jump_moves_prices_between_the_same_monthly_levels() -> None:
    changes = {month_from_text("2023-12"): 255, month_from_text("2024-01"): 206}
    even, jumping = price_path(changes), price_path(changes, jumps=JUMPS)
    for day in ("2023-11-15", "2023-12-15", "2024-01-15"):
        number = day_from_text(day)
        assert to_millionths(even.level_on(number)) == to_millionths(jumping.level_on(number))
    before, after = (day_from_text(day) for day in ("2023-12-12", "2023-12-19"))
    rise = jumping.level_on(after) / jumping.level_on(before)
    assert to_millionths(rise) == 1_150_000
    assert even.level_on(after) / even.level_on(before) < Decimal("1.06")


def test_a_jump_takes_no_more_than_the_month_has() -> None:
    changes = {month_from_text("2018-09"): 65}
    path = price_path(changes, jumps=JUMPS)
    before, after = (day_from_text(day) for day in ("2018-08-29", "2018-09-05"))
    assert path.level_on(before) == 1
    assert to_millionths(path.level_on(after)) == to_millionths(path.levels[-1]) == 1_065_000


def test_the_rows_are_of_a_week_and_of_three_days_of_little_and_much_error_and_of_liars() -> None:
    kinds = [
        (each.period_days, each.lead_days, each.noise_per_million, each.liars)
        for each in row_settings(replace(WEEKLY, noise_per_million=10_000))
    ]
    assert kinds == [
        (7, 3, 5_000, 0), (7, 3, 10_000, 0), (7, 3, 10_000, 2),
        (3, 1, 5_000, 0), (3, 1, 10_000, 0), (3, 1, 10_000, 2),
    ]  # fmt: skip
    assert len(row_settings(replace(WEEKLY, period_days=14))) == 6
    assert {each.liars for each in row_settings(replace(WEEKLY, coops=1))} == {0}


def test_the_error_of_a_coop_follows_from_how_many_prices_it_takes() -> None:
    assert noise_of_prices(1) == 70_000
    assert noise_of_prices(49) == 10_000
    assert prices_of_noise(10_000) == 49
    assert prices_of_noise(0) is None
    with pytest.raises(ValueError):
        noise_of_prices(0)


def test_a_file_of_daily_prices_has_its_gaps_filled_evenly() -> None:
    lines = ["# source", "date,index", *few_prices()]
    del lines[12:15]  # 2020-01-11 to 13
    path = parse_daily(lines, name="file")
    assert path.first_day == day_from_text("2020-01-01")
    assert len(path.levels) == 150
    known = (path.level_on(day_from_text(day)) for day in ("2020-01-10", "2020-01-14"))
    first, last = (Fraction(level) for level in known)
    middle = path.level_on(day_from_text("2020-01-12"))
    assert to_millionths(middle * middle) == to_millionths(
        Decimal(float(first * last)).quantize(Decimal("1e-9"))
    )


def test_a_day_may_be_written_as_in_01_nov_07() -> None:
    lines = ["01-Nov-07,100", *(f"{day:02}-Dec-07,101" for day in range(1, 31))]
    lines += [f"{day:02}-{month}-08,102" for month in ("Jan", "Feb", "Mar") for day in (1, 28)]
    path = parse_daily(lines, name="file")
    assert path.first_day == day_from_text("2007-11-01")
    assert path.last_day == day_from_text("2008-03-28")


@pytest.mark.parametrize(
    ("place", "line", "problem"),
    [
        (5, "2020-01-05,many", "line 5"),
        (5, "2020-01-05", "line 5"),
        (5, "2020-01-05,0", "line 5"),
        (5, "2020-01-05,-3", "line 5"),
        (5, "2020-01-05,NaN", "line 5"),
        (5, "2020-01-05,1e99", "line 5"),
        (5, "2020-31-05,7", "line 5"),
        (5, "2020-01-04,7", "line 5: a day must be after the one before it"),
        (5, "2020-03-05,7", "line 5: a day must be after the one before it"),
    ],
)
def test_a_file_that_is_none_is_an_error_with_its_line(place: int, line: str, problem: str) -> None:
    lines = few_prices()
    lines[place - 1] = line
    with pytest.raises(SeriesError) as error:
        parse_daily(lines, name="file")
    assert problem in error.value.problem


def test_a_file_of_a_few_days_is_an_error() -> None:
    for lines in ([], ["date,index"], few_prices(50)):
        with pytest.raises(SeriesError, match="120 days"):
            parse_daily(lines, name="file")


def test_the_rows_are_in_the_json_and_a_file_of_daily_prices_is_one_more_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("\n".join(few_prices(200)))
    monkeypatch.setattr("cli.index.backtest_command.price_path", _short)
    result = fiado("backtest", "--prices", file, "--json", "--prices-per-coop", "200")
    rows: list[dict[str, Any]] = json.loads(result.stdout.splitlines()[-1])["rows"]
    kinds = {(row["path"], row["period_days"], row["liars"]) for row in rows}
    assert len(kinds) == len(rows) == 12
    assert {path for path, _, _ in kinds} == {"linear", "jumps", "daily"}
    for row in rows:
        assert 0 < row["min"] <= row["p5"] <= row["median"] <= row["p95"] <= row["max"]
        assert (row["noise"], row["prices_per_coop"], row["counted"]) == (0.00495, 200, 5)
    assert rows[0]["lead_days"] == 3 and rows[2]["lead_days"] == 1


def _short(changes: Mapping[int, int], *, jumps: Sequence[int] = ()) -> PricePath:
    months = sorted(changes)[-12:]
    return price_path({month: changes[month] for month in months}, jumps=jumps)


@pytest.mark.parametrize(
    "words",
    [
        ("--lead-days", "3", "--delay-days", "7"),
        ("--noise", "1%", "--prices-per-coop", "50"),
        ("--period-days", "0"),
        ("--period-days", "29"),
        ("--lead-days", "22"),
        ("--period-days", "14", "--delay-days", "7"),
        ("--prices-per-coop", "0"),
        ("--prices", "missing.csv"),
    ],
)
def test_settings_that_can_not_be(words: tuple[str, ...]) -> None:
    assert fiado("backtest", *words).exit_code == ExitCode.USAGE


def test_the_published_daily_prices_are_followed() -> None:
    file = Path(__file__).parents[4] / "shared" / "data" / "pricestats_argentina_daily.csv"
    if not file.exists():
        pytest.skip("the file of daily prices is not part of the product")
    path = parse_daily(file.read_text().splitlines(), name=file.name)
    spread = survey_spread(path, OFTEN)
    assert spread.min >= 0.955 and spread.p5 >= 0.985


def test_values_are_of_every_day(even: PricePath) -> None:
    base_day = even.last_day - 200
    values = survey_values(even, replace(OFTEN, period_days=28, lead_days=21), base_day=base_day)
    assert len(values) == 201
    assert values[0] == 1000 * MILLIONTHS
