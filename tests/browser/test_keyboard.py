"""The keyboard alone: from a bill to the receipt and back; what has the focus is to be seen at each step."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.bills import Till
from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser

MOST_TABS = 12
SHOP = "http://localhost:9/orders/7"


def press_by_keyboard(browser: Browser, selector: str) -> None:
    """Go on with Tab until the element has the focus, see that it shows, and press Enter."""
    browser.find(selector)
    for _ in range(MOST_TABS):
        focused = browser.driver.switch_to.active_element
        if browser.run("return document.activeElement.matches(args[0])", selector):
            outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid", selector
            focused.send_keys(Keys.ENTER)
            return
        focused.send_keys(Keys.TAB)
    raise AssertionError(f"{selector} is not reached in {MOST_TABS} steps")


def test_a_bill_is_paid_with_the_keyboard_alone(stage: Stage, desktop: Browser) -> None:
    till = Till(stage, 1)
    join(desktop, stage, 1, "ana", limit=50_000)
    bill = till.make(redirect_url=SHOP)
    desktop.open(f"{bill['link']}?lang=en")
    press_by_keyboard(desktop, "#pay-here")
    press_by_keyboard(desktop, "#review-pay")
    desktop.wait_text("#receipt-proof", "in this browser")
    press_by_keyboard(desktop, '#receipt a[href="#home"]')
    desktop.find("#balance-words")
    till.until(bill, "settled")


def test_an_amount_is_typed_and_a_menu_opened_with_the_keyboard_alone(
    stage: Stage, phone: Browser
) -> None:
    stage.run(stage.people(1).admit(7))
    join(phone, stage, 1, "ana", limit=50_000)
    press_by_keyboard(phone, 'a[href="#pay"]')
    phone.find("#pay-to")
    phone.driver.switch_to.active_element.send_keys(Keys.TAB)
    phone.driver.switch_to.active_element.send_keys("member7@norte")
    while not phone.run("return document.activeElement.id === 'pay-amount'"):
        phone.driver.switch_to.active_element.send_keys(Keys.TAB)
    phone.driver.switch_to.active_element.send_keys("2,50", Keys.ENTER)
    assert "2.50" in phone.text("#review-pay")
    phone.open(f"{stage.urls[1]}/?lang=en")
    press_by_keyboard(phone, ".menu summary")
    press_by_keyboard(phone, '.menu a[href="/wallet"]')
    phone.find("#balance-words")
