"""Bundles: what the sources may look like, and that a bundle does what its modules do."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from node.web.assets import PAGE_SCRIPTS
from node.web.bundles import TEXTS, page_bundle
from node.web.modules import (
    FOLDER,
    Module,
    ModuleError,
    in_order,
    parse_module,
    read_module,
    with_later,
)
from tests.node.web.test_script_vectors import node_program

TREE = {
    "pages/a.js": (
        'import { b, B as C, note } from "../parts/b.js";\n'
        'import { deep } from "../parts/passes.js";\n'
        'import { TEXTS } from "../parts/texts.js";\n'
        "// import { nothing } from a comment;\n"
        "note('a');\n"
        'const { late, note: again } = await import("../parts/late.js");\n'
        'await Promise.all([import("../parts/late.js"), import("../parts/later.js")]);\n'
        "again('after');\n"
        "console.log(JSON.stringify([b(), new C().name, deep, late(), globalThis.notes, TEXTS]));\n"
    ),
    "parts/b.js": (
        "export const ONE = 1,\n  TWO = 2;\n"
        "globalThis.notes = [];\n"
        "export function note(text) {\n  globalThis.notes.push(text);\n}\n"
        "note('b');\n"
        "export async function nothing() {}\n"
        "export class B {\n  name = `export const b, ${ONE + TWO}`;\n}\n"
        "export const b = () => ONE + TWO;\n"
    ),
    "parts/passes.js": (
        'import { note } from "./b.js";\nnote("passes");\nexport { deep } from "../protocol/deep.js";\n'
    ),
    "protocol/deep.js": "export const deep = await Promise.resolve('deep');\n",
    "parts/late.js": (
        'import { note, ONE } from "./b.js";\nimport { shared } from "./shared.js";\n'
        'note("late");\nexport { note } from "./b.js";\nexport const late = () => [ONE, shared];\n'
    ),
    "parts/later.js": 'import { shared } from "./shared.js";\nexport const later = shared;\n',
    "parts/shared.js": (
        'import { note } from "./b.js";\nnote("shared");\nexport const shared = "shared";\n'
    ),
    "parts/texts.js": "export const TEXTS = {};\n",
}
"""Scripts with all that is understood; what the page writes tells what ran, in which order and how often."""
WORDS = {"pages/a.js": {"Paid": "Pagó «»"}, "parts/late.js": {"Paid": "Pagó «»", "Late": "Tarde"}}
"""What they say in another language."""


def read(name: str) -> Module:
    """A script of the tree."""
    return parse_module(name, TREE[name])


def output_of(script: Path) -> object:
    """What a script writes in Node.js."""
    program = node_program()
    if program is None:
        pytest.skip("no Node.js of version 20 or later; tests/browser runs the pages' bundles")
    done = subprocess.run(
        [program, str(script)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_bundle_does_what_its_modules_do(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name, source in TREE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)

    def publish(name: str, body: bytes) -> str:
        place = tmp_path / f"later-{Path(name).name}"
        place.write_bytes(body)
        return place.as_uri()

    (tmp_path / "bundle.js").write_bytes(page_bundle("pages/a.js", {}, publish, read))
    said = output_of(tmp_path / "pages/a.js")
    assert isinstance(said, list) and said[4] == ["b", "passes", "a", "shared", "late", "after"]
    assert output_of(tmp_path / "bundle.js") == said
    (tmp_path / "words.js").write_bytes(page_bundle("pages/a.js", WORDS, publish, read))
    told = output_of(tmp_path / "words.js")
    assert isinstance(told, list) and told[-1] == {"Paid": "Pagó «»", "Late": "Tarde"}
    # What only a later bundle says comes with that.
    assert "Tarde" not in (tmp_path / "words.js").read_text("utf-8")
    assert "Pagó" not in (tmp_path / "later-late.js").read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('import * as all from "./b.js";\n', "not understood"),
        ('import b from "./b.js";\n', "not understood"),
        ('import "./b.js";\n', "not understood"),
        ('export * from "./b.js";\n', "not understood"),
        ("export default 1;\n", "not understood"),
        ("export let counted = 0;\n", "not understood"),
        ("const here = import.meta.url;\n", "not understood"),
        ('import { missing } from "./b.js";\n', "exports no missing"),
        ('import { late } from "./late.js";\n', "imports itself"),
    ],
)
def test_what_is_not_understood_is_an_error(source: str, said: str) -> None:
    tree = {**TREE, "parts/new.js": source, "parts/late.js": 'import { x } from "./new.js";\n'}
    with pytest.raises(ModuleError, match=said):
        in_order(["parts/new.js"], lambda name: parse_module(name, tree[name]))


def test_every_script_is_understood_and_no_import_is_overlooked() -> None:
    for path in FOLDER.glob("*/*.js"):
        name = path.relative_to(FOLDER).as_posix()
        written = re.findall(
            r'(?:\bfrom |\bimport\(|^import )"([^"]+)"', path.read_text(), re.MULTILINE
        )
        meant = {
            (path.parent / place).resolve().relative_to(FOLDER).as_posix() for place in written
        }
        module = read_module(name)
        found = {*module.imports, *module.later}
        assert {each for each in meant if (FOLDER / each).exists()} <= found, name


def test_every_script_is_in_the_bundle_of_a_page() -> None:
    """A script that no page loads is one that was forgotten."""
    loaded = {each for page in PAGE_SCRIPTS for each in with_later(f"pages/{page}.js")}
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("p*/*.js")}
    assert there == loaded
    assert TEXTS in loaded


def test_what_is_elsewhere_is_left_to_the_browser() -> None:
    source = 'import { a as b } from "../other/a.js";\nawait import("../other/b.js");\nb();\n'
    module = parse_module("parts/x.js", source)
    assert (module.imports, module.later) == ({}, set())
    assert module.body == (
        'const { a: b } = await import("../other/a.js");\nawait import("../other/b.js");\n'
        "b();\nreturn {  };\n"
    )
