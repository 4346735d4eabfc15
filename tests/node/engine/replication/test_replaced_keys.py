"""A key is replaced while whoever has it goes on signing: what a log took in of that is followed by all."""

import pytest

from ledger.charter_changes import Change, DecideBranch, SetNodeKey
from ledger.entries import encode_entry
from ledger.invariants import find_violations, fork_loss
from node.engine.answers import Published, Recorded
from node.engine.branches_kept import load_branches
from node.engine.charter import subject
from node.engine.events import PeerDown, PeerUp, Publish
from node.engine.health.status import Readiness
from node.engine.health.troubles import TroubleKind
from node.engine.wire import WitnessAnswer, WitnessRequest
from node.mark import MemoryMark
from node.store import MemoryDisk
from tests.builders import build_federation, signing_key
from tests.charters import keyed, proposal
from tests.node.engine.charter.test_standing import pass_time
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined

NEW_KEY = signing_key("replaced")
OTHERS = (1, 2, 3)
BAD = (TroubleKind.DAMAGED, TroubleKind.CUT, TroubleKind.WAITING)


def _decide(rig: Rig, change: Change) -> None:
    for coop in OTHERS:
        publication = proposal(core_of(rig.engines[coop]).charter, change)
        for steward in (0, 1):
            key = rig.federation.steward_keys[coop][steward]
            publication = publication.signed_by(
                steward, key, federation=rig.federation.id, coop=coop
            )
        (answer,) = rig.ask(coop, Publish(rig.request(), publication.encode(), None))
        assert isinstance(answer, Published), answer
    pass_time(rig)


