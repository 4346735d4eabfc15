"""A head that a coop's key has signed and nobody gives the entries for: told, kept, and void with the key."""

import pytest

from ledger.charter_changes import SetNodeKey
from ledger.entries import encode_entry
from node.engine.charter import subject
from node.engine.events import PeerDown, Submit
from node.engine.health.status import Readiness
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.health.words import word
from node.engine.wire import Heads
from node.mark import MemoryMark
from node.store import MemoryDisk
from tests.builders import build_federation
from tests.charters import keyed
from tests.node.engine.charter.test_standing import pass_time
from tests.node.engine.replication.test_replaced_keys import NEW_KEY, _decide
from tests.node.engine.rig import Rig, joined

KINDS = (TroubleKind.HEAD_UNFOUNDED, TroubleKind.BEHIND)
NAMES = {1: "norte", 2: "sur", 3: "este", 4: "oeste"}


def troubles(rig: Rig, at: int) -> list[Trouble]:
    return [each for each in rig.engines[at].status().troubles if each.kind in KINDS]


def sign_ahead(rig: Rig, coop: int, *, at: int, by: int = 5) -> int:
    """Whoever has the key of a coop signs a head that lies ahead, and gives it to the node of `at` alone."""
    length = rig.length(at, coop)
    peer = next(each for each in rig.engines if each not in (at, coop))
    head = rig.federation.signed_head(coop, length=length + by, head=b"x" * 32)
    rig.hear(at, peer, Heads((head,)))
    return length


def wait(rig: Rig, duration_ms: int, step_ms: int = 5_000) -> None:
    for _ in range(duration_ms // step_ms):
        rig.advance(step_ms)
        rig.deliver()


def test_it_is_told_where_it_is_known_and_at_the_coop_itself() -> None:
    rig = joined(1, 2, 3)
    held = sign_ahead(rig, 3, at=2)
    wait(rig, rig.settings.waiting_alarm_ms - 10_000)
    assert troubles(rig, 2) == []
    # Its own node has heard of it by now, and stops; why it stays so, it says when that has lasted.
    (behind,) = troubles(rig, 3)
    assert (behind.kind, behind.values) == (TroubleKind.BEHIND, {})
    wait(rig, 40_000)
    assert troubles(rig, 1) == []  # who does not know of it has nothing to tell
    (told,) = troubles(rig, 2)
    values = {"held": held, "length": held + 5}
    assert (told.kind, told.coop, told.values) == (TroubleKind.HEAD_UNFOUNDED, 3, values)
    assert 60 <= told.seconds <= 100
    words = word(told, NAMES)
    assert f"up to entry {held + 5}" in words.detail and f"after {held}." in words.detail
    assert "este's key" in words.detail and "agree on another one" in words.remedy
    (behind,) = troubles(rig, 3)
    assert (behind.kind, behind.values) == (TroubleKind.BEHIND, values)
    assert "somebody else has its key" in word(behind, NAMES).remedy
    refused = rig.ask(3, Submit(rig.request(), rig.federation.admit(3, 9)))[0]
    assert refused.trouble == behind


def test_it_is_known_though_all_have_started_again_and_with_it_since_when() -> None:
    rig = joined(1, 2, 3)
    sign_ahead(rig, 3, at=2)
    wait(rig, rig.settings.waiting_alarm_ms + 40_000)
    before = {at: troubles(rig, at) for at in (2, 3)}
    rig.mail.clear()
    for coop in (1, 2, 3):
        rig.start(coop)
    rig.ready()
    rig.link_all()
    rig.deliver()
    wait(rig, 10_000)
    for at in (2, 3):
        ((was,), (now,)) = before[at], troubles(rig, at)
        assert (now.kind, now.values) == (was.kind, was.values)
        assert now.seconds >= was.seconds + 10
    assert rig.engines[3].status().readiness is Readiness.BEHIND


def test_a_node_alone_and_one_that_takes_the_log_in_have_nothing_to_tell() -> None:
    rig = joined(1, 2, 3)
    sign_ahead(rig, 3, at=2, by=50)
    del rig.engines[3]
    rig.tick(2, PeerDown(3))
    for account in range(20, 34):  # the log goes on, however slowly
        entry = encode_entry(rig.now_ms // 1000, rig.federation.admit(3, account))
        rig.hear(2, 1, rig.entries_after(2, 3, entry))
        rig.advance(20_000)
        rig.mail.clear()
    assert troubles(rig, 2) == []
    rig.advance(rig.settings.waiting_alarm_ms)
    rig.advance(1_000)
    assert len(troubles(rig, 2)) == 1
    rig.tick(2, PeerDown(1))
    rig.advance(1_000)
    assert troubles(rig, 2) == []  # nobody is there to be asked: the links are what is wrong


@pytest.mark.parametrize("begins_with", ["the old database", "nothing"])
def test_another_key_ends_it(monkeypatch: pytest.MonkeyPatch, begins_with: str) -> None:
    monkeypatch.setattr(subject, "objection", lambda core, change: None)
    federation = build_federation(seed="replaced", coops=4)
    rig = joined(1, 2, 3, 4, federation=federation, decision_interval_ms=5_000)
    length = sign_ahead(rig, 4, at=1)
    wait(rig, rig.settings.waiting_alarm_ms + 40_000)
    assert troubles(rig, 1) and troubles(rig, 4)
    rig.engines[4].end()
    del rig.engines[4]
    for at in (1, 2, 3):
        rig.tick(at, PeerDown(4))
    rig.mail.clear()
    _decide(rig, SetNodeKey(coop=4, key=NEW_KEY.public_key, length=length))
    assert not any(troubles(rig, at) for at in rig.engines)
    rig.federation = keyed(rig.federation, 4, NEW_KEY)
    if begins_with == "nothing":
        rig.disks[4], rig.marks[4] = MemoryDisk(), MemoryMark()
    rig.start(4, known=rig.engines[1].newest)
    for at in (1, 2, 3):
        rig.link(at, 4)
    pass_time(rig, 20)
    for coop in (1, 4):  # of those who knew that head one has started since, and one has not
        rig.start(coop, known=rig.engines[2].newest)
        rig.ready()
    rig.link_all()
    pass_time(rig, 20)
    assert not any(troubles(rig, at) for at in rig.engines)
    assert {engine.status().readiness for engine in rig.engines.values()} == {Readiness.READY}


def test_a_log_of_which_nothing_is_known_any_more_is_passed_over() -> None:
    """As when all of an accused coop's log is cut off."""
    rig = Rig(1, 2, 3)
    rig.ready()
    rig.link_all()
    sign_ahead(rig, 3, at=2)
    wait(rig, rig.settings.waiting_alarm_ms + 40_000)
    assert len(troubles(rig, 2)) == 1
    replicas = rig.engines[2]._replicas
    replicas.begin_anew(3)
    assert 3 not in replicas.best
    rig.advance(5_000)
    assert troubles(rig, 2) == []
