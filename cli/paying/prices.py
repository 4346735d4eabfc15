"""Prices in national currency as they are typed and shown."""

from typing import Any, Final

import click

from ledger.index.days import text_from_day
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
            self.fail(f'{value!r} is not a price such as "ARS 15000" or "ARS 99.50".', param, ctx)


PRICE: Final = PriceType()


def worth_words(value: IndexValue) -> str:
    """Such as `ARS 1234.57 a unit on 2026-03-02`."""
    return f"{value.a_unit} a unit on {text_from_day(value.day)}"
