"""Decimal arithmetic that gives the same digits on every machine.

Fifty digits, and `ln` and `exp` as the General Decimal Arithmetic Specification (Cowlishaw, version
1.70) defines them: correctly rounded, half-even. Python's `decimal` keeps that promise in its C and
its Python version, whatever context the caller's thread has, because every step names its context.

A result is used after two steps: the last ten of the fifty digits, which carry what the steps before
lost, are rounded away, and then it is rounded once to the places that are wanted. So a power that is
exact on paper is exact here, and a tie is seen as a tie.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

PRECISION: Final = 50
"""Digits that every step works with."""

GUARDED_PRECISION: Final = 40
"""Digits of a result that count, once the steps' own losses are rounded away."""

MILLIONTHS: Final = 1_000_000
"""Millionths of the national currency in one unit of it."""

_TRAPS: Final = [InvalidOperation]
CONTEXT: Final = Context(prec=PRECISION, rounding=ROUND_HALF_EVEN, traps=_TRAPS)
_GUARDED: Final = Context(prec=GUARDED_PRECISION, rounding=ROUND_HALF_EVEN, traps=_TRAPS)


def decimal_from_fraction(fraction: Fraction) -> Decimal:
    """A fraction as a decimal of fifty digits."""
    return CONTEXT.divide(Decimal(fraction.numerator), Decimal(fraction.denominator))


def times_power(value: Decimal, *, factor: Fraction, numerator: int, denominator: int) -> Decimal:
    """value * factor ** (numerator / denominator), to fifty digits; the factor is above zero.

    A whole power is taken by multiplying, so that it adds no rounding of `ln` and `exp`.
    """
    whole, rest = divmod(numerator, denominator)
    if whole:
        value = CONTEXT.multiply(value, decimal_from_fraction(factor**whole))
    if rest == 0 or factor == 1:
        return value
    exponent = CONTEXT.divide(Decimal(rest), Decimal(denominator))
    logarithm = CONTEXT.ln(decimal_from_fraction(factor))
    return CONTEXT.multiply(value, CONTEXT.exp(CONTEXT.multiply(logarithm, exponent)))


def guarded(value: Decimal) -> Decimal:
    """The value without the last digits, which the steps before it may have got wrong."""
    return _GUARDED.plus(value)


def to_millionths(value: Decimal) -> int:
    """Units of the currency as an integer of millionths, half-even."""
    scaled = CONTEXT.multiply(guarded(value), Decimal(MILLIONTHS))
    return int(scaled.to_integral_value(rounding=ROUND_HALF_EVEN, context=CONTEXT))


def from_millionths(value: int) -> Decimal:
    """An integer of millionths as units of the currency."""
    return CONTEXT.divide(Decimal(value), Decimal(MILLIONTHS))


def rounded(value: Decimal, places: int, rounding: str) -> Decimal:
    """The value with so many decimals, rounded once, as `decimal` calls the way."""
    return guarded(value).quantize(Decimal(1).scaleb(-places), rounding=rounding, context=CONTEXT)
