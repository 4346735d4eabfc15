"""The pages' modules give the protocol's bytes, in Node.js; `tests/browser` runs the same in Chromium."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from node.web.statics import FOLDER
from tests.node.web.script_vectors import CHECK, MODULES, gather_vectors

_RUNNER = """
import fs from "node:fs";
const { check, modules, vectors } = JSON.parse(fs.readFileSync(0, "utf8"));
const loaded = {};
for (const [name, url] of Object.entries(modules)) loaded[name] = await import(url);
console.log(JSON.stringify(await (0, eval)(check)(loaded, vectors)));
"""


def node_program() -> str | None:
    """A Node.js whose WebCrypto has Ed25519: 20 or later."""
    program = shutil.which("node")
    if program is None:
        return None
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return program if int(version.stdout.strip().lstrip("v").partition(".")[0]) >= 20 else None


def test_vectors_in_node_js(tmp_path: Path) -> None:
    program = node_program()
    if program is None:
        pytest.skip("no Node.js of version 20 or later; the same vectors run in Chromium")
    # Node.js takes files for modules by their package; the pages need none.
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copytree(FOLDER, tmp_path / "web")
    modules = {name: (tmp_path / "web" / place).as_uri() for name, place in MODULES.items()}
    given = {"check": CHECK.read_text(), "modules": modules, "vectors": gather_vectors()}
    done = subprocess.run(
        [program, "--input-type=module", "--eval", _RUNNER],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["differences"] == []
    assert result["checked"] > 200
