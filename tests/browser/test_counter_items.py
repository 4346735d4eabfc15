"""Items with prices at the counter, the key for two zeros, and the printed receipt."""

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.browser.test_counter import make_bill, open_counter
from tests.browser.test_counter_day import next_customer

pytestmark = pytest.mark.needs_browser


def keep_item(browser: Browser, name: str, price: str) -> None:
    """Fill in the form for an item."""
    if not browser.run("return document.getElementById('items').open"):
        browser.click("#items summary")
    browser.type("#item-name", name)
    browser.type("#item-price", price)
    browser.click("#item-form button")


def value(browser: Browser, selector: str) -> str:
    """What stands in a field."""
    found: str = browser.run("return document.querySelector(args[0]).value", selector)
    return found


def a_counter(stage: Stage, browser: Browser) -> None:
    """A shop's counter with two items."""
    browser.open(f"{stage.urls[1]}/wallet?lang=en")
    join(browser, stage, 1, "almacen")
    open_counter(browser, stage, 1)
    keep_item(browser, "bread & <b>butter</b>", "1,50")
    browser.wait_text("#item-list", "<b>butter</b>")
    keep_item(browser, "honey", "12")
    browser.wait_text("#item-list", "honey")


def test_items_add_up_and_stay_on_the_device(stage: Stage, phone: Browser) -> None:
    a_counter(stage, phone)
    phone.open(f"{stage.urls[1]}/pos?lang=en")
    phone.click("#item-list li:first-child .item")
    phone.click("#item-list li:first-child .item")
    phone.click("#item-list li:last-child .item")
    assert value(phone, "#sum") == "15.00"
    assert value(phone, "#what") == "2 × bread & <b>butter</b>, honey"
    phone.screenshot("counter-items-phone")
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.click("#till-form .primary")
    phone.wait_text("#bill-amount", "15.00 fiado")
    next_customer(phone)
    # The next bill begins with nothing; what somebody wrote stays.
    phone.type("#what", "for table 4")
    phone.click("#item-list li:last-child .item")
    assert (value(phone, "#sum"), value(phone, "#what")) == ("12.00", "for table 4")
    phone.click('#item-list [aria-label="Forget honey"]')
    phone.wait(lambda driver: "honey" not in phone.text("#item-list") or None, "it is forgotten")
    phone.open(f"{stage.urls[1]}/pos?lang=en")
    phone.find("#item-list li")
    assert phone.run("return document.querySelectorAll('#item-list li').length") == 1


def test_what_is_no_item_and_no_amount_changes_nothing(stage: Stage, phone: Browser) -> None:
    a_counter(stage, phone)
    for name, price, why in (
        ("", "1", "Type the item's name."),
        ("milk", "", "Type an amount."),
        ("milk", "0", "The amount is zero."),
        ("milk", "1.250", "could be 1250 or 1.25"),
    ):
        keep_item(phone, name, price)
        phone.wait_text("#item-error", why)
    assert phone.run("return document.querySelectorAll('#item-list li').length") == 2
    for typed, why in (("x", "Write digits"), ("90071992547409,90", "more than an amount can be")):
        phone.type("#sum", typed)
        phone.click("#item-list li:last-child .item")
        phone.wait_text("#sum-error", why)
        assert value(phone, "#sum") == typed
    # The same name again is another price.
    keep_item(phone, "honey", "13")
    phone.wait_text("#item-list", "13.00")
    assert phone.run("return document.querySelectorAll('#item-list li').length") == 2


def test_a_receipt_is_printed(stage: Stage, phone: Browser, desktop: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "almacen")
    open_counter(phone, stage, 1)
    phone.click('[data-key="5"]')
    phone.click('[data-key="00"]')
    link = make_bill(phone, "", "bread")
    desktop.open(f"{stage.urls[1]}/wallet?lang=en")
    join(desktop, stage, 1, "ana", limit=90_000)
    desktop.open(link)
    desktop.click("#pay-here")
    desktop.click("#review-pay")
    phone.wait_text("#paid-payer", "ana@norte")
    assert phone.text("#paid-amount") == "500.00 fiado"
    phone.run("window.printed = 0; window.print = () => { window.printed += 1; }")
    phone.click("#paid-print")
    assert phone.run("return window.printed") == 1
    assert not phone.run("return document.getElementById('paid-slip').checkVisibility()")
    phone.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    slip = phone.text("#paid-slip")
    for part in ("almacen@norte", "bread", "ana@norte", "in the log of norte: 500.00 fiado"):
        assert part in slip
    assert link.rpartition("/")[2] in slip
    assert not phone.run("return document.getElementById('paid-next').checkVisibility()")
    phone.screenshot("counter-receipt-print")
