"""All pages by name, as somebody sees them who has no wallet, and as a member does."""

from typing import Final

from tests.browser.bills import Till
from tests.browser.driving import Browser
from tests.browser.stage import Stage

STRANGERS: Final = {
    "books": "/",
    "commons": "/commons",
    "federation": "/federation",
    "wallet-none": "/wallet",
    "pay": "/pay?to=member1@norte&amount=1250.50&for=pan",
    "me-none": "/me",
    "statement-none": "/statement",
    "notices-none": "/notices",
    "votes-none": "/votes",
    "guarantees-none": "/guarantees",
    "keys-none": "/keys",
    "owners-none": "/owners",
    "till-none": "/till",
    "verify": "/verify",
    "counter-none": "/pos",
    "selling-none": "/selling",
    "desk-none": "/desk",
    "lost": "/no/such/page",
}
"""Pages as somebody sees them who has no wallet."""
MEMBERS: Final = {
    "wallet": "/wallet",
    "wallet-pay": "/wallet#pay",
    "wallet-request": "/wallet#request",
    "me": "/me",
    "statement": "/statement",
    "notices": "/notices",
    "votes": "/votes",
    "guarantees": "/guarantees",
    "keys": "/keys",
    "owners": "/owners",
    "counter": "/pos",
    "selling": "/selling",
}
"""Pages that show a member's own."""


def bills_of(stage: Stage) -> dict[str, str]:
    """Bills of a shop of the first coop, by what has become of them."""
    till = Till(stage, 1)
    open_, withdrawn = till.make(redirect_url="https://shop.example/7"), till.make()
    till.withdraw(withdrawn)
    strip = stage.urls[1]
    return {
        "bill": open_["link"].removeprefix(strip),
        "bill-withdrawn": withdrawn["link"].removeprefix(strip),
    }


def open_page(driven: Browser, stage: Stage, path: str, language: str, *, coop: int = 1) -> None:
    """Go to a page in a language, and wait until its scripts have done what they do at once."""
    before, sharp, section = path.partition("#")
    sign = "&" if "?" in before else "?"
    driven.open("about:blank")
    driven.open(f"{stage.urls[coop]}{before}{sign}lang={language}{sharp}{section}")
    driven.find("h1")
    driven.settle()
