"""What the history index covers, and when it has to be brought forward for that."""

from node.engine.engine import Engine
from tests.node.engine.rig import Rig, joined


def is_behind(engine: Engine) -> bool:
    return engine._history.is_behind()


def brought_forward(*coops: int) -> Rig:
    rig = joined(*coops)
    for engine in rig.engines.values():
        engine.bring_history_forward()
    return rig


def test_entries_that_concern_nobody_here_are_covered_as_they_come() -> None:
    rig = brought_forward(1, 2, 3)
    saved = rig.stores[3].history_upto()
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver_to(3)
    assert not is_behind(rig.engines[3])
    assert rig.stores[3].history_upto() == saved
    rig.start(3)
    assert is_behind(rig.engines[3])
    rig.tick(3)
    rig.tick(3)
    assert not is_behind(rig.engines[3])
    assert rig.stores[3].history_upto()[1] == rig.length(3, 1)


def test_entries_that_pay_somebody_here_are_not() -> None:
    rig = brought_forward(1, 2)
    rig.submit(1, rig.pay(1, 1, 2, 1))
    rig.deliver_to(2)
    assert is_behind(rig.engines[2])
    rig.engines[2].bring_history_forward()
    (row,) = rig.stores[2].history(coop=2, account=1, limit=5)
    assert (row.log, row.amount) == (1, 10)
