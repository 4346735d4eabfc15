"""How the command line writes amounts, days and times for people, in the language that is spoken.

English is written as programs do, `12.50` and `2026-03-01`, the other languages as people there write.
Nothing of this is read back, signed or printed with `--json`.
"""

from datetime import UTC, datetime

from cli.shell.language import language, say
from node.change_words import Forms
from node.plain import BEYOND_CALENDARS, PlainForms
from node.words.codes import SOURCE_LANGUAGE
from node.words.forms import WrittenForms


def in_units(minor: int) -> str:
    """Minor units as units: `12.50`, or `12,50` where people write a comma."""
    return forms().amount(minor)


def marked(number: str) -> str:
    """A number without marks for thousands, such as `2.5`, with the decimal mark of the language."""
    return number if language() == SOURCE_LANGUAGE else number.replace(".", ",")


def when(seconds: int) -> str:
    """A time of the ledger as people of this machine's time zone write it."""
    try:
        local = datetime.fromtimestamp(seconds, tz=UTC).astimezone()
    except (OSError, OverflowError, ValueError):  # in some time zones it is the year 10000 already
        return say(BEYOND_CALENDARS)
    return local_moment(local)


def moment(seconds: int) -> str:
    """A time of the ledger in universal time, because both sides of a dispute read it."""
    return forms().time(seconds)


def day(number: int) -> str:
    """A day counted from 1970-01-01."""
    return forms().day(number)


def local_moment(time: datetime) -> str:
    """A time in its own zone, to the minute."""
    if language() == SOURCE_LANGUAGE:
        return time.strftime("%Y-%m-%d %H:%M")
    return f"{WrittenForms(code=language()).date(time)}, {time:%H:%M}"


class _LocalForms(WrittenForms):
    """Another language than English, as `node.change_words` asks for it."""

    __slots__ = ()

    def text(self, message: str) -> str:
        """The translation."""
        return say(message)

    def time(self, seconds: int) -> str:
        """Unix seconds in universal time."""
        told = PlainForms().time(seconds)
        return say(told) if told == BEYOND_CALENDARS else super().time(seconds)


def forms() -> Forms:
    """How the language says and writes things, for `node.change_words`."""
    spoken = language()
    return PlainForms() if spoken == SOURCE_LANGUAGE else _LocalForms(code=spoken)
