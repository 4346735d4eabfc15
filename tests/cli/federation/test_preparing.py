"""What `fiado federation import prepare` refuses before it asks for a key: files there already, bad texts."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.exit_codes import ExitCode


def prepare(folder: Path, *, out: str, invitations: str, resolution: str = "resolved") -> str:
    """The name of the refusal. Beyond these checks there is no steward's key."""
    file = folder / "export.csv"
    file.write_text("Login name;Balance\nana;5\n", encoding="utf-8")
    words = ["federation", "import", "prepare", str(file), "--from", "cyclos", "--yes", "--json"]
    words += ["--out", str(folder / out), "--invitations", str(folder / invitations)]
    words += ["--resolution", resolution, "--key", str(folder / "none.json")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code in (ExitCode.USAGE, ExitCode.WALLET), result.output
    return str(json.loads(result.output.splitlines()[-1])["error"]["name"])


@pytest.mark.parametrize("there", ["plan.json", "words.csv"])
def test_a_file_that_is_there_is_never_replaced(tmp_path: Path, there: str) -> None:
    assert prepare(tmp_path, out="plan.json", invitations="words.csv") == "steward_key_missing"
    (tmp_path / there).write_text("the only copy", encoding="utf-8")
    assert prepare(tmp_path, out="plan.json", invitations="words.csv") == "file_exists"
    assert (tmp_path / there).read_text(encoding="utf-8") == "the only copy"


def test_plan_and_invitations_are_two_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    assert prepare(tmp_path, out="plan", invitations="plan") == "same_file"
    assert prepare(tmp_path, out="plan", invitations="sub/../plan") == "same_file"


@pytest.mark.parametrize(
    ("resolution", "refusal"),
    [
        ("", "reason_empty"),
        (" ", "reason_empty"),
        ("á" * 257, "reason_too_long"),
        ("á" * 256, "steward_key_missing"),
    ],
)
def test_a_resolution_has_to_fit(tmp_path: Path, resolution: str, refusal: str) -> None:
    found = prepare(tmp_path, out="plan", invitations="words", resolution=resolution)
    assert found == refusal
