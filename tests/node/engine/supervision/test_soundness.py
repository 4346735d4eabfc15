"""Stored entries that are not what was signed: never signed over, never given out, fetched again."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.chain import extend_all
from ledger.codec import split
from ledger.receipts import decode_receipt
from node.engine.answers import Failed, Recorded
from node.engine.events import PeerDown, PeerUp
from node.engine.health.status import Readiness
from node.engine.health.troubles import TroubleKind
from node.engine.wire import Entries, Get
from node.errors import LogDamaged
from node.store import MemoryDisk, Segment
from tests.node.engine.rig import Rig, joined

Change = Callable[[Segment], Segment | None]


def flipped(data: bytes, place: int = 0) -> bytes:
    """The same with one bit changed."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


DAMAGES: dict[str, Change] = {
    "a bit of a time": lambda row: replace(row, entries=flipped(row.entries, 5)),
    "a bit of the last byte": lambda row: replace(
        row, entries=flipped(row.entries, len(row.entries) - 1)
    ),
    "the first byte": lambda row: replace(row, entries=b"\xc1" + row.entries[1:]),
    "a bit of the head": lambda row: replace(row, head=flipped(row.head)),
    "a bit of the head before": lambda row: replace(row, previous=flipped(row.previous)),
    "the count": lambda row: replace(row, count=row.count + 1),
    "a bit of the signature": lambda row: replace(
        row, signature=None if row.signature is None else flipped(row.signature)
    ),
    "all of it": lambda row: None,
}


def grown(*coops: int) -> Rig:
    """Nodes that have recorded some more, each payment in a segment of its own."""
    rig = joined(*coops)
    for sequence in (1, 2, 3, 4):
        for coop in coops:
            assert isinstance(rig.submit(coop, rig.pay(coop, sequence, coop, 2))[0], Recorded)
            rig.deliver()
    return rig


def damage(disk: MemoryDisk, log: int, place: int, case: str) -> Segment:
    """Change a stored segment; the one that was there."""
    rows = disk.segments[log]
    whole = rows[place]
    changed = DAMAGES[case](whole)
    rows[place : (place + 1) or len(rows)] = [] if changed is None else [changed]
    return whole


def bytes_of(disk: MemoryDisk, log: int) -> bytes:
    """All entries of a log, whatever segments they are in."""
    return b"".join(row.entries for row in disk.segments[log])


def pass_time(rig: Rig, seconds: int = 20) -> None:
    """Let idle seconds pass, with all mail delivered."""
    for _ in range(seconds):
        rig.advance(1_000)
        rig.deliver()


def stand_alone(rig: Rig) -> None:
    """Cut the links of the first node."""
    for peer in set(rig.engines) - {1}:
        rig.tick(1, PeerDown(peer))
        rig.tick(peer, PeerDown(1))
    rig.mail.clear()


@pytest.mark.parametrize("case", DAMAGES)
@pytest.mark.parametrize("log", [1, 2])
def test_damage_under_a_running_node_is_found_and_healed(case: str, log: int) -> None:
    rig = grown(1, 2)
    whole = bytes_of(rig.disks[1], log)
    row = damage(rig.disks[1], log, 2, case)
    stand_alone(rig)
    pass_time(rig)
    (trouble,) = [each for each in rig.engines[1].status().troubles if each.coop == log]
    assert trouble.kind is TroubleKind.DAMAGED
    assert trouble.values == {"first": row.first, "last": row.last}
    rig.link(1, 2)
    pass_time(rig)
    assert rig.engines[1].status().troubles == ()
    assert bytes_of(rig.disks[1], log)[: len(whole)] == whole
    assert rig.disks[1].segments[log][2].signature in (None, row.signature)
    assert rig.engines[1].status().accused == rig.engines[2].status().accused == ()


