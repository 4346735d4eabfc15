"""On two phones: the owners of a cooperative's account pay together, and one of them alone can't."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.account_keys import SetOwners
from ledger.signatures import SigningKey
from ledger.transactions import encode_transaction
from node.member.mnemonic import parse_words, seed_from_words
from tests.browser.driving import PHONE, Browser, browser
from tests.browser.members import join, make_wallet
from tests.browser.stage import Stage
from tests.browser.test_keys import fill_caps, keys_of, look

pytestmark = pytest.mark.needs_browser


def key_of(words: list[str]) -> SigningKey:
    """As the wallet makes it of the words."""
    return SigningKey(seed_from_words(parse_words(" ".join(words))))


def share(stage: Stage, handle: str, first: SigningKey, *others: SigningKey) -> Any:
    """Give the account so many owners, of whom two sign; what the node tells of it."""
    account = keys_of(stage, f"@{handle}")["account"]
    keys = tuple(key.public_key for key in (first, *others))
    bare = SetOwners(account=account, revision=1, needed=2, keys=keys)
    signed = replace(bare, signature=first.sign(stage.federation.message(1, bare)))
    people = stage.people(1)
    stage.run(people.client.post("/v1/transactions", encode_transaction(signed))).ok()
    return keys_of(stage, f"@{handle}")


def begin(
    phone: Browser,
    stage: Stage,
    to: str,
    amount: str,
    language: str = "en",
    *,
    account: str = "panadera",
) -> None:
    """One owner begins a payment of the cooperative's, up to the last look."""
    phone.open(f"{stage.urls[1]}/owners?lang={language}")
    phone.type("#begin-account", account)
    phone.type("#begin-to", to)
    phone.type("#begin-amount", amount)
    phone.click("#begin-form .primary")


def follow(phone: Browser, link: str) -> None:
    """Open what the other owner has sent."""
    phone.open("about:blank")
    phone.open(link)


def test_two_owners_pay_together_on_two_phones(stage: Stage, phone: Browser) -> None:
    norte = stage.people(1)
    stage.run(norte.admit(7))
    with browser(PHONE) as other, browser(PHONE) as stranger:
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        ana = key_of(join(phone, stage, 1, "panadera", limit=50_000))
        eva = key_of(make_wallet(other, stage.urls[1]))
        make_wallet(stranger, stage.urls[1])
        begin(phone, stage, "member7@norte", "12,50")
        phone.wait_text("#begin-account-error", "One key owns that account")
        leo = SigningKey(bytes(range(32)))
        assert share(stage, "panadera", ana, eva, leo)["owners_needed"] == 2

        begin(phone, stage, "member7@norte", "12,50")
        phone.wait_text("#review-title", "Pay 12.50 fiado to member7@norte (#7)?")
        assert "0 of 2" in phone.text("#review-facts")
        look(phone, "owners-review-phone")
        phone.click("#review-sign")
        phone.wait_text("#carry-missing", "Still needed: 1.")
        look(phone, "owners-carry-phone")
        link = phone.text("#carry-link")
        assert stage.balance(1, "panadera") == 0

        follow(stranger, link)
        stranger.wait_text("#open-error", "owns no part of that account")
        follow(other, link.replace("/owners#", "/owners?lang=es#"))
        other.wait_text("#review-title", "¿Pagar 12,50 fiado a member7@norte (#7)?")
        assert "1 de 2" in other.text("#review-facts")
        look(other, "owners-second-phone-es")
        other.click("#review-sign")
        other.wait_text("#notice", "Registrado: asiento")
        assert stage.balance(1, "panadera") == -1_250

        # The first phone still has the link: both are told that it is paid by now.
        follow(phone, link)
        phone.wait_text("#notice .done", "This payment is recorded, as entry norte/")
        assert phone.run("return document.getElementById('carry').hidden")
        phone.driver.refresh()
        phone.wait_text("#notice .done", "This payment is recorded, as entry norte/")
        follow(other, link)
        other.wait_text("#notice .done", "Este pago está registrado, como el asiento norte/")
        assert stage.balance(1, "panadera") == -1_250

        # Another payment like it is asked about.
        begin(phone, stage, "member7@norte", "12,50")
        phone.wait_text("#review-warning", "You paid 12.50 to member7@norte")
        assert phone.console_errors() == []


