"""The index commands as people and programs use them."""

import csv
import hashlib
import json
import random
import statistics
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner, Result

from cli.index import index_group
from cli.index.backtest import SHORTEST_HOLDING_DAYS, run_backtest, spread_of
from cli.index.history import SurveySetting
from cli.index.paths import price_path
from cli.index.series import SeriesError, bundled_changes, bundled_text, parse_changes, read_changes
from cli.shell.command_group import CommandGroup
from cli.shell.exit_codes import ExitCode
from ledger.index.days import day_from_text, month_from_text

CER_START = "2023-12-31=184.9331302207"


@pytest.fixture
def changes_file(tmp_path: Path) -> Path:
    path = tmp_path / "changes.csv"
    path.write_text(bundled_text("indec_ipc_nacional.csv"), encoding="utf-8")
    return path


def fiado(*arguments: str | Path) -> Result:
    group = CommandGroup("fiado")
    group.add_command(index_group)
    return CliRunner().invoke(group, ["index", *map(str, arguments)], prog_name="fiado")


def last_object(result: Result) -> dict[str, Any]:
    loaded = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(loaded, dict)
    return loaded


def published(name: str, column: str) -> dict[str, Decimal]:
    lines = [line for line in bundled_text(name).splitlines() if not line.startswith("#")]
    return {row["date"]: Decimal(row[column]) for row in csv.DictReader(lines)}


class TestCompute:
    def test_the_cer_comes_out_as_published_for_every_day_after_the_start(
        self, changes_file: Path
    ) -> None:
        result = fiado(
            "compute", "--method", "cer", "--start", CER_START, "--changes", changes_file,
            "--until", "2024-12-31", "--json",
        )  # fmt: skip
        assert result.exit_code == 0
        values = last_object(result)
        assert len(values) == 366
        assert next(iter(values)) == "2024-01-01"
        month_ends = published("cer_month_end.csv", "cer")
        del month_ends["2023-12-31"]
        for date, value in month_ends.items():
            assert abs(Decimal(values[date]) / value - 1) < Decimal("1e-12")

    def test_the_uf_comes_out_as_published_to_the_cent(self, tmp_path: Path) -> None:
        changes = tmp_path / "changes.csv"
        changes.write_text("month,change_tenths\n2020-08,1\n")
        result = fiado(
            "compute", "--method", "uf", "--start", "2020-09-09=28687.77", "--changes", changes,
            "--until", "2020-09-28", "--json",
        )  # fmt: skip
        values = published("uf_2020_09.csv", "uf")
        assert last_object(result) == {date: str(value) for date, value in values.items()}

    def test_a_missing_month_is_named(self, changes_file: Path) -> None:
        result = fiado(
            "compute", "--method", "cer", "--start", "2016-12-31=1", "--changes", changes_file,
            "--until", "2017-12-31", "--json",
        )  # fmt: skip
        assert result.exit_code == 1
        assert last_object(result)["error"]["name"] == "change_missing"
        assert last_object(result)["error"]["month"] == "2016-11"

    @pytest.mark.parametrize(
        "start", ["2023-12-31", "2023-12-31=", "=1", "2023-12-31=0", "2023-12-31=-1",
                  "2023-12-31=1e5", "2023-12-31=NaN", "2023-02-30=1", "1066-10-14=1"]
    )  # fmt: skip
    def test_what_is_no_start_is_refused(self, start: str, changes_file: Path) -> None:
        result = fiado(
            "compute", "--method", "cer", "--start", start, "--changes", changes_file,
            "--until", "2024-01-31",
        )  # fmt: skip
        assert result.exit_code == 2
        assert "--start" in result.stderr

    @pytest.mark.parametrize("until", ["2023-12-31", "2023-01-01", "2200-01-01", "9999-12-31"])
    def test_a_last_day_before_the_start_or_far_after_it_is_refused(
        self, until: str, changes_file: Path
    ) -> None:
        result = fiado(
            "compute", "--method", "cer", "--start", CER_START, "--changes", changes_file,
            "--until", until,
        )  # fmt: skip
        assert result.exit_code == 2

    def test_a_file_that_is_not_there_is_said_so(self, tmp_path: Path) -> None:
        result = fiado(
            "compute", "--method", "cer", "--start", CER_START, "--changes", tmp_path / "none.csv",
            "--until", "2024-01-31",
        )  # fmt: skip
        assert result.exit_code == 74
        assert "none.csv" in result.stderr


