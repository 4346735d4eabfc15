"""The counter's tips and notes, several tills, giving back, and what it does without a network."""

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.browser.test_counter import make_bill, open_counter, pay_bill

pytestmark = pytest.mark.needs_browser

_KEPT = """
const ready = await navigator.serviceWorker.ready;
return ready.active.state === "activated" && (await caches.keys()).length > 0;
"""


def name_till(browser: Browser, name: str) -> None:
    browser.type("#till-name", name)
    browser.run("document.getElementById('till-name').dispatchEvent(new Event('change'))")


def give_back(browser: Browser) -> None:
    """Press the button of the newest payment, however often the list is drawn meanwhile."""
    pressed = "const found = document.querySelector('#today .actions button'); found?.click();"
    browser.wait(lambda _: browser.run(f"{pressed} return Boolean(found)") or None, "the button")
    browser.find("#refund-facts dd")


def sell_soup(stage: Stage, phone: Browser, desktop: Browser) -> None:
    """Ana pays at the till "Caja 1" for soup, with a tip and a note on it."""
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.open(f"{stage.urls[2]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    join(desktop, stage, 2, "almacen", limit=50_000)
    open_counter(desktop, stage, 2)
    name_till(desktop, "Caja 1")
    desktop.click("#extras summary")
    for key in "12":
        desktop.click(f'[data-key="{key}"]')
    desktop.type("#tip", "1,x")
    desktop.type("#what", "soup\u202e")
    desktop.click("#till-form .primary")
    desktop.wait_text("#tip-error", "Write digits")
    desktop.click('[data-tip="10"]')
    assert desktop.run("return document.getElementById('tip-error').textContent") == ""
    desktop.click("#till-form .primary")
    desktop.wait_text("#what-error", "letters that nobody sees")
    assert desktop.find("#tip").get_attribute("value") == "1.20"
    desktop.type("#note", "table 4")
    desktop.type("#what", "soup")
    assert desktop.axe_violations() == []
    desktop.screenshot("counter-extras-desktop")
    desktop.click("#till-form .primary")
    assert desktop.wait_text("#bill-amount", "13.20") == "13.20 fiado"
    link = desktop.find("#bill-link").get_attribute("href")
    assert link is not None
    phone.open(link)
    phone.wait_text("#request", "soup, with a tip of 1.20 fiado")
    assert "table 4" not in phone.text("main")
    pay_bill(phone, stage, 1, link)
    desktop.find("#paid-amount")
    desktop.click("#paid-next")


def test_a_sale_has_a_tip_a_note_and_a_till(stage: Stage, phone: Browser, desktop: Browser) -> None:
    sell_soup(stage, phone, desktop)
    line = desktop.wait_text("#today", "soup")
    assert "tip 1.20 fiado" in line and "table 4" in line and "Caja 1" in line

    # Another till has a list of its own, and both one together.
    name_till(desktop, "Caja 2")
    desktop.click('#one-till [value="this"]')
    desktop.wait_text("#today-sum", "Payments: 0.")
    name_till(desktop, "Caja 1")
    desktop.wait_text("#today-sum", "Payments: 1. Received: 13.20.")
    desktop.screenshot("counter-tills-desktop")
    desktop.click('#one-till [value="all"]')
    desktop.wait_text("#today", "Caja 1")

    assert desktop.console_errors() == []


def test_the_owners_wallet_signs_what_is_given_back(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    """The counter's key prepares it and can't spend."""
    sell_soup(stage, phone, desktop)
    desktop.wait_text("#today", "soup")
    give_back(desktop)
    assert desktop.find("#refund-amount").get_attribute("value") == "13.20"
    desktop.open(f"{stage.urls[2]}/pos?lang=es")
    give_back(desktop)
    desktop.type("#refund-amount", "20")
    desktop.click("#refund-form .primary")
    desktop.wait_text("#refund-error", "De este pago quedan 13,20 fiado por devolver.")
    desktop.click("#refund-back")
    assert "propina 1,20 fiado" in desktop.wait_text("#today", "soup")
    desktop.open(f"{stage.urls[2]}/pos?lang=en")
    give_back(desktop)
    desktop.type("#refund-amount", "3")
    desktop.type("#refund-reason", "cold")
    desktop.click("#refund-form .primary")
    desktop.wait_text("#refund-to", "3.00 fiado back to ana@norte (#1)")
    assert desktop.axe_violations() == []
    desktop.screenshot("counter-refund-desktop")
    desktop.click("#refund-back")
    give_back(desktop)
    desktop.wait_text(
        "#refund-to", "3.00 fiado back to ana@norte (#1)"
    )  # found again, not prepared twice
    desktop.click("#refund-here")
    assert desktop.find("#pay-amount").get_attribute("value") == "3.00"
    assert desktop.find("#pay-amount").get_attribute("readonly")  # another amount would not count
    desktop.click("#pay-form .primary")
    desktop.click("#review-pay")
    desktop.wait_text("#receipt-proof", "in this browser")
    phone.wait(lambda _: stage.balance(1, "ana") == -1020 or None, "it is back")
    desktop.open(f"{stage.urls[2]}/wallet?lang=en")
    # The tip's words stand at what was paid, and not at what went back.
    assert desktop.wait_text("#history", "refund: cold").count("with a tip") == 1
    desktop.open(f"{stage.urls[2]}/pos?lang=en")
    assert "−3.00" in desktop.wait_text("#today", "refund")
    listed = desktop.text("#today")
    assert "cold" in listed and listed.count("with a tip") == 1
    # What was given back has no tip or note of its own.
    assert (listed.count("tip 1.20 fiado"), listed.count("table 4")) == (1, 1)
    assert "Given back: 3.00. Left: 10.20." in desktop.text("#today-sum")
    assert desktop.console_errors() == []


def test_it_starts_without_a_network_and_checks_receipts(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.open(f"{stage.urls[2]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    join(desktop, stage, 2, "almacen")
    open_counter(desktop, stage, 2)
    link = make_bill(desktop, "3", "bread")
    desktop.open(f"{stage.urls[2]}/verify")  # once with a network
    desktop.wait_text("#ready", "without a network")
    assert desktop.find("#mine").get_attribute("value") == "almacen@sur"
    desktop.wait(lambda _: desktop.run(_KEPT), "the pages are kept")
    pay_bill(phone, stage, 1, link)
    receipt = phone.run("return document.getElementById('receipt-text').textContent")
    stage.stop(2)
    desktop.open(f"{stage.urls[2]}/pos")
    desktop.wait_text("#offline", "no bill can be made now")
    assert desktop.axe_violations() == []
    desktop.screenshot("counter-offline-desktop")
    desktop.click("#offline a")
    desktop.wait_text("#ready", "without a network")
    desktop.type("#receipt", receipt)
    desktop.click("#verify-form .primary")
    said = desktop.wait_text("#result", "Genuine")
    assert "It is for almacen@sur." in said and "does not prove" in said
    assert "was checked on this device before" not in said
    desktop.click("#verify-form .primary")
    desktop.wait_text("#result", "was checked on this device before")
    desktop.screenshot("verify-again-desktop")
    stage.start(2)
