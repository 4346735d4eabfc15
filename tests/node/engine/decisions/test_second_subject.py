"""Two subjects beside each other: how coops decide does not depend on what they decide about."""

from dataclasses import replace

import pytest

from ledger.agreement import Turn
from ledger.codec import Value, encode
from ledger.publications import Publication
from ledger.refusals import Refusal
from node.engine.answers import NotPublished, NotPublishedReason, Published, Refused
from node.engine.decisions.promises import document_id
from node.engine.events import PeerMessage, PeerUp
from node.engine.health.status import Readiness
from node.engine.wire import Heads
from node.engine.wire_decisions import Due, Signed, Supported
from node.store import DocumentKind
from tests.builders import build_federation
from tests.index_builders import index_lines
from tests.node.engine.decisions.guests import FIRST_ACCOUNT, GUEST, GuestBook
from tests.node.engine.decisions.test_taking_part import (
    LATER,
    NOVEMBER,
    SETTINGS,
    fact,
    official_town,
    opened,
    taken,
)
from tests.node.engine.inside import core_of
from tests.node.engine.town import Town


def guest(number: int, name: str = "ada", limit: Value = 500) -> Publication:
    return Publication(decision=GUEST, number=number, content=[name, limit])


def guests_town(*, signers: tuple[int, ...] = (1, 2, 3), needed: int = 2) -> Town:
    """Three coops with an index, and guests beside it."""
    federation = build_federation(seed="guests", coops=3, index=index_lines(coops=3))
    book = GuestBook(federation, signers=signers, needed=needed)
    return opened(
        Town(
            federation=federation,
            settings=SETTINGS,
            now_ms=LATER * 1000,
            subjects=(book.subject(),),
        )
    )


def admitted(town: Town, coop: int) -> list[str]:
    """The guests in a coop's own log, in order."""
    validator = core_of(town.engines[coop]).validator
    found: list[str] = []
    while (account := validator.account(coop, FIRST_ACCOUNT + len(found) + 1)) is not None:
        found.append(str(account.handle))
    return found


def test_it_goes_from_a_publication_to_a_certificate_beside_the_index() -> None:
    town = guests_town()
    for coop in (1, 2):
        answer = town.publish(coop, guest(1))
        assert isinstance(answer, Published)
        assert answer.is_signed
        town.publish(coop, fact(NOVEMBER, 25))
    town.settle()
    assert taken(town) == {1: 1, 2: 1, 3: 1}
    for coop, store in town.stores.items():
        assert admitted(town, coop) == ["ada"]
        for key in ((GUEST, 1), (1, NOVEMBER)):
            assert store.document(DocumentKind.CERTIFICATE, document_id(key)) is not None
    names = {(notice.name, notice.values.get("decision")) for _, notice in town.notices}
    assert {("guests_signed", "guest"), ("guests_taken", "guest")} <= names
    assert {("index_signed", "print"), ("index_taken", "print")} <= names


def test_one_subject_does_not_wait_for_the_other() -> None:
    town = guests_town()
    town.publish(1, fact(NOVEMBER, 25))
    for number, name in enumerate(("ada", "bea", "col"), 1):
        for coop in (2, 3):
            town.publish(coop, guest(number, name))
        town.settle()
    assert admitted(town, 1) == ["ada", "bea", "col"]
    assert set(taken(town).values()) == {0}


def test_who_was_away_gets_certificates_in_order() -> None:
    town = guests_town()
    town.kill(3)
    for number, name in enumerate(("ada", "bea", "col"), 1):
        for coop in (1, 2):
            town.publish(coop, guest(number, name))
            town.publish(coop, fact(NOVEMBER + number - 1, 25))
        town.settle()
    town.start(3)
    town.settle()
    town.pass_time(6_000)
    assert admitted(town, 3) == ["ada", "bea", "col"]
    assert taken(town)[3] == 3


