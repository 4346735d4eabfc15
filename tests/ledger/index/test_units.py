"""Official units come out as they were published, to the last digit, and as the committed vectors say."""

import json
from decimal import Decimal
from typing import Any

import pytest

from ledger.index.chains import DayValue, published, window_values
from ledger.index.days import day_from_text, text_from_day, unit_window_of_day
from ledger.index.definition_fields import read_definition
from ledger.index.exact import to_millionths
from tests.vectors import make_units
from tests.vectors.make_units import FILE, values_of
from tests.vectors.make_vectors import render

VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))

UI = """2.9629 2.9624 2.9619 2.9614 2.9609 2.9603 2.9598 2.9593 2.9588 2.9583 2.9578 2.9573 2.9568 2.9563
2.9558 2.9553 2.9548 2.9543 2.9538 2.9532 2.9527 2.9522 2.9517 2.9512
2.9507 2.9502 2.9497 2.9492 2.9487 2.9482"""
"""7 January to 5 February 2015; INE, Uruguay."""
UTM = "51131 51489 51592 51798 52005 52161 52213 52631 52842 53476 54171"
"""Of February to December 2021; SII, Chile."""
TIPS = {
    "2006-01-02": "199.14839",
    "2006-01-17": "198.37419",
    "2006-02-01": "197.60000",
    "2006-02-15": "197.20000",
    "2006-03-01": "196.80000",
}
"""Reference CPI; U.S. Treasury."""
UF = {
    "2021-01-21": "29095.61",
    "2021-01-31": "29123.74",
    "2021-02-09": "29149.08",
    "2021-02-10": "29156.34",
    "2021-02-28": "29287.38",
    "2021-03-09": "29353.12",
}
"""Banco Central de Chile."""


def texts_of(note: str) -> dict[str, str]:
    (case,) = (each for each in make_units.CASES if each.note.startswith(note))
    return {text_from_day(one.day): f"{one.value:f}" for one in values_of(case)}


def test_the_ui_of_january_2015() -> None:
    assert list(texts_of("the UI").values()) == UI.split()


def test_the_utm_of_2021() -> None:
    firsts = [text for day, text in texts_of("the UTM").items() if day.endswith("-01")]
    assert firsts == UTM.split()


def test_the_reference_cpi_of_tips() -> None:
    values = texts_of("the reference CPI")
    assert {day: values[day] for day in TIPS} == TIPS


def test_the_uf_of_january_to_march_2021() -> None:
    values = texts_of("the UF from")
    assert {day: values[day] for day in UF} == UF


def test_the_file_is_what_is_made() -> None:
    assert FILE.read_text(encoding="utf-8") == render(make_units.make())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["note"])
def test_a_case_by_the_page_alone(case: dict[str, Any]) -> None:
    """Read as a stranger reads it: definition, start and prints as text, values as integers."""
    unit = read_definition(case["definition"])
    day, value = case["start"]
    latest = DayValue(day=day_from_text(day), value=Decimal(value))
    found: list[int] = []
    for texts in case["prints"]:
        window = unit_window_of_day(latest.day + 1, unit=unit)
        factor = unit.factor(*map(unit.input_from_text, texts))
        days = list(window_values(latest, window=window, factor=factor, unit=unit))
        found += [to_millionths(published(one.value, unit)) for one in days]
        latest = days[-1]
    assert found == case["millionths"]
    assert day_from_text(case["first_day"]) == day_from_text(day) + 1
