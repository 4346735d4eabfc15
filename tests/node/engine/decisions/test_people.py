"""The plain cases of people: who errs publishes again, who is away is not waited for, who differ talk."""

from dataclasses import replace

import pytest

from node.engine.answers import Published
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.health.words import word
from tests.node.engine.decisions.test_taking_part import (
    NOVEMBER,
    SETTINGS,
    fact,
    index_of,
    official_town,
    taken,
)
from tests.node.engine.inside import agreement_of, core_of
from tests.node.engine.town import Town

LONG_MS = 3_600_000


def publish(town: Town, values: dict[int, int]) -> None:
    """Each coop's stewards publish that value for November."""
    for coop, value in values.items():
        assert isinstance(town.publish(coop, fact(NOVEMBER, value)), Published)
    town.settle()


def decided(town: Town) -> set[int]:
    """What the logs have for November."""
    return {print_.value for coop in town.engines for print_ in index_of(town, coop).prints}


def undecided(town: Town, coop: int) -> Trouble | None:
    found = town.engines[coop].status().troubles
    return next((one for one in found if one.kind is TroubleKind.UNDECIDED), None)


def nobody_is_accused(town: Town) -> bool:
    return not any(store.evidence() for store in town.stores.values())


def test_a_typing_mistake_is_corrected() -> None:
    """25 for 2.5 at one coop, and the third does not publish: nothing is decided until it is corrected."""
    town = official_town(coops=3)
    publish(town, {1: 250, 2: 25})
    town.pass_time(120_000)
    assert decided(town) == set()
    publish(town, {1: 25})
    town.pass_time(30_000)
    assert decided(town) == {25}
    assert set(taken(town).values()) == {1}
    assert nobody_is_accused(town)


def test_three_who_differ_agree_as_soon_as_two_do() -> None:
    town = official_town(coops=3)
    publish(town, {1: 25, 2: 250, 3: 26})
    town.pass_time(120_000)
    assert decided(town) == set()
    publish(town, {3: 25})
    town.pass_time(30_000)
    assert decided(town) == {25}
    assert nobody_is_accused(town)


def test_two_against_two_are_told_so_until_one_of_them_gives_way() -> None:
    town = official_town(coops=4, quorum=3)
    publish(town, {1: 25, 2: 25, 3: 26, 4: 26})
    town.pass_time(300_000, step=5_000)
    assert decided(town) == set()
    publish(town, {4: 25})
    town.pass_time(30_000)
    assert decided(town) == {25}
    assert nobody_is_accused(town)


def test_a_coop_on_holiday_is_not_waited_for() -> None:
    town = official_town(coops=4, quorum=3)
    town.kill(4)
    publish(town, {1: 25, 2: 25, 3: 25})
    assert decided(town) == {25}


def test_rounds_do_not_run_up_while_too_few_have_spoken() -> None:
    town = official_town(coops=4, quorum=3)
    town.kill(4)
    publish(town, {1: 25, 2: 25})
    town.pass_time(600_000, step=60_000)
    assert {agreement_of(engine).rounds.round for engine in town.engines.values()} == {0}
    publish(town, {3: 25})
    assert decided(town) == {25}


def test_an_old_mistake_of_all_but_one_can_be_outvoted_after_days() -> None:
    """Rounds are five minutes long at most, however long people have differed."""
    town = official_town(coops=3)
    publish(town, {1: 250, 2: 25})
    town.pass_time(2 * 24 * LONG_MS, step=LONG_MS // 4)
    publish(town, {1: 25})
    town.pass_time(2 * SETTINGS.round_most_ms)
    assert decided(town) == {25}


@pytest.mark.parametrize("again", [1, 2, 3])
def test_a_print_follows_a_print_after_trouble(again: int) -> None:
    town = official_town(coops=3)
    for number in range(again):
        for coop, value in ((1, 250), (2, 25), (3, 26)):
            town.publish(coop, fact(NOVEMBER + number, value))
        town.settle()
        town.pass_time(20_000)
        for coop in (1, 3):
            town.publish(coop, fact(NOVEMBER + number, 25))
        town.settle()
        town.pass_time(40_000)
    assert set(taken(town).values()) == {again}
    assert nobody_is_accused(town)


def test_who_stands_for_what_and_who_is_silent_is_said_with_names() -> None:
    town = official_town(coops=4, quorum=3)
    town.kill(4)
    publish(town, {1: 25, 2: 250})
    names = core_of(town.engines[1]).names
    assert undecided(town, 1) is None
    town.pass_time(LONG_MS + 60_000, step=60_000)
    trouble = undecided(town, 3)
    assert trouble is not None
    told = word(trouble, names)
    assert told.detail == (
        "The cooperatives have not agreed on 2025-11 for 1 hour: "
        f"{names[1]} stands for 2.5 % (3 needed); {names[2]} stands for 25.0 % (3 needed). "
        f"Nothing has come from {names[3]}, {names[4]}. Not linked with this node: {names[4]}."
    )
    publish(town, {2: 25, 3: 25})
    town.pass_time(60_000)
    assert decided(town) == {25}
    assert undecided(town, 3) is None


def test_a_node_that_is_too_old_is_named() -> None:
    town = official_town(coops=3)
    town.settings = replace(SETTINGS, undecided_alarm_ms=1_000)
    for coop in (1, 2, 3):
        town.kill(coop)
    town.versions[frozenset((1, 3))] = 2
    town.start()
    town.settle()
    town.pass_time(3_000)
    publish(town, {1: 25})
    town.pass_time(5_000)
    names = core_of(town.engines[1]).names
    for coop, is_named in ((1, True), (2, False)):
        trouble = undecided(town, coop)
        assert trouble is not None
        told = word(trouble, names).detail
        assert (f"Too old to take part: the node of {names[3]}." in told) is is_named