def test_what_was_said_in_a_round_is_not_said_again_otherwise() -> None:
    """Also by a node that starts again and can ask nobody; in the next round it says what its people want."""
    town = guests_town(needed=3)
    town.publish(1, guest(1, "ada"))
    saved = town.stores[1].document(DocumentKind.AGREEMENT, "guests")
    town.kill(1)
    town.cut |= {frozenset((1, 2)), frozenset((1, 3))}
    town.start(1)
    town.settle()
    town.pass_time(3_000)
    answer = town.publish(1, guest(1, "bea"))
    assert isinstance(answer, Published)
    assert not answer.is_signed
    assert town.stores[1].document(DocumentKind.AGREEMENT, "guests") == saved
    town.cut.clear()
    for coop in (2, 3):
        town.publish(coop, guest(1, "bea"))
    town.settle()
    town.pass_time(10_000)
    assert [admitted(town, coop) for coop in (1, 2, 3)] == [["bea"]] * 3
    assert [store.evidence() for store in town.stores.values()] == [[], [], []]


def test_after_a_restore_it_asks_what_it_has_said() -> None:
    """The copy knows of no guest. Heads don't say that there was none: it waits for all that peers know."""
    town = guests_town(needed=3)
    copy = town.disks[1].copy()
    town.publish(1, guest(1, "ada"))
    town.settle()
    town.kill(1)
    town.disks[1] = copy
    town.settings = replace(SETTINGS, restored=True)
    town.start(1)
    heads = Heads(()).encode()
    town.tick(1, [PeerUp(2), PeerUp(3), PeerMessage(2, heads), PeerMessage(3, heads)])
    core_of(town.engines[1]).readiness = Readiness.READY
    early = town.publish(1, guest(1, "bea"))
    assert isinstance(early, Published)
    assert not early.is_signed
    town.settle()
    town.pass_time(12_000)
    late = town.publish(1, guest(1, "bea"))
    assert isinstance(late, Published)
    assert late.is_signed
    assert town.stores[2].evidence() == []


def test_what_is_published_is_judged_by_its_subject() -> None:
    town = guests_town(signers=(1, 2))
    answers = {
        "another content": town.publish(1, guest(1, limit="much")),
        "another kind": town.publish(1, replace(guest(1), decision=78)),
        "too early": town.publish(1, guest(5)),
        "no part in it": town.publish(3, guest(1)),
    }
    found = {
        what: (answer.reason, answer.detail)
        for what, answer in answers.items()
        if isinstance(answer, NotPublished)
    }
    assert found == {
        "another content": (NotPublishedReason.MALFORMED, "not the content of a guest"),
        "another kind": (NotPublishedReason.MALFORMED, "not one of charter, print, source, guest"),
        "too early": (NotPublishedReason.NUMBER_EARLY, "guest 1 comes next"),
        "no part in it": (
            NotPublishedReason.NOT_PUBLISHER,
            "this coop has no say about guests",
        ),
    }
    assert town.publish(1, guest(1, limit=5_000)) == Refused(Refusal.LIMIT_EXCEEDED)


def test_what_a_coop_without_a_part_in_it_says_is_passed_over() -> None:
    town = guests_town(signers=(1, 2))
    decided = Signed(
        decision=GUEST,
        number=1,
        content=encode(["ada", 500]),
        turn=Turn(place=0, round=0),
        signatures=((3, bytes(64)),),
    )
    for message in (decided, Supported(decided=decided), replace(decided, turn=None)):
        outbox = town.engines[1].tick(town.now_ms, [PeerMessage(2, message.encode())])
        assert (outbox.disconnects, outbox.sends) == ([], [])


@pytest.mark.parametrize(
    "message",
    [
        Due("guests", 0, (1,)),
        Signed(decision=GUEST, number=1, content=encode(["ada", 500])),
    ],
)
def test_a_node_that_does_not_know_the_subject_takes_its_messages_for_a_breach(
    message: Due | Signed,
) -> None:
    town = official_town()
    town.tick(1, [PeerUp(2)])
    outbox = town.engines[1].tick(town.now_ms, [PeerMessage(2, message.encode())])
    assert [cut.reason for cut in outbox.disconnects] == ["message of unknown shape"]
