"""On a phone: a name for a payee, kept on this device, and paid after the whole address was seen."""

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser


def keep(phone: Browser, name: str, address: str) -> None:
    phone.type("#names-name", name)
    phone.type("#names-address", address)
    phone.click("#names-form button")


def test_a_name_is_kept_and_paid(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(8, 9))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "eva", limit=10_000)
    phone.click('a[href="#pay"]')
    phone.click("#names summary")
    phone.wait_text("#names-none", "No names yet.")
    for name, address, said in (
        ("member9", "member8@norte", "A member of your cooperative is called like that."),
        ("a@b", "member8@norte", "A name has 1 to 32 letters"),
        ("Beto", "beto", "Write it as name@cooperative."),
    ):
        keep(phone, name, address)
        phone.wait_text("#names-error", said)
    keep(phone, "Beto del pan", "member8@norte")
    phone.wait_text("#names-list", "Beto del pan is member8@norte")
    keep(phone, "beto del pan", "member9@norte")
    phone.wait_text("#names-error", "That name stands for another address.")
    phone.wait_text("#names-list", "Beto del pan is member8@norte")
    keep(phone, "beto del pan", "member8@norte")
    phone.wait_text("#names-list", "beto del pan is member8@norte")
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.screenshot("names-phone")
    phone.type("#pay-to", "beto DEL pan")
    phone.type("#pay-amount", "2,50")
    phone.click("#pay-form button.primary")
    phone.wait_text("#review-facts", "member8@norte")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    phone.open(f"{stage.urls[1]}/wallet?lang=en#pay")
    phone.wait(
        lambda driver: driver.execute_script(
            "return document.querySelector('#payees option')?.value"
        ),
        "the names that are offered",
    )
    phone.click("#names summary")
    phone.click("#names-list button")
    phone.wait_text("#names-none", "No names yet.")
    phone.type("#pay-to", "Beto del pan")
    phone.type("#pay-amount", "1")
    phone.click("#pay-form button.primary")
    phone.wait_text("#pay-to-error", "Write it as name@cooperative")
    assert phone.console_errors() == []
