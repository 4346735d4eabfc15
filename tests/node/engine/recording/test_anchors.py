"""Anchors: when one is due, when none is, and how witnesses are gathered for it."""

from dataclasses import replace

import pytest

from ledger.chain import SignedHead, sign_head
from ledger.entries import entry_kind
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from ledger.transactions import Kind, Status
from node.engine.answers import Recorded, Refused
from node.engine.events import PeerDown, Submit
from node.engine.wire import WitnessAnswer, WitnessRequest
from node.engine.wire_charter import VersionNews
from node.errors import StorageFault
from node.store import MemoryFault
from tests.builders import build_federation, signing_key
from tests.charters import with_node_key
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined


def _kinds(rig: Rig, coop: int, first: int) -> list[int | None]:
    length = rig.length(coop, coop)
    entries = [rig.stores[coop].entry(coop, index) for index in range(first, length + 1)]
    return [entry_kind(entry) for entry in entries if entry is not None]


def test_a_payment_to_an_account_not_known_yet_makes_the_node_anchor_first() -> None:
    rig = joined(1, 2)
    rig.admit(2, 7)
    rig.deliver()
    before = rig.length(1, 1)
    (answer,) = rig.submit(1, rig.pay(1, 1, 2, 7))
    assert isinstance(answer, Recorded)
    assert _kinds(rig, 1, before + 1) == [Kind.ANCHOR, Kind.PAY]


def test_a_payment_to_nobody_makes_no_anchor() -> None:
    rig = joined(1, 2)
    rig.admit(2, 7)
    rig.deliver()
    before = rig.length(1, 1)
    assert rig.submit(1, rig.pay(1, 1, 2, 99)) == [Refused(Refusal.PAYEE_UNKNOWN)]
    assert rig.submit(1, rig.pay(1, 1, 99, 1)) == [Refused(Refusal.COOP_UNKNOWN)]
    assert rig.length(1, 1) == before


def test_a_batch_goes_on_after_the_anchor_it_needed() -> None:
    rig = joined(1, 2)
    rig.admit(2, 7)
    rig.deliver()
    before = rig.length(1, 1)
    answer = rig.batch(1, [rig.pay(1, 1, 1, 2), rig.pay(1, 2, 2, 7), rig.pay(1, 3, 1, 2)])
    assert answer.results == [before + 1, before + 3, before + 4]


def test_a_batch_goes_on_after_all_anchors_that_it_needed() -> None:
    rig = joined(1, 2, 3)
    rig.admit(2, 7)
    rig.admit(3, 8)
    rig.deliver()
    before = rig.length(1, 1)
    answer = rig.batch(1, [rig.pay(1, 1, 2, 7), rig.pay(1, 2, 3, 8), rig.pay(1, 3, 1, 2)])
    assert answer.results == [before + 3, before + 4, before + 5]
    assert _kinds(rig, 1, before + 1)[:2] == [Kind.ANCHOR, Kind.ANCHOR]


def test_credits_are_anchored_at_once_and_anchors_are_not_answered() -> None:
    rig = joined(1, 2)
    before = {coop: rig.length(coop, coop) for coop in (1, 2)}
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver()
    assert rig.balance(2, 2, 1) == 10
    for _ in range(20):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
    grown = {coop: rig.length(coop, coop) - before[coop] for coop in (1, 2)}
    assert grown == {1: 1, 2: 1}


def test_growth_that_pays_nobody_here_is_anchored_after_the_interval() -> None:
    rig = joined(1, 2)
    before = rig.length(2, 2)
    rig.submit(1, rig.pay(1, 1, 1, 2))
    rig.deliver()
    assert rig.length(2, 2) == before
    rig.advance(rig.settings.anchor_interval_ms)
    rig.deliver()
    assert _kinds(rig, 2, before + 1) == [Kind.ANCHOR]


