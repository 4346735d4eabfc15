"""Every kind of entry is wherever a kind has to be; what was forgotten is named.

Types see to most of it: a `match` over kinds that lacks one does not pass mypy. Here is what no type sees:
the protocol page, the native code, the pages' scripts, and words. `docs/ARCHITECTURE.md` has the order in
which a kind is added.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, get_args

import pytest

from cli.shell.describing import CHANGE_WORDS, describe
from ledger.kinds import (
    ACCOUNT_KINDS,
    KINDS,
    PEOPLES_KINDS,
    REASONED_KINDS,
    SHARED_KINDS,
    STEWARDS_KINDS,
    KindRow,
    read_transaction,
)
from ledger.refusals import Refusal
from ledger.shapes import Kind
from ledger.transactions import AccountChange, Reasoned, Stewarded, Transaction
from node.http.base.shapes import Change
from node.http.stewards.shapes import Draft
from node.shapes import Shape, describe_shapes
from tests.builders import build_federation
from tests.ledger.rules.government_tables import GOVERNMENT_TABLES
from tests.ledger.rules.guarantee_tables import GUARANTEE_TABLES
from tests.ledger.rules.leaving_tables import LEAVING_TABLES
from tests.ledger.rules.opening_tables import OPENING_TABLES
from tests.ledger.rules.owning_tables import OWNING_TABLES
from tests.ledger.rules.recovery_tables import RECOVERY_TABLES
from tests.ledger.rules.tables import TABLES
from tests.ledger.rules.voting_tables import VOTING_TABLES
from tests.ledger.test_transactions import ELEMENTS
from tests.places import PROJECT, VECTOR_FILES


def text(place: str) -> str:
    return (PROJECT / place).read_text(encoding="utf-8")


def block(script: str, row: KindRow) -> str:
    """What the table in a script has for a kind: from `[NAME]:` to the next key or the table's end."""
    found = re.search(
        rf"^  \[{row.kind.name}\]: (.*?)(?=^  \[|^}};)", text(script), re.MULTILINE | re.DOTALL
    )
    return "" if found is None else found[1]


def section(row: KindRow) -> str:
    """The heading in PROTOCOL of the section with the kind's rule."""
    found = re.search(
        rf"^### {re.escape(row.clause)} (.*)$", text("docs/PROTOCOL.md"), re.MULTILINE
    )
    return "" if found is None else found[1]


def is_described(row: KindRow) -> bool:
    transaction = read_transaction(ELEMENTS.get(row.kind, []))
    return not isinstance(transaction, Refusal) and all(
        describe(transaction, charter=build_federation().charter, coop=1)
    )


def is_native(row: KindRow) -> bool:
    """Whether native code has the number, among those that it decides or those that it hands over."""
    source = text(NATIVE)
    shared = re.search(r"SHARED_KINDS: .* =\s*\[(.*)\];", source)
    assert shared is not None
    if row.kind in SHARED_KINDS:
        return str(row.kind.value) in shared[1].split(", ")
    return f"const {row.kind.name}: i64 = {row.kind.value};" in source


def vectors() -> list[Any]:
    """The kinds of the transactions in the vectors."""
    cases = json.loads((VECTOR_FILES / "transactions.json").read_text())["cases"]
    return [case["elements"][0] for case in cases]


def is_made_by_a_command(row: KindRow) -> bool:
    files = [*(PROJECT / "cli").rglob("*.py"), *(PROJECT / "node/member").rglob("*.py")]
    return any(re.search(rf"\b{row.class_.__name__}\(\n", file.read_text()) for file in files)


@dataclass(frozen=True)
class Place:
    """Something that each of these kinds needs, and how it is seen to be there."""

    name: str
    kinds: frozenset[Kind]
    has: Callable[[KindRow], bool]


NATIVE: Final = "ledger/native/core/src/transaction.rs"
MESSAGES_JS: Final = "node/web/static/protocol/messages.js"
KINDS_JS: Final = "node/web/static/parts/kinds.js"
ALL: Final = frozenset(Kind)

