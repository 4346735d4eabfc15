"""A missing need skips a test with a reason, and fails it where everything has to be installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

NEEDS_A_BROWSER = """
import pytest

@pytest.mark.needs_browser
def test_page():
    assert True
"""
SKIPS_ITSELF = """
import pytest

@pytest.mark.needs_postgres
def test_store():
    pytest.skip("no room for a database")

def test_with_optional_data():
    pytest.skip("no sample data")
"""
SKIPS_THE_MODULE = """
import pytest

pytest.skip("nothing to see", allow_module_level=True)
"""


def run_pytest(folder: Path, source: str, *, is_ci: bool, path: str) -> tuple[int, str]:
    """Run one test module under the project's `conftest.py`: exit code and output."""
    module = folder / "test_sample.py"
    module.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--config-file", str(ROOT / "pyproject.toml")]
    command += ["-p", "tests.conftest", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    result = subprocess.run(
        [*command, str(module)],
        cwd=folder,
        env={
            **os.environ,
            "PATH": path,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "FIADO_CI": "1" if is_ci else "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout


def test_a_missing_program_skips_with_a_reason(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, NEEDS_A_BROWSER, is_ci=False, path="")
    assert code == 0, output
    assert "no Chromium with its driver" in output
    assert "1 skipped" in output


def test_a_missing_program_fails_where_everything_is_installed(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, NEEDS_A_BROWSER, is_ci=True, path="")
    assert code == 1
    assert "skipped although FIADO_CI=1 (needs_browser)" in output
    assert "1 error" in output


def test_a_program_that_is_there_is_used(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("chromium", "chromedriver"):
        (programs / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    code, output = run_pytest(tmp_path, NEEDS_A_BROWSER, is_ci=True, path=str(programs))
    assert code == 0, output
    assert "1 passed" in output


@pytest.mark.parametrize(("is_ci", "outcome"), [(False, "skipped"), (True, "failed")])
def test_a_whole_module_may_not_be_skipped_unseen(
    tmp_path: Path, is_ci: bool, outcome: str
) -> None:
    code, output = run_pytest(tmp_path, SKIPS_THE_MODULE, is_ci=is_ci, path=os.environ["PATH"])
    # pytest says 5 for "no test ran" and 2 for "could not collect".
    assert code == (2 if is_ci else 5), output
    assert ("module skipped although FIADO_CI=1" in output) is is_ci
    assert ("1 skipped" in output) is (outcome == "skipped")


def test_a_skip_that_needs_nothing_special_stays_a_skip(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "initdb").touch(mode=0o755)
    code, output = run_pytest(tmp_path, SKIPS_ITSELF, is_ci=True, path=str(programs))
    assert code == 1
    assert "skipped although FIADO_CI=1 (needs_postgres)" in output
    assert "1 failed, 1 skipped" in output
