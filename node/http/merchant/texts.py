"""The texts that merchants send: what they may be, for whoever is shown them."""

import re
import unicodedata
from typing import ClassVar

from yarl import URL

from ledger.texts import is_shown
from node.merchant.event_types import EVENT_TYPES
from node.merchant.shapes import LONGEST_CURRENCY
from node.spellings import Json, Text

_DECEPTIVE = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make a text look like another one."""
_SHOWN = "none that nobody sees, single spaces within"
_UNUSABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def _is_plain(text: str) -> bool:
    return not any(unicodedata.category(char) in _UNUSABLE or char in _DECEPTIVE for char in text)


class Line(Text):
    """A text of one line, without control characters and without what turns its direction."""

    longest = 200
    expected = "a text of one line of 1 to 200 characters, without control characters"

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether it is plain."""
        return _is_plain(text)


class Name(Text):
    """A text by which people choose: it has nothing that nobody sees, by the rule of the charter's titles."""

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether all of it is shown."""
        return is_shown(text)


class Currency(Name):
    """The unit's name, or a national currency."""

    longest = LONGEST_CURRENCY
    expected = f"a text of one line of 1 to {longest} characters, {_SHOWN}"
    said: ClassVar[Json] = {"description": "The unit's name, or a national currency."}


class Label(Name):
    """What a key is for."""

    longest = 64
    expected = f"a text of one line of 1 to {longest} characters, {_SHOWN}"


class Description(Text):
    """What the payer is shown: it may have several lines, with line feeds between them."""

    longest = 200
    expected = "a text of 1 to 200 characters whose lines end with \\n, without control characters"
    said: ClassVar[Json] = {
        "description": "The payer is shown it. It may have several lines, with line feeds between them. "
        "Other control characters, and those that turn the direction of a text, are refused."
    }

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether each line is plain."""
        return all(map(_is_plain, text.split("\n")))


class RedirectUrl(Text):
    """Where the pay page leads back to."""

    longest = 1_024
    expected = f"an address of at most {longest} characters that begins with http:// or https://"
    said: ClassVar[Json] = {"description": "Where the pay page leads back to: http or https."}

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether it is an address of the web."""
        try:
            url = URL(text)
            is_of_web = url.scheme in ("http", "https") and bool(url.host) and url.user is None
        except ValueError:
            return False
        return is_of_web and text.isascii() and " " not in text and _is_plain(text)


class ClientId(Text):
    """The client's own id of what it asks for."""

    longest = 64
    expected = f"1 to {longest} letters, digits, dots, colons, hyphens and underscores"
    said: ClassVar[Json] = {
        "pattern": "^[A-Za-z0-9._:-]{1,64}$",
        "description": "Your own id. Asking again with it, and the same contents, gives what there is.",
    }

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether it has no other characters."""
        return re.fullmatch("[A-Za-z0-9._:-]+", text) is not None


class EventType(Text):
    """What a merchant may be told of."""

    longest = 40
    expected = f"some of {', '.join(EVENT_TYPES)}"
    said: ClassVar[Json] = {"enum": list(EVENT_TYPES)}

    @classmethod
    def is_fit(cls, text: str) -> bool:
        """Whether there are such events."""
        return text in EVENT_TYPES
