"""Units that follow from printed levels, and halves of months, as logs take them in: PROTOCOL 9.2, 9.3."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest

from cli.index.unit_files import bundled_units
from ledger.codec import Value
from ledger.decisions import IndexEntry, read_decision
from ledger.entries import decode_transaction
from ledger.index.days import day_from_text
from ledger.index.prints import Print
from ledger.index.table import Index
from ledger.refusals import Refusal
from ledger.rules.index import SECONDS_IN_DAY
from tests.builders import (
    Books,
    Federation,
    MakeValidator,
    build_federation,
    open_books,
    replay_logs,
)
from tests.index_builders import Printed, index_lines, index_of, official, wait_until_over

UNITS: Final = {name: unit.definition for name, unit in bundled_units().items()}
CVS: Final = {"base_day": "2025-11-30", "base_value": "1000.000000", "stand_in_limit": 2}


def federation_of(name: str, **lines: Any) -> Federation:
    usual = {"base_day": "2025-12-15", "base_value": "1000.000000"}
    return build_federation(
        seed=name, index=index_lines("unit", unit=UNITS[name], **(usual | lines))
    )


def opened(make_validator: MakeValidator, name: str, **lines: Any) -> Books:
    return open_books(federation_of(name, **lines), make_validator)


def known(books: Books, log: int = 1) -> Index:
    return index_of(books.validator, log)


def take(books: Books, *prints: Printed, **fields: Any) -> None:
    for value in prints:
        wait_until_over(books, known(books))
        period = known(books).due_window.period
        books.append(1, official(books.federation, period, value, **fields))


def test_the_reference_of_american_bonds_as_it_was_published(make_validator: MakeValidator) -> None:
    """January and February 2006: the last day of each window is the level that was printed."""
    books = opened(make_validator, "tips", base_day="2006-01-01", base_value="199.200000")
    take(books, (199_200, 197_600), (197_600, 196_800))
    index = known(books)
    assert index.value_on(day_from_text("2006-01-25")) == 197_961_290
    assert index.value_on(day_from_text("2006-02-01")) == 197_600_000
    assert index.values[-1] == 196_800_000
    again = replay_logs(books.federation, books.logs, make_validator)
    assert (again.digest(), index_of(again, 1)) == (books.validator.digest(), index)


def test_a_unit_of_halves_of_months_has_two_windows_a_month(make_validator: MakeValidator) -> None:
    books = opened(make_validator, "udi", base_day="2026-01-10", base_value="8.300000")
    index = known(books)
    assert index.parameters.periods.name(index.due_window.period) == "2025-12/2"
    take(books, (137_802, 137_949))
    assert known(books).known_until == day_from_text("2026-01-25")
    # The first half of January is over on the 16th.
    half = official(books.federation, known(books).due_window.period, (137_949, 138_100))
    books.now = day_from_text("2026-01-16") * SECONDS_IN_DAY - 1
    assert books.refusal(1, half) is Refusal.INDEX_PERIOD_NOT_OVER
    books.now += 1
    books.append(1, half)
    assert known(books).known_until == day_from_text("2026-02-10")
    exact = Decimal(83) / 10 * 138_100 / 137_802
    assert abs(known(books).values[-1] - exact * 10**6) <= 1


def test_a_rebased_series_goes_on_with_both_levels_of_the_new_base(
    make_validator: MakeValidator,
) -> None:
    """A pair is of one publication: the level before it may have had another number when it was printed."""
    books, rebased = (opened(make_validator, "cvs", **CVS) for _ in range(2))
    take(books, (10_000, 11_000), (11_000, 12_100))
    take(rebased, (10_000, 11_000), (100, 110))
    assert known(books).values == known(rebased).values


def test_a_stand_in_repeats_both_and_a_late_pair_makes_good(make_validator: MakeValidator) -> None:
    books = opened(make_validator, "cvs", **CVS)
    take(books, (10_000, 10_200))
    wait_until_over(books, known(books))
    due = known(books).due_window.period
    other = official(books.federation, due, (10_200, 10_404), is_stand_in=True)
    assert books.refusal(1, other) is Refusal.INDEX_STAND_IN_VALUE_WRONG
    take(books, (10_000, 10_200), is_stand_in=True)
    before = known(books).values
    take(books, (10_500, 10_600), late={due: (10_200, 10_500)})
    after = known(books).values
    assert after[: len(before)] == before
    assert abs(Decimal(after[-1]) / 10**9 - Decimal(10_600) / 10_000) < Decimal("0.00001")


@pytest.mark.parametrize(
    ("value", "late", "refusal"),
    [
        (10_200, None, Refusal.INDEX_VALUE_MISSHAPEN),
        (0, None, Refusal.INDEX_VALUE_MISSHAPEN),
        ((0, 10_200), None, Refusal.INDEX_VALUE_IMPOSSIBLE),
        ((10_200, 0), None, Refusal.INDEX_VALUE_IMPOSSIBLE),
        ((10_000, 13_001), None, Refusal.INDEX_STEP_ABOVE_CAP),
        ((13_001, 10_000), None, Refusal.INDEX_STEP_ABOVE_CAP),
        ((10_000, 13_000), None, None),
        ((13_000, 10_000), None, None),
        ((10_000, 10_100), 5, Refusal.INDEX_VALUE_MISSHAPEN),
        ((10_000, 10_100), (1, 0), Refusal.INDEX_VALUE_IMPOSSIBLE),
        ((10_000, 10_100), (100, 131), Refusal.INDEX_STEP_ABOVE_CAP),
        ((10_000, 10_100), (100, 101), Refusal.INDEX_LATE_UNKNOWN),
    ],
)
def test_levels_that_are_refused_change_nothing(
    value: Printed, late: Printed | None, refusal: Refusal | None, make_validator: MakeValidator
) -> None:
    books = opened(make_validator, "cvs", **CVS)
    take(books, (10_000, 10_000))
    wait_until_over(books, known(books))
    due = known(books).due_window.period
    lates = None if late is None else {due - 1: late}
    before = books.validator.digest()
    data = official(books.federation, due, value, late=lates)
    assert books.refusal(1, data) is refusal
    assert (books.validator.digest() == before) is (refusal is not None)


@pytest.mark.parametrize("name", ["uva", "ui"])
def test_a_unit_of_changes_takes_no_levels(name: str, make_validator: MakeValidator) -> None:
    books = opened(make_validator, name)
    wait_until_over(books, known(books))
    due = known(books).due_window.period
    pair = official(books.federation, due, (10_000, 10_100))
    assert books.refusal(1, pair) is Refusal.INDEX_VALUE_MISSHAPEN
    books.append(1, official(books.federation, due, 10))


def test_a_change_has_up_to_four_decimals(make_validator: MakeValidator) -> None:
    unit = replace(UNITS["cer"], decimals=4)
    federation = build_federation(seed="fine", index=index_lines("unit", unit=unit))
    books = open_books(federation, make_validator)
    take(books, 25_001)
    assert known(books).values[-1] == 1_025_001_000


@pytest.mark.parametrize(
    "value",
    [
        [],
        [1],
        [1, 2, 3],
        [-1, 2],
        [1, -2],
        [1, True],
        [[1, 2], 3],
        [1, None],
        "1",
        None,
        b"1",
        True,
    ],
)
def test_what_is_neither_a_change_nor_a_pair_is_malformed(value: Value) -> None:
    assert read_decision(1, 5, [value, 0, 0, [], None]) is None
    assert read_decision(1, 5, [1, 0, 0, [[4, value]], None]) is None


def test_a_pair_is_read_as_it_was_written() -> None:
    data = official(federation_of("cvs"), 5, (10, 11), late={4: (9, 10)})
    entry = decode_transaction(data)
    assert isinstance(entry, IndexEntry)
    assert isinstance(entry.decided, Print)
    assert (entry.decided.before, entry.decided.value) == (10, 11)
    assert entry.content() == [[10, 11], 0, 0, [[4, [9, 10]]], None]
