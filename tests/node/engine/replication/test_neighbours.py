"""What is new goes along few links and is passed on; who stands on the way can't hold it up for long."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ledger.entries import encode_entry
from node.engine.events import PeerDown, PeerMessage, PeerUp
from node.engine.outbox import Send
from node.engine.wire import Entries, EvidenceNews, Get, Heads, Message, decode_message
from node.engine.wire_gossip import Digest, Enough
from node.mark import MemoryMark
from tests.builders import build_federation
from tests.node.engine.inside import core_of
from tests.node.engine.replication.test_comparing import forked
from tests.node.engine.rig import SETTINGS, Rig

MANY = 12
Lost = Callable[[int, int, Message], bool]
"""Whether a message from one coop to another is lost."""


class OwnMark(MemoryMark):
    """One that draws what no other node draws."""

    def __init__(self, coop: int) -> None:
        super().__init__()
        self._coop = coop

    def draw(self) -> bytes:
        return self._coop.to_bytes(4) + super().draw()[4:]


def narrow(coops: int = MANY, **changes: Any) -> Rig:
    """Linked nodes with a ring and one chord each."""
    bounds: dict[str, Any] = {"few_peers": 3, "chords": 1, **changes}
    federation = build_federation(coops=coops, stewards=1, threshold=1)
    rig = Rig(federation=federation, settings=replace(SETTINGS, **bounds))
    for coop in range(1, coops + 1):
        rig.marks[coop] = OwnMark(coop)
        rig.start(coop)
    rig.ready()
    rig.admit(1, 1)
    rig.mail.clear()
    rig.link_all()
    rig.deliver(100_000)
    for _ in range(2):
        rig.advance(rig.settings.gossip_interval_ms)
        rig.deliver(100_000)
    return rig


def near(rig: Rig, coop: int) -> frozenset[int]:
    return core_of(rig.engines[coop]).linked.near


def carry(rig: Rig, is_lost: Lost = lambda sender, receiver, message: False) -> Counter[str]:
    """Deliver all mail but what is lost; what was delivered, by its kind."""
    carried: Counter[str] = Counter()
    while rig.mail:
        sender, send = rig.mail.pop(0)
        message = decode_message(send.data, max_bytes=len(send.data))
        if send.coop in rig.engines and not is_lost(sender, send.coop, message):
            carried[type(message).__name__] += 1
            rig.tick(send.coop, PeerMessage(sender, send.data))
    return carried


def who_lacks(rig: Rig, log: int = 1) -> set[int]:
    length = rig.length(log, log)
    return {coop for coop in rig.engines if rig.length(coop, log) < length}


def test_all_peers_are_neighbours_while_they_are_few() -> None:
    rig = narrow(4)
    assert near(rig, 1) == {2, 3, 4}


def test_of_many_two_next_in_the_ring_are_and_some_chords() -> None:
    rig = narrow()
    assert {2, MANY} < near(rig, 1) and {4, 6} < near(rig, 5) and {1, MANY - 1} < near(rig, MANY)
    assert {len(near(rig, coop)) for coop in rig.engines} == {3}
    assert len({min(near(rig, coop) - {coop - 1, coop + 1}) for coop in range(2, MANY)}) > 2


def test_chords_change_places_with_others_and_the_ring_stays() -> None:
    rig = narrow()
    seen: set[int] = set()
    for _ in range(MANY - 3):
        seen |= near(rig, 5) - {4, 6}
        rig.now_ms += rig.settings.neighbour_interval_ms
        rig.tick(5)
        assert {4, 6} < near(rig, 5)
    assert seen == set(rig.engines) - {4, 5, 6}


def test_a_link_that_goes_is_made_up_for() -> None:
    rig = narrow()
    rig.tick(5, PeerDown(4))
    assert {3, 6} < near(rig, 5) and len(near(rig, 5)) == 3
    rig.tick(5, PeerUp(4))
    assert {4, 6} < near(rig, 5)


def test_what_is_new_reaches_all_by_way_of_others_and_soon_only_once() -> None:
    rig = narrow()
    rig.admit(1, 2)
    carry(rig)
    assert not who_lacks(rig)
    rig.admit(1, 3)
    carried = carry(rig)
    assert not who_lacks(rig)
    assert carried["Entries"] <= MANY + 2
    assert not carried["Enough"]


def test_enough_holds_until_the_log_is_asked_for() -> None:
    rig = narrow(4)
    rig.hear(1, 2, Enough(3), Enough(1))
    rig.hear(1, 3, rig.entries_after(1, 3, admission(rig, 3, 9)))
    assert {send.coop for send in pushed(rig, 1, 3)} == {4}
    rig.mail.clear()
    rig.hear(1, 2, Get(coop=3, first=1))
    rig.mail.clear()
    rig.hear(1, 3, rig.entries_after(1, 3, admission(rig, 3, 10)))
    assert {send.coop for send in pushed(rig, 1, 3)} == {2, 4}


def test_its_home_is_never_told_to_send_a_log_no_more() -> None:
    rig = narrow(4)
    message = rig.entries_after(1, 3, admission(rig, 3, 9))
    rig.hear(1, 2, message)
    rig.mail.clear()
    rig.hear(1, 3, message)
    assert not rig.sent(1, Enough)
    rig.hear(1, 4, message)
    assert rig.sent(1, Enough) == [Enough(3)]


def test_who_pushed_a_log_first_is_not_told_to_stop() -> None:
    rig = narrow(4)
    message = rig.entries_after(1, 3, admission(rig, 3, 9))
    rig.hear(1, 2, message)
    rig.hear(1, 2, message)
    assert not rig.sent(1, Enough)
    rig.hear(1, 4, message)
    assert [send.coop for sender, send in rig.mail if send.data == Enough(3).encode()] == [4]


def test_what_was_asked_for_is_never_too_much() -> None:
    rig = narrow(4)
    message = rig.entries_after(1, 3, admission(rig, 3, 9))
    rig.hear(1, 2, Heads((message.signed,)))
    assert rig.sent(1, Get) == [Get(coop=3, first=message.first)]
    rig.hear(1, 4, message)
    rig.mail.clear()
    rig.hear(1, 2, message)
    assert not rig.sent(1, Enough)


def test_of_a_large_piece_only_the_head_is_passed_on() -> None:
    rig = narrow(4, relayed_bytes=10)
    rig.hear(1, 3, rig.entries_after(1, 3, admission(rig, 3, 9)))
    assert not pushed(rig, 1, 3)
    assert [[head.coop for head in heads.heads] for heads in rig.sent(1, Heads)] == [[3], [3]]
    rig.mail.clear()
    rig.admit(1, 9)
    assert {send.coop for send in pushed(rig, 1, 1)} == {2, 3, 4}


def test_a_neighbour_that_passes_nothing_on_delays_nothing_beyond_the_next_heads() -> None:
    rig = narrow()
    rig.admit(1, 2)
    carry(rig)
    liar = 2

    def withheld(sender: int, receiver: int, message: Message) -> bool:
        return sender == liar and not isinstance(message, Digest)

    rig.admit(1, 3)
    carry(rig, withheld)
    waited_ms = 0
    while who_lacks(rig):
        rig.advance(rig.settings.gossip_interval_ms)
        waited_ms += rig.settings.gossip_interval_ms
        carry(rig, withheld)
    assert waited_ms <= 2 * rig.settings.gossip_interval_ms


def test_a_node_whose_neighbours_all_lie_hears_from_another_when_it_compares() -> None:
    rig = narrow()
    victim = 7
    liars = {coop for coop in rig.engines if victim in near(rig, coop)} | near(rig, victim)
    assert 1 not in liars

    def withheld(sender: int, receiver: int, message: Message) -> bool:
        return victim in (sender, receiver) and bool({sender, receiver} & liars)

    rig.admit(1, 2)
    carry(rig, withheld)
    assert who_lacks(rig) == {victim}
    for _ in range(2):
        rig.advance(rig.settings.full_gossip_interval_ms)
        carry(rig, withheld)
    assert not who_lacks(rig)


def test_a_node_that_is_cut_from_its_neighbours_has_others() -> None:
    rig = narrow()
    lost = near(rig, 7)
    for peer in lost:
        rig.tick(7, PeerDown(peer))
        rig.tick(peer, PeerDown(7))
    assert not near(rig, 7) & lost
    rig.admit(1, 2)
    carry(rig)
    assert who_lacks(rig) <= {7}  # nobody need have it for a neighbour now
    rig.advance(rig.settings.full_gossip_interval_ms)
    carry(rig)
    assert not who_lacks(rig)


def test_evidence_reaches_all_by_way_of_neighbours() -> None:
    rig = narrow()
    rig.hear(1, 2, EvidenceNews(forked(rig).encode()))
    told = {send.coop for sender, send in rig.mail if b"\xa8evidence" in send.data[:10]}
    assert told == near(rig, 1)
    carry(rig)
    assert all(engine.status().accused == (3,) for engine in rig.engines.values())


def test_a_node_of_yesterday_gets_what_this_coop_appends_and_nothing_of_others() -> None:
    rig = narrow(4)
    rig.tick(1, PeerDown(4))
    rig.tick(1, PeerUp(4, version=4))
    assert near(rig, 1) == {2, 3}
    rig.mail.clear()
    rig.admit(1, 9)
    assert {send.coop for send in pushed(rig, 1, 1)} == {2, 3, 4}
    rig.mail.clear()
    rig.hear(1, 3, rig.entries_after(1, 3, admission(rig, 3, 9)))
    assert {send.coop for send in pushed(rig, 1, 3)} == {2}
    rig.advance(rig.settings.gossip_interval_ms)
    told = [send.coop for sender, send in rig.mail if sender == 1 and is_head_of(send, 3)]
    assert 4 in told


def admission(rig: Rig, coop: int, number: int) -> bytes:
    return encode_entry(rig.now_ms // 1000, rig.federation.admit(coop, number))


def pushed(rig: Rig, by: int, log: int) -> list[Send]:
    """The entries of a log in a node's mail."""
    found = []
    for sender, send in rig.mail:
        message = decode_message(send.data, max_bytes=len(send.data))
        if sender == by and isinstance(message, Entries) and message.coop == log:
            found.append(send)
    return found


def is_head_of(send: Send, log: int) -> bool:
    message = decode_message(send.data, max_bytes=len(send.data))
    return isinstance(message, Heads) and any(head.coop == log for head in message.heads)
