"""The point of sale: a shop of one coop makes a bill, a member of another pays it in the browser wallet.

The shop's page turns to paid by itself; also when the shop's node is killed and started in between.
"""

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser


def open_counter(browser: Browser, stage: Stage, coop: int) -> None:
    """Open the counter with a key that the shop's own wallet makes."""
    browser.open(f"{stage.urls[coop]}/pos")
    browser.click("#make-key")
    browser.find("#sum")


def make_bill(browser: Browser, keys: str, what: str) -> str:
    """Type an amount on the keypad and make a bill; its link."""
    for key in keys:
        browser.click(f'[data-key="{key}"]')
    browser.type("#what", what)
    browser.click("#till-form .primary")
    link = browser.find("#bill-link").get_attribute("href")
    assert link is not None
    return link


def pay_bill(payer: Browser, stage: Stage, home: int, link: str) -> None:
    """Follow a bill's link, go on to the own node, and pay there."""
    payer.open(link)
    payer.type("#home", stage.urls[home])
    payer.click("#elsewhere button")
    payer.click("#pay-here")
    payer.click("#review-pay")
    payer.wait_text("#receipt-proof", "in this browser")


def test_a_bill_is_paid_by_a_member_of_another_coop(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.open(f"{stage.urls[2]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    join(desktop, stage, 2, "almacen")
    open_counter(desktop, stage, 2)
    assert desktop.axe_violations() == []
    desktop.screenshot("counter-desktop")
    link = make_bill(desktop, "12,5", "bread & <b>cheese</b>")
    desktop.wait_text("#bill-state", "Waiting")
    desktop.screenshot("counter-bill-desktop")
    assert desktop.axe_violations() == []

    phone.open(link)
    phone.wait_text("#request", "<b>cheese</b>")
    phone.settle()
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.screenshot("bill-phone")
    pay_bill(phone, stage, 1, link)
    desktop.wait_text("#bill-state", "Paid")
    desktop.screenshot("counter-paid-desktop")
    phone.open(link)
    phone.wait_text("#state", "Paid")
    phone.screenshot("bill-paid-phone")
    assert stage.balance(2, "almacen") == 1250

    desktop.click("#next")
    desktop.wait_text("#today-sum", "Bills: 1. Received: 12.50.")
    desktop.wait_text("#today", "bread & <b>cheese</b>")
    desktop.screenshot("counter-today-desktop")
    assert desktop.console_errors() == []


def test_the_shops_node_is_killed_between_bill_and_payment(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    """The whole way, with webhook: bill, kill, payment at the payer's own node, start, settled."""
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.open(f"{stage.urls[2]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    join(desktop, stage, 2, "almacen")
    shop = stage.shop()
    secret = stage.endpoint(2, desktop.run(_WEBHOOK_KEY), shop.url)
    stage.stop(2)
    stage.start_process(2)
    open_counter(desktop, stage, 2)
    link = make_bill(desktop, "3", "bread")
    phone.open(link)
    phone.type("#home", stage.urls[1])
    phone.click("#elsewhere button")
    phone.find("#pay-here")
    stage.kill(2)
    # The payer's own node records it although the shop's is down.
    phone.click("#pay-here")
    phone.wait_text("#review-warning", "can't be reached now")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    desktop.wait_text("#bill-state", "Waiting")
    stage.start(2)
    stage.ready(2)
    desktop.wait_text("#bill-state", "Paid")
    assert stage.balance(2, "almacen") == 300
    heard = stage.run(shop.until_heard(1))
    told = heard[0].verify(secret)
    assert told["type"] == "invoice.settled"
    assert link.endswith(told["data"]["id"])
    assert len({each.id for each in shop.heard}) == 1


_WEBHOOK_KEY = (
    "const {Store} = await import('/web/store.js'); const {Session} = await import('/web/api.js');"
    "const wallet = await (await Store.open()).wallet();"
    "const session = new Session({role: 'member', number: wallet.account, ...wallet});"
    "const made = await session.post('/v1/merchant/keys', {label: 'shop', powers: ['webhooks']});"
    "return made.key"
)
"""What the shop's owner does once: a key that manages webhooks."""


def test_a_lost_answer_and_a_second_press_make_one_bill(stage: Stage, desktop: Browser) -> None:
    desktop.open(f"{stage.urls[1]}/wallet?lang=en")
    join(desktop, stage, 1, "almacen")
    open_counter(desktop, stage, 1)
    desktop.run(
        "const real = fetch; window.isLost = true; window.fetch = async (path, given) => {"
        "  const answer = await real(path, given);"
        "  if (given?.method === 'POST' && window.isLost) throw new TypeError('lost');"
        "  return answer; }"
    )
    desktop.type("#sum", "3")
    desktop.click("#till-form .primary")
    desktop.wait_text("#sum-error", "can't be reached")
    desktop.run("window.isLost = false")
    desktop.click("#till-form .primary")
    desktop.find("#bill-qr")
    desktop.click("#cancel")
    desktop.wait_text("#today-sum", "Bills: 1. Received: 0.00.")
    desktop.wait_text("#today", "withdrawn")


def test_a_bill_that_is_not_there_and_a_key_that_is_wrong(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/p/{'0' * 32}?lang=en")
    phone.wait_text("h1", "no such bill")
    phone.open(f"{stage.urls[1]}/p/%3Cscript%3E?lang=en")
    phone.wait_text("h1", "no such bill")
    phone.open(f"{stage.urls[1]}/pos?lang=en")
    phone.type("#key", "nonsense")
    phone.click("#key-form button")
    phone.find("#key-error:not(:empty)")
