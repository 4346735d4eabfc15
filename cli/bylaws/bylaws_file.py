"""Bylaws as a file that people write: TOML, an article a line, each explained above it.

    version = 1
    [articles]
    # Every payment gives 2 % of its amount to the commons, on top.
    contribution = "2 %"

What is not in it, or is a comment, has its default.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.shell.language import say
from cli.shell.retelling import retold
from ledger.government.articles import ARTICLES, Article, first_limit_of
from ledger.government.bylaws import Articles, Bylaws, contradictions
from node.bylaws.explain import sentence_of, title_of
from node.bylaws.values import read_value, written_value

LARGEST: Final = 262_144
_NUMBERS: Final = {row.name: row.number for row in ARTICLES.values()}
_HEADINGS: Final = {
    "en": "Bylaws. A line that begins with # counts for nothing: the default holds.",
    "es": "Estatuto. Una línea que empieza con # no cuenta: vale lo de siempre.",
    "pt": "Estatuto. Uma linha que começa com # não conta: vale o de sempre.",
}


@dataclass(eq=False)
class FileUnreadable(Exception):
    """The file at `path` holds no bylaws: `problem`."""

    path: Path
    problem: str


@dataclass(eq=False)
class ArticleImpossible(Exception):
    """An article has a value beyond its lowest or highest, as they are written."""

    name: str
    lowest: str
    highest: str


@dataclass(eq=False)
class ArticlesContradict(Exception):
    """Two articles, by name, can't both hold."""

    one: str
    other: str


def render_bylaws(articles: Mapping[int, int], language: str) -> str:
    """The text of a file with these articles, and all others as comments with their defaults."""
    bylaws = Bylaws(articles=articles)
    lines = [f"# {_HEADINGS[language]}", "version = 1", "", "[articles]"]
    for number, row in ARTICLES.items():
        if number >= first_limit_of(2) and number not in articles and not _is_of_two(number):
            continue
        value = bylaws.value(number)
        lines.append(f"# {title_of(number, language)}: {sentence_of(number, value, language)}")
        mark = "" if number in articles else "# "
        lines += [f"{mark}{row.name} = {written_value(number, value)}", ""]
    return "\n".join(lines)


def _is_of_two(number: int) -> bool:
    """Whether it is about one of the classes that are always there."""
    return ARTICLES[number].name.endswith(("_0", "_1"))


def read_bylaws_file(path: Path) -> Articles:
    """The articles of a file, checked as nodes will.

    Raises `FileUnreadable`, `ValueUnreadable`, `ArticleImpossible`, `ArticlesContradict`, `OSError`.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    try:
        document = tomllib.loads(data.decode("utf-8")) if len(data) <= LARGEST else {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileUnreadable(
            path, say("it is not TOML: {error}", error=retold(str(error)))
        ) from error
    written = document.get("articles")
    if document.keys() != {"version", "articles"} or document["version"] != 1:
        raise FileUnreadable(path, say("it needs version = 1, [articles], and nothing else"))
    if not isinstance(written, dict):
        raise FileUnreadable(path, say("[articles] is a table"))
    return check_written(path, written)


def check_written(path: Path, written: Mapping[str, object]) -> Articles:
    """The articles that names and written values make."""
    found: dict[int, int] = {}
    for name, value in written.items():
        number = _NUMBERS.get(name)
        if number is None:
            raise FileUnreadable(path, say("there is no article {name}", name=name))
        row = ARTICLES[number]
        found[number] = read_value(number, value)
        if not row.allows(found[number]):
            ends = (written_value(number, each) for each in (row.lowest, row.highest))
            raise ArticleImpossible(name, *ends)
    for one, other in contradictions(found):
        raise ArticlesContradict(Article(one).name.lower(), Article(other).name.lower())
    return tuple(sorted(found.items()))
