"""Members demand a vote without their stewards, from phone to phone; the desk opens votes about the rest."""

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from ledger.government.articles import Article
from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.browser.test_desk import federation_with_words, sign_in
from tests.browser.test_votes import adopt

pytestmark = pytest.mark.needs_browser


def choose(browser: Browser, kind: str, **fields: str) -> None:
    """Fill in the form of a vote."""
    browser.click(f"#vote-kind option[value={kind}]")
    for name, text in fields.items():
        browser.type(f"#vote-{name}", text)


def demand_a_limit(stage: Stage, phone: Browser) -> str:
    """Ana demands another limit for somebody; the file that she passes on."""
    phone.open(f"{stage.urls[1]}/votes?lang=en")
    phone.run(
        "const make = URL.createObjectURL;"
        "URL.createObjectURL = (file) => { window.saved = file; return make.call(URL, file); };"
    )
    phone.click("#demanding summary")
    choose(phone, "limit", member="member7", amount="50", text="Seven needs more for the winter.")
    phone.click("#vote-form button[type=submit]")
    phone.wait_text("#demand-words", "Let member7@norte owe up to 50.00")
    phone.click("#demand-sign")
    phone.wait_text("#demand-words", "Signed by 1 members.")
    phone.click("#demand-submit")
    phone.wait_text("#vote-error", "Too few members have signed it so far.")
    assert phone.axe_violations() == []
    assert phone.overflow() <= 0
    phone.screenshot("demand-phone")
    return str(phone.run("return window.saved.text();"))


def test_members_demand_a_vote_from_phone_to_phone(
    tmp_path: Path, phone: Browser, desktop: Browser
) -> None:
    with Stage(tmp_path, federation_with_words(), count=1) as stage:
        stage.run(stage.people(1).admit(7))
        for browser, name in ((phone, "ana"), (desktop, "bea")):
            browser.open(f"{stage.urls[1]}/wallet?lang=en")
            join(browser, stage, 1, name)
        adopt(stage, demand=1000, notice=60, late_window=0)
        file = tmp_path / "demand.json"
        file.write_text(demand_a_limit(stage, phone), encoding="utf-8")
        wrong = tmp_path / "wrong.json"
        wrong.write_text(file.read_text().replace("winter", "summer"), encoding="utf-8")
        desktop.open(f"{stage.urls[1]}/votes?lang=en")
        desktop.click("#demanding summary")
        given = desktop.driver.find_element(By.ID, "demand-file")
        given.send_keys(str(wrong))
        desktop.wait_text("#vote-error", "not the one that would be voted about")
        given.send_keys(str(file))
        desktop.wait_text("#demand-words", "Seven needs more for the winter.")
        desktop.click("#demand-sign")
        desktop.wait_text("#demand-words", "Signed by 2 members.")
        desktop.click("#demand-submit")
        desktop.wait_text("#open", "1. Let member7@norte owe up to 50.00")
        desktop.click("#open summary")
        desktop.wait_text("#open details", "Opened by ana, bea.")
        assert desktop.console_errors() == []


def test_the_desk_opens_votes_about_limits_money_and_office(tmp_path: Path, phone: Browser) -> None:
    with Stage(tmp_path, federation_with_words(), count=1) as stage:
        stage.run(stage.people(1).admit(7, 8))
        adopt(stage, **{Article.COMMONS_DEBT.name.lower(): 10_000})
        sign_in(phone, stage, 0)
        choose(phone, "limit", text="For the winter.")
        phone.click("#vote-form .primary")
        phone.wait_text("#vote-error", "Say whose account it is about.")
        for kind, fields, said in (
            ("limit", {"member": "member7", "amount": "80"}, "owe up to 80.00"),
            ("freeze", {"member": "member7"}, "it can be paid, but can't pay"),
            ("expel", {"member": "member8"}, "Expel #8"),
            ("spend", {"member": "member8", "amount": "12,50"}, "12.50 from the commons"),
            ("levy", {"have": "1,5", "owe": "0.25"}, "1.5 % of what members have"),
            ("recall", {"names": "steward 2"}, "Recall as stewards"),
        ):
            choose(phone, kind, text=f"About {kind}.", **fields)
            phone.click("#vote-form .primary")
            phone.wait_text("#queue", f"About {kind}.")
            assert said in phone.text("#queue")
        choose(phone, "recall", names="nobody", text="x")
        phone.click("#vote-form .primary")
        phone.wait_text("#vote-error", "nobody is not in office.")
        assert phone.axe_violations() == []
        assert phone.overflow() <= 0
        phone.screenshot("desk-votes-phone")
        assert phone.console_errors() == []
