"""The vectors of tables, and a second implementation that was written from the protocol page alone."""

import json
from typing import Any, Final

import pytest

from tests.vectors import make_tables, make_units
from tests.vectors.by_the_page import table_of, unit_of
from tests.vectors.make_vectors import render

CASES: Final[list[dict[str, Any]]] = json.loads(make_tables.FILE.read_text("utf-8"))["cases"]
UNITS: Final[list[dict[str, Any]]] = json.loads(make_units.FILE.read_text("utf-8"))["cases"]


def test_the_file_is_what_the_ledger_makes() -> None:
    assert make_tables.FILE.read_text(encoding="utf-8") == render(make_tables.make())


@pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])
def test_the_page_leads_to_the_same_table(case: dict[str, Any]) -> None:
    refusals, values = table_of(case)
    assert refusals == [step["refusal"] for step in case["steps"] if "change" not in step]
    assert values == case["values"]


@pytest.mark.parametrize("case", UNITS, ids=[case["note"] for case in UNITS])
def test_the_page_leads_to_the_same_windows(case: dict[str, Any]) -> None:
    assert unit_of(case) == case["millionths"]


def test_every_refusal_of_a_decision_about_the_index_is_among_them() -> None:
    """But those of signatures, of places and of a period that is not over, which `index.json` has."""
    found = {step["refusal"] for case in CASES for step in case["steps"] if "change" not in step}
    assert found == {None, 111, *range(73, 87)}
