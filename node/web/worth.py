"""What an amount is worth in national currency today, for pages: a hint beside units, never what is paid."""

from ledger.rules.index import SECONDS_IN_DAY
from node.engine.view import View
from node.http.base.api import Api
from node.http.index.index import currency_today, value_or_none

_MILLION = 1_000_000


async def worth_today(api: Api, minor: int | None) -> tuple[str, int] | None:
    """The currency and the amount in its minor units; None while today has no value, or without an index."""
    if not minor:
        return None

    def look(view: View) -> tuple[str, int] | None:
        currency, index = currency_today(api, view), view.validator.index(api.coop.number)
        value = (
            None if index is None else value_or_none(index, view.now_ms // 1000 // SECONDS_IN_DAY)
        )
        if currency is None or value is None:
            return None
        return currency, (minor * value + _MILLION // 2) // _MILLION

    return await api.runner.ask(look)
