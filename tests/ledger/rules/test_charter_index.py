"""Another table and another currency by a change of the charter: PROTOCOL sections 7.12 and 9.8."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, Final, cast

import pytest

from ledger.agreement import Turn
from ledger.charter import Charter
from ledger.charter_changes import Quarantine, read_change
from ledger.charter_index import IndexTable, LineStart, Redenominate, SetIndex, SurveyRules
from ledger.codec import Value, decode, encode
from ledger.index.days import Method, day_from_text, month_from_text
from ledger.index.definition_fields import definition_fields
from ledger.index.definitions import Definition, Input
from ledger.index.table import PLACES_OF_A_TABLE, Index
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.rules.charter_index import LARGEST_FACTOR, Doubt, doubt
from ledger.rules.index_rows import INDEX_CHAPTER
from ledger.transactions import Price
from ledger.validators.reference import ReferenceValidator
from tests.builders import MakeValidator, replay_logs
from tests.charter_builders import FOURTH, Union, certified, open_union
from tests.index_builders import (
    BASE_DAY,
    index_lines,
    index_of,
    official,
    priced,
    source_change,
    surveyed,
    take_prints,
    wait_until_over,
)
from tests.ledger.index.examples import UI

NOVEMBER: Final = month_from_text("2025-11")
FIRST_WINDOW: Final = BASE_DAY + 1
SECOND_WINDOW: Final = day_from_text("2026-01-16")
THIRD_WINDOW: Final = day_from_text("2026-02-16")
SURVEY: Final = SurveyRules(observations_needed=2, lead_days=0, pace_weeks=4)


def table(**fields: Any) -> IndexTable:
    """A table like the founding one, with some fields as given."""
    usual: dict[str, Any] = {
        "method": Method.CER,
        "publishers": (1, 2, 3),
        "quorum": 2,
        "source_quorum": 2,
        "step_cap": 300,
        "stand_in_limit": 0,
        "quote_days": 7,
        "source": "the statistics office",
    }
    return IndexTable(**(usual | fields))


def set_index(first_day: int = SECOND_WINDOW, **fields: Any) -> SetIndex:
    return SetIndex(first_day=first_day, table=table(**fields))


def to_surveys(first_day: int = SECOND_WINDOW) -> SetIndex:
    return set_index(first_day, method=Method.SURVEY, survey=SURVEY)


def zeros_fall(first_day: int, **fields: Any) -> Redenominate:
    usual: dict[str, Any] = {"numerator": 1, "denominator": 1000, "currency": "ARN"}
    return Redenominate(first_day=first_day, **(usual | fields))


@pytest.fixture
def union(make_validator: MakeValidator) -> Union:
    """Three coops with accounts 1 and 2; no log has a print."""
    return indexed(make_validator)


def indexed(make_validator: MakeValidator, **lines: Any) -> Union:
    union = open_union(
        make_validator, index=index_lines(**({"base_value": "1000000.000000"} | lines))
    )
    for coop in (1, 2, 3):
        union.books.admit(coop, 1, 2)
    return union


def known(union: Union, log: int = 1) -> Index:
    return index_of(union.books.validator, log)


# --- another table ---


def test_a_higher_cap_holds_from_the_day_on_and_the_line_goes_on(union: Union) -> None:
    take_prints(union.books, 20, coops=[1])
    before = known(union)
    jump = official(union.federation, NOVEMBER + 1, 400, turn=Turn(PLACES_OF_A_TABLE, 0))
    union.decide(set_index(step_cap=500), 1)
    assert known(union).values == before.values
    union.books.append(1, jump)
    assert known(union).values[: len(before.values)] == before.values
    assert known(union).value_on(THIRD_WINDOW - 1) == before.values[-1] * 1400 // 1000


def test_the_new_publishers_sign_from_then_on(union: Union) -> None:
    take_prints(union.books, 20, coops=[1])
    union.decide(set_index(publishers=(3,), quorum=1, source_quorum=1), 1)
    turn = Turn(known(union).place, 0)
    old = official(union.federation, NOVEMBER + 1, 20, turn=turn, signers=[1, 2])
    assert union.books.refusal(1, old) is Refusal.PUBLISHER_UNKNOWN
    new = official(union.federation, NOVEMBER + 1, 20, turn=turn, signers=[3])
    assert union.books.refusal(1, new) is None


def test_surveys_go_on_from_the_last_official_value(union: Union) -> None:
    take_prints(union.books, 20, coops=[1])
    last = known(union).values[-1]
    union.decide(to_surveys(), 1)
    due = known(union).due_window
    level = last * 101 // 100
    turn = Turn(known(union).place, 0)
    wait_until_over(union.books, known(union))
    union.books.append(
        1, surveyed(union.federation, due.period, {1: level, 2: level, 3: level}, turn=turn)
    )
    index = known(union)
    assert index.value_on(SECOND_WINDOW - 1) == last
    assert last < index.value_on(SECOND_WINDOW) <= index.value_on(due.last_day) == level


def test_another_official_unit_goes_on_from_the_last_value(union: Union) -> None:
    """The UI of January 2015, published, in a charter: two decimals, windows from the 6th."""
    take_prints(union.books, 20, coops=[1])
    last = known(union).values[-1]
    union.decide(set_index(method=Method.UNIT, unit=UI), 1)
    index = known(union)
    assert (index.due_window.period, index.due_window.last_day) == (
        NOVEMBER + 1,
        day_from_text("2026-02-05"),
    )
    for value, refusal in (
        (3_001, Refusal.INDEX_STEP_ABOVE_CAP),
        (-2_309, Refusal.INDEX_STEP_ABOVE_CAP),
        (-10_000, Refusal.INDEX_VALUE_IMPOSSIBLE),
    ):
        entry = official(union.federation, NOVEMBER + 1, value, turn=Turn(index.place, 0))
        assert union.books.refusal(1, entry) is refusal
    take_prints(union.books, 61, coops=[1])
    after = known(union)
    days = after.due_window.first_day - SECOND_WINDOW
    assert days == 21  # The window began on the 6th, ten days before the table.
    exact = last * (1 + 0.0061) ** (21 / 31)
    assert abs(after.values[-1] - exact) < 150  # rounded twice: the value of the 5th is found first
    assert all(value % 100 == 0 for value in after.values[-days:])
    snapshot = union.books.validator.snapshot()
    assert ReferenceValidator.load(union.federation.founding, snapshot).index(1) == after


@pytest.mark.parametrize(
    "unit",
    [replace(UI, printed=Input.LEVEL), replace(UI, starts=(1, 16))],
    ids=["levels", "halves"],
)
def test_a_table_may_have_levels_and_halves_of_months(unit: Definition, union: Union) -> None:
    change = set_index(method=Method.UNIT, unit=unit)
    assert read_change(change.value()) == change
    changed = amend(union.books.validator.charter(1), change)
    assert isinstance(changed, Charter)
    assert changed.index is not None
    assert changed.index.parameters.unit == unit


@pytest.mark.parametrize("days", [1, 6, 28])
def test_the_length_of_a_period_is_in_a_table_where_it_is_no_week(days: int) -> None:
    change = set_index(method=Method.SURVEY, survey=replace(SURVEY, period_days=days))
    week = set_index(method=Method.SURVEY, survey=SURVEY)
    assert read_change(change.value()) == change
    assert change.table is not None
    assert week.table is not None
    *fields, rules = cast("list[Value]", change.table.value())
    assert rules == [2, 0, 4, days]
    assert cast("list[Value]", week.table.value())[-1] == [2, 0, 4]
    for other in ([2, 0, 4, 7], [2, 0, 4, -1], [2, 0, 4, True], [2, 0, 4, days, 1], [2, 0]):
        assert read_change([9, change.first_day, [*fields, other], None]) is None


def test_a_table_of_a_unit_without_one_can_not_be(union: Union) -> None:
    charter = union.books.validator.charter(1)
    short_pace = SurveyRules(observations_needed=2, lead_days=0, pace_weeks=1, period_days=8)
    for wrong in (
        set_index(method=Method.UNIT),
        set_index(unit=UI),
        set_index(method=Method.SURVEY, survey=short_pace),
        set_index(method=Method.SURVEY, survey=replace(SURVEY, period_days=29)),
        set_index(method=Method.SURVEY, survey=replace(SURVEY, period_days=0)),
    ):
        assert amend(charter, wrong) is Refusal.CHARTER_INDEX_IMPOSSIBLE


def test_a_coop_that_joins_takes_in_the_prints_that_a_change_needs(union: Union) -> None:
    books = union.books
    take_prints(books, 20)
    union.decide(set_index(step_cap=500))
    union.join_fourth(1, 2, 3)
    books.logs[FOURTH] = []
    assert books.refusal(FOURTH, union.versions[0]) is Refusal.CHARTER_INDEX_EARLY
    take_prints(books, 20, coops=[FOURTH])
    union.catch_up(FOURTH)
    books.admit(FOURTH, 1)
    assert known(union, FOURTH).values == known(union).values


def test_a_log_waits_with_another_table_until_its_values_reach_the_day_before(union: Union) -> None:
    change = set_index(step_cap=500)
    assert union.books.refusal(1, union.next(change)) is Refusal.CHARTER_INDEX_EARLY
    take_prints(union.books, 20, coops=[1])
    assert union.books.refusal(1, union.next(change)) is None


def test_a_table_may_take_over_before_any_print(union: Union) -> None:
    union.decide(set_index(FIRST_WINDOW, step_cap=500), 1)
    take_prints(union.books, 400, coops=[1])
    assert known(union).known_until == SECOND_WINDOW - 1


def test_what_was_known_from_the_day_on_falls_away(union: Union) -> None:
    take_prints(union.books, 20, 30, 40, coops=[1])
    take_prints(union.books, 20, coops=[2])
    source = source_change(union.federation, 1, NOVEMBER + 4)
    union.books.append(1, source)
    union.decide(set_index(step_cap=500), 1, 2)
    assert known(union, 1) == known(union, 2)
    validator = union.books.validator
    assert validator.rows(1, INDEX_CHAPTER) == validator.rows(2, INDEX_CHAPTER)
    assert known(union).known_until == SECOND_WINDOW - 1


def test_a_certificate_of_the_old_table_is_never_next_in_the_new_one(union: Union) -> None:
    with_turn = official(union.federation, NOVEMBER + 1, 30, turn=Turn(1, 0))
    without = official(union.federation, NOVEMBER + 1, 30)
    take_prints(union.books, 20)
    union.books.append(1, with_turn)
    union.books.append(3, without)
    union.decide(set_index(step_cap=500))
    for log in (1, 2, 3):
        assert union.books.refusal(log, with_turn) is Refusal.DECISION_OUT_OF_PLACE
        assert union.books.refusal(log, without) is Refusal.DECISION_OUT_OF_PLACE
    again = official(union.federation, NOVEMBER + 1, 30, turn=Turn(PLACES_OF_A_TABLE, 0))
    assert union.books.refusal(2, again) is None


def test_a_table_can_be_replaced_before_it_has_a_print(union: Union) -> None:
    take_prints(union.books, 20, coops=[1])
    union.decide(to_surveys(), 1)
    union.decide(set_index(step_cap=400), 1)
    assert known(union).place == 2 * PLACES_OF_A_TABLE
    take_prints(union.books, 390, coops=[1])


def test_an_index_may_end_and_another_begin(union: Union) -> None:
    take_prints(union.books, 20, coops=[1])
    union.decide(SetIndex(first_day=SECOND_WINDOW, table=None), 1)
    validator = union.books.validator
    assert validator.index(1) is None
    union.books.pay(1, 1, 1, 2, 5)
    assert (
        union.books.refusal(1, official(union.federation, NOVEMBER + 1, 30))
        is Refusal.INDEX_NOT_CHARTERED
    )
    begins = SetIndex(
        first_day=THIRD_WINDOW - 1, table=table(), start=LineStart(currency="USD", value=10**6)
    )
    union.decide(begins, 1)
    assert known(union).values == (10**6,)
    assert known(union).place == 2 * PLACES_OF_A_TABLE
    take_prints(union.books, 10, coops=[1])
    assert known(union).currency_on(THIRD_WINDOW) == "USD"


def test_prices_are_refused_where_the_index_has_ended(union: Union) -> None:
    take_prints(union.books, 20, coops=[1])
    day = union.books.now // 86_400
    price = priced(union.books, 1, 1, 1, 2, minor=10**6, day=day)
    union.books.append(1, price)
    union.decide(SetIndex(first_day=SECOND_WINDOW, table=None), 1)
    price = union.federation.pay(
        1, payer=1, sequence=2, payee_coop=1, payee=2, amount=1, price=Price(minor=10**4, day=day)
    )
    assert union.books.refusal(1, price) is Refusal.PRICE_NOT_KNOWN


# --- another currency ---


def test_no_balance_moves_when_the_currency_loses_zeros(union: Union) -> None:
    books = union.books
    take_prints(books, 20, 30)
    books.anchor(1, 2)
    books.pay(1, 1, 2, 1, 500)
    books.anchor(2, 1)
    accounts = {coop: list(books.validator.accounts(coop)) for coop in (1, 2, 3)}
    union.decide(zeros_fall(SECOND_WINDOW))
    assert accounts == {coop: list(books.validator.accounts(coop)) for coop in (1, 2, 3)}
    assert find_violations(books.validator) == []


def test_values_from_the_day_on_are_written_without_the_zeros(union: Union) -> None:
    take_prints(union.books, 20, 30, coops=[1])
    before = known(union)
    union.decide(zeros_fall(SECOND_WINDOW), 1)
    after = known(union)
    assert after.value_on(SECOND_WINDOW - 1) == before.value_on(SECOND_WINDOW - 1)
    assert after.value_on(SECOND_WINDOW) == round(before.value_on(SECOND_WINDOW) / 1000)
    take_prints(union.books, 40, coops=[1])
    assert known(union).values[: len(after.values)] == after.values


def test_a_price_is_in_the_currency_of_its_day(union: Union) -> None:
    books = union.books
    take_prints(books, 20, coops=[1])
    today = books.now // 86_400
    union.decide(zeros_fall(today + 1), 1)
    books.append(1, priced(books, 1, 1, 1, 2, minor=10**9, day=today))
    old = priced(books, 1, 1, 1, 2, minor=10**9, day=today)
    books.now += 86_400
    assert books.refusal(1, old) is Refusal.PRICE_STALE
    same = priced(books, 1, 1, 1, 2, minor=10**9, day=today + 1, amount=1000)
    assert books.refusal(1, same) is Refusal.PRICE_MISMATCH
    new = priced(books, 1, 1, 1, 2, minor=10**6, day=today + 1)
    assert books.refusal(1, new) is None
    # In a log that does not know of it yet, the day's price is the old currency's.
    take_prints(books, 20, coops=[2])
    price = priced(books, 2, 1, 2, 2, minor=10**9, day=today)
    assert books.refusal(2, price) is None


@pytest.mark.parametrize("method", ["cer", "uf", "survey"])
def test_prints_after_it_continue(make_validator: MakeValidator, method: str) -> None:
    union = indexed(make_validator, method=method)

    def take(factor: int) -> None:
        index = known(union)
        period, turn = index.due_window.period, Turn(known(union).place, 0)
        wait_until_over(union.books, index)
        if method != "survey":
            union.books.append(1, official(union.federation, period, 10, turn=turn))
            return
        level = index.latest.value * 10**6 * 101 / 100 / factor
        levels = dict.fromkeys((1, 2, 3), int(level))
        union.books.append(1, surveyed(union.federation, period, levels, turn=turn))

    take(1)
    union.decide(zeros_fall(known(union).known_until - 2), 1)
    before = known(union)
    take(1000)
    take(1000)
    after = known(union)
    assert after.values[: len(before.values)] == before.values
    assert after.currency_on(after.known_until) == "ARN"
    # Prices rise by some hundredths, in whatever currency.
    assert 101 * before.values[-1] // 100 < after.values[-1] < 107 * before.values[-1] // 100


# --- any order ---


def test_logs_agree_whatever_order_they_take_prints_and_changes_in(
    make_validator: MakeValidator,
) -> None:
    """Print, redenomination, table: all orders that the rules leave."""
    seen: dict[tuple[str, ...], Index] = {}
    for order in permutations(["print", "zeros", "print again"]):
        union = indexed(make_validator)
        for step in order:
            if step == "zeros":
                union.decide(zeros_fall(SECOND_WINDOW - 3), 1)
            else:
                take_prints(union.books, 20, coops=[1])
        union.decide(set_index(step_cap=500), 1)
        take_prints(union.books, 400, coops=[1])
        seen[order] = known(union)
    first, *others = seen.values()
    assert all(other == first for other in others)


def test_a_snapshot_keeps_tables_currencies_and_values(make_validator: MakeValidator) -> None:
    union = indexed(make_validator, stand_in_limit=1)
    take_prints(union.books, 20, coops=[1])
    union.decide(zeros_fall(SECOND_WINDOW + 2), 1)
    union.decide(to_surveys(), 1)
    validator = union.books.validator
    loaded = type(validator).load(validator.founding, validator.snapshot())  # type: ignore[attr-defined]
    assert loaded.index(1) == validator.index(1)
    assert loaded.digest() == validator.digest()
    assert replay_logs(union.federation, union.books.logs).digest() == validator.digest()


# --- refusals ---


@dataclass(frozen=True)
class Fault:
    """A change that is refused, after what was decided before it."""

    name: str
    refusal: Refusal
    change: SetIndex | Redenominate
    before: Callable[[Union], None] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it needs nothing before it."""
        return self.before is None