def _four(**settings: int) -> Rig:
    return joined(1, 2, 3, 4, federation=build_federation(coops=4), **settings)


def _grow(rig: Rig, coop: int, sequence: int = 1) -> None:
    rig.submit(coop, rig.pay(coop, sequence, coop, 2))
    rig.deliver()


def _anchors_of_interval(rig: Rig, intervals: int) -> list[list[int]]:
    """Which coops have appended something in each interval."""
    found = []
    for _ in range(intervals):
        before = {coop: rig.length(coop, coop) for coop in rig.engines}
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
        found.append([coop for coop in rig.engines if rig.length(coop, coop) > before[coop]])
    return found


def test_one_log_takes_in_what_pays_nobody_the_member_after_it() -> None:
    rig = _four()
    _grow(rig, 2)
    assert rig.engines[4].status().unanchored == (2,)
    assert _anchors_of_interval(rig, 6) == [[3], [], [], [], [], []]
    assert rig.engines[4].status().unanchored == ()
    _grow(rig, 4)
    assert _anchors_of_interval(rig, 6) == [[1], [], [], [], [], []]


def test_who_is_next_takes_the_turn_of_those_who_do_not() -> None:
    rig = _four()
    del rig.engines[3]
    rig.mail.clear()
    _grow(rig, 2)
    assert _anchors_of_interval(rig, 6) == [[], [4], [], [], [], []]


def test_growth_that_another_log_has_taken_in_by_a_payment_needs_no_turn() -> None:
    rig = _four()
    before = rig.length(3, 3)
    rig.submit(2, rig.pay(2, 1, 4, 1))
    rig.deliver()
    assert _anchors_of_interval(rig, 6) == [[]] * 6
    assert rig.length(3, 3) == before


def test_growth_after_that_waits_a_turn_of_its_own() -> None:
    rig = _four()
    _grow(rig, 2)
    assert _anchors_of_interval(rig, 1) == [[3]]
    rig.now_ms += 10 * rig.settings.anchor_interval_ms
    _grow(rig, 2, sequence=2)
    assert _anchors_of_interval(rig, 2) == [[3], []]


def test_a_log_that_is_far_ahead_is_anchored_by_everybody() -> None:
    rig = _four(anchor_entries=6)
    for sequence in range(1, 5):
        _grow(rig, 2, sequence)
    anchored = {coop: core_of(rig.engines[coop]).validator.log(coop).anchored[2] for coop in (1, 4)}
    assert max(rig.length(2, 2) - length for length in anchored.values()) < 6


def test_a_restart_is_no_reason_to_anchor_anchors() -> None:
    rig = joined(1, 2)
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver()
    before = rig.length(1, 1)
    rig.start(1)
    for _ in range(3):
        rig.advance(rig.settings.anchor_interval_ms)
    assert rig.length(1, 1) == before


def test_a_payment_to_a_closed_account_comes_back() -> None:
    rig = joined(1, 2)
    rig.tick(2, PeerDown(1))
    rig.submit(2, rig.federation.status(2, 2, revision=1, status=Status.CLOSED))
    rig.mail.clear()
    rig.submit(1, rig.pay(1, 1, 2, 2))
    assert rig.balance(1, 1, 1) == -10
    rig.link(1, 2)
    rig.deliver()
    assert rig.balance(1, 1, 1) == 0
    assert rig.balance(2, 1, 1) == 0
    assert len(rig.digests()) == 1


def _quorum(coops: int, quorum: int, **settings: int) -> Rig:
    federation = build_federation(coops=coops, witness_quorum=quorum)
    return joined(*range(1, coops + 1), federation=federation, **settings)


def test_with_a_quorum_an_anchor_has_the_witnesses_signatures() -> None:
    rig = _quorum(3, 2)
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver()
    assert rig.balance(3, 2, 1) == 10
    saved = rig.disks[3].witnessed[1]
    assert saved.length == rig.length(3, 1)
    assert saved.head == rig.head(1, 1).head


