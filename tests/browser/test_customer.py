"""A customer's way: from the bill to the last look, one press, and back to the shop."""

from pathlib import Path

import pytest

from tests.browser.bills import Till
from tests.browser.driving import PHONE, Browser, browser
from tests.browser.members import join, make_wallet
from tests.browser.stage import Stage
from tests.browser.test_prices import indexed_federation, publish_until_today

pytestmark = pytest.mark.needs_browser

SHOP = "http://localhost:9/orders/7?paid=1"


def test_from_the_bill_to_the_shop_in_two_presses(stage: Stage, phone: Browser) -> None:
    till = Till(stage, 1)
    join(phone, stage, 1, "ana", limit=50_000)
    bill = till.make(redirect_url=SHOP)
    phone.open(f"{bill['link']}?lang=en")
    phone.click("#pay-here")
    facts = phone.wait_text("#review-facts", "Your balance then")
    assert "you owe 12.50 fiado" in facts
    assert phone.text("#review-pay") == "Pay 12.50 fiado"
    phone.run(
        "const real = fetch; window.told = []; window.fetch = async (path, given) => {"
        "  window.told.push(document.getElementById('review-progress').textContent);"
        "  return real(path, given); };"
    )
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert any("whether the bill is still open" in each for each in phone.run("return window.told"))
    assert any(
        "Cooperativa norte writes it down" in each for each in phone.run("return window.told")
    )
    back = phone.find("#receipt-back")
    assert (back.text, back.get_attribute("href")) == ("Back to the shop", SHOP)
    assert phone.text("#receipt-where") == "localhost:9"
    assert phone.axe_violations() == []
    phone.screenshot("wallet-back-to-the-shop-phone")
    # Later the receipt is only a receipt.
    phone.click('#receipt a[href="#home"]')
    phone.click("#history a")
    phone.wait_text("#receipt-proof", "in this browser")
    assert not phone.driver.find_element("id", "receipt-back").is_displayed()


def test_a_payer_of_another_cooperative_types_nothing(stage: Stage, phone: Browser) -> None:
    """From the shop's bill to the own cooperative by its name, which is remembered; three presses."""
    till = Till(stage, 2)
    join(phone, stage, 1, "ana", limit=50_000)
    shop = stage.urls[2]
    bill = till.make(redirect_url=SHOP)
    # What stands in an address is nobody's wallet.
    phone.open(f"{bill['link']}?lang=en&home=http://strange.example")
    phone.settle()
    assert "strange" not in phone.run("return document.getElementById('home').value")
    assert phone.axe_violations() == []
    phone.screenshot("bill-homes-phone")
    phone.click(f'[data-home="{stage.urls[1]}"]')
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert phone.find("#receipt-back").get_attribute("href") == SHOP
    till.until(bill, "settled")
    other = till.make(300)
    phone.open(f"{other['link']}?lang=en")
    assert phone.text("#pay-home") == "Pay with my wallet at Cooperativa norte"
    assert not phone.find("#others").get_attribute("open")
    phone.screenshot("bill-home-remembered-phone")
    phone.click("#pay-home")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert stage.balance(1, "ana") == -1550
    # The own node knows nothing of that shop's bills: their words are in the wallet's receipts.
    phone.click('#receipt a[href="#home"]')
    said = phone.wait_text("#history li:last-child", "bread")
    assert "member7@sur" in said
    phone.open(f"{stage.urls[1]}/statement?lang=en")
    phone.wait_text("#bookings", "bread")
    # A request leads there in the same way.
    phone.open(f"{shop}/pay?to=member7@sur&amount=2&lang=en")
    phone.click("#pay-home")
    assert phone.find("#pay-amount").get_attribute("value") == "2.00"


_ASKED = """
return performance.getEntriesByType("resource").filter(({ name }) => name.includes("/v1/"))
  .map(({ name }) => new URL(name).pathname + new URL(name).search);
"""


