"""What members decided, as a phone shows it: the contribution before a payment is signed, and the commons."""

import pytest

from ledger.government.articles import Article
from tests.browser.driving import Browser
from tests.browser.members import begin_payment, join
from tests.browser.stage import Stage
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
