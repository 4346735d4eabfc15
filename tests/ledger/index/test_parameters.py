"""Every parameter of the index has a range, and its ends are inside."""

from typing import Any

import pytest

from ledger.index.days import FIRST_DAY, LAST_DAY, Method
from ledger.index.parameters import LARGEST_VALUE, LOWEST_VALUE, ParametersError
from tests.ledger.index.examples import parameters

RANGES = {
    "base_day": (FIRST_DAY, LAST_DAY),
    "base_value": (LOWEST_VALUE, LARGEST_VALUE),
    "quorum": (1, 3),
    "source_quorum": (2, 256),
    "step_cap": (1, 10_000),
    "stand_in_limit": (0, 12),
    "quote_days": (0, 366),
    "observations_needed": (1, 256),
    "lead_days": (0, 21),
    "pace_weeks": (0, 13),
}


@pytest.mark.parametrize("field", RANGES)
def test_the_ends_of_each_range_are_inside_and_what_is_beyond_is_not(field: str) -> None:
    lowest, highest = RANGES[field]
    for value in (lowest, highest):
        assert getattr(parameters(Method.SURVEY, **{field: value}), field) == value
    for value in (lowest - 1, highest + 1):
        with pytest.raises(ParametersError, match="quorum" if field == "quorum" else field):
            parameters(Method.SURVEY, **{field: value})


@pytest.mark.parametrize("currency", ["", "ars", "AR", "ARSX", "A1S", "ARS\n"])
def test_a_currency_has_three_capital_letters(currency: str) -> None:
    with pytest.raises(ParametersError, match="currency"):
        parameters(Method.CER, currency=currency)


@pytest.mark.parametrize(
    "method, changes, field",
    [
        (Method.CER, {"lead_days": 1}, "lead_days"),
        (Method.UF, {"lead_days": 1}, "lead_days"),
        (Method.UF, {"base_value": 1_000_000_001}, "whole cents"),
    ],
)
def test_what_does_not_fit_the_method_is_refused(
    method: Method, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ParametersError, match=field):
        parameters(method, **changes)
