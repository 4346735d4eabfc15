"""A node asks each time which charter is in force for the log in question.

One log is given another charter here, by hand.
"""

from dataclasses import replace

import pytest

from ledger.chain import SignedHead
from ledger.charter import Charter
from ledger.evidence import ForkEvidence
from node.engine.wire import Entries, EvidenceNews, Get, Heads, WitnessRequest
from node.engine.wire_charter import VersionNews
from tests.builders import build_federation, signing_key
from tests.charters import keyed, with_node_key
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig

OTHER_KEY = signing_key("another node key")


@pytest.fixture
def rig() -> Rig:
    """The engines of the first two coops, linked."""
    rig = Rig(1, 2)
    rig.ready()
    rig.link_all()
    rig.deliver()
    return rig


def let_go_by(rig: Rig, log: int, charter: Charter) -> None:
    """Let a log, as the first coop's engine holds it, go by that charter."""
    core_of(rig.engines[1]).validator.go_by(log, charter)


def newer(charter: Charter) -> Charter:
    """The same, as the first change has made it."""
    return replace(charter, version=1)


def head_of_third(rig: Rig, *, is_new_key: bool, head: bytes = bytes(32)) -> SignedHead:
    federation = keyed(rig.federation, 3, OTHER_KEY) if is_new_key else rig.federation
    return federation.signed_head(3, length=1, head=head)


@pytest.mark.parametrize("is_new_key", [False, True])
@pytest.mark.parametrize("log", [1, 2, 3])
def test_a_head_is_signed_with_the_key_that_the_newest_charter_names(
    rig: Rig, log: int, is_new_key: bool
) -> None:
    let_go_by(rig, log, newer(with_node_key(rig.federation.charter, 3, OTHER_KEY)))
    outbox = rig.hear(1, 2, Heads((head_of_third(rig, is_new_key=is_new_key),)))
    is_believed = not outbox.disconnects
    assert is_believed == is_new_key


@pytest.mark.parametrize("is_newer", [False, True])
def test_evidence_is_judged_by_the_newest_charter(rig: Rig, is_newer: bool) -> None:
    changed = with_node_key(rig.federation.charter, 3, OTHER_KEY)
    let_go_by(rig, 2, newer(changed) if is_newer else rig.federation.charter)
    one, other = (
        head_of_third(rig, is_new_key=True, head=head) for head in (bytes(32), b"\1" * 32)
    )
    evidence = ForkEvidence(shorter=one, longer=other, start=other.head, entries=())
    outbox = rig.hear(1, 2, EvidenceNews(evidence.encode()))
    assert (not outbox.disconnects) == is_newer
    assert core_of(rig.engines[1]).is_accused(3, "fork") == is_newer


@pytest.mark.parametrize("knows_more", [False, True])
def test_what_a_peer_with_a_newer_charter_says_is_not_held_against_it(
    rig: Rig, knows_more: bool
) -> None:
    """It may know of a key, or of a coop, that is not known here yet."""
    core = core_of(rig.engines[1])
    rig.hear(1, 2, VersionNews(1 if knows_more else 0))
    stranger = replace(head_of_third(rig, is_new_key=True), coop=77)
    one, other = (
        head_of_third(rig, is_new_key=True, head=head) for head in (bytes(32), b"\1" * 32)
    )
    evidence = ForkEvidence(shorter=one, longer=other, start=other.head, entries=())
    entries = Entries(first=1, previous=bytes(32), entries=b"\x90", signed=stranger)
    for message in (
        Heads((one,)),
        Heads((stranger,)),
        Get(coop=77, first=1),
        entries,
        replace(entries, signed=one),
        WitnessRequest(stranger),
        EvidenceNews(evidence.encode()),
    ):
        core.linked.peers.add(2)
        assert (not rig.hear(1, 2, message).disconnects) == knows_more, message
    assert core.accused == {}
    assert 3 not in core.signed


def test_the_charter_by_which_a_node_acts_is_its_own_logs(rig: Rig) -> None:
    changed = newer(with_node_key(rig.federation.charter, 3, OTHER_KEY))
    let_go_by(rig, 3, changed)
    assert rig.engines[1].newest is changed
    assert rig.engines[1].charter is rig.federation.charter
    let_go_by(rig, 1, changed)
    assert rig.engines[1].charter is changed


def test_a_coop_that_another_log_knows_is_heard_of(rig: Rig) -> None:
    """Its log is taken in as soon as any log's charter has the coop; nothing else was numbered anew."""
    grown = build_federation(coops=4)
    people = keyed(rig.federation, 4, grown.node_keys[4])
    head = people.signed_head(4, length=1, head=bytes(32))
    core = core_of(rig.engines[1])
    assert rig.hear(1, 2, Heads((head,))).disconnects
    charter = newer(replace(rig.federation.charter, coops=grown.charter.coops))
    core.validator.go_by(2, charter)
    assert not rig.hear(1, 2, Heads((head,))).disconnects
    assert core.names[4] == "oeste"
    assert core.others == (2, 3)
