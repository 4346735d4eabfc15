"""Agreement in simulated federations: what it bears, and that the simulation can find fault with it."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from ledger.codec import encode
from node.engine.engine import Engine
from tests.simulation import broken_words as broken
from tests.simulation.nodes import SimNode
from tests.simulation.plan import (
    Indexed,
    Mischief,
    Plan,
    Tongue,
    indexed_plan,
    plan_for,
    seeds_from,
)
from tests.simulation.simulation import Simulation
from tests.simulation.world import Failure

RESTLESS: dict[str, Any] = {
    "coops": 3,
    "members": 2,
    "quorum": 0,
    "index_quorum": 2,
    "misread": 0.9,
    "lost": 0.05,
    "trouble_ms": 25_000,
    "changes": 0,
    "joins": 0,
    "lost_keys": 0,
    "leaves": False,
}
"""Many read wrongly and change their minds, and not everything arrives; the same coops go by one table."""


@pytest.fixture(autouse=True)
def _reference_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIADO_VALIDATOR", "reference")
    monkeypatch.delenv("FIADO_REQUIRE_NATIVE", raising=False)


def run(plan: Plan) -> Simulation:
    """A run to its end, without failure."""
    simulation = Simulation(plan)
    simulation.run()
    return simulation


@pytest.mark.parametrize("tongue", Tongue)
@pytest.mark.parametrize("indexed", [Indexed.OFFICIAL, Indexed.SURVEY])
def test_a_coop_with_two_tongues_moves_nothing(indexed: Indexed, tongue: Tongue) -> None:
    caused = Counter[str]()
    for seed in range(2):
        plan = indexed_plan(seed, Mischief.TWO_TONGUES, indexed, coops=4, quorum=0)
        caused += run(replace(plan, tongue=tongue)).watch.seen
    assert caused[f"{indexed.value} decisions"] >= 6
    if tongue is not Tongue.LATE:  # who completes a quorum now and then says one thing a round
        assert caused["evidence"] >= 3


def test_three_of_four_decide_without_the_silent_one() -> None:
    changes = RESTLESS | {"coops": 4, "index_quorum": 3}
    seen = run(indexed_plan(1, Mischief.SILENCE, Indexed.OFFICIAL, **changes)).watch.seen
    assert seen["official decisions"] == 5


def test_wrong_readings_take_later_rounds_and_block_nothing() -> None:
    later = 0
    for seed in range(3):
        simulation = run(indexed_plan(seed, Mischief.NONE, Indexed.OFFICIAL, **RESTLESS))
        assert simulation.world.injected["wrong readings"] > 0
        assert simulation.watch.seen["official decisions"] == 5
        later += simulation.watch.seen["later rounds"]
    assert later > 3


def test_nodes_that_die_as_they_speak_never_say_two_things() -> None:
    plan = indexed_plan(2, Mischief.NONE, Indexed.OFFICIAL, dies_speaking=0.5, **RESTLESS)
    simulation = run(plan)
    assert simulation.world.injected["deaths while speaking"] > 3
    assert simulation.watch.seen["official decisions"] == 5


def lose_signatures(simulation: Simulation) -> None:
    """While there is trouble, no signature for good arrives; support does."""
    world, plan = simulation.world, simulation.plan
    losing = (encode(["signed", 0])[1:-1], encode(["index so far", 0])[1:-1])

    def lose(node: SimNode, peer: int, data: bytes) -> list[bytes]:
        is_lost = data[1:].startswith(losing) and world.now < plan.trouble_ms
        return [] if is_lost else [data]

    simulation.network.tamper = lose


def test_signatures_that_do_not_arrive_still_bind() -> None:
    rounds = 0
    for seed in (7, 8, 11):
        plan = indexed_plan(seed, Mischief.NONE, Indexed.OFFICIAL, **RESTLESS)
        simulation = Simulation(plan)
        lose_signatures(simulation)
        simulation.run()
        assert simulation.watch.seen["official decisions"] == 5
        rounds += simulation.watch.seen["rounds at most"]
    assert rounds > 6


def test_the_charter_changes_in_all_logs_alike() -> None:
    changes: dict[str, Any] = {"changes": 3, "joins": 0, "lost_keys": 0, "leaves": False}
    for seed in range(2):
        simulation = run(plan_for(seed, Mischief.NONE, coops=3, quorum=0, **changes))
        assert set(simulation.watch.versions.of.values()) == {3}
        assert simulation.watch.seen["entries charter"] == 9


@pytest.mark.parametrize(
    ("make_engine", "changes", "found"),
    [
        (broken.ForgetsWhatItSaid, {}, "did not save it"),
        (broken.IgnoresItsLock, RESTLESS, "two (decisions|contents) are certified"),
        (broken.SignsUnasked, RESTLESS, "two (decisions|contents) are certified"),
        (broken.FollowsItsPeople, RESTLESS, "supported .*, and coop . supported"),
        (broken.StaysInItsRound, RESTLESS, "not taken in by anybody"),
        (
            broken.AsksNobodyWhatItSaid,
            RESTLESS | {"restores": 6},
            ", and coop|accuses the honest|has asked nobody|did not save it",
        ),
        (
            broken.BeginsItsRoundsAnew,
            RESTLESS | {"restores": 9, "trouble_ms": 15_000},
            ", and coop|accuses the honest",
        ),
    ],
)
def test_an_engine_that_breaks_the_agreement_is_caught(
    make_engine: type[Engine], changes: dict[str, Any], found: str
) -> None:
    with pytest.raises(Failure, match=found):
        for seed in seeds_from(0):
            plan = indexed_plan(seed, Mischief.NONE, Indexed.OFFICIAL, **changes)
            simulation = Simulation(plan, make_engine=make_engine)
            lose_signatures(simulation)
            simulation.run()


def test_too_low_a_quorum_is_caught() -> None:
    """With two of three signatures a coop that signs twice can have two decisions certified for one place."""
    changes = RESTLESS | {"changes": 3}
    with pytest.raises(Failure, match=r"two (decisions|contents) are certified"):
        for seed in seeds_from(24):
            plan = indexed_plan(seed, Mischief.TWO_TONGUES, Indexed.OFFICIAL, **changes)
            Simulation(replace(plan, tongue=Tongue.FACES)).run()
