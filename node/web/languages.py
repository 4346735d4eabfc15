"""The languages of the pages: which one a visitor gets, texts, amounts and times in it.

Translations are gettext catalogs in `translations/*.po`, read at start. English is what stands in
templates and scripts, so it needs no catalog. A visitor's choice (`?lang=`, then a cookie) comes before
what the browser asks for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from ledger.entries import LAST_TIME
from node.web.catalogs import Text, Texts, read_texts

FOLDER: Final = Path(__file__).parent / "translations"
COOKIE: Final = "fiado-lang"
COOKIE_SECONDS: Final = 365 * 86_400
FALLBACK: Final = "es"
"""For browsers that ask for none of our languages."""

NAMES: Final[Mapping[str, str]] = {"es": "Español", "en": "English", "pt": "Português"}
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
_TAGS: Final[Mapping[str, str]] = {"es": "es-AR", "en": "en-GB", "pt": "pt-BR"}
_COMMA_AND_POINT: Final = str.maketrans(",.", ".,")
_MOST_ACCEPTED: Final = 20
_ROUGH_FROM: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language: its code, texts, and the texts that each script needs, by the script's place."""

    code: str
    translations: NullTranslations
    script_words: Mapping[str, Mapping[str, str]]

    @property
    def tag(self) -> str:
        """For `Intl` in the browser, such as `es-AR`."""
        return _TAGS[self.code]

    def text(self, message: str) -> str:
        """The translation of an English text, or the text itself."""
        return self.translations.gettext(message)

    def amount(self, minor: int) -> str:
        """Minor units as units with two decimals, as this language writes them."""
        sign = "-" if minor < 0 else ""
        units, cents = divmod(abs(minor), 100)
        return sign + self._marked(f"{units:,}.{cents:02}")

    def rough(self, minor: int) -> str:
        """Minor units of a currency as a hint: whole ones where there are a hundred or more."""
        return self.amount(minor) if minor < _ROUGH_FROM else self.number((minor + 50) // 100)

    def number(self, value: int) -> str:
        """A whole number."""
        return self._marked(f"{value:,}")

    def day(self, day: int) -> str:
        """A day counted from 1970-01-01."""
        return self._date(date(1970, 1, 1) + timedelta(days=day))

    def time(self, seconds: int) -> str:
        """Unix seconds as a date and time, in UTC; beyond the last that calendars have, as that one."""
        moment = datetime.fromtimestamp(min(seconds, LAST_TIME), UTC)
        return f"{self._date(moment)}, {moment:%H:%M} UTC"

    def _date(self, moment: date) -> str:
        return f"{moment.day} {_MONTHS[self.code][moment.month - 1]} {moment.year}"

    def _marked(self, number: str) -> str:
        """A number as programs write it, with this language's marks for thousands and decimals."""
        return number if self.code == "en" else number.translate(_COMMA_AND_POINT)


def load_languages() -> dict[str, Language]:
    """All languages, by code."""
    return {code: _load(code) for code in NAMES}


def read_catalog(code: str) -> dict[str, Text]:
    """The catalog of a language other than English, by text."""
    return read_texts(FOLDER / f"{code}.po")


def _load(code: str) -> Language:
    catalog = {} if code == "en" else read_catalog(code)
    words: dict[str, dict[str, str]] = {}
    for message, text in catalog.items():
        for place in text.places:
            if text.string and place.endswith(".js"):
                words.setdefault(place.removeprefix("static/"), {})[message] = text.string
    texts = Texts({message: text.string for message, text in catalog.items()})
    return Language(code=code, translations=texts, script_words=words)


def choose(*, asked: str | None, cookie: str | None, accepted: str) -> str:
    """The code of the language for a visitor: asked for in the address, chosen before, or accepted."""
    for chosen in (asked, cookie):
        if chosen is not None and chosen in NAMES:
            return chosen
    for code in _by_preference(accepted):
        if code in NAMES:
            return code
    return FALLBACK


def _by_preference(accepted: str) -> list[str]:
    """The languages of an Accept-Language header, best first; what can't be read counts last."""
    found = []
    for place, part in enumerate(accepted.split(",")[:_MOST_ACCEPTED]):
        name, _, quality = part.partition(";")
        try:
            weight = Decimal(quality.strip().removeprefix("q=") or "1")
        except ArithmeticError:
            weight = Decimal(0)
        if weight.is_finite() and weight > 0:
            found.append((-weight, place, name.strip().lower().partition("-")[0]))
    return [code for _, _, code in sorted(found)]