def test_without_enough_witnesses_nothing_is_anchored_until_there_are() -> None:
    rig = _quorum(3, 2)
    for peer in (1, 2):
        rig.tick(peer, PeerDown(3))
        rig.tick(3, PeerDown(peer))
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver()
    for _ in range(3):
        rig.advance(rig.settings.request_timeout_ms)
        rig.deliver()
    assert rig.balance(2, 2, 1) == 0
    outbox = rig.tick(2)
    assert outbox.wake_at_ms > rig.now_ms + 1
    rig.link(2, 3)
    rig.link(1, 3)
    rig.deliver()
    rig.advance(rig.settings.request_timeout_ms)
    rig.deliver()
    assert rig.balance(2, 2, 1) == 10


def test_with_a_quorum_too_anchors_are_not_answered() -> None:
    rig = _quorum(3, 2)
    for sequence in range(1, 4):
        rig.submit(1, rig.pay(1, sequence, 2, 1))
        rig.submit(2, rig.pay(2, sequence, 3, 1))
        rig.submit(3, rig.pay(3, sequence, 1, 1))
        rig.deliver()
    for _ in range(4):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
    lengths = [rig.length(coop, coop) for coop in (1, 2, 3)]
    for _ in range(10):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
    assert [rig.length(coop, coop) for coop in (1, 2, 3)] == lengths


def test_with_a_quorum_a_payment_waits_for_the_anchor_that_makes_its_payee_known() -> None:
    rig = _quorum(3, 2)
    rig.admit(2, 7)
    rig.deliver()
    submit = Submit(rig.request(), rig.pay(1, 1, 2, 7))
    assert rig.tick(1, submit).replies == []
    rig.deliver()
    assert isinstance(rig.replies[submit.request], Recorded)
    assert rig.balance(1, 1, 1) == -10


def test_a_payment_waits_for_witnesses_no_longer_than_it_may() -> None:
    rig = _quorum(3, 2)
    rig.admit(2, 7)
    rig.deliver()
    for peer in (2, 3):
        rig.tick(1, PeerDown(peer))
    submit = Submit(rig.request(), rig.pay(1, 1, 2, 7))
    outbox = rig.tick(1, submit)
    assert outbox.replies == []
    assert outbox.wake_at_ms <= rig.now_ms + rig.settings.payee_wait_ms
    rig.now_ms += rig.settings.payee_wait_ms - 1
    assert rig.tick(1).replies == []
    rig.now_ms += 1
    (reply,) = rig.tick(1).replies
    assert (reply.request, reply.result) == (submit.request, Refused(Refusal.PAYEE_UNKNOWN))
    assert rig.tick(1).replies == []


def test_only_so_many_payments_wait_for_witnesses() -> None:
    rig = _quorum(3, 2, awaiting_payments=1)
    rig.admit(2, 7)
    rig.deliver()
    submits = [
        Submit(
            rig.request(),
            rig.federation.pay(1, payer=payer, sequence=1, payee_coop=2, payee=7, amount=1),
        )
        for payer in (1, 2)
    ]
    assert [reply.request for reply in rig.tick(1, *submits).replies] == [submits[1].request]


def _asked(rig: Rig, signed: SignedHead) -> list[WitnessAnswer]:
    rig.mail.clear()
    rig.hear(3, 2, WitnessRequest(signed))
    return rig.sent(3, WitnessAnswer)


def test_a_witness_signs_only_what_it_holds() -> None:
    rig = _quorum(3, 1)
    held = rig.head(3, 1)
    (answer,) = _asked(rig, held)
    assert (answer.signed.length, answer.signed.head) == (held.length, held.head)
    assert _asked(rig, replace(held, head=bytes(32))) == []
    assert _asked(rig, rig.head(3, 3)) == []
    ahead = rig.federation.signed_head(1, length=held.length + 1, head=bytes(32))
    assert _asked(rig, ahead) == []


