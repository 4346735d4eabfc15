"""Balances and limits as other systems write them, a whole column at a time.

The rule is that of `node.member.amounts`: a mark that could be for decimals or thousands is not guessed.
But a column is written by one program, so what stands in its other rows can decide: beside `12.50` a point is
for decimals, beside `12,50` or `1.234.567` it is for thousands. Hours may be written `2:30`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.codec import MAX
from node.member.amounts import AmountError, AmountFault, parse_number

_PLACES: Final = 2
_HOURS: Final = re.compile(r"([+-]?)(\d{1,9}):([0-5]\d)(?::[0-5]\d)?")
_ONE_MARK: Final = re.compile(r"[+\u2212-]?\d+([.,])\d+")


@dataclass(frozen=True, slots=True)
class OldAmounts:
    """Reads the cells of a column; `decimal` is the mark that its other rows decide for, if they do."""

    decimal: str | None

    def read(self, text: str) -> int:
        """Minor units, signed. Raises `AmountError`."""
        hours = _HOURS.fullmatch(text)
        if hours is not None:
            sign, whole, minutes = hours.groups()
            minor = int(whole) * 100 + round(int(minutes) * 100 / 60)
            return -minor if sign == "-" else minor
        try:
            return _read(text)
        except AmountError as error:
            if not error.readings:
                raise
            return self._decided(text, error)

    def _decided(self, text: str, error: AmountError) -> int:
        """A number with one doubtful mark, as the column decides it."""
        if self.decimal is None:
            sign = "-" if text[0] in "-\u2212" else ""
            readings = tuple(sign + each for each in error.readings)
            raise AmountError(error.fault, text, readings, error.places) from error
        if self.decimal in text:
            raise AmountError(AmountFault.TOO_MANY_DECIMALS, text) from error
        return _read(text.replace(".", "").replace(",", ""))


def amounts_of(texts: Iterable[str]) -> OldAmounts:
    """What a column's cells say together about its marks."""
    decimals = {mark for mark in map(_decimal_mark, texts) if mark is not None}
    return OldAmounts(decimals.pop() if len(decimals) == 1 else None)


def _read(text: str) -> int:
    plain = text[1:] if text[:1] == "+" and text[1:2].isdecimal() else text
    return parse_number(plain, places=_PLACES, is_signed=True, largest=MAX)


def _decimal_mark(text: str) -> str | None:
    """The mark for decimals where this cell alone leaves no doubt about it."""
    try:
        _read(text)
    except AmountError as error:
        found = _ONE_MARK.fullmatch(text)
        is_decimal = error.fault is AmountFault.TOO_MANY_DECIMALS and found is not None
        return found[1] if is_decimal and found is not None else None
    marks = [each for each in text if each in ".,"]
    if not marks:
        return None
    if marks.count(marks[-1]) == 1:
        return marks[-1]
    return "," if marks[-1] == "." else "."
