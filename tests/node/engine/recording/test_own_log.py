"""Recording: what members send becomes an entry once, durably, with a receipt that proves it."""

from typing import Any

import pytest

from ledger.codec import split
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from ledger.transactions import Status
from node.engine.answers import BatchRecorded, Failed, NotReady, Recorded, Refused
from node.engine.events import Ask, Change, PeerUp, Submit, SubmitBatch
from node.engine.health.status import Readiness
from node.engine.wire import Entries
from node.errors import StorageFault
from node.store import Document, DocumentKind, Memo, MemoryFault, Write
from tests.builders import build_federation
from tests.node.engine.rig import Rig, joined
from tests.recovery_builders import new_key, rekey


def test_a_payment_is_recorded_with_a_receipt_that_proves_it() -> None:
    rig = joined(1)
    payment = rig.pay(1, 1, 1, 2)
    (answer,) = rig.submit(1, payment)
    assert isinstance(answer, Recorded)
    receipt = decode_receipt(answer.receipt)
    receipt.check(rig.federation.charter)
    assert (receipt.length, answer.number, answer.repeated) == (3, 3, False)
    assert receipt.entry.endswith(payment)
    assert rig.balance(1, 1, 2) == 10


def test_same_bytes_get_the_same_receipt_in_one_tick_later_and_after_a_restart() -> None:
    rig = joined(1)
    payment = rig.pay(1, 1, 1, 2)
    first, twin = rig.submit(1, payment, payment)
    (later,) = rig.submit(1, payment)
    rig.start(1)
    rig.ready()
    (restarted,) = rig.submit(1, payment)
    assert first.receipt == twin.receipt == later.receipt == restarted.receipt
    assert [first.repeated, later.repeated, restarted.repeated] == [False, True, True]
    assert rig.length(1, 1) == 3
    assert rig.balance(1, 1, 2) == 10


def test_other_bytes_under_a_used_sequence_number_are_refused() -> None:
    rig = joined(1)
    rig.submit(1, rig.pay(1, 1, 1, 2))
    (answer,) = rig.submit(1, rig.pay(1, 1, 1, 2, amount=11))
    assert answer == Refused(Refusal.SEQUENCE_USED)
    assert rig.balance(1, 1, 2) == 10


def test_two_wallets_racing_in_one_tick() -> None:
    rig = joined(1)
    one, other = rig.submit(1, rig.pay(1, 1, 1, 2, amount=1), rig.pay(1, 1, 1, 2, amount=2))
    assert isinstance(one, Recorded)
    assert other == Refused(Refusal.SEQUENCE_USED)
    assert rig.balance(1, 1, 2) == 1


@pytest.mark.parametrize("status", [Status.FROZEN, Status.CLOSED])
def test_a_recorded_payment_is_not_called_refused_when_its_payer_is_frozen_or_closed(
    status: Status,
) -> None:
    rig = joined(1)
    payments = [
        rig.pay(1, 1, 1, 2),
        rig.federation.pay(1, payer=2, sequence=1, payee_coop=1, payee=1, amount=10),
    ]
    recorded = rig.submit(1, *payments)
    rig.submit(1, rig.federation.status(1, 1, revision=1, status=status))
    (again,) = rig.submit(1, payments[0])
    assert isinstance(again, Recorded)
    assert again.receipt == recorded[0].receipt
    (other,) = rig.submit(1, rig.pay(1, 2, 1, 2))
    frozen = Refusal.ACCOUNT_FROZEN if status is Status.FROZEN else Refusal.ACCOUNT_CLOSED
    assert other == Refused(frozen)


def test_a_recorded_payment_is_not_called_forged_once_its_payer_has_another_key() -> None:
    rig = joined(1)
    payment = rig.pay(1, 1, 1, 2)
    (recorded,) = rig.submit(1, payment)
    rig.submit(1, rekey(rig.federation, 1, 1))
    (again,) = rig.submit(1, payment)
    assert isinstance(again, Recorded)
    assert (again.receipt, again.repeated) == (recorded.receipt, True)
    assert rig.batch(1, [payment]).results == [recorded.number]
    forged = rig.pay(1, 1, 1, 2, amount=11)
    assert rig.submit(1, forged, rig.pay(1, 2, 1, 2)) == [Refused(Refusal.SIGNATURE_INVALID)] * 2
    assert rig.batch(1, [forged]).looked_up == 1


