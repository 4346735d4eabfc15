"""Votes in the browser: opened at the desk, voted about on a phone, and who is elected signs at the desk."""

import time
from pathlib import Path

import pytest

from ledger.government.actions import Elect
from ledger.government.articles import Article
from ledger.memos import proposal_hash
from tests.browser.driving import Browser
from tests.browser.members import ask_to_join, make_wallet
from tests.browser.stage import Stage
from tests.browser.test_desk import federation_with_words, sign_in
from tests.government_builders import adopt_bylaws
from tests.node.loops import until
from tests.node.running import as_json_transaction
from tests.voting_builders import propose

pytestmark = pytest.mark.needs_browser

TEXT = "Compramos un horno <b>grande</b>.\nLo paga el fondo común."
SALT = bytes(16)


def adopt(stage: Stage, **articles: int) -> None:
    """Bylaws by which a vote takes seconds."""

    people = stage.people(1)

    async def go() -> None:
        numbers = {Article[name.upper()].value: value for name, value in articles.items()}
        data = adopt_bylaws(stage.federation, 1, numbers)
        (await people.client.post("/v1/transactions", data)).ok()

    stage.run(go())


def test_members_vote_on_the_phone_and_sign_what_they_are_elected_for(
    tmp_path: Path, phone: Browser, desktop: Browser
) -> None:
    with Stage(tmp_path, federation_with_words(), count=1) as stage:
        join_as_ana(stage, phone)
        adopt(stage, notice=20, second_call=1, late_window=0)
        open_a_vote_at_the_desk(stage, desktop)
        vote_on_the_phone(stage, phone)
        elect_ana(stage, phone)
        phone.open(f"{stage.urls[1]}/desk?lang=en")
        phone.click("#use-wallet")
        phone.wait_text("#who", "You sign as ana.")
        assert phone.console_errors() == []
        assert desktop.console_errors() == []


def join_as_ana(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    make_wallet(phone, stage.urls[1])
    ask_to_join(phone, "ana")
    (draft,) = stage.waiting_drafts(1)
    stage.sign_draft(1, draft["id"], 0, 1)
    phone.click("#waiting-look")
    phone.wait_text("#available", "up to")


def open_a_vote_at_the_desk(stage: Stage, desktop: Browser) -> None:
    """One steward proposes, another signs it."""
    sign_in(desktop, stage, 0)
    desktop.click("#vote-form .primary")
    desktop.wait_text("#vote-error", "Say in words")
    desktop.type("#vote-text", TEXT)
    desktop.click("#vote-form .primary")
    desktop.wait_text("#queue", "Open a vote: Decide what the text says")
    desktop.wait_text("#queue", "<b>grande</b>")
    assert desktop.axe_violations() == []
    desktop.screenshot("desk-vote-desktop")
    sign_in(desktop, stage, 1)
    desktop.click("#queue .primary")
    desktop.wait_text("#notice", "Recorded: Open a vote")


def vote_on_the_phone(stage: Stage, phone: Browser) -> None:
    """The member reads the text, votes, and thinks better of it."""
    phone.open(f"{stage.urls[1]}/votes?lang=en")
    phone.wait_text("#open", "1. Decide what the text says")
    phone.click("#open summary")
    phone.wait_text("#open details", "<b>grande</b>")
    phone.wait_text("#open details", "Opened by steward 0, steward 1.")
    phone.click("#open [data-choice=no]")
    phone.wait_text("#open", "said no")
    assert phone.axe_violations() == []
    phone.screenshot("votes-phone")
    phone.click("#open [data-choice=yes]")
    phone.wait_text("#open", "said yes")
    phone.wait_text("#notice", "about proposal 1 you say yes")


def elect_ana(stage: Stage, phone: Browser) -> None:
    people = stage.people(1)

    async def propose_it() -> None:
        now = int(time.time())
        data = propose(
            stage.federation,
            1,
            2,
            first=now + 22,
            second=now + 23,
            action=Elect(seats=((1, now + 86_400),), threshold=1),
            text=proposal_hash(salt=SALT, text=TEXT),
        )
        body = as_json_transaction(data, reason={"salt": SALT.hex(), "text": TEXT})
        (await people.client.post("/v1/transactions", body)).ok()

    async def is_elected() -> bool:
        found = (await people.client.get("/v1/stewards")).ok()
        return [each["name"] for each in found["stewards"]] == ["ana"]

    stage.run(propose_it())
    phone.open(f"{stage.urls[1]}/votes?lang=en")
    phone.wait_text("#open", "2. Elect as stewards ana@norte until")
    phone.click("#open [data-choice=yes]")
    phone.wait_text("#notice", "you say yes")
    stage.run(until(is_elected, "the vote is counted", within_s=45))
    phone.open(f"{stage.urls[1]}/votes?lang=en")
    phone.wait_text("#decided", "passed and carried out")
    phone.wait_text("#office", "ana · until")
    phone.screenshot("votes-decided-phone")
