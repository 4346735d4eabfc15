"""The draft of a charter's index: every official unit by its name, and what it can't follow is said."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.index.unit_files import bundled_units
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.index.definition_fields import read_definition


def draft(path: Path, *words: str) -> Any:
    made = CliRunner().invoke(
        main, ["federation", "init", str(path), "--name", "F", "--coop", "a=A", *words, "--json"]
    )
    assert made.exit_code == 0, made.output
    return json.loads(made.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", list(bundled_units()))
def test_each_official_unit_is_offered_by_its_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / "charter.toml"
    draft(path, "--index", name, "--base", "2026-01-15=1000")
    index = tomllib.loads(path.read_text(encoding="utf-8"))["index"]
    unit = bundled_units()[name]
    assert index["currency"] == unit.currency
    if name in ("cer", "uf"):
        assert (index["method"], "unit" in index) == (name, False)
    else:
        assert index["method"] == "unit"
        assert read_definition(index["unit"]) == unit.definition


@pytest.mark.parametrize(
    ("name", "told"),
    [("survey", "51 % a month"), ("uva", "Lebanon's March 2023"), ("cer", "Lebanon's March 2023")],
)
def test_what_an_index_can_not_follow_is_said(name: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "charter.toml"
    advice = draft(path, "--index", name, "--base", "2026-01-15=1000")["advice"]
    assert any(told in sentence for sentence in advice)
    assert any("never worth less than 1.00" in sentence for sentence in advice)
    plain = draft(tmp_path / "plain.toml")["advice"]
    assert not any("Index" in sentence for sentence in plain)


def test_a_currency_of_one_s_own_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "charter.toml"
    draft(path, "--index", "ui", "--base", "2026-01-15=1000", "--currency", "ARS")
    assert 'currency = "ARS"' in path.read_text(encoding="utf-8")


def test_an_unknown_name_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    words = ["federation", "init", str(tmp_path / "c.toml"), "--name", "F", "--coop", "a=A"]
    refused = CliRunner().invoke(main, [*words, "--index", "peso", "--base", "2026-01-15=1000"])
    assert refused.exit_code == ExitCode.USAGE
    assert "uva" in refused.output and not (tmp_path / "c.toml").exists()
