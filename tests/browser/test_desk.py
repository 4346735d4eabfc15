"""The stewards' desk in the browser: two stewards admit a member and change a limit; the member reads why."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.founding import parse_founding
from ledger.signatures import SigningKey
from node.member.mnemonic import Language, seed_from_words, words_from_entropy
from tests.browser.driving import Browser
from tests.browser.members import ask_to_join, make_wallet
from tests.browser.stage import Stage
from tests.builders import Federation, build_federation

pytestmark = pytest.mark.needs_browser


def steward_words(index: int) -> tuple[str, ...]:
    """The words of a steward's key, as the program makes them."""
    entropy = hashlib.sha256(f"steward {index}".encode()).digest()
    return words_from_entropy(entropy, language=Language.SPANISH)


def federation_with_words() -> Federation:
    """A federation of one coop whose stewards' keys come from words."""
    federation = build_federation(coops=1, clearing_limit=1_000_000)
    keys = tuple(SigningKey(seed_from_words(steward_words(index))) for index in range(3))
    source = federation.founding.source
    for old, new in zip(federation.steward_keys[1], keys, strict=True):
        source = source.replace(old.public_key.hex().encode(), new.public_key.hex().encode())
    return replace(federation, founding=parse_founding(source), steward_keys={1: keys})


def sign_in(browser: Browser, stage: Stage, index: int) -> None:
    """To the desk, as a steward."""
    browser.open(f"{stage.urls[1]}/desk?lang=en")
    browser.find("#steward").send_keys(f"steward {index}")
    browser.type("#steward-words", " ".join(steward_words(index)))
    browser.click("#sign-in-form .primary")
    browser.wait_text("#who", f"steward {index}")


def look_up(browser: Browser, handle: str) -> None:
    """Find an account to propose a change of."""
    browser.type("#find", handle)
    browser.click("#find-form button")
    browser.wait_text("#found-name", f"{handle}@norte")


def propose_to_freeze(browser: Browser, handle: str) -> None:
    """A change that has no fields of its own, so none are shown."""
    look_up(browser, handle)
    browser.click("#change-form [data-status='1']")
    assert "How far below zero" not in browser.find("#change-form").text
    browser.type("#reason", "Lost the telephone")
    browser.click("#change-form .primary")
    browser.wait_text("#queue", f"Freeze {handle}@norte: it can be paid, but can't pay")


def test_stewards_admit_a_member_and_grant_a_limit(
    tmp_path: Path, phone: Browser, desktop: Browser
) -> None:
    with Stage(tmp_path, federation_with_words(), count=1) as stage:
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        make_wallet(phone, stage.urls[1])
        ask_to_join(phone, "ana")

        sign_in(desktop, stage, 0)
        desktop.wait_text("#queue", "Admit ana@norte")
        assert desktop.axe_violations() == []
        desktop.screenshot("desk-queue-desktop")
        desktop.click("#queue .primary")
        desktop.wait_text("#queue", "You have signed this")
        sign_in(desktop, stage, 1)
        desktop.wait_text("#queue", "Signed by steward 0. Signatures needed: 2.")
        desktop.click("#queue .primary")
        desktop.wait_text("#queue-empty", "Nothing waits")
        desktop.wait_text("#notice", "Recorded: Admit ana@norte")

        # The second steward proposes a limit; the first signs it.
        look_up(desktop, "ana")
        desktop.click("#change-form .primary")
        desktop.wait_text("#change-error", "Type an amount")
        desktop.type("#new-limit", "400")
        desktop.type("#reason", "Bakes for the <em>market</em> & sells on Saturdays")
        desktop.click("#change-form .primary")
        desktop.wait_text("#queue", "owe up to 400.00")
        desktop.wait_text("#queue", "<em>market</em>")
        desktop.wait_text("#queue", "once it is recorded")
        desktop.screenshot("desk-proposed-desktop")
        sign_in(desktop, stage, 0)
        desktop.click("#queue .primary")
        desktop.wait_text("#queue-empty", "Nothing waits")
        desktop.wait_text("#notice", "Recorded: Let ana@norte owe up to 400.00.")
        propose_to_freeze(desktop, "ana")
        assert desktop.console_errors() == []

        phone.click("#waiting-look")
        phone.wait_text("#available", "up to 400.00")
        phone.open(f"{stage.urls[1]}/me")
        phone.wait_text("#limit-words", "owe up to 400.00")
        phone.wait_text("#limit-left", "You owe nothing now. 400.00 are left")
        phone.wait_text("#changes", "<em>market</em>")
        assert phone.axe_violations() == []
        phone.screenshot("me-phone")


def test_words_of_another_steward_are_not_taken(tmp_path: Path, desktop: Browser) -> None:
    with Stage(tmp_path, federation_with_words(), count=1) as stage:
        desktop.open(f"{stage.urls[1]}/desk?lang=en")
        desktop.type("#steward-words", " ".join(steward_words(2)))
        desktop.click("#sign-in-form .primary")
        desktop.wait_text("#sign-in-error", "another key")
