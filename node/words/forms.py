"""How people of each language write amounts, numbers, days and times.

For people only: what programs read, what is signed and what is typed is written elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from ledger.entries import LAST_TIME
from node.words.codes import SOURCE_LANGUAGE

_MONTHS: Final[Mapping[str, Sequence[str]]] = {
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "pt": [
        "jan.",
        "fev.",
        "mar.",
        "abr.",
        "mai.",
        "jun.",
        "jul.",
        "ago.",
        "set.",
        "out.",
        "nov.",
        "dez.",
    ],
}
_COMMA_AND_POINT: Final = str.maketrans(",.", ".,")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenForms:
    """The written forms of one language; `code` is one of `NAMES`."""

    code: str

    def amount(self, minor: int) -> str:
        """Minor units as units with two decimals, as this language writes them."""
        sign = "-" if minor < 0 else ""
        units, cents = divmod(abs(minor), 100)
        return sign + self.marked(f"{units:,}.{cents:02}")

    def number(self, value: int) -> str:
        """A whole number."""
        return self.marked(f"{value:,}")

    def day(self, day: int) -> str:
        """A day counted from 1970-01-01."""
        return self.date(date(1970, 1, 1) + timedelta(days=day))

    def time(self, seconds: int) -> str:
        """Unix seconds as a date and time, in UTC; beyond the last that calendars have, as that one."""
        moment = datetime.fromtimestamp(min(seconds, LAST_TIME), UTC)
        return f"{self.date(moment)}, {moment:%H:%M} UTC"

    def date(self, moment: date) -> str:
        """The date of a moment in its own time zone, such as `1 ene 2026`."""
        return f"{moment.day} {_MONTHS[self.code][moment.month - 1]} {moment.year}"

    def marked(self, number: str) -> str:
        """A number as programs write it, with this language's marks for thousands and decimals."""
        return number if self.code == SOURCE_LANGUAGE else number.translate(_COMMA_AND_POINT)
