"""A balance in hours of work, by the index of wages that a node names: for showing, nothing depends on it."""

from dataclasses import dataclass

from ledger.index.conversion import divide_half_even
from ledger.index.days import day_from_text
from node.member.answers import integer, text
from node.member.client import Json, NodeClient, NodeMisbehaved
from node.member.paying.pricing import CurrencyPrice, IndexValue


@dataclass(frozen=True, slots=True, kw_only=True)
class HourPay:
    """What an hour of work was paid on a day, by an index of wages."""

    name: str
    day: int
    value: int
    """Millionths of the currency."""

    def price(self, currency: str) -> CurrencyPrice:
        """An hour's pay, rounded to hundredths."""
        return CurrencyPrice(currency, divide_half_even(self.value, divisor=10_000))

    def hundredths(self, amount: int, unit: IndexValue) -> int:
        """Hundredths of an hour that an amount of units pays, which may be negative."""
        hours = divide_half_even(abs(amount) * unit.value, divisor=self.value)
        return hours if amount >= 0 else -hours


def hour_pay(client: NodeClient, rules: Json) -> HourPay | None:
    """What the node says of wages; None when it names no index of them. Raises `NodeMisbehaved`."""
    wage = rules.get("wage")
    if wage is None:
        return None
    try:
        pay = HourPay(
            name=text(client, wage, "name"),
            day=day_from_text(text(client, wage, "day")),
            value=integer(client, wage, "value"),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise NodeMisbehaved(client.url, "its pay of an hour can't be read") from error
    if pay.value < 1:
        raise NodeMisbehaved(client.url, "its pay of an hour can't be read")
    return pay
