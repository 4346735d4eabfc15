"""Memos for members of other coops: kept until acknowledged, through crashes, faults and bad peers."""

import random
from collections.abc import Sequence
from typing import Any

import pytest

from ledger.shapes import MAX_NUMBER
from node.engine.answers import Recorded
from node.engine.events import PeerDown, PeerUp, Submit
from node.engine.outbox import Notice
from node.engine.wire import MAX_MEMO_BYTES, Entries, MemoDelivery, MemoKept
from node.errors import StorageFault
from node.store import DocumentKind, Memo, MemoryFault, Write
from tests.node.engine.rig import Rig, joined


def memo(number: int = 1, *, coop: int = 2, sealed: bytes = b"sealed", account: int = 1) -> Memo:
    return Memo(reference=bytes([number]) * 32, coop=coop, account=account, sealed=sealed)


def delivery(number: int = 1, *, sealed: bytes = b"sealed", account: int = 1) -> MemoDelivery:
    return MemoDelivery(reference=bytes([number]) * 32, account=account, sealed=sealed)


def kept(number: int = 1, *, account: int = 1) -> MemoKept:
    return MemoKept(reference=bytes([number]) * 32, account=account)


def pay(rig: Rig, *memos: Memo, sequence: int = 1, coop: int = 2) -> Recorded:
    """A payment from coop 1 whose memos are `memos`."""
    transaction = rig.pay(1, sequence, coop, 1, 1)
    (answer,) = rig.ask(1, Submit(rig.request(), transaction, memos))
    assert isinstance(answer, Recorded), answer
    return answer


def apart(*, others: Sequence[int] = (2,), **settings: Any) -> Rig:
    """Coop 1 and others that know each other's accounts and have no link now."""
    rig = joined(1, *others, **settings)
    for coop in others:
        rig.tick(1, PeerDown(coop))
        rig.tick(coop, PeerDown(1))
    rig.mail.clear()
    return rig


def restart(rig: Rig, coop: int) -> None:
    """A power cut: what is under way is lost, and the engine starts again on its disk."""
    rig.mail.clear()
    rig.start(coop)
    rig.ready()
    rig.mail.clear()


def waiting(rig: Rig, coop: int = 1) -> list[bytes]:
    """The first bytes of the references that wait on the disk, in the order of their places."""
    places = [id_ for kind, id_ in rig.disks[coop].documents if kind is DocumentKind.MEMO]
    return sorted(bytes.fromhex(place.split("/")[2])[:1] for place in places)


def arrived(rig: Rig, number: int = 1) -> bytes | None:
    return rig.stores[2].memo(bytes([number]) * 32, coop=2, account=1)


def sent(rig: Rig) -> list[int]:
    """The memos among the undelivered mail of coop 1, in the order of sending."""
    return [message.reference[0] for message in rig.sent(1, MemoDelivery)]


def test_a_memo_outlives_a_restart_before_it_was_sent() -> None:
    rig = apart()
    pay(rig, memo())
    assert sent(rig) == []
    restart(rig, 1)
    assert waiting(rig) == [b"\1"]
    rig.link(1, 2)
    rig.deliver()
    assert arrived(rig) == b"sealed"
    assert waiting(rig) == []


def test_a_memo_that_was_lost_with_its_link_is_sent_over_the_next() -> None:
    rig = joined(1, 2)
    pay(rig, memo())
    assert sent(rig) == [1]
    rig.mail.clear()
    rig.tick(1, PeerDown(2))
    rig.tick(2, PeerDown(1))
    rig.link(1, 2)
    rig.deliver()
    assert arrived(rig) == b"sealed"
    assert waiting(rig) == []


def test_a_lost_answer_costs_one_more_message_and_nothing_else() -> None:
    rig = joined(1, 2)
    pay(rig, memo())
    rig.deliver_to(2)
    assert rig.sent(2, MemoKept) == [kept()]
    restart(rig, 1)
    assert waiting(rig) == [b"\1"]
    rig.link(1, 2)
    assert sent(rig) == [1]
    rig.deliver()
    assert arrived(rig) == b"sealed"
    assert waiting(rig) == []


def test_the_first_of_two_memos_stays_and_both_are_answered() -> None:
    rig = joined(1, 2, waiting_memos=0)
    rig.mail.clear()
    for sealed in (b"first", b"second", b"third"):
        rig.hear(2, 1, delivery(sealed=sealed))
        assert rig.sent(2, MemoKept) == [kept()]
        rig.mail.clear()
    rig.hear(2, 1, delivery(2), delivery(2))
    assert rig.sent(2, MemoKept) == [kept(2), kept(2)]
    assert arrived(rig) == b"first"


