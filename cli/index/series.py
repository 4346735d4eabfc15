"""Price series as files: a column `month` and a column `change_tenths`, as the bundled ones have.

A file is UTF-8 text. Lines that begin with `#` and empty lines are skipped, other columns are ignored,
and so are months without a change (the first month of a series has none). A change is a whole number
of tenths of a percent; months may stand in any order, each at most once. A file whose first line begins
with a month has no headings, and its columns are the month and the change.

The bundled series are facts published by public bodies; `cli/data/README.md` says by whom.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from cli.shell.language import say
from ledger.index.days import month_from_text

BUNDLED_PRICES: Final = "indec_ipc_nacional.csv"
"""INDEC's national consumer price index since 2016-12."""

LARGEST_FILE: Final = 1_000_000
"""Bytes; a century of months has 20,000."""

LARGEST_CHANGE: Final = 1_000_000
"""Tenths of a percent: more in one month is taken for a mistake in the file."""

LOWEST_CHANGE: Final = -1000
"""A fall of 100 %, which no price survives: a change must be above it."""

_MONTH: Final = "month"
_CHANGE: Final = "change_tenths"


@dataclass(eq=False)
class SeriesError(Exception):
    """The file `name` is not a price series; `problem` says why, with the line if there is one."""

    name: str
    problem: str


def bundled_text(name: str) -> str:
    """The text of a bundled data file."""
    return resources.files("cli").joinpath("data", name).read_text(encoding="utf-8")


def bundled_changes() -> Mapping[int, int]:
    """INDEC's printed changes: month -> tenths of a percent."""
    return parse_changes(bundled_text(BUNDLED_PRICES), name=BUNDLED_PRICES)


def read_changes(path: Path) -> Mapping[int, int]:
    """Read a file of changes: month -> tenths of a percent.

    Raises `SeriesError` for a file that is not one, and `OSError`.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise SeriesError(
            str(path), say("it is larger than {largest_file} bytes", largest_file=LARGEST_FILE)
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SeriesError(str(path), say("it is not UTF-8 text")) from None
    return parse_changes(text, name=str(path))


def parse_changes(text: str, *, name: str) -> Mapping[int, int]:
    """Read the text of a file of changes; `name` is for messages. Raises `SeriesError`."""
    changes: dict[int, int] = {}
    for number, row in _rows(text, name=name):
        where = say("line {number}", number=number)
        try:
            month = month_from_text((row[_MONTH] or "").strip())
        except ValueError:
            raise SeriesError(
                name,
                say(
                    "{where}: {row} is not a month such as 2023-12",
                    where=where,
                    row=repr(row[_MONTH]),
                ),
            ) from None
        if month in changes:
            raise SeriesError(
                name, say("{where}: {row} stands there twice", where=where, row=row[_MONTH])
            )
        change = (row[_CHANGE] or "").strip()
        if change:
            changes[month] = _change_from_text(change, name=name, where=where)
    if not changes:
        raise SeriesError(name, say("no month in it has a change"))
    return changes


def _change_from_text(text: str, *, name: str, where: str) -> int:
    digits = text[1:] if text[0] in "+-" else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST_CHANGE))):
        raise SeriesError(
            name,
            say(
                "{where}: {text} is not a whole number of tenths of a percent, such as 255",
                where=where,
                text=repr(text),
            ),
        )
    change = int(text)
    if not LOWEST_CHANGE < change <= LARGEST_CHANGE:
        raise SeriesError(
            name,
            say(
                "{where}: a change of {text} tenths of a percent cannot be (-999 to 1000000)",
                where=where,
                text=text,
            ),
        )
    return change


def _rows(text: str, *, name: str) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """The rows by column name, each with its line number in the file."""
    numbered = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    try:
        table = list(csv.reader((line for _, line in numbered), skipinitialspace=True))
    except csv.Error as error:
        raise SeriesError(name, say("it is no table: {error}", error=error)) from error
    first = table[0] if table else []
    if first and _is_month(first[0]):
        headings, rows = [_MONTH, _CHANGE], numbered
    else:
        headings, rows = [heading.strip() for heading in first], numbered[1:]
    if not {_MONTH, _CHANGE} <= set(headings):
        raise SeriesError(
            name,
            say(
                "its first line must name the columns {month} and {change}",
                month=_MONTH,
                change=_CHANGE,
            ),
        )
    reader = csv.DictReader((line for _, line in rows), headings, skipinitialspace=True)
    for (number, _), row in zip(rows, reader, strict=True):
        yield number, row


def _is_month(text: str) -> bool:
    try:
        month_from_text(text.strip())
    except ValueError:
        return False
    return True