class TestSeries:
    def test_a_file_may_have_comments_other_columns_and_any_order(self, tmp_path: Path) -> None:
        path = tmp_path / "changes.csv"
        path.write_bytes(
            b"\xef\xbb\xbf# a comment, with a comma\r\nmonth, index ,change_tenths\r\n\r\n"
            b"2024-01,5.5,-3\r\n2023-12,,+255\r\n2023-11,1,\r\n"
        )
        assert read_changes(path) == {
            month_from_text("2024-01"): -3,
            month_from_text("2023-12"): 255,
        }

    def test_a_file_without_headings_has_the_month_and_the_change(self) -> None:
        changes = parse_changes("# printed\n2023-12,255\n 2024-01 , -3\n", name="file")
        assert changes == {month_from_text("2023-12"): 255, month_from_text("2024-01"): -3}

    @pytest.mark.parametrize(
        "text, problem",
        [
            ("", "columns"),
            ("2024-01,1\n2024-01,1\n", "line 2: 2024-01 stands there twice"),
            ("2024-01,x\n", "line 1"),
            ("month,change\n2024-01,1\n", "columns"),
            ("month,change_tenths\n", "no month"),
            ("month,change_tenths\n2024-13,1\n", "line 2"),
            ("month,change_tenths\n\n2024-01,1\n2024-01,1\n", "line 4: 2024-01 stands there twice"),
            ("month,change_tenths\n2024-01,1.5\n", "whole number"),
            ("month,change_tenths\n2024-01,-1000\n", "cannot be"),
            ("month,change_tenths\n2024-01,99999999999\n", "whole number"),
            ("month,change_tenths\n2024-01\n2024-02,1,5,9\n2024-03,x\n", "line 4"),
        ],
    )
    def test_a_file_that_is_no_series_is_refused_and_the_line_named(
        self, text: str, problem: str
    ) -> None:
        with pytest.raises(SeriesError) as error:
            parse_changes(text, name="file")
        assert problem in error.value.problem

    def test_a_file_that_is_no_text_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "changes.csv"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(SeriesError):
            read_changes(path)

    def test_the_bundled_series_has_every_month(self) -> None:
        months = sorted(bundled_changes())
        assert months[0] == month_from_text("2017-01")
        assert months == list(range(months[0], months[-1] + 1))
        assert bundled_changes()[month_from_text("2023-12")] == 255


