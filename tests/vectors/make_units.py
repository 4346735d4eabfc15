"""The vectors of official units: what a value is on each day, for every parameter of a definition.

    python -m tests.vectors.make_units

writes `units.json`. Several cases are windows that were published; their values are facts, and
`tests/ledger/index/test_units.py` holds them against the publishers' own lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from cli.index.unit_files import bundled_units
from ledger.index.chains import DayValue, published, window_values
from ledger.index.days import day_from_text, text_from_day, unit_window_of_day
from ledger.index.definition_fields import definition_fields
from ledger.index.definitions import Carry, Definition, Exponent, Rounding, Shape
from ledger.index.exact import to_millionths
from tests.vectors.make_vectors import render

FILE: Final = Path(__file__).parent / "units.json"
_UNITS: Final = {name: unit.definition for name, unit in bundled_units().items()}
_HALF_DOWN: Final = replace(_UNITS["ui"], rounding=Rounding.DOWN)
_HALF_EVEN: Final = replace(_UNITS["uf"], rounding=Rounding.HALF_EVEN)
_LINEAR_ROUNDED: Final = replace(_UNITS["uf"], shape=Shape.LINEAR)
_EXACT_STEP: Final = replace(_UNITS["utm"], places=None, carry=Carry.EXACT)
_BY_MONTH: Final = replace(_UNITS["uf"], exponent=Exponent.CALENDAR_MONTH)
_WHOLE_PERCENTS: Final = replace(_UNITS["uf"], decimals=0, places=0, starts=(1,), lag=12)
_FINE: Final = replace(_UNITS["uf"], decimals=4, places=6, starts=(28,))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCase:
    """From a start through some prints; a print is a change, or the levels now and before."""

    note: str
    unit: Definition
    start: tuple[str, str]
    prints: tuple[tuple[str, ...], ...]


CASES: Final = (
    UnitCase(note="the UI of January 2015, published: falling, from inside a window", unit=_UNITS["ui"],
             start=("2015-01-06", "2.9634"), prints=(("-0.53",),)),
    UnitCase(note="the UTM of 2021, published", unit=_UNITS["utm"], start=("2021-01-31", "50978"),
             prints=(("0.3",), ("0.7",), ("0.2",), ("0.4",), ("0.4",), ("0.3",), ("0.1",), ("0.8",),
                     ("0.4",), ("1.2",), ("1.3",))),
    UnitCase(note="the reference CPI of TIPS, published, January and February 2006", unit=_UNITS["tips"],
             start=("2006-01-01", "199.2"), prints=(("197.6", "199.2"), ("196.8", "197.6"))),
    UnitCase(note="CER by calendar months: days of two months in a window", unit=_UNITS["cer-2009"],
             start=("2009-01-06", "2.2159"), prints=(("103.71", "103.36"), ("104.26", "103.71"))),
    UnitCase(note="UDI: two windows a month, of halves of months", unit=_UNITS["udi"],
             start=("2025-01-10", "8.3"), prints=(("137.949", "137.802"), ("138.1", "137.949"))),
    UnitCase(note="UVA: rounded as published, carried on exactly", unit=_UNITS["uva"],
             start=("2024-01-15", "470.01"), prints=(("25.5",), ("20.6",))),
    UnitCase(note="CER: not rounded; from inside a window", unit=_UNITS["cer"],
             start=("2024-01-01", "1000"), prints=(("12.8",), ("25.5",))),
    UnitCase(note="the UF from 20 January 2021, published: the value of the 9th is found by dividing back",
             unit=_UNITS["uf"], start=("2021-01-20", "29092.80"), prints=(("0.3",), ("0.7",))),
    UnitCase(note="a start that no value before the window leads to is itself the anchor",
             unit=_UNITS["uf"], start=("2024-02-20", "100.005"), prints=(("-3.0",),)),
    UnitCase(note="rounded down", unit=_HALF_DOWN, start=("2024-01-05", "5.9001"), prints=(("0.61",),)),
    UnitCase(note="a tie: half even", unit=_HALF_EVEN, start=("2021-02-09", "100.50"), prints=(("0.1",),)),
    UnitCase(note="a tie: half up", unit=_UNITS["uf"], start=("2021-02-09", "105.00"), prints=(("0.1",),)),
    UnitCase(note="linear and carried on rounded, from inside a window", unit=_LINEAR_ROUNDED,
             start=("2024-02-20", "100.35"), prints=(("1.0",), ("-2.0",))),
    UnitCase(note="a step from inside its window is over", unit=_EXACT_STEP,
             start=("2024-02-20", "100.5"), prints=(("1.0",), ("2.0",))),
    UnitCase(note="by calendar months, carried on rounded, from inside a window", unit=_BY_MONTH,
             start=("2024-01-20", "100.50"), prints=(("2.0",), ("3.0",))),
    UnitCase(note="whole percents of the year before, in whole units", unit=_WHOLE_PERCENTS,
             start=("2023-12-31", "1000"), prints=(("211",),)),
    UnitCase(note="four decimals, six places, windows from the 28th", unit=_FINE,
             start=("2024-02-27", "3.141592"), prints=(("0.0001",), ("-0.0001",))),
)  # fmt: skip


def values_of(case: UnitCase) -> Iterator[DayValue]:
    """The published value of each day after the start."""
    latest = DayValue(day=day_from_text(case.start[0]), value=Decimal(case.start[1]))
    for texts in case.prints:
        window = unit_window_of_day(latest.day + 1, unit=case.unit)
        factor = case.unit.factor(*map(case.unit.input_from_text, texts))
        found = list(window_values(latest, window=window, factor=factor, unit=case.unit))
        for one in found:
            yield DayValue(day=one.day, value=published(one.value, case.unit))
        latest = found[-1]


def make() -> dict[str, Any]:
    """The content of the file."""
    return {"cases": [_case(case) for case in CASES]}


def _case(case: UnitCase) -> dict[str, Any]:
    values = list(values_of(case))
    return {
        "note": case.note,
        "definition": definition_fields(case.unit),
        "start": list(case.start),
        "prints": [list(texts) for texts in case.prints],
        "first_day": text_from_day(values[0].day),
        "millionths": [to_millionths(value.value) for value in values],
    }


if __name__ == "__main__":
    FILE.write_text(render(make()), encoding="utf-8")
