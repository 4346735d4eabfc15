"""Values of articles as people write them: `15 days`, `2 %`, `100.00`, and plain numbers."""

import re
from dataclasses import dataclass
from typing import Final

from ledger.government.articles import ARTICLES, DAY, Unit
from node.bylaws.explain import LANGUAGES, in_words

_TIME: Final = re.compile(r"(\d{1,9}) *([a-zíáéã]+)")
_DECIMAL: Final = re.compile(r"(\d{1,14})(?:[.,](\d{1,4}))?")
_PLACES: Final = {Unit.PERMILLE: 1, Unit.MILLIONTHS: 4, Unit.AMOUNT: 2}
_SECONDS: Final = {"day": DAY, "hour": 3600, "minute": 60, "second": 1}
_LENGTHS: Final[dict[str, int]] = {
    word: _SECONDS[name]
    for words in LANGUAGES.values()
    for name, forms in words.UNITS.items()
    if name in _SECONDS
    for word in forms
}
"""What a word for a length of time stands for, in every language."""


@dataclass(eq=False)
class ValueUnreadable(Exception):
    """The text is no value of the article, which is written like `example`."""

    article: str
    text: str
    example: str


def read_value(number: int, written: object) -> int:
    """The value that is written for an article, within its range or not; raises `ValueUnreadable`."""
    row = ARTICLES[number]
    if type(written) is int and written >= 0 and row.unit not in _PLACES:
        return written
    text = written.strip() if isinstance(written, str) else ""
    found = _time(text) if row.unit is Unit.SECONDS else None
    if row.unit in _PLACES:
        found = _decimal(text, row.unit)
    if found is None:
        raise ValueUnreadable(row.name, str(written), written_value(number, row.default))
    return found


def written_value(number: int, value: int) -> str:
    """A value as it stands in a file: what `read_value` reads, in TOML."""
    unit = ARTICLES[number].unit
    if unit is Unit.SECONDS or unit in _PLACES:
        return f'"{in_words(value, unit, "en")}"'
    return str(value)


def _time(text: str) -> int | None:
    found = _TIME.fullmatch(text.lower())
    if found is None or found[2] not in _LENGTHS:
        return None
    return int(found[1]) * _LENGTHS[found[2]]


def _decimal(text: str, unit: Unit) -> int | None:
    """An amount, or a percentage: with its sign, so that nobody takes 2 for 2 millionths."""
    is_share = unit is not Unit.AMOUNT
    if text.endswith("%") is not is_share:
        return None
    places = _PLACES[unit]
    found = _DECIMAL.fullmatch(text.removesuffix("%").strip())
    if found is None or len(found[2] or "") > places:
        return None
    rest = (found[2] or "").ljust(places, "0")
    return int(found[1] + rest)
