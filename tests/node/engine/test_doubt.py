"""What a node does about a disk that may not know all that its key has signed.

Each disk below is put under a node whose last payment has left the house: signing another entry in its
place would be proof against it for ever.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.receipts import decode_receipt
from node.engine.answers import NotReady, Recorded
from node.engine.events import PeerDown, PeerUp, Submit
from node.engine.health.status import Readiness
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.health.words import word
from node.engine.wire import ClockNews, Heads, NewestAnswer, NewestQuestion
from node.errors import StorageFault
from node.mark import Doubt, Mark
from node.store import MemoryDisk, MemoryFault
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined

LONG_MS = 3_600_000


def _paid(*coops: int) -> tuple[Rig, MemoryDisk]:
    """Nodes of which the first has paid after the copy of its disk was made, and stopped."""
    rig = joined(*coops)
    copy = rig.disks[1].copy()
    assert isinstance(rig.submit(1, rig.pay(1, 1, 2, 1))[0], Recorded)
    rig.deliver()
    return rig, copy


def _put_under(rig: Rig, disk: MemoryDisk, *, alone: bool = False) -> None:
    """Start the first node on that disk; its links are gone."""
    rig.stores.pop(1).close()
    rig.disks[1] = disk
    for peer in set(rig.engines) - {1}:
        rig.tick(peer, PeerDown(1))
    rig.mail.clear()
    rig.start(1, alone=alone)


def _same_length(rig: Rig, copy: MemoryDisk) -> MemoryDisk:
    """A disk as long as what was signed, but with another payment at its end."""
    other = Rig(1, federation=rig.federation)
    other.stores.pop(1).close()
    other.disks[1] = copy
    other.marks[1].mark = replace(Mark(), tokens=(copy.meta["signing.token"],), is_exact=False)
    other.now_ms = rig.now_ms + 1_000
    other.start(1)
    other.ready()
    other.submit(1, rig.pay(1, 1, 2, 1, 11))
    return other.disks[1].copy()


def _exactly_as_long(rig: Rig, copy: MemoryDisk) -> MemoryDisk:
    """An older copy with every entry: the node was started twice since it was made."""
    disk = rig.disks[1].copy()
    for _ in range(2):
        rig.start(1)
        rig.ready()
    return disk


DISKS: dict[str, tuple[Callable[[Rig, MemoryDisk], MemoryDisk], Doubt]] = {
    "a stale copy": (lambda rig, copy: copy, Doubt.SHORTER),
    "an empty database": (lambda rig, copy: MemoryDisk(), Doubt.SHORTER),
    "another history": (_same_length, Doubt.OTHER_HISTORY),
    "an older copy of all entries": (_exactly_as_long, Doubt.OTHER_COPY),
}
MARKS: dict[str, tuple[Callable[[Rig, MemoryDisk], MemoryDisk], Doubt]] = {
    "only the key": (lambda rig, copy: MemoryDisk(), Doubt.UNMARKED),
    "a copied folder": (lambda rig, copy: copy, Doubt.COPIED),
}


def _put_in_doubt(rig: Rig, copy: MemoryDisk, case: str, *, alone: bool = False) -> Doubt:
    make, doubt = (DISKS | MARKS)[case]
    disk = make(rig, copy)
    if case in MARKS:
        rig.marks[1].mark = doubt
    _put_under(rig, disk, alone=alone)
    return doubt


@pytest.mark.parametrize("case", DISKS | MARKS)
def test_without_peers_nothing_is_signed_until_a_person_says_so(case: str) -> None:
    rig, copy = _paid(1, 2, 3)
    doubt = _put_in_doubt(rig, copy, case)
    rig.advance(LONG_MS)
    status = rig.engines[1].status()
    assert (status.readiness, status.doubt) == (Readiness.RECOVERING, doubt.value)
    assert rig.submit(1, rig.pay(1, 1, 2, 1, 12)) == [NotReady(Readiness.RECOVERING)]
    # A restart does not make it any better.
    rig.start(1)
    rig.advance(LONG_MS)
    assert rig.engines[1].status().readiness is Readiness.RECOVERING
    rig.start(1, alone=True)
    rig.ready()
    status = rig.engines[1].status()
    assert (status.readiness, status.doubt) == (Readiness.READY, None)
    # The word was for that start; the disk is the one that the mark knows from then on.
    rig.start(1)
    rig.ready()
    assert rig.engines[1].status().readiness is Readiness.READY


@pytest.mark.parametrize("case", DISKS | MARKS)
def test_a_receipt_is_not_signed_anew_while_in_doubt(case: str) -> None:
    rig, copy = _paid(1, 2, 3)
    _put_in_doubt(rig, copy, case)
    signed = {
        segment.signature for disk in [*rig.disks.values()] for segment in disk.segments.get(1, [])
    }
    for index in range(1, rig.length(1, 1) + 1):
        receipt = rig.engines[1].receipt(1, index)
        assert receipt is not None
        assert decode_receipt(receipt).signature in signed


@pytest.mark.parametrize("case", ["a stale copy", "an empty database", *MARKS])
def test_more_than_half_of_the_peers_give_back_what_was_signed(case: str) -> None:
    rig, copy = _paid(1, 2, 3)
    length = rig.length(1, 1)
    _put_in_doubt(rig, copy, case)
    rig.link(1, 2)
    rig.deliver()
    rig.advance(LONG_MS)
    assert rig.engines[1].status().readiness is not Readiness.READY
    rig.deliver()
    rig.link(1, 3)
    rig.deliver()
    assert rig.length(1, 1) >= length
    assert rig.engines[1].status().readiness is Readiness.READY
    (answer,) = rig.submit(1, rig.pay(1, 1, 2, 1))
    assert isinstance(answer, Recorded)
    assert answer.repeated


def test_people_are_told_how_many_have_answered_and_how_many_it_takes() -> None:
    rig, copy = _paid(1, 2, 3)
    _put_under(rig, copy)
    for answers in (0, 1):
        trouble = rig.engines[1].status().troubles[0]
        assert trouble.kind is TroubleKind.DOUBT
        assert trouble.values == {"why": Doubt.SHORTER, "answers": answers, "needed": 2}
        assert f"{answers} of the 2 needed" in word(trouble, {}).detail
        rig.tick(1, PeerUp(2, version=2))
        for question in rig.sent(1, NewestQuestion):
            rig.hear(1, 2, NewestAnswer(question.nonce, None))


def test_people_are_told_for_two_weeks_what_came_back_and_what_is_gone() -> None:
    rig, copy = _paid(1, 2, 3)
    length = rig.length(1, 1)
    assert TroubleKind.PUT_BACK not in _troubles(rig)
    _put_under(rig, copy)
    rig.link_all()
    rig.deliver()
    rig.advance(1_000)
    trouble = _troubles(rig)[TroubleKind.PUT_BACK]
    assert trouble.values == {"first": length, "last": length}
    rig.start(1)
    rig.advance(rig.settings.put_back_told_s * 1000 - 10_000)
    assert TroubleKind.PUT_BACK in _troubles(rig)
    rig.advance(20_000)
    assert TroubleKind.PUT_BACK not in _troubles(rig)


def _troubles(rig: Rig) -> dict[TroubleKind, Trouble]:
    return {trouble.kind: trouble for trouble in rig.engines[1].status().troubles}


def test_what_the_peers_never_got_is_not_signed_over() -> None:
    """The mark knows of a payment that no peer has: whoever has its receipt could prove a fork."""
    rig = joined(1, 2, 3)
    copy = rig.disks[1].copy()
    rig.submit(1, rig.pay(1, 1, 2, 1))
    _put_under(rig, copy)
    rig.link_all()
    rig.deliver()
    rig.advance(LONG_MS)
    status = rig.engines[1].status()
    assert (status.readiness, status.doubt) == (Readiness.RECOVERING, Doubt.SHORTER)
    rig.start(1, alone=True)
    rig.ready()
    assert rig.engines[1].status().readiness is Readiness.READY


def test_a_server_that_is_rolled_back_under_the_running_node() -> None:
    """The store is opened again and has less: what the process noted itself is what counts."""
    rig, copy = _paid(1, 2, 3)
    rig.disks[1].fail_next(MemoryFault.LOST)
    with pytest.raises(StorageFault):
        rig.submit(1, rig.pay(1, 2, 2, 1))
    _put_under(rig, copy)
    rig.advance(LONG_MS)
    assert rig.submit(1, rig.pay(1, 1, 2, 1, 12)) == [NotReady(Readiness.RECOVERING)]


@pytest.mark.parametrize("ends", ["in order", "killed"])
def test_an_honest_restart_needs_nobody(ends: str) -> None:
    rig, _ = _paid(1, 2)
    if ends == "in order":
        rig.engines[1].end()
    _put_under(rig, rig.disks[1])
    assert rig.engines[1].status().doubt is None
    rig.ready()
    assert isinstance(rig.submit(1, rig.pay(1, 2, 1, 2))[0], Recorded)


@pytest.mark.parametrize("fault", MemoryFault)
def test_a_kill_while_the_database_gets_its_token_raises_no_doubt(fault: MemoryFault) -> None:
    rig, _ = _paid(1, 2)
    _put_under(rig, rig.disks[1])
    rig.now_ms += rig.settings.recovery_wait_ms
    rig.disks[1].fail_next(fault)
    with pytest.raises(StorageFault):
        rig.tick(1, Submit(1, rig.pay(1, 2, 1, 2)))
    _put_under(rig, rig.disks[1])
    rig.ready()
    assert rig.engines[1].status().readiness is Readiness.READY


def test_a_power_cut_that_loses_the_newest_notes_raises_no_doubt() -> None:
    rig, _ = _paid(1, 2)
    rig.marks[1].lose_notes()
    _put_under(rig, rig.disks[1])
    assert rig.engines[1].status().doubt is None


def test_a_token_is_drawn_anew_while_the_log_grows() -> None:
    """So a copy made a while ago is told, even when a power cut has lost the newest notes."""
    rig = joined(1, 2)
    copy = rig.disks[1].copy()
    before = copy.meta["signing.token"]
    rig.submit(1, rig.pay(1, 1, 1, 2))
    rig.advance(rig.settings.mark_interval_ms)
    assert rig.disks[1].meta["signing.token"] != before
    rig.marks[1].lose_notes()
    _put_under(rig, copy)
    assert rig.engines[1].status().doubt == Doubt.SHORTER


def test_many_entries_need_no_minute_for_a_new_token() -> None:
    rig = joined(1, 2, mark_entries=2)
    before = rig.disks[1].meta["signing.token"]
    rig.submit(1, *(rig.pay(1, sequence, 1, 2) for sequence in (1, 2, 3)))
    rig.tick(1)
    assert rig.disks[1].meta["signing.token"] != before


@pytest.mark.parametrize("nonce", ["the one asked", "an older one"])
def test_an_answer_to_an_older_question_says_nothing(nonce: str) -> None:
    rig, _ = _paid(1, 2, 3)
    disk = rig.disks[1]
    rig.marks[1].mark = Doubt.UNMARKED
    _put_under(rig, disk)
    rig.tick(1, PeerUp(2), PeerUp(3))
    asked = rig.sent(1, NewestQuestion)[0].nonce if nonce == "the one asked" else b"x" * 16
    for peer in (2, 3):
        answer = NewestAnswer(asked, rig.head(peer, 1))
        rig.hear(1, peer, ClockNews(rig.now_ms), answer, Heads(()))
    ready = rig.engines[1].status().readiness is Readiness.READY
    assert ready == (nonce == "the one asked")


def test_a_lost_question_is_asked_again() -> None:
    rig, copy = _paid(1, 2)
    _put_under(rig, copy)
    rig.tick(1, PeerUp(2))
    rig.mail.clear()
    outbox = rig.tick(1)
    assert rig.sent(1, NewestQuestion) == []
    assert outbox.wake_at_ms <= rig.now_ms + rig.settings.request_timeout_ms
    rig.advance(rig.settings.request_timeout_ms)
    assert len(rig.sent(1, NewestQuestion)) == 1


def test_a_peer_of_an_older_version_speaks_by_its_heads() -> None:
    rig, copy = _paid(1, 2, 3)
    length = rig.length(1, 1)
    _put_under(rig, copy)
    for peer in (2, 3):
        rig.tick(1, PeerUp(peer, version=1))
        rig.tick(peer, PeerUp(1, version=1))
    assert rig.sent(1, NewestQuestion) == []
    rig.deliver()
    assert rig.length(1, 1) == length
    assert rig.engines[1].status().readiness is Readiness.READY


def test_an_answer_brings_the_evidence_against_the_one_who_asks() -> None:
    rig, copy = _paid(1, 2)
    invalid = rig.entries_after(2, 1, b"\x92\x01\x90")
    _put_under(rig, copy)
    rig.tick(2, PeerUp(1))
    rig.hear(2, 1, invalid)
    assert rig.engines[2].status().accused == (1,)
    rig.mail.clear()
    rig.tick(1, PeerUp(2))
    rig.deliver()
    assert rig.engines[1].status().accused == (1,)
    assert rig.engines[1].status().readiness is Readiness.HALTED


def test_the_mark_knows_of_no_entry_that_the_disk_did_not_keep() -> None:
    """The mark is written before the disk where something was said; what was to be recorded may be lost."""
    rig = joined(1, 2, 3)
    length = rig.length(1, 1)
    core_of(rig.engines[1]).old_copy.has_said = True
    rig.disks[1].fail_next(MemoryFault.LOST)
    with pytest.raises(StorageFault):
        rig.submit(1, rig.pay(1, 1, 2, 1))
    mark = rig.marks[1].mark
    assert isinstance(mark, Mark)
    assert mark.length == length
    _put_under(rig, rig.stores[1].crash())
    rig.tick(1, PeerUp(2))
    rig.tick(2, PeerUp(1))
    rig.deliver()
    rig.advance(rig.settings.recovery_wait_ms)
    assert rig.engines[1].status().readiness is Readiness.READY
