"""Collects what the command line says, for the translations.

    python -m cli.extract

brings `translations/*.po` up to date: what is new gets an empty translation, what is no longer said goes. A
test sees to it that nothing stays empty. The texts are those in `say` and `later`, the help of commands, and
what a node's problems and the packages below say (`extract_forms`).
"""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Final

import click
from babel.messages.catalog import Catalog

import node.http
from cli.extract_forms import told_below
from cli.main import main as fiado
from cli.shell.help_texts import help_of
from cli.shell.language import FOLDER
from node.http.base.problem import ProblemKind, kinds_in
from node.words.catalogs import Text, read_texts
from node.words.codes import NAMES, SOURCE_LANGUAGE
from node.words.writing import bring_up_to_date, updated

ROOT: Final = Path(__file__).parents[1]
SAID: Final = ("say", "later")
"""The functions whose first argument is a text."""
ELSEWHERE: Final = ("node/change_words.py",)
"""Files outside of `cli` that mark texts with the same names."""


def collect() -> Catalog:
    """All texts, each with the files that say it."""
    catalog = Catalog(fuzzy=False)
    for path in (*sorted((ROOT / "cli").rglob("*.py")), *(ROOT / name for name in ELSEWHERE)):
        for text in texts_of(ast.parse(path.read_text(encoding="utf-8"))):
            # Files, not lines: a translation should not change when code above it moves.
            catalog.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    for place, text in (*_help(fiado), *_problems(), *told_below(ROOT)):
        catalog.add(text, locations=[(place, 0)])
    return catalog


def texts_of(tree: ast.AST) -> Iterator[str]:
    """The texts that a module marks."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and each.args and _name(each.func) in SAID:
            yield from _constants(each.args[0])


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _constants(argument: ast.expr) -> Iterator[str]:
    """A text, or each of two between which something decides."""
    if isinstance(argument, ast.IfExp):
        yield from _constants(argument.body)
        yield from _constants(argument.orelse)
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value


def _help(command: click.Command) -> Iterator[tuple[str, str]]:
    """The help texts of all commands, each with the room that it is from."""
    yield from (("cli/main.py", text) for text in help_of(command, deep=False))
    assert isinstance(command, click.Group)
    for name in command.commands:
        found = command.commands[name]
        room = getattr(found.callback, "__module__", "cli.main").replace(".", "/")
        yield from ((f"{room}.py", text) for text in help_of(found))


def _problems() -> Iterator[tuple[str, str]]:
    """What a node's problems say and what would help, each with the file that it is from."""
    for module in walk_packages(node.http.__path__, "node.http."):
        if module.name.endswith("problems"):
            place = module.name.replace(".", "/") + ".py"
            for kind in _kinds(import_module(module.name)):
                yield from ((place, text) for text in (kind.detail, kind.remedy))


def _kinds(module: ModuleType) -> Iterator[ProblemKind]:
    """The problems of a module, and where the refusals stand those of all rules."""
    yield from kinds_in(module)
    yield from getattr(module, "REFUSED", {}).values()


def read_catalog(code: str) -> dict[str, Text]:
    """The catalog of a language, by text."""
    return read_texts(FOLDER / f"{code}.po")


def wanted(code: str, collected: Catalog) -> Catalog:
    """The catalog of a language with exactly the collected texts, keeping what is translated."""
    old = read_catalog(code) if (FOLDER / f"{code}.po").exists() else {}
    return updated(code, collected, old, about=f"The fiado command in {NAMES[code]}.")


def main() -> None:
    """Bring all catalogs up to date."""
    collected = collect()
    for code in NAMES:
        if code != SOURCE_LANGUAGE:
            bring_up_to_date(FOLDER / f"{code}.po", wanted(code, collected))


if __name__ == "__main__":
    main()
