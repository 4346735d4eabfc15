"""A merchant without a network checks a payer's receipt with what the browser keeps; forgeries are seen."""

from urllib.parse import parse_qs, urlsplit

import pytest
from selenium.webdriver.common.by import By

from tests.browser.driving import Browser
from tests.browser.members import join, pay
from tests.browser.stage import Stage
from tests.node.loops import until

pytestmark = pytest.mark.needs_browser


def test_a_receipt_is_checked_without_a_network(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    stage.run(stage.people(2).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    pay(phone, "member7@sur", "3")
    phone.click("#receipt-code summary")
    text = phone.text("#receipt-text")
    # What the code holds is what the text says, in a code that a phone can read.
    shown = phone.find("#receipt-qr").get_attribute("src")
    assert shown is not None
    version = phone.run("return (await fetch(args[0])).headers.get('Fiado-Qr-Version')", shown)
    assert int(version) <= 10
    (short,) = parse_qs(urlsplit(shown).query)["text"]
    assert short.startswith("FIADO:")

    desktop.open(f"{stage.urls[2]}/verify?lang=en")
    desktop.type("#mine", "member7@sur")
    desktop.type("#receipt", text)
    desktop.click("#verify-form .primary")
    desktop.wait_text("#result", "It is for member7@sur")
    desktop.run("await navigator.serviceWorker.ready")
    desktop.wait(
        lambda driver: driver.execute_async_script(
            "caches.match('/verify').then((kept) => arguments[0](Boolean(kept)))"
        ),
        "the page is kept",
    )

    stage.stop(2)
    desktop.driver.refresh()
    desktop.wait_text("#ready", "without a network")
    desktop.type("#receipt", short)
    desktop.click("#verify-form .primary")
    said = desktop.wait_text("#result", "Genuine")
    assert "3.00" in said and "It is for member7@sur" in said
    desktop.screenshot("verify-offline-desktop")
    assert desktop.axe_violations() == []

    forgeries = (_changed(text, -9), _changed(text, 60), _changed(short, 60), "FIADO:", "hello")
    for forged in forgeries:
        desktop.type("#receipt", forged)
        desktop.click("#verify-form .primary")
        desktop.wait_text("#result", "Not genuine")
    desktop.screenshot("verify-forged-desktop")


def test_a_payee_proves_a_payment_from_the_middle_of_a_commit(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[2]}/wallet?lang=en")
    join(phone, stage, 2, "ana")
    _pay_at_once(stage, "ana")
    phone.driver.refresh()
    phone.wait_text("#history", "member7@norte")
    phone.click("#history li:nth-child(2) a")
    phone.wait_text("#receipt-proof", "signed by Cooperativa norte")
    assert phone.text("#receipt-title") == "2.00 fiado"
    assert phone.text("#receipt-path") == (
        "It also holds the entries that follow in the log (1): who gets it can read them."
    )
    assert not phone.driver.find_element(By.ID, "receipt-qr").is_displayed()
    phone.click("#receipt-code summary")
    text = phone.text("#receipt-text")
    phone.screenshot("receipt-with-path-phone")
    assert phone.axe_violations() == []

    desktop.open(f"{stage.urls[1]}/verify?lang=en")
    short = desktop.run(
        "const { readReceipt, shortText } = await import('/web/parts/receipt.js');"
        "return shortText(readReceipt(args[0], null));",
        text,
    )
    for form in (text, short):
        desktop.type("#receipt", form)
        desktop.click("#verify-form .primary")
        assert "2.00" in desktop.wait_text("#result", "Genuine")
        for place in (-9, len(form) // 2):
            desktop.type("#receipt", _changed(form, place))
            desktop.click("#verify-form .primary")
            desktop.wait_text("#result", "Not genuine")


def _pay_at_once(stage: Stage, payee: str) -> None:
    """Member 7 of coop 1 pays 1.00, 2.00 and 3.00 in one commit to a member of coop 2, where all arrive."""
    client = stage.people(1).client

    async def pay_all() -> None:
        async def is_known() -> bool:
            return (await client.get(f"/v1/accounts/sur/@{payee}")).status == 200

        await until(is_known, "the payee is known at the payer's node")
        account = (await client.get(f"/v1/accounts/sur/@{payee}")).ok()["account"]
        pays = [
            stage.federation.pay(
                1, payer=7, sequence=n, payee_coop=2, payee=account, amount=100 * n
            )
            for n in (1, 2, 3)
        ]
        indexes = (await client.post("/v1/payments/batch", b"".join(pays))).ok()["results"]
        paid = await client.get(f"/v1/payments/norte/{indexes[-1]}?wait=delivered")
        assert paid.ok()["status"] == "delivered"

    stage.run(pay_all())


def _changed(text: str, place: int) -> str:
    """The text with another letter at that place."""
    letters = list(text)
    letters[place] = "A" if letters[place] != "A" else "B"
    return "".join(letters)
