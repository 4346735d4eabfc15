"""The wallet's main way in Firefox, with its own Ed25519 and without, and where it keeps nothing."""

import time
from collections.abc import Iterator

import pytest

from tests.browser.bills import Till
from tests.browser.driving import PHONE, Browser
from tests.browser.firefox import firefox
from tests.browser.members import confirm_words, go_home, join
from tests.browser.stage import Stage
from tests.browser.test_older_browsers import BLOCKED
from tests.browser.thin_way import SLOW_3G, ThinWay
from tests.node.web.script_vectors import CHECK, MODULES, WITHOUT_ED25519, gather_vectors

pytestmark = [pytest.mark.needs_firefox, pytest.mark.needs_page_library]
SHOP = "http://localhost:9/orders/7?paid=1"
MOST_SECONDS = 40


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


def test_a_bill_is_paid_over_a_thin_way(stage: Stage) -> None:
    """400 ms and 400 kbit/s, as Slow 3G is told; geckodriver has no tool for a slower processor."""
    way = ThinWay()
    stage.run(way.open())
    try:
        with firefox(PHONE, preferences=through(way.port)) as slow:
            join(slow, stage, 1, "ana", limit=50_000)
            till = Till(stage, 2)
            bill = till.make(redirect_url=f"{stage.urls[2]}/verify")
            stage.run(way.narrow(*SLOW_3G))
            started = time.perf_counter()
            slow.open(f"{bill['link']}?lang=en")
            for press in (f'[data-home="{stage.urls[1]}"]', "#review-pay", "#receipt-back"):
                slow.click(press)
            slow.find("#check-form, form")
            took = time.perf_counter() - started
            stage.run(way.narrow(0, 0))
            till.until(bill, "settled")
            assert way.slowed > 0 and took < MOST_SECONDS
    finally:
        stage.run(way.close())


def through(port: int) -> dict[str, bool | int | str]:
    """Preferences with which a Firefox asks for everything through a proxy on this machine."""
    return {
        "network.proxy.type": 1,
        "network.proxy.socks": "127.0.0.1",
        "network.proxy.socks_port": port,
        "network.proxy.socks_version": 5,
        "network.proxy.allow_hijacking_localhost": True,
        "network.proxy.no_proxies_on": "",
    }
