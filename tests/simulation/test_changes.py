"""A federation that changes, in simulation: what must hold then, and that it can be found missing."""

from collections import Counter
from typing import Any

import pytest

from node.engine.engine import Engine
from tests.simulation import broken_changes as broken
from tests.simulation.plan import Indexed, Mischief, indexed_plan, plan_for
from tests.simulation.simulation import Simulation
from tests.simulation.world import Failure

SEEDS = (1, 2, 6, 10, 13, 7, 9, 14)
"""In these forks cost something."""
FORKED: dict[str, Any] = {"coops": 4, "members": 2, "quorum": 0, "joins": 0, "lost_keys": 0}
WITNESSED = FORKED | {"coops": 5, "quorum": 3, "readmits": False, "changes": 0}
TABLES: dict[str, Any] = {"coops": 3, "members": 2, "quorum": 0, "changes": 5, "joins": 1}


@pytest.fixture(autouse=True)
def _reference_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIADO_VALIDATOR", "reference")
    monkeypatch.delenv("FIADO_REQUIRE_NATIVE", raising=False)


@pytest.mark.parametrize(
    ("make_engine", "mischief", "changes", "found"),
    [
        (broken.LeavesBranchesOut, Mischief.FORK, FORKED, "after all faults"),
        (
            broken.KeepsWhatAnOldKeySigned,
            Mischief.INVALID,
            FORKED | {"readmits": True},
            "after all faults|is healed",
        ),
        (broken.CountsNoLoss, Mischief.FORK, FORKED, "sum_zero"),
        (
            broken.FollowsOthers,
            Mischief.NONE,
            FORKED | {"changes": 4, "misread_changes": 0.9},
            "only the stewards of",
        ),
    ],
)
def test_an_engine_that_breaks_changes_is_caught(
    make_engine: type[Engine], mischief: Mischief, changes: dict[str, Any], found: str
) -> None:
    with pytest.raises(Failure, match=found):
        for seed in SEEDS:
            Simulation(plan_for(seed, mischief, **changes), make_engine=make_engine).run()


@pytest.mark.parametrize(
    ("make_engine", "seed", "changes", "found"),
    [
        (
            broken.TrimsNothing,
            14,
            FORKED | {"coops": 5, "readmits": True},
            "the digests differ",
        ),
    ],
)
def test_a_seed_that_passes_fails_with_a_wrong_engine(
    make_engine: type[Engine], seed: int, changes: dict[str, Any], found: str
) -> None:
    plan = plan_for(seed, Mischief.FORK, **changes)
    Simulation(plan).run()
    with pytest.raises(Failure, match=found):
        Simulation(plan, make_engine=make_engine).run()


@pytest.mark.parametrize(
    ("make_engine", "found"),
    [
        (broken.AccusesNobody, "does not accuse the culprit|after all faults"),
        (broken.WitnessesWhatItDoesNotHold, "two histories of coop . are both anchored"),
    ],
)
def test_witnesses_keep_a_history_single_though_nobody_notices_the_fork(
    make_engine: type[Engine], found: str
) -> None:
    """By what they hold alone: witnesses that look only at the signature let both be anchored.

    With a seed by which nobody starts again who knows of a head that it lacks: the coop's node would stand.
    """
    plan = plan_for(1, Mischief.FORK, **WITNESSED)
    with pytest.raises(Failure, match=found):
        Simulation(plan, make_engine=make_engine).run()


def test_a_newcomer_that_takes_in_no_prints_is_caught() -> None:
    with pytest.raises(Failure, match="have not taken in all"):
        for seed in (12, 17, 11, *SEEDS):
            plan = indexed_plan(seed, Mischief.NONE, Indexed.OFFICIAL, **TABLES)
            Simulation(plan, make_engine=broken.PaysNoAttentionToPrints).run()


def test_what_can_change_does() -> None:
    """Two runs with everything in them: names of what was agreed, and what logs have of it."""
    injected = Counter[str]()
    for mischief, changes in (
        (Mischief.FORK, {"coops": 4, "readmits": True, "joins": 1, "lost_keys": 0}),
        (Mischief.NONE, {"coops": 3, "leaves": True, "joins": 1, "lost_keys": 0, "changes": 2}),
    ):
        plan = plan_for(6, mischief, members=2, quorum=0, **changes)
        simulation = Simulation(plan)
        simulation.run()
        injected += simulation.world.injected
        wanted = len(simulation.agreed.matters)
        assert simulation.watch.seen["versions"] == wanted
    names = (
        "joins",
        "leavings",
        "quarantines",
        "histories that stand",
        "readmissions",
    )
    assert {name for name in names if injected[f"charter: {name}"]} == set(names)


def test_what_has_fallen_and_is_given_back_stops_no_node() -> None:
    """The payment that a return names stood in a history that a decision has cut off since."""
    plan = plan_for(10, Mischief.FORK, **(FORKED | {"coops": 5, "readmits": True}))
    Simulation(plan).run()
