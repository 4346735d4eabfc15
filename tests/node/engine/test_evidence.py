"""Evidence: cheating is proved, told to everybody, and acted on; and honest coops are safe."""

from dataclasses import replace

import pytest

from ledger.agreement import Subject, Turn, support_message
from ledger.codec import encode
from ledger.contradictions import SignedSupport, SupportEvidence
from ledger.entries import encode_entry
from ledger.evidence import InvalidEntryEvidence, decode_evidence
from ledger.refusals import Refusal
from node.engine.answers import NotReady
from node.engine.events import PeerDown, PeerMessage, PeerUp
from node.engine.health.status import Readiness
from node.engine.health.troubles import TroubleKind
from node.engine.replication.ahead import MOST
from node.engine.wire import Entries, EvidenceNews, Heads
from tests.node.engine.inside import anchors_of, core_of
from tests.node.engine.rig import Rig, entries_message, joined


def _admit(rig: Rig, account: int, *, after_s: int = 0) -> bytes:
    """A valid entry for the log of coop 3."""
    time = rig.now_ms // 1000 + after_s
    return encode_entry(time, rig.federation.admit(3, account))


def _bad(rig: Rig) -> bytes:
    """An entry that the rules refuse."""
    return encode_entry(rig.now_ms // 1000, encode([8, 1, 10**6]))


def _two_histories(rig: Rig) -> tuple[Entries, Entries]:
    return (
        rig.entries_after(1, 3, _admit(rig, 50)),
        rig.entries_after(1, 3, _admit(rig, 60), _admit(rig, 61)),
    )


def _is_accused(rig: Rig, at: int) -> bool:
    return 3 in rig.engines[at].status().accused


@pytest.mark.parametrize("longer_first", [False, True])
def test_a_fork_is_proved_from_entries(longer_first: bool) -> None:
    rig = joined(1, 2, 3)
    one, other = _two_histories(rig)
    first, second = (other, one) if longer_first else (one, other)
    rig.hear(1, 3, first)
    rig.hear(1, 2, second)
    assert rig.engines[1].status().accused == (3,)
    (row,) = rig.disks[1].evidence.values()
    evidence = decode_evidence(row.data)
    evidence.check(rig.federation.charter)  # type: ignore[arg-type]


def test_a_fork_is_proved_from_a_head() -> None:
    rig = joined(1, 2, 3)
    one, other = _two_histories(rig)
    rig.hear(1, 3, other)
    rig.hear(1, 2, Heads((one.signed,)))
    assert _is_accused(rig, 1)


def test_a_fork_is_proved_from_the_head_in_an_anchor() -> None:
    rig = joined(1, 2, 3)
    one, other = _two_histories(rig)
    rig.hear(1, 3, one)
    anchor = rig.federation.anchor(3, length=other.signed.length - 1, head=b"y" * 32)
    log = core_of(rig.engines[1]).validator.log(2)
    message = entries_message(
        rig.federation, 2, log.length, log.head, encode_entry(rig.now_ms // 1000, anchor)
    )
    rig.hear(1, 2, message)
    assert rig.engines[1].status().accused == (3,)
    assert rig.engines[1].status().waiting == {2: 3}


def test_a_fork_behind_the_newest_signed_head_held() -> None:
    """The other history begins before: what lies between is asked for, and then it is proved."""
    rig = joined(1, 2, 3)
    one, _ = _two_histories(rig)
    rig.hear(1, 3, one)
    entries = [_admit(rig, 60), _admit(rig, 61)]
    base = core_of(rig.engines[2]).validator.log(3)
    whole = entries_message(rig.federation, 3, base.length, base.head, *entries)
    middle = entries_message(rig.federation, 3, base.length, base.head, entries[0])
    tail = Entries(
        first=whole.first + 1, previous=middle.signed.head, entries=entries[1], signed=whole.signed
    )
    rig.hear(1, 2, tail)
    assert _is_accused(rig, 1)


def _standing(rig: Rig, *more: bytes) -> Entries:
    """Entries of coop 3 behind an anchor of a head that nobody gives."""
    ahead = rig.federation.anchor(2, length=rig.length(1, 2) + 5, head=b"z" * 32)
    return rig.entries_after(1, 3, encode_entry(rig.now_ms // 1000, ahead), *more)


def test_a_fork_within_what_still_waits_is_proved() -> None:
    """No signed head in the store covers it yet, only the one of the entries that wait."""
    rig = joined(1, 2, 3)
    anchors_of(rig.engines[2]).want(3)  # so that nothing is cut off when coop 3 is accused
    rig.tick(2)
    rig.deliver()
    theirs = rig.entries_after(1, 3, _admit(rig, 60), _admit(rig, 61), _admit(rig, 62))
    rig.hear(1, 3, _standing(rig, _admit(rig, 51)))
    assert rig.engines[1].status().waiting == {3: 2}
    rig.hear(1, 3, Heads((theirs.signed,)))
    assert rig.engines[1].status().accused == ()
    rig.hear(1, 2, theirs)
    assert _is_accused(rig, 1)
    assert rig.engines[1].status().waiting == {}


def test_a_fork_from_what_still_waits_is_proved_by_a_head() -> None:
    rig = joined(1, 2, 3)
    standing = _standing(rig, _admit(rig, 51))
    same = _standing(rig)
    other = rig.entries_after(1, 3, _admit(rig, 60))
    rig.hear(1, 3, standing)
    rig.hear(1, 2, Heads((same.signed,)))
    assert rig.engines[1].status().waiting == {3: 2}
    rig.hear(1, 2, Heads((other.signed,)))
    assert _is_accused(rig, 1)


@pytest.mark.parametrize("by_way", ["whole", "piece by piece"])
def test_a_head_that_was_told_before_the_log_came_is_compared_when_it_has(by_way: str) -> None:
    rig = joined(1, 2, 3)
    entries = [_admit(rig, 60 + number) for number in range(4)]
    other = rig.entries_after(1, 3, entries[0], _admit(rig, 50))
    rig.hear(1, 2, Heads((other.signed,)))
    if by_way == "whole":
        rig.hear(1, 3, rig.entries_after(1, 3, *entries))
    else:
        for entry in entries:
            rig.hear(1, 3, rig.entries_after(1, 3, entry))
    rig.tick(1)
    assert _is_accused(rig, 1)


def test_a_head_that_is_longer_than_another_hides_it_from_nobody() -> None:
    """The further head came first, and the log leads to it by another way than the nearer one."""
    rig = joined(1, 2, 3)
    entries = [_admit(rig, 60 + number) for number in range(4)]
    whole, other = rig.entries_after(1, 3, *entries), rig.entries_after(1, 3, _admit(rig, 50))
    rig.hear(1, 2, Heads((whole.signed,)))
    rig.hear(1, 2, Heads((other.signed,)))
    rig.hear(1, 3, whole)
    rig.tick(1)
    assert _is_accused(rig, 1)


def test_two_heads_of_one_place_are_a_fork_without_any_entries() -> None:
    rig = joined(1, 2, 3)
    one, other = (rig.entries_after(1, 3, _admit(rig, each), _admit(rig, 70)) for each in (50, 60))
    rig.hear(1, 2, Heads((one.signed,)))
    assert not _is_accused(rig, 1)
    rig.hear(1, 2, Heads((other.signed,)))
    assert _is_accused(rig, 1)


def test_a_head_of_entries_that_can_not_be_split_proves_a_fork_all_the_same() -> None:
    """The boundary between entries is not seen behind the byte that nothing begins with."""
    rig = joined(1, 2, 3)
    rig.hear(1, 3, rig.entries_after(1, 3, _admit(rig, 50), b"\xc1"))
    good = rig.entries_after(2, 3, _admit(rig, 50), _admit(rig, 51))
    rig.hear(1, 2, good)
    rig.tick(1)
    assert _is_accused(rig, 1)


def test_a_head_in_an_anchor_that_waits_is_compared_when_the_log_has_come() -> None:
    rig = joined(1, 2, 3)
    waiting = rig.federation.anchor(3, length=rig.length(1, 3) + 2, head=b"y" * 32)
    rig.hear(1, 2, rig.entries_after(1, 2, encode_entry(rig.now_ms // 1000, waiting)))
    assert rig.engines[1].status().waiting == {2: 3}
    rig.hear(1, 3, rig.entries_after(1, 3, *(_admit(rig, 60 + each) for each in range(4))))
    rig.tick(1)
    assert _is_accused(rig, 1)


def test_a_log_that_is_far_behind_what_is_told_keeps_few_heads_and_accuses_nobody() -> None:
    rig = joined(1, 2, 3)
    entries = [_admit(rig, 60 + number) for number in range(2 * MOST)]
    for count in range(1, 2 * MOST + 1):
        rig.hear(1, 2, Heads((rig.entries_after(1, 3, *entries[:count]).signed,)))
    assert len(tuple(rig.engines[1]._replicas.contradictions.ahead.of(3))) == MOST
    rig.hear(1, 3, rig.entries_after(1, 3, *entries))
    rig.tick(1)
    assert tuple(rig.engines[1]._replicas.contradictions.ahead.of(3)) == ()
    assert rig.engines[1].status().accused == ()


def test_nodes_that_wait_with_different_entries_find_out() -> None:
    rig = joined(1, 2, 3)
    for at, letter in ((1, b"x"), (2, b"y")):
        ahead = rig.federation.anchor(
            4 - at - 1, length=rig.length(at, 4 - at - 1) + 5, head=letter * 32
        )
        entry = encode_entry(rig.now_ms // 1000, ahead)
        rig.hear(at, 3, rig.entries_after(at, 3, _admit(rig, 50), entry))
    rig.tick(1, PeerDown(3))
    rig.tick(2, PeerDown(3))
    rig.mail.clear()
    for _ in range(3):
        rig.advance(rig.settings.full_gossip_interval_ms)
        rig.deliver()
    assert _is_accused(rig, 1)
    assert _is_accused(rig, 2)


def test_what_waits_is_passed_on_with_what_is_before_it() -> None:
    """No signed head covers the entry before the anchor but the one of what waits."""
    rig = joined(1, 2, 3)
    before = rig.length(1, 3)
    rig.tick(1, PeerDown(3))
    rig.tick(2, PeerDown(3))
    rig.mail.clear()
    ahead = rig.federation.anchor(2, length=rig.length(1, 2) + 5, head=b"z" * 32)
    entry = encode_entry(rig.now_ms // 1000, ahead)
    rig.hear(1, 2, rig.entries_after(1, 3, _admit(rig, 50), entry, _admit(rig, 51)))
    for _ in range(2):
        rig.advance(rig.settings.full_gossip_interval_ms)
        rig.deliver()
    assert (rig.length(1, 3), rig.length(2, 3)) == (before + 1, before + 1)
    assert [rig.engines[at].status().waiting for at in (1, 2)] == [{3: 2}, {3: 2}]
    rig.advance(rig.settings.full_gossip_interval_ms)
    told = [head.coop for message in rig.sent(1, Heads) for head in message.heads]
    assert 3 not in told  # once on a link


def test_evidence_of_an_entry_that_others_have_otherwise_is_not_told_for_ever() -> None:
    """Coop 1 holds, beyond the refused entry's place, what coop 2 has anchored: it can't judge the entry."""
    rig = joined(1, 2, 3)
    bad = rig.entries_after(1, 3, _bad(rig))
    for at in (1, 2):
        rig.tick(at, PeerDown(3))
    rig.mail.clear()
    good = rig.entries_after(1, 3, _admit(rig, 50))
    rig.hear(1, 2, good)
    anchors_of(rig.engines[1]).want(3)
    rig.tick(1)
    rig.mail.clear()
    rig.hear(2, 1, bad)
    for _ in range(4):
        rig.deliver()
        rig.advance(rig.settings.full_gossip_interval_ms)
    rig.deliver()
    kinds = [sorted(row.kind for row in rig.disks[at].evidence.values()) for at in (1, 2)]
    assert kinds == [["fork"], ["fork", "invalid"]]
    told = 0
    for _ in range(2):
        rig.advance(rig.settings.full_gossip_interval_ms)
        while rig.mail:
            sender, send = rig.mail.pop(0)
            told += b"evidence" in send.data[:10]
            if send.coop != 3:
                rig.tick(send.coop, PeerMessage(sender, send.data))
    assert told == 0


@pytest.mark.parametrize("is_held", [True, False], ids=["held", "next"])
def test_evidence_of_an_entry_that_the_rules_allow_ends_the_link(is_held: bool) -> None:
    rig = joined(1, 2, 3)
    good = rig.entries_after(1, 3, _admit(rig, 50))
    if is_held:
        rig.hear(1, 3, good)
    evidence = InvalidEntryEvidence(
        number=good.first,
        previous=good.previous,
        entries=(good.entries,),
        signed=good.signed,
        refusal=Refusal.RETURN_UNKNOWN,
    )
    outbox = rig.hear(1, 2, EvidenceNews(evidence.encode()))
    assert [each.coop for each in outbox.disconnects] == [2]
    assert rig.engines[1].status().accused == ()


def test_an_invalid_entry_is_proved_also_where_the_log_stands_with_another_one() -> None:
    rig = joined(1, 2, 3)
    for one, other in ((1, 2), (2, 3)):
        rig.tick(one, PeerDown(other))
        rig.tick(other, PeerDown(one))
    bad = rig.entries_after(2, 3, _bad(rig))
    rig.hear(1, 3, _standing(rig, _admit(rig, 51)))
    rig.tick(2, PeerUp(3))
    rig.hear(2, 3, bad)
    rig.tick(2, PeerDown(3))
    rig.mail.clear()
    rig.link(1, 2)
    rig.deliver()
    assert _is_accused(rig, 1)
    assert _is_accused(rig, 2)
    assert rig.engines[1].status().waiting == {}
    kinds = [sorted(row.kind for row in rig.disks[at].evidence.values()) for at in (1, 2)]
    assert kinds == [["fork", "invalid"], ["fork", "invalid"]]


def test_an_invalid_entry_is_proved_and_the_rest_of_the_message_kept_out() -> None:
    rig = joined(1, 2, 3)
    before = rig.length(1, 3)
    rig.hear(1, 3, rig.entries_after(1, 3, _admit(rig, 50), _bad(rig), _admit(rig, 51)))
    assert rig.engines[1].status().accused == (3,)
    assert rig.length(1, 3) == before + 1
    (row,) = rig.disks[1].evidence.values()
    evidence = decode_evidence(row.data)
    assert isinstance(evidence, InvalidEntryEvidence)
    evidence.check(core_of(rig.engines[1]).validator)
    assert evidence.refusal is Refusal.RETURN_UNKNOWN


@pytest.mark.parametrize("prefix", [0, 1, 3])
def test_evidence_reaches_third_nodes_with_the_entries_it_needs(prefix: int) -> None:
    rig = joined(1, 2, 3)
    valid = [_admit(rig, 50 + number) for number in range(prefix)]
    message = rig.entries_after(1, 3, *valid, _bad(rig), _bad(rig))
    rig.tick(1, PeerDown(3))
    rig.tick(2, PeerDown(3))
    rig.mail.clear()
    rig.hear(1, 2, message)  # by way of coop 2's link, whoever sent it first
    rig.deliver()
    assert rig.engines[1].status().accused == (3,)
    assert rig.engines[2].status().accused == (3,)
    assert rig.length(1, 3) == rig.length(2, 3)


def test_evidence_that_was_lost_is_sent_again() -> None:
    rig = joined(1, 2, 3)
    one, other = _two_histories(rig)
    rig.tick(2, PeerDown(3))
    rig.hear(1, 3, one)
    rig.hear(1, 3, other)
    rig.mail.clear()
    assert not _is_accused(rig, 2)
    rig.advance(rig.settings.full_gossip_interval_ms)
    rig.deliver()
    assert _is_accused(rig, 2)


def test_a_new_link_is_told_of_all_evidence() -> None:
    rig = joined(1, 2, 3)
    for message in _two_histories(rig):
        rig.hear(1, 3, message)
    rig.mail.clear()
    rig.link(1, 2)
    assert not _is_accused(rig, 2)
    rig.deliver()
    assert _is_accused(rig, 2)


def test_an_accused_coop_is_not_anchored_and_no_witness_signs_for_it() -> None:
    rig = joined(1, 2, 3)
    before = rig.length(1, 1)
    paid = rig.federation.pay(3, payer=1, sequence=1, payee_coop=1, payee=1, amount=10)
    payment = encode_entry(rig.now_ms // 1000, paid)
    rig.hear(1, 3, rig.entries_after(1, 3, payment, _bad(rig)))
    rig.hear(1, 3, rig.entries_after(1, 3, _admit(rig, 50)))
    for _ in range(3):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
    assert rig.length(1, 1) == before
    assert rig.balance(1, 1, 1) == 0


def test_evidence_is_remembered_after_a_restart_and_kept_once() -> None:
    rig = joined(1, 2, 3)
    for message in (*_two_histories(rig), *_two_histories(rig)):
        rig.hear(1, 3, message)
    assert len(rig.disks[1].evidence) == 1
    rig.start(1)
    assert rig.engines[1].status().accused == (3,)


def _damage(rig: Rig, at: int) -> None:
    """A bit of the one evidence on that disk changes."""
    ((digest, row),) = rig.disks[at].evidence.items()
    data = row.data[:-1] + bytes([row.data[-1] ^ 1])
    rig.disks[at].evidence[digest] = replace(row, data=data)


def test_evidence_that_is_damaged_on_the_disk_still_accuses_and_is_passed_on_by_others_only() -> (
    None
):
    rig = joined(1, 2, 3)
    for message in _two_histories(rig):
        rig.hear(1, 3, message)
    ((_, row),) = rig.disks[1].evidence.items()
    _damage(rig, 1)
    rig.start(1)
    rig.ready()
    rig.mail.clear()
    rig.tick(1, PeerUp(2, version=2))
    (trouble,) = (
        each for each in rig.engines[1].status().troubles if each.kind is TroubleKind.ACCUSED
    )
    assert (trouble.coop, trouble.values) == (3, {"evidence": "damaged"})
    assert not any(EvidenceNews(row.data).encode()[:8] == send.data[:8] for _, send in rig.mail)
    rig.hear(1, 2, EvidenceNews(row.data))
    (trouble,) = (
        each for each in rig.engines[1].status().troubles if each.kind is TroubleKind.ACCUSED
    )
    assert trouble.values == {"evidence": "fork"}


def test_a_bit_on_the_disk_does_not_let_a_halted_node_sign() -> None:
    rig = joined(1, 2, 3)
    for message in _two_histories(rig):
        rig.hear(1, 3, message)
    ((_, row),) = rig.disks[1].evidence.items()
    rig.hear(3, 1, EvidenceNews(row.data))
    assert rig.engines[3].status().readiness is Readiness.HALTED
    _damage(rig, 3)
    rig.start(3)
    rig.ready()
    assert rig.engines[3].status().readiness is Readiness.HALTED


def test_whom_evidence_is_against_is_read_in_the_evidence() -> None:
    rig = joined(1, 2, 3)
    for message in _two_histories(rig):
        rig.hear(1, 3, message)
    ((digest, row),) = rig.disks[1].evidence.items()
    rig.disks[1].evidence[digest] = replace(row, coop=2)
    rig.start(1)
    assert rig.engines[1].status().accused == (3,)


def test_an_accused_coop_that_goes_on_sending_gets_no_endless_questions() -> None:
    rig = joined(1, 2, 3)
    bad = rig.entries_after(1, 3, _bad(rig))
    rig.mail.clear()
    for _ in range(20):
        rig.hear(1, 3, bad)
    assert len(rig.mail) < 10  # the evidence, once to each peer
    rig.mail.clear()
    rig.hear(1, 3, bad)
    rig.hear(1, 3, Heads((bad.signed,)))
    assert rig.mail == []


def test_what_other_logs_have_anchored_is_still_taken_in() -> None:
    """Coop 3 is accused, but coop 2 had anchored more of its log than coop 1 holds."""
    rig = joined(1, 2, 3)
    rig.admit(3, 40)
    rig.deliver()
    rig.advance(rig.settings.anchor_interval_ms)
    rig.deliver()
    rig.tick(1, PeerDown(3))
    base = core_of(rig.engines[1]).validator.log(3)
    good = rig.entries_after(1, 3, _admit(rig, 50))
    anchor = rig.federation.anchor(3, length=good.signed.length, head=good.signed.head)
    forked = rig.entries_after(1, 3, _admit(rig, 70))
    rig.hear(2, 3, good)
    rig.hear(2, 1, forked)
    evidence = rig.sent(2, EvidenceNews)[0]
    rig.mail.clear()
    rig.hear(1, 2, evidence)
    assert _is_accused(rig, 1)
    rig.hear(1, 2, forked)  # nobody has anchored this one
    assert rig.length(1, 3) == base.length
    log = core_of(rig.engines[1]).validator.log(2)
    anchored = entries_message(
        rig.federation, 2, log.length, log.head, encode_entry(rig.now_ms // 1000, anchor)
    )
    rig.hear(1, 2, anchored)
    rig.hear(1, 2, forked)
    assert rig.length(1, 3) == base.length
    rig.hear(1, 2, good)
    assert rig.length(1, 3) == base.length + 1
    assert rig.length(1, 2) == log.length + 1


def test_a_node_whose_own_key_forked_halts_and_stays_halted() -> None:
    rig = joined(1, 2, 3)
    payment = rig.pay(1, 1, 1, 2)
    log = core_of(rig.engines[2]).validator.log(1)
    entry = encode_entry(rig.now_ms // 1000, rig.federation.admit(1, 50))
    forked = entries_message(rig.federation, 1, log.length, log.head, entry)
    rig.submit(1, payment)
    rig.hear(1, 2, forked)
    assert rig.engines[1].status().readiness is Readiness.HALTED
    assert rig.submit(1, rig.pay(1, 2, 1, 2)) == [NotReady(Readiness.HALTED)]
    outbox = rig.tick(1)
    assert outbox.wake_at_ms > rig.now_ms + 1
    rig.start(1)
    rig.ready()
    assert rig.submit(1, payment) == [NotReady(Readiness.HALTED)]


def _two_supports(rig: Rig) -> bytes:
    """That coop 3 supported two contents in one round."""
    turn, supports = Turn(place=0, round=0), []
    for content_hash in (bytes(32), bytes([1]) * 32):
        message = support_message(
            federation=rig.federation.id,
            coop=3,
            subject=Subject.INDEX,
            turn=turn,
            content_hash=content_hash,
        )
        signature = rig.federation.node_keys[3].sign(message)
        supports.append(SignedSupport(content_hash=content_hash, signature=signature))
    first, second = supports
    return SupportEvidence(
        coop=3, subject=Subject.INDEX, turn=turn, first=first, second=second
    ).encode()


def test_evidence_about_rounds_goes_only_to_nodes_that_know_rounds() -> None:
    rig = joined(1, 2, 3)
    rig.hear(1, 3, EvidenceNews(_two_supports(rig)))
    assert _is_accused(rig, 1)
    for version, is_told in ((2, False), (3, True)):
        rig.tick(1, PeerDown(2))
        rig.mail.clear()
        rig.tick(1, PeerUp(2, version=version))
        for _ in range(30):
            rig.now_ms += 1_000
            rig.tick(1)
        told = [send.coop for _, send in rig.mail if b"\xa8evidence" in send.data[:10]]
        assert (2 in told) == is_told
