"""Every benchmark runs small, and checks its own result."""

import json
import subprocess
import sys

import pytest

from benchmarks.__main__ import NAMES, run
from benchmarks.measuring import Options, check

_ALL = [
    pytest.param(name, marks=pytest.mark.needs_browser) if name == "pages" else name
    for name in NAMES
]


@pytest.mark.parametrize("name", _ALL)
def test_it_runs_small(name: str) -> None:
    figures = run(name, Options(small=True))
    assert figures
    assert json.loads(json.dumps(figures)) == figures


def test_a_wrong_result_fails() -> None:
    with pytest.raises(AssertionError, match="too few"):
        check(False, "too few")


def test_its_last_line_is_one_json_object() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "size", "--small", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["benchmark"] == "size"
    assert figures["bytes_per_payment"] <= 96
    assert figures["bytes_per_delegated_payment"] <= 104