def without_index(union: Union) -> None:
    union.decide(SetIndex(first_day=SECOND_WINDOW, table=None), 1)


def to_survey(union: Union) -> None:
    union.decide(to_surveys(), 1)


def quarantined(union: Union) -> None:
    union.decide(Quarantine(coop=3), 1)


def lost_zeros(union: Union) -> None:
    union.decide(zeros_fall(SECOND_WINDOW + 9), 1)


IMPOSSIBLE: Final = Refusal.CHARTER_INDEX_IMPOSSIBLE
START: Final = LineStart(currency="USD", value=10**6)

FAULTS = [
    Fault(
        "an end without an index",
        Refusal.INDEX_NOT_CHARTERED,
        SetIndex(first_day=SECOND_WINDOW, table=None),
        without_index,
    ),
    Fault("a start where a line goes on", IMPOSSIBLE, replace(set_index(), start=START)),
    Fault(
        "an end with a start",
        IMPOSSIBLE,
        SetIndex(first_day=SECOND_WINDOW, table=None, start=START),
    ),
    Fault("a beginning without a start", IMPOSSIBLE, set_index(), without_index),
    Fault("a day in a window", Refusal.CHARTER_DAY_WRONG, set_index(SECOND_WINDOW + 1)),
    Fault(
        "a day of the table before", Refusal.CHARTER_DAY_WRONG, set_index(FIRST_WINDOW), to_survey
    ),
    Fault("the base day", Refusal.CHARTER_DAY_WRONG, set_index(BASE_DAY)),
    Fault("a day before calendars", Refusal.CHARTER_DAY_WRONG, set_index(0)),
    Fault("a day after calendars", Refusal.CHARTER_DAY_WRONG, set_index(10**9)),
    Fault("a publisher who is nobody", Refusal.COOP_UNKNOWN, set_index(publishers=(1, 2, 9))),
    Fault("a publisher in quarantine", Refusal.CHARTER_STANDING_WRONG, set_index(), quarantined),
    Fault("half of the publishers", IMPOSSIBLE, set_index(publishers=(1, 2), quorum=1)),
    Fault("more than all publishers", IMPOSSIBLE, set_index(source_quorum=4)),
    Fault("a source quorum below the quorum", IMPOSSIBLE, set_index(quorum=3)),
    Fault("a cap of nothing", IMPOSSIBLE, set_index(step_cap=0)),
    Fault("thirteen stand-ins", IMPOSSIBLE, set_index(stand_in_limit=13)),
    Fault("a price of more than a year", IMPOSSIBLE, set_index(quote_days=367)),
    Fault("rules of surveys without surveys", IMPOSSIBLE, set_index(survey=SURVEY)),
    Fault("surveys without their rules", IMPOSSIBLE, set_index(method=Method.SURVEY)),
    Fault(
        "more observations than publishers",
        IMPOSSIBLE,
        set_index(method=Method.SURVEY, survey=replace(SURVEY, observations_needed=4)),
    ),
    Fault(
        "a unit below one of its currency",
        IMPOSSIBLE,
        replace(set_index(), start=LineStart(currency="USD", value=10**6 - 1)),
        without_index,
    ),
    Fault(
        "zeros of no currency",
        Refusal.INDEX_NOT_CHARTERED,
        zeros_fall(SECOND_WINDOW),
        without_index,
    ),
    Fault("the base day's currency", Refusal.CHARTER_DAY_WRONG, zeros_fall(BASE_DAY)),
    Fault(
        "zeros before those before",
        Refusal.CHARTER_DAY_WRONG,
        zeros_fall(SECOND_WINDOW + 9, currency="ARX"),
        lost_zeros,
    ),
    Fault("zeros after calendars", Refusal.CHARTER_DAY_WRONG, zeros_fall(10**9)),
    Fault("nothing for one", IMPOSSIBLE, zeros_fall(SECOND_WINDOW, numerator=0)),
    Fault("one for nothing", IMPOSSIBLE, zeros_fall(SECOND_WINDOW, denominator=0)),
    Fault("too many zeros", IMPOSSIBLE, zeros_fall(SECOND_WINDOW, denominator=LARGEST_FACTOR + 1)),
    Fault("the currency that it is", IMPOSSIBLE, zeros_fall(SECOND_WINDOW, currency="ARS")),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_can_not_be(union: Union, fault: Fault) -> None:
    take_prints(union.books, 20, coops=[1])
    if fault.before is not None:
        fault.before(union)
    entry = certified(union.federation, union.charter, fault.change)
    assert union.books.refusal(1, entry) is fault.refusal
    assert amend(union.charter, fault.change) is fault.refusal


def test_largest_and_smallest_that_can_be(union: Union) -> None:
    charter = union.charter
    for change in (
        zeros_fall(SECOND_WINDOW, numerator=LARGEST_FACTOR, denominator=LARGEST_FACTOR),
        set_index(quorum=2, source_quorum=3, step_cap=10_000, stand_in_limit=12, quote_days=366),
        set_index(FIRST_WINDOW),
    ):
        assert not isinstance(amend(charter, change), Refusal)


# --- what honest coops should not want ---


def test_doubts(union: Union) -> None:
    take_prints(union.books, 20, coops=[1])
    index = known(union)
    assert doubt(set_index(), index) is None
    assert doubt(set_index(FIRST_WINDOW), index) is Doubt.PASSED
    # A unit is worth 1,000,000.00.
    assert doubt(zeros_fall(SECOND_WINDOW, denominator=10**6), index) is None
    assert doubt(zeros_fall(SECOND_WINDOW, denominator=2 * 10**6), index) is Doubt.SMALL
    assert doubt(zeros_fall(SECOND_WINDOW, numerator=8, denominator=1), index) is None
    assert doubt(zeros_fall(SECOND_WINDOW, numerator=9, denominator=1), index) is Doubt.LARGE


# --- shapes ---

UNIT: Final[list[Value]] = list(definition_fields(UI).values())
TABLE: Final[list[Value]] = [1, [1, 2, 3], 2, 2, 300, 0, 7, "the statistics office", None]


@pytest.mark.parametrize(
    "value",
    [
        [9, SECOND_WINDOW, TABLE, None],
        [9, SECOND_WINDOW, [3, *TABLE[1:8], [2, 0, 4]], None],
        [9, SECOND_WINDOW, [4, *TABLE[1:8], UNIT], None],
        [9, SECOND_WINDOW, None, None],
        [9, SECOND_WINDOW, TABLE, ["USD", 10**6]],
        [10, SECOND_WINDOW, 1, 1000, "ARN"],
    ],
)
def test_a_change_is_read_as_it_is_written(value: Value) -> None:
    change = read_change(decode(encode(value)))
    assert change is not None
    assert encode(change.value()) == encode(value)


@pytest.mark.parametrize(
    "value",
    [
        [9, SECOND_WINDOW, TABLE],
        [9, -1, TABLE, None],
        [9, SECOND_WINDOW, TABLE[:8], None],
        [9, SECOND_WINDOW, [0, *TABLE[1:]], None],
        [9, SECOND_WINDOW, [5, *TABLE[1:]], None],
        [9, SECOND_WINDOW, [4, *TABLE[1:8], UNIT[:7]], None],
        [9, SECOND_WINDOW, [4, *TABLE[1:8], [*UNIT[:7], "never"]], None],
        [9, SECOND_WINDOW, [4, *TABLE[1:8], [UNIT[0], -1, *UNIT[2:]]], None],
        [9, SECOND_WINDOW, [1, [], *TABLE[2:]], None],
        [9, SECOND_WINDOW, [1, [2, 1], *TABLE[2:]], None],
        [9, SECOND_WINDOW, [1, [1, 1], *TABLE[2:]], None],
        [9, SECOND_WINDOW, [1, list(range(1, 66)), *TABLE[2:]], None],
        [9, SECOND_WINDOW, [*TABLE[:2], -1, *TABLE[3:]], None],
        [9, SECOND_WINDOW, [*TABLE[:7], "", None], None],
        [9, SECOND_WINDOW, [*TABLE[:7], "x" * 257, None], None],
        [9, SECOND_WINDOW, [*TABLE[:7], "a\u200bb", None], None],
        [9, SECOND_WINDOW, [*TABLE[:8], [2, 0]], None],
        [9, SECOND_WINDOW, [*TABLE[:8], [2, 0, -1]], None],
        [9, SECOND_WINDOW, TABLE, []],
        [9, SECOND_WINDOW, TABLE, ["usd", 1]],
        [9, SECOND_WINDOW, TABLE, ["USD", -1]],
        [10, SECOND_WINDOW, 1, 1000],
        [10, SECOND_WINDOW, -1, 1000, "ARN"],
        [10, SECOND_WINDOW, 1, 1000, "AR"],
        [10, SECOND_WINDOW, 1, 1000, b"ARN"],
    ],
)
def test_another_shape_is_no_change(value: Value) -> None:
    assert read_change(decode(encode(value))) is None
