"""What one peer may cost this node, and that people don't wait for it longer than they must."""

from node.engine.answers import Recorded
from node.engine.costs import SIGNATURE
from node.engine.events import PeerDown, PeerMessage, Submit
from node.engine.outbox import Outbox
from node.engine.settings import EngineSettings
from node.engine.wire import Get, Heads, MemoDelivery, MemoKept
from node.engine.work import Work
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig, joined

WORK = EngineSettings().peer_work
TICK = EngineSettings().peer_tick_work


def true_heads(rig: Rig, count: int, *, message: int = 0) -> Heads:
    """Heads of coop 2 beyond all that anybody holds, each with its true signature."""
    first = 10_000 + message * count
    return Heads(
        tuple(
            rig.federation.signed_head(2, length=length, head=length.to_bytes(32, "big"))
            for length in range(first, first + count)
        )
    )


def payment(rig: Rig, sequence: int) -> Submit:
    return Submit(rig.request(), rig.pay(1, sequence, 1, 2))


def hear(rig: Rig, *messages: Heads | Get | MemoDelivery, people: bool = False) -> Outbox:
    """A tick of coop 1 with messages of coop 2."""
    events = [PeerMessage(2, message.encode()) for message in messages]
    return rig.tick(1, *events, *([payment(rig, 1)] if people else []))


def newest(rig: Rig) -> int:
    """The length of coop 2's newest head that coop 1 has checked."""
    head = rig.engines[1]._replicas.best[2]
    return head.length


def test_a_flood_of_true_heads_is_checked_so_many_in_a_tick() -> None:
    rig = joined(1, 2)
    flood = [true_heads(rig, 50, message=number) for number in range(60)]
    outbox = hear(rig, *flood)
    most = TICK // SIGNATURE + 50
    assert newest(rig) < 10_000 + most
    assert outbox.held == {2}
    assert outbox.wake_at_ms <= rig.now_ms + 1
    # Nobody waits for the node, so the rest goes on at once, in its order, and none is lost.
    for _ in range(len(flood)):
        if not rig.tick(1).held:
            break
    assert newest(rig) == 10_000 + 60 * 50 - 1


def test_while_people_wait_a_peer_has_a_part_of_each_second_and_no_more() -> None:
    rig = joined(1, 2)
    flood = [true_heads(rig, 50, message=number) for number in range(100)]
    (answer,) = rig.ask(1, *(PeerMessage(2, one.encode()) for one in flood), payment(rig, 1))
    assert isinstance(answer, Recorded)
    checked_in_a_second = 0
    for sequence in range(2, 102):
        rig.now_ms += 10
        rig.tick(1, payment(rig, sequence))
        checked_in_a_second = newest(rig) - 10_000
    # What was saved up, and a second's share; and it is not starved.
    assert checked_in_a_second <= 2 * WORK // SIGNATURE + TICK // SIGNATURE + 50
    assert checked_in_a_second >= WORK // SIGNATURE // 2


def test_who_has_stopped_waiting_gives_the_peer_its_turn() -> None:
    rig = joined(1, 2, peer_work=1_000)
    outbox = hear(rig, *(true_heads(rig, 10, message=number) for number in range(9)), people=True)
    assert outbox.held == {2}
    rig.now_ms = outbox.wake_at_ms
    for _ in range(200):
        outbox = rig.tick(1)
        if not outbox.held:
            break
        assert outbox.wake_at_ms > rig.now_ms
        rig.now_ms = outbox.wake_at_ms
    assert newest(rig) == 10_000 + 90 - 1
    assert rig.now_ms < 10**15


def test_one_message_of_heads_is_no_way_around_it() -> None:
    rig = joined(1, 2, peer_tick_work=5_000)
    hear(rig, true_heads(rig, 256))
    assert newest(rig) <= 10_000 + 2 * 5_000 // SIGNATURE


