"""Prices in national currency: reading them, and what they are in units today, as a node knows it.

A quote uses the node's newest value that the rules still allow: today's, or while that is not known yet,
the last known one within the charter's `quote_days`. The conversion is the ledger's own, so that what
is shown is exactly what will be checked.
"""

from dataclasses import dataclass
from typing import Final

from ledger.index.conversion import price_from_units, units_from_price
from ledger.index.days import day_from_text, text_from_day
from ledger.index.exact import MILLIONTHS
from ledger.transactions import Price
from node.member.amounts import format_amount, parse_amount
from node.member.answers import integer, text
from node.member.client import Json, NodeClient, NodeMisbehaved, NodeProblem

_CURRENCY_LETTERS: Final = 3


@dataclass(eq=False)
class PriceError(Exception):
    """A text is not a price."""

    text: str


class QuoteError(Exception):
    """Base of why it can't be said what a price is in units."""


@dataclass(eq=False)
class NoIndex(QuoteError):
    """The federation's unit is not indexed to prices."""


@dataclass(eq=False)
class OtherCurrency(QuoteError):
    """The unit is indexed in `indexed_in`, not in the currency of the price, which is `asked`."""

    indexed_in: str
    asked: str


@dataclass(eq=False)
class PriceNotKnown(QuoteError):
    """What a unit is worth today is not known yet."""


@dataclass(eq=False)
class PriceTooSmall(QuoteError):
    """The price comes to less than the smallest amount."""

    asked: "CurrencyPrice"
    value: "IndexValue"


@dataclass(frozen=True, slots=True)
class CurrencyPrice:
    """A price as a member gives it: `minor` hundredths of `currency`."""

    currency: str
    minor: int

    def __str__(self) -> str:
        return f"{self.currency} {format_amount(self.minor)}"


def parse_price(text_: str) -> CurrencyPrice:
    """Read `ARS 15000` or `ARS 15000.50`. Raises `PriceError`, or `AmountError` for its number."""
    currency, _, amount = text_.strip().partition(" ")
    is_currency = len(currency) == _CURRENCY_LETTERS and currency.isascii() and currency.isalpha()
    if not is_currency:
        raise PriceError(text_)
    return CurrencyPrice(currency=currency.upper(), minor=parse_amount(amount))


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexValue:
    """What one unit is worth on a day, in millionths of the currency."""

    currency: str
    day: int
    value: int

    def price_of(self, amount: int) -> CurrencyPrice:
        """What an amount of units is worth, for showing; it may be negative."""
        price = price_from_units(abs(amount), self.value)
        return CurrencyPrice(self.currency, price if amount >= 0 else -price)

    @property
    def a_unit(self) -> CurrencyPrice:
        """What one unit is worth, rounded to hundredths, for showing."""
        minor = (self.value * 100 + MILLIONTHS // 2) // MILLIONTHS
        return CurrencyPrice(self.currency, minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price in units: what a payment with it carries."""

    asked: CurrencyPrice
    value: IndexValue
    amount: int

    @property
    def price(self) -> Price:
        """As the ledger takes it."""
        return Price(minor=self.asked.minor, day=self.value.day)


def read_rules(client: NodeClient) -> Json | None:
    """What the node says of the index; None when the federation has none."""
    try:
        return client.get("/v1/index")
    except NodeProblem as problem:
        if problem.code in ("no_index", "not_found"):
            return None
        raise


def value_today(client: NodeClient, rules: Json) -> IndexValue | None:
    """The newest value that a payment may use today; None when none is near enough."""
    today, known_until = integer(client, rules, "day"), _day(client, rules, "known_until")
    day = min(today, known_until)
    if today - day > integer(client, rules, "quote_days"):
        return None
    answer = client.get("/v1/index/values", first=text_from_day(day), count=1)
    try:
        (found,) = answer["values"]
        value = found["value"]
    except (KeyError, TypeError, ValueError):
        return None
    if type(value) is not int or value < 1 or found.get("day") != text_from_day(day):
        raise NodeMisbehaved(client.url, "its value of the unit can't be read")
    currency = text(client, rules, "currency")
    if answer.get("currency", currency) != currency:
        # The newest value is in a currency that is no more: no price of that day can be paid.
        return None
    return IndexValue(currency=currency, day=day, value=value)


def _day(client: NodeClient, rules: Json, name: str) -> int:
    try:
        return day_from_text(text(client, rules, name))
    except ValueError as error:
        raise NodeMisbehaved(client.url, f"its field {name} is not a date") from error


def quote(client: NodeClient, asked: CurrencyPrice) -> Quote:
    """What a price is in units today. Raises `QuoteError` when it can't be said."""
    rules = read_rules(client)
    if rules is None:
        raise NoIndex
    currency = text(client, rules, "currency")
    if currency != asked.currency:
        raise OtherCurrency(currency, asked.currency)
    value = value_today(client, rules)
    if value is None:
        raise PriceNotKnown
    amount = units_from_price(asked.minor, value.value)
    if amount < 1:
        raise PriceTooSmall(asked, value)
    return Quote(asked=asked, value=value, amount=amount)