@pytest.mark.parametrize("case", DAMAGES)
@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("started", [True, False])
def test_no_receipt_is_signed_over_damage(case: str, linked: bool, started: bool) -> None:
    rig = grown(1, 2)
    row = damage(rig.disks[1], 1, 2, case)
    if not linked:
        stand_alone(rig)
    if started:
        rig.engines[1].end()
        rig.start(1)
        rig.ready()
    true = split(row.entries)[0]
    try:
        receipt = rig.engines[1].receipt(1, row.first)
    except LogDamaged:
        receipt = None
    # (A head in a column of its own is no part of a receipt: what is signed is the chain.)
    assert (receipt is not None) == (case == "a bit of the head")
    assert receipt is None or decode_receipt(receipt).entry == true
    if linked:
        rig.link(1, 2)
        pass_time(rig)
        receipt = rig.engines[1].receipt(1, row.first)
        assert receipt is not None
        assert decode_receipt(receipt).entry == true
    assert rig.engines[1].status().accused == ()


@pytest.mark.parametrize("case", DAMAGES)
@pytest.mark.parametrize("log", [1, 2])
@pytest.mark.parametrize("place", [2, -1])
@pytest.mark.parametrize("ended", ["killed", "in order"])
def test_damage_found_at_a_start(case: str, log: int, place: int, ended: str) -> None:
    """Without a snapshot the damaged part is in the way; with one it may lie behind it. Both heal."""
    rig = grown(1, 2, 3)
    whole, length = bytes_of(rig.disks[1], log), rig.length(1, log)
    if ended == "in order":
        rig.engines[1].end()
    damage(rig.disks[1], log, place, case)
    stand_alone(rig)
    rig.start(1)
    pass_time(rig)
    status = rig.engines[1].status()
    if log == 1 and status.lengths[1] < length:
        assert status.readiness is not Readiness.READY, "it would sign a second history"
    rig.link(1, 2)
    rig.link(1, 3)
    pass_time(rig)
    status = rig.engines[1].status()
    assert status.readiness is Readiness.READY
    assert status.lengths[log] >= length
    assert bytes_of(rig.disks[1], log)[: len(whole)] == whole
    assert [each for each in status.troubles if each.kind is TroubleKind.DAMAGED] == []
    assert isinstance(rig.submit(1, rig.pay(1, 5, 1, 2))[0], Recorded)
    rig.deliver()
    assert len(rig.digests()) == 1
    assert not any(engine.status().accused for engine in rig.engines.values())


@pytest.mark.parametrize("case", DAMAGES)
def test_damage_is_not_served_to_peers(case: str) -> None:
    """A peer would take the node for a cheat and cut the link."""
    rig = grown(1, 2)
    rows = rig.disks[1].segments[2]
    damage(rig.disks[1], 2, 2, case)
    rig.hear(1, 2, Get(coop=2, first=rows[1].first))
    for sent in rig.sent(1, Entries):
        entries = split(sent.entries)
        assert extend_all(sent.previous, entries) == sent.signed.head
        sent.signed.check(rig.federation.charter)


def test_the_same_payment_is_not_refused_while_its_entry_is_damaged() -> None:
    """A refusal would say that it was not recorded, and its payer would pay again."""
    rig = grown(1, 2)
    payment = rig.pay(1, 4, 1, 2)
    stand_alone(rig)
    damage(rig.disks[1], 1, -1, "a bit of a time")
    (answer,) = rig.submit(1, payment)
    assert isinstance(answer, Failed)
    assert isinstance(answer.error, LogDamaged)


def test_what_a_peer_sends_for_healing_must_lead_to_a_signed_head() -> None:
    rig = grown(1, 2)
    stand_alone(rig)
    row = damage(rig.disks[1], 2, 2, "a bit of a time")
    pass_time(rig)
    rig.tick(1, PeerUp(2))
    assert row.signature is not None
    entries = Entries(
        first=row.first,
        previous=row.previous,
        entries=flipped(row.entries, 5),
        signed=replace(rig.head(2, 2), length=row.last, head=row.head, signature=row.signature),
    )
    outbox = rig.hear(1, 2, entries)
    assert [each.coop for each in outbox.disconnects] == [2]
    assert rig.disks[1].segments[2][2] != row


def test_a_snapshot_of_another_history_is_not_believed() -> None:
    rig = grown(1, 2)
    other = joined(1, 2, federation=rig.federation)
    other.submit(1, other.pay(1, 1, 1, 2, 99))
    other.engines[1].end()
    rig.disks[1].snapshots = list(other.disks[1].snapshots)
    digest = rig.digests()
    rig.start(1)
    assert rig.digests() == digest
