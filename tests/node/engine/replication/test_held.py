"""Of the log of a coop that is accused all nodes hold the same in the end: what some log has anchored."""

import pytest

from ledger.chain import SignedHead, extend_all
from ledger.charter_changes import Quarantine, Readmit
from ledger.entries import encode_entry
from ledger.evidence import ForkEvidence
from node.engine.branches_kept import branch_documents, load_branches
from node.engine.events import PeerDown, PeerUp
from node.engine.health.troubles import TroubleKind
from node.engine.wire import EvidenceNews
from node.store import Write
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


def _apart(seed: str) -> Rig:
    """Coops 1 to 3, which hear nobody; in the name of coop 4 the test speaks."""
    rig = joined(1, 2, 3, 4, federation=build_federation(seed=seed, coops=4))
    for at in rig.engines:
        for peer in rig.engines:
            if at != peer:
                rig.tick(at, PeerDown(peer))
    del rig.engines[4]
    return rig


def _tailed(tails: dict[int, int], *, other: int | None = None) -> Rig:
    """Coop 4 pays coop 1, which anchors that; then it sends tails of these lengths, and there is evidence.

    `other`: the coop that has another history, which pays coop 2.
    """
    rig = _apart("tails")
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


def _between() -> Rig:
    """Coop 1 has anchored a payment of coop 4. Node 3 holds something else of that log, and what coop 1 has
    anchored only beside it: it has just looked at all logs, when the evidence came, and waits."""
    rig = _apart("in between")
    log = core_of(rig.engines[1]).validator.log(4)
    first, other, tail = _admissions(rig, 3)
    payment = encode_entry(rig.now_ms // 1000, rig.pay(4, 1, 1, 1, amount=40))
    rig.tick(1, PeerUp(4))
    rig.hear(1, 4, entries_message(rig.federation, 4, log.length, log.head, first, payment))
    rig.tick(1, PeerDown(4))
    rig.advance(10)
    one, two = (_after(rig, log.length, log.head, entry) for entry in (other, tail))
    evidence = ForkEvidence(shorter=one, longer=two, start=two.head, entries=())
    rig.tick(3, PeerUp(4))
    rig.hear(3, 4, entries_message(rig.federation, 4, log.length, log.head, tail))
    rig.hear(3, 4, EvidenceNews(evidence.encode()))
    length, head = rig.length(3, 4), core_of(rig.engines[3]).validator.log(4).head
    assert length < log.length
    rig.mail.clear()
    rig.link(1, 3)
    while not rig.engines[3].status().waiting:
        rig.deliver_to(1)
        rig.deliver_to(3)
    # What is asked for is longer, so this could lead there.
    rig.hear(3, 4, entries_message(rig.federation, 4, length, head, other))
    assert rig.length(3, 4) == length + 1
    rig.tick(3, PeerDown(4))
    rig.deliver()
    (branch,) = load_branches(rig.stores[3])
    assert (branch.base, branch.tip) == (length, rig.head(1, 4))
    return rig


def _assert_all_hold(rig: Rig, signed: SignedHead) -> None:
    rig.link(1, 2)
    rig.link(2, 3)
    pass_time(rig, 8)
    assert [rig.head(at, 4) for at in HONEST] == [signed] * 3
    assert load_branches(rig.stores[3]) == []
    assert len(rig.digests()) == 1


def test_what_another_log_has_anchored_takes_the_place_of_what_nobody_has() -> None:
    rig = _between()
    signed = rig.head(1, 4)
    pass_time(rig, 4)
    assert rig.head(3, 4) == signed
    _assert_all_hold(rig, signed)


def test_a_log_goes_on_with_the_rest_of_a_branch_of_which_it_has_the_beginning() -> None:
    rig = _between()
    signed, (branch,) = rig.head(1, 4), load_branches(rig.stores[3])
    pass_time(rig, 4)
    between = branch.base + 1
    assert between < signed.length
    rig.stores[3].set_aside(4, between)
    rig.stores[3].commit(Write(documents=branch_documents(branch, created=0)))
    rig.start(3)
    assert rig.length(3, 4) == between
    assert load_branches(rig.stores[3]) == [branch]
    rig.ready()
    _assert_all_hold(rig, signed)
