"""On a phone: somebody answers for another, reads the worst case first, is told of changes, and stops."""

import datetime

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser


def offer(phone: Browser, handle: str, amount: str, days: int = 60) -> None:
    """Fill in the form up to what it may cost."""
    phone.type("#offer-handle", handle)
    phone.type("#offer-amount", amount)
    until = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=days)
    phone.driver.execute_script(
        "document.getElementById('offer-until').value = arguments[0]", until.isoformat()
    )
    phone.click("#offer-form .primary")


def test_a_guarantee_is_given_with_the_worst_case_before_it(stage: Stage, phone: Browser) -> None:
    norte = stage.people(1)
    stage.run(norte.admit(7, limit=50_000))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=10_000)
    phone.open(f"{stage.urls[1]}/guarantees?lang=en")
    phone.wait_text("#room", "You can spend or pledge 100.00 more.")
    assert phone.axe_violations() == []

    offer(phone, "member7", "120")
    phone.wait_text("#review-error", "You have not so much room")
    phone.click("#review-back")
    offer(phone, "member7@norte", "40,00")
    phone.wait_text("#review-worst", "At worst you pay 40.00: if member7@norte leaves")
    facts = phone.text("#review-facts")
    assert "100.00" in facts and "60.00" in facts
    assert phone.axe_violations() == []
    phone.screenshot("guarantee-review-phone")
    phone.click("#review-sign")
    phone.wait_text("#notice", "You answer for member7 now.")
    phone.wait_text("#given", "40.00")
    phone.wait_text("#room", "60.00")

    pay = stage.federation.pay(1, payer=7, sequence=1, payee_coop=1, payee=0, amount=1_500)
    stage.run(norte.client.post("/v1/payments", pay))
    limit = stage.federation.limit(1, 7, revision=1, limit=70_000)
    stage.run(norte.client.post("/v1/transactions", limit))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.wait_text("#guaranteed", "Something was changed about somebody for whom you answer.")
    phone.screenshot("guarantee-told-phone")
    phone.click("#guaranteed a")
    phone.wait_text("#given", "15.00")
    assert "member7@norte may owe up to 700.00" in phone.text("#news")
    phone.screenshot("guarantees-phone")
    phone.click("#given button")
    phone.wait_text("#review-held", "15.00 stays for now")
    assert "no more" in phone.text("#review-title")
    phone.click("#review-sign")
    phone.wait_text("#given", "withdrawn")
    assert phone.axe_violations() == []
    phone.screenshot("guarantee-withdrawn-phone")
    assert phone.console_errors() == []
