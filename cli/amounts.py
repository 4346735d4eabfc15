"""Amounts as people write them, to and from integer minor units.

The rule is strict on purpose, because a misread mark pays a hundred times too much: digits, then
at most one decimal mark (a point or a comma, both are in use among members), then one or two
digits. Thousands marks are never accepted: `1.250` is one and a quarter in one country and twelve
hundred and fifty in the next, so it is refused with a sentence that says how to write either.

No floating point anywhere. Nothing here knows about limits, balances or currencies.
"""

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
_THOUSANDS_MARKS: Final = frozenset(" '_\u00a0\u202f\u2019")


class AmountFault(Enum):
    """What is wrong with a text that should have been an amount."""

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
    """A text is not an amount: `fault` says why, `text` is what was given, perhaps cut."""

    fault: AmountFault
    text: str


def parse_amount(text: str, *, allow_zero: bool = False) -> int:
    """Read an amount such as `12`, `12.5`, `12.50` or `12,50` and return it in minor units.

    Blanks around it are ignored. The result is 1 to `LARGEST_AMOUNT`, or 0 when `allow_zero` is set
    (a credit limit may be zero, a payment may not).

    Raises `AmountError` for everything else.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST_TEXT:
        raise AmountError(AmountFault.TOO_LONG, stripped[:LONGEST_TEXT])
    fault = _fault_in_form(stripped)
    if fault is not None:
        raise AmountError(fault, stripped)
    whole, _, decimals = stripped.replace(",", ".").partition(".")
    amount = int(whole) * MINOR_UNITS_PER_UNIT + int(decimals.ljust(_DECIMAL_PLACES, "0"))
    if amount > LARGEST_AMOUNT:
        raise AmountError(AmountFault.TOO_LARGE, stripped)
    if amount == 0 and not allow_zero:
        raise AmountError(AmountFault.ZERO, stripped)
    return amount


def format_amount(amount: int) -> str:
    """Show minor units as units with two decimals, such as `12.50`, `0.05` or `-3.00`.

    What it returns for an amount above zero, `parse_amount` reads back to the same integer.
    """
    units, minor = divmod(abs(amount), MINOR_UNITS_PER_UNIT)
    sign = "-" if amount < 0 else ""
    return f"{sign}{units}.{minor:0{_DECIMAL_PLACES}d}"


def _fault_in_form(text: str) -> AmountFault | None:
    """Why the text is not digits, one mark at most, and one or two digits; None when it is."""
    if not text:
        return AmountFault.EMPTY
    if text[0] in "-\u2212":
        return AmountFault.NEGATIVE
    marks = [character for character in text if character in ".,"]
    others = set(text) - _DIGITS - set(".,")
    if others and others <= _THOUSANDS_MARKS:
        return AmountFault.THOUSANDS_MARK
    if others:
        return AmountFault.NOT_A_NUMBER
    if len(marks) > 1:
        return AmountFault.THOUSANDS_MARK
    whole, mark, decimals = text.replace(",", ".").partition(".")
    if not whole or (mark and not decimals):
        return AmountFault.DIGIT_MISSING
    if len(decimals) == _THOUSANDS_GROUP and len(whole) <= _THOUSANDS_GROUP:
        return AmountFault.THOUSANDS_MARK
    if len(decimals) > _DECIMAL_PLACES:
        return AmountFault.TOO_MANY_DECIMALS
    if len(whole) > 1 and whole[0] == "0":
        return AmountFault.LEADING_ZERO
    return None
