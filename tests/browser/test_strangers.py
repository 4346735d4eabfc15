"""A link to a node that the wallet does not know: nothing is asked there before the payer agrees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.bills import Till
from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.builders import build_federation
from tests.node.running import JsonObject

pytestmark = pytest.mark.needs_browser

_WATCH = (
    "window.asked = []; const real = fetch; window.fetch = (path, given) => {"
    "  window.asked.push(String(path)); return real(path, given); };"
)
_LIES = (
    "const real = fetch; window.fetch = async (path, given) => path !== '/v1/addresses'"
    "  ? real(path, given) : new Response(JSON.stringify({addresses: [args[0]]}));"
)


@pytest.fixture
def silent_stage(tmp_path: Path) -> Iterator[Stage]:
    """Two coops' nodes, of which none says where it answers."""
    federation = build_federation(coops=2, clearing_limit=1_000_000)
    with Stage(tmp_path, federation, is_silent=True) as stage:
        yield stage


def paste(
    phone: Browser, stage: Stage, link: str, *, before: str = "", given: object = None
) -> None:
    """Open the wallet anew, and paste a link into it."""
    phone.open("about:blank")
    phone.open(f"{stage.urls[1]}/wallet?lang=en#pay")
    phone.find("#pay-to")
    phone.run(before, given)
    phone.type("#pay-to", link)
    phone.click("#pay-form .primary")


def asked(phone: Browser, bill: JsonObject) -> list[str]:
    """What the page has asked of the bill's node since it was watched."""
    node = bill["link"].partition("/p/")[0]
    return [each for each in phone.run("return window.asked") if each.startswith(node)]


def test_a_bill_at_an_unknown_node_is_looked_at_only_once_the_payer_agrees(
    silent_stage: Stage, phone: Browser
) -> None:
    bill = Till(silent_stage, 2).make()
    join(phone, silent_stage, 1, "ana", limit=50_000)
    paste(phone, silent_stage, bill["link"], before=_WATCH)
    assert phone.text("#stranger-address") == silent_stage.urls[2]
    assert phone.axe_violations() == []
    phone.screenshot("wallet-stranger-phone")
    assert asked(phone, bill) == []
    phone.click("#stranger-back")
    phone.find("#pay-form")
    assert asked(phone, bill) == []
    phone.click("#pay-form .primary")
    phone.click("#stranger-go")
    phone.find("#review-pay")
    assert asked(phone, bill) != []
    # The same address is not asked about again on this device, another one is.
    paste(phone, silent_stage, bill["link"])
    phone.find("#review-pay")
    paste(phone, silent_stage, bill["link"].replace("127.0.0.1", "localhost"))
    assert "localhost" in phone.text("#stranger-address")
    # Whoever goes elsewhere has not agreed.
    phone.run("location.hash = 'home'")
    phone.find("#available:not(:empty)")
    phone.click('a[href="#pay"]')
    phone.type("#pay-to", bill["link"].replace("127.0.0.1", "localhost"))
    phone.click("#pay-form .primary")
    phone.find("#stranger-address")


def test_where_the_cooperatives_say_that_they_answer_nobody_is_asked(
    stage: Stage, phone: Browser
) -> None:
    till = Till(stage, 2)
    bill = till.make()
    join(phone, stage, 1, "ana", limit=50_000)
    (said,) = phone.run(
        "return (await (await fetch('/v1/addresses')).json()).addresses.filter("
        "  (each) => each.coop === 'sur')"
    )
    # Not everything that the node says is believed: only what the coop's key has signed.
    for lie in (
        {**said, "url": "http://localhost:" + said["url"].rpartition(":")[2]},
        {**said, "coop_number": 1},
        {**said, "signature": "none"},
        {"coop_number": 2},
    ):
        strange = bill["link"].replace("127.0.0.1", "localhost")
        paste(phone, stage, strange, before=_LIES, given=lie)
        phone.find("#stranger-address")
    paste(phone, stage, bill["link"])
    phone.find("#review-pay")
    # What was learnt is kept for when the own node can't be asked.
    kept = phone.run(
        "const {Store} = await import('/web/parts/store.js');"
        "return (await (await Store.open()).read('addresses')).map(({url}) => url)"
    )
    assert stage.urls[2] in kept


def test_a_request_of_another_federation_is_paid_to_nobody(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(7))
    join(phone, stage, 1, "ana", limit=50_000)
    link = f"{stage.urls[1]}/pay?to=member7@norte&amount=1&federation={'ab' * 8}"
    paste(phone, stage, link)
    phone.wait_text("#pay-to-error", "for another federation")
    phone.open("about:blank")
    phone.open(link.replace("/pay?", "/wallet?lang=en#pay?"))
    phone.wait_text("#pay-to-error", "for another federation")
    # Nor does the node's own page lead anywhere.
    phone.open(f"{link}&lang=en")
    assert "another federation" in phone.text("main")
    assert phone.driver.find_elements("id", "choices") == []
    # A page's link that says nothing of it, from an unknown node, is asked about.
    paste(phone, stage, "https://strange.example/pay?to=member7@norte&amount=1")
    assert phone.text("#stranger-address") == "https://strange.example"
    phone.click("#stranger-go")
    phone.find("#review-pay")
