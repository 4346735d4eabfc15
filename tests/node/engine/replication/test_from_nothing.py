"""A node that lost its disk gets everything back, whatever was decided while logs grew."""

import pytest

from node.engine.answers import Recorded
from node.engine.health.status import Readiness
from node.engine.wire import Entries, Get
from node.mark import MemoryMark
from node.store import MemoryDisk
from tests.node.engine.charter.test_standing import pass_time, readmitted
from tests.node.engine.rig import Rig


def _lose_disk(rig: Rig, coop: int) -> None:
    rig.disks[coop], rig.marks[coop] = MemoryDisk(), MemoryMark()
    rig.stores.pop(coop)
    rig.start(coop)
    rig.mail.clear()
    for other in rig.engines:
        if other != coop:
            rig.link(coop, other)
    pass_time(rig, 40)


@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("is_there", [True, False], ids=["with", "without"])
def test_after_a_fork_and_a_readmission(lost: int, is_there: bool) -> None:
    rig = readmitted()
    if not is_there:
        del rig.engines[3]
    _lose_disk(rig, lost)
    _is_whole(rig, lost)


def _is_whole(rig: Rig, lost: int) -> None:
    status = rig.engines[lost].status()
    assert (status.waiting, status.accused) == ({}, ())
    assert status.readiness is Readiness.READY
    assert len(rig.digests()) == 1


def test_answers_end_where_another_key_begins() -> None:
    """Whoever knows nothing yet of the new key can check them."""
    rig = readmitted()
    (earlier,) = rig.engines[1].newest.coops[3].earlier_keys
    (answer,) = rig.submit(3, rig.pay(3, 2, 2, 1, amount=5))
    assert isinstance(answer, Recorded)
    pass_time(rig)
    for first, last in (
        (1, earlier.until),
        (earlier.until, earlier.until),
        (earlier.until + 1, rig.length(1, 3)),
    ):
        rig.mail.clear()
        rig.hear(1, 2, Get(coop=3, first=first))
        (entries,) = rig.sent(1, Entries)
        assert (entries.first, entries.signed.length) == (first, last)