def test_repeated_memos_use_up_nothing() -> None:
    rig = joined(1, 2, waiting_memos=1)
    most = rig.length(2, 1) + 1
    for _ in range(3 * most):
        rig.hear(2, 1, delivery(1))
    rig.mail.clear()
    rig.hear(2, 1, *map(delivery, range(2, 2 * most)))
    assert len(rig.disks[2].memos) == most
    assert len(rig.sent(2, MemoKept)) == most - 1, "what is not kept is not answered"


def test_an_erased_memo_stays_erased_and_is_answered() -> None:
    rig = joined(1, 2)
    rig.hear(2, 1, delivery())
    rig.stores[2].commit(Write(erased_memos=[(bytes([1]) * 32, 2, 1)]))
    rig.mail.clear()
    rig.hear(2, 1, delivery())
    assert arrived(rig) is None
    assert rig.sent(2, MemoKept) == [kept()]


def test_a_memo_for_an_account_that_is_not_known_here_is_not_answered() -> None:
    rig = joined(1, 2)
    rig.mail.clear()
    rig.hear(2, 1, delivery(account=9), delivery(account=MAX_NUMBER))
    assert rig.disks[2].memos == {}
    assert rig.sent(2, MemoKept) == []


def test_a_memo_over_the_receivers_own_bound_is_no_offence() -> None:
    rig = joined(1, 2, memo_bytes=100)
    rig.mail.clear()
    outbox = rig.hear(2, 1, delivery(sealed=bytes(MAX_MEMO_BYTES)))
    assert outbox.disconnects == []
    assert rig.disks[2].memos == {}
    assert rig.sent(2, MemoKept) == []


def test_a_memo_that_peers_would_not_read_is_not_sent() -> None:
    rig = joined(1, 2, memo_bytes=5_000)
    pay(
        rig,
        memo(1, sealed=bytes(MAX_MEMO_BYTES + 1)),
        memo(2, sealed=bytes(MAX_MEMO_BYTES)),
        memo(3, coop=1, sealed=bytes(MAX_MEMO_BYTES + 1)),
    )
    assert sent(rig) == [2]
    assert rig.stores[1].memo(bytes([3]) * 32, coop=1, account=1) is not None


@pytest.mark.parametrize("fault", list(MemoryFault))
def test_a_memo_is_kept_if_and_only_if_its_payment_is(fault: MemoryFault) -> None:
    rig = apart()
    transaction = rig.pay(1, 1, 2, 1, 1)
    rig.disks[1].fail_next(fault)
    with pytest.raises(StorageFault):
        rig.ask(1, Submit(1, transaction, [memo()]))
    restart(rig, 1)
    assert waiting(rig) == ([b"\1"] if fault is MemoryFault.KEPT else [])
    (answer,) = rig.ask(1, Submit(2, transaction, [memo()]))
    assert answer.repeated is (fault is MemoryFault.KEPT)
    assert waiting(rig) == [b"\1"]
    rig.link(1, 2)
    rig.deliver()
    assert arrived(rig) == b"sealed"
    assert waiting(rig) == []


@pytest.mark.parametrize("fault", list(MemoryFault))
def test_a_memo_is_acknowledged_only_when_it_is_on_disk(fault: MemoryFault) -> None:
    rig = joined(1, 2)
    pay(rig, memo())
    rig.disks[2].fail_next(fault)
    with pytest.raises(StorageFault):
        rig.deliver_to(2)
    assert rig.sent(2, MemoKept) == []
    assert waiting(rig) == [b"\1"]
    restart(rig, 2)
    assert (arrived(rig) is None) is (fault is MemoryFault.LOST)
    rig.tick(1, PeerDown(2))
    rig.link(1, 2)
    rig.deliver()
    assert arrived(rig) == b"sealed"
    assert waiting(rig) == []


@pytest.mark.parametrize("fault", list(MemoryFault))
def test_an_acknowledgement_that_is_not_saved_is_asked_for_again(fault: MemoryFault) -> None:
    rig = joined(1, 2)
    pay(rig, memo())
    rig.deliver_to(2)
    rig.disks[1].fail_next(fault)
    with pytest.raises(StorageFault):
        rig.deliver_to(1)
    restart(rig, 1)
    rig.link(1, 2)
    assert sent(rig) == ([1] if fault is MemoryFault.LOST else [])
    rig.deliver()
    assert waiting(rig) == []
    assert list(rig.disks[2].memos.values()) == [b"sealed"]


