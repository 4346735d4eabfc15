"""Prices in national currency to amounts in units, and back, with integers only.

A price is in hundredths of the currency (whatever coins it has), an amount in hundredths of a unit, a
value in millionths of the currency for one unit. So

    amount = price * 1,000,000 / value       rounded half-even to a whole hundredth of a unit
    price  = amount * value / 1,000,000      rounded half-even to a whole hundredth of the currency

Each is off by half of its own smallest unit at most. A unit is always worth at least 1.00 of the
currency (`parameters.LOWEST_VALUE`), so an amount that goes to a price and back is the same amount
again: nobody gains by going there and back, however often. A price that goes to units and back may
differ from itself by as much as half a hundredth of a unit is worth, since units are the coarser of
the two; going on from there changes nothing more.

A payment may carry an indexed price (a price and a day). Then its amount has to be exactly the
conversion at that day's value. The second direction is for showing only; no rule depends on it.
"""

from enum import Enum, unique

from ledger.index.exact import MILLIONTHS
from ledger.index.table import DayBeforeBase, DayNotKnown, Index


@unique
class PriceRefusal(Enum):
    """Why an indexed price does not fit its payment, in the order of the checks."""

    NOT_KNOWN = "price_not_known"
    """The log has no value for the day, yet or at all."""
    STALE = "price_stale"
    """The day is after the log's own day, or further before it than the charter allows, or of a currency
    that is no more on the log's own day."""
    MISMATCH = "price_mismatch"
    """The amount is not the conversion of the price at that day's value."""


def divide_half_even(dividend: int, *, divisor: int) -> int:
    """dividend / divisor, both at least 0 and the divisor above it, rounded half-even."""
    quotient, rest = divmod(dividend, divisor)
    is_up = 2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1)
    return quotient + int(is_up)


def units_from_price(price_minor: int, value_millionths: int) -> int:
    """The amount, in hundredths of a unit, for a price in hundredths of the currency.

    Raises `ValueError` for a price below 0 or a value below 1.
    """
    _check(price_minor, value_millionths)
    return divide_half_even(price_minor * MILLIONTHS, divisor=value_millionths)


def price_from_units(amount: int, value_millionths: int) -> int:
    """The price, in hundredths of the currency, of an amount in hundredths of a unit.

    Raises `ValueError` for an amount below 0 or a value below 1.
    """
    _check(amount, value_millionths)
    return divide_half_even(amount * value_millionths, divisor=MILLIONTHS)


def check_price(
    index: Index, *, price_minor: int, day: int, amount: int, today: int
) -> PriceRefusal | None:
    """Why a payment of `amount` may not carry this price, or None.

    `today` is the day of the entry's time in the log that the payment is in.
    """
    # 9.4.1
    try:
        value = index.value_on(day)
    except (DayNotKnown, DayBeforeBase):
        return PriceRefusal.NOT_KNOWN
    # 9.4.2
    if not day <= today <= index.last_day_of_price(day):
        return PriceRefusal.STALE
    # 9.4.3: so the payer signs both amounts, and no node chooses the rate.
    if units_from_price(price_minor, value) != amount:
        return PriceRefusal.MISMATCH
    return None


def _check(count: int, value_millionths: int) -> None:
    if count < 0 or value_millionths < 1:
        raise ValueError("a price and an amount are at least 0, a value at least 1")
