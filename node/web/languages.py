"""The languages of the pages: which one a visitor gets, texts, amounts and times in it.

Translations are gettext catalogs in `translations/*.po`, read at start. English is what stands in
templates and scripts, so it needs no catalog. A visitor's choice (`?lang=`, then a cookie) comes before
what the browser asks for.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from ledger.entries import LAST_TIME

FOLDER: Final = Path(__file__).parent / "translations"
COOKIE: Final = "fiado-lang"
COOKIE_SECONDS: Final = 365 * 86_400
FALLBACK: Final = "es"
"""For browsers that ask for none of our languages."""

NAMES: Final[Mapping[str, str]] = {"es": "Español", "en": "English", "pt": "Português"}
_LOCALES: Final[Mapping[str, str]] = {"es": "es_AR", "en": "en_GB", "pt": "pt_BR"}
_MOST_ACCEPTED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language: its code, texts, and the texts that the scripts need."""

    code: str
    locale: Locale
    translations: NullTranslations
    script_words: Mapping[str, str]

    @property
    def tag(self) -> str:
        """For `Intl` in the browser, such as `es-AR`."""
        return str(self.locale).replace("_", "-")

    def amount(self, minor: int) -> str:
        """Minor units as units with two decimals, as this language writes them."""
        return format_decimal(Decimal(minor) / 100, format="#,##0.00", locale=self.locale)

    def number(self, value: int) -> str:
        """A whole number."""
        return format_decimal(value, locale=self.locale)

    def day(self, day: int) -> str:
        """A day counted from 1970-01-01."""
        return format_date(date(1970, 1, 1) + timedelta(days=day), "d MMM y", locale=self.locale)

    def time(self, seconds: int) -> str:
        """Unix seconds as a date and time, in UTC; beyond the last that calendars have, as that one."""
        moment = datetime.fromtimestamp(min(seconds, LAST_TIME), UTC)
        return format_datetime(moment, "d MMM y, HH:mm", locale=self.locale) + " UTC"


def load_languages() -> dict[str, Language]:
    """All languages, by code."""
    return {code: _load(code) for code in NAMES}


def read_catalog(code: str) -> Catalog:
    """The catalog of a language other than English."""
    with (FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def _load(code: str) -> Language:
    locale = Locale.parse(_LOCALES[code])
    if code == "en":
        return Language(code=code, locale=locale, translations=NullTranslations(), script_words={})
    catalog = read_catalog(code)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    words = {
        str(message.id): str(message.string)
        for message in catalog
        if message.id
        and message.string
        and any(place.endswith(".js") for place, _ in message.locations)
    }
    return Language(
        code=code, locale=locale, translations=Translations(compiled), script_words=words
    )


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