def test_who_never_changed_a_key_costs_no_look_into_the_past_when_a_signature_is_wrong() -> None:
    rig = joined(1)
    rig.submit(1, rig.pay(1, 1, 1, 2))
    stranger = new_key(7)
    forged = rig.federation.pay(
        1, payer=1, sequence=1, payee_coop=1, payee=2, amount=9, signed_by=stranger
    )
    answer = rig.batch(1, [forged])
    assert (answer.results, answer.looked_up) == ([-Refusal.SIGNATURE_INVALID], 0)


def test_a_batch_answers_each_payment_and_a_repeated_batch_the_same() -> None:
    rig = joined(1)
    good, gap = rig.pay(1, 1, 1, 2), rig.pay(1, 3, 1, 2)
    answer = rig.batch(1, [good, gap, rig.pay(1, 2, 1, 2)])
    assert isinstance(answer, BatchRecorded)
    assert answer.results == [3, -Refusal.SEQUENCE_GAP, 4]
    answer.head.check(rig.federation.charter)
    assert answer.head.length == 4
    assert rig.batch(1, [good, good]).results == [3, 3]
    assert rig.length(1, 1) == 4


def test_same_bytes_by_submit_and_two_batches_in_one_tick() -> None:
    rig = joined(1)
    payment = rig.pay(1, 1, 1, 2)
    single, batch, again = rig.ask(
        1,
        Submit(rig.request(), payment),
        SubmitBatch(rig.request(), [payment, payment]),
        SubmitBatch(rig.request(), [payment]),
    )
    assert single.number == 3
    assert batch.results == [3, 3]
    assert again.results == [3]
    assert rig.length(1, 1) == 3


def test_what_only_the_node_appends_is_not_taken_from_people() -> None:
    rig = joined(1, 2)
    anchor = rig.federation.anchor(2, length=rig.length(2, 2), head=rig.head(2, 2).head)
    give_back = rig.federation.give_back(2, 1)
    before = rig.length(1, 1)
    assert rig.submit(1, anchor, give_back) == [Refused(Refusal.KIND_UNKNOWN)] * 2
    admit = rig.federation.admit(1, 9)
    refused = [-Refusal.KIND_UNKNOWN] * 3
    assert rig.batch(1, [anchor, give_back, admit]).results == refused
    assert rig.length(1, 1) == before


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", Refusal.ENTRY_MALFORMED),
        (b"\xc1", Refusal.ENTRY_MALFORMED),
        (b"\x91\x01", Refusal.ENTRY_MALFORMED),
        (b"\xdc\x00\x01\x01", Refusal.ENTRY_MALFORMED),
        (b"\x91\x63", Refusal.KIND_UNKNOWN),
        (b"\x91\xc6\x00\x00\x90\x00" + bytes(36_864), Refusal.ENTRY_TOO_LARGE),
    ],
)
def test_garbage_is_refused_for_what_it_is(data: bytes, refusal: Refusal) -> None:
    rig = joined(1)
    state = rig.state(1)
    assert rig.submit(1, data) == [Refused(refusal)]
    if refusal is not Refusal.KIND_UNKNOWN:
        assert rig.batch(1, [data]).results == [-refusal]
    assert rig.state(1) == state


def test_nobody_is_answered_before_the_commit() -> None:
    rig = joined(1)
    payment = rig.pay(1, 1, 1, 2)
    rig.disks[1].fail_next(MemoryFault.LOST)
    with pytest.raises(StorageFault):
        rig.submit(1, payment)
    with pytest.raises(StorageFault):  # the engine is dead, its memory is ahead of the disk
        rig.tick(1)
    rig.start(1)
    rig.ready()
    assert rig.length(1, 1) == 2
    (answer,) = rig.submit(1, payment)
    assert (answer.number, answer.repeated) == (3, False)


def test_a_write_reported_lost_but_kept_is_found_again() -> None:
    rig = joined(1)
    payment = rig.pay(1, 1, 1, 2)
    rig.disks[1].fail_next(MemoryFault.KEPT)
    with pytest.raises(StorageFault):
        rig.submit(1, payment)
    rig.start(1)
    rig.ready()
    (answer,) = rig.submit(1, payment)
    assert (answer.number, answer.repeated) == (3, True)
    assert rig.balance(1, 1, 2) == 10


