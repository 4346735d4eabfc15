"""Two nodes find out by digests in what they differ, and hear of it all that they would be told unasked."""

from typing import Any

import pytest

from ledger.codec import encode
from ledger.entries import encode_entry
from ledger.evidence import ForkEvidence
from node.engine.events import PeerDown, PeerUp
from node.engine.health.status import Readiness
from node.engine.wire import AddressNews, EvidenceNews, Heads, Message, decode_message
from node.engine.wire_gossip import LAST_COOP, Differences, Digest, Outline, Row
from node.errors import PeerFault
from tests.builders import build_federation
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined
from tests.node.test_addresses import said

COMPARED = (Digest, Outline, Differences)
TAG = bytes(16)


def forget(rig: Rig) -> None:
    """What was sent is lost, also what is said of it soon after."""
    rig.advance(rig.settings.gossip_interval_ms)
    rig.mail.clear()


def pass_interval(rig: Rig) -> None:
    """Until everything is compared again, delivered."""
    rig.advance(rig.settings.full_gossip_interval_ms)
    rig.deliver()


def messages(rig: Rig, coop: int, *kinds: type[Message]) -> list[Any]:
    return [message for kind in kinds for message in rig.sent(coop, kind)]


def forked(rig: Rig, coop: int = 3) -> ForkEvidence:
    one, other = (
        rig.federation.signed_head(coop, length=1, head=bytes([mark]) * 32) for mark in (1, 2)
    )
    return ForkEvidence(shorter=one, longer=other, start=other.head, entries=())


def accuse(rig: Rig, at: int, *evidence: ForkEvidence) -> None:
    """As if a node had it for long."""
    core = core_of(rig.engines[at])
    core.evidence |= {each.coop: [each] for each in evidence}
    core._accused = None


def test_nodes_that_hold_the_same_send_a_digest_and_nothing_else() -> None:
    rig = joined(1, 2)
    pass_interval(rig)
    rig.advance(rig.settings.full_gossip_interval_ms)
    told = messages(rig, 1, *COMPARED, Heads, AddressNews, EvidenceNews)
    assert [type(message) for message in told] == [Digest]
    assert len(told[0].encode()) == 26
    rig.deliver()
    assert not messages(rig, 2, Outline)


@pytest.mark.parametrize("behind", [1, 2])
def test_entries_that_were_lost_arrive_within_the_same_time(behind: int) -> None:
    rig = joined(1, 2)
    rig.admit(3 - behind, 3)
    forget(rig)
    assert rig.length(behind, 3 - behind) < rig.length(3 - behind, 3 - behind)
    pass_interval(rig)
    assert rig.length(behind, 3 - behind) == rig.length(3 - behind, 3 - behind)


def test_only_the_heads_that_differ_are_told() -> None:
    rig = joined(1, 2, 3)
    rig.admit(1, 3)
    forget(rig)
    rig.advance(rig.settings.full_gossip_interval_ms)
    for _ in range(3):  # a digest, an outline, differences
        rig.deliver_to(1)
        rig.deliver_to(2)
    told = [head.coop for page in messages(rig, 1, Heads) for head in page.heads]
    assert set(told) <= {1}


def test_two_histories_of_one_length_are_told_and_become_evidence() -> None:
    rig = joined(1, 2, 3)
    rig.tick(1, PeerDown(3))
    rig.tick(2, PeerDown(3))
    time = rig.now_ms // 1000
    one, other = (
        rig.entries_after(1, 3, encode_entry(time, rig.federation.admit(3, number)))
        for number in (50, 60)
    )
    rig.tick(1, PeerUp(3))
    rig.hear(1, 3, one)
    rig.tick(2, PeerUp(3))
    rig.hear(2, 3, other)
    forget(rig)
    assert not rig.engines[1].status().accused and not rig.engines[2].status().accused
    pass_interval(rig)
    assert rig.engines[1].status().accused == rig.engines[2].status().accused == (3,)


def test_evidence_that_was_lost_is_told() -> None:
    rig = joined(1, 2)
    accuse(rig, 1, forked(rig))
    assert 3 not in core_of(rig.engines[2]).accused
    pass_interval(rig)
    assert core_of(rig.engines[2]).is_accused(3, "fork")
    rig.advance(rig.settings.full_gossip_interval_ms)
    rig.deliver_to(1)
    assert not messages(rig, 1, EvidenceNews)


def test_a_statement_that_was_lost_is_told() -> None:
    rig = Rig(1, 2)
    rig.link(1, 2)
    rig.deliver()
    statement = said(federation=rig.federation)
    rig.start(1, address=statement)
    rig.mail.clear()
    rig.tick(1, PeerUp(2))
    rig.mail.clear()
    pass_interval(rig)
    assert rig.engines[2].addresses() == {1: statement}


def test_a_peers_own_head_that_is_known_and_not_held_is_told_unasked() -> None:
    rig = joined(1, 2)
    assert rig.engines[1].status().readiness is Readiness.READY
    head = rig.federation.signed_head(1, length=1_000, head=bytes(32))
    rig.tick(2, PeerUp(3))
    rig.hear(2, 3, Heads((head,)))
    rig.mail.clear()
    pass_interval(rig)
    assert rig.engines[1].status().readiness is Readiness.BEHIND


