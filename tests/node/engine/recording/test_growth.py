"""What counts as growth that no log has taken in, and when the ends of logs are anchored."""

from ledger.entries import encode_entry
from node.engine.events import PeerDown, PeerUp
from node.engine.wire import Heads
from tests.builders import build_federation
from tests.node.engine.inside import core_of, growth_of
from tests.node.engine.recording.test_coming_back import LEAVING, end, left
from tests.node.engine.rig import Rig, joined


def _anchored(rig: Rig, coop: int, log: int) -> int:
    """How far the log of `coop` has anchored that of `log`."""
    return core_of(rig.engines[coop]).validator.log(coop).anchored.get(log, 0)


def _grow(rig: Rig, coop: int, sequence: int = 1) -> None:
    rig.submit(coop, rig.pay(coop, sequence, coop, 2))
    rig.deliver()


def _accuse(rig: Rig, coop: int) -> None:
    """The coop signs two histories, and everybody else hears of it. Its node is gone."""
    del rig.engines[coop]
    rig.mail.clear()
    for other in rig.engines:
        rig.tick(other, PeerDown(coop))
    entries = [
        encode_entry(rig.now_ms // 1000, rig.federation.admit(coop, number)) for number in (50, 60)
    ]
    one, two = (rig.entries_after(1, coop, entry) for entry in entries)
    for other in rig.engines:
        rig.tick(other, PeerUp(coop))
        rig.hear(other, coop, one)
        rig.hear(other, coop, Heads((two.signed,)))
        rig.tick(other, PeerDown(coop))
    rig.deliver()
    assert rig.engines[1].status().accused == (coop,)


def test_what_only_a_log_has_taken_in_whose_coop_is_accused_then_is_growth_again() -> None:
    rig = joined(1, 2, 3, 4, federation=build_federation(coops=4))
    _grow(rig, 2)
    rig.advance(rig.settings.anchor_interval_ms)
    rig.deliver()
    assert _anchored(rig, 3, 2) == rig.length(2, 2)
    assert rig.engines[4].status().unanchored == ()
    _accuse(rig, 3)
    for _ in range(2):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
    assert _anchored(rig, 4, 2) == rig.length(2, 2)
    assert rig.engines[4].status().unanchored == ()


def test_a_log_that_never_rests_is_anchored_by_one_other_log_each_interval() -> None:
    rig = joined(1, 2, 3, 4, federation=build_federation(coops=4))
    steps, sequence = 4, 1
    before = {coop: rig.length(coop, coop) for coop in (1, 3, 4)}
    for _ in range(8 * steps):
        rig.submit(2, rig.pay(2, sequence, 2, 2))
        sequence += 1
        rig.deliver_to(3)
        # What was recorded since is on its way when the anchor arrives.
        rig.submit(2, rig.pay(2, sequence, 2, 2))
        sequence += 1
        rig.advance(rig.settings.anchor_interval_ms // steps)
        rig.deliver()
    grown = {coop: rig.length(coop, coop) - before[coop] for coop in (1, 3, 4)}
    assert 5 <= grown[3] <= 8
    assert grown[4] + grown[1] <= 2


def test_an_anchor_among_many_entries_is_seen_too() -> None:
    rig = joined(1, 2, 3, 4, federation=build_federation(coops=4))
    _grow(rig, 2)
    before = [_anchored(rig, coop, 2) for coop in (1, 4)]
    rig.now_ms += rig.settings.anchor_interval_ms
    rig.batch(3, [rig.pay(3, sequence, 3, 2, amount=1) for sequence in range(1, 71)])
    assert _anchored(rig, 3, 2) == rig.length(2, 2)
    rig.deliver()
    for _ in range(4):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
    assert [_anchored(rig, coop, 2) for coop in (1, 4)] == before


def test_everybody_takes_in_the_end_of_a_log() -> None:
    rig = left()
    end(rig)
    rig.deliver()
    for _ in range(3):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
    last = rig.length(2, LEAVING)
    assert last == rig.length(1, LEAVING)
    assert [_anchored(rig, coop, LEAVING) for coop in (1, 2)] == [last, last]


def _turns(rig: Rig, at: int, logs: tuple[int, ...]) -> list[int]:
    return [growth_of(rig.engines[at]).turn(log) for log in logs]


def test_turns_go_round_from_the_logs_coop_on() -> None:
    rig = joined(1, 2, 3, 4, federation=build_federation(coops=4))
    assert _turns(rig, 1, (2, 3, 4)) == [3, 2, 1]
    assert _turns(rig, 3, (1, 2, 4)) == [2, 1, 3]
    _accuse(rig, 3)
    for at in (1, 4):
        rig.tick(at)
    assert _turns(rig, 1, (2, 4, 3)) == [2, 1, 2]
    assert _turns(rig, 4, (1, 2, 3)) == [2, 1, 1]
