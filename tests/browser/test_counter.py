"""The point of sale: a shop of one coop makes a bill, a member of another pays it in the browser wallet.

The shop's page turns to paid by itself; also when the shop's node is killed and started in between.
"""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.builders import build_federation

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
    payer.click(f'[data-home="{stage.urls[home]}"]')
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
    desktop.wait_text("#bill-left", "14:5")
    desktop.screenshot("counter-bill-desktop")
    assert desktop.axe_violations() == []

    phone.open(link)
    phone.wait_text("#request", "<b>cheese</b>")
    phone.settle()
    assert "UTC" not in phone.text("#expires")  # shown in the visitor's own time
    phone.wait_text("#left", "left")
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.screenshot("bill-phone")
    pay_bill(phone, stage, 1, link)
    desktop.wait_text("#paid-payer", "ana@norte")
    assert desktop.text("#paid-amount") == "12.50 fiado"
    assert desktop.axe_violations() == []
    desktop.screenshot("counter-paid-desktop")
    phone.open(link)
    phone.wait_text("#state", "Paid")
    phone.screenshot("bill-paid-phone")
    assert stage.balance(2, "almacen") == 1250

    desktop.click("#paid-next")
    desktop.wait_text("#today-sum", "Payments: 1. Received: 12.50.")
    desktop.wait_text("#today", "bread & <b>cheese</b>")
    assert "+12.50" in desktop.text("#today")
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
    onward = f'[data-home="{stage.urls[1]}"]'
    phone.find(onward)
    phone.settle()
    stage.kill(2)
    # The payer's own node records it although the shop's is down.
    phone.click(onward)
    phone.wait_text("#review-warning", "can't be reached now")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    desktop.wait_text("#bill-state", "Waiting")
    stage.start(2)
    stage.ready(2)
    desktop.find("#paid h1")
    assert stage.balance(2, "almacen") == 300
    heard = stage.run(shop.until_heard(1))
    told = heard[0].verify(secret)
    assert told["type"] == "invoice.settled"
    assert link.endswith(told["data"]["id"])
    assert len({each.id for each in shop.heard}) == 1


_WEBHOOK_KEY = (
    "const {Store} = await import('/web/parts/store.js');"
    "const {Session} = await import('/web/parts/api.js');"
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
    desktop.wait_text("#today-sum", "Payments: 0. Received: 0.00.")
    desktop.wait_text("#today", "withdrawn")
    assert desktop.run("return document.querySelectorAll('#today li').length") == 1


ZONE = "Pacific/Kiritimati"
"""Fourteen hours ahead of UTC: seldom the day that it is in another zone."""


def test_the_day_and_its_table_are_in_the_nodes_zone(tmp_path: Path, phone: Browser) -> None:
    """What the counter shows and saves is what the node sums; a spreadsheet runs nothing of it."""
    federation = build_federation(coops=1)
    with Stage(tmp_path, federation, count=1, settings=f'zone = "{ZONE}"\n') as stage:
        people = stage.people(1)
        stage.run(people.admit(8))
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        join(phone, stage, 1, "almacen")
        open_counter(phone, stage, 1)
        link = make_bill(phone, "12,5", "=1+1")
        reference = phone.run(
            "return (await (await fetch(`/v1/invoices/${args[0]}/public`)).json()).reference",
            link.rpartition("/")[2],
        )
        account = phone.run(_ACCOUNT)
        pay = federation.pay(
            1,
            payer=8,
            sequence=1,
            payee_coop=1,
            payee=account,
            amount=1250,
            reference=bytes.fromhex(reference),
        )

        async def pay_it() -> None:
            (await people.client.post("/v1/payments", pay)).ok()

        stage.run(pay_it())
        phone.find("#paid h1")
        phone.open(f"{stage.urls[1]}/pos?lang=es")
        phone.wait_text("#today-sum", "12,50")
        phone.wait_text("#today-zone", ZONE)
        phone.screenshot("counter-day-phone-es")
        assert phone.axe_violations() == []
        assert phone.overflow() == 0
        today = phone.run("return document.getElementById('day').value")
        phone.run(_CATCH_TABLE)
        phone.click("#csv")
        phone.wait(lambda driver: driver.execute_script("return window.table") or None, "a table")
        name, text = phone.run("return [window.tableName, window.table]")
        assert name == f"fiado-{today}.csv"
        assert text.startswith("\ufeff")
        heading, row = text.removeprefix("\ufeff").removesuffix("\r\n").split("\r\n")
        assert ZONE in heading
        cells = row.split(";")
        moment = datetime.fromtimestamp(time_of(stage, 1), ZoneInfo(ZONE))
        assert cells[:2] == [f'"{moment:%Y-%m-%d}"', f'"{moment:%Y-%m-%d %H:%M:%S}"']
        assert (cells[3], cells[8]) == ('"12,50"', '"\'=1+1"')
        # Another day is another list.
        phone.run(
            "const day = document.getElementById('day'); day.value = '2020-01-01';"
            "day.dispatchEvent(new Event('change'))"
        )
        phone.wait_text("#today-sum", "0,00")


def time_of(stage: Stage, coop: int) -> int:
    """The time of the last entry of a coop's log."""

    people = stage.people(coop)

    async def ask() -> int:
        logs = (await people.client.get("/v1/logs")).ok()["logs"]
        return int(logs[coop - 1]["time"])

    return stage.run(ask())


_ACCOUNT = (
    "const {Store} = await import('/web/parts/store.js');"
    "return (await (await Store.open()).wallet()).account"
)
_CATCH_TABLE = (
    "const real = URL.createObjectURL; URL.createObjectURL = (blob) => {"
    "  blob.arrayBuffer().then((bytes) => {"
    "    window.table = new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes); });"
    "  return real.call(URL, blob); };"
    "HTMLAnchorElement.prototype.click = function () { window.tableName = this.download; }"
)


def test_a_bill_that_is_not_there_and_a_key_that_is_wrong(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/p/{'0' * 32}?lang=en")
    phone.wait_text("h1", "no such bill")
    phone.open(f"{stage.urls[1]}/p/%3Cscript%3E?lang=en")
    phone.wait_text("h1", "no such bill")
    phone.open(f"{stage.urls[1]}/pos?lang=es")
    for key in ("nonsense", "fk_" + "A" * 43):
        phone.type("#key", key)
        phone.click("#key-form button")
        phone.wait_text("#key-error", "El nodo no conoce esta clave")
        phone.driver.refresh()
