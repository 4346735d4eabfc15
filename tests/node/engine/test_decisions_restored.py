"""A node that is put back to an old copy asks what it has said before it says anything more.

What it said since is in no log yet, only in its peers' memory. So it waits until as many of them as a quorum
has have told all they know of what comes next, and goes on above the rounds in which it may have spoken.
"""

from dataclasses import replace
from typing import Any

import pytest

from ledger.codec import Value, encode
from node.engine.answers import Published
from node.engine.decisions.rounds import Rounds
from node.engine.decisions.words import Saying
from node.engine.events import PeerMessage, PeerUp
from node.engine.health.status import Readiness
from node.engine.wire import Heads, decode_message
from node.engine.wire_decisions import MOST_TOLD, Due, Known, Told
from node.engine.wire_index import index_due
from node.errors import PeerFault
from node.store import DocumentKind
from tests.node.engine.decisions.test_taking_part import (
    NOVEMBER,
    SETTINGS,
    fact,
    official_town,
    taken,
)
from tests.node.engine.inside import agreement_of, core_of
from tests.node.engine.town import Town


def put_back(town: Town, coop: int, copy: Any) -> None:
    """Start the node on an old copy, as one that was restored; its links are not up yet."""
    town.kill(coop)
    town.disks[coop] = copy
    town.settings = replace(SETTINGS, restored=True)
    town.start(coop)
    town.settings = SETTINGS


def supported_by(town: Town, coop: int, *, at: int) -> list[int]:
    """The values that `coop` supported last, as another node knows them."""
    status = town.engines[at].index_status()
    assert status is not None
    return [
        one.entry.decided.value  # type: ignore[union-attr]
        for one in status.contents
        if coop in one.supported_by
    ]


def rounds_of(town: Town, coop: int) -> Rounds:
    """What a node knows of the rounds for the next place of the index."""
    return agreement_of(town.engines[coop]).rounds


def test_it_is_not_accused_when_its_stewards_have_thought_better_of_it() -> None:
    """The copy has their first word for December; their second one is what the node has supported."""
    town = official_town(quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    town.publish(1, fact(NOVEMBER + 1, 52))
    copy = town.disks[1].copy()
    town.publish(1, fact(NOVEMBER + 1, 25))
    for coop in (2, 3):
        town.publish(coop, fact(NOVEMBER, 25))
    town.settle()
    town.pass_time(3_000)
    assert supported_by(town, 1, at=2) == [25]
    put_back(town, 1, copy)
    town.settle()
    town.pass_time(5_000)
    assert set(taken(town).values()) == {1}
    assert rounds_of(town, 2).said(Saying.SUPPORT, 1, 0) is not None
    assert rounds_of(town, 1).round >= 1
    for coop in (2, 3):
        town.publish(coop, fact(NOVEMBER + 1, 25))
    town.publish(1, fact(NOVEMBER + 1, 25))
    town.settle()
    town.pass_time(20_000)
    assert set(taken(town).values()) == {2}
    assert [store.evidence() for store in town.stores.values()] == [[], [], []]


def test_heads_are_not_enough() -> None:
    """Its peers have told their heads, not yet what it said: then it says nothing."""
    town = official_town(quorum=3)
    copy = town.disks[1].copy()
    town.publish(1, fact(NOVEMBER, 25))
    town.settle()
    put_back(town, 1, copy)
    heads = Heads(()).encode()
    assert isinstance(decode_message(heads, max_bytes=100), Heads)
    town.tick(1, [PeerUp(2), PeerUp(3), PeerMessage(2, heads), PeerMessage(3, heads)])
    core_of(town.engines[1]).readiness = Readiness.READY
    answer = town.publish(1, fact(NOVEMBER, 26))
    assert isinstance(answer, Published)
    assert not answer.is_signed
    town.settle()
    town.pass_time(12_000)
    assert supported_by(town, 1, at=2) == [26]
    said = [rounds_of(town, 2).said(Saying.SUPPORT, 1, round_) for round_ in (0, 1)]
    assert [None if one is None else one.round for one in said] == [0, 1]
    assert town.stores[2].evidence() == []


def test_it_takes_part_again_once_as_many_as_a_quorum_have_told() -> None:
    town = official_town(coops=5, quorum=3)
    put_back(town, 1, town.disks[1].copy())
    town.cut |= {frozenset((1, coop)) for coop in (3, 4, 5)}
    town.settle()
    town.pass_time(5_000)
    told = [agreement_of(town.engines[1]).is_sure]
    for coop in (3, 4):
        town.cut.discard(frozenset((1, coop)))
        town.settle()
        town.pass_time(2_000)
        told.append(agreement_of(town.engines[1]).is_sure)
    assert told == [False, False, True]
    town.publish(1, fact(NOVEMBER, 25))
    town.pass_time(2_000)
    assert supported_by(town, 1, at=2) == [25]


def test_that_it_has_to_ask_is_on_its_disk() -> None:
    """A node that was put back, and starts again before anybody told it anything, still asks."""
    town = official_town(quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    town.settle()
    put_back(town, 1, town.disks[1].copy())
    core_of(town.engines[1]).readiness = Readiness.READY
    town.tick(1)
    assert not agreement_of(town.engines[1]).is_sure
    town.kill(1)
    town.cut |= {frozenset((1, 2)), frozenset((1, 3))}
    town.start(1)
    core_of(town.engines[1]).readiness = Readiness.READY
    town.tick(1)
    assert not agreement_of(town.engines[1]).is_sure


def test_a_damaged_document_is_as_an_old_copy() -> None:
    town = official_town(quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    town.settle()
    town.kill(1)
    key = (DocumentKind.AGREEMENT, "index")
    saved = town.disks[1].documents[key]
    spoilt = saved.data[:-1] + bytes([saved.data[-1] ^ 1])
    town.disks[1].documents[key] = replace(saved, data=spoilt)
    town.start(1)
    assert core_of(town.engines[1]).old_copy.began_in_doubt
    town.settle()
    town.pass_time(5_000)
    assert rounds_of(town, 1).round == 1
    assert rounds_of(town, 1).said(Saying.SUPPORT, 1, 0) is not None


def test_older_nodes_are_asked_and_told_nothing() -> None:
    town = official_town(quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    due = index_due(place=0, period=NOVEMBER, source=1)
    answers = []
    for version in (3, 2, 0):
        sends = town.tick(1, [PeerUp(2, version)]).sends
        sends += town.tick(1, [PeerMessage(2, encode(["index due", NOVEMBER, 1]))]).sends
        if version == 3:
            sends += town.tick(1, [PeerMessage(2, due.encode())]).sends
        read = [decode_message(send.data, max_bytes=10_000) for send in sends if send.coop == 2]
        answers.append([type(one) for one in read if isinstance(one, Due | Told | Known)])
    assert answers == [[Due, Due, Told], [], []]  # it asks about the charter, too


@pytest.mark.parametrize(
    "known",
    [
        [1],
        [["signed"]],
        [["observed", 1, 2]],
        [["index next", 0, 1, 1]],
        [["index so far", 0, 1, 1, []]],
        [["observed", 1, []]] * (MOST_TOLD + 1),
    ],
)
def test_answers_of_another_shape_are_refused(known: Value) -> None:
    with pytest.raises(PeerFault, match="unknown shape"):
        decode_message(encode(["index so far", 0, 1, 1, known]), max_bytes=10_000)
