"""The parts of a statement: the vectors that the pages read too."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from node.engine.books import Cause
from node.member.bookkeeping.bookings import Kind, bookings_of
from tests.places import VECTOR_FILES

CASES = json.loads((VECTOR_FILES / "statement.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])
def test_the_vectors(case: dict[str, Any]) -> None:
    found = [
        asdict(each) for each in bookings_of(case["line"], coop=case["coop"], memo=case["memo"])
    ]
    assert found == case["bookings"]
    assert sum(each["amount"] for each in found) == case["line"]["amount"]
    assert found[-1]["balance"] == case["line"]["balance"]


def test_every_cause_of_the_node_is_a_kind() -> None:
    assert {cause.value for cause in Cause} <= {kind.value for kind in Kind}


@pytest.mark.parametrize("broken", [{"cause": "gossip"}, {"amount": None}, {"payment": {}}])
def test_what_is_no_line_is_refused(broken: dict[str, Any]) -> None:
    line = {**CASES[4]["line"], **broken}
    with pytest.raises((KeyError, TypeError, ValueError)):
        list(bookings_of(line, coop="norte", memo=""))