def test_only_the_payees_home_can_acknowledge() -> None:
    rig = apart(others=(2, 3))
    pay(rig, memo())
    rig.link(1, 3)
    rig.hear(1, 3, kept(), kept(9), kept(account=MAX_NUMBER))
    assert waiting(rig) == [b"\1"]
    rig.mail.clear()
    rig.link(1, 2)
    assert sent(rig) == [1]
    outbox = rig.hear(1, 2, kept(account=2), kept(), kept())
    assert waiting(rig) == []
    assert outbox.disconnects == []


def test_a_peer_that_never_answers_gets_a_bounded_number_now_and_then() -> None:
    rig = joined(1, 2, memos_on_way=3, memo_retry_ms=60_000)
    rig.mail.clear()
    for number in range(1, 6):
        pay(rig, memo(number), sequence=number)
    rounds = []
    for _ in range(4):
        rounds.append(sent(rig))
        rig.mail.clear()
        for _ in range(5):
            rig.advance(10_000)
            assert sent(rig) == [], "not before its time"
        rig.advance(10_000)
    assert rounds == [[1, 2, 3], [4, 5, 1], [2, 3, 4], [5, 1, 2]], "everybody has a turn"


def test_what_waits_goes_out_as_answers_come_in_the_oldest_first() -> None:
    rig = apart(memos_on_way=4)
    for number in range(1, 31):
        pay(rig, memo(number), sequence=number)
    rig.tick(1, PeerUp(2))
    assert sent(rig) == [1, 2, 3, 4]
    rig.mail.clear()
    rig.hear(1, 2, kept(2), kept(4))
    assert sent(rig) == [5, 6]
    rig.mail.clear()
    rig.link(1, 2)
    assert sent(rig) == [1, 3, 5, 6], "a new link begins from the oldest"
    rig.deliver()
    assert waiting(rig) == []
    assert [reference[0] for reference, _, _ in rig.disks[2].memos] == [
        number for number in range(1, 31) if number not in (2, 4)
    ]


def dropped(notices: Sequence[Notice]) -> list[dict[str, int | str]]:
    return [notice.values for notice in notices if notice.name == "memos_dropped"]


def test_the_oldest_is_dropped_when_too_many_wait_for_one_coop() -> None:
    rig = apart(others=(2, 3), waiting_memos=3)
    pay(rig, memo(9, coop=3), coop=3)
    for number in range(2, 5):
        rig.now_ms += 1_000
        pay(rig, memo(number), sequence=number)
    rig.now_ms += 1_000
    outbox = rig.tick(1, Submit(1, rig.pay(1, 5, 2, 1, 1), [memo(5), memo(6)]))
    assert dropped(outbox.notices) == [{"coop": "sur", "count": 2, "waiting": 3}]
    assert waiting(rig) == [b"\4", b"\5", b"\6", b"\x09"]
    rig.start(1, waiting_memos=2)
    assert dropped(rig.tick(1).notices) == [{"coop": "sur", "count": 1, "waiting": 2}]
    assert waiting(rig) == [b"\5", b"\6", b"\x09"]
    assert dropped(rig.tick(1).notices) == []


def test_what_has_waited_too_long_is_dropped() -> None:
    rig = apart(waiting_memo_ms=10_000)
    pay(rig, memo(1))
    rig.now_ms += 6_000
    pay(rig, memo(2), sequence=2)
    rig.now_ms += 5_000
    restart(rig, 1)
    assert waiting(rig) == [b"\2"]
    rig.link(1, 2)
    assert sent(rig) == [2]
    rig.now_ms += 6_000
    assert dropped(rig.tick(1).notices) == [{"coop": "sur", "count": 1, "waiting": 0}]
    assert waiting(rig) == []


def test_the_same_memo_twice_waits_once() -> None:
    rig = apart()
    pay(rig, memo(1, sealed=b"first"), memo(1, sealed=b"second"))
    pay(rig, memo(1, sealed=b"third"), sequence=2)
    rig.link(1, 2)
    assert sent(rig) == [1]
    rig.deliver()
    assert arrived(rig) == b"first"


