"""CSV for people: the vectors that the pages read too, whole files, and which separator goes with a place."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.shell.csv_text import Amount, Cell, Separator, csv_line, csv_text, separator_here
from tests.places import VECTOR_FILES

CASES = json.loads((VECTOR_FILES / "csv.json").read_text())["cases"]


def cell(written: dict[str, Any]) -> Cell:
    """A cell as the vectors write it."""
    if "minor" in written:
        return Amount(written["minor"])
    value: str | int = written["text"] if "text" in written else written["number"]
    return value


@pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])
@pytest.mark.parametrize("separator", Separator)
def test_the_vectors(case: dict[str, Any], separator: Separator) -> None:
    row = [cell(written) for written in case["cells"]]
    assert csv_line(row, separator=separator) == case[separator.value]


def test_a_file_has_a_byte_order_mark_and_ends_its_lines() -> None:
    text = csv_text([["día", "1"], ["x", Amount(5)]], separator=Separator.SEMICOLON)
    assert text == '\ufeff"día";"1"\r\n"x";"0,05"\r\n'


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4), st.sampled_from(Separator))
def test_every_row_is_read_back_as_one_row_without_formulas(
    row: list[str], separator: Separator
) -> None:
    (read,) = csv.reader(
        io.StringIO(csv_line(row, separator=separator), newline=""), delimiter=separator.value
    )
    assert len(read) == len(row)
    for text in read:
        assert text.strip()[:1] not in tuple("=+-@\uff1d\uff0b\uff0d\uff20") or not text.strip()


@pytest.mark.parametrize(
    ("environment", "separator"),
    [
        ({"LANG": "es_AR.UTF-8"}, Separator.SEMICOLON),
        ({"LANG": "pt_BR.UTF-8"}, Separator.SEMICOLON),
        ({"LANG": "es_MX.UTF-8"}, Separator.COMMA),
        ({"LANG": "en_GB.UTF-8"}, Separator.COMMA),
        ({"LANG": "C"}, Separator.COMMA),
        ({}, Separator.COMMA),
        ({"LC_ALL": "", "LC_NUMERIC": "de_DE@euro", "LANG": "en_US"}, Separator.SEMICOLON),
        ({"LC_ALL": "C.UTF-8", "LC_NUMERIC": "de_DE"}, Separator.COMMA),
    ],
)
def test_the_separator_is_the_one_of_the_place(
    environment: dict[str, str], separator: Separator
) -> None:
    assert separator_here(environment) is separator
