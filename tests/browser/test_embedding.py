"""On a phone: a shop's page shows a bill in a frame once the bill's merchant has listed the page's origin."""

from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web
from selenium.webdriver.common.by import By

import docs.examples
from tests.browser.bills import SHOP, Till
from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage, free_port
from tests.node.running import JsonObject

pytestmark = pytest.mark.needs_browser

EXAMPLE = Path(docs.examples.__file__).parent / "embedding"


def shop_page(stage: Stage) -> str:
    """The example, served as a shop would; its origin."""
    port = free_port()

    async def serve() -> None:
        app = web.Application()
        app.router.add_static("/", EXAMPLE)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        stage.on_exit(runner.cleanup)

    stage.run(serve())
    return f"http://localhost:{port}"


def list_origins(stage: Stage, *origins: str) -> None:
    """The shop's owner lists these, over HTTP."""
    norte = stage.people(1)

    async def put() -> None:
        token = await norte.member(SHOP)
        body = {"origins": origins}
        (await norte.client.post("/v1/merchant/origins", body, token=token)).ok()

    stage.run(put())


def pay(stage: Stage, bill: JsonObject) -> None:
    """Another member pays the bill."""
    norte = stage.people(1)

    async def act() -> None:
        await norte.admit(8)
        payment = stage.federation.pay(
            1,
            payer=8,
            sequence=1,
            payee_coop=1,
            payee=SHOP,
            amount=1250,
            reference=bytes.fromhex(bill["reference"]),
        )
        (await norte.client.post("/v1/payments", payment)).ok()

    stage.run(act())


def open_frame(phone: Browser, origin: str, bill: JsonObject) -> None:
    """Open the shop's page, press the button and step into the frame."""
    phone.driver.switch_to.default_content()
    phone.open(f"{origin}/index.html?bill={quote(bill['link'], safe='')}")
    phone.click("fiado-bill button")
    phone.driver.switch_to.frame(phone.find("fiado-bill iframe"))


def test_a_bill_is_shown_only_where_its_merchant_says(stage: Stage, phone: Browser) -> None:
    origin = shop_page(stage)
    bill = Till(stage, 1).make()
    for listed in ([], ["https://other.example"]):
        list_origins(stage, *listed)
        open_frame(phone, origin, bill)
        refused = phone.wait(
            lambda driver: [each for each in phone.console_errors() if "frame-ancestors" in each],
            "the browser refuses the frame",
        )
        assert refused
        assert phone.driver.find_elements(By.ID, "request") == []

    list_origins(stage, origin)
    open_frame(phone, origin, bill)
    phone.wait_text("h1", "12.50")
    phone.find("#others")  # its script has done what it does when it opens
    targets = phone.run("return [...document.links].map((each) => each.target)")
    assert targets and set(targets) == {"_blank"}
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.driver.switch_to.default_content()
    assert phone.axe_violations() == []
    phone.screenshot("embedded-bill-phone")

    phone.driver.switch_to.frame(phone.find("fiado-bill iframe"))
    phone.click("[data-home]")
    windows = phone.wait(
        lambda driver: driver.window_handles if len(driver.window_handles) == 2 else None,
        "the wallet has a window of its own",
    )
    phone.driver.switch_to.window(windows[1])
    phone.wait(lambda driver: "/wallet#pay?" in driver.current_url or None, "it is the wallet")
    assert phone.run("return window.top === window && window.opener === null")
    phone.driver.close()
    phone.driver.switch_to.window(windows[0])
    phone.driver.switch_to.default_content()

    pay(stage, bill)
    phone.wait_text("#state", "Paid. Thank you!")
    phone.driver.switch_to.frame(phone.find("fiado-bill iframe"))
    phone.wait_text("#state", "Paid")
    phone.driver.switch_to.default_content()
    phone.screenshot("embedded-paid-phone")


def test_the_owner_lists_sites_in_the_wallet(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=10_000)
    phone.open(f"{stage.urls[1]}/selling?lang=es")
    phone.find("#no-keys")
    for wrong in ("*", "https://shop.example/pan", "null"):
        phone.type("#origins", f"https://shop.example\n{wrong}")
        phone.click("#origin-form button")
        phone.wait_text("#origin-error", "sin camino")
    phone.type("#origins", "https://Shop.example:443\nhttp://localhost:8000")
    phone.click("#origin-form button")
    phone.wait_text("#origin-told", "Guardado.")
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.screenshot("selling-origins-phone-es")
    phone.open(f"{stage.urls[1]}/selling?lang=es")
    listed = "https://shop.example\nhttp://localhost:8000"
    phone.wait(
        lambda driver: (
            driver.find_element(By.ID, "origins").get_attribute("value") == listed or None
        ),
        "the list is there again",
    )