def test_a_large_batch_becomes_heads_that_peers_will_read() -> None:
    rig = joined(1, 2, segment_bytes=1_000, segment_entries=7, entries_message_bytes=1_500)
    rig.mail.clear()
    answer = rig.batch(1, [rig.pay(1, sequence, 1, 2, 1) for sequence in range(1, 61)])
    assert answer.results[-1] == rig.length(1, 1)
    pushed = [message for message in rig.sent(1, Entries) if message.coop == 1]
    assert len(pushed) >= 9
    assert all(len(message.entries) <= 1_000 for message in pushed)
    rig.deliver()
    assert rig.length(2, 1) == rig.length(1, 1)
    rig.start(1)
    assert rig.length(1, 1) == rig.length(2, 1)


def test_time_in_the_log_does_not_fall_with_the_clock() -> None:
    rig = joined(1)
    rig.skew_ms[1] -= 60_000
    (answer,) = rig.submit(1, rig.pay(1, 1, 1, 2))
    assert isinstance(answer, Recorded)


def test_not_ready_while_recovering() -> None:
    rig = Rig(1, 2)
    payment = rig.federation.admit(1, 1)
    answers = rig.ask(1, Submit(1, payment), SubmitBatch(2, [payment]))
    assert answers == [NotReady(Readiness.RECOVERING)] * 2
    rig.ready()
    assert isinstance(rig.submit(1, payment)[0], Recorded)


def test_ready_at_once_when_all_peers_have_spoken() -> None:
    rig = Rig(1, 2, federation=build_federation(coops=2))
    rig.link(1, 2)
    rig.deliver()
    assert rig.engines[1].status().readiness is Readiness.READY


def test_a_coop_alone_needs_nobody() -> None:
    rig = Rig(1, federation=build_federation(coops=1))
    assert isinstance(rig.submit(1, rig.federation.admit(1, 1))[0], Recorded)


def test_questions_see_what_the_tick_committed() -> None:
    rig = joined(1)
    (_, balance) = rig.ask(
        1,
        Submit(1, rig.pay(1, 1, 1, 2)),
        Ask(2, lambda view: [found.balance for found in view.validator.accounts(1)]),
    )
    assert balance == [-10, 10]