def test_an_outline_counts_as_often_as_a_digest_was_sent() -> None:
    rig = joined(1, 2)
    outline = Outline(first=0, last=LAST_COOP, rows=())
    rig.hear(1, 2, *[outline] * 4)
    rig.mail.clear()
    rig.hear(1, 2, outline, Differences((Row(coop=1, tag=TAG),)))
    assert not messages(rig, 1, Heads, Differences)
    rig.advance(rig.settings.full_gossip_interval_ms)
    rig.mail.clear()
    rig.hear(1, 2, *[outline] * 9)
    assert len(messages(rig, 1, Differences)) == 4


def test_differences_count_as_often_as_an_outline_was_sent() -> None:
    rig = joined(1, 2)
    rig.mail.clear()
    rig.hear(1, 2, Digest(TAG))
    assert len(messages(rig, 1, Outline)) == 1
    rig.hear(1, 2, *[Differences((Row(coop=1, tag=TAG),))] * 3)
    (heads,) = messages(rig, 1, Heads)
    assert [head.coop for head in heads.heads] == [1]


def test_digests_are_answered_once_in_an_interval() -> None:
    rig = joined(1, 2)
    rig.mail.clear()
    rig.hear(1, 2, *[Digest(TAG)] * 3)
    assert len(messages(rig, 1, Outline)) == 1
    rig.advance(rig.settings.gossip_interval_ms)
    rig.mail.clear()
    rig.hear(1, 2, Digest(TAG))
    assert len(messages(rig, 1, Outline)) == 1


def test_so_much_evidence_goes_to_a_peer_at_once() -> None:
    rig = joined(1, 2, served_bytes=1)
    accuse(rig, 1, forked(rig, 2), forked(rig, 3))
    rig.mail.clear()
    rig.hear(1, 2, Digest(TAG))
    rig.hear(1, 2, Differences((Row(coop=2), Row(coop=3))))
    assert len(messages(rig, 1, EvidenceNews)) == 1


def test_a_node_of_yesterday_is_told_everything_as_before() -> None:
    rig = joined(1, 2)
    rig.tick(1, PeerUp(2, version=4))
    (heads,) = messages(rig, 1, Heads)
    assert {head.coop for head in heads.heads} == {1, 2}
    rig.mail.clear()
    accuse(rig, 1, forked(rig))
    rig.advance(rig.settings.full_gossip_interval_ms)
    (heads,) = messages(rig, 1, Heads)
    assert {head.coop for head in heads.heads} == {1, 2}
    assert len(messages(rig, 1, EvidenceNews)) == 1
    assert not messages(rig, 1, *COMPARED)


def test_an_outline_of_many_coops_takes_several_messages_and_misses_nothing() -> None:
    federation = build_federation(coops=300, stewards=1, threshold=1)
    rig = Rig(1, 2, federation=federation)
    heads = {
        coop: federation.signed_head(coop, length=1, head=bytes([coop % 255]) * 32)
        for coop in federation.charter.coops
    }
    core_of(rig.engines[1]).signed.update(heads)
    rig.tick(1, PeerUp(2))
    rig.tick(2, PeerUp(1))
    rig.mail.clear()
    rig.hear(1, 2, Digest(TAG))
    pages = rig.sent(1, Outline)
    assert [len(page.rows) for page in pages] == [256, 44]
    assert (pages[0].first, pages[1].last) == (0, LAST_COOP)
    assert pages[0].last + 1 == pages[1].first
    rig.mail.clear()
    rig.advance(rig.settings.full_gossip_interval_ms)
    rig.mail.clear()
    rig.hear(2, 1, *pages)
    asked = [row.coop for message in rig.sent(2, Differences) for row in message.rows]
    assert asked == sorted(heads)


GOOD: list[list[object]] = [
    ["digest", TAG],
    ["outline", 0, LAST_COOP, []],
    ["outline", 2, 3, [[2, TAG, 7, ["fork", "invalid"]], [3, b"", 0, []]]],
    ["differences", [[1, TAG, 0, []]]],
]
BAD: list[list[object]] = [
    ["digest", b"short"],
    ["digest", TAG, TAG],
    ["outline", 3, 2, []],
    ["outline", 0, LAST_COOP + 1, []],
    ["outline", 2, 3, [[1, TAG, 0, []]]],
    ["outline", 0, 9, [[2, TAG, 0, []], [1, TAG, 0, []]]],
    ["differences", [[1, TAG, 0, []], [1, TAG, 0, []]]],
    ["differences", [[1, b"short", 0, []]]],
    ["differences", [[1, TAG, -1, []]]],
    ["differences", [[1, TAG, 0, ["invalid", "fork"]]]],
    ["differences", [[1, TAG, 0, [1]]]],
    ["differences", [[1, TAG, 0, ["a kind of far too long"]]]],
    ["differences", [[1, TAG, 0, [f"{kind}" for kind in range(9)]]]],
    ["differences", [[2**32, TAG, 0, []]]],
]


@pytest.mark.parametrize("value", GOOD)
def test_messages_are_what_they_were_before_they_were_sent(value: list[object]) -> None:
    data = encode(value)  # type: ignore[arg-type]
    assert decode_message(data, max_bytes=1_000).encode() == data


@pytest.mark.parametrize("value", BAD)
def test_other_shapes_are_none(value: list[object]) -> None:
    with pytest.raises(PeerFault):
        decode_message(encode(value), max_bytes=1_000)  # type: ignore[arg-type]
