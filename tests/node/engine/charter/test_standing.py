"""A coop cheats, and the federation mends it: quarantine, which history stands, readmission."""

from dataclasses import replace
from typing import Any, cast

import pytest

from ledger.chain import SignedHead
from ledger.charter_changes import Change, DecideBranch, Quarantine, Readmit
from ledger.codec import split
from ledger.entries import encode_entry
from ledger.evidence import ForkEvidence
from ledger.invariants import find_violations, fork_loss
from ledger.validators.interface import Validator
from node.audit import Fault, audit_store
from node.engine.answers import Published, Recorded
from node.engine.branches_kept import Branch, load_branches
from node.engine.charter import subject
from node.engine.charter.objections import objection
from node.engine.events import PeerDown, PeerUp, Publish
from node.engine.health.status import Readiness
from node.engine.health.troubles import TroubleKind
from node.engine.reading import load_state
from node.engine.replication.held import taken_in_of
from node.engine.replication.rewriting import change_places, replace_branches
from node.engine.wire import EvidenceNews
from node.mark import MemoryMark
from node.store import MemoryDisk, Store
from tests.builders import build_federation, signing_key
from tests.charters import keyed, proposal
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, entries_message, joined

NEW_KEY = signing_key("readmitted")


def _forked(*, pays: bool = True) -> Rig:
    """Coop 3 pays coops 1 and 2 the same 40, each in another history, and each anchors what it saw.

    If it pays nobody it admits an account in each, and nobody anchors that.
    """
    rig = joined(
        1, 2, 3, federation=build_federation(seed="standing", coops=3), decision_interval_ms=5_000
    )
    for one, other in ((1, 2), (1, 3), (2, 3)):
        rig.tick(one, PeerDown(other))
        rig.tick(other, PeerDown(one))
    for at in (1, 2):
        rig.tick(at, PeerUp(3))
        transaction = rig.federation.admit(3, 70 + at)
        if pays:
            transaction = rig.pay(3, 1, at, 1, amount=40)
        entry = encode_entry(rig.now_ms // 1000, transaction)
        rig.hear(at, 3, rig.entries_after(at, 3, entry))
        if pays:
            rig.advance(rig.settings.anchor_interval_ms)
        rig.tick(at, PeerDown(3))
    del rig.engines[3]
    rig.mail.clear()
    rig.link(1, 2)
    pass_time(rig)
    return rig


def pass_time(rig: Rig, seconds: int = 8) -> None:
    for _ in range(seconds):
        rig.deliver()
        rig.advance(1_000)
    rig.deliver()


def decide(rig: Rig, change: Change) -> None:
    """Let the stewards of coops 1 and 2 stand for a change, and wait until it holds."""
    for coop in (1, 2):
        publication = proposal(core_of(rig.engines[coop]).charter, change)
        for steward in (0, 1):
            key = rig.federation.steward_keys[coop][steward]
            publication = publication.signed_by(
                steward, key, federation=rig.federation.id, coop=coop
            )
        (answer,) = rig.ask(coop, Publish(rig.request(), publication.encode(), None))
        assert isinstance(answer, Published), answer
    pass_time(rig)


def _standing(rig: Rig) -> DecideBranch:
    """The history that coop 1 holds stands; coop 2 lost 40 by the other."""
    log = core_of(rig.engines[1]).validator.log(3)
    return DecideBranch(coop=3, length=log.length, head=log.head, losses=((2, 40),))


def readmitted() -> Rig:
    """All is decided, and coop 3 has a node again, with a new key and an empty disk."""
    rig = _forked()
    decide(rig, Quarantine(coop=3))
    stands = _standing(rig)
    decide(rig, stands)
    decide(rig, _readmission(stands, key=NEW_KEY.public_key))
    _start_anew(rig, MemoryDisk())
    return rig


def test_who_is_readmitted_before_it_is_decided_what_stands_is_anchored_when_it_is() -> None:
    rig = _forked()
    decide(rig, Quarantine(coop=3))
    stands = _standing(rig)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "objection", lambda core, change: None)
        decide(rig, _readmission(stands, key=NEW_KEY.public_key))
    _start_anew(rig, MemoryDisk())
    _pay_from_it(rig, 2)
    assert _accused(rig) == [(), (), ()]
    assert len(rig.digests()) == 1
    assert rig.balance(1, 2, 1) == 40
    cut = [each for each in rig.engines[2].status().troubles if each.kind is TroubleKind.CUT]
    assert [(each.coop, each.other) for each in cut] == [(3, 3)]
    log = core_of(rig.engines[1]).validator.log(3)
    decide(rig, DecideBranch(coop=3, length=log.length, head=log.head, losses=((2, 40),)))
    assert rig.balance(1, 2, 1) == 45
    _pay_from_it(rig, 3)
    assert rig.balance(1, 2, 1) == 50
    assert len(rig.digests()) == 1


