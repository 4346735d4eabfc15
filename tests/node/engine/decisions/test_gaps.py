"""A survey that was missed does not block the ones after it: what nodes hear, stand for and tell."""

from hashlib import sha256
from typing import Any

from ledger.index.days import last_day_of_week
from ledger.refusals import Refusal
from node.engine.answers import Published, Refused
from tests.node.engine.decisions.test_taking_part import (
    SURVEYS,
    WEEK,
    index_of,
    publish_level,
    survey_town,
    taken,
)
from tests.node.engine.town import Town

LEVEL = 1_000_000_000


def town_on(weeks: int, **fields: Any) -> Town:
    """Three coops, on the Sunday that ends the week so many weeks after the first one."""
    return survey_town(now=last_day_of_week(WEEK + weeks) * 86_400 + 3_600, **fields)


def periods(town: Town) -> dict[int, tuple[int, ...]]:
    """Which weeks' prints each log has."""
    return {
        coop: tuple(one.period for one in index_of(town, coop).prints)
        for coop in sorted(town.engines)
    }


def test_a_level_of_a_later_week_covers_the_ones_that_were_missed() -> None:
    town = town_on(3)
    for coop in (1, 2, 3):
        answer = publish_level(town, coop, LEVEL + coop, period=WEEK + 3)
        assert isinstance(answer, Published), answer
    town.settle()
    assert periods(town) == dict.fromkeys((1, 2, 3), (WEEK + 3,))
    assert len({index_of(town, coop).values for coop in (1, 2, 3)}) == 1
    assert index_of(town, 1).due_window.period == WEEK + 4


def test_an_older_week_for_which_there_is_enough_is_decided_first() -> None:
    """Of the first week two observations are enough, and the closing time runs: nothing passes it over."""
    town = town_on(1)
    for coop in (1, 2):
        publish_level(town, coop, LEVEL)
    for coop in (1, 2, 3):
        publish_level(town, coop, LEVEL + coop, period=WEEK + 1)
    town.settle()
    assert set(taken(town).values()) == {0}
    town.pass_time(120_000)
    assert periods(town) == dict.fromkeys((1, 2, 3), (WEEK, WEEK + 1))


def test_too_few_observations_of_an_older_week_do_not_hold_a_later_one() -> None:
    town = town_on(1)
    publish_level(town, 1, LEVEL)
    for coop in (1, 2, 3):
        publish_level(town, coop, LEVEL + coop, period=WEEK + 1)
    town.settle()
    assert periods(town) == dict.fromkeys((1, 2, 3), (WEEK + 1,))


def test_nobody_observes_a_week_that_is_not_over() -> None:
    town = town_on(1)
    assert publish_level(town, 1, LEVEL, period=WEEK + 2) == Refused(Refusal.INDEX_PERIOD_NOT_OVER)
    town.settle()
    status = town.engines[2].index_status()
    assert status is not None
    assert status.observations == ()


def test_a_node_that_was_away_takes_a_gap_in_long_after() -> None:
    """The week that covers the gap is none of the newest any more when it asks."""
    town = town_on(2)
    town.kill(3)
    for coop in (1, 2):
        publish_level(town, coop, LEVEL, period=WEEK + 2)
    town.settle()
    town.pass_time(120_000)
    assert {coop: weeks for coop, weeks in periods(town).items() if coop != 3} == {
        1: (WEEK + 2,),
        2: (WEEK + 2,),
    }
    town.now_ms += 20 * 7 * 86_400_000
    town.start(3)
    town.settle()
    town.pass_time(20_000)
    assert periods(town)[3] == (WEEK + 2,)
    assert index_of(town, 3).values == index_of(town, 1).values


def test_observations_of_all_open_weeks_are_told_to_a_node_that_starts() -> None:
    town = town_on(2)
    town.kill(3)
    publish_level(town, 1, LEVEL)
    publish_level(town, 2, LEVEL + 2, period=WEEK + 2)
    town.settle()
    town.start(3)
    town.settle()
    town.pass_time(12_000)
    status = town.engines[3].index_status()
    assert status is not None
    assert [(period, seen.coop) for period, seen in status.observations] == [
        (WEEK, 1),
        (WEEK + 2, 2),
    ]
    assert town.engines[3].survey(sha256(SURVEYS[2]).digest()) == SURVEYS[2]


def test_a_missed_survey_is_open_again_each_week_and_no_observation_is_lost() -> None:
    """Every week one coop less is late; the first week with enough of them counts."""
    town = town_on(0)
    publish_level(town, 1, LEVEL)
    town.settle()
    town.now_ms += 7 * 86_400_000
    town.pass_time(12_000)
    publish_level(town, 2, LEVEL, period=WEEK + 1)
    town.settle()
    assert set(taken(town).values()) == {0}
    publish_level(town, 3, LEVEL, period=WEEK)
    town.settle()
    town.pass_time(120_000)
    assert periods(town) == dict.fromkeys((1, 2, 3), (WEEK,))
    publish_level(town, 1, LEVEL, period=WEEK + 1)
    town.settle()
    town.pass_time(120_000)
    assert periods(town) == dict.fromkeys((1, 2, 3), (WEEK, WEEK + 1))
