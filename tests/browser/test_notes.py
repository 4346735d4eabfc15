"""Notes on payments: written on the phone, read by both sides there and in the program, by nobody else."""

import pytest

from node.member.sealing import open_memo
from node.spellings import from_base64url
from tests.browser.driving import DESKTOP, Browser, browser
from tests.browser.members import go_home, join
from tests.browser.stage import Stage
from tests.node.web.script_vectors import WITHOUT_ED25519

pytestmark = [pytest.mark.needs_browser, pytest.mark.needs_page_library]
NOTE = "dos kilos de pan, ñandú y 🐦 <b>"


def with_note(driven: Browser, to: str, amount: str, note: str) -> None:
    """Fill in a payment with a note and go on."""
    driven.find("#available:not(:empty)")
    driven.click('a[href="#pay"]')
    for field, text in (("#pay-to", to), ("#pay-amount", amount)):
        driven.type(field, text)
    # A driver types no letters beyond the basic plane.
    driven.find("#pay-note")
    driven.run("document.getElementById('pay-note').value = args[0]", note)
    driven.click("#pay-form .primary")


@pytest.mark.parametrize("before", ["", WITHOUT_ED25519], ids=["by WebCrypto", "by the library"])
def test_both_sides_read_a_note_and_the_program_does(
    stage: Stage, phone: Browser, before: str
) -> None:
    people = stage.people(2)
    stage.run(people.admit(7))
    phone.before_pages(before)
    join(phone, stage, 1, "beto", limit=5_000)
    with_note(phone, "member7@sur", "12.50", NOTE)
    assert NOTE in phone.text("#review-facts")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert NOTE in phone.text("#receipt-facts")
    go_home(phone)
    assert phone.wait_text("#history .said", "dos kilos") == NOTE
    assert phone.axe_violations() == []
    assert "has a note" not in phone.text("#history")
    phone.screenshot(f"note-{'library' if before else 'browser'}")

    async def at_the_payee() -> dict[str, str]:
        token = await people.member(7)
        while True:
            items = (await people.client.get("/v1/me/history", token=token)).ok()["items"]
            if items and items[0]["memo"] is not None:
                item: dict[str, str] = items[0]
                return item

    item = stage.run(at_the_payee())
    sealed = from_base64url(item["memo"])
    assert sealed is not None
    seed = stage.federation.member_key(2, 7).seed
    assert open_memo(sealed, seed=seed, reference=bytes.fromhex(item["reference"])) == NOTE


def test_a_note_that_arrives_is_read_in_the_payees_wallet(stage: Stage, phone: Browser) -> None:
    join(phone, stage, 1, "beto", limit=5_000)
    with browser(DESKTOP) as payee:
        join(payee, stage, 2, "rosa")
        with_note(phone, "rosa@sur", "3", "gracias")
        phone.click("#review-pay")
        phone.wait_text("#receipt-proof", "in this browser")
        payee.open(f"{stage.urls[2]}/wallet?lang=es")
        assert payee.wait_text("#history .said", "gracias") == "gracias"
        payee.click("#history a")
        payee.wait_text("#receipt-facts", "gracias")


def test_bytes_of_a_note_are_counted_and_a_reference_takes_its_place(
    stage: Stage, phone: Browser
) -> None:
    stage.run(stage.people(1).admit(1))
    join(phone, stage, 1, "beto", limit=5_000)
    with_note(phone, "member1@norte", "1", "ñ" * 257)
    assert "514 bytes; 512 fit" in phone.text("#pay-note-error")
    phone.run("document.getElementById('pay-note').value = 'ñ'.repeat(256)")
    phone.click("#pay-form .primary")
    phone.find("#review-pay")
    reference = "ab" * 32
    phone.open(f"{stage.urls[1]}/wallet?lang=en#pay?to=member1@norte&for=pan&ref={reference}")
    phone.find("#pay-amount")
    assert phone.run("return document.getElementById('pay-note-field').hidden")
    phone.open(f"{stage.urls[1]}/wallet?lang=en#pay?to=member1@norte&for=pan")
    phone.driver.refresh()
    phone.wait(
        lambda driver: phone.run("return document.getElementById('pay-note').value") == "pan",
        "what the link says becomes the note",
    )


def test_a_wallet_of_before_and_a_node_without_the_library_say_what_they_can_not(
    stage: Stage, phone: Browser
) -> None:
    people = stage.people(1)
    stage.run(people.admit(1))
    join(phone, stage, 1, "beto", limit=5_000)
    with_note(phone, "member1@norte", "1", "pan")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    phone.run(
        "const { Store } = await import('/web/parts/store.js');"
        "const store = await Store.open(); const wallet = await store.wallet();"
        "delete wallet.memoKey; await store.saveWallet(wallet);"
    )
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.wait_text("#history-notes", "bring it back with your words")
    phone.block("*/web/library/*")
    phone.open(f"{stage.urls[1]}/wallet?lang=en&again")
    phone.wait_text("#history-notes", "The program reads them")
    with_note(phone, "member1@norte", "1", "pan")
    phone.wait_text("#pay-note-error", "Leave the note out")
    phone.type("#pay-note", "")
    phone.click("#pay-form .primary")
    phone.find("#review-pay")
