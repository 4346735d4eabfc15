"""On a phone: a recovery that the member has not asked for is told before all else, and objected to."""

import pytest

from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.browser.test_commons import decide
from tests.recovery_builders import recover

ACCOUNT = (
    "const { Store } = await import('/web/parts/store.js');"
    "return (await (await Store.open()).wallet()).account;"
)
pytestmark = pytest.mark.needs_browser


def test_the_member_objects_to_a_recovery(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana")
    people = stage.people(1)
    number = int(phone.run(ACCOUNT))
    decide(stage, recover(stage.federation, 1, number))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.wait_text("#recovery", "Stewards have begun to give this account another key.")
    assert phone.axe_violations() == []
    phone.screenshot("recovery-phone")
    phone.click("#recovery button")
    phone.wait_text("#recovery", "You have objected.")

    async def is_disputed() -> bool:
        found = (await people.client.get(f"/v1/keys/{number}")).ok()
        return found["recovery"]["disputed"] is not None

    assert stage.run(is_disputed())
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.wait_text("#recovery", "You have objected.")
    phone.screenshot("recovery-objected-phone")
    assert phone.console_errors() == []