def test_a_question_that_raises_harms_nobody() -> None:
    rig = joined(1)
    recorded, failed = rig.ask(1, Submit(1, rig.pay(1, 1, 1, 2)), Ask(2, lambda view: 1 // 0))
    assert isinstance(recorded, Recorded)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, ZeroDivisionError)


def test_a_change_is_written_with_the_tick_or_not_at_all() -> None:
    rig = joined(1)
    document = Document(kind=DocumentKind.JOIN, id="a", created=1, data=b"x")
    change = Change(1, lambda view: (Write(documents=[document]), "done"))
    broken = Change(2, lambda view: (Write(), 1 // 0))
    done, failed = rig.ask(1, change, broken)
    assert done == "done"
    assert isinstance(failed, Failed)
    assert rig.stores[1].document(DocumentKind.JOIN, "a") == document
    rig.disks[1].fail_next(MemoryFault.LOST)
    with pytest.raises(StorageFault):
        rig.ask(1, Change(3, lambda view: (Write(meta={"name": b"value"}), None)))
    rig.start(1)
    assert rig.stores[1].meta("name") is None


def test_history_index_covers_payer_payee_and_returns() -> None:
    rig = joined(1, 2)
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver()
    rig.engines[2].bring_history_forward()
    rig.engines[1].bring_history_forward()
    (paid,) = rig.stores[1].history(coop=1, account=1, limit=5)
    (got,) = rig.stores[2].history(coop=2, account=1, limit=5)
    assert (paid.log, paid.sequence) == (1, 1)
    assert (got.log, got.number, got.sequence) == (1, paid.number, None)
    assert rig.stores[1].find_payments(1, [(1, 1)])[1, 1].number == paid.number


def test_the_history_index_is_brought_forward_by_idle_ticks() -> None:
    rig = joined(1)
    rig.submit(1, rig.pay(1, 1, 1, 2))
    outbox = rig.tick(1)
    while outbox.wake_at_ms <= rig.now_ms:
        outbox = rig.tick(1)
    assert rig.stores[1].history_upto()[1] == 3


def test_a_snapshot_is_saved_and_the_next_start_goes_on_from_it() -> None:
    rig = joined(1, snapshot_entries=5)
    for sequence in range(1, 11):
        rig.submit(1, rig.pay(1, sequence, 1, 2))
    snapshot = rig.stores[1].newest_snapshot()
    assert snapshot is not None
    assert 5 < snapshot.lengths[1] <= 12
    digest = rig.digests()
    rig.start(1)
    assert rig.digests() == digest


def test_memos_are_kept_for_both_homes() -> None:
    rig = joined(1, 2)
    mine = Memo(reference=bytes(32), coop=1, account=1, sealed=b"mine")
    theirs = Memo(reference=bytes(32), coop=2, account=1, sealed=b"theirs")
    large = Memo(reference=b"1" * 32, coop=1, account=1, sealed=bytes(2_000))
    refused = Memo(reference=b"2" * 32, coop=1, account=1, sealed=b"no")
    rig.ask(1, Submit(1, rig.pay(1, 1, 2, 1), [mine, theirs, large]))
    rig.ask(1, Submit(2, rig.pay(1, 9, 2, 1), [refused]))
    rig.deliver()
    assert rig.stores[1].memo(bytes(32), coop=1, account=1) == b"mine"
    assert rig.stores[2].memo(bytes(32), coop=2, account=1) == b"theirs"
    assert rig.stores[1].memo(b"1" * 32, coop=1, account=1) is None
    assert rig.stores[1].memo(b"2" * 32, coop=1, account=1) is None


def test_a_memo_waits_for_the_link() -> None:
    rig = Rig(1, 2)
    rig.ready()
    rig.admit(1, 1, 2)
    rig.admit(2, 1)
    memo = Memo(reference=bytes(32), coop=2, account=1, sealed=b"text")
    rig.ask(1, Submit(1, rig.pay(1, 1, 1, 2), [memo]))
    rig.tick(2, PeerUp(1))
    rig.tick(1, PeerUp(2))
    rig.deliver()
    assert rig.stores[2].memo(bytes(32), coop=2, account=1) == b"text"


def test_the_wrong_key_is_refused_at_the_start() -> None:
    rig = Rig()
    with pytest.raises(ValueError, match="the key is not one that the charter has"):
        type(joined(1).engines[1])(
            rig.settings,
            rig.federation.founding,
            1,
            rig.federation.node_keys[2],
            joined(1).stores[1],
            0,
        )


@pytest.mark.parametrize("bound", ["entries", "bytes"])
def test_pieces_of_one_tick_that_together_pass_a_segments_bound_are_several_segments(
    bound: str,
) -> None:
    """Each batch of the tick fits by itself; all of them in one segment would be too much for peers."""
    size = len(Rig(1).pay(1, 1, 1, 2)) + 6
    limits: dict[str, Any] = {"segment_entries": 10}
    if bound == "bytes":
        limits = {"segment_bytes": 10 * size}
    rig = joined(1, 2, **limits)
    rig.mail.clear()
    first = rig.length(1, 1) + 1
    pays = [rig.pay(1, sequence, 1, 2, amount=1) for sequence in range(1, 25)]
    batches = [SubmitBatch(rig.request(), pays[at : at + 6]) for at in range(0, 24, 6)]
    for answer in rig.ask(1, *batches):
        assert all(result > 0 for result in answer.results)
    segments = list(rig.stores[1].segments(1, first))
    assert sum(segment.count for segment in segments) == 24
    assert all(segment.signature is not None for segment in segments)
    for segment in segments:
        assert segment.count <= 10
        assert len(segment.entries) <= 10 * size
    assert [len(split(sent.entries)) for sent in rig.sent(1, Entries)] == [
        segment.count for segment in segments
    ]
    rig.deliver()
    assert rig.length(2, 1) == rig.length(1, 1)


def test_what_the_history_index_knows_is_found_without_bringing_it_forward() -> None:
    rig = joined(1)
    old = rig.pay(1, 1, 1, 2)
    rig.submit(1, old)
    rig.engines[1].bring_history_forward()
    new = rig.pay(1, 2, 1, 2)
    rig.submit(1, new)
    before = rig.stores[1].history_upto()
    (again,) = rig.submit(1, old)
    assert isinstance(again, Recorded)
    assert again.repeated
    assert rig.stores[1].history_upto() == before
    # What is newer than the index is found all the same.
    (again,) = rig.submit(1, new)
    assert isinstance(again, Recorded)
    assert again.repeated
