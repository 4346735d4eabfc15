"""A node that is put back to an old copy asks what it has signed before it signs anything more.

What it signed since is in no log yet, only in its peers' memory. So it waits until more than half of them
have told all they know of the numbers that come next.
"""

from dataclasses import replace
from typing import Any

import pytest

from ledger.codec import Value, encode
from node.engine.events import NotPublished, NotPublishedReason, PeerMessage, PeerUp, Published
from node.engine.wire import Heads, decode_message
from node.engine.wire_decisions import Signed, Told
from node.engine.wire_index import INDEX, index_due
from node.errors import PeerFault
from tests.node.engine.decisions.test_taking_part import (
    NOVEMBER,
    SETTINGS,
    fact,
    official_town,
    taken,
)
from tests.node.engine.town import Town


def put_back(town: Town, coop: int, copy: Any) -> None:
    """Start the node on an old copy, as one that was restored; its links are not up yet."""
    town.kill(coop)
    town.disks[coop] = copy
    town.settings = replace(SETTINGS, restored=True)
    town.start(coop)
    town.settings = SETTINGS


def signed_by(town: Town, coop: int, *, at: int) -> list[int]:
    """The values that `coop` has signed, as another node knows them."""
    status = town.engines[at].index_status()
    assert status is not None
    return [one.entry.decided.value for one in status.contents if coop in one.signed_by]  # type: ignore[union-attr]


def test_it_does_not_sign_what_its_stewards_have_thought_better_of() -> None:
    """The copy has their first word for December; their second one is what the node has signed."""
    town = official_town(quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    town.publish(1, fact(NOVEMBER + 1, 52))
    copy = town.disks[1].copy()
    town.publish(1, fact(NOVEMBER + 1, 25))
    for coop in (2, 3):
        town.publish(coop, fact(NOVEMBER, 25))
    town.settle()
    town.pass_time(3_000)
    assert signed_by(town, 1, at=2) == [25]
    put_back(town, 1, copy)
    town.settle()
    town.pass_time(5_000)
    assert set(taken(town).values()) == {1}
    assert town.stores[2].evidence(1) == []
    for coop in (2, 3):
        town.publish(coop, fact(NOVEMBER + 1, 25))
    town.settle()
    assert set(taken(town).values()) == {2}


def test_heads_are_not_enough() -> None:
    """Its peers have told their heads, not yet what it signed: then a publication waits."""
    town = official_town(quorum=3)
    copy = town.disks[1].copy()
    town.publish(1, fact(NOVEMBER, 25))
    town.settle()
    put_back(town, 1, copy)
    heads = Heads(()).encode()
    assert isinstance(decode_message(heads, max_bytes=100), Heads)
    town.tick(1, [PeerUp(2, 1), PeerUp(3, 1), PeerMessage(2, heads), PeerMessage(3, heads)])
    answer = town.publish(1, fact(NOVEMBER, 26))
    assert isinstance(answer, Published)
    assert not answer.is_signed
    town.settle()
    town.pass_time(12_000)
    assert signed_by(town, 1, at=1) == signed_by(town, 1, at=2) == [25]
    later = town.publish(1, fact(NOVEMBER, 26))
    assert isinstance(later, NotPublished)
    assert later.reason is NotPublishedReason.SIGNED_OTHERWISE


def test_it_takes_part_again_once_more_than_half_have_told() -> None:
    town = official_town(coops=4, quorum=4)
    put_back(town, 1, town.disks[1].copy())
    town.cut |= {frozenset((1, 3)), frozenset((1, 4))}
    town.settle()
    town.pass_time(5_000)
    town.cut.discard(frozenset((1, 3)))
    town.settle()
    town.pass_time(2_000)
    answer = town.publish(1, fact(NOVEMBER, 25))
    assert isinstance(answer, Published)
    assert answer.is_signed


def test_an_answer_is_one_message_where_the_link_allows_it() -> None:
    """Over an older link the parts come one by one, and a node that was restored stays out of it."""
    town = official_town(quorum=3)
    town.publish(1, fact(NOVEMBER, 25))
    due = index_due(period=NOVEMBER, source=1)
    answers = []
    for version in (1, 0):
        town.tick(1, [PeerUp(2, version)])
        sends = town.tick(1, [PeerMessage(2, due.encode())]).sends
        answers.append([decode_message(send.data, max_bytes=10_000) for send in sends])
    (told,), (part,) = answers
    assert isinstance(told, Told)
    assert (told.numbers, told.known) == ((NOVEMBER, 1), (part,))
    assert isinstance(part, Signed)


@pytest.mark.parametrize(
    "known",
    [
        [1],
        [["signed"]],
        [["observed", 1, 2]],
        [["index due", 1, 1]],
        [["index told", 1, 1, []]],
        [["observed", 1, []]] * (INDEX.most_told + 1),
    ],
)
def test_answers_of_another_shape_are_refused(known: Value) -> None:
    with pytest.raises(PeerFault, match="unknown shape"):
        decode_message(encode(["index told", 1, 1, known]), max_bytes=10_000)
