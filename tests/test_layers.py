"""The import layers hold, and the contracts that check them can fail."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ledger", "node", "cli")
LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the project's contracts over the packages in a folder."""
    return subprocess.run(
        [sys.executable, "-c", LINTER, "--config", str(ROOT / "pyproject.toml"), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def named_modules() -> set[str]:
    """Every module that a contract names, and the packages around it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named: set[str] = set()
    for contract in project["tool"]["importlinter"]["contracts"]:
        for key in ("ancestors", "source_modules", "forbidden_modules", "protected_modules"):
            named.update(contract.get(key, ()))
        layers = [re.findall(r"\w+", layer) for layer in contract.get("layers", ())]
        for container in contract.get("containers", ()):
            named.update(f"{container}.{layer}" for one in layers for layer in one)
    ours = [parts for module in named if (parts := module.split("."))[0] in PACKAGES]
    return {".".join(parts[:size]) for parts in ours for size in range(1, len(parts) + 1)}


def write_packages(folder: Path, sources: dict[str, str]) -> None:
    """Three small packages that keep the layers, and the given modules beside them."""
    lawful = {
        **{f"{module.replace('.', '/')}/__init__.py": "" for module in named_modules()},
        "ledger/__init__.py": "",
        "node/__init__.py": "import ledger\n",
        "cli/__init__.py": "import click\nimport node\n",
    }
    for name, source in (lawful | sources).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")


def test_the_project_keeps_its_layers() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_packages_that_keep_the_layers_pass(tmp_path: Path) -> None:
    write_packages(tmp_path, {})
    result = lint(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "source", "broken"),
    [
        ("ledger/other.py", "import node\n", "ledger is not allowed to import node"),
        ("ledger/other.py", "import cli\n", "ledger is not allowed to import cli"),
        (
            "ledger/rules/votes.py",
            "import ledger.validators\n",
            "ledger.rules is not allowed to import ledger.validators",
        ),
        ("ledger/novelty.py", "", "novelty"),
        ("node/other.py", "import cli\n", "node is not allowed to import cli"),
        (
            "node/engine/core.py",
            "import node.merchant\n",
            "node.engine is not allowed to import node.merchant",
        ),
        (
            "node/engine/health/words.py",
            "import node.engine.core\n",
            "node.engine.health is not allowed to import node.engine.core",
        ),
        (
            "node/engine/decisions/subject.py",
            "import node.engine.supervision\n",
            "node.engine.decisions is not allowed to import node.engine.supervision",
        ),
        (
            "node/engine/decisions/gathering.py",
            "import ledger.rules.index\n",
            "node.engine.decisions is not allowed to import ledger.rules.index",
        ),
        ("node/engine/novelty.py", "", "novelty"),
        (
            "node/store/base.py",
            "import node.engine\n",
            "node.store is not allowed to import node.engine",
        ),
        (
            "node/store/rows.py",
            "import node.store.sql\n",
            "rows is not allowed to import node.store.sql",
        ),
        ("node/store/novelty.py", "", "novelty"),
        (
            "node/runner/runner.py",
            "import node.compose\n",
            "runner is not allowed to import node.compose",
        ),
        (
            "node/merchant/context.py",
            "import node.merchant.refunding\n",
            "node.merchant.context is not allowed to import node.merchant.refunding",
        ),
        (
            "node/folder/settings.py",
            "import node.folder.making\n",
            "node.folder.settings is not allowed to import node.folder.making",
        ),
        (
            "node/link/handshake.py",
            "import node.link.links\n",
            "node.link.handshake is not allowed to import node.link.links",
        ),
        (
            "node/member/client.py",
            "import node.store\n",
            "node.member is not allowed to import node.store",
        ),
        (
            "node/server.py",
            "import node.member\n",
            "a node does not know its members' library BROKEN",
        ),
        ("node/novelty.py", "", "novelty"),
        (
            "node/merchant/keys.py",
            "import node.http\n",
            "node.merchant is not allowed to import node.http",
        ),
        (
            "node/http/stewards/joins.py",
            "import node.http.members\n",
            "node.http.stewards is not allowed to import node.http.members",
        ),
        (
            "node/http/base/api.py",
            "import node.http.merchant\n",
            "node.http.base is not allowed to import node.http.merchant",
        ),
        (
            "node/http/books/books.py",
            "import node.web\n",
            "node.http is not allowed to import node.web",
        ),
        ("node/http/novelty.py", "", "novelty"),
        (
            "cli/shell/errors.py",
            "import cli.wallet\n",
            "cli.shell is not allowed to import cli.wallet",
        ),
        (
            "cli/paying/words.py",
            "import cli.steward\n",
            "cli.paying is not allowed to import cli.steward",
        ),
        ("cli/demo/stage.py", "import cli.main\n", "cli.demo is not allowed to import cli.main"),
        ("cli/novelty/__init__.py", "", "novelty"),
        (
            "node/member/membership.py",
            "import node.member.paying\n",
            "node.member.membership is not allowed to import node.member.paying",
        ),
        ("ledger/store.py", "import sqlalchemy\n", "ledger is not allowed to import sqlalchemy"),
        ("ledger/serve.py", "import aiohttp\n", "ledger is not allowed to import aiohttp"),
        ("node/talk.py", "import click\n", "node is not allowed to import click"),
    ],
)
def test_a_broken_layer_is_found(tmp_path: Path, module: str, source: str, broken: str) -> None:
    write_packages(tmp_path, {module: source})
    result = lint(tmp_path)
    assert result.returncode != 0
    assert broken in result.stdout


@pytest.mark.parametrize(
    "room",
    [
        "ledger.rules",
        "node.engine.recording",
        "node.http.merchant",
        "node.member.paying",
        "node.audit",
        "node.web",
        "cli.wallet",
    ],
)
def test_a_circle_is_found(tmp_path: Path, room: str) -> None:
    """Between two files of one room, where no layer stands in the way."""
    folder = room.replace(".", "/")
    write_packages(
        tmp_path,
        {
            f"{folder}/one.py": f"import {room}.two\n",
            f"{folder}/two.py": f"import {room}.one\n",
        },
    )
    result = lint(tmp_path)
    assert result.returncode != 0
    assert "nothing imports itself by way of others BROKEN" in result.stdout
