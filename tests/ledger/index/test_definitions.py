"""Definitions of official units: what can't be is refused, each field by its name."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.index.unit_files import bundled_units
from ledger.index.days import FIRST_DAY, unit_window, unit_window_of_day
from ledger.index.definition_fields import (
    FIELDS as NAMES,
)
from ledger.index.definition_fields import (
    definition_fields,
    read_definition,
    read_definition_array,
)
from ledger.index.definitions import (
    CER,
    UF,
    Carry,
    Definition,
    DefinitionError,
    Input,
)

FIELDS: Mapping[str, Any] = definition_fields(UF)
LEVELS = replace(CER, printed=Input.LEVEL, decimals=2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts", []),  # no window ever begins, and nothing would end
        ("starts", [10, 10]),
        ("starts", [26, 11]),
        ("starts", [1, 11, 21]),
        ("starts", [0]),
        ("starts", [29]),
        ("starts", 10),
        ("starts", [True]),
        ("lag_months", 0),  # the value would be needed before it can be printed
        ("lag_months", 13),
        ("lag_months", "1"),
        ("decimals", -1),
        ("decimals", 5),
        ("round", [-1, "half_up"]),
        ("round", [7, "half_up"]),
        ("round", [2, "up"]),
        ("round", [2]),
        ("round", 2),
        ("carry", "never"),
        ("shape", "cubic"),
        ("exponent", "year"),
        ("input", "rumour"),
        ("input", None),
    ],
)
def test_what_is_no_definition_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_definition({**FIELDS, field: value})
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


@pytest.mark.parametrize("field", sorted(set(NAMES) - {"round"}))
def test_every_field_but_one_is_needed(field: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_definition({name: value for name, value in FIELDS.items() if name != field})
    assert caught.value.field == field


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(DefinitionError) as caught:
        read_definition({**FIELDS, "of": "uf"})
    assert caught.value.field == "of"


def test_what_is_not_rounded_is_not_carried_on_rounded() -> None:
    with pytest.raises(DefinitionError) as caught:
        replace(CER, carry=Carry.ROUNDED)
    assert caught.value.field == "carry"


@pytest.mark.parametrize("unit", [CER, UF, *(one.definition for one in bundled_units().values())])
def test_a_definition_is_read_as_it_is_written(unit: Definition) -> None:
    assert read_definition(definition_fields(unit)) == unit
    assert read_definition_array(list(definition_fields(unit).values())) == unit


@pytest.mark.parametrize("value", [None, [], {}, "uf", list(FIELDS.values())[:-1], [0] * 8])
def test_another_array_is_no_definition(value: object) -> None:
    assert read_definition_array(value) is None


def test_without_a_rounding_nothing_is_rounded() -> None:
    fields = {name: value for name, value in definition_fields(CER).items() if name != "round"}
    assert read_definition(fields) == CER


@pytest.mark.parametrize("text", ["2.55", "1e1", "", "x", ".5", "1.", "--1", "1 ", "9" * 13])
def test_an_input_with_more_decimals_or_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        UF.input_from_text(text)
    assert caught.value.field == "input"


def test_inputs_are_whole_numbers_of_their_last_decimal() -> None:
    assert [UF.input_from_text(text) for text in ("25.5", "-0.3", "+1", "12")] == [255, -3, 10, 120]
    assert LEVELS.input_from_text("103.4") == 10_340


@pytest.mark.parametrize(
    ("unit", "value", "before"),
    [(CER, -1000, None), (LEVELS, 0, 1), (LEVELS, 1, 0), (LEVELS, 1, None)],
)
def test_an_input_that_no_price_can_have_is_refused(
    unit: Definition, value: int, before: int | None
) -> None:
    with pytest.raises(DefinitionError):
        unit.factor(value, before)
    assert CER.factor(-999) == Fraction(1, 1000)
    assert LEVELS.factor(10_371, 10_336) == Fraction(10_371, 10_336)


@given(
    name=st.sampled_from(sorted(bundled_units())),
    period=st.integers(0, 12 * 100),
)
def test_windows_touch_and_every_day_is_in_its_own(name: str, period: int) -> None:
    unit = bundled_units()[name].definition
    window = unit_window(12 * 1950 * unit.periods_in_month + period, unit=unit)
    assert window.first_day > FIRST_DAY
    following = unit_window(window.period + 1, unit=unit)
    assert following.first_day == window.last_day + 1
    for day in (window.first_day, window.last_day):
        assert unit_window_of_day(day, unit=unit) == window
