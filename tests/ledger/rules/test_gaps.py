"""A level for a later period, and surveys of other lengths, as logs take them in: PROTOCOL 9.3, 9.8."""

from typing import Any, Final

import pytest

from ledger.agreement import Turn
from ledger.charter_index import SurveyRules
from ledger.decisions import IndexEntry
from ledger.index.days import Method, day_from_text
from ledger.index.prints import Print
from ledger.index.table import Index
from ledger.refusals import Refusal
from ledger.rules.index import SECONDS_IN_DAY
from ledger.rules.index_rows import INDEX_CHAPTER
from tests.builders import MakeValidator, replay_logs
from tests.charter_builders import Union
from tests.index_builders import certify, index_of, observation, surveyed, wait_until_over
from tests.ledger.rules.test_charter_index import indexed, set_index

LEVEL: Final = 1_000_000_000
WEEKLY: Final = {
    "method": "survey",
    "base_day": "2025-12-21",
    "base_value": "1000.000000",
    "observations_needed": 2,
}


def opened(make_validator: MakeValidator, **lines: Any) -> Union:
    return indexed(make_validator, **(WEEKLY | lines))


def known(union: Union, log: int = 1) -> Index:
    return index_of(union.books.validator, log)


def print_of(
    union: Union, value: int, *, missed: int = 0, log: int = 1, has_place: bool = True
) -> bytes:
    """The level of the period that is due, or of one so many periods later, when that is over."""
    index = known(union, log)
    wait_until_over(union.books, index, periods=missed + 1)
    turn = Turn(index.place, 0) if has_place else None
    period = index.due_window.period + missed
    return surveyed(union.federation, period, {1: value, 2: value}, turn=turn)


def test_a_level_covers_a_gap_in_every_log(make_validator: MakeValidator) -> None:
    union = opened(make_validator)
    first, gap = print_of(union, LEVEL), None
    for log in (1, 2):
        union.books.append(log, first)
        gap = gap or print_of(union, LEVEL * 12 // 10, missed=3)
        union.books.append(log, gap)
    assert known(union, 1) == known(union, 2)
    assert len(known(union).values) == 1 + 7 + 4 * 7
    again = replay_logs(union.federation, union.books.logs, make_validator)
    assert again.digest() == union.books.validator.digest()
    assert index_of(again, 1) == known(union)


def test_a_gap_takes_a_place(make_validator: MakeValidator) -> None:
    """Without places two logs could take in different prints first, and have other values for a day."""
    union = opened(make_validator)
    without = print_of(union, LEVEL, missed=1, has_place=False)
    before = union.books.validator.digest()
    assert union.books.refusal(1, without) is Refusal.INDEX_PERIOD_EARLY
    assert union.books.validator.digest() == before
    union.books.append(1, print_of(union, LEVEL, missed=1))


def test_a_gap_ends_with_a_period_that_is_over(make_validator: MakeValidator) -> None:
    union = opened(make_validator)
    gap = print_of(union, LEVEL, missed=2)
    last_day = known(union).parameters.periods.survey_day(known(union).due_window.period + 2)
    union.books.now = last_day * SECONDS_IN_DAY - 1
    assert union.books.refusal(1, gap) is Refusal.INDEX_PERIOD_NOT_OVER
    union.books.now += 1
    union.books.append(1, gap)


@pytest.mark.parametrize("days", [1, 3, 28])
def test_a_period_has_the_length_that_the_charter_says(
    days: int, make_validator: MakeValidator
) -> None:
    union = opened(make_validator, period_days=days)
    base_day = day_from_text("2025-12-21")
    for _ in range(2):
        due = known(union).due_window
        assert due.first_day <= known(union).known_until + 1 <= due.last_day
        union.books.append(1, print_of(union, LEVEL))
        assert known(union).known_until == due.last_day
    assert known(union).known_until - base_day <= 2 * days


def test_another_table_changes_the_length(make_validator: MakeValidator) -> None:
    union = opened(make_validator)
    union.books.append(1, print_of(union, LEVEL))
    before = known(union)
    rules = SurveyRules(observations_needed=2, lead_days=0, pace_weeks=4, period_days=3)
    first_day = before.known_until + 1
    union.decide(set_index(first_day, method=Method.SURVEY, survey=rules, step_cap=100), 1)
    assert known(union).values == before.values
    assert known(union).due_window.length == 3
    union.books.append(1, print_of(union, LEVEL))
    assert first_day <= known(union).known_until < first_day + 3


@pytest.mark.parametrize("period_days", [7, 3])
def test_a_table_that_begins_in_a_gap_begins_on_its_day(
    period_days: int, make_validator: MakeValidator
) -> None:
    """It was agreed that it would; then surveys were missed, and a level covered days on both sides."""
    union = opened(make_validator)
    union.books.append(1, print_of(union, LEVEL))
    first_day = known(union).due_window.last_day + 1
    union.books.append(1, print_of(union, LEVEL * 11 // 10, missed=3))
    covered = known(union)
    kept = first_day - covered.parameters.base_day
    rules = SurveyRules(observations_needed=2, lead_days=0, pace_weeks=4, period_days=period_days)
    union.decide(set_index(first_day, method=Method.SURVEY, survey=rules, step_cap=100), 1)
    assert known(union).values == covered.values[:kept]
    assert (known(union).known_until, known(union).prints) == (first_day - 1, ())
    assert len(union.books.validator.rows(1, INDEX_CHAPTER)) == 2
    union.books.append(1, print_of(union, LEVEL))
    assert known(union).values[:kept] == covered.values[:kept]
    again = replay_logs(union.federation, union.books.logs, make_validator)
    assert again.digest() == union.books.validator.digest()
    assert index_of(again, 1) == known(union)


def test_a_print_wholly_after_the_gap_falls_away(make_validator: MakeValidator) -> None:
    union = opened(make_validator)
    union.books.append(1, print_of(union, LEVEL))
    first_day = known(union).known_until + 1
    before = known(union).values
    union.books.append(1, print_of(union, LEVEL, missed=2))
    union.books.append(1, print_of(union, LEVEL))
    rules = SurveyRules(observations_needed=2, lead_days=0, pace_weeks=4)
    union.decide(set_index(first_day, method=Method.SURVEY, survey=rules, step_cap=100), 1)
    assert (known(union).values, len(known(union).prints)) == (before, 1)
    assert len(union.books.validator.rows(1, INDEX_CHAPTER)) == 1


@pytest.mark.parametrize("coops", [(1, 1), (2, 1), (1, 4)])
def test_levels_by_a_stranger_or_twice_are_refused_and_change_nothing(
    coops: tuple[int, ...], make_validator: MakeValidator
) -> None:
    union = opened(make_validator)
    union.join_fourth()
    index = known(union)
    wait_until_over(union.books, index)
    period = index.due_window.period
    seen = tuple(observation(union.federation, coop, period, LEVEL) for coop in coops)
    new = Print(period=period, value=LEVEL)
    entry = IndexEntry(decided=new, observations=seen, turn=Turn(index.place, 0))
    before = union.books.validator.digest()
    is_stranger = 4 in coops
    expected = Refusal.PUBLISHER_UNKNOWN if is_stranger else Refusal.ENTRY_MALFORMED
    assert union.books.refusal(1, certify(union.federation, entry)) is expected
    assert union.books.validator.digest() == before