def test_another_peer_is_not_held_back_for_it() -> None:
    rig = joined(1, 2, 3, peer_tick_work=1_000)
    rig.admit(3, 3)
    news = [mail for mail in rig.mail if mail[0] == 3 and mail[1].coop == 1]
    assert news
    flood = [PeerMessage(2, true_heads(rig, 50, message=number).encode()) for number in range(9)]
    outbox = rig.tick(1, *flood, *(PeerMessage(3, mail[1].data) for mail in news))
    assert outbox.held == {2}
    assert core_of(rig.engines[1]).length(3) == core_of(rig.engines[3]).length(3)


def test_the_log_has_a_line_for_a_peer_that_is_held_back_for_long() -> None:
    rig = joined(1, 2, 3, peer_tick_work=1_000)
    flood = [true_heads(rig, 50, message=number) for number in range(40)]
    told = []
    outbox = hear(rig, *flood)
    for _ in range(12):
        assert outbox.held == {2}
        told.append([each.values for each in outbox.notices if each.name == "peer_held_back"])
        rig.now_ms += 1_000
        outbox = rig.tick(1)
    assert told == [[]] * 10 + [[{"coop": "sur"}], []]  # after ten seconds, and once


def test_what_waits_of_a_peer_that_is_gone_is_forgotten() -> None:
    rig = joined(1, 2, peer_tick_work=1_000)
    flood = [true_heads(rig, 50, message=number) for number in range(9)]
    assert hear(rig, *flood).held == {2}
    assert rig.tick(1, PeerDown(2)).held == frozenset()
    before = newest(rig)
    rig.advance(2_000)
    assert newest(rig) == before


def test_what_does_not_exist_costs_no_look_into_the_store() -> None:
    rig = joined(1, 2)

    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("the store was asked")

    for name in ("segments", "entries", "entry", "head_at", "signed_head"):
        setattr(rig.stores[1], name, refuse)
    rig.mail.clear()
    hear(rig, *(Get(coop=coop, first=2**53 - 1 - n) for coop in (1, 2, 3) for n in range(100)))
    assert rig.mail == []


def test_a_flood_of_memos_is_taken_in_slowly_and_answered() -> None:
    rig = joined(1, 2, peer_tick_work=2_000)
    rig.mail.clear()
    memos = [
        MemoDelivery(reference=bytes([n]) * 32, account=1, sealed=b"s" * 200) for n in range(100)
    ]
    assert hear(rig, *memos).held == {2}
    first = len(rig.sent(1, MemoKept))
    assert 1 <= first < 100
    for _ in range(100):
        rig.tick(1)
    assert len(rig.sent(1, MemoKept)) == 100


def test_on_a_slow_machine_a_peer_gets_less_done_as_people_do() -> None:
    done = {}
    for between_ms in (10, 50):
        # What bounds a peer here is the time that has passed, never the room of one tick.
        rig = joined(1, 2, peer_tick_work=WORK)
        flood = [true_heads(rig, 50, message=number) for number in range(100)]
        rig.tick(1, *(PeerMessage(2, one.encode()) for one in flood), payment(rig, 1))
        for sequence in range(2, 1_002 // between_ms):
            rig.now_ms += between_ms
            rig.tick(1, payment(rig, sequence))
        done[between_ms] = newest(rig) - 10_000
    burst = WORK // 2 // SIGNATURE
    assert done[50] - burst < (done[10] - burst) // 2


def test_a_tick_for_a_peer_alone_is_on_its_account() -> None:
    spent = {}
    for is_asked in (False, True):
        work = Work(EngineSettings(peer_tick_work=1_000, busy_ms=0))
        work.begin(0, is_asked=is_asked)
        work.spend(2, 600)
        spent[is_asked] = work.may_go_on(2)
    assert spent == {False: False, True: True}


def test_a_debt_has_a_ceiling() -> None:
    work = Work(EngineSettings(peer_work=1_000, busy_ms=10**9))
    work.begin(0, is_asked=True)
    work.spend(2, 10**12)
    for now_ms in range(10, 1_000, 10):
        work.begin(now_ms, is_asked=True)
        assert not work.may_go_on(2)
    work.begin(1_000, is_asked=True)
    assert work.may_go_on(2)
