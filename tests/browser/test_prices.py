"""A federation whose unit follows prices: the books show the value, the counter takes national currency."""

from pathlib import Path

import pytest

from ledger.publications import Publication
from node.spellings import to_base64url
from tests.browser.driving import PHONE, Browser, browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.browser.test_counter import make_bill, open_counter
from tests.builders import Federation, build_federation
from tests.index_builders import index_lines

pytestmark = pytest.mark.needs_browser


def indexed_federation() -> Federation:
    """Two coops whose first one publishes the months' changes since the start of 2026."""
    lines = index_lines(publishers=[1], base_day="2026-01-01", quote_days=366)
    return build_federation(coops=2, clearing_limit=10**9, index=lines)


def publish_until_today(stage: Stage) -> None:
    """Publish a change of 2 percent a month until today has a value."""
    people = stage.people(1)

    async def publish() -> None:
        while True:
            rules = (await people.client.get("/v1/index")).ok()
            if rules["value"] is not None:
                return
            publication = Publication(
                decision=1, number=rules["next_period"], content=[20, 0, 0, [], None]
            )
            for steward in (0, 1):
                key = stage.federation.steward_keys[1][steward]
                publication = publication.signed_by(
                    steward, key, federation=stage.federation.id, coop=1
                )
            body = {"publication": to_base64url(publication.encode())}
            (await people.client.post("/v1/index/publications", body)).ok()

    stage.run(publish())


def test_a_price_in_national_currency_is_paid(tmp_path: Path, desktop: Browser) -> None:
    with Stage(tmp_path, indexed_federation(), count=1) as stage, browser(PHONE) as phone:
        publish_until_today(stage)
        phone.open(f"{stage.urls[1]}/?lang=es")
        phone.wait_text("#prices ~ .card", "Un fiado vale hoy")
        assert phone.axe_violations() == []
        assert phone.overflow() == 0
        phone.screenshot("books-indexed-phone")

        desktop.open(f"{stage.urls[1]}/wallet?lang=en")
        join(desktop, stage, 1, "almacen")
        open_counter(desktop, stage, 1)
        desktop.type("#sum", "250000")
        desktop.wait_text("#other", "fiado today")
        desktop.screenshot("counter-priced-desktop")
        assert desktop.axe_violations() == []
        desktop.find("#sum").clear()
        link = make_bill(desktop, "250000", "flour")
        desktop.wait_text("#bill-price", "250,000.00 ARS")

        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        join(phone, stage, 1, "ana", limit=10_000_000)
        phone.open(link)
        phone.wait_text("#request", "250,000.00 ARS")
        phone.click("#pay-here")
        phone.wait_text("#review-facts", "250,000.00 ARS")
        phone.click("#review-pay")
        phone.wait_text("#receipt-proof", "in this browser")
        desktop.find("#paid h1")
        assert stage.balance(1, "almacen") == -stage.balance(1, "ana") > 0
