"""Numbers as people write them, to and from integers.

Every number with decimals that a person types is read here: amounts, prices, percentages, what a unit is
worth. The rule is strict on purpose, because a misread mark pays a thousand times too much, and it is
the same in every language: digits, then at most one decimal mark (a point or a comma, both are in use
among members), then decimals. Marks for thousands are read only where they can be nothing else: groups
of three digits, and besides them another mark for decimals (`1.250,50`, `1,250.50`), more than one of
the same (`1.250.000`), or a blank or an apostrophe (`1 250`). `1.250` by itself is one and a quarter in
one country and twelve hundred and fifty in the next, so it is refused with both readings, each as it can
be written without doubt. Powers of ten are never read.

No floating point anywhere. Nothing here knows about limits, balances or currencies.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from ledger.codec import MAX

MINOR_UNITS_PER_UNIT: Final = 100
"""How many minor units, the integers that the ledger counts in, make one unit."""

LARGEST_AMOUNT: Final = MAX
"""The largest amount the protocol allows, in minor units; exact in every browser."""

LONGEST_TEXT: Final = 40
"""Texts longer than this are not read at all."""

_DECIMAL_PLACES: Final = 2
_THOUSANDS_GROUP: Final = 3
_DIGITS: Final = frozenset("0123456789")
_MINUS: Final = ("-", "\u2212")
_THOUSANDS_MARKS: Final = frozenset(" '_\u00a0\u202f\u2019")
_GROUPED: Final = re.compile(
    r"([1-9][0-9]{0,2}(?:(?P<mark>[., '\u00a0\u202f\u2019])[0-9]{3})(?:(?P=mark)[0-9]{3})*)([.,][0-9]+)?"
)


class AmountFault(Enum):
    """What is wrong with a text that should have been a number."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    THOUSANDS_MARK = "thousands_mark"
    TOO_MANY_DECIMALS = "too_many_decimals"
    DIGIT_MISSING = "digit_missing"
    LEADING_ZERO = "leading_zero"
    NEGATIVE = "negative"
    ZERO = "zero"
    TOO_LARGE = "too_large"


@dataclass(eq=False)
class AmountError(Exception):
    """A text is not such a number: `fault` says why, `text` is what was given, perhaps cut.

    With one mark that may be for decimals or for thousands, `readings` are the two numbers that it
    could mean, the smaller first, each as it can be written without doubt. `places` is how many
    decimals there may be.
    """

    fault: AmountFault
    text: str
    readings: tuple[str, ...] = ()
    places: int = _DECIMAL_PLACES


def parse_amount(text: str, *, allow_zero: bool = False, grouped: bool = True) -> int:
    """Read an amount such as `12`, `12.5`, `12.50`, `12,50` or `1.250,00` and return it in minor units.

    Blanks around it are ignored. The result is 1 to `LARGEST_AMOUNT`, or 0 when `allow_zero` is set
    (a credit limit may be zero, a payment may not). `grouped`: see `parse_number`.

    Raises `AmountError` for everything else.
    """
    amount = parse_number(text, places=_DECIMAL_PLACES, grouped=grouped)
    if amount == 0 and not allow_zero:
        raise AmountError(AmountFault.ZERO, text.strip())
    return amount


def parse_number(
    text: str,
    *,
    places: int,
    is_signed: bool = False,
    largest: int = LARGEST_AMOUNT,
    grouped: bool = True,
) -> int:
    """Read a number with at most `places` decimals, and return it times ten to the power of `places`.

    The result is at most `largest`, and is below zero only when `is_signed` is set. Unless `grouped`,
    as in links that programs write, no mark for thousands is read, however clear.

    Raises `AmountError`.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST_TEXT:
        raise AmountError(AmountFault.TOO_LONG, stripped[:LONGEST_TEXT], places=places)
    is_negative = is_signed and stripped[:1] in _MINUS
    plain = stripped[1:] if is_negative else stripped
    plain = (grouped and _ungrouped(plain)) or plain
    fault = _fault_in_form(plain, places)
    if fault is not None:
        readings = _readings(plain) if fault is AmountFault.THOUSANDS_MARK else ()
        raise AmountError(fault, stripped, readings, places)
    whole, _, decimals = plain.replace(",", ".").partition(".")
    number = int(whole + decimals.ljust(places, "0"))
    if number > largest:
        raise AmountError(AmountFault.TOO_LARGE, stripped, places=places)
    return -number if is_negative else number


def format_amount(amount: int) -> str:
    """Show minor units as units with two decimals, such as `12.50`, `0.05` or `-3.00`.

    What it returns for an amount above zero, `parse_amount` reads back to the same integer.
    """
    units, minor = divmod(abs(amount), MINOR_UNITS_PER_UNIT)
    sign = "-" if amount < 0 else ""
    return f"{sign}{units}.{minor:0{_DECIMAL_PLACES}d}"


def _fault_in_form(text: str, places: int) -> AmountFault | None:
    """Why the text is not digits, one mark at most, and `places` digits at most; None when it is."""
    if not text:
        return AmountFault.EMPTY
    if text[0] in _MINUS:
        return AmountFault.NEGATIVE
    marks = [character for character in text if character in ".,"]
    others = set(text) - _DIGITS - set(".,")
    if others and not (others <= _THOUSANDS_MARKS and text[0] in _DIGITS):
        return AmountFault.NOT_A_NUMBER
    if others or len(marks) > 1:
        return AmountFault.THOUSANDS_MARK
    whole, mark, decimals = text.replace(",", ".").partition(".")
    if not whole or (mark and not decimals):
        return AmountFault.DIGIT_MISSING
    if len(decimals) == _THOUSANDS_GROUP and len(whole) <= _THOUSANDS_GROUP and whole[0] != "0":
        return AmountFault.THOUSANDS_MARK
    if len(decimals) > places:
        return AmountFault.TOO_MANY_DECIMALS
    if len(whole) > 1 and whole[0] == "0":
        return AmountFault.LEADING_ZERO
    return None


def _ungrouped(text: str) -> str | None:
    """The number without its marks for thousands, where they can be nothing else; or else None."""
    found = _GROUPED.fullmatch(text)
    if found is None:
        return None
    whole, mark, decimals = found[1], found["mark"], found[3] or ""
    is_doubtful = mark in ".," and whole.count(mark) == 1 and not decimals
    if is_doubtful or decimals.startswith(mark):
        return None
    return whole.replace(mark, "") + decimals


def _readings(text: str) -> tuple[str, ...]:
    """The two numbers that a text with one doubtful mark could mean, the smaller first; else none."""
    whole, mark, decimals = text.replace(",", ".").partition(".")
    if not (mark and (whole + decimals).isdecimal()):
        return ()
    return (_without_doubt(whole, decimals), whole + decimals)


def _without_doubt(whole: str, decimals: str) -> str:
    """The number written so that nobody takes its mark for one of thousands."""
    kept = decimals.rstrip("0")
    if not kept:
        return whole
    return f"{whole}.{kept}0" if len(kept) == _THOUSANDS_GROUP else f"{whole}.{kept}"
