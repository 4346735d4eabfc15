"""Tables as CSV for people, who open them in a spreadsheet.

    a byte order mark, so that accents are read as what they are
    a comma between fields where people write 12.50, a semicolon where they write 12,50
    every field in quotes, lines that end with CR and LF (RFC 4180)
    control characters, line ends and tabs in a text become blanks: a row is one line
    a text that a spreadsheet could take for a formula gets an apostrophe in front of it, whatever that
    nobody sees stands before the formula (`ledger.texts`)

The pages write CSV by the same rule; `tests/vectors/csv.json` has the cases for both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from ledger.texts import UNSEEN_AND_SPACES
from node.member.amounts import format_amount

BYTE_ORDER_MARK: Final = "\ufeff"

_CONTROL: Final = re.compile("[\u0000-\u001f\u007f-\u009f\u2028\u2029]")
_FORMULA: Final = re.compile(
    f"[ {UNSEEN_AND_SPACES}]*[=+\\-@\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]"
)
_COMMA_LANGUAGES: Final = frozenset(("ca", "de", "es", "eu", "fr", "gl", "it", "nl", "pl", "pt"))
_POINT_COUNTRIES: Final = frozenset(("DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "US"))
"""Where a point is written although most who speak the language write a comma."""


class Separator(Enum):
    """What stands between two fields; the decimal mark goes with it."""

    COMMA = ","
    SEMICOLON = ";"


@dataclass(frozen=True, slots=True)
class Amount:
    """A cell that holds an amount, in minor units."""

    minor: int


Cell = str | int | Amount


def csv_text(rows: Iterable[Sequence[Cell]], *, separator: Separator) -> str:
    """The whole file, with the byte order mark."""
    return BYTE_ORDER_MARK + "".join(csv_line(row, separator=separator) + "\r\n" for row in rows)


def csv_line(row: Sequence[Cell], *, separator: Separator) -> str:
    """One row without its line end."""
    return separator.value.join(_field(cell, separator) for cell in row)


def separator_here(environment: Mapping[str, str]) -> Separator:
    """What is usual where the person is, by the variables that say so to all programs."""
    name = next(
        (environment[key] for key in ("LC_ALL", "LC_NUMERIC", "LANG") if environment.get(key)), ""
    )
    language, _, country = name.partition(".")[0].partition("@")[0].partition("_")
    is_comma = language.lower() in _COMMA_LANGUAGES and country.upper() not in _POINT_COUNTRIES
    return Separator.SEMICOLON if is_comma else Separator.COMMA


def _field(cell: Cell, separator: Separator) -> str:
    if isinstance(cell, Amount):
        shown = format_amount(cell.minor)
        return f'"{shown.replace(".", ",") if separator is Separator.SEMICOLON else shown}"'
    if isinstance(cell, int):
        return f'"{cell}"'
    text = _CONTROL.sub(" ", cell)
    guard = "'" if _FORMULA.match(text) else ""
    return f'"{guard}{text.replace(chr(34), chr(34) * 2)}"'
