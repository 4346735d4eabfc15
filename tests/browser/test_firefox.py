"""The wallet's main way in Firefox, with its own Ed25519 and without, and where it keeps nothing."""

from collections.abc import Iterator

import pytest

from tests.browser.bills import Till
from tests.browser.driving import PHONE, Browser
from tests.browser.firefox import firefox
from tests.browser.members import confirm_words, go_home, join
from tests.browser.stage import Stage
from tests.browser.test_older_browsers import BLOCKED
from tests.node.web.script_vectors import CHECK, MODULES, WITHOUT_ED25519, gather_vectors

pytestmark = [pytest.mark.needs_firefox, pytest.mark.needs_page_library]
SHOP = "http://localhost:9/orders/7?paid=1"


@pytest.fixture
def fox() -> Iterator[Browser]:
    """A Firefox of a phone's size."""
    with firefox(PHONE) as driven:
        yield driven


@pytest.mark.parametrize("before", ["", WITHOUT_ED25519], ids=["by WebCrypto", "by the library"])
def test_from_the_first_word_to_the_history(stage: Stage, fox: Browser, before: str) -> None:
    if before:
        fox.before_pages(before)
    till = Till(stage, 2)
    join(fox, stage, 1, "ana", limit=50_000)
    bill = till.make(redirect_url=SHOP)
    fox.open(f"{bill['link']}?lang=en")
    fox.click(f'[data-home="{stage.urls[1]}"]')
    fox.click("#review-pay")
    fox.wait_text("#receipt-proof", "in this browser")
    assert fox.find("#receipt-back").get_attribute("href") == SHOP
    till.until(bill, "settled")
    go_home(fox)
    fox.click('a[href="#pay"]')
    for field, text in (
        ("#pay-to", "member7@sur"),
        ("#pay-amount", "2"),
        ("#pay-note", "pan y ñandú"),
    ):
        fox.type(field, text)
    fox.click("#pay-form .primary")
    fox.click("#review-pay")
    fox.wait_text("#receipt-proof", "in this browser")
    fox.open(f"{stage.urls[1]}/wallet?lang=en")
    assert fox.wait_text("#history .said", "pan") == "pan y ñandú"
    assert "−12.50" in fox.text("#history")
    assert stage.balance(1, "ana") == -1_450
    fox.screenshot(f"firefox-{'library' if before else 'browser'}")


@pytest.mark.parametrize("before", ["", WITHOUT_ED25519], ids=["by WebCrypto", "by the library"])
def test_vectors_in_firefox(stage: Stage, fox: Browser, before: str) -> None:
    if before:
        fox.before_pages(before)
    fox.open(f"{stage.urls[1]}/verify?lang=en")
    result = fox.run(
        f"const check = {CHECK.read_text()};"
        "const modules = {};"
        "for (const [name, place] of Object.entries(args[0]))"
        "  modules[name] = await import(`/web/${place}`);"
        "return check(modules, args[1]);",
        MODULES,
        gather_vectors(),
    )
    assert result["differences"] == []
    assert result["checked"] > 200
    assert result["who"] == ("library" if before else "browser")


def test_a_private_window_has_a_wallet_or_words(stage: Stage) -> None:
    with firefox(PHONE, preferences={"browser.privatebrowsing.autostart": True}) as private:
        confirm_words(private, stage.urls[1])
        said = private.find("#handle, #confirm-error:not(:empty)")
        if said.get_attribute("id") == "handle":
            private.screenshot("firefox-private")
        else:
            assert BLOCKED in said.text


def test_where_storage_is_denied_words_say_so(stage: Stage) -> None:
    with firefox(PHONE, preferences={"network.cookie.cookieBehavior": 2}) as denied:
        denied.open(f"{stage.urls[1]}/wallet?lang=en")
        denied.wait_text("#unable", BLOCKED)
        for page in ("me", "votes", "guarantees", "pos", "verify"):
            denied.open(f"{stage.urls[1]}/{page}?lang=en")
            denied.wait_text("#notice", BLOCKED)
