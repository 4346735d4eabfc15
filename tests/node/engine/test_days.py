"""A charter that bounds the entries of a day: nobody's payments keep a node from what it has to do."""

from ledger.entries import entry_kind
from ledger.refusals import Refusal
from ledger.transactions import Kind, Status
from node.engine.answers import Recorded, Refused
from node.engine.health.troubles import TroubleKind
from tests.builders import START, build_federation
from tests.index_builders import index_lines
from tests.node.engine.rig import Rig, joined

DAY_MS = 86_400_000
BOUND = 8


def next_day(rig: Rig) -> None:
    """The first second of the next day."""
    days = (rig.now_ms - START * 1000) // DAY_MS + 1
    rig.advance(START * 1000 + days * DAY_MS - rig.now_ms)
    rig.deliver()


def bounded() -> Rig:
    federation = build_federation(
        seed="days", coops=2, entries_per_day=BOUND, index=index_lines(coops=2)
    )
    rig = joined(1, 2, federation=federation)
    next_day(rig)
    return rig


def kinds_since(rig: Rig, coop: int, first: int) -> list[int | None]:
    entries = [
        rig.stores[coop].entry(coop, index) for index in range(first, rig.length(coop, coop) + 1)
    ]
    return [entry_kind(entry) for entry in entries if entry is not None]


def full_of(rig: Rig, coop: int) -> list[object]:
    """What people are told that the day has no more room for."""
    troubles = rig.engines[coop].status().troubles
    return [each.values["of"] for each in troubles if each.kind is TroubleKind.DAY_FULL]


def test_a_day_full_of_payments_still_takes_the_node_s_anchors_and_the_stewards_word() -> None:
    rig = bounded()
    answers = rig.submit(1, *(rig.pay(1, n, 1, 2, 1) for n in range(1, BOUND + 1)))
    assert all(isinstance(answer, Recorded) for answer in answers)
    assert rig.submit(1, rig.pay(1, BOUND + 1, 1, 2, 1)) == [Refused(Refusal.DAY_FULL)]
    rig.submit(2, rig.pay(2, 1, 1, 2, 7))
    rig.deliver()
    assert rig.balance(1, 1, 2) == BOUND + 7
    assert full_of(rig, 1) == ["payments"]
    assert full_of(rig, 2) == []
    freeze = rig.federation.status(1, 1, revision=1, status=Status.FROZEN)
    assert isinstance(rig.submit(1, freeze)[0], Recorded)


def test_what_was_recorded_before_the_day_was_full_is_still_found() -> None:
    """Who lost the answer sends the same bytes again, and gets the same receipt, on a full day too."""
    rig = bounded()
    pays = [rig.pay(1, n, 1, 2, 1) for n in range(1, BOUND + 1)]
    first = rig.submit(1, *pays)
    (again,) = rig.submit(1, pays[3])
    assert isinstance(again, Recorded)
    assert (again.number, again.repeated) == (first[3].number, True)
    assert rig.batch(1, pays).results == [answer.number for answer in first]
    next_day(rig)
    assert isinstance(rig.submit(1, rig.pay(1, BOUND + 1, 1, 2, 1))[0], Recorded)


def test_what_the_node_owes_waits_for_the_next_day_and_then_happens() -> None:
    """With its own allowance used up by stewards, anchors and returns wait; nothing is lost by it."""
    rig = bounded()
    closing = rig.federation.status(1, 2, revision=1, status=Status.CLOSED)
    admissions = [rig.federation.admit(1, number) for number in range(10, 10 + BOUND - 1)]
    answers = rig.submit(1, closing, *admissions)
    assert all(isinstance(answer, Recorded) for answer in answers)
    before = rig.length(1, 1)
    rig.submit(2, rig.pay(2, 1, 1, 2, 7), rig.pay(2, 2, 1, 1, 5))
    for _ in range(5):
        rig.deliver()
        rig.advance(rig.settings.anchor_interval_ms)
    assert rig.length(1, 1) == before
    assert rig.submit(1, rig.federation.admit(1, 99)) == [Refused(Refusal.DAY_FULL)]
    assert full_of(rig, 1) == ["entries"]
    next_day(rig)
    assert full_of(rig, 1) == []
    rig.deliver()
    assert {Kind.ANCHOR, Kind.RETURN} <= set(kinds_since(rig, 1, before + 1))
    assert (rig.balance(1, 1, 1), rig.balance(2, 2, 1)) == (5, -5)
    assert len(rig.digests()) == 1