def _replaced(monkeypatch: pytest.MonkeyPatch, *, pays: bool, more: int = 0) -> Rig:
    """Coop 4 has another key from the length on that all held when the old one signed more for coop 1.

    That pays coop 1, which anchors it, or else nobody; then follow `more` entries that nobody anchors.
    """
    monkeypatch.setattr(subject, "objection", lambda core, change: None)
    rig = joined(
        1,
        2,
        3,
        4,
        federation=build_federation(seed="replaced", coops=4),
        decision_interval_ms=5_000,
    )
    length = rig.length(1, 4)
    rig.engines[4].end()
    del rig.engines[4]
    for at in OTHERS:
        for other in range(1, 5):
            if other != at:
                rig.tick(at, PeerDown(other))
    rig.tick(1, PeerUp(4))
    transaction = rig.pay(4, 1, 1, 1, amount=30) if pays else rig.federation.admit(4, 50)
    rig.hear(1, 4, rig.entries_after(1, 4, encode_entry(rig.now_ms // 1000, transaction)))
    rig.advance(10)
    for account in range(60, 60 + more):
        entry = encode_entry(rig.now_ms // 1000, rig.federation.admit(4, account))
        rig.hear(1, 4, rig.entries_after(1, 4, entry))
    rig.hear(1, 4, WitnessRequest(rig.head(1, 4)))
    assert len(rig.sent(1, WitnessAnswer)) == 1
    rig.tick(1, PeerDown(4))
    is_anchored = core_of(rig.engines[1]).validator.log(1).anchored[4] == length + 1
    assert is_anchored is pays
    rig.mail.clear()
    change = SetNodeKey(coop=4, key=NEW_KEY.public_key, length=length)
    for one, other in ((1, 2), (1, 3), (2, 3)):
        rig.link(one, other)
    _decide(rig, change)
    return rig


def _begin_new(rig: Rig) -> None:
    """Coop 4 has a node with the new key, and an empty disk."""
    rig.federation = keyed(rig.federation, 4, NEW_KEY)
    rig.disks[4], rig.marks[4] = MemoryDisk(), MemoryMark()
    rig.stores.pop(4)
    rig.start(4, known=rig.engines[1].newest)
    for at in OTHERS:
        rig.link(at, 4)
    pass_time(rig, 20)


def _all_is_well(rig: Rig, *, cut: bool = False) -> None:
    """Nodes follow each other; coop 1 can't anchor coop 4's log if it is `cut`."""
    for at, engine in rig.engines.items():
        status = engine.status()
        assert (at, status.waiting, status.accused) == (at, {}, ())
        assert status.readiness is Readiness.READY
        found = [(each.coop, each.other) for each in status.troubles if each.kind in BAD]
        assert found == ([(4, 4)] if cut and at == 1 else [])
        assert find_violations(core_of(engine).validator) == []
    assert len(rig.digests()) == 1


def _pay_all(rig: Rig, sequence: int, amount: int) -> None:
    """Everybody pays account 2 of everybody else."""
    for payer in rig.engines:
        for place, payee in enumerate(coop for coop in rig.engines if coop != payer):
            data = rig.pay(payer, sequence + place, payee, 2, amount=amount)
            (answer,) = rig.submit(payer, data)
            assert isinstance(answer, Recorded)
    pass_time(rig, 10)


@pytest.mark.parametrize("more", [0, 3])
@pytest.mark.parametrize("pays", [True, False], ids=["anchored", "not"])
def test_nobody_is_cut_off(monkeypatch: pytest.MonkeyPatch, pays: bool, more: int) -> None:
    rig = _replaced(monkeypatch, pays=pays, more=more)
    _all_is_well(rig, cut=pays)
    assert [len(load_branches(rig.stores[at])) for at in OTHERS] == [int(pays)] * 3
    _begin_new(rig)
    _all_is_well(rig, cut=pays)
    _pay_all(rig, 1, 10)
    _all_is_well(rig, cut=pays)
    arrived = [rig.balance(1, coop, 2) for coop in (1, 2, 3, 4)]
    assert arrived == [20 if pays else 30, 30, 30, 30]
    for at in OTHERS:
        rig.start(at)
    rig.link_all()
    pass_time(rig, 10)
    _all_is_well(rig, cut=pays)


def test_the_loss_is_named_and_charged_and_all_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = _replaced(monkeypatch, pays=True)
    _begin_new(rig)
    _pay_all(rig, 1, 10)
    for at in OTHERS:
        assert core_of(rig.engines[at]).validator.fork_loss(1, other=4) == 30
    log = core_of(rig.engines[2]).validator.log(4)
    _decide(rig, DecideBranch(coop=4, length=log.length, head=log.head, losses=((1, 30),)))
    _pay_all(rig, 4, 5)
    _all_is_well(rig)
    validator = core_of(rig.engines[3]).validator
    assert [rig.balance(3, coop, 2) for coop in (1, 2, 3, 4)] == [45] * 4
    assert (validator.log(4).commons, fork_loss(validator)) == (-30, 0)


def test_a_node_that_lost_its_disk_follows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = _replaced(monkeypatch, pays=True, more=3)
    _begin_new(rig)
    _pay_all(rig, 1, 10)
    rig.disks[2], rig.marks[2] = MemoryDisk(), MemoryMark()
    rig.stores.pop(2)
    rig.start(2)
    for other in (1, 3, 4):
        rig.tick(other, PeerDown(2))
        rig.link(2, other)
    pass_time(rig, 40)
    _all_is_well(rig, cut=True)


@pytest.mark.parametrize("pays", [True, False], ids=["anchored", "not"])
def test_who_witnessed_for_the_old_key_witnesses_for_the_new_one(
    monkeypatch: pytest.MonkeyPatch, pays: bool
) -> None:
    rig = _replaced(monkeypatch, pays=pays)
    _begin_new(rig)
    rig.admit(4, 80, 81)
    pass_time(rig)
    rig.start(1)
    rig.link(1, 2)
    rig.deliver()
    rig.ready()
    rig.mail.clear()
    rig.hear(1, 2, WitnessRequest(rig.head(2, 4)))
    (answer,) = rig.sent(1, WitnessAnswer)
    assert (answer.signed.length, answer.signed.head) == (rig.length(4, 4), rig.head(4, 4).head)
