"""Replication: logs come in from whoever has them, wait where they must, and nothing unsigned gets in."""

import pytest

from ledger.chain import SignedHead, extend_all
from ledger.codec import MAX, encode
from ledger.entries import encode_entry
from ledger.evidence import ForkEvidence, InvalidEntryEvidence
from ledger.refusals import Refusal
from node.engine.answers import NotReady, Recorded
from node.engine.events import PeerDown, PeerMessage, PeerUp
from node.engine.health.status import Readiness
from node.engine.replication.replicas import Replicas
from node.engine.settings import EngineSettings
from node.engine.wire import (
    Entries,
    EvidenceNews,
    Get,
    Heads,
    MemoDelivery,
    MemoKept,
    Message,
    WitnessRequest,
)
from node.errors import MessageUnhandled, StorageFault, ValueUnstorable
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, entries_message, joined


def test_three_engines_meet() -> None:
    rig = joined(1, 2, 3)
    rig.submit(1, rig.pay(1, 1, 2, 1), rig.pay(1, 2, 3, 2, amount=7))
    rig.deliver()
    assert rig.balance(3, 2, 1) == 10
    assert rig.balance(1, 3, 2) == 7
    assert len(rig.digests()) == 1


def test_a_log_comes_through_a_third_node() -> None:
    rig = Rig(1, 2, 3)
    rig.ready()
    rig.admit(1, 1)
    rig.mail.clear()
    rig.link(1, 2)
    rig.link(2, 3)
    rig.deliver()
    rig.advance(rig.settings.gossip_interval_ms)
    rig.deliver()
    assert rig.length(3, 1) == 1
    assert rig.head(3, 1) == rig.head(1, 1)


def test_a_log_of_many_messages_comes_in_without_waiting_for_gossip() -> None:
    """Each part that arrives is asked on from, though its head says less than the peer holds."""
    rig = Rig(1, 2, settings=EngineSettings(recovery_wait_ms=100, entries_message_bytes=1))
    rig.ready()
    for account in range(1, 9):
        rig.admit(1, account)
    rig.mail.clear()
    rig.link(1, 2)
    rig.deliver()
    assert rig.length(2, 1) == 8
    assert len({rig.head(1, 1).head, rig.head(2, 1).head}) == 1


def test_a_log_waits_before_an_anchor_of_what_is_not_held() -> None:
    rig = joined(1, 2, 3)
    rig.tick(3, PeerDown(1))
    rig.submit(1, rig.pay(1, 1, 2, 1))
    to_third = [send for _, send in rig.mail if send.coop == 3]
    rig.mail = [(sender, send) for sender, send in rig.mail if send.coop == 2]
    rig.tick(2, *(PeerMessage(1, send.data) for _, send in rig.mail))
    rig.mail = [(sender, send) for sender, send in rig.mail if send.coop == 3 and sender == 2]
    rig.tick(3, *(PeerMessage(2, send.data) for _, send in rig.mail))
    status = rig.engines[3].status()
    assert status.waiting == {2: 1}
    assert status.lengths[2] == rig.length(2, 2) - 1
    rig.tick(3, PeerUp(1), *(PeerMessage(1, send.data) for send in to_third))
    assert rig.engines[3].status().waiting == {}
    assert rig.length(3, 2) == rig.length(2, 2)


def test_a_lost_request_goes_to_another_peer() -> None:
    rig = joined(1, 2, 3)
    rig.submit(1, rig.pay(1, 1, 1, 2))
    head = rig.head(1, 1)
    rig.deliver_to(2)
    rig.mail.clear()
    rig.hear(3, 1, Heads((head,)))
    rig.hear(3, 2, Heads((head,)))
    (get,) = rig.sent(3, Get)
    assert get == Get(coop=1, first=head.length)
    asked_first = [send.coop for sender, send in rig.mail if sender == 3]
    rig.mail.clear()
    rig.now_ms += rig.settings.request_timeout_ms
    rig.tick(3)
    asked_then = [s.coop for sender, s in rig.mail if sender == 3 and s.data == get.encode()]
    assert asked_first == [1]
    assert asked_then == [2]


def test_a_clock_set_back_does_not_stop_deadlines() -> None:
    rig = joined(1, 2, 3)
    rig.submit(1, rig.pay(1, 1, 1, 2))
    head = rig.head(1, 1)
    rig.mail.clear()
    rig.hear(3, 1, Heads((head,)))
    rig.skew_ms[3] -= 3_600_000
    rig.tick(3)
    rig.hear(3, 2, Heads((head,)))
    rig.mail.clear()
    rig.now_ms += rig.settings.request_timeout_ms
    outbox = rig.tick(3)
    assert Get(coop=1, first=head.length) in rig.sent(3, Get)
    assert rig.now_ms < outbox.wake_at_ms <= rig.now_ms + rig.settings.request_timeout_ms


