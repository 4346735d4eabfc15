"""Prices in national currency as they are typed and shown."""

from typing import Any, Final

import click

from cli.shell.forms import day, in_units
from cli.shell.language import say
from node.member.paying.pricing import CurrencyPrice, IndexValue, PriceError, parse_price


class PriceType(click.ParamType[CurrencyPrice]):
    """A price such as `ARS 15000` or `ARS 15000.50`."""

    name = "price"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> CurrencyPrice:
        """Read the text; raises `AmountError` for its number."""
        if isinstance(value, CurrencyPrice):
            return value
        try:
            return parse_price(str(value))
        except PriceError:
            self.fail(
                say(
                    '{value} is not a price such as "ARS 15000" or "ARS 99.50".', value=repr(value)
                ),
                param,
                ctx,
            )


PRICE: Final = PriceType()


def price_words(price: CurrencyPrice) -> str:
    """Such as `ARS 1234.57`, as people of the language write it."""
    return f"{price.currency} {in_units(price.minor)}"


def worth_words(value: IndexValue) -> str:
    """Such as `ARS 1234.57 a unit on 2026-03-02`."""
    return say("{a_unit} a unit on {day}", a_unit=price_words(value.a_unit), day=day(value.day))
