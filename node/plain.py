"""How a node and the command line write what `node.change_words` says: in English, dates as 2026-03-01."""

from datetime import UTC, datetime
from typing import Final

from ledger.entries import LAST_TIME
from ledger.index.days import text_from_day

BEYOND_CALENDARS: Final = "a day after the year 9999"
"""How a time is told that has no date: a limit may have such an end, meaning never."""

_MINOR_UNITS: Final = 100
"""How many make one unit."""


class PlainForms:
    """A language as `node.change_words.Forms` asks for it."""

    def text(self, message: str) -> str:
        """The text itself."""
        return message

    def amount(self, minor: int) -> str:
        """Such as `12.50`, as people type it too."""
        units, cents = divmod(abs(minor), _MINOR_UNITS)
        return f"{'-' if minor < 0 else ''}{units}.{cents:02}"

    def number(self, value: int) -> str:
        """Such as `1000`."""
        return str(value)

    def day(self, day: int) -> str:
        """Such as `2026-03-01`."""
        return text_from_day(day)

    def time(self, seconds: int) -> str:
        """Such as `2026-03-01 12:00 UTC`."""
        if seconds > LAST_TIME:
            return BEYOND_CALENDARS
        return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