def test_a_witness_answers_when_it_has_caught_up() -> None:
    rig = _quorum(3, 1)
    rig.submit(1, rig.pay(1, 1, 1, 2))
    signed = rig.head(1, 1)
    to_third = [send for _, send in rig.mail if send.coop == 3]
    assert _asked(rig, signed) == []
    for send in to_third:
        rig.hear(3, 1, send.data)
    (answer,) = rig.sent(3, WitnessAnswer)
    assert answer.signed.length == signed.length


@pytest.mark.parametrize("fault", list(MemoryFault))
def test_a_witness_signature_leaves_only_after_it_was_saved(fault: MemoryFault) -> None:
    rig = _quorum(3, 1)
    rig.submit(1, rig.pay(1, 1, 1, 2))
    rig.deliver()
    held = rig.head(3, 1)
    rig.mail.clear()
    rig.disks[3].fail_next(fault)
    with pytest.raises(StorageFault):
        rig.hear(3, 2, WitnessRequest(held))
    assert rig.sent(3, WitnessAnswer) == []


def test_a_coop_is_no_witness_of_its_own_log() -> None:
    """Its answer must not be counted, else the anchor would be refused and asked for without end."""
    rig = _quorum(3, 2)
    rig.tick(2, PeerDown(3))
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver_to(2)
    wanted = rig.head(2, 1)
    before = rig.length(2, 2)
    rig.mail.clear()
    rig.hear(
        2, 1, WitnessAnswer(rig.federation.signed_head(1, length=wanted.length, head=wanted.head))
    )
    assert rig.length(2, 2) == before
    assert rig.sent(2, WitnessRequest) == []
    rig.link(2, 3)
    rig.link(1, 3)
    rig.deliver()
    rig.advance(rig.settings.request_timeout_ms)
    rig.deliver()
    assert rig.balance(2, 2, 1) == 10


def test_a_witness_answer_that_is_not_the_peers_own_ends_the_link() -> None:
    rig = _quorum(3, 2)
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver_to(2)
    wanted = rig.head(2, 1)
    outbox = rig.hear(2, 3, WitnessAnswer(wanted))
    assert [disconnect.coop for disconnect in outbox.disconnects] == [3]


def _gathering(rig: Rig) -> SignedHead:
    """The head for which coop 2 now gathers witnesses."""
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver_to(2)
    return rig.head(2, 1)


def _witnessed(rig: Rig, wanted: SignedHead, key: SigningKey) -> WitnessAnswer:
    federation = rig.federation.id
    signed = sign_head(key, federation=federation, coop=1, length=wanted.length, head=wanted.head)
    return WitnessAnswer(signed)


def _counts_the_true_one_only(rig: Rig, wanted: SignedHead, other: SigningKey) -> None:
    assert rig.hear(2, 3, _witnessed(rig, wanted, other)).disconnects == []
    assert rig.balance(2, 2, 1) == 0
    rig.hear(2, 3, _witnessed(rig, wanted, rig.federation.node_keys[3]))
    assert rig.balance(2, 2, 1) == 10


OTHER_KEY = signing_key("another node key")


def test_a_witness_by_a_key_that_the_own_log_does_not_go_by_yet_is_passed_over() -> None:
    rig = _quorum(3, 2)
    wanted = _gathering(rig)
    changed = replace(with_node_key(rig.federation.charter, 3, OTHER_KEY), version=1)
    core_of(rig.engines[2]).validator.go_by(1, changed)
    _counts_the_true_one_only(rig, wanted, OTHER_KEY)


def test_a_witness_by_an_unknown_key_is_passed_over_while_the_peer_knows_a_newer_charter() -> None:
    rig = _quorum(3, 2)
    wanted = _gathering(rig)
    rig.hear(2, 3, VersionNews(1))
    _counts_the_true_one_only(rig, wanted, OTHER_KEY)