def _junk(rig: Rig) -> bytes:
    time = core_of(rig.engines[1]).validator.log(2).time
    return encode_entry(time, encode([8, 1, 10**6]))


def _forged(rig: Rig, *, length: int) -> Entries:
    """Entries of coop 2 that fit its log at engine 1, under a signature by coop 3."""
    log = core_of(rig.engines[1]).validator.log(2)
    entries = [_junk(rig)] * (length - log.length)
    head = extend_all(log.head, entries)
    signature = rig.federation.node_keys[3].sign(b"anything")
    signed = SignedHead(coop=2, length=length, head=head, signature=signature)
    return Entries(
        first=log.length + 1, previous=log.head, entries=b"".join(entries), signed=signed
    )


def test_entries_under_a_forged_head_that_is_shorter_than_the_best_known_are_not_taken() -> None:
    """A peer that knows a longer true head must not get an unsigned shorter one past the check."""
    rig = joined(1, 2, 3)
    for sequence in range(1, 6):
        rig.submit(2, rig.pay(2, sequence, 2, 2))
    best = rig.head(2, 2)
    rig.mail.clear()
    rig.hear(1, 3, Heads((best,)))
    state = rig.state(1)
    forged = _forged(rig, length=best.length - 2)
    outbox = rig.hear(1, 3, forged)
    assert [disconnect.coop for disconnect in outbox.disconnects] == [3]
    assert rig.state(1) == state
    assert rig.engines[1].status().accused == ()
    evidence = InvalidEntryEvidence(
        number=forged.first,
        previous=forged.previous,
        entries=(_junk(rig),) * 3,
        signed=forged.signed,
        refusal=Refusal.RETURN_UNKNOWN,
    )
    outbox = rig.hear(1, 3, EvidenceNews(evidence.encode()))
    assert [disconnect.coop for disconnect in outbox.disconnects] == [3]
    assert rig.engines[1].status().accused == ()


def _garbage(rig: Rig) -> dict[str, Message | bytes]:
    log = core_of(rig.engines[1]).validator.log(2)
    head, own = rig.head(1, 2), rig.head(1, 1)
    bad = SignedHead(coop=2, length=head.length + 5, head=bytes(32), signature=bytes(64))
    stranger = SignedHead(coop=77, length=1, head=bytes(32), signature=bytes(64))
    sign = rig.federation.signed_head
    longer = sign(2, length=head.length + 1, head=bytes(32))
    far = sign(2, length=head.length + 100, head=bytes(32))
    wrong_count = sign(2, length=head.length + 2, head=extend_all(log.head, [_junk(rig)]))
    fork = ForkEvidence(shorter=own, longer=own, start=bytes(32), entries=())
    return {
        "nothing": b"",
        "noise": b"\xc1\x00",
        "unknown": encode(["hello"]),
        "oversized": bytes(rig.settings.message_bytes + 1),
        "not canonical": b"\x92\xa3get\xcd\x00\x01",
        "forged head": Heads((bad,)),
        "stranger's head": Heads((stranger,)),
        "log of a stranger": Get(coop=77, first=1),
        "no entries": Entries(first=1, previous=bytes(32), entries=b"", signed=longer),
        "no entries, far ahead": Entries(
            first=far.length, previous=bytes(32), entries=b"", signed=far
        ),
        "too many entries, far ahead": Entries(
            first=far.length,
            previous=bytes(32),
            entries=bytes(rig.settings.entries_bytes + 1),
            signed=far,
        ),
        "junk": Entries(first=head.length + 1, previous=log.head, entries=b"\x01", signed=longer),
        "torn": Entries(
            first=head.length + 1, previous=log.head, entries=b"\x92\x01", signed=longer
        ),
        "wrong count": Entries(
            first=head.length + 1, previous=log.head, entries=_junk(rig), signed=wrong_count
        ),
        "too many entries": Entries(
            first=head.length + 1,
            previous=log.head,
            entries=bytes(rig.settings.entries_bytes + 1),
            signed=longer,
        ),
        "false evidence": EvidenceNews(fork.encode()),
        "no evidence": EvidenceNews(b"\x90"),
        "stranger's witness": WitnessRequest(stranger),
        "large memo": MemoDelivery(reference=bytes(32), account=1, sealed=bytes(1_025)),
        "memo for no number": MemoDelivery(reference=bytes(32), account=2**32, sealed=b"x"),
        "memo kept for no number": MemoKept(reference=bytes(32), account=2**32),
        "memo kept of no reference": MemoKept(reference=bytes(31), account=1),
    }


