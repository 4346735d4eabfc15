"""Everything that the command line says to people is in the catalogues, and no sentence goes past them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from cli import extract
from cli.extract import ROOT, SAID, collect, read_catalog, texts_of, wanted
from cli.shell import language
from cli.shell.language import say, speaking
from node.words.codes import NAMES, SOURCE_LANGUAGE
from node.words.writing import contents

TRANSLATED = [code for code in NAMES if code != SOURCE_LANGUAGE]
PLACEHOLDER = re.compile(r"\{\w+(?:![rs])?\}|%\(\w+\)s")
COMMAND = re.compile(r"`[^`]*`|--[a-z-]+")
ELSEWHERE = {
    "cli/demo/founding.py": "settings and names of a made-up federation",
    "cli/demo/signing.py": "what keys are derived from",
    "cli/demo/moving/people.py": "a made-up export of another system",
    "cli/extract.py": "for developers",
    "cli/federation/draft.py": "the charter's file, which is TOML for everybody",
    "cli/federation/old_headings.py": "headings of other systems' exports",
    "cli/federation/index_draft.py": "the same file",
    "cli/proposal/minutes_agenda.py": "has its words in three languages itself",
    "cli/proposal/minutes_words.py": "has its words in three languages itself",
    "cli/shell/csv_text.py": "files",
    "cli/shell/exit_codes.py": "for the manual",
    "cli/main.py": "names of commands",
    "cli/start.py": "before anything is loaded",
}
"""Files with sentences that are no words of a command, each with the reason."""
NO_WORDS = (
    # Documents of the play, which are in Spanish whoever looks on, and names in it.
    *(
        "El puesto de Lucía",
        "Estatuto de la",
        "Lista única",
        "Una cuota",
        "La feria",
        "Elena y Hugo",
    ),
    *("Cooperativa Oeste", "Ferias del Sur", "Trade graph"),
    # Files for people to edit, and their headings, which have a language of their own or English.
    *("version = 1", "Bylaws. A line", "Estatuto. U"),
    '"bread, 1 kg" = ',
    # Looked for in what a node says, or names of programs' values.
    *("can't be", "already in", "cut off", "survey, later", "DejaVu Sans"),
)
"""How sentences begin that are none of the command line's own."""
NOT_SAID = {
    *("AssertionError", "RuntimeError", "TypeError", "ValueError", "compile", "strftime"),
    *("argument", "command", "group", "option", "version_option"),
    *("_settling_command", "_status_command"),
}
"""Calls whose texts are for programmers, or are help, which is collected from the commands themselves."""


def catalogs() -> Iterator[tuple[str, str, str]]:
    for code in TRANSLATED:
        for message, text in read_catalog(code).items():
            yield code, message, text.string


@pytest.mark.parametrize("code", TRANSLATED)
def test_catalogs_hold_exactly_what_is_said(code: str) -> None:
    assert read_catalog(code) == contents(wanted(code, collect())), "run python -m cli.extract"


def test_every_text_is_translated_with_the_same_placeholders() -> None:
    for code, message, said in catalogs():
        assert said, (code, message)
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(message)), message


def test_a_translation_begins_and_ends_with_the_same_blanks() -> None:
    for code, message, said in catalogs():
        for strip in (str.lstrip, str.rstrip):
            assert len(message) - len(strip(message)) == len(said) - len(strip(said)), (code, said)


def test_commands_and_options_are_not_translated() -> None:
    for code, message, said in catalogs():
        assert sorted(COMMAND.findall(said)) == sorted(COMMAND.findall(message)), (code, message)


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_two_names_of_a_list_are_one_word(code: str) -> None:
    """Of two names that became the same, `Output.fields` would show the last one's value only."""
    for path in sorted((ROOT / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                keys = [key for key in node.keys if isinstance(key, ast.Call)]
                with speaking(code):
                    names = [say(text) for key in keys for text in texts_of(key)]
                assert len(names) == len(set(names)), (path.name, node.lineno, names)


def test_nothing_is_fuzzy_or_obsolete() -> None:
    for code in TRANSLATED:
        text = (language.FOLDER / f"{code}.po").read_text(encoding="utf-8")
        assert "#~" not in text and "fuzzy" not in text


def test_each_value_that_is_given_has_a_place_and_each_place_a_value() -> None:
    for path in sorted((ROOT / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or called(node) != "say":
                continue
            texts = list(texts_of(node)) if node.args else []
            names = {keyword.arg for keyword in node.keywords}
            for text in texts[:1]:
                if isinstance(node.args[0], ast.Constant):
                    places = {name for _, name, _, _ in Formatter().parse(text) if name}
                    assert names == places, (path.name, node.lineno, text)


def test_no_sentence_goes_past_the_catalogues() -> None:
    hidden = [
        f"{place}:{line}: {text}"
        for path in sorted((ROOT / "cli").rglob("*.py"))
        if (place := path.relative_to(ROOT).as_posix()) not in ELSEWHERE
        for line, text in sentences(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert hidden == []


def test_a_sentence_that_goes_past_is_noticed() -> None:
    program = """
def show(output, name):
    "Help is collected from the command."
    output.line("Nothing was done.")
    output.line(f"{name} was asked")
    output.line(say("All is well.") if name else later("Nothing is."))
    output.line(f"{name}: {name}")
    raise ValueError("for programmers only")
"""
    assert [text for _, text in sentences(ast.parse(program))] == [
        "Nothing was done.",
        "… was asked",
    ]


def sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The phrases in a module that no function says, with their lines."""
    if isinstance(node, ast.Assert):
        return
    if isinstance(node, ast.Call) and called(node) in {*SAID, *NOT_SAID}:
        for keyword in node.keywords if called(node) in SAID else []:
            yield from sentences(keyword.value)
        return
    if isinstance(node, ast.JoinedStr | ast.Constant):
        text = literal(node)
        if is_phrase(text):
            yield node.lineno, text
        return
    for child in ast.iter_child_nodes(node):
        if not is_docstring(child):
            yield from sentences(child)


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def literal(node: ast.JoinedStr | ast.Constant) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else "…" for each in node.values)
        return "".join(map(str, parts))
    return node.value if isinstance(node.value, str) else ""


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_phrase(text: str) -> bool:
    """Two words or more, and not a command, a path or an address."""
    bare = COMMAND.sub("", text).strip()
    if bare.startswith(("fiado ", "export ", "http", "/", "<", "%", *NO_WORDS)) or " " not in bare:
        return False
    return len(re.findall(r"[A-Za-z]{2,}", bare)) > 1


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_value_is_put_in_once_and_never_read_as_a_text(code: str) -> None:
    with speaking(code):
        told = say("You are a member: `fiado balance` shows your account.")
        assert told != "You are a member: `fiado balance` shows your account."
        assert "{handle}" in say("The payment {place} has no memo.", place="{handle}")


def test_what_is_new_has_no_translation_yet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extract, "FOLDER", tmp_path)
    extract.main()
    made = extract.read_catalog("es")
    assert made and not any(text.string for text in made.values())
