"""Official units as data: the definitions that are bundled, and files of published values to check them
with.

A definition's fields are told in PROTOCOL section 9.9. Beside them stand its source and, where they are
known, facts to compute it from: a series of changes or levels, a published start. A file of published
values is CSV with the columns `date` (or `month`) and `value`; lines that begin with `#` are skipped. Its
name begins with that of the unit.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from cli.index.series import bundled_text, parse_changes
from cli.shell.language import say
from ledger.index.chains import DayValue
from ledger.index.days import day_from_text, month_from_text
from ledger.index.definition_fields import read_definition
from ledger.index.definitions import Definition, DefinitionError

BUNDLED: Final = "units.json"
FORMAT: Final = "fiado index units 1"
LARGEST_FILE: Final = 4_000_000
"""Bytes; a century of days has 800,000."""
_FACTS: Final = {
    "currency",
    "title",
    "source",
    "valid_from",
    "series",
    "inputs",
    "anchor",
    "span",
    "unverified",
}


@dataclass(eq=False)
class PublishedFileError(Exception):
    """The file `name` has no published values; `problem` says why, with the line if there is one."""

    name: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A published value many periods after another one, and the factor between."""

    after: DayValue
    until: int
    factor: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One bundled unit, and what is known to compute it from."""

    name: str
    title: str
    currency: str
    source: str
    definition: Definition
    is_verified: bool
    """Whether it was ever compared with published values."""
    valid_from: int | None
    """The first day that it is right for."""
    factors: Mapping[int, Fraction]
    """By period."""
    anchor: DayValue | None
    span: Span | None


def bundled_units() -> Mapping[str, Unit]:
    """All units that the product knows, by name. Raises `DefinitionError` for a damaged file."""
    document = json.loads(bundled_text(BUNDLED))
    if document.get("format") != FORMAT:
        raise DefinitionError("format", say("it is not {format}", format=FORMAT))
    return {name: _read_unit(name, fields) for name, fields in document["units"].items()}


def unit_names() -> list[str]:
    """The names alone."""
    return list(json.loads(bundled_text(BUNDLED))["units"])


def read_published(path: Path) -> Mapping[int, Decimal]:
    """The published values of a file, by day. Raises `PublishedFileError` and `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise PublishedFileError(
            path.name, say("it is larger than {largest_file} bytes", largest_file=LARGEST_FILE)
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PublishedFileError(path.name, say("it is not UTF-8 text")) from None
    values: dict[int, Decimal] = {}
    for number, (day, value) in _rows(text, path.name):
        try:
            key, found = day_from_text(day), Decimal(value)
        except (ValueError, InvalidOperation):
            problem = say(
                "line {number}: {day}, {value} are no day and value",
                number=number,
                day=repr(day),
                value=repr(value),
            )
            raise PublishedFileError(path.name, problem) from None
        if key in values or not found.is_finite() or found <= 0:
            raise PublishedFileError(
                path.name, say("line {number}: {day} can't have that value", number=number, day=day)
            )
        values[key] = found
    return values


def _rows(text: str, name: str) -> Iterator[tuple[int, tuple[str, str]]]:
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    try:
        rows = list(csv.reader(line for _, line in lines))
    except csv.Error as error:
        raise PublishedFileError(name, say("it is no table: {error}", error=error)) from error
    if not rows or len(rows[0]) < 2 or rows[0][0] not in ("date", "month"):
        raise PublishedFileError(name, say("its columns are date (or month) and value"))
    ending = "" if rows[0][0] == "date" else "-01"
    for (number, _), row in zip(lines[1:], rows[1:], strict=True):
        if len(row) < 2:
            raise PublishedFileError(name, say("line {number}: it has no value", number=number))
        yield number, (row[0] + ending, row[1])


def _read_unit(name: str, fields: Mapping[str, Any]) -> Unit:
    own = {key: value for key, value in fields.items() if key not in _FACTS}
    definition = read_definition(own)
    return Unit(
        name=name,
        title=fields["title"],
        currency=fields["currency"],
        source=fields["source"],
        definition=definition,
        is_verified=not fields.get("unverified", False),
        valid_from=day_from_text(fields["valid_from"]) if "valid_from" in fields else None,
        factors=_factors(fields, definition),
        anchor=_day_value(fields["anchor"]) if "anchor" in fields else None,
        span=_span(fields["span"], definition) if "span" in fields else None,
    )


def _factors(fields: Mapping[str, Any], definition: Definition) -> Mapping[int, Fraction]:
    if "series" in fields:
        series = parse_changes(bundled_text(fields["series"]), name=fields["series"])
        return {month: definition.factor(change) for month, change in series.items()}
    inputs = {
        month_from_text(month): definition.input_from_text(text)
        for month, text in fields.get("inputs", {}).items()
    }
    return {
        month: definition.factor(value, inputs[month - 1])
        for month, value in inputs.items()
        if month - 1 in inputs
    }


def _span(fields: Mapping[str, Any], definition: Definition) -> Span:
    before, now = (definition.input_from_text(text) for text in fields["levels"])
    return Span(
        after=_day_value(fields["after"]),
        until=day_from_text(fields["until"]),
        factor=definition.factor(now, before),
    )


def _day_value(pair: list[str]) -> DayValue:
    day, value = pair
    return DayValue(day=day_from_text(day), value=Decimal(value))