@pytest.mark.parametrize("name", list(_garbage(joined(1, 2))))
def test_garbage_ends_the_link_and_changes_nothing(name: str) -> None:
    rig = joined(1, 2)
    state, message = rig.state(1), _garbage(rig)[name]
    outbox = rig.hear(1, 2, message)
    assert [disconnect.coop for disconnect in outbox.disconnects] == [2]
    assert rig.state(1) == state
    assert rig.engines[1].status().accused == ()


def test_what_follows_garbage_in_one_tick_is_not_read() -> None:
    rig = joined(1, 2)
    rig.submit(2, rig.pay(2, 1, 1, 1))
    (message,) = rig.sent(2, Entries)
    rig.hear(1, 2, b"\xc1", message)
    assert rig.length(1, 2) < rig.length(2, 2)


def test_a_head_that_nobody_can_back_stops_nothing() -> None:
    rig = joined(1, 2, 3)
    boast = rig.federation.signed_head(2, length=MAX, head=bytes(32))
    rig.hear(1, 2, Heads((boast,)))
    rig.submit(2, rig.pay(2, 1, 1, 1))
    rig.deliver()
    assert rig.balance(1, 1, 1) == 10
    assert rig.engines[1].status().accused == ()


def test_what_cannot_be_applied_is_bounded_whatever_its_shape() -> None:
    rig = joined(1, 2, pending_bytes=50_000)
    pending = rig.engines[1]._replicas._pending[2]
    for place in range(300):
        first = 1_000 + place
        signed = rig.federation.signed_head(2, length=first, head=bytes(32))
        rig.hear(1, 2, Entries(first=first, previous=bytes(32), entries=b"\x01", signed=signed))
    assert 0 < len(pending) <= 50
    rig.mail.clear()
    rig.submit(2, rig.pay(2, 1, 1, 1))
    rig.mail = [(sender, send) for sender, send in rig.mail if send.coop == 1]
    rig.tick(1, *(PeerMessage(2, send.data) for _, send in rig.mail))
    assert rig.length(1, 2) == rig.length(2, 2)


def test_nothing_is_asked_for_while_there_is_no_room_for_it() -> None:
    rig = joined(1, 2, pending_bytes=4_000)
    length = rig.length(1, 2)
    asked = []
    for first in (length + 3, length + 5):
        signed = rig.federation.signed_head(2, length=first, head=bytes(32))
        message = Entries(first=first, previous=bytes(32), entries=b"\x01", signed=signed)
        rig.now_ms += rig.settings.request_timeout_ms
        rig.tick(1)
        rig.mail.clear()
        rig.hear(1, 2, message)
        asked.append(len(rig.sent(1, Get)))
    assert asked == [1, 0]


def test_a_flood_of_questions_gets_bounded_answers() -> None:
    rig = joined(1, 2, served_bytes=64_000, peer_tick_work=10**9)
    rig.mail.clear()
    rig.hear(1, 2, *[Get(coop=1, first=1)] * 500)
    assert len(rig.sent(1, Entries)) == 64
    rig.mail.clear()
    rig.hear(1, 2, Get(coop=1, first=1))
    assert len(rig.sent(1, Entries)) == 1


def test_a_log_that_no_message_holds_is_not_sent() -> None:
    """What a peer would take for an offence is not sent, even if a cheat's log has grown that way."""
    rig = joined(1, 2, entries_bytes=1_000)
    rig.batch(2, [rig.pay(2, sequence, 2, 2, 1) for sequence in range(1, 21)])
    rig.mail.clear()
    rig.hear(2, 1, Get(coop=2, first=rig.length(1, 2) + 1))
    assert rig.sent(2, Entries) == []


def test_a_peer_can_not_fill_the_disk_with_memos() -> None:
    rig = joined(1, 2, waiting_memos=5)
    memos = [
        MemoDelivery(reference=bytes([number]) * 32, account=1, sealed=b"x") for number in range(50)
    ]
    rig.hear(1, 2, *memos)
    assert len(rig.disks[1].memos) == rig.length(1, 2) + 5


def test_a_message_from_one_without_a_link_is_not_read() -> None:
    rig = Rig(1, 2)
    outbox = rig.hear(1, 2, b"garbage")
    assert outbox.disconnects == []
    rig.hear(1, 2, Get(coop=1, first=1))
    assert rig.sent(1, Entries) == []


def test_reordered_and_doubled_messages_do_no_harm() -> None:
    rig = joined(1, 2)
    for sequence in range(1, 6):
        rig.submit(1, rig.pay(1, sequence, 2, 1, 1))
    pushed = [m for m in rig.sent(1, Entries) if m.coop == 1]
    rig.mail.clear()
    rig.hear(2, 1, *reversed(pushed), *pushed)
    assert rig.length(2, 1) == rig.length(1, 1)
    assert rig.balance(2, 2, 1) == 5


