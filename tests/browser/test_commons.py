"""What members decided, as a phone shows it: the contribution before a payment is signed, and the commons."""

from pathlib import Path

import pytest

from ledger.government.articles import Article
from tests.browser.driving import Browser
from tests.browser.members import begin_payment, join
from tests.browser.stage import Stage
from tests.browser.test_desk import federation_with_words, sign_in
from tests.government_builders import adopt_bylaws, spend
from tests.node.running import as_json_transaction

pytestmark = pytest.mark.needs_browser


def decide(stage: Stage, *transactions: bytes) -> None:
    """Record what stewards of the first coop have signed."""

    client = stage.people(1).client

    async def send() -> None:
        for transaction in transactions:
            (await client.post("/v1/transactions", as_json_transaction(transaction))).ok()

    stage.run(send())


def test_a_contribution_is_shown_before_it_is_paid(stage: Stage, phone: Browser) -> None:
    articles = {
        Article.CONTRIBUTION.value: 20_000,
        Article.SPEND_AMOUNT.value: 1_000,
        Article.COMMONS_DEBT.value: 1_000,
    }
    decide(stage, adopt_bylaws(stage.federation, 1, articles))
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=10_000)
    begin_payment(phone, "member7@norte", "12,50")
    shown = phone.text("#review-facts")
    assert "0.25" in shown and "12.75" in shown
    phone.screenshot("contribution-phone")
    phone.click("#review-pay")
    phone.wait_text("#receipt-facts", "0.25")
    decide(stage, spend(stage.federation, 1, payee=7, amount=500))
    phone.open(f"{stage.urls[1]}/commons")
    assert "member7" in phone.text("table")
    assert "Every payment gives 2 %" in phone.text("main")
    phone.screenshot("commons-phone")


def test_stewards_sign_at_the_desk_what_the_commons_pays(tmp_path: Path, phone: Browser) -> None:
    with Stage(tmp_path, federation_with_words(), count=1) as stage:
        people = stage.people(1)
        stage.run(people.admit(7))
        articles = {Article.SPEND_AMOUNT.value: 1_000, Article.COMMONS_DEBT.value: 1_000}
        decide(stage, adopt_bylaws(stage.federation, 1, articles))
        drafted = spend(stage.federation, 1, payee=7, amount=250, stewards=[0])

        async def leave() -> None:
            token = await people.steward(0)
            document = as_json_transaction(drafted)
            (await people.client.post("/v1/drafts", document, token=token)).ok()

        stage.run(leave())
        sign_in(phone, stage, 1)
        phone.wait_text("#queue", "Pay member7@norte 2.50 from the commons")
        phone.screenshot("desk-spend-phone")
        phone.click("#queue .primary")
        phone.wait_text("main", "Recorded: Pay member7@norte 2.50 from the commons.")
        phone.open(f"{stage.urls[1]}/commons")
        assert "Paid to member7" in phone.text("table")
