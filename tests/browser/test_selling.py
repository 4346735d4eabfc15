"""On a phone: the owner of a shop's account makes keys and webhooks for its program, and takes them back."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser

_NO_CLIPBOARD = """
Object.defineProperty(navigator, "clipboard", {
  value: { writeText: async (text) => { window.copied = text; } },
});
"""


def invoices_with(stage: Stage, key: str) -> int:
    """What the node answers to a program with this key."""

    async def ask() -> int:
        address = stage.urls[1] + "/v1/invoices"
        headers = {"Authorization": f"Bearer {key}"}
        async with aiohttp.request("GET", address, headers=headers) as answer:
            return answer.status

    return stage.run(ask())


def open_page(stage: Stage, phone: Browser, language: str) -> None:
    """By the wallet's link."""
    phone.before_pages(_NO_CLIPBOARD)
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=10_000)
    phone.open(f"{stage.urls[1]}/wallet?lang={language}")
    phone.find("#history-empty")  # what comes later moves nothing under the finger any more
    phone.click('a[href="/selling"]')


def look(phone: Browser, name: str) -> None:
    """Nothing against it, nothing too wide, and a picture."""
    assert phone.axe_violations() == [], name
    assert phone.overflow() == 0, name
    phone.screenshot(name)


def test_a_key_is_shown_once_and_revoked_after_a_question(stage: Stage, phone: Browser) -> None:
    open_page(stage, phone, "en")
    phone.wait_text("#no-keys", "No key yet.")
    phone.click("#key-form button.primary")
    phone.wait_text("#key-error", "Give it a name")
    phone.type("#key-label", "web shop")
    phone.click("input[value=invoices]")
    phone.click("#key-form button.primary")
    phone.wait_text("#key-error", "Choose what it may do.")
    phone.click("input[value=invoices]")
    look(phone, "selling-form-phone")
    phone.click("#key-form button.primary")
    phone.wait_text("#secret-title", "The key “web shop”")
    key = phone.text("#secret-text")
    assert key.startswith("fk_") and invoices_with(stage, key) == 200
    phone.click("#secret-copy")
    phone.wait_text("#secret-copy", "Copied")
    assert phone.run("return window.copied") == key
    look(phone, "selling-secret-phone")
    phone.click("#secret-done")
    card = phone.wait_text("#keys", "web shop")
    assert "make and read bills" in card and "when you revoke it" not in card
    assert key not in phone.run("return document.documentElement.outerHTML")
    look(phone, "selling-keys-phone")

    phone.click("#keys button")
    phone.wait_text("#asking-title", "Revoke “web shop”?")
    look(phone, "selling-revoke-phone")
    phone.click("#asking-no")
    phone.find("#keys button")
    assert invoices_with(stage, key) == 200
    phone.click("#keys button")
    phone.click("#asking-yes")
    phone.wait_text("#notice", "“web shop” works no more.")
    assert invoices_with(stage, key) == 401
    phone.click("#old-keys summary")
    phone.wait_text("#ended", "Revoked")
    assert phone.axe_violations() == []
    assert phone.console_errors() == []


def test_a_webhook_is_tried_changed_and_removed(stage: Stage, phone: Browser) -> None:
    shop = stage.shop()
    open_page(stage, phone, "es")
    phone.type("#hook-url", "ftp://shop.example/")
    phone.click("#hook-form button.primary")
    phone.wait_text("#hook-error", "https://")
    phone.type("#hook-url", shop.url)
    phone.click("#hook-form summary")
    phone.click('input[value="invoice.settled"]')
    phone.click("#hook-form button.primary")
    secret = phone.wait_text("#secret-text", "whsec_")
    phone.click("#secret-done")
    phone.wait_text("#hooks", "invoice.settled")
    _test(phone, "✓ Tomó el mensaje")
    message: Any = shop.heard[-1]
    assert b"webhook.test" in message.body
    look(phone, "selling-hook-phone-es")

    shop.answer = lambda request: web.Response(status=503)
    _test(phone, "✕ Contestó 503.")
    _press(phone, 2)
    phone.wait_text("#hook-title", "Cambiar la dirección")
    assert phone.run("return document.getElementById('hook-url').value") == shop.url
    phone.type("#hook-url", shop.url + "?more=1")
    phone.click('input[value="invoice.settled"]')
    phone.click("#hook-form button.primary")
    phone.wait_text("#hooks", "?more=1")
    _press(phone, 3)
    phone.click("#asking-yes")
    assert phone.wait_text("#secret-text", "whsec_") != secret
    phone.click("#secret-done")
    _press(phone, 4)
    phone.wait_text("#asking-title", "¿Quitar esta dirección?")
    look(phone, "selling-remove-phone-es")
    phone.click("#asking-yes")
    phone.wait_text("#no-hooks", "Todavía no hay ningún webhook.")
    assert [each for each in phone.console_errors() if "422" not in each] == []


def _press(phone: Browser, number: int) -> None:
    """One of the buttons of the only endpoint: 1 tries it, 2 changes it, 3 another secret, 4 removes it."""
    phone.click(f"#hooks .actions button:nth-child({number})")


def _test(phone: Browser, told: str) -> None:
    _press(phone, 1)
    phone.wait_text("#hooks [role=status]", told)
