"""Facts for deciding, at the desk and on the member's own page: the sentences of the vectors."""

import json
from pathlib import Path

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join, pay
from tests.browser.stage import Stage
from tests.browser.test_desk import federation_with_words, look_up, sign_in
from tests.browser.test_votes import adopt
from tests.node.loops import until
from tests.node.running import People
from tests.places import VECTOR_FILES

pytestmark = pytest.mark.needs_browser

CASES = json.loads((VECTOR_FILES / "review.json").read_text())["cases"]


async def debt_is_long(people: People) -> None:
    """Return once the node lists one."""
    token = await people.steward(0)

    async def is_listed() -> bool:
        page = (await people.client.get("/v1/long-debts", token=token)).ok()
        return len(page["debts"]) == 1

    await until(is_listed, "the debt is long")


def test_a_debt_is_long_and_the_facts_are_shown_to_both(tmp_path: Path, phone: Browser) -> None:
    with Stage(tmp_path, federation_with_words(), count=1) as stage:
        stage.run(stage.people(1).admit(7))
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        join(phone, stage, 1, "ana", limit=10_000)
        adopt(stage, debt_term=1)
        pay(phone, "member7@norte", "12,50")
        stage.run(debt_is_long(stage.people(1)))
        phone.open(f"{stage.urls[1]}/me?lang=en")
        phone.wait_text("#long-debt", "longer than the term of your bylaws")
        phone.click("#reviewed summary")
        phone.wait_text("#reviewed-list", "member7@norte: 12.50 of 12.50, 100.0 %, payments: 1.")
        phone.wait_text("#reviewed-list", "people decide")
        assert phone.axe_violations() == []
        assert phone.overflow() <= 0
        phone.screenshot("review-mine-phone")
        said = phone.run(
            "const { reviewLines } = await import('/web/parts/review.js');"
            "return args[0].map((each) => reviewLines(each));",
            [case["review"] for case in CASES],
        )
        assert said == [case["lines"] for case in CASES]
        sign_in(phone, stage, 0)
        phone.wait_text("#long-debts", "ana owes 12.50, below zero since")
        phone.wait_text("#long-debts-term", "nothing is frozen by that")
        look_up(phone, "ana")
        phone.click("#reviewed summary")
        phone.wait_text("#reviewed-list", "Owes 12.50 now")
        assert phone.axe_violations() == []
        phone.screenshot("review-desk-phone")
        assert phone.console_errors() == []
