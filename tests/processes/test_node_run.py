"""A node as a process of its own: its log lines, its signals, and its end when it can't start."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import build_federation
from tests.node.running import QUICK, make_folder
from tests.places import PROJECT

PROGRAM = (
    "import sys; from pathlib import Path; from node.compose import run; "
    "sys.exit(run(Path(sys.argv[1])))"
)


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_that_it_runs_and_stops_in_order(number: signal.Signals, tmp_path: Path) -> None:
    folder = make_folder(tmp_path, build_federation(coops=2), 1, settings=QUICK)
    process = start(folder)
    assert process.stderr is not None
    try:
        lines = []
        for line in process.stderr:
            lines.append(json.loads(line))
            if lines[-1]["event"] == "node_started":
                break
        started = lines[-1]
        assert started["coop"] == "norte"
        assert started["validator"] in ("native", "reference")
        assert started["url"].startswith("http://127.0.0.1:")
        process.send_signal(number)
        rest = [json.loads(line) for line in process.stderr]
        assert process.wait(20) == 0
        assert rest[-1]["event"] == "node_stopped"
        # (A node that knows no others says so.)
        told = [line for line in lines + rest if line["event"] != "trouble"]
        assert all(line["level"] == "info" for line in told)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_folder_that_can_not_be_used_ends_it_at_once(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, build_federation(coops=2), 1)
    (folder / "node.key").chmod(0o644)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "others can read this secret" in done.stderr