PLACES: Final = (
    Place("a row in ledger/kinds.py", ALL, lambda row: row.class_.kind is row.kind),
    Place(
        "a row in the table of docs/PROTOCOL.md, section 6",
        ALL,
        lambda row: f"\n| {row.kind.value} | `{row.name}` |" in text("docs/PROTOCOL.md"),
    ),
    Place(
        "a section in docs/PROTOCOL.md with its rule",
        ALL,
        lambda row: f"`{row.name}`" in section(row),
    ),
    Place(f"its number in {NATIVE}", ALL, is_native),
    Place(
        f"its number in {MESSAGES_JS}",
        ALL,
        lambda row: bool(re.search(rf"\b{row.kind.name} = {row.kind.value}\b", text(MESSAGES_JS))),
    ),
    Place(f"its shape in {MESSAGES_JS}", ALL, lambda row: block(MESSAGES_JS, row) != ""),
    Place(f"a place in {KINDS_JS}", ALL, lambda row: block(KINDS_JS, row) != ""),
    Place(
        f"words for stewards in {KINDS_JS}",
        STEWARDS_KINDS,
        lambda row: all(
            name in block(KINDS_JS, row) for name in ("many:", "headline:", "details:")
        ),
    ),
    Place("words in cli/shell/describing.py", ALL, is_described),
    Place(
        f"a word for members among CHANGES of {KINDS_JS}",
        ACCOUNT_KINDS,
        lambda row: f"\n  {row.name}: () => say(" in text(KINDS_JS),
    ),
    Place(
        "a word for members in CHANGE_WORDS of cli/shell/describing.py",
        ACCOUNT_KINDS,
        lambda row: row.name in CHANGE_WORDS,
    ),
    Place(
        "a choice in node/web/templates/desk.html",
        ACCOUNT_KINDS,
        lambda row: f'data-kind="{row.kind.value}"' in text("node/web/templates/desk.html"),
    ),
    Place("a command that makes it", STEWARDS_KINDS, is_made_by_a_command),
    Place(
        "elements in tests/ledger/test_transactions.py",
        ALL,
        lambda row: row.kind in ELEMENTS,
    ),
    Place(
        "a case in tests/vectors/transactions.json",
        # tests/vectors/make_index.py and make_charter_changes.py have the cases for others.
        ALL - {Kind.INDEX, Kind.CHARTER},
        lambda row: {"int": str(row.kind.value)} in vectors(),
    ),
    Place(
        "a table of its refusals in tests/ledger/rules/tables.py or one of its neighbours",
        ALL
        - {Kind.INDEX, Kind.CHARTER},  # tests/ledger/rules/test_index.py, test_charter.py have them
        lambda row: (
            row.name
            in {
                table.name
                for tables in (
                    TABLES,
                    GOVERNMENT_TABLES,
                    VOTING_TABLES,
                    RECOVERY_TABLES,
                    GUARANTEE_TABLES,
                    LEAVING_TABLES,
                    OWNING_TABLES,
                    OPENING_TABLES,
                )
                for table in tables
            }
        ),
    ),
)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
def test_a_kind_is_everywhere(kind: Kind) -> None:
    assert kind in KINDS, f"{kind.name.lower()} lacks a row in ledger/kinds.py"
    row = KINDS[kind]
    missing = [place.name for place in PLACES if kind in place.kinds and not place.has(row)]
    assert not missing, f"{row.name} lacks " + "; ".join(missing)


def test_the_names_of_classes_are_those_of_the_table() -> None:
    def kinds_in(union: object) -> set[Kind]:
        return {class_.kind for class_ in get_args(union)}

    assert kinds_in(Transaction) == set(KINDS)
    assert kinds_in(Stewarded) == STEWARDS_KINDS
    assert kinds_in(AccountChange) == ACCOUNT_KINDS
    assert kinds_in(Reasoned) == REASONED_KINDS
    assert (
        STEWARDS_KINDS
        | {
            Kind.PAY,
            Kind.VOTE,
            Kind.REKEY,
            Kind.GUARDIANS,
            Kind.OBJECT,
            Kind.GUARANTEE,
            Kind.DELEGATE,
            Kind.PAY_DELEGATED,
            Kind.OWNERS,
            Kind.ACKNOWLEDGE,
        }
        == PEOPLES_KINDS
    )


def test_the_reason_is_before_the_stewards() -> None:
    for kind, elements in ELEMENTS.items():
        transaction = read_transaction(elements)
        reason = getattr(transaction, "reason", None)
        assert reason == (elements[-2] if kind in REASONED_KINDS else None), kind


@pytest.mark.needs_native
def test_native_code_was_built_with_the_same_kinds() -> None:
    import ledger._native as native

    assert set(native.SHARED_KINDS) == SHARED_KINDS
    assert set(native.NATIVE_KINDS) == set(KINDS) - SHARED_KINDS


def told(shape: type[Shape]) -> list[str]:
    """The kinds that the description of the interface has for a shape."""
    components = describe_shapes([shape])[1]
    found: list[str] = components[shape.__name__]["properties"]["kind"]["enum"]
    return found


def test_the_interface_names_what_stewards_draft() -> None:
    assert told(Draft) == [KINDS[kind].name for kind in sorted(STEWARDS_KINDS)]
    assert told(Change) == [KINDS[kind].name for kind in sorted(ACCOUNT_KINDS)]
