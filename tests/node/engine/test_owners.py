"""What is written beside the fields of `Core`, `Linked`, `OldCopy` and `Tick` about who may write them is so.

A part that writes a field without being named there fails here. A field that says "any part" or "each part"
is free to all; one that says nothing is written by nobody.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import node.engine.core

ENGINE = Path(node.engine.core.__file__).parent
MUTATORS = frozenset(
    ("add", "append", "clear", "discard", "extend", "pop", "remove", "setdefault", "update")
)
HOLDERS = {
    "Core": ("core", "_core"),
    "Linked": ("linked",),
    "OldCopy": ("old_copy",),
    "Tick": ("tick",),
}
MODULES = {"Core": "core.py", "Linked": "linked.py", "OldCopy": "core.py", "Tick": "tick.py"}
FREE = ("any part", "each part")


def documented(name: str) -> dict[str, str]:
    """The fields of such a class, with what is written beside them."""
    tree = ast.parse((ENGINE / MODULES[name]).read_text(encoding="utf-8"))
    (found,) = (one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == name)
    makers = [one for one in found.body if isinstance(one, ast.FunctionDef)]
    body = next((one.body for one in makers if one.name == "__init__"), found.body)
    fields: dict[str, str] = {}
    for statement, after in zip(body, [*body[1:], ast.Pass()], strict=True):
        words = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            words = str(after.value.value)
        for target in targets(statement):
            match target:
                case ast.Attribute(value=ast.Name(id="self"), attr=field) | ast.Name(id=field):
                    fields[field] = words
                case _:
                    pass
    return fields


def targets(statement: ast.AST) -> Iterator[ast.expr]:
    """What a statement writes to."""
    match statement:
        case ast.Assign(targets=found) | ast.Delete(targets=found):
            for target in found:
                yield from target.elts if isinstance(target, ast.Tuple) else [target]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            yield target
        case ast.Call(func=ast.Attribute(value=changed, attr=method)) if method in MUTATORS:
            yield changed
        case _:
            return


def written(tree: ast.AST, holders: tuple[str, ...]) -> Iterator[str]:
    """The fields that a module writes of a holder, as it calls them."""
    for statement in ast.walk(tree):
        for target in targets(statement):
            place = target.value if isinstance(target, ast.Subscript) else target
            match place:
                case ast.Attribute(value=ast.Name(id=holder), attr=field) if holder in holders:
                    yield field
                case ast.Attribute(value=ast.Attribute(attr=holder), attr=field) if (
                    holder in holders
                ):
                    yield field


def name_of(module: Path) -> str:
    """As it is called beside the fields."""
    name = ".".join(module.relative_to(ENGINE).with_suffix("").parts)
    return {"engine": "Engine"}.get(name, name)


def trespasses(name: str, module: str, source: str) -> set[str]:
    """The fields that a module writes and may not."""
    fields = documented(name)
    found = set(written(ast.parse(source), HOLDERS[name]))
    return {
        field
        for field in found & fields.keys()
        if f"`{module}`" not in fields[field]
        and not any(words in fields[field].lower() for words in FREE)
    }


@pytest.mark.parametrize("name", HOLDERS)
def test_only_its_owners_write_a_field(name: str) -> None:
    modules = [module for module in ENGINE.rglob("*.py") if module.name not in MODULES.values()]
    found = {
        name_of(module): fields
        for module in modules
        if (fields := trespasses(name, name_of(module), module.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("name", "source", "field"),
    [
        ("Core", "self._core.readiness = 1", "readiness"),
        ("Core", "core.settings = None", "settings"),
        ("Linked", "core.linked.peers |= {1}", "peers"),
        ("Core", "del core.damaged[1]", "damaged"),
        ("Core", "before, core.readiness = core.readiness, None", "readiness"),
        ("Linked", "self._core.linked.peers.add(1)", "peers"),
        ("OldCopy", "core.old_copy.doubt = None", "doubt"),
        ("OldCopy", "self._core.old_copy.heard.add(1)", "heard"),
        ("Tick", "tick.segments.append(1)", "segments"),
        ("Tick", "tick.witnessed[1] = 2", "witnessed"),
        ("Tick", "tick.now_ms += 1", "now_ms"),
    ],
)
def test_another_part_that_writes_is_named(name: str, source: str, field: str) -> None:
    assert trespasses(name, "recording.memos", source) == {field}
