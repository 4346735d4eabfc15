"""What is wrong with a node is told where members and shops look, before they pay."""

import json

import pytest

from tests.browser.driving import Browser
from tests.browser.members import begin_payment, join
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser


def say_trouble(browser: Browser, kind: str, *, severity: str = "warns", **more: str) -> None:
    """Let every page's node say that this is wrong."""
    trouble = {"kind": kind, "severity": severity, "coop": None, "other": None} | more
    trouble |= {"detail": "In the node's words.", "remedy": "And what helps."}
    browser.before_pages(
        "const real = fetch; window.fetch = async (path, given) => {"
        "  const answer = await real(path, given);"
        "  if (path !== '/v1/status') return answer;"
        f"  const troubles = [{json.dumps(trouble)}];"
        "  return new Response(JSON.stringify({...await answer.json(), troubles})); }"
    )


def test_a_member_of_a_halted_node_reads_what_is_so(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=es")
    join_in_spanish(phone, stage)
    say_trouble(phone, "halted", severity="stops_recording")
    phone.open(f"{stage.urls[1]}/wallet?lang=es")
    phone.wait_text("#node-trouble", "dejó de registrar para siempre")
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.screenshot("wallet-halted-phone-es")
    begin_payment(phone, "member7@norte", "3")
    phone.wait_text("#review-error", "dejó de registrar para siempre")
    phone.run(
        "const real = fetch; window.fetch = async (path, given) => path !== '/v1/payments' ?"
        "  real(path, given) : new Response(JSON.stringify({code: 'not_ready', status: 503}),"
        "    {status: 503, headers: {'Content-Type': 'application/problem+json'}})"
    )
    phone.click("#review-pay")
    phone.wait_text("#review-error", "No se pagó nada.")
    phone.open(f"{stage.urls[1]}/pos?lang=pt")
    phone.click("#make-key")
    phone.wait_text("#node-trouble", "parou de registrar para sempre")


def join_in_spanish(phone: Browser, stage: Stage) -> None:
    """Ana joins; the helper reads English."""
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("accused", {"coop": "sur"}, "proof that the node of Cooperativa sur has cheated"),
        ("cut", {"coop": "sur", "other": "norte"}, "different histories of Cooperativa norte"),
        ("link_down", {"coop": "sur"}, "arrives later"),
        ("no_peers", {}, "does not arrive there"),
    ],
)
def test_who_pays_what_does_not_arrive_is_told_before(
    stage: Stage, phone: Browser, kind: str, more: dict[str, str], said: str
) -> None:
    stage.run(stage.people(1).admit(7))
    stage.run(stage.people(2).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    say_trouble(phone, kind, **more)
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    begin_payment(phone, "member7@sur", "3")
    phone.wait_text("#review-warning", said)
    phone.screenshot(f"wallet-before-paying-{kind}-phone")
    phone.click("#review-pay")
    phone.wait_text("#receipt-warning", said)
    phone.click('#receipt a[href="#home"]')
    # Within the own cooperative it arrives all the same.
    begin_payment(phone, "member7@norte", "1")
    assert not phone.driver.find_element("id", "review-warning").is_displayed()


def test_a_kind_that_the_page_does_not_know_is_told_in_the_nodes_words(
    stage: Stage, phone: Browser
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana")
    say_trouble(phone, "of_next_year", severity="stops_recording")
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.wait_text("#node-trouble", "In the node's words. And what helps.")