def test_the_second_owner_finds_what_waits_without_any_link(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(7))
    with browser(PHONE) as other:
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        ana = key_of(join(phone, stage, 1, "panadera", limit=50_000))
        share(stage, "panadera", ana, key_of(make_wallet(other, stage.urls[1])))
        links: list[str] = []
        for amount in ("12,50", "7", "8"):
            begin(phone, stage, "member7@norte", amount)
            if links:
                rival = "or 12.50 fiado to member7@norte (#7)"
                phone.wait_text("#review-warning", rival)
            phone.click("#review-sign")
            phone.wait_text("#carry-how", "find it on this page")
            links.append(phone.text("#carry-link"))
        other.open(f"{stage.urls[1]}/owners?lang=en")
        other.wait_text("#waiting-list", "Pay 7.00 fiado to member7@norte (#7)?")
        look(other, "owners-waiting-phone")
        other.click("#waiting-list .primary")
        other.wait_text("#review-title", "Pay 12.50 fiado to member7@norte (#7)?")
        assert "1 of 2" in other.text("#review-facts")
        other.click("#review-back")
        other.wait_text("#waiting-list", "Pay 12.50")
        other.click("#waiting-list li:last-child button:last-child")
        other.wait_text("#waiting-list", "Discard the payment of 8.00 fiado to member7@norte (#7)?")
        look(other, "owners-discard-phone")
        other.click("#waiting-list li:last-child .primary")
        other.wait_text("#waiting-list", "Pay 8.00 fiado to member7@norte (#7)?")
        other.click("#waiting-list li:last-child button:last-child")
        other.click("#waiting-list li:last-child button:first-child")
        other.wait(lambda _: "8.00" not in other.text("#waiting-list"), "discarded")
        other.click("#waiting-list .primary")
        other.click("#review-sign")
        other.wait_text("#notice", "Recorded: entry")
        overtaken = "to be begun anew if still wanted: 7.00 fiado to member7@norte (#7)."
        assert overtaken in other.text("#notice")
        follow(phone, links[1])
        phone.wait_text("#notice", "Overtaken: another payment with this number is recorded")
        assert stage.balance(1, "panadera") == -1_250
        assert other.run("return document.getElementById('waiting').hidden")
        assert other.console_errors() == []


def test_a_tills_key_of_a_shared_account_is_signed_by_two(stage: Stage, phone: Browser) -> None:
    with browser(PHONE) as other:
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        ana = key_of(join(phone, stage, 1, "panadera", limit=50_000))
        eva = key_of(make_wallet(other, stage.urls[1]))
        share(stage, "panadera", ana, eva)
        till = SigningKey(bytes(range(32))).public_key.hex()
        phone.open(f"{stage.urls[1]}/keys?lang=en")
        phone.wait_text("#joint", "goes on to the others")
        fill_caps(phone, "20", "30", key=till)
        phone.click("#review-sign")
        phone.wait_text("#carry-missing", "Still needed: 1.")
        link = phone.text("#carry-link")
        follow(other, link.replace("/owners#", "/owners?lang=pt#"))
        other.wait_text("#review-title", "Permitir que outra chave pague por panadera@norte")
        assert till in other.text("#review-facts")
        look(other, "owners-till-phone-pt")
        assert keys_of(stage, "@panadera")["delegated"] == []
        other.click("#review-sign")
        other.wait_text("#notice", "Registrado")
        assert [each["key"] for each in keys_of(stage, "@panadera")["delegated"]] == [till]
