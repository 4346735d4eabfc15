"""A few seeds as an ordinary test, and the proof that the simulation can fail.

`make sim SEEDS=200` runs many more.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from node.engine.engine import Engine
from tests.node.engine.inside import core_of
from tests.simulation import broken
from tests.simulation.network import describe
from tests.simulation.plan import Indexed, Mischief, draw_plan, indexed_plan, plan_for, seeds_from
from tests.simulation.replays import check_replays
from tests.simulation.simulation import Simulation
from tests.simulation.world import Failure, World

PRICE_CODES = ("price_not_known", "price_stale", "price_mismatch")


@pytest.fixture(autouse=True)
def _reference_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIADO_VALIDATOR", "reference")
    monkeypatch.delenv("FIADO_REQUIRE_NATIVE", raising=False)


@pytest.mark.parametrize("seed", range(6))
def test_seed(seed: int) -> None:
    Simulation(draw_plan(seed)).run()


@pytest.mark.parametrize("mischief", list(Mischief))
def test_each_mischief(mischief: Mischief) -> None:
    Simulation(plan_for(100, mischief, coops=4, quorum=2)).run()


@pytest.mark.needs_native
def test_native_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIADO_VALIDATOR", "native")
    for seed in range(2):
        Simulation(draw_plan(seed)).run()


def test_one_seed_is_one_history() -> None:
    traces: list[list[str]] = [[], []]
    for trace in traces:
        Simulation(draw_plan(11), trace=trace.append).run()
    assert traces[0] == traces[1]
    assert len(traces[0]) > 100


def test_seeds_differ() -> None:
    assert len({replace(draw_plan(seed), seed=0) for seed in range(50)}) > 40
    assert {draw_plan(seed).mischief for seed in range(100)} == set(Mischief)


CALM: dict[str, Any] = dict.fromkeys(
    ("lost", "doubled", "late", "storage_fault", "kills", "link_changes", "clock_jumps"), 0
) | {"restores": 0}
SPLIT: dict[str, Any] = {"coops": 3, "index_quorum": 3, "observations_needed": 1}
"""Whoever does not wait for the others finds itself with a list of its own."""


@pytest.mark.parametrize(
    ("make_engine", "mischief", "changes", "found"),
    [
        (broken.AnswersBeforeCommit, Mischief.NONE, {}, "not on its disk"),
        (
            broken.TrustsEveryHead,
            Mischief.GARBAGE,
            {},
            "accuses the honest|not its own|was ready and is not",
        ),
        (broken.HearsEverybodyOut, Mischief.FLOOD, {"coops": 3}, "let a member wait"),
        (
            broken.AnchorsAnchors,
            Mischief.NONE,
            {},
            "than anybody asked for|though nobody asked",
        ),
        (broken.ForgetsWhatItWitnessed, Mischief.NONE, {"quorum": 1}, "did not save it"),
        (broken.DeniesWhatItRecorded, Mischief.NONE, {}, "a payment that it has recorded"),
        (
            broken.DoesNotRecover,
            Mischief.NONE,
            {"restores": 3},
            "lost entries of its own|was rewritten|not its own|accuses the honest",
        ),
        (
            broken.BelievesItsClock,
            Mischief.NONE,
            {"clock_jumps": 4},
            "after all faults|nobody asked|a date that has not come",
        ),
        (
            broken.TakesItsClockForTheTime,
            Mischief.NONE,
            {"clock_jumps": 6},
            "a date that has not come",
        ),
        (broken.KeepsWhatIsNotItsOwn, Mischief.NONE, {}, "owes"),
    ],
)
def test_a_broken_engine_is_caught(
    make_engine: type[Engine], mischief: Mischief, changes: dict[str, int], found: str
) -> None:
    with pytest.raises(Failure, match=found):
        for seed in seeds_from(0):
            Simulation(plan_for(seed, mischief, **changes), make_engine=make_engine).run()


def test_too_few_witnesses_are_caught() -> None:
    """With one witness a coop can have two histories anchored; the simulation notices."""
    with pytest.raises(Failure, match=r"two histories of coop . are both anchored"):
        for seed in seeds_from(3):
            Simulation(plan_for(seed, Mischief.FORK, coops=5, quorum=1)).run()


@pytest.mark.parametrize(
    ("make_engine", "indexed", "first", "found"),
    [
        (broken.LeavesOthersBehind, Indexed.SURVEY, 0, "not taken in|have not taken in all"),
        (broken.LeavesOthersBehind, Indexed.OFFICIAL, 0, "not taken in|have not taken in all"),
        (broken.BelievesOneCoop, Indexed.SURVEY, 0, "publishers_too_few|two contents"),
        (broken.BelievesOneCoop, Indexed.OFFICIAL, 0, "publishers_too_few"),
        (broken.TakesInOutOfOrder, Indexed.OFFICIAL, 11, "index_source_wrong"),
        (broken.AsksOnlyOnce, Indexed.SURVEY, 0, "has not all survey files"),
        (broken.GuessesValues, Indexed.SURVEY, 0, "price_not_known"),
        (broken.RewritesThePast, Indexed.SURVEY, 0, "other values of past days|price_mismatch"),
    ],
)
def test_an_engine_that_breaks_the_index_is_caught(
    make_engine: type[Engine], indexed: Indexed, first: int, found: str
) -> None:
    with pytest.raises(Failure, match=found):
        for seed in seeds_from(first):
            plan = indexed_plan(seed, Mischief.NONE, indexed)
            Simulation(plan, make_engine=make_engine).run()


@pytest.mark.parametrize("indexed", [Indexed.OFFICIAL, Indexed.SURVEY])
def test_prices_are_paid_and_refused(indexed: Indexed) -> None:
    seen = Counter[str]()
    for seed in (
        1,
        5,
        15,
        20,
        36,
    ):  # in few a survey is done while members still have a price to pay
        simulation = Simulation(indexed_plan(seed, Mischief.NONE, indexed))
        simulation.run()
        seen += simulation.watch.seen
    assert min(seen[f"refused {code}"] for code in PRICE_CODES) > 0, seen
    assert seen["payments at a price"] > 10, seen


def test_a_replay_to_another_state_is_caught() -> None:
    simulation = Simulation(indexed_plan(1, Mischief.NONE, Indexed.SURVEY))
    simulation.run()
    founding, node = simulation.federation.founding, simulation.nodes[1]
    assert node.engine is not None
    digest = core_of(node.engine).validator.digest()
    check_replays(founding, node.disk, digest)
    with pytest.raises(Failure, match="replays the logs to another state"):
        check_replays(founding, node.disk, bytes(32))
    other = node.disk.copy()
    other.segments[1] = other.segments[1][:1]
    with pytest.raises(Failure, match=r"can't be replayed|to another state"):
        check_replays(founding, other, digest)


def test_world_keeps_order_and_time() -> None:
    world, seen = World(1), list[tuple[str, int]]()
    for name, delay in (("late", 5), ("early", 1), ("early too", 1)):
        world.after(delay, lambda name=name: seen.append((name, world.now)))  # type: ignore[misc]
    assert not world.run(10)
    assert seen == [("early", 1), ("early too", 1), ("late", 5)]
    assert world.now == 10


def test_description_of_garbage() -> None:
    assert describe(b"\xc1") == "1 bytes of garbage"
