"""Phones that lack something: Ed25519, storage, the library, running scripts. Never a blank page."""

import pytest

from tests.browser.driving import Browser
from tests.browser.members import ask_to_join, confirm_words, go_home, join, make_wallet, pay
from tests.browser.stage import Stage
from tests.node.web.script_vectors import WITHOUT_ED25519

pytestmark = pytest.mark.needs_browser

NO_STORAGE = (
    "IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError'); };"
)
NOTHING_IS_KEPT = (
    "IDBObjectStore.prototype.put = () => { throw new DOMException('denied', 'DataCloneError'); };"
)
BLOCKED = "In a private window, or where cookies are blocked"


@pytest.mark.needs_page_library
def test_a_browser_without_ed25519_has_the_same_wallet(stage: Stage, phone: Browser) -> None:
    phone.before_pages(WITHOUT_ED25519)
    stage.run(stage.people(1).admit(1))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    assert "opens the lock for a moment to sign" in phone.text("#by-library")
    assert phone.axe_violations() == []
    join(phone, stage, 1, "beto", limit=5_000)
    pay(phone, "member1@norte", "12.50")
    assert stage.balance(1, "beto") == -1_250
    # The key is on the device, and no script can read it as it lies there.
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.wait_text("#balance-words", "12.50")
    kept = phone.run(
        "const { Store } = await import('/web/parts/store.js');"
        "const { privateKey, publicKey } = await (await Store.open()).wallet();"
        "return [privateKey.wrappingKey.extractable, privateKey.wrapped.length, publicKey.length];"
    )
    assert kept == [False, 48, 32]
    pay(phone, "member1@norte", "1")
    go_home(phone)
    phone.wait_text("#history", "−1.00")
    assert phone.console_errors() == []


@pytest.mark.needs_page_library
def test_what_such_a_browser_loaded_is_there_without_a_network(
    stage: Stage, phone: Browser
) -> None:
    phone.before_pages(WITHOUT_ED25519)
    make_wallet(phone, stage.urls[1])
    phone.wait(
        lambda _: phone.run(
            "return (await caches.match('/web/library/noble/ed25519/index.js'))?.ok"
        ),
        "the worker keeps the library after the first visit",
    )
    stage.stop(1)
    phone.open(f"{stage.urls[1]}/wallet")
    phone.find("#handle")


def test_without_ed25519_and_without_the_library_words_say_what_helps(
    stage: Stage, phone: Browser
) -> None:
    phone.before_pages(WITHOUT_ED25519)
    phone.block("*/web/library/*")
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    said = phone.wait_text("#unable", "The wallet does not open here")
    assert "update it in your phone's app shop" in said
    assert "ask somebody at your cooperative" in said
    assert "https://" not in said and BLOCKED not in said
    assert phone.axe_violations() == []


def test_without_storage_every_page_says_so(stage: Stage, phone: Browser) -> None:
    phone.before_pages(NO_STORAGE)
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    said = phone.wait_text("#unable", BLOCKED)
    assert "app shop" not in said
    for page in ("me", "votes", "guarantees", "pos", "verify"):
        phone.open(f"{stage.urls[1]}/{page}?lang=en")
        phone.wait_text("#notice", BLOCKED)


def test_a_wallet_that_can_not_be_kept_is_not_begun(stage: Stage, phone: Browser) -> None:
    phone.before_pages(NOTHING_IS_KEPT)
    confirm_words(phone, stage.urls[1])
    phone.wait_text("#confirm-error", BLOCKED)


def test_cleared_storage_is_told_while_the_page_is_open(stage: Stage, phone: Browser) -> None:
    make_wallet(phone, stage.urls[1])
    ask_to_join(phone, "beto")
    phone.clear_storage(stage.urls[1])
    phone.wait_text("#notice", "Your words bring the wallet back")
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.find("#begin-restore")


def test_scripts_that_never_start_leave_words(stage: Stage, phone: Browser) -> None:
    phone.block("*/web/made/wallet-*")
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    assert not phone.run(
        "return document.getElementById('unable').checkVisibility({visibilityProperty: true})"
    )
    phone.run("for (const each of document.getAnimations()) each.finish()")  # 20 s
    said = phone.wait_text("#unable", "The wallet does not open here")
    assert "https://" in said and "app shop" in said and BLOCKED in said
