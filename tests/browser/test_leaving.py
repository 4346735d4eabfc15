"""Leaving on the phone, and claims and expulsions at the desk: everybody sees who pays before signing."""

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from ledger.government.articles import Article
from tests.browser.driving import Browser
from tests.browser.members import ask_to_join, make_wallet, pay
from tests.browser.stage import Stage
from tests.browser.test_desk import federation_with_words, look_up, sign_in
from tests.builders import START
from tests.government_builders import adopt_bylaws
from tests.guarantee_builders import guarantee

pytestmark = pytest.mark.needs_browser

WHO_PAYS = ("85.00 are owed", "member8 pays 60.00 as guarantor.", "The common fund pays 25.00.")


def join_and_owe(stage: Stage, phone: Browser) -> int:
    """Ana comes to owe 85, of which member8 answers for 60; her account."""
    stage.run(stage.people(1).admit(7, 8))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    make_wallet(phone, stage.urls[1])
    ask_to_join(phone, "ana")
    (draft,) = stage.waiting_drafts(1)
    stage.sign_draft(1, draft["id"], 0, 1)
    account: int = draft["account"]
    stage.grant_limit(1, account, 10_000)
    phone.click("#waiting-look")
    phone.wait_text("#balance-words", "zero")
    pay(phone, "member7@norte", "85,00")
    people = stage.people(1)

    async def go() -> None:
        bylaws = adopt_bylaws(stage.federation, 1, {Article.COMMONS_DEBT.value: 5_000})
        time = (await people.me(8))["time"]
        pledge = guarantee(stage.federation, 1, 8, account, 6_000, until=max(time, START) + 9_999)
        for data in (bylaws, pledge):
            (await people.client.post("/v1/transactions", data)).ok()

    stage.run(go())
    return account


def wait_for_all(browser: Browser, place: str, words: tuple[str, ...]) -> None:
    for each in words:
        browser.wait_text(place, each)


def claim_at_the_desk(stage: Stage, desktop: Browser) -> None:
    sign_in(desktop, stage, 0)
    look_up(desktop, "ana")
    wait_for_all(desktop, "#found-debt", WHO_PAYS)
    desktop.click("#change-form [data-kind='20'][data-step='0']")
    desktop.type("#reason", "Nothing was sold for a year")
    desktop.click("#change-form .primary")
    desktop.wait_text("#queue", "Claim what ana@norte owes")
    sign_in(desktop, stage, 1)
    wait_for_all(desktop, "#queue", WHO_PAYS)
    desktop.click("#queue .primary")
    desktop.wait_text("#notice", "Recorded: Claim what ana@norte owes.")


def leave_on_the_phone(phone: Browser, stage: Stage) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.wait_text("#claim", "Your stewards have claimed what you owe.")
    phone.screenshot("claimed-phone")
    phone.open(f"{stage.urls[1]}/me")
    phone.wait_text("#claim", "If you owe nothing by then, you stay.")
    phone.click("#leave summary")
    wait_for_all(phone, "#leave-words", (*WHO_PAYS, "It settles up to 85.00"))
    assert not phone.driver.find_element(By.ID, "leave-has").is_displayed()
    assert phone.axe_violations() == []
    phone.click("#leave-form button")
    phone.wait_text("#leave-error", "Tick that you want to leave for good.")
    phone.click("#leave-sure")
    phone.screenshot("leave-owing-phone")
    phone.click("#leave-form button")
    phone.wait_text("#notice", "Your stewards have it before them now.")


def expel_at_the_desk(desktop: Browser) -> None:
    kind = desktop.find("#vote-kind")
    kind.find_element(By.CSS_SELECTOR, "[value=expel]").click()
    desktop.type("#vote-text", "Vendió lo que no era suyo.")
    desktop.click("#vote-form .primary")
    desktop.wait_text("#vote-error", "Say whose account it is about.")
    desktop.type("#vote-member", "member7")
    desktop.click("#vote-form .primary")
    desktop.wait_text("#queue", "Open a vote: Expel #7")


def test_a_debt_is_claimed_and_its_member_leaves(
    tmp_path: Path, phone: Browser, desktop: Browser
) -> None:
    with Stage(tmp_path, federation_with_words(), count=1) as stage:
        join_and_owe(stage, phone)
        claim_at_the_desk(stage, desktop)
        leave_on_the_phone(phone, stage)
        desktop.click("#reload")
        desktop.wait_text("#queue", "Let ana@norte leave: the account closes for good")
        desktop.wait_text("#queue", "Settles up to")
        wait_for_all(desktop, "#queue", WHO_PAYS)
        assert desktop.axe_violations() == []
        desktop.screenshot("leaving-at-the-desk-desktop")
        desktop.click("#queue .primary")
        desktop.wait_text("#queue", "You have signed this")
        sign_in(desktop, stage, 0)
        desktop.click("#queue .primary")
        desktop.wait_text("#notice", "Recorded: Let ana@norte leave")
        assert stage.run(stage.people(1).balance(8)) == -6_000
        expel_at_the_desk(desktop)
        assert desktop.console_errors() == []
        assert phone.console_errors() == []


def test_what_there_is_goes_to_whom_the_member_says(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(17))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    make_wallet(phone, stage.urls[1])
    ask_to_join(phone, "eva")
    (draft,) = stage.waiting_drafts(1)
    stage.sign_draft(1, draft["id"], 0, 1)
    phone.click("#waiting-look")
    phone.wait_text("#balance-words", "zero")
    people, account = stage.people(1), draft["account"]
    give = stage.federation.pay(1, payer=17, sequence=1, payee_coop=1, payee=account, amount=1_200)

    async def go() -> None:
        (await people.client.post("/v1/payments", give)).ok()

    stage.run(go())
    phone.open(f"{stage.urls[1]}/me")
    phone.click("#leave summary")
    phone.wait_text("#leave-words", "You have 12.00. Say who gets it.")
    phone.click("#leave-form [value=member]")
    phone.type("#leave-name", "member17")
    phone.click("#leave-sure")
    phone.screenshot("leave-phone")
    phone.click("#leave-form button")
    phone.wait_text("#notice", "You have left. Your account is closed.")
    assert stage.run(stage.people(1).balance(17)) == 0
    assert phone.console_errors() == []