# A node restored from an old copy of its disk.


def _restored(rig: Rig, *, flag: bool) -> None:
    """Coop 1 goes back to a copy from before its last payment, which its peers hold."""
    copy = rig.disks[1].copy()
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver()
    rig.disks[1] = copy
    rig.stores[1].close()
    del rig.stores[1]
    for peer in (2, 3):
        rig.tick(peer, PeerDown(1))
    rig.start(1, restored=flag)


def test_a_restored_node_takes_back_what_it_lost_before_it_signs() -> None:
    rig = joined(1, 2, 3)
    payment = rig.pay(1, 1, 2, 1)
    _restored(rig, flag=True)
    rig.advance(60_000)
    assert rig.submit(1, payment) == [NotReady(Readiness.RECOVERING)]
    outbox = rig.tick(1)
    assert outbox.wake_at_ms > rig.now_ms + 1
    rig.link(1, 2)
    rig.link(1, 3)
    rig.deliver()
    assert rig.engines[1].status().readiness is Readiness.READY
    (answer,) = rig.submit(1, payment)
    assert isinstance(answer, Recorded)
    assert answer.repeated
    rig.deliver()
    assert len(rig.digests()) == 1


def test_one_peer_of_two_is_not_enough_for_a_restored_node() -> None:
    rig = joined(1, 2, 3)
    _restored(rig, flag=True)
    rig.link(1, 2)
    rig.deliver()
    assert rig.length(1, 1) == rig.length(2, 1)
    assert rig.engines[1].status().readiness is Readiness.RECOVERING
    rig.link(1, 3)
    rig.deliver()
    assert rig.engines[1].status().readiness is Readiness.READY


def test_a_restored_node_hears_of_heads_that_its_peer_can_not_serve() -> None:
    """The peer knows that coop 1 signed more than the peer holds: the node stays behind."""
    rig = joined(1, 2, 3)
    newest = rig.federation.signed_head(1, length=rig.length(1, 1) + 3, head=b"x" * 32)
    rig.hear(2, 3, Heads((newest,)))
    rig.mail.clear()
    _restored_now(rig)
    rig.link(1, 2)
    rig.deliver()
    assert rig.engines[1].status().readiness is Readiness.BEHIND


def _restored_now(rig: Rig) -> None:
    for peer in (2, 3):
        rig.tick(peer, PeerDown(1))
    rig.start(1, restored=True)


def test_a_node_that_stopped_while_taking_its_log_back_stays_behind() -> None:
    """Its log ends with entries whose signed head it does not have: there is more of it."""
    rig = joined(1, 2, 3)
    other = Rig(1, federation=rig.federation)
    admit = rig.stores[1].entry(1, 1)
    assert admit is not None
    log = core_of(other.engines[1]).validator.log(1)
    anchor = encode_entry(
        log.time + 2_000_000_000, rig.federation.anchor(2, length=1, head=bytes(32))
    )
    message = entries_message(rig.federation, 1, 0, log.head, admit, anchor)
    other.tick(1, PeerUp(2))
    other.hear(1, 2, message)
    assert other.length(1, 1) == 1
    other.start(1)
    other.ready()
    assert other.engines[1].status().readiness is Readiness.BEHIND


def test_a_mistake_over_a_message_names_the_peer_that_sent_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistake(*arguments: object) -> None:
        raise ZeroDivisionError

    rig = joined(1, 2)
    monkeypatch.setattr(Replicas, "on_heads", mistake)
    with pytest.raises(MessageUnhandled, match="coop 2") as raised:
        rig.hear(1, 2, Heads(()))
    assert raised.value.coop == 2
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_a_fault_of_the_store_over_a_message_is_no_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*arguments: object) -> None:
        raise StorageFault("disk full")

    rig = joined(1, 2)
    monkeypatch.setattr(Replicas, "on_heads", fault)
    with pytest.raises(StorageFault):
        rig.hear(1, 2, Heads(()))


def test_a_message_with_what_no_store_can_hold_ends_the_link_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = joined(1, 2)
    delivery = MemoDelivery(reference=b"r" * 32, account=1, sealed=b"s")

    def refuse(*arguments: object, **named: object) -> bytes:
        raise ValueUnstorable("a number is beyond 64 bits")

    monkeypatch.setattr(rig.stores[1], "memo", refuse)
    outbox = rig.tick(1, PeerMessage(2, delivery.encode()))
    assert [gone.coop for gone in outbox.disconnects] == [2]
    rig.admit(1, 3)
