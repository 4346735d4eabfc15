"""Everything but drawing PNGs and collecting texts works with what is installed without extras."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
HEAVY = {"babel", "fontTools", "matplotlib", "numpy", "PIL", "psycopg"}
"""What only extras bring; together several times as heavy as all the rest."""
NOT_FOR_NODES = {"cli.extract", "node.web.extract", "node.words.writing"}

PROGRAM = """
import importlib, json, sys
blocked, modules = json.loads(sys.argv[1])
for name in blocked:
    sys.modules[name] = None
for name in modules:
    importlib.import_module(name)
"""


def test_every_module_is_loaded_without_the_extras() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in ("ledger", "node", "cli")
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.stem != "__main__" and "native" not in path.relative_to(ROOT).parts
    ]
    wanted = [name for name in modules if name not in NOT_FOR_NODES]
    assert len(wanted) > 200
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([sorted(HEAVY), wanted])],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr


def test_what_is_heavy_is_asked_for_by_extras_only() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {Requirement(each).name for each in project["dependencies"]}
    assert not names & {"babel", "matplotlib", "numpy", "pillow", "psycopg"}
    extras = project["optional-dependencies"]
    assert [Requirement(each).name for each in extras["pictures"]] == ["matplotlib"]
