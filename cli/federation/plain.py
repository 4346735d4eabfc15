"""How the command line writes what `node.web.change_words` says: in English, dates as 2026-03-01."""

from cli.shell.describing import moment
from ledger.index.days import text_from_day
from node.member.amounts import format_amount


class PlainForms:
    """A language as `node.web.change_words.Forms` asks for it."""

    def text(self, message: str) -> str:
        """The text itself."""
        return message

    def amount(self, minor: int) -> str:
        """Such as `12.50`."""
        return format_amount(minor)

    def number(self, value: int) -> str:
        """Such as `1000`."""
        return str(value)

    def day(self, day: int) -> str:
        """Such as `2026-03-01`."""
        return text_from_day(day)

    def time(self, seconds: int) -> str:
        """Such as `2026-03-01 12:00 UTC`."""
        return moment(seconds)
