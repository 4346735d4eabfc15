"""`fiado index units`: published values come out, and what does not is named."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.index import index_group
from cli.index.unit_check import check_unit
from cli.index.unit_files import (
    PublishedFileError,
    bundled_units,
    read_published,
)
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.index.days import day_from_text, text_from_day
from tests.ledger.index.published import SIBLING_DATA
from tests.vectors import make_units

EXPECTED = {
    "cer": 1022,
    "cer-2009": 42,
    "cvs": 791,
    "tips": 11,
    "udi": 5386,
    "uf": 181,
    "ui": 31,
    "utm": 12,
    "uva": 677,
    "vna": 1,
}
HEAD = "# INE, Uruguay\ndate,value\n"


def fiado(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["index", "units", *map(str, words)])


def ui_rows() -> list[str]:
    """January 2015, as it was published."""
    (case,) = (each for each in make_units.CASES if each.note.startswith("the UI"))
    days = [f"{text_from_day(one.day)},{one.value:f}" for one in make_units.values_of(case)]
    return ["2015-01-06,2.9634", *days]


def test_all_units_are_listed_with_their_sources() -> None:
    result = fiado()
    assert result.exit_code == 0
    for unit in bundled_units().values():
        assert unit.name in result.stdout
        assert unit.source[:20] in result.stdout


def test_every_value_of_the_neighbouring_folder_is_exact() -> None:
    folder = SIBLING_DATA / "units"
    if not folder.is_dir():
        pytest.skip("the folder shared/data does not stand beside the project")
    result = fiado("--check", folder)
    assert result.exit_code == 0, result.output
    for name, days in EXPECTED.items():
        assert f"{name}: {days} of {days} exact\n" in result.stdout
    document = json.loads(fiado("--check", folder, "--json").stdout.splitlines()[-1])
    assert document == {name: {"days": days, "exact": days} for name, days in EXPECTED.items()}


def test_a_value_that_was_changed_is_named(tmp_path: Path) -> None:
    rows = ui_rows()
    (tmp_path / "ui_2015.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    assert "ui: 31 of 31 exact" in fiado("--check", tmp_path).stdout
    day, value = rows[9].split(",")
    rows[9] = f"{day},{Decimal(value) + Decimal('0.0001')}"
    (tmp_path / "ui_2015.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    wrong = fiado("--check", tmp_path)
    assert wrong.exit_code == ExitCode.REFUSED
    assert "ui: 30 of 31 exact" in wrong.stdout
    assert f"ui: {day} comes out otherwise" in wrong.output


def test_a_change_that_its_office_did_not_print_does_not_fit() -> None:
    """With a change between two tenths no start gives every day: the search finds no way around it."""
    unit = bundled_units()["uf"]
    start = day_from_text("2021-01-09")
    value = Decimal("29069.39")
    values = {start: value}
    for number in range(1, 32):
        exact = value * (1 + Decimal("0.00355") * number / 31)
        values[start + number] = exact.quantize(Decimal("0.01"))
    found = check_unit(unit, values)
    assert found.days == 32
    assert len(found.wrong) > 25


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "its columns are"),
        ("day,worth\n2015-01-06,1\n", "its columns are"),
        ("date,value\n2015-01-06\n", "line 2: it has no value"),
        ("date,value\n2015-01-06," + "1" * 140_000 + "\n", "it is no table"),
        ("date,value\n2015-13-06,1\n", "line 2"),
        ("date,value\n2015-01-06,x\n", "line 2"),
        ("date,value\n2015-01-06,0\n", "can't have that value"),
        ("date,value\n2015-01-06,NaN\n", "can't have that value"),
        ("date,value\n\n# one\n2015-01-06,1\n2015-01-06,1\n", "line 5"),
    ],
)
def test_a_file_without_published_values_is_refused(
    text: str, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "ui.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PublishedFileError, match=problem):
        read_published(file)
    refused = fiado("--check", tmp_path)
    assert refused.exit_code == ExitCode.REFUSED
    assert "Traceback" not in refused.output


def test_other_encodings_and_a_folder_without_units_are_refused(tmp_path: Path) -> None:
    assert fiado("--check", tmp_path).exit_code == ExitCode.REFUSED
    (tmp_path / "other.csv").write_text(HEAD, encoding="utf-8")
    assert "begins with that of a unit" in fiado("--check", tmp_path).output
    (tmp_path / "ui.csv").write_bytes("date,value\n# ñ\n".encode("cp1252"))
    assert "not UTF-8" in fiado("--check", tmp_path).output


def test_the_command_is_one_of_the_group() -> None:
    assert "units" in index_group.commands
