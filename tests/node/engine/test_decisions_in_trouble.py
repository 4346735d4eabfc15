"""Decisions while nodes are killed, cut off and started again, from a seed: in the end all logs agree.

Steward facts and levels are the coops' own; nobody is dishonest, so there must never be evidence, and
at no moment may two logs have taken in different prints of one period.
"""

from random import Random

import pytest

from ledger.index.prints import Print
from node.engine.answers import NotReady, Published
from tests.node.engine.decisions.test_taking_part import (
    SURVEYS,
    fact,
    index_of,
    level,
    official_town,
    survey_town,
)
from tests.node.engine.town import Town

COOPS = 5
STEPS = 45


def stir(town: Town, random: Random) -> None:
    """One thing that happens to the nodes."""
    coop = random.randint(1, COOPS)
    other = random.randint(1, COOPS)
    match random.randrange(6):
        case 0 if coop in town.engines and len(town.engines) > 1:
            town.kill(coop)
        case 1 if coop not in town.engines:
            town.start(coop)
        case 2 if coop != other:
            town.cut.add(frozenset((coop, other)))
        case 3:
            town.cut.discard(frozenset((coop, other)))
        case 4:
            town.settle()
        case _:
            town.pass_time(random.randint(1, 15) * 1_000)


def check(town: Town) -> None:
    """No two logs differ in a print, and nobody is accused."""
    prints: dict[int, Print] = {}
    for coop in town.engines:
        for taken in index_of(town, coop).prints:
            assert prints.setdefault(taken.period, taken) == taken
        assert town.stores[coop].evidence() == []


def recover(town: Town) -> None:
    """All nodes run, all links are there."""
    town.cut.clear()
    for coop in range(1, COOPS + 1):
        if coop in town.engines:
            town.kill(coop)
        town.start(coop)
    town.settle()
    town.pass_time(5_000)


def publish_all(town: Town, *, is_survey: bool, random: Random) -> None:
    """Every coop publishes what comes next at its own node."""
    for coop in sorted(town.engines):
        publish_one(town, coop, is_survey=is_survey, random=random)


def publish_one(town: Town, coop: int, *, is_survey: bool, random: Random) -> None:
    index = index_of(town, coop)
    period = index.due_window.period
    if is_survey:
        value = 10**9 + coop + 1_000 * (period % 100)
        answer = town.publish(coop, level(period, coop, value), survey=SURVEYS[coop])
    else:
        answer = town.publish(coop, fact(period, period % 50))
    assert isinstance(answer, Published | NotReady)


@pytest.mark.parametrize("is_survey", [False, True], ids=["official", "survey"])
@pytest.mark.parametrize("seed", range(4))
def test_all_logs_agree_in_the_end(seed: int, is_survey: bool) -> None:
    random = Random(seed)
    make = survey_town if is_survey else official_town
    town = make(coops=COOPS, **({"needed": 3} if is_survey else {}))
    for _ in range(STEPS):
        if random.random() < 0.4 and town.engines:
            coop = random.choice(sorted(town.engines))
            publish_one(town, coop, is_survey=is_survey, random=random)
        else:
            stir(town, random)
        check(town)
    recover(town)
    before = max(len(index_of(town, coop).prints) for coop in town.engines)
    for _ in range(3):
        publish_all(town, is_survey=is_survey, random=random)
        town.settle()
        town.pass_time(130_000, step=5_000)
        check(town)
    lengths = {len(index_of(town, coop).prints) for coop in town.engines}
    assert len(lengths) == 1
    assert lengths.pop() >= before + 2
    values = {index_of(town, coop).values for coop in town.engines}
    assert len(values) == 1
