"""The languages of the pages: which one a visitor gets, texts, amounts and times in it.

Translations are gettext catalogs in `translations/*.po`, read at start. English is what stands in
templates and scripts, so it needs no catalog. A visitor's choice (`?lang=`, then a cookie) comes before
what the browser asks for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from node.words.catalogs import Text, Texts, read_texts
from node.words.codes import NAMES, SOURCE_LANGUAGE
from node.words.forms import WrittenForms

FOLDER: Final = Path(__file__).parent / "translations"
COOKIE: Final = "fiado-lang"
COOKIE_SECONDS: Final = 365 * 86_400
FALLBACK: Final = "es"
"""For browsers that ask for none of our languages."""

_TAGS: Final[Mapping[str, str]] = {"es": "es-AR", "en": "en-GB", "pt": "pt-BR"}
_MOST_ACCEPTED: Final = 20
_ROUGH_FROM: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(WrittenForms):
    """One language: its code, texts, and the texts that each script needs, by the script's place."""

    translations: NullTranslations
    script_words: Mapping[str, Mapping[str, str]]

    @property
    def tag(self) -> str:
        """For `Intl` in the browser, such as `es-AR`."""
        return _TAGS[self.code]

    def text(self, message: str) -> str:
        """The translation of an English text, or the text itself."""
        return self.translations.gettext(message)

    def rough(self, minor: int) -> str:
        """Minor units of a currency as a hint: whole ones where there are a hundred or more."""
        return self.amount(minor) if minor < _ROUGH_FROM else self.number((minor + 50) // 100)


def load_languages() -> dict[str, Language]:
    """All languages, by code."""
    return {code: _load(code) for code in NAMES}


def read_catalog(code: str) -> dict[str, Text]:
    """The catalog of a language other than English, by text."""
    return read_texts(FOLDER / f"{code}.po")


def _load(code: str) -> Language:
    catalog = {} if code == SOURCE_LANGUAGE else read_catalog(code)
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
