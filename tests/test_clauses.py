"""The rules cite the protocol page: every clause that is cited is there, and is the right one.

A clause is a section, such as 7.2, or an item of a numbered list in it, such as 7.2.4.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from ledger.refusals import Refusal
from tests.places import PROJECT

HEADING: Final = re.compile(r"^###? (\d+(?:\.\d+)?)[. ](.*)$")
ITEM: Final = re.compile(r"^(\d+)\. (.*)$")
CITED: Final = re.compile(r"\b\d{1,2}\.\d{1,2}(?:\.\d{1,2})?\b")
SECTIONS: Final = re.compile(
    r"(?<!RFC 8032, )\bsections? (\d+(?:\.\d+)*)(?: (?:to|and) (\d+(?:\.\d+)*))?"
)
RETURNED: Final = re.compile(r"\bRefusal\.([A-Z_]+)\b")
RULES: Final = [
    *sorted((PROJECT / "ledger" / "rules").rglob("*.py")),
    PROJECT / "ledger" / "validators" / "reference.py",
    PROJECT / "ledger" / "validators" / "shared_rules.py",
]
SOURCES: Final = [
    path
    for path in sorted((PROJECT / "ledger").rglob("*.*"))
    if path.suffix in (".py", ".rs") and "target" not in path.parts
]


@cache
def clauses() -> Mapping[str, str]:
    """Clause -> its text; a section's is its heading."""
    found: dict[str, str] = {}
    section = clause = ""
    for line in (PROJECT / "docs" / "PROTOCOL.md").read_text(encoding="utf-8").splitlines():
        heading, item = HEADING.match(line), ITEM.match(line)
        if heading:
            section, clause = heading[1], heading[1]
            found[clause] = heading[2]
        elif item and section:
            clause = f"{section}.{item[1]}"
            assert clause not in found, f"{clause} is there twice"
            found[clause] = item[2]
        elif line.startswith(" ") and clause != section:
            found[clause] += " " + line.strip()
        else:
            clause = section
    return found


def expanded(comment: str) -> Iterator[str]:
    """The clauses that a comment cites; "7.2.6 to 7.2.9" are four."""
    ranges = re.findall(r"(\d+\.\d+)\.(\d+) to \1\.(\d+)", comment)
    for section, first, last in ranges:
        yield from (f"{section}.{number}" for number in range(int(first), int(last) + 1))
    yield from CITED.findall(comment)


def is_a_clause(comment: str) -> bool:
    return re.match(r"# \d+\.\d+\.\d+\b", comment) is not None


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_what_is_cited_is_in_the_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    cited = [clause for found in SECTIONS.findall(text) for clause in found if clause]
    for line in text.splitlines():
        if is_a_clause(line.strip()):
            cited += expanded(line)
    assert [clause for clause in cited if clause not in clauses()] == []


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_each_refusal_of_the_rules_is_the_one_that_its_clause_names(path: Path) -> None:
    comment = ""
    wrong: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(("def ", "class ")):
            comment = ""
        elif is_a_clause(line.strip()):
            comment = line
        elif "return " in line:
            named = " ".join(clauses().get(clause, "") for clause in expanded(comment))
            for name in RETURNED.findall(line):
                if f"`{name.lower()}`" not in named:
                    wrong.append(
                        f"{path.name}:{number}: {name} by {comment.strip() or 'no clause'}"
                    )
    assert wrong == []


def test_a_wrong_clause_would_be_noticed() -> None:
    assert "`sequence_gap`" in clauses()["7.2.4"]
    assert "7.2.99" not in clauses()
    assert list(expanded("# 7.2.6 to 7.2.9, as (7.7)")) == [
        *("7.2.6", "7.2.7", "7.2.8", "7.2.9"),
        *("7.2.6", "7.2.9", "7.7"),
    ]


def test_the_page_lists_every_refusal() -> None:
    page = (PROJECT / "docs" / "PROTOCOL.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d+) \| `(\w+)` \|$", page.partition("## Refusals")[2], re.MULTILINE)
    assert listed == [(str(refusal.value), refusal.name.lower()) for refusal in Refusal]
