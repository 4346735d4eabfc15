"""The pages' modules give the protocol's bytes, in Node.js; `tests/browser` runs the same in browsers.

Once with the Ed25519 of WebCrypto, and once without it, by the library that is loaded then.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from node.web import library
from node.web.statics import FOLDER
from tests.node.web.script_vectors import CHECK, MODULES, WITHOUT_ED25519, gather_vectors

_RUNNER = """
import fs from "node:fs";
const { check, modules, vectors, before } = JSON.parse(fs.readFileSync(0, "utf8"));
(0, eval)(before);
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


@pytest.mark.needs_page_library
@pytest.mark.parametrize("before", ["", WITHOUT_ED25519], ids=["by WebCrypto", "by the library"])
def test_vectors_in_node_js(tmp_path: Path, before: str) -> None:
    program = node_program()
    if program is None:
        pytest.skip("no Node.js of version 20 or later; the same vectors run in Chromium")
    # Node.js takes files for modules by their package; the pages need none.
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copytree(FOLDER, tmp_path / "web")
    shutil.copytree(library.FOLDER, tmp_path / "web" / library.ROOM)
    modules = {name: (tmp_path / "web" / place).as_uri() for name, place in MODULES.items()}
    given = {
        "check": CHECK.read_text(),
        "modules": modules,
        "vectors": gather_vectors(),
        "before": before,
    }
    done = subprocess.run(
        [program, "--input-type=module", "--eval", _RUNNER],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["differences"] == []
    assert result["checked"] > 200
    assert result["who"] == ("library" if before else "browser")
