"""Coops that govern themselves, in simulation: what must hold then, and that it can be found missing."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from node.engine.engine import Engine
from tests.simulation import broken_government as broken
from tests.simulation.plan import (
    Indexed,
    Mischief,
    Plan,
    draw_plan,
    indexed_plan,
    plan_for,
    seeds_from,
)
from tests.simulation.simulation import Simulation
from tests.simulation.world import Failure

KINDS = (
    "bylaws",
    "propose",
    "vote",
    "enact",
    "rekey",
    "guardians",
    "recover",
    "object",
    "restore",
    "guarantee",
    "lapse",
)
CODES = ("stewards_too_few", "signature_invalid", "kind_unknown", "spend_needs_vote")
QUIET: dict[str, Any] = dict.fromkeys(
    ("storage_fault", "kills", "restores", "lost_keys", "joins", "changes", "clock_jumps"), 0
)
GOVERNED: dict[str, Any] = {
    "coops": 2,
    "members": 4,
    "quorum": 0,
    "trouble_ms": 14_000,
    "governs": True,
    "leaves": False,
    "lost": 0.02,
}


@pytest.fixture(autouse=True)
def _reference_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIADO_VALIDATOR", "reference")
    monkeypatch.delenv("FIADO_REQUIRE_NATIVE", raising=False)


def governed(seed: int, **changes: Any) -> Plan:
    """A small federation that governs itself, in which nodes stay up."""
    everything = QUIET | GOVERNED | changes
    return indexed_plan(seed, Mischief.NONE, Indexed.NOT, **everything)


@pytest.mark.parametrize(
    ("make_engine", "first", "found"),
    [
        (broken.LetsOneStewardDecide, 0, r"by \d of \d stewards"),
        (broken.BelievesWhoeverSigns, 0, "has not signed it"),
        (broken.CountsOneMore, 0, r"the node counts .* and the votes are|counts .* in vote"),
        (broken.ForgetsWhatPassed, 0, "and was decided to be|frozen or closed|is over"),
        (broken.ThanksVoters, 0, "and was decided to be"),
        (broken.PledgesInOnesName, 0, "was signed"),
        (broken.SettlesAtOnce, 57, "it is settled before its term"),
        (broken.NeverEnacts, 0, "has closed and is not enacted|is due and has not ended"),
        (broken.GivesKeysEarly, 0, "a recovery ends early"),
    ],
)
def test_an_engine_that_decides_by_itself_is_caught(
    make_engine: type[Engine], first: int, found: str
) -> None:
    with pytest.raises(Failure, match=found):
        for seed in seeds_from(first):
            Simulation(governed(seed), make_engine=make_engine).run()


def test_coops_decide_and_whoever_cheats_is_refused() -> None:
    """A federation of three has it all within a few seeds: deeds in its logs, and misdeeds at its nodes."""
    seen, injected = Counter[str](), Counter[str]()
    for seed in (1, 2, 3, 4):
        simulation = Simulation(governed(seed, coops=3, members=4))
        simulation.run()
        seen += simulation.watch.seen
        injected += simulation.world.injected
    assert min(seen[f"entries {kind}"] for kind in (*KINDS, "spend", "levy")) > 0, seen
    assert min(seen[f"refused {code}"] for code in CODES) > 0, seen
    assert sum(name.startswith("misdeeds") for name in injected) >= 8, injected


def test_a_coop_governs_itself_while_another_forks() -> None:
    plan = plan_for(6, Mischief.FORK, governs=True, coops=3, members=3, quorum=0, joins=0)
    simulation = Simulation(replace(plan, lost_keys=0, trouble_ms=14_000))
    simulation.run()
    assert simulation.world.injected["forks"]
    assert simulation.watch.seen["entries vote"]


def test_many_runs_govern_themselves() -> None:
    plans = [draw_plan(seed) for seed in range(200)]
    assert 60 < sum(plan.governs for plan in plans) < 110
    assert {plan.mischief for plan in plans if plan.governs} == set(Mischief)