class TestBacktest:
    def test_the_last_line_has_what_the_rule_promises(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cli.index.backtest_rows.row_settings", lambda _: [])
        svg, png = tmp_path / "a.svg", tmp_path / "a.png"
        result = fiado("backtest", "--json", "--svg", svg, "--png", png)
        assert result.exit_code == 0
        figures = last_object(result)
        assert list(figures) == ["survey", "cer", "nominal", "cer_as_published_since", "rows"]
        for spread in list(figures.values())[:3]:
            assert list(spread) == ["min", "p5", "median", "p95", "max"]
            assert list(spread.values()) == sorted(spread.values())
        assert figures["survey"]["p5"] >= 0.97
        assert figures["survey"]["min"] >= 0.93
        # What is known of the official index and of money that is not indexed.
        assert figures["cer"]["min"] == pytest.approx(0.676, abs=0.01)
        assert figures["cer"]["p5"] == pytest.approx(0.843, abs=0.01)
        assert figures["cer"]["median"] == pytest.approx(0.989, abs=0.01)
        assert figures["nominal"]["median"] == pytest.approx(0.218, abs=0.01)
        assert figures["nominal"]["min"] == pytest.approx(0.009, abs=0.001)
        assert png.read_bytes().startswith(b"\x89PNG")
        assert "survey" in svg.read_text(encoding="utf-8")

    def test_another_seed_gives_other_errors_and_the_same_one_the_same(self) -> None:
        changes = bundled_changes()
        settings = {
            name: SurveySetting(coops=5, noise_per_million=10_000, seed=seed)
            for name, seed in (("first", 1), ("again", 1), ("second", 2))
        }
        worth = run_backtest(changes, settings).worth
        assert worth["first"] == worth["again"] != worth["second"]
        assert spread_of(worth["second"]).min >= 0.93

    @pytest.mark.parametrize("days", [SHORTEST_HOLDING_DAYS + 1, 40, 150])
    def test_every_pair_of_days_half_a_month_apart_is_a_holding_period(self, days: int) -> None:
        chance = random.Random(days)
        worth = [chance.uniform(0.5, 2.0) for _ in range(days)]
        pairs = [(a, b) for a in range(days) for b in range(a + SHORTEST_HOLDING_DAYS, days)]
        kept = sorted(worth[b] / worth[a] for a, b in pairs)
        twentieths = (
            statistics.quantiles(kept, n=20, method="inclusive") if len(kept) > 1 else kept * 19
        )
        wanted = [kept[0], twentieths[0], twentieths[9], twentieths[18], kept[-1]]
        spread = spread_of(worth)
        assert [spread.min, spread.p5, spread.median, spread.p95, spread.max] == pytest.approx(
            wanted, abs=1e-6
        )

    def test_no_period_at_all_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="no holding period"):
            spread_of([1.0] * SHORTEST_HOLDING_DAYS)

    def test_prices_are_the_printed_changes_between_the_middles_of_months(self) -> None:
        path = price_path({month_from_text("2023-11"): 128, month_from_text("2023-12"): 255})
        assert path.first_day == day_from_text("2023-10-15")
        assert path.last_day == day_from_text("2023-12-15")
        assert path.level_on(day_from_text("2023-11-15")) == Decimal("1.128")
        assert path.level_on(path.last_day) == Decimal("1.128") * Decimal("1.255")
        with pytest.raises(IndexError):
            path.level_on(path.first_day - 1)

    def test_people_get_a_table_and_a_picture_in_letters(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cli.index.backtest_rows.row_settings", lambda setting: [setting])
        result = fiado("backtest", "--delay-days", "5", "--noise", "0.5%", "--coops", "3")
        assert result.exit_code == 0
        assert "holding periods" in result.stdout
        assert "nominal" in result.stdout
        assert "3 coops, 0.5 % error" in result.stdout

    @pytest.mark.parametrize(
        "option, value",
        [("--delay-days", "3"), ("--delay-days", "26"), ("--noise", "x"), ("--noise", "21%"),
         ("--noise", "-1%"), ("--coops", "0")],
    )  # fmt: skip
    def test_a_setting_out_of_range_is_refused(self, option: str, value: str) -> None:
        result = fiado("backtest", option, value)
        assert result.exit_code == 2
        assert option in result.stderr


def test_pictures_are_in_the_language_that_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spread, course = tmp_path / "spread.svg", tmp_path / "course.svg"
    monkeypatch.setenv("FIADO_LANG", "es")
    fiado("backtest", "--svg", spread)
    shown = fiado("plot", "--since", "2023-01-01", "--svg", course).stdout
    drawn = spread.read_text(encoding="utf-8")
    for word in (">encuesta<", ">peor<", ">mediana<", "98,4 %"):
        assert word in drawn
    for picture in (drawn, course.read_text(encoding="utf-8"), shown):
        assert not any(word in picture for word in ("survey", "worst", "median<", ">98.4 %"))
    assert "108 %" in shown and "una unidad con encuesta" in shown
    assert ">20.000<" in course.read_text(encoding="utf-8")


def test_plot_draws_files_and_letters(tmp_path: Path) -> None:
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    result = fiado("plot", "--since", "2023-01-01", "--svg", svg, "--png", png)
    assert result.exit_code == 0
    assert "Purchasing power kept" in result.stdout
    assert "2023-01-01" in result.stdout
    assert png.read_bytes().startswith(b"\x89PNG")
    assert "cash" in svg.read_text(encoding="utf-8")
    kept = last_object(fiado("plot", "--since", "2023-01-01", "--json"))["kept"]
    assert kept["nominal"] == kept["cash"] < 0.2 < 0.9 < kept["survey"]
    too_late = fiado("plot", "--since", "2026-07-14")
    assert too_late.exit_code == 2


def test_two_liars_of_five_get_little_once_all_levels_count() -> None:
    honest = SurveySetting(coops=5, noise_per_million=10_000, seed=1)
    settings = {
        "all": replace(honest, liars=2),
        "three": replace(honest, liars=2, counted=3),
    }
    worth = run_backtest(bundled_changes(), settings).worth
    assert spread_of(worth["all"]).p5 >= 0.95
    assert spread_of(worth["three"]).p5 < 0.85


@pytest.mark.parametrize(
    "words", [("--liars", "5"), ("--liars", "2", "--counted", "2"), ("--counted", "6")]
)
def test_liars_that_can_not_be(words: tuple[str, ...]) -> None:
    assert fiado("backtest", *words).exit_code == ExitCode.USAGE


@pytest.mark.parametrize("command", ["plot", "backtest"])
def test_without_the_drawing_library_only_png_is_missing(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.index.backtest_rows.row_settings", lambda _: [])
    for name in [name for name in sys.modules if name.partition(".")[0] in ("matplotlib", "numpy")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("matplotlib", "numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    refused = fiado(command, "--svg", svg, "--png", png, "--json")
    assert refused.exit_code == ExitCode.REFUSED
    error = json.loads(refused.stdout.splitlines()[-1])["error"]
    assert error["name"] == "pictures_not_installed"
    assert "pip install 'fiado[pictures]'" in error["remedy"]
    assert not list(tmp_path.iterdir())
    assert fiado(command, "--svg", svg).exit_code == 0
    root = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


class TestLookup:
    def test_show_gives_a_published_value(self) -> None:
        shown = last_object(fiado("show", "--day", "2024-12-31", "--json"))
        assert shown == {"day": "2024-12-31", "method": "cer", "value_millionths": 515_516_146}
        assert fiado("show", "--day", "2023-12-30").exit_code == 2

    def test_convert_is_exact_both_ways(self) -> None:
        there = last_object(fiado("convert", "--price", "15000", "--value", "1842.37", "--json"))
        assert there["amount"] == 814
        back = last_object(fiado("convert", "--units", "8.14", "--value", "1842.37", "--json"))
        assert back["price_minor"] == 1_499_689
        text = fiado("convert", "--price", "15000", "--day", "2024-12-31").stdout
        assert "29.10" in text  # 15,000 / 515.516146

    @pytest.mark.parametrize(
        "arguments",
        [[], ["--price", "1", "--units", "1"],
         ["--price", "1", "--value", "1", "--day", "2024-01-01"]],
    )  # fmt: skip
    def test_what_does_not_go_together_is_refused(self, arguments: list[str]) -> None:
        assert fiado("convert", *arguments).exit_code == 2


class TestSurvey:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Iterator[Path]:
        folder = tmp_path / "survey"
        made = fiado("survey", "init", folder, "--base-level", "1000", "--day", "2026-07-01")
        assert made.exit_code == 0
        (folder / "basket.toml").write_text(
            'currency = "ARS"\nbase_week = "2026-07-05"\nbase_level = "1000.00"\n'
            "[weights]\nbread = 3\ngas = 1\nsoap = 2\n"
        )
        yield folder

    def price(self, folder: Path, item: str, shop: str, price: str, day: str) -> Result:
        return fiado("survey", "price", folder, item, price, "--shop", shop, "--day", day)

    def test_a_week_from_prices_to_a_level_and_its_hash(self, folder: Path) -> None:
        for item, shop, base, now in (
            ("bread", "Esquina", "100", "120"),
            ("bread", "Feria", "200", "240"),
            ("gas", "Esquina", "1000", "1000"),
        ):
            assert self.price(folder, item, shop, base, "2026-06-29").exit_code == 0
            assert self.price(folder, item, shop, now, "2026-07-12").exit_code == 0
        # A price without one to compare it with does not count; a correction does.
        assert self.price(folder, "soap", "Feria", "50", "2026-07-12").exit_code == 0
        assert self.price(folder, "bread", "Feria", "260", "2026-07-06").exit_code == 0
        assert self.price(folder, "bread", "Feria", "240", "2026-07-06").exit_code == 0
        closed = last_object(
            fiado("survey", "close", folder, "--day", "2026-07-08", "--yes", "--json")
        )
        assert closed["level_millionths"] == 1_150_000_000
        assert closed["missing"] == ["soap"]
        content = Path(closed["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == closed["sha256"]
        document = json.loads(content)
        assert document["items"]["bread"] == {
            "weight": 3, "prices": {"Esquina": [10000, 12000], "Feria": [20000, 24000]},
        }  # fmt: skip
        again = fiado("survey", "close", folder, "--day", "2026-07-08", "--yes")
        assert again.exit_code == 0
        assert "+15.00 %" in again.stdout

    def test_a_closed_week_never_changes(self, folder: Path) -> None:
        for day in ("2026-07-05", "2026-07-12"):
            self.price(folder, "bread", "Esquina", "100", day)
        assert fiado("survey", "close", folder, "--day", "2026-07-12", "--yes").exit_code == 0
        late = self.price(folder, "bread", "Esquina", "150", "2026-07-12")
        assert late.exit_code == 1
        assert "never written over" in late.stderr
        # Changing the base week's prices afterwards does not change what was closed either.
        self.price(folder, "bread", "Esquina", "50", "2026-07-05")
        changed = fiado("survey", "close", folder, "--day", "2026-07-12", "--yes", "--json")
        assert last_object(changed)["error"]["name"] == "survey_exists"

    def test_too_little_seen_is_no_level(self, folder: Path) -> None:
        for day in ("2026-07-05", "2026-07-12"):
            self.price(folder, "soap", "Esquina", "100", day)
        result = fiado("survey", "close", folder, "--day", "2026-07-12", "--yes", "--json")
        error = last_object(result)["error"]
        assert (result.exit_code, error["name"]) == (1, "survey_too_little_seen")
        assert (error["weight_seen"], error["weight_total"]) == (2, 6)

    def test_an_item_that_is_not_in_the_basket_is_refused(self, folder: Path) -> None:
        result = self.price(folder, "caviar", "Esquina", "100", "2026-07-05")
        assert result.exit_code == 1
        assert "bread; gas; soap" in result.stderr

    def test_a_survey_is_not_started_twice(self, folder: Path) -> None:
        result = fiado("survey", "init", folder, "--base-level", "1000", "--day", "2026-07-01")
        assert result.exit_code == 1
        assert "bread" in (folder / "basket.toml").read_text()

    @pytest.mark.parametrize(
        "old, new, problem",
        [
            ('"ARS"', '"pesos"', "three capital letters"),
            ("2026-07-05", "2026-07-06", "Sunday"),
            ("2026-07-05", "July", "date"),
            ('"1000.00"', '"0.50"', "base_level"),
            ("bread = 3", "bread = 0", "weight of 'bread'"),
            ("bread = 3", "bread = true", "weight of 'bread'"),
            ("bread = 3", "bread = 1.5", "weight of 'bread'"),
            ("currency", "money", "nothing else"),
            ("[weights]", "[weights", "TOML"),
        ],
    )
    def test_a_basket_that_says_something_else_is_refused(
        self, folder: Path, old: str, new: str, problem: str
    ) -> None:
        path = folder / "basket.toml"
        path.write_text(path.read_text().replace(old, new, 1))
        result = fiado("survey", "close", folder, "--day", "2026-07-12", "--yes")
        assert result.exit_code == 1
        assert problem in result.stderr

    @pytest.mark.parametrize(
        "text, problem",
        [
            ("item,price\n", "first line"),
            ("item,shop,price,by\nbread,A,1.234,\n", "line 2"),
            ("item,shop,price,by\nbread,A,1,\nham,A,1,\n", "line 3"),
            ("item,shop,price,by\nbread,,1,\n", "no shop"),
        ],
    )
    def test_a_price_file_edited_wrongly_is_refused(
        self, folder: Path, text: str, problem: str
    ) -> None:
        (folder / "prices" / "2026-07-12.csv").write_text(text)
        result = fiado("survey", "close", folder, "--day", "2026-07-12", "--yes")
        assert result.exit_code == 1
        assert problem in result.stderr

    def test_the_template_is_a_basket(self, tmp_path: Path) -> None:
        folder = tmp_path / "new"
        fiado("survey", "init", folder, "--base-level", "1250.50", "--day", "2026-07-01")
        for day in ("2026-07-01", "2026-07-08"):
            for item in ("bread, 1 kg", "beef, 1 kg", "bus fare"):
                assert self.price(folder, item, "A", "10", day).exit_code == 0
        closed = last_object(
            fiado("survey", "close", folder, "--day", "2026-07-08", "--yes", "--json")
        )
        assert closed["level_millionths"] == 1_250_500_000


def test_every_command_explains_itself() -> None:
    def commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name, command in group.commands.items():
            yield (*path, name)
            if isinstance(command, click.Group):
                yield from commands(command, (*path, name))

    for path in commands(index_group, ()):
        result = fiado(*path, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.stdout
