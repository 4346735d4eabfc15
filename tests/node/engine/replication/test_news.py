"""What grew is told at once to those it concerns, and to all others a moment later and together."""

from itertools import pairwise
from typing import Any

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.chain import extend_all
from ledger.transactions import Kind
from node.engine.answers import Recorded
from node.engine.replication.news import Grown, concerned
from node.engine.settings import EngineSettings
from node.engine.wire import Entries, Get, Heads
from node.store import Segment
from tests.builders import build_federation
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined

GATHERED_MS = 100
HOSTILE = st.recursive(
    st.none() | st.integers(-9, 40) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.integers(0, 6), inner),
    max_leaves=12,
)
"""What an entry of a coop that means ill may hold."""


def trading(*coops: int, **settings: Any) -> Rig:
    """Coops whose members know each other, and that gather what is new."""
    rig = joined(*coops, **settings)
    for payer in coops:
        for sequence, payee in enumerate((coop for coop in coops if coop != payer), 1):
            (answer,) = rig.submit(payer, rig.pay(payer, sequence, payee, 1))
            assert isinstance(answer, Recorded)
    rig.deliver()
    rig.advance(rig.settings.anchor_interval_ms)
    rig.deliver()
    for coop in coops:
        rig.start(coop, push_interval_ms=GATHERED_MS)
    rig.link_all()
    rig.deliver()
    rig.ready()
    rig.deliver()
    rig.advance(2 * GATHERED_MS)
    rig.deliver()
    assert not rig.mail
    return rig


def pay(rig: Rig, coop: int, sequence: int, payee: int) -> None:
    """Account 1 pays account 1 of another coop."""
    (answer,) = rig.submit(coop, rig.pay(coop, sequence, payee, 1))
    assert isinstance(answer, Recorded)


def sent_to(rig: Rig, coop: int, kind: type[Any] = Entries) -> list[Any]:
    """The messages of a kind that are on their way to a coop."""
    kept, rig.mail = rig.mail, [mail for mail in rig.mail if mail[1].coop == coop]
    try:
        return [message for sender in rig.engines for message in rig.sent(sender, kind)]
    finally:
        rig.mail = kept


def test_who_is_paid_is_told_at_once_and_others_together() -> None:
    rig = trading(1, 2, 3)
    length = rig.length(1, 1)
    for sequence in (3, 4):
        pay(rig, 1, sequence, 2)
    assert [each.first for each in sent_to(rig, 2)] == [length + 1, length + 2]
    assert sent_to(rig, 3) == []
    rig.mail.clear()
    rig.now_ms += GATHERED_MS - 1
    rig.tick(1)
    assert sent_to(rig, 3) == []
    rig.now_ms += 1
    rig.tick(1)
    (told,) = sent_to(rig, 3)
    assert (told.first, told.signed.length) == (length + 1, length + 2)
    assert sent_to(rig, 2) == []


def test_the_engine_wants_to_be_woken_when_it_is_time() -> None:
    rig = trading(1, 2, 3)
    pay(rig, 1, 3, 2)
    outbox = rig.tick(1)
    assert outbox.wake_at_ms <= rig.now_ms + GATHERED_MS


def test_whose_log_is_anchored_is_told_at_once() -> None:
    rig = trading(1, 2, 3)
    pay(rig, 1, 3, 2)
    rig.deliver()
    assert rig.length(1, 2) == rig.length(2, 2)
    assert rig.length(3, 2) < rig.length(2, 2)
    rig.advance(GATHERED_MS)
    rig.deliver()
    assert [rig.length(3, coop) for coop in (1, 2)] == [rig.length(coop, coop) for coop in (1, 2)]


def test_what_was_received_can_be_spent_elsewhere_before_others_heard_of_it() -> None:
    rig = trading(1, 2, 3)
    before = rig.balance(3, 3, 1)
    pay(rig, 1, 3, 2)
    rig.deliver()
    pay(rig, 2, 3, 3)
    rig.deliver()
    assert rig.balance(3, 3, 1) == before + 10
    assert rig.engines[3].status().waiting == {}


