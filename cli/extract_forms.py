"""The forms of sentences that other packages make in English, for the catalogues.

A node, and what it is built on, word what is wrong with values in place: `f"must be from {least} to {most}"`.
Here such a text is read from the code as its form, with a name for each value, `retelling` finds it again. A
value that is one of two texts gives two forms. What is one word, or no words at all, is left out.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Final

PHRASED: Final = (
    "ledger/founding.py",
    "node/audit/database.py",
    "node/audit/history.py",
    "node/audit/replay.py",
    "node/audit/run.py",
    "node/audit/store.py",
    "node/engine/charter/objections.py",
    "node/engine/charter/subject.py",
    "node/engine/decisions/standstill.py",
    "node/engine/health/words.py",
    "node/engine/health/words_of_links.py",
    "node/engine/index/subject.py",
    "node/errors.py",
    "node/folder/settings.py",
    "node/shapes.py",
    "node/store_urls.py",
)
"""Files all of whose phrases people may be told."""
RAISED: Final = frozenset(
    {
        "CharterError",
        "DefinitionError",
        "EncodingError",
        "FolderError",
        "JournalDamaged",
        "KeyInadmissible",
        "LinkError",
        "ListenFault",
        "LogDamaged",
        "MerchantRefusal",
        "NobodyToAsk",
        "NodeMisbehaved",
        "NodeUnreachable",
        "NodeUrlError",
        "NotInCharter",
        "NotStanding",
        "OrderError",
        "ParametersError",
        "Problem",
        "ProofError",
        "SigningRefused",
        "SnapshotError",
        "StorageFault",
        "StoreInUse",
        "StoreUnavailable",
        "StoreUrlError",
        "StoreVersionUnknown",
        "ValidatorUnavailable",
        "ValueMalformed",
        "WageError",
        "WalletDamaged",
        "ZoneUnknown",
        "_Malformed",
        "_malformed",
        "_read_toml",
        "_refused",
        "must_be",
    }
)
"""What is called with words that people may be told, in the packages below."""

_NO_WORDS: Final = re.compile(r"SELECT |PRAGMA |# |dict\[|\[\[|.*(\(\?|\\[w$])")
_FOR_PROGRAMMERS: Final = frozenset(
    {
        "AssertionError",
        "PeerFault",
        "RuntimeError",
        "TypeError",
        "compile",
        "fullmatch",
        "startswith",
    }
)
_BELOW: Final = ("ledger", "node")
_VALUE: Final = re.compile(r"\{\w*\}")
_WORD: Final = re.compile(r"[A-Za-z]{2,}")


def told_below(root: Path) -> Iterator[tuple[str, str]]:
    """The forms of what the packages below tell, each with its file."""
    for package in _BELOW:
        for path in sorted((root / package).rglob("*.py")):
            place = path.relative_to(root).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from ((place, form) for form in forms_in(tree, is_all=place in PHRASED))


def forms_in(tree: ast.AST, *, is_all: bool) -> Iterator[str]:
    """The forms of what a module tells: of all its phrases, or of those that are raised with a fault."""
    if (
        isinstance(tree, ast.Assert)
        or (isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant))
        or (isinstance(tree, ast.Call) and _called(tree) in _FOR_PROGRAMMERS)
    ):
        return
    if is_all and isinstance(tree, ast.expr):
        found = [form for form in forms(tree) if is_phrase(form)]
        if found:
            yield from found
            return
    is_told = is_all or (isinstance(tree, ast.Call) and _called(tree) in RAISED)
    for child in ast.iter_child_nodes(tree):
        yield from forms_in(child, is_all=is_told)


def forms(text: ast.expr) -> list[str]:
    """All forms that an expression may have; none if it is no text that is written here."""
    match text:
        case ast.Constant(value=str() as written):
            return [written]
        case ast.JoinedStr(values=parts):
            return _joined([_part(each) for each in parts])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            sides = [forms(each) or [_place(each)] for each in (left, right)]
            return _joined(sides) if any(map(forms, (left, right))) else []
        case ast.IfExp(body=body, orelse=other):
            return [*forms(body), *forms(other)]
        case _:
            return []


def is_phrase(form: str) -> bool:
    """Whether it says something in words, besides its values."""
    bare = _VALUE.sub("", form)
    if "\n" in form or _NO_WORDS.match(form):
        return False
    return " " in form.strip() and _WORD.search(bare) is not None


def _part(part: ast.expr) -> list[str]:
    if isinstance(part, ast.FormattedValue):
        return forms(part.value) or [_place(part.value)]
    return forms(part)


def _joined(parts: Sequence[list[str]]) -> list[str]:
    return [_numbered("".join(each)) for each in product(*parts)]


def _place(value: ast.expr) -> str:
    """The place of a value, by what it is called in the code."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return "{" + name.strip("_").lower() + "}"
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as name), *_]):
            return "{" + name + "}"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return "{" + name.strip("_") + "}"
        case ast.BoolOp(values=[first, *_]):
            return _place(first)
        case _:
            return "{value}"


def _numbered(form: str) -> str:
    """The form with names that differ, for values that may."""
    seen: dict[str, int] = {}

    def name(found: re.Match[str]) -> str:
        seen[found[0]] = seen.get(found[0], 0) + 1
        count = seen[found[0]]
        return found[0] if count == 1 else found[0][:-1] + f"_{count}}}"

    return _VALUE.sub(name, form)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""
