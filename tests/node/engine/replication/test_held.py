"""Of the log of a coop that is accused all nodes hold the same in the end: what some log has anchored."""

import pytest

from ledger.chain import SignedHead, extend_all
from ledger.charter_changes import Quarantine, Readmit
from ledger.entries import encode_entry
from ledger.evidence import ForkEvidence
from node.engine.events import PeerDown, PeerUp
from node.engine.health.troubles import TroubleKind
from node.engine.wire import EvidenceNews
from tests.builders import build_federation, signing_key
from tests.charters import keyed
from tests.node.engine.charter.test_standing import decide, pass_time
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, entries_message, joined

HONEST = (1, 2, 3)


def _admissions(rig: Rig, count: int) -> list[bytes]:
    accounts = range(50, 50 + count)
    return [encode_entry(rig.now_ms // 1000, rig.federation.admit(4, each)) for each in accounts]


def _after(rig: Rig, length: int, head: bytes, entry: bytes) -> SignedHead:
    return rig.federation.signed_head(4, length=length + 1, head=extend_all(head, [entry]))


def _tailed(tails: dict[int, int], *, other: int | None = None) -> Rig:
    """Coop 4 pays coop 1, which anchors that; then it sends tails of these lengths, and there is evidence.

    `other`: the coop that has another history, which pays coop 2.
    """
    rig = joined(1, 2, 3, 4, federation=build_federation(seed="tails", coops=4))
    for at in rig.engines:
        for peer in rig.engines:
            if at != peer:
                rig.tick(at, PeerDown(peer))
    del rig.engines[4]
    log = core_of(rig.engines[1]).validator.log(4)
    payments = [encode_entry(rig.now_ms // 1000, rig.pay(4, 1, to, 1, amount=40)) for to in (1, 2)]
    one, two = (_after(rig, log.length, log.head, entry) for entry in payments)
    for at in HONEST:
        rig.tick(at, PeerUp(4))
        entry = payments[at == other]
        rig.hear(at, 4, entries_message(rig.federation, 4, log.length, log.head, entry))
    rig.advance(10)
    evidence = ForkEvidence(shorter=one, longer=two, start=two.head, entries=())
    for at in HONEST:
        head = two.head if at == other else one.head
        tail = _admissions(rig, tails.get(at, 0))
        if tail:
            rig.hear(at, 4, entries_message(rig.federation, 4, log.length + 1, head, *tail))
        assert rig.length(at, 4) == log.length + 1 + len(tail)
    for at in HONEST:
        rig.hear(at, 4, EvidenceNews(evidence.encode()))
        rig.tick(at, PeerDown(4))
    rig.mail.clear()
    for link in ((1, 2), (1, 3), (2, 3)):
        rig.link(*link)
    pass_time(rig, 20)
    return rig


@pytest.mark.parametrize("other", [None, 2, 3])
@pytest.mark.parametrize("tails", [{1: 4}, {1: 4, 2: 2}, {3: 3}, {1: 1, 2: 1, 3: 1}], ids=str)
def test_what_nobody_anchored_is_dropped_by_all(tails: dict[int, int], other: int | None) -> None:
    rig = _tailed(tails, other=other)
    assert [rig.engines[at].status().accused for at in HONEST] == [(4,)] * 3
    assert [rig.engines[at].status().waiting for at in HONEST] == [{}] * 3
    assert len(rig.digests()) == 1
    for at in HONEST:
        rig.start(at)
        kinds = {trouble.kind for trouble in rig.engines[at].status().troubles}
        assert TroubleKind.DAMAGED not in kinds
    assert len(rig.digests()) == 1


def test_of_whom_nobody_anchored_anything_nothing_is_left_and_it_may_begin_again() -> None:
    rig = Rig(1, 2, federation=build_federation(seed="never anchored", coops=3))
    rig.ready()
    for at in (1, 2):
        rig.tick(at, PeerUp(3))
        entry = encode_entry(rig.now_ms // 1000, rig.federation.admit(3, 50 + at))
        rig.hear(at, 3, rig.entries_after(at, 3, entry))
        assert rig.length(at, 3) == 1
        rig.tick(at, PeerDown(3))
    rig.mail.clear()
    rig.link(1, 2)
    pass_time(rig)
    assert [rig.engines[at].status().accused for at in (1, 2)] == [(3,), (3,)]
    assert [rig.length(at, 3) for at in (1, 2)] == [0, 0]
    assert len(rig.digests()) == 1
    decide(rig, Quarantine(coop=3))
    head = core_of(rig.engines[1]).head_at(3, 0)
    assert head is not None
    key = signing_key("begins again")
    decide(rig, Readmit(coop=3, key=key.public_key, limit=1_000, length=0, head=head))
    rig.federation = keyed(rig.federation, 3, key)
    rig.start(3, known=rig.engines[1].newest)
    rig.link(1, 3)
    rig.link(2, 3)
    pass_time(rig)
    rig.admit(3, 1)
    pass_time(rig)
    assert [rig.length(at, 3) for at in (1, 2, 3)] == [3, 3, 3]
    assert [rig.engines[at].status().accused for at in (1, 2, 3)] == [()] * 3
    assert len(rig.digests()) == 1