def _pay_from_it(rig: Rig, sequence: int) -> None:
    (answer,) = rig.submit(3, rig.pay(3, sequence, 2, 1, amount=5))
    assert isinstance(answer, Recorded)
    pass_time(rig, 10)


def _start_anew(rig: Rig, disk: MemoryDisk) -> None:
    """Coop 3 has a node with the new key."""
    rig.federation = keyed(rig.federation, 3, NEW_KEY)
    rig.disks[3], rig.marks[3] = disk, MemoryMark()
    rig.stores.pop(3)
    rig.start(3, known=rig.engines[1].newest)
    rig.link_all()
    pass_time(rig, 20)


def _readmission(stands: DecideBranch, *, key: bytes) -> Readmit:
    return Readmit(coop=3, key=key, limit=500_000, length=stands.length, head=stands.head)


def _loss(validator: Validator) -> int:
    return sum(validator.fork_loss(coop, other=3) for coop in (1, 2))


def _accused(rig: Rig) -> list[tuple[int, ...]]:
    return [engine.status().accused for _, engine in sorted(rig.engines.items())]


def test_what_is_decided_to_stand_is_the_log_of_every_node() -> None:
    rig = _forked()
    one, two = (core_of(rig.engines[at]) for at in (1, 2))
    assert _accused(rig) == [(3,), (3,)]
    decide(rig, Quarantine(coop=3))
    stands = _standing(rig)
    assert two.head_at(3, stands.length) != stands.head
    assert [_loss(core.validator) for core in (one, two)] == [40, 40]
    decide(rig, stands)
    for core in (one, two):
        assert core.head_at(3, stands.length) == stands.head
        assert _loss(core.validator) == 0
        assert core.validator.standing(3) == 0
    assert len(rig.digests()) == 1
    rig.start(2)
    assert len(rig.digests()) == 1
    assert core_of(rig.engines[2]).head_at(3, stands.length) == stands.head


class Dying:
    """A store of a node that dies after so many writes."""

    def __init__(self, store: Store, writes: int) -> None:
        self._store = store
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        if name in ("commit", "set_aside"):
            if self._writes == 0:
                raise ProcessKilled
            self._writes -= 1
        return getattr(self._store, name)


class ProcessKilled(Exception):
    """The node is gone."""


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_node_that_dies_while_histories_change_places_loses_none(writes: int) -> None:
    rig = _forked()
    decide(rig, Quarantine(coop=3))
    stands = _standing(rig)
    kept = load_branches(rig.stores[2])
    with pytest.raises(ProcessKilled):
        dying = cast(Store, Dying(rig.stores[2], writes))
        change_places(dying, kept[0], kept, until=kept[0].tip.length, created=0)
    rig.start(2)
    rig.ready()
    rig.tick(1, PeerDown(2))
    rig.link(1, 2)
    pass_time(rig)
    decide(rig, stands)
    assert core_of(rig.engines[2]).head_at(3, stands.length) == stands.head
    assert len(rig.digests()) == 1
    assert _loss(core_of(rig.engines[2]).validator) == 0


