"""The tour's step about prices: the coops publish an inflation print, and a tab keeps its worth in pesos.

The charter's base day lies a few days back and the print for the days since is still missing, so a unit is
worth what it was on the base day, and a price in pesos is paid at that. When the stewards of a quorum have
published, the days since then have values, and the same price takes fewer units. The third coop's
log takes the print in as the others' do.
"""

import time
from collections.abc import Mapping
from typing import Final

from cli.demo.stage import STEWARDS, Actor, Cast, Stage, TourFailed
from cli.shell.forms import marked
from cli.shell.language import say
from ledger.index.days import day_from_text, text_from_day
from ledger.rules.index import SECONDS_IN_DAY
from node.member.answers import integer, text
from node.member.client import NodeClient

BASE_VALUE: Final = "1000"
"""Pesos for a unit on the base day."""
DAYS_BACK: Final = 6
"""Within the days that a price may be quoted for, a midnight during the tour included."""
CHANGE: Final = "25.5"
"""Percent: INDEC's print for December 2023."""
PRICE: Final = "ARS 5000"
PUBLISHERS: Final = ("norte", "sur")
"""As many as the charter's quorum asks for."""
WAIT_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.2


def base_of_index() -> str:
    """The charter's base day and value, as `fiado federation init --base` takes them."""
    return f"{text_from_day(today() - DAYS_BACK)}={BASE_VALUE}"


def follow_prices(stage: Stage, cast: Cast, urls: Mapping[str, str]) -> None:
    """A price is paid, inflation is published, and the same price is paid again."""
    beto, alice = cast.member("beto"), cast.member("alice")
    stage.say(
        "Balances are in units, and the charter says how a unit follows prices. The last print is "
        "still missing. Beto buys flour of Alice, whose price is in pesos."
    )
    stage.run(beto, "pay", "alice@norte", "--price", PRICE, "--memo", say("flour"), "--yes")
    stage.run(alice, "balance")
    stage.say(
        "The office prints {change} % for the month. The stewards of two cooperatives publish it.",
        change=marked(CHANGE),
    )
    _publish(stage, cast, urls)
    stage.say(
        "The rest happens by itself. At Este, whose stewards did nothing, the same values hold:"
    )
    _show_values(stage, cast.anybody, urls["este"])
    stage.say("Alice has the same units as before, and they are worth more pesos.")
    stage.run(alice, "balance")
    stage.say("The same price takes fewer of Beto's units. Every node refuses any other amount.")
    stage.run(beto, "pay", "alice@norte", "--price", PRICE, "--memo", say("flour again"), "--yes")


def _show_values(stage: Stage, anybody: Actor, url: str) -> None:
    stage.run(anybody, "index", "show", "--node", url)
    stage.run(anybody, "index", "verify", "--node", url)


def _publish(stage: Stage, cast: Cast, urls: Mapping[str, str]) -> None:
    """Publish prints until today has a value: one, or two when a window has just ended."""
    is_shown = True
    period = _next_period(urls[PUBLISHERS[0]])
    while _known_until(urls[PUBLISHERS[0]]) < today():
        for coop in PUBLISHERS:
            for steward in STEWARDS:
                who = cast.steward(steward, coop)
                words = ("index", "publish", "--change", CHANGE, "--yes")
                stage.run(who, *words, is_shown=is_shown)
            is_shown = False
        period += 1
        _wait_until_taken(urls, period)


def _wait_until_taken(urls: Mapping[str, str], period: int) -> None:
    """Wait until the log of every coop has come to `period`. Raises `TourFailed`."""
    deadline = time.monotonic() + WAIT_SECONDS
    while any(_next_period(url) < period for url in urls.values()):
        if time.monotonic() > deadline:
            raise TourFailed("fiado index publish", 0, say("the nodes have not taken the print in"))
        time.sleep(_POLL_SECONDS)


def _next_period(url: str) -> int:
    with NodeClient(url) as client:
        return integer(client, client.get("/v1/index"), "next_period")


def _known_until(url: str) -> int:
    with NodeClient(url) as client:
        return day_from_text(text(client, client.get("/v1/index"), "known_until"))


def today() -> int:
    """The day of this machine's clock, as the index counts days."""
    return int(time.time()) // SECONDS_IN_DAY
