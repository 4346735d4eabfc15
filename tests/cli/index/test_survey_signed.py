"""What a survey's file says is computed again before a steward signs it, with the command and a real node."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.index.survey_closed import FORMAT
from cli.main import main
from cli.shell.exit_codes import ExitCode
from tests.cli.index.test_index_node import EVERY_THIRD_DAY, Stage, stage

__all__ = ["stage"]

pytestmark = pytest.mark.parametrize("stage", [EVERY_THIRD_DAY], indirect=True, ids=["survey"])


def survey(folder: Path, *, price: int = 10_100, week: str = "2025-12-28", **changed: Any) -> Path:
    """A file whose level follows from its prices, but for what is changed."""
    document = {
        "format": FORMAT,
        "currency": "ARS",
        "week": week,
        "level_millionths": price * 100_000,
        "base_level_millionths": 1_000_000_000,
        "items": {"pan": {"weight": 1, "prices": {"uno": [10_000, price]}}},
    }
    path = folder / "survey.json"
    path.write_text(json.dumps(document | changed), encoding="utf-8")
    return path


def test_what_a_file_says_is_not_believed(stage: Stage, tmp_path: Path) -> None:
    impossible, wrong = "survey_level_impossible", "survey_level_wrong"
    for changed, name in (
        ({"level_millionths": 1_010_000_001}, wrong),
        ({"base_level_millionths": 1_000_000_001}, wrong),
        ({"items": {}}, wrong),
        ({"items": {"pan": {"weight": 1, "prices": {"uno": [10**400, 10**400]}}}}, wrong),
        ({"level_millionths": -5}, impossible),
        ({"level_millionths": 1}, impossible),
        ({"level_millionths": 999_999}, impossible),
        ({"level_millionths": 2**53}, impossible),
        ({"level_millionths": 10**30}, impossible),
        ({"currency": "CLP"}, "survey_other_currency"),
        ({"currency": None}, "survey_other_currency"),
        ({"currency": ["ARS"]}, "survey_other_currency"),
    ):
        path = survey(tmp_path, **changed)
        refused = stage.publish(0, "--survey", path, code=ExitCode.REFUSED)
        assert refused["name"] == name, changed
    shown = stage.run("index", "show", "--node", stage.url)
    assert shown["decisions"]["publications"] == []


def said(stage: Stage, path: Path) -> str:
    key = ("--key", stage.root / "steward0.json", *stage.secret)
    words = ["index", "publish", "--survey", path, "--yes", *key]
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exit_code == 0, result.output
    return " ".join(result.stderr.split())


def test_a_level_beyond_the_cap_is_warned_of(stage: Stage, tmp_path: Path) -> None:
    assert "beyond the cap" not in said(stage, survey(tmp_path))
    for price in (1_000, 1_000_000):
        warning = said(stage, survey(tmp_path, price=price))
        assert "is beyond the cap on a step: the last value is" in warning
        assert "can't be taken back" in warning


def test_a_coop_s_wrong_level_is_named_and_the_check_goes_on(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was signed by a program that believed it."""
    monkeypatch.setattr("cli.index.statements.check_survey", lambda *_, **__: None)
    for steward in (0, 1):
        stage.publish(steward, "--survey", survey(tmp_path, level_millionths=1_020_000_000))
    for steward in (0, 1):
        stage.publish(steward, "--survey", survey(tmp_path, week="2025-12-31"))
    seen = stage.run("index", "verify", "--node", stage.url, code=ExitCode.AUDIT_FAILED)
    (wrong,) = seen["wrong_levels"]
    assert (wrong["coop"], wrong["period"], wrong["signed"]) == (
        "norte",
        "2025-12-28",
        1_020_000_000,
    )
    assert (seen["prints"], seen["surveys"]) == (2, 2)
    told = CliRunner().invoke(main, ["index", "verify", "--node", stage.url]).stdout
    assert "Every value follows" in told
    assert "2025-12-28: the level that norte signed" in told