def test_who_was_at_the_wallet_waits_for_one_answer_before_the_last_look(
    stage: Stage, phone: Browser
) -> None:
    """The bill, the account with its newest payments, and what is said besides are asked together; the
    session of the page before goes on, and is opened again when the node has forgotten it."""
    till = Till(stage, 2)
    join(phone, stage, 1, "ana", limit=50_000)
    phone.wait(lambda _: phone.run(_ADDRESSES) or None, "the nodes are known")
    bill = till.make()
    wallet = f"{stage.urls[1]}/wallet?lang=en#pay?to=member7@sur&bill={bill['link']}"
    phone.open("about:blank")
    phone.open(wallet)
    phone.find("#review-pay")
    asked = phone.run(_ASKED)
    assert "/v1/me?recent=50" in asked and f"/v1/invoices/{bill['id']}/public" in asked
    # What a page asks besides; nobody waits for names and changes.
    ahead = {"/v1/status", "/v1/federation/changes?first=1", "/v1/me/history?limit=50"}
    assert len(asked) == len(set(asked)) and set(asked) - ahead == {
        "/v1/me?recent=50",
        f"/v1/invoices/{bill['id']}/public",
    }
    stage.stop(1)
    stage.start(1)
    phone.open("about:blank")
    phone.open(wallet)
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert phone.run(_ASKED).count("/v1/sessions") == 1
    assert stage.balance(1, "ana") == -1250


_ADDRESSES = """
const { Store } = await import("/web/parts/store.js");
return (await (await Store.open()).read("addresses"))?.length > 0;
"""


def test_a_browser_that_asks_before_it_keeps_things_holds_nobody_up(
    stage: Stage, phone: Browser
) -> None:
    """Firefox asks the member first, and answers the page when they do."""
    phone.before_pages("navigator.storage.persist = () => new Promise(() => {})")
    make_wallet(phone, stage.urls[1])


def test_a_shop_that_names_no_way_back_has_its_bill(stage: Stage, phone: Browser) -> None:
    till = Till(stage, 2)
    join(phone, stage, 1, "ana", limit=50_000)
    bill = till.make()
    phone.open("about:blank")
    phone.open(f"{stage.urls[1]}/wallet?lang=en#pay?to=member7@sur&bill={bill['link']}")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert phone.find("#receipt-back").get_attribute("href") == bill["link"]


def test_a_way_back_that_is_none_is_not_shown(stage: Stage, phone: Browser) -> None:
    """The shop's node says it beside what the reference binds, so it is looked at again."""
    till = Till(stage, 1)
    join(phone, stage, 1, "ana", limit=50_000)
    bill = till.make()
    phone.before_pages(
        "const real = window.fetch; window.fetch = async (path, given) => {"
        "  const answer = await real(path, given);"
        "  if (!String(path).endsWith('/public')) return answer;"
        "  const view = {...await answer.json(), redirect_url: 'javascript:alert(1)'};"
        "  return new Response(JSON.stringify(view)); }"
    )
    phone.open("about:blank")
    phone.open(f"{stage.urls[1]}/wallet?lang=en#pay?to=member7@norte&bill={bill['link']}")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert phone.find("#receipt-back").get_attribute("href") == bill["link"]


def test_amounts_say_what_they_are_worth(tmp_path: Path) -> None:
    with Stage(tmp_path, indexed_federation(), count=1) as stage, browser(PHONE) as phone:
        publish_until_today(stage)
        till = Till(stage, 1)
        join(phone, stage, 1, "ana", limit=50_000)
        bill = till.make()
        phone.open(f"{bill['link']}?lang=es")
        assert "unos ARS" in phone.text("main h1")
        phone.screenshot("bill-worth-phone")
        phone.click("#pay-here")
        assert "12,50 fiado, unos ARS" in phone.text("#review-amount")
        assert "debés 12,50 fiado, unos ARS" in phone.text("#review-facts")
        assert phone.overflow() == 0
        phone.screenshot("wallet-review-worth-phone")
        assert phone.console_errors() == []