def test_a_peer_of_the_first_version_gets_a_memo_once_and_no_answer() -> None:
    rig = apart()
    pay(rig, memo(1))
    rig.tick(1, PeerUp(2, version=0))
    assert sent(rig) == [1]
    pay(rig, memo(2), sequence=2)
    assert sent(rig) == [1, 2]
    assert waiting(rig) == []
    rig.mail.clear()
    rig.advance(rig.settings.memo_retry_ms)
    rig.hear(1, 2, delivery(7))
    assert rig.stores[1].memo(bytes([7]) * 32, coop=1, account=1) == b"sealed"
    assert sent(rig) == []
    assert rig.sent(1, MemoKept) == []


def test_an_old_copy_of_the_payers_node_sends_again_what_it_had_then() -> None:
    rig = apart()
    pay(rig, memo())
    copy = rig.disks[1].copy()
    rig.link(1, 2)
    rig.deliver()
    assert waiting(rig) == []
    rig.stores[1].crash()
    rig.disks[1] = copy
    del rig.stores[1]
    rig.start(1, restored=True)
    rig.tick(2, PeerDown(1))
    rig.link(1, 2)
    rig.deliver()
    assert waiting(rig) == []
    assert list(rig.disks[2].memos.values()) == [b"sealed"]
    assert rig.length(1, 1) == rig.length(2, 1)


class Trouble:
    """Coops 1 and 2, who pay, lose messages, break links, fail and start again by chance."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rig = joined(1, 2, memos_on_way=3, memo_retry_ms=5_000)
        self.paid: list[int] = []
        self.linked = True

    def run(self, steps: int) -> None:
        """So many things happen."""
        what = (self.pay, self.lose, self.double, self.deliver, self.deliver, self.cut, self.wait)
        for _ in range(steps):
            coop = self.random.choice((1, 2))
            if self.random.random() < 0.1:
                self.rig.disks[coop].fail_next(self.random.choice(list(MemoryFault)))
            try:
                self.random.choice(what)()
                self.rig.tick(coop)
            except StorageFault:
                self.start_again()

    def pay(self) -> None:
        number = len(self.paid) + 1
        transaction = self.rig.pay(1, number, 2, 1, 1)
        while True:
            # Whoever pays sends the same again until there is an answer.
            try:
                submit = Submit(self.rig.request(), transaction, [memo(number)])
                (answer,) = self.rig.ask(1, submit)
                break
            except StorageFault:
                self.start_again()
        assert isinstance(answer, Recorded), answer
        self.paid.append(number)

    def lose(self) -> None:
        self.rig.mail = [item for item in self.rig.mail if self.random.random() < 0.5]

    def double(self) -> None:
        self.rig.mail += [item for item in self.rig.mail if self.random.random() < 0.5]

    def deliver(self) -> None:
        self.rig.deliver_to(self.random.choice((1, 2)))

    def cut(self) -> None:
        self.rig.mail.clear()
        for one, other in ((1, 2), (2, 1)):
            self.rig.tick(one, PeerDown(other))
        self.linked = not self.linked
        if self.linked:
            self.rig.link(1, 2)

    def wait(self) -> None:
        self.rig.advance(self.random.randrange(4_000))

    def start_again(self) -> None:
        """Both: a fault ends an engine, and its links with it."""
        self.rig.mail.clear()
        for coop in (1, 2):
            self.rig.disks[coop].inject = lambda operation: None
            self.rig.start(coop)
        self.rig.ready()
        self.rig.mail.clear()
        if self.linked:
            self.rig.link(1, 2)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_every_memo_of_a_recorded_payment_arrives(seed: int) -> None:
    trouble = Trouble(seed)
    trouble.run(150)
    rig = trouble.rig
    trouble.start_again()
    if not trouble.linked:
        rig.link(1, 2)
    rig.deliver()
    assert trouble.paid
    assert {number: arrived(rig, number) for number in trouble.paid} == dict.fromkeys(
        trouble.paid, b"sealed"
    )
    assert len(rig.disks[2].memos) == len(trouble.paid)
    assert waiting(rig) == []
    assert [notice for notice in rig.tick(1).notices if notice.name == "memos_dropped"] == []


def test_payments_go_on_when_memos_can_not() -> None:
    rig = joined(1, 2, waiting_memos=0)
    pay(rig, memo())
    assert len(rig.sent(1, Entries)) == 1
    assert waiting(rig) == []
