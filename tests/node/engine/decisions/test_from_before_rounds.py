"""A database from before there were rounds: what the node had signed binds it, and does not block it."""

import pytest

from ledger.agreement import decision_body, decision_message
from ledger.codec import encode
from ledger.decisions import Decision
from node.engine.decisions.locks import without_proof
from node.engine.decisions.promises import document_id
from node.engine.decisions.words import Saying
from node.store import Document, DocumentKind
from tests.node.engine.decisions.test_taking_part import (
    NOVEMBER,
    fact,
    index_of,
    official_town,
    taken,
)
from tests.node.engine.inside import agreement_of, core_of
from tests.node.engine.town import Town


def content_of(value: int) -> bytes:
    return encode([value, 0, 0, [], None])


def choice_of(value: int) -> bytes:
    return decision_body(
        decision=Decision.PRINT, number=NOVEMBER, content=content_of(value), turn=None
    )


def promise(town: Town, coop: int, value: int) -> Document:
    """What the program of before kept of a signed print for November."""
    message = decision_message(federation=town.federation.id, coop=coop, body=choice_of(value))
    signature = town.federation.node_keys[coop].sign(message)
    return Document(
        kind=DocumentKind.DECISION,
        id=document_id((Decision.PRINT.value, NOVEMBER)),
        created=1,
        data=encode([content_of(value), signature]),
    )


def upgraded_town(values: dict[int, int], *, coops: int, quorum: int) -> Town:
    """All nodes start with the new program on disks with what they had signed."""
    town = official_town(coops=coops, quorum=quorum)
    for coop in sorted(town.engines):
        town.kill(coop)
        if coop in values:
            document = promise(town, coop, values[coop])
            town.disks[coop].documents[document.kind, document.id] = document
    town.start()
    return town


def test_what_was_signed_is_a_lock_without_proof() -> None:
    town = upgraded_town({1: 25}, coops=3, quorum=2)
    assert agreement_of(town.engines[1]).rounds.lock == without_proof(choice_of(25))
    town.settle()
    town.pass_time(3_000)
    town.publish(1, fact(NOVEMBER, 26))
    word = agreement_of(town.engines[1]).rounds.said(Saying.SUPPORT, 1, 0)
    assert word is not None
    assert word.choice == choice_of(25)


def test_what_a_quorum_had_signed_is_decided() -> None:
    """A certificate for it may be in some log: whatever is published now, it stays."""
    town = upgraded_town({1: 25, 2: 25, 3: 26}, coops=3, quorum=2)
    town.settle()
    town.pass_time(3_000)
    for coop in (1, 2, 3):
        town.publish(coop, fact(NOVEMBER, 26))
    town.settle()
    town.pass_time(30_000)
    assert set(taken(town).values()) == {1}
    assert index_of(town, 3).prints[0].value == 25


@pytest.mark.parametrize(
    ("values", "quorum"),
    [({1: 250, 2: 25, 3: 26}, 2), ({1: 25, 2: 25, 3: 26, 4: 27}, 3), ({1: 250}, 2)],
    ids=["three ways", "two and one and one", "one"],
)
def test_what_no_quorum_can_have_signed_does_not_block(values: dict[int, int], quorum: int) -> None:
    """Every new print was stuck behind such a number before."""
    town = upgraded_town(values, coops=max(3, len(values)), quorum=quorum)
    town.settle()
    town.pass_time(3_000)
    for coop in sorted(town.engines):
        town.publish(coop, fact(NOVEMBER, 25))
    town.settle()
    town.pass_time(60_000)
    assert set(taken(town).values()) == {1}
    assert index_of(town, 1).prints[0].value == 25
    assert not any(store.evidence() for store in town.stores.values())


def test_once_it_is_decided_nothing_is_left_of_it() -> None:
    town = upgraded_town({1: 25, 2: 25}, coops=3, quorum=2)
    town.settle()
    town.pass_time(10_000)
    assert set(taken(town).values()) == {1}
    assert town.stores[1].documents(DocumentKind.DECISION, limit=9) == []


def test_a_damaged_one_makes_the_node_ask() -> None:
    town = official_town()
    town.kill(1)
    document = promise(town, 2, 25)  # another coop's signature
    town.disks[1].documents[document.kind, document.id] = document
    town.start(1)
    assert core_of(town.engines[1]).old_copy.began_in_doubt
