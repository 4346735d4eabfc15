"""One word for one thing, in each language: the table in CONTRIBUTING.md holds for all that people read."""

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from node.words.catalogs import read_texts
from tests.places import PROJECT

LANGUAGES: Final = {"es": 1, "pt": 2}
"""The column of each language in the table; what is not said there is two columns further."""
DOCUMENTS: Final = ("node/bylaws/words_{code}.py",)
ALLOWED: Final = ("bajo llave", "tienda de aplicaciones")
"""Phrases that may have such a word."""
_COMMAND: Final = re.compile(r"`[^`]*`|\{\w+\}|%\(\w+\)s|--[a-z-]+|\[\w+\]")


def rows() -> list[list[str]]:
    """The cells of the glossary."""
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Words")[2]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[1:]]


def refused(code: str) -> dict[str, str]:
    """Word that is not said -> the one that is."""
    found = {}
    for row in rows():
        for word in filter(None, row[LANGUAGES[code] + 2].split(", ")):
            found[word] = row[LANGUAGES[code]]
    return found


def said(code: str) -> Iterator[tuple[str, str]]:
    """All that is said in a language, with where it stands."""
    for folder in ("cli", "node/web"):
        for text in read_texts(PROJECT / folder / f"translations/{code}.po").values():
            yield folder, text.string
    for name in DOCUMENTS:
        path = PROJECT / name.format(code=code)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path.name, node.value


def words_not_said(text: str, words: dict[str, str]) -> list[str]:
    """Those of the refused words that a text has, also as a plural."""
    bare = _COMMAND.sub(" ", text.lower())
    for idiom in ALLOWED:
        bare = bare.replace(idiom, " ")
    return [word for word in words if re.search(rf"\b{re.escape(word)}(s|es)?\b", bare)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_other_word_is_said_for_the_same_thing(code: str) -> None:
    words = refused(code)
    assert len(words) > 15
    found = [
        f"{place}: “{text[:80]}” says {word}; we say {words[word]}"
        for place, text in said(code)
        for word in words_not_said(text, words)
    ]
    assert found == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_word_of_the_table_is_in_use(code: str) -> None:
    everything = " ".join(text.lower() for _, text in said(code))
    for row in rows():
        word = row[LANGUAGES[code]]
        assert re.search(rf"\b{re.escape(word)}", everything), word


def test_another_word_is_noticed() -> None:
    words = {"socio": "miembro", "llave": "clave"}
    assert words_not_said("Los socios firman con su llave.", words) == ["socio", "llave"]
    assert words_not_said("Queda bajo llave: `fiado socio`, asociarse.", words) == []
