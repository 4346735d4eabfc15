"""A node may stop after any message and start again: all decide the same, and nobody is accused.

At first only one of the others hears it, and that one can't tell it what it said when it starts again.
"""

from dataclasses import replace

import pytest

from node.store import DocumentKind, MemoryDisk
from tests.node.engine.decisions.test_taking_part import (
    NOVEMBER,
    SETTINGS,
    fact,
    index_of,
    official_town,
)
from tests.node.engine.town import Town

COOPS = (1, 2, 3, 4)


def decide(town: Town) -> None:
    """One coop errs at first and thinks better of it; all four agree in the end."""
    for coop, value in ((1, 250), (1, 25), (2, 24), (3, 25), (4, 26)):
        town.publish(coop, fact(NOVEMBER, value))
    town.settle()
    town.pass_time(4_000)
    for coop in (2, 4):
        town.publish(coop, fact(NOVEMBER, 25))
    town.settle()
    town.pass_time(20_000)


def slow_town() -> Town:
    """Rounds go on for so long that a node that starts again finds the others in the same one."""
    town = official_town(coops=4, quorum=3)
    town.settings = replace(SETTINGS, round_ms=8_000, decision_interval_ms=2_000)
    for coop in COOPS:
        town.kill(coop)
    town.start()
    town.pass_time(3_000)
    return town


def apart(some: set[int], others: set[int]) -> set[frozenset[int]]:
    return {frozenset((one, other)) for one in some for other in others}


def old_copy(town: Town) -> MemoryDisk:
    """The disk of coop 1 before it said anything, when its stewards wanted something else."""
    copy = town.disks[1].copy()
    other = official_town(coops=4, quorum=3)
    other.publish(1, fact(NOVEMBER, 26))
    published = {
        key: document
        for key, document in other.disks[1].documents.items()
        if key[0] is DocumentKind.PUBLICATION
    }
    assert published
    copy.documents.update(published)
    return copy


@pytest.mark.parametrize("copied", [False, True], ids=["as it is", "put back"])
@pytest.mark.parametrize("stops", range(1, 30, 3))
def test_a_node_stops_after_any_message(stops: int, copied: bool) -> None:
    town = slow_town()
    copy, heard = old_copy(town), 0

    def stop(receiver: int) -> None:
        nonlocal heard
        heard += receiver == 1
        if heard == stops and receiver == 1:
            has_decided = index_of(town, 1).place > 0
            town.kill(1)
            if copied and not has_decided:
                town.disks[1] = copy
            town.start(1)
            town.cut = apart({2}, {1, 3, 4})

    town.cut = apart({1, 2}, {3, 4})
    town.delivered = stop
    decide(town)
    town.cut.clear()
    town.pass_time(40_000, step=2_000)
    decide(town)
    assert heard > stops
    assert {index_of(town, coop).prints[0].value for coop in COOPS} == {25}
    assert not any(store.evidence() for store in town.stores.values())
