"""The pages' modules give the protocol's bytes, in Node.js; `tests/browser` runs the same in browsers.

From files and from a bundle; with the Ed25519 of WebCrypto, and without it by the library.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from node.web import library
from node.web.bundles import page_bundle
from node.web.modules import FOLDER, Module, parse_module, read_module
from tests.node.web.script_vectors import CHECK, MODULES, WITHOUT_ED25519, gather_vectors

_RUNNER = """
import fs from "node:fs";
const { check, modules, vectors, before } = JSON.parse(fs.readFileSync(0, "utf8"));
(0, eval)(before);
const loaded = {};
for (const [name, url] of Object.entries(modules)) {
  const found = await import(url);
  loaded[name] = found.default ?? found;
}
console.log(JSON.stringify(await (0, eval)(check)(loaded, vectors)));
"""


def node_program() -> str | None:
    """A Node.js whose WebCrypto has Ed25519: 20 or later."""
    program = shutil.which("node")
    if program is None:
        return None
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return program if int(version.stdout.strip().lstrip("v").partition(".")[0]) >= 20 else None


def as_files(folder: Path) -> dict[str, str]:
    """Where each module is, as it stands in the sources."""
    return {name: (folder / "web" / place).as_uri() for name, place in MODULES.items()}


def as_bundle(folder: Path) -> dict[str, str]:
    """Where each module is, as a bundle gives it to a page that uses all of them."""
    made = folder / "web" / "made"
    made.mkdir()
    page = page_of_all()

    def read(name: str) -> Module:
        return page if name == page.name else read_module(name)

    def publish(place: str, body: bytes) -> str:
        (made / Path(place).name).write_bytes(body)
        return f"./{Path(place).name}"

    publish("bundle.js", page_bundle(page.name, {}, publish, read))
    for name in MODULES:
        passing = f'import "./bundle.js";\nexport default globalThis.all.{name};\n'
        publish(f"only_{name}.js", passing.encode())
    return {name: (made / f"only_{name}.js").as_uri() for name in MODULES}


def page_of_all() -> Module:
    """A page's script that takes everything from all modules."""
    lines, given = [], []
    for name, place in MODULES.items():
        exports = read_module(place).exports
        taken = ", ".join(f"{each} as {name}_{each}" for each in exports)
        lines.append(f'import {{ {taken} }} from "../{place}";\n')
        given.append(f"{name}: {{ {', '.join(f'{each}: {name}_{each}' for each in exports)} }}")
    lines.append(f"globalThis.all = {{ {', '.join(given)} }};\n")
    return parse_module("pages/all.js", "".join(lines))


@pytest.mark.needs_page_library
@pytest.mark.parametrize("before", ["", WITHOUT_ED25519], ids=["by WebCrypto", "by the library"])
@pytest.mark.parametrize("laid", [as_files, as_bundle])
def test_vectors_in_node_js(
    tmp_path: Path, before: str, laid: Callable[[Path], dict[str, str]]
) -> None:
    program = node_program()
    if program is None:
        pytest.skip("no Node.js of version 20 or later; the same vectors run in Chromium")
    # Node.js takes files for modules by their package; the pages need none.
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copytree(FOLDER, tmp_path / "web")
    shutil.copytree(library.FOLDER, tmp_path / "web" / library.ROOM)
    given = {
        "check": CHECK.read_text(),
        "modules": laid(tmp_path),
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
