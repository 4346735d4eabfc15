"""On a phone: the wallet says that the limit is near, and the page of the limit who changed it, and why."""

import pytest
from selenium.webdriver.common.by import By

from tests.browser.driving import Browser
from tests.browser.members import begin_payment, join
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser


def test_the_limit_that_is_near_and_who_changed_it(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=10_000)
    assert not phone.driver.find_element(By.ID, "near-limit").is_displayed()
    begin_payment(phone, "member7@norte", "85,00")
    phone.wait_text(
        "#review-warning", "After this you will owe 85.00 fiado, near your limit of 100.00 fiado."
    )
    phone.screenshot("near-limit-review-phone")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    phone.click('#receipt a[href="#home"]')
    phone.wait_text("#near-limit", "You are near your limit.")
    phone.click("#near-limit a")
    phone.wait_text("#changes", "Limit changed to 100.00")
    assert "Decided by the stewards" in phone.text("#changes")
    assert "near your limit" in phone.text("#near-limit")
    assert phone.axe_violations() == []
    phone.screenshot("my-limit-phone")
    assert phone.console_errors() == []
