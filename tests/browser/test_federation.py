"""Changing the charter in the browser: stewards stand for a change at the desk, everybody reads the page."""

from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from ledger.charter_changes import Quarantine, SetClearingLimit
from ledger.founding import parse_founding
from ledger.signatures import SigningKey
from node.member.mnemonic import seed_from_words
from node.spellings import to_base64url
from tests.browser.driving import Browser
from tests.browser.stage import Stage
from tests.browser.test_desk import steward_words
from tests.builders import Federation, build_federation
from tests.charters import proposal

pytestmark = pytest.mark.needs_browser


def federation_with_words() -> Federation:
    """Two coops; the stewards of the first have keys that come from words."""
    federation = build_federation(coops=2, clearing_limit=1_000_000)
    keys = tuple(SigningKey(seed_from_words(steward_words(index))) for index in range(3))
    source = federation.founding.source
    for old, new in zip(federation.steward_keys[1], keys, strict=True):
        source = source.replace(old.public_key.hex().encode(), new.public_key.hex().encode())
    return replace(
        federation,
        founding=parse_founding(source),
        steward_keys={**federation.steward_keys, 1: keys},
    )


def sign_in(browser: Browser, stage: Stage, index: int) -> None:
    browser.open(f"{stage.urls[1]}/desk?lang=en")
    browser.find("#steward").send_keys(f"steward {index}")
    browser.type("#steward-words", " ".join(steward_words(index)))
    browser.click("#sign-in-form .primary")
    browser.wait_text("#who", f"steward {index}")


def endorse(stage: Stage, coop: int, change: SetClearingLimit | Quarantine) -> None:
    """All stewards whom a coop needs stand for a change, not in a browser."""
    node = stage.nodes[coop]
    publication = proposal(node.api.charter, change)
    for steward in (0, 1):
        key = stage.federation.steward_keys[coop][steward]
        publication = publication.signed_by(steward, key, federation=stage.federation.id, coop=coop)
    body = {"publication": to_base64url(publication.encode())}
    answer = stage.run(stage.people(coop).client.post("/v1/federation/publications", body))
    answer.ok()


def test_stewards_stand_for_a_change_at_the_desk(
    tmp_path: Path, phone: Browser, desktop: Browser
) -> None:
    with Stage(tmp_path, federation_with_words(), count=2) as stage:
        change = SetClearingLimit(coop=2, limit=2_000_000)
        sign_in(desktop, stage, 0)
        desktop.wait_text("#charter-empty", "Nothing waits")
        endorse(stage, 2, change)
        desktop.wait(
            lambda _: "20,000.00" in stage.run(page(stage)), "the other node's support has come"
        )
        desktop.click("#reload")
        desktop.wait_text("#charter", "together may owe the others up to 20,000.00")
        desktop.wait_text("#charter", "For it:")
        assert desktop.axe_violations() == []
        desktop.screenshot("desk-charter-desktop")
        desktop.click("#charter .primary")
        desktop.wait_text("#notice", "Signed by steward 0. Signatures needed: 2.")
        desktop.wait_text("#charter", "You have signed this.")
        sign_in(desktop, stage, 1)
        desktop.click("#charter .primary")
        desktop.wait_text("#notice", "Your cooperative stands for it:")
        assert desktop.console_errors() == []

        phone.wait(
            lambda _: stage.nodes[1].api.charter.version == 1, "the change is in the own log"
        )
        phone.open(f"{stage.urls[1]}/federation?lang=en")
        phone.wait_text("main", "Change 1")
        phone.wait_text("main", "together may owe the others up to 20,000.00")
        assert phone.axe_violations() == []
        phone.screenshot("federation-phone")
        desktop.open(f"{stage.urls[1]}/federation?lang=es")
        desktop.screenshot("federation-desktop")


async def page(stage: Stage) -> str:
    """The federation's page as the first coop's node has it."""
    url = f"{stage.urls[1]}/federation?lang=en"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()


def propose(browser: Browser, type_: str, coop: str) -> None:
    """Choose a change in the form for proposals."""
    if not browser.run("return document.querySelector('#desk details').open"):
        browser.click("#desk details summary")
    browser.find("#propose-coop").send_keys(coop)
    browser.find("#propose-type").send_keys(type_)


def test_a_steward_proposes_the_frequent_changes_at_the_desk(
    tmp_path: Path, phone: Browser
) -> None:
    with Stage(tmp_path, federation_with_words(), count=2) as stage:
        sign_in(phone, stage, 0)
        propose(phone, "how far", "Cooperativa sur")
        phone.click("#propose-form [type=submit]")
        phone.wait_text("#propose-error", "amount")
        phone.type("#propose-limit", "15000")
        phone.click("#propose-form [type=submit]")
        phone.wait_text("#proposed-words", "together may owe the others up to 15,000.00")
        assert phone.axe_violations() == []
        phone.screenshot("desk-propose-limit-phone")
        phone.type("#propose-limit", "16000")
        assert phone.run("return document.getElementById('proposed').hidden")
        phone.click("#propose-form [type=submit]")
        phone.wait_text("#proposed-words", "16,000.00")
        phone.click("#proposed-sign")
        phone.wait_text("#notice", "Signed by steward 0. Signatures needed: 2.")
        phone.wait_text("#charter", "together may owe the others up to 16,000.00")

        propose(phone, "which history", "Cooperativa sur")
        phone.wait_text("#propose-history", "counts now")
        phone.click("#propose-form [type=submit]")
        phone.wait_text("#proposed-words", "that history stands whose head after entry")
        phone.screenshot("desk-propose-standing-phone")
        assert phone.console_errors() == []
        propose(phone, "it is readmitted", "Cooperativa sur")
        phone.type("#propose-key", "ab" * 32)
        phone.type("#propose-limit", "5000")
        phone.click("#propose-form [type=submit]")
        phone.wait_text("#proposed-words", "is readmitted.")
        phone.click("#proposed-sign")
        phone.wait_text("#propose-error", "only one in quarantine is readmitted")
        phone.screenshot("desk-propose-refused-phone")
        propose(phone, "it is put", "Cooperativa sur")
        phone.click("#propose-form [type=submit]")
        phone.wait_text("#proposed-words", "is put in quarantine.")
        phone.click("#proposed-sign")
        phone.wait_text("#charter", "is put in quarantine.")
