"""A merchant without a network checks a payer's receipt with what the browser keeps; forgeries are seen."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join, pay
from tests.browser.stage import Stage

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


def _changed(text: str, place: int) -> str:
    """The text with another letter at that place."""
    letters = list(text)
    letters[place] = "A" if letters[place] != "A" else "B"
    return "".join(letters)