def test_who_is_paid_and_no_neighbour_is_told_the_head_and_asks() -> None:
    coops = (1, 2, 3, 4, 5)
    rig = trading(*coops, federation=build_federation(coops=5), few_peers=0, chords=0)
    assert 3 not in core_of(rig.engines[1]).linked.told
    before = rig.balance(3, 3, 1)
    pay(rig, 1, 5, 3)
    assert sent_to(rig, 3) == []
    assert [head.coop for each in sent_to(rig, 3, Heads) for head in each.heads] == [1]
    rig.deliver_to(3)
    assert [each.coop for each in sent_to(rig, 1, Get)] == [1]
    rig.deliver()
    assert rig.balance(3, 3, 1) == before + 10


def test_where_payments_need_witnesses_nothing_is_gathered() -> None:
    federation = build_federation(coops=3, witness_quorum=1)
    rig = joined(1, 2, 3, federation=federation, push_interval_ms=GATHERED_MS)
    rig.mail.clear()
    rig.admit(1, 4)
    assert len(sent_to(rig, 2)) == len(sent_to(rig, 3)) == 1


def test_much_is_told_at_once() -> None:
    rig = trading(1, 2, relayed_bytes=400)
    pays = [rig.pay(1, sequence, 1, 2) for sequence in range(2, 12)]
    rig.batch(1, pays)
    rig.deliver()
    assert rig.length(2, 1) == rig.length(1, 1)


def test_before_heads_are_told_what_they_lead_to_is() -> None:
    rig = trading(1, 2, 3)
    for duration_ms in (rig.settings.gossip_interval_ms, rig.settings.gossip_interval_ms - 1):
        rig.advance(duration_ms)
        rig.deliver()
    pay(rig, 1, 3, 2)
    rig.advance(1)
    rig.deliver()
    assert rig.length(3, 1) == rig.length(1, 1)


def piece(first: int, *entries: bytes, previous: bytes = bytes(32)) -> Segment:
    return Segment(
        coop=1,
        first=first,
        count=len(entries),
        entries=b"".join(entries),
        previous=previous,
        head=extend_all(previous, entries),
        signature=bytes(64),
    )


def test_pieces_follow_each_other_or_begin_anew() -> None:
    one = piece(1, b"\x01")
    two = piece(2, b"\x02", previous=one.head)
    grown, settings = Grown(), EngineSettings()
    grown.add(one)
    assert [each.first for each in grown.lacked_by(7, settings)] == [1]
    grown.add(two)
    assert [(each.first, each.entries) for each in grown.lacked_by(7, settings)] == [(2, b"\x02")]
    assert list(grown.lacked_by(7, settings)) == []
    assert [each.entries for each in grown.lacked_by(8, settings)] == [b"\x01\x02"]
    grown.add(piece(1, b"\x03"))
    assert [(each.first, each.entries) for each in grown.lacked_by(7, settings)] == [(1, b"\x03")]
    assert grown.signed.length == 1


@pytest.mark.parametrize("bound", ["relayed_bytes", "segment_bytes", "segment_entries"])
def test_what_is_too_much_for_one_message_is_several(bound: str) -> None:
    grown, head = Grown(), bytes(32)
    for first in range(1, 6):
        grown.add(piece(first, b"\x01", previous=head))
        head = grown.pieces[-1].head
    bounds: dict[str, Any] = {bound: 2}
    settings = EngineSettings(**bounds)
    found = list(grown.lacked_by(7, settings))
    assert [(each.first, each.signed.length) for each in found] == [(1, 2), (3, 4), (5, 5)]
    for before, after in pairwise(found):
        assert after.previous == before.signed.head


def test_whom_entries_concern() -> None:
    rig = trading(1, 2, 3)
    pay(rig, 1, 3, 2)
    pay(rig, 1, 4, 3)
    rig.submit(1, rig.pay(1, 5, 1, 2))
    length = rig.length(1, 1)
    (local, other, first) = (
        core_of(rig.engines[1]).store.entry(1, length - back) for back in range(3)
    )
    assert local is not None and other is not None and first is not None
    assert concerned([first, other]) == {2, 3}
    assert concerned([local]) == {1}


@given(st.lists(st.binary(max_size=40) | st.builds(msgpack.packb, HOSTILE)))
@example([msgpack.packb([1, [Kind.PAY, 1, 1, [2], 1, 5]])])
@example([msgpack.packb([1, [[], 1]]), msgpack.packb([1, {0: 1}]), msgpack.packb([1, [6]])])
def test_whatever_was_not_judged_concerns_somebody_or_nobody(entries: list[bytes]) -> None:
    assert all(type(coop) is int for coop in concerned(entries))
