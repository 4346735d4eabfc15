"""Parameters and indexes for the tests."""

from collections.abc import Iterable
from typing import Any

from ledger.index.days import Method, day_from_text
from ledger.index.definitions import (
    Carry,
    Definition,
    Exponent,
    Input,
    Rounding,
    Shape,
)
from ledger.index.parameters import IndexParameters
from ledger.index.prints import Print
from ledger.index.table import Index, apply_print, check_print, new_index

UI = Definition(
    printed=Input.CHANGE,
    decimals=2,
    starts=(6,),
    lag=1,
    shape=Shape.GEOMETRIC,
    exponent=Exponent.WINDOW,
    places=4,
    rounding=Rounding.HALF_UP,
    carry=Carry.ROUNDED,
)
"""Uruguay's Unidad Indexada."""


def parameters(method: Method, **changes: Any) -> IndexParameters:
    """Parameters of an ordinary charter, with some fields as given."""
    fields: dict[str, Any] = {
        "method": method,
        "currency": "ARS",
        "base_day": day_from_text("2024-01-01"),
        "base_value": 1_000_000_000,
        "quorum": 2,
        "source_quorum": 3,
        "step_cap": 300 if method is not Method.SURVEY else 100,
        "unit": UI if method is Method.UNIT else None,
    }
    return IndexParameters(**(fields | changes))


def take(index: Index, *prints: Print) -> Index:
    """The index with prints taken in, none of which may be refused."""
    for new in prints:
        assert check_print(index, new) is None, (new, check_print(index, new))
        index = apply_print(index, new)
    return index


def index_of(method: Method, values: Iterable[int], **changes: Any) -> Index:
    """An index that has taken in these values, one a period from the first that is due."""
    index = new_index(parameters(method, **changes))
    for value in values:
        index = take(index, Print(period=index.due_window.period, value=value))
    return index
