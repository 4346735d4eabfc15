"""A balance in hours of work, in words: what it was, what it is named after, and of which day that is."""

from cli.paying.prices import price_words
from cli.shell.forms import day, in_units
from cli.shell.language import say
from node.member.paying.hours import HourPay
from node.member.paying.pricing import IndexValue


def hours_field(amount: int, value: IndexValue | None, pay: HourPay | None) -> dict[str, str]:
    """A field for `Output.fields`; empty where the node names no wages or today's value is not known."""
    if value is None or pay is None or amount == 0:
        return {}
    return {
        say("in work"): say(
            "{hours} hours  ({name}: an hour is paid {price}, {day})",
            hours=in_units(pay.hundredths(amount, value)),
            name=pay.name,
            price=price_words(pay.price(value.currency)),
            day=day(pay.day),
        )
    }
