"""On a phone: a member lets a till's key pay within caps, sees what it pays, and takes it away."""

import datetime
from collections.abc import Sequence
from typing import Any

import pytest

from ledger.signatures import SigningKey
from node.member.mnemonic import parse_words, seed_from_words
from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.node.running import Answer
from tests.owning_builders import pay_delegated

pytestmark = pytest.mark.needs_browser


def open_keys(phone: Browser, stage: Stage, language: str = "en") -> int:
    """As a new member of the first coop; the number of the account."""
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    phone.open(f"{stage.urls[1]}/wallet?lang={language}")
    phone.find("#history-empty")  # what comes later moves nothing under the finger any more
    phone.click('a[href="/keys"]')
    phone.find("#no-keys")
    return int(keys_of(stage, "@ana")["account"])


def keys_of(stage: Stage, named: str) -> Any:
    """What the node tells of the keys of an account of the first coop."""
    return stage.run(stage.people(1).client.get(f"/v1/keys/{named}")).ok()


def set_day(phone: Browser, field: str, day: datetime.date) -> None:
    """Choose a day, as its calendar does."""
    phone.driver.execute_script(
        "document.getElementById(arguments[0]).value = arguments[1]", field, day.isoformat()
    )


def fill_caps(
    phone: Browser, payment: str, day: str, *, to: str = "", key: str = "", days: int = 60
) -> None:
    """What the key may pay, up to the last look, or to its words."""
    phone.type("#key-payment", payment)
    phone.type("#key-day", day)
    later = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=days)
    set_day(phone, "key-until", later)
    phone.type("#key-payees", to)
    phone.type("#key-given", key)
    phone.click("#key-form .primary")


def till_pays(
    stage: Stage, payer: int, key: SigningKey, sequence: int, *, payee: int, amount: int
) -> Answer:
    """A payment by the key, from the till's own device."""
    pay = pay_delegated(
        stage.federation,
        1,
        payer,
        sequence=sequence,
        payee=payee,
        amount=amount,
        signed_by=key,
    )
    return stage.run(stage.people(1).client.post("/v1/payments", pay))


def key_of(words: Sequence[str]) -> SigningKey:
    """As `fiado wallet restore` makes it of the words."""
    return SigningKey(seed_from_words(parse_words(" ".join(words))))


def look(phone: Browser, name: str) -> None:
    """Nothing against it, nothing too wide, and a picture."""
    assert phone.axe_violations() == [], name
    assert phone.overflow() == 0, name
    phone.screenshot(name)


def test_a_tills_key_is_made_pays_within_its_caps_and_is_revoked(
    stage: Stage, phone: Browser
) -> None:
    norte = stage.people(1)
    stage.run(norte.admit(7, 8))
    payer = open_keys(phone, stage)
    fill_caps(phone, "30", "20")
    phone.wait_text("#key-error", "can't be more than what it may pay in a day")
    fill_caps(phone, "20,00", "30", to="member7@norte, nobody")
    phone.wait_text("#key-error", "“nobody” is no address.")
    fill_caps(phone, "20,00", "30", to="member7@norte", key="17")
    phone.wait_text("#key-error", "That is no key.")
    look(phone, "keys-form-phone")
    fill_caps(phone, "20,00", "30", to="member7@norte")
    words = phone.wait_text("#word-list", "\n").split("\n")
    look(phone, "keys-words-phone")
    phone.click("#words-written")
    phone.wait_text("#review-title", "Let another key pay for ana@norte, as its key 0?")
    facts, key = phone.text("#review-facts"), key_of(words)
    for each in ("20.00", "30.00", "member7@norte (#7)", key.public_key.hex()):
        assert each in facts
    # Nothing of the words stays on the page, and nothing was recorded yet.
    assert words[0] not in phone.run("return document.getElementById('word-list').textContent")
    assert keys_of(stage, "@ana")["delegated"] == []
    look(phone, "keys-review-phone")
    phone.click("#review-sign")
    phone.wait_text("#notice", "key 0 may pay from now on")

    till_pays(stage, payer, key, 1, payee=7, amount=1_250).ok()
    assert (
        till_pays(stage, payer, key, 2, payee=7, amount=2_001).problem() == "delegate_payment_cap"
    )
    assert till_pays(stage, payer, key, 2, payee=7, amount=1_800).problem() == "delegate_day_cap"
    assert till_pays(stage, payer, key, 2, payee=8, amount=1).problem() == "delegate_payee"
    phone.open(f"{stage.urls[1]}/keys?lang=en")
    card = phone.wait_text("#keys", "12.50")
    assert "member7@norte (#7)" in card
    look(phone, "keys-listed-phone")

    phone.click("#keys button")
    phone.wait_text("#review-title", "Take key 0 of ana@norte away?")
    look(phone, "keys-revoke-phone")
    phone.click("#review-back")
    phone.click("#keys button")
    phone.click("#review-sign")
    phone.wait_text("#notice", "key 0 pays no more")
    phone.find("#no-keys")
    assert till_pays(stage, payer, key, 2, payee=7, amount=1).problem() == "delegate_unknown"
    assert phone.console_errors() == []


def test_an_end_that_has_passed_is_refused_in_the_form(stage: Stage, phone: Browser) -> None:
    open_keys(phone, stage)
    fill_caps(phone, "20", "30", days=-3)
    phone.wait_text("#key-error", "Choose a day after today")
    assert phone.run("return document.getElementById('review').hidden")


def test_a_key_that_the_till_made_itself_is_given_by_an_address(
    stage: Stage, phone: Browser
) -> None:
    open_keys(phone, stage, "es")
    key = SigningKey(bytes(range(32)))
    phone.open("about:blank")
    phone.open(f"{stage.urls[1]}/keys?lang=es#key={key.public_key.hex()}")
    phone.find("#no-keys")
    phone.type("#key-label", "kiosco")
    fill_caps(phone, "20", "30", key=key.public_key.hex())
    phone.wait_text("#review-title", "¿Permitir que otra clave pague por ana@norte")
    look(phone, "keys-review-phone-es")
    phone.click("#review-sign")
    phone.wait_text("#notice", "la clave 0 puede pagar desde ahora")
    assert phone.text("#keys h3") == "kiosco"
    phone.click("#keys button")
    phone.wait_text("#review-title", "¿Quitar la clave 0, “kiosco”, de ana@norte?")
    assert "Una vez registrado esto" in phone.text("#review-what")
    phone.click("#review-back")
    assert [each["key"] for each in keys_of(stage, "@ana")["delegated"]] == [key.public_key.hex()]
    fill_caps(phone, "20", "30", key=key.public_key.hex())
    phone.click("#review-sign")
    phone.wait_text("#review-error", "Esa clave ya paga desde esta cuenta")