@pytest.mark.parametrize("in_one_part", [True, False])
def test_of_a_history_that_waits_only_what_is_taken_in_becomes_the_log(in_one_part: bool) -> None:
    rig = _forked()
    store, validator = rig.stores[2], core_of(rig.engines[2]).validator
    (branch,) = load_branches(store)
    tip, last = branch.tip, branch.parts[-1]
    length = validator.log(1).length + 1
    anchor = rig.federation.anchor(1, length=length, head=bytes(32))
    entry = encode_entry(rig.now_ms // 1000, anchor)
    more = entries_message(rig.federation, 3, tip.length, tip.head, entry)
    joint = replace(last, entries=last.entries + entry, signed=more.signed)
    whole = Branch((*branch.parts[:-1], joint) if in_one_part else (*branch.parts, more))
    replace_branches(store, [branch], [whole])
    validator = load_state(validator.founding, store).validator
    until = taken_in_of(validator, whole)
    assert (until, whole.tip.length) == (tip.length, tip.length + 1)
    change_places(store, whole, [whole], until=until, created=0)
    log = load_state(validator.founding, store).validator.log(3)
    assert (log.length, log.head) == (tip.length, tip.head)


def test_a_coop_that_cheated_is_one_of_the_others_again() -> None:
    rig = readmitted()
    assert _accused(rig) == [(), (), ()]
    for engine in rig.engines.values():
        assert engine.status().readiness is Readiness.READY
        assert engine.status().waiting == {}
    (to_it,) = rig.submit(1, rig.pay(1, 1, 3, 1, amount=25))
    (from_it,) = rig.submit(3, rig.pay(3, 2, 2, 1, amount=5))
    assert isinstance(to_it, Recorded)
    assert isinstance(from_it, Recorded)
    pass_time(rig)
    for at in (1, 2, 3):
        validator = core_of(rig.engines[at]).validator
        balances = {coop: rig.balance(at, coop, 1) for coop in (1, 2, 3)}
        assert balances == {1: 40 - 25, 2: 40 + 5, 3: -40 + 25 - 5}
        assert validator.log(3).commons == -40
        assert sum(balances.values()) + validator.log(3).commons == 0
        assert fork_loss(validator) == 0
    assert len(rig.digests()) == 1


def test_a_restart_keeps_that_the_accusation_has_ended() -> None:
    rig = readmitted()
    for at in (1, 2, 3):
        rig.start(at, known=rig.engines[at].newest)
    assert _accused(rig) == [(), (), ()]
    assert core_of(rig.engines[1]).evidence[3] != []


def test_an_audit_tells_what_a_readmission_has_settled_as_settled() -> None:
    for rig, faults in ((_forked(), {3}), (readmitted(), set())):
        report = audit_store(rig.stores[1], rig.federation.founding)
        proofs = [each for each in report.findings if each.fault is Fault.EVIDENCE]
        assert {each.coop for each in proofs} == {3}
        found = {each.coop for each in proofs if not each.is_settled}
        damaged = [each for each in report.findings if each.fault is Fault.RECORD_DAMAGED]
        assert (found, damaged) == (faults, [])


def test_evidence_from_before_the_readmission_is_passed_over() -> None:
    rig = readmitted()
    (evidence,) = core_of(rig.engines[1]).evidence[3]
    rig.disks[2].evidence.clear()
    rig.start(2)
    assert rig.hear(2, 1, EvidenceNews(evidence.encode())).disconnects == []
    assert _accused(rig) == [(), (), ()]


def test_what_was_signed_before_the_readmission_accuses_nobody_of_what_follows() -> None:
    rig = readmitted()
    (old,) = core_of(rig.engines[1]).evidence[3]
    assert isinstance(old, ForkEvidence)
    newest = rig.head(1, 3)
    log = [head for head in (old.shorter, old.longer) if not _is_in_log(rig, head)]
    segments = rig.stores[1].segments(3, log[0].length + 1)
    entries = [entry for segment in segments for entry in split(segment.entries)]
    start = core_of(rig.engines[1]).head_at(3, log[0].length)
    assert start is not None
    mixed = ForkEvidence(shorter=log[0], longer=newest, start=start, entries=tuple(entries))
    mixed.check(rig.engines[1].newest)
    assert rig.hear(1, 2, EvidenceNews(mixed.encode())).disconnects == []
    assert rig.engines[1].status().accused == ()


def _is_in_log(rig: Rig, head: SignedHead) -> bool:
    return core_of(rig.engines[1]).head_at(3, head.length) == head.head


def test_whoever_cheats_again_is_accused_again() -> None:
    rig = readmitted()
    length = rig.length(1, 3)
    log = core_of(rig.engines[1]).validator.log(3)
    entries = [
        encode_entry(rig.now_ms // 1000, rig.federation.admit(3, account)) for account in (80, 81)
    ]
    first, second = (
        entries_message(rig.federation, 3, length, log.head, entry) for entry in entries
    )
    rig.hear(1, 3, first)
    rig.hear(1, 3, second)
    assert rig.engines[1].status().accused == (3,)
    rig.start(1)
    assert rig.engines[1].status().accused == (3,)


def test_nobody_stands_for_a_history_that_is_not_there_or_for_a_wrong_loss() -> None:
    rig = _forked()
    core = core_of(rig.engines[1])
    stands = _standing(rig)
    assert objection(core, stands) is None
    assert "does not hold" in str(objection(core, replace(stands, head=bytes(32))))
    assert "took in 0.40" in str(objection(core, replace(stands, losses=())))
    assert "took in 0" in str(objection(core, replace(stands, losses=((1, 7), (2, 40)))))


def test_nobody_stands_for_a_readmission_with_the_key_that_cheated() -> None:
    rig = _forked()
    core = core_of(rig.engines[1])
    stands = _standing(rig)
    old = core.newest.coops[3].node_key
    assert "name a new key" in str(objection(core, _readmission(stands, key=old)))
    assert objection(core, _readmission(stands, key=NEW_KEY.public_key)) is None


def _readmit_from_before(rig: Rig) -> int:
    """Coop 3 is readmitted from before its last entry in either history, by a quorum that doesn't ask what is
    held; after which entry."""
    core = core_of(rig.engines[1])
    length = core.length(3) - 1
    head = core.head_at(3, length)
    assert head is not None
    decide(rig, Quarantine(coop=3))
    change = Readmit(coop=3, key=NEW_KEY.public_key, limit=500_000, length=length, head=head)
    assert "name that" in str(objection(core, change))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "objection", lambda core, change: None)
        decide(rig, change)
    return length


def test_what_was_anchored_of_that_is_kept_as_branches_by_all() -> None:
    rig = _forked()
    length = _readmit_from_before(rig)
    _start_anew(rig, MemoryDisk())
    assert [rig.length(at, 3) for at in (1, 2, 3)] == [length + 2] * 3  # it took the changes in
    for at in (1, 2, 3):
        assert [each.tip.length for each in load_branches(rig.stores[at])] == [length + 1] * 2
        assert find_violations(core_of(rig.engines[at]).validator) == []
    assert len(rig.digests()) == 1


def test_a_new_key_goes_on_from_a_disk_on_which_the_old_one_has_signed_more() -> None:
    rig = _forked()
    more = rig.disks[1].segments[3]  # what coop 3 signed for coop 1
    length = _readmit_from_before(rig)
    disk = rig.disks[3].copy()
    disk.segments[3] = more
    _start_anew(rig, disk)
    assert rig.engines[3].status().readiness is Readiness.READY
    assert rig.length(3, 3) == length + 2
    (answer,) = rig.submit(3, rig.federation.admit(3, 90))
    assert isinstance(answer, Recorded)
    pass_time(rig)
    assert len(rig.digests()) == 1


def test_histories_that_nobody_anchored_are_dropped_when_one_stands() -> None:
    rig = _forked(pays=False)
    decide(rig, Quarantine(coop=3))
    log = core_of(rig.engines[1]).validator.log(3)
    stands = DecideBranch(coop=3, length=log.length, head=log.head)
    decide(rig, stands)
    decide(rig, _readmission(stands, key=NEW_KEY.public_key))
    _start_anew(rig, MemoryDisk())
    assert [load_branches(rig.stores[at]) for at in (1, 2, 3)] == [[], [], []]
    assert len(rig.digests()) == 1
