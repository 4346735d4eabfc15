"""On a till's phone: a page pays within the caps of its key, and stops when that is taken away."""

import pytest

from tests.browser.driving import PHONE, Browser, browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.browser.test_keys import fill_caps, keys_of, look

pytestmark = pytest.mark.needs_browser


def owner(phone: Browser, stage: Stage) -> None:
    """A member with a limit, at the page of keys; and two whom a till may pay."""
    stage.run(stage.people(1).admit(7, 8))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    phone.open(f"{stage.urls[1]}/keys?lang=en")
    phone.find("#no-keys")


def pay(till: Browser, to: str, amount: str) -> None:
    till.type("#pay-to", to)
    till.type("#pay-amount", amount)
    till.click("#pay-form .primary")


def make_till(till: Browser, phone: Browser, stage: Stage) -> None:
    """The till makes its key, and the owner reads its code: 20 at once, 30 in a day, to one member."""
    till.open(f"{stage.urls[1]}/till?lang=en")
    look(till, "till-start-phone")
    till.click("#make")
    link = till.wait_text("#key-link", "/keys#key=")
    till.type("#account", "ana")
    till.click("#account-form .primary")
    till.wait_text("#account-error", "may not pay for the account")
    look(till, "till-waiting-phone")
    phone.open("about:blank")
    phone.open(link.replace("/keys#", "/keys?lang=en#"))
    phone.find("#no-keys")
    fill_caps(phone, "20", "30", to="member7@norte", key=link.split("=")[1])
    phone.click("#review-sign")
    phone.wait_text("#notice", "key 0 may pay from now on")
    till.click("#account-form .primary")
    till.wait_text("#mine-title", "Pay for ana@norte")


def test_a_till_makes_its_key_and_pays_within_its_caps(stage: Stage, phone: Browser) -> None:
    with browser(PHONE) as till:
        owner(phone, stage)
        make_till(till, phone, stage)
        assert till.text("#left") == "30.00 fiado"
        look(till, "till-mine-phone")
        # Beyond a cap nothing is signed, and so nothing sent.
        pay(till, "member7@norte", "20.01")
        till.wait_text("#pay-amount-error", "more than this key may pay at once")
        pay(till, "ana@norte", "5")
        till.wait_text("#pay-amount-error", "That is your own account.")
        pay(till, "member8@norte", "5")
        till.wait_text("#pay-amount-error", "certain accounts only")
        pay(till, "member7@norte", "12,50")
        till.wait_text("#review-title", "Pay 12.50 fiado to member7@norte (#7)?")
        assert "17.50 fiado" in till.text("#review-facts")
        look(till, "till-review-phone")
        till.click("#review-pay")
        till.wait_text("#done-title", "Paid: 12.50 fiado to member7@norte")
        look(till, "till-done-phone")
        till.click("#done-back")
        till.wait_text("#left", "17.50 fiado")
        till.wait_text("#paid-list", "12.50 · member7@norte")
        # The same once more is asked about, and what is left of the day holds.
        pay(till, "member7@norte", "12,50")
        till.wait_text("#review-warning", "You paid 12.50 to member7@norte")
        till.click("#review-back")
        pay(till, "member7@norte", "17.51")
        till.wait_text("#pay-amount-error", "still pay today")
        assert stage.balance(1, "ana") == -1_250
        assert till.console_errors() == []


def test_a_till_whose_key_is_taken_away_says_so_and_pays_nothing(
    stage: Stage, phone: Browser
) -> None:
    with browser(PHONE) as till:
        owner(phone, stage)
        make_till(till, phone, stage)
        pay(till, "member7@norte", "1")
        till.wait_text("#review-title", "Pay 1.00 fiado")
        phone.click("#keys button")
        phone.click("#review-sign")
        phone.wait_text("#notice", "key 0 pays no more")
        till.click("#review-pay")
        till.wait_text("#review-error", "may not pay for the account")
        till.open(f"{stage.urls[1]}/till?lang=es")
        till.wait_text("#account-error", "no puede pagar")
        look(till, "till-revoked-phone-es")
        assert stage.balance(1, "ana") == 0
        assert till.console_errors() == []


def test_a_link_with_the_key_makes_another_phone_a_till(stage: Stage, phone: Browser) -> None:
    with browser(PHONE) as till:
        owner(phone, stage)
        fill_caps(phone, "20", "30")
        phone.click("#words details summary")
        link = phone.wait_text("#seed-link", "/till#seed=")
        phone.click("#words-written")
        phone.click("#review-sign")
        phone.wait_text("#notice", "key 0 may pay from now on")
        assert phone.run("return document.getElementById('seed-link').textContent") == ""

        till.open(link.replace("/till#", "/till?lang=pt#"))
        till.wait_text("#mine-title", "ana@norte")
        assert "seed" not in till.driver.current_url
        pay(till, "member8@norte", "20")
        till.click("#review-pay")
        till.wait_text("#done-title", "20,00 fiado")
        (key,) = keys_of(stage, "@ana")["delegated"]
        assert (key["spent_today"], key["next_sequence"]) == (2_000, 2)
        # The wallet of this browser is another matter, and a second key does not take the place of the first.
        till.open("about:blank")
        till.open(link.replace("/till#", "/till?lang=en#"))
        till.wait_text("#notice", "has a key already")
        till.open(f"{stage.urls[1]}/wallet?lang=en")
        till.find("#begin-new")
