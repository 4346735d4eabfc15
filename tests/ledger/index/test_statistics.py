"""From prices to an index, and from coops' levels to one."""

from decimal import Decimal
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.index.statistics import (
    PricePair,
    TooFewCoops,
    TooLittleSeen,
    jevons,
    laspeyres,
    level_from_index,
    median_level,
)

PRICES = st.integers(1, 10**9)
PAIRS = st.lists(st.builds(PricePair, base=PRICES, now=PRICES), min_size=1, max_size=6)
CLOSE = Decimal("1e-30")


def pair(base: int, now: int) -> PricePair:
    return PricePair(base=base, now=now)


def test_within_an_item_the_geometric_mean_counts() -> None:
    assert jevons([pair(100, 200), pair(100, 50)]) == 1
    assert jevons([pair(100, 110)]) == Decimal("1.1")
    assert jevons([pair(100, 121), pair(50, 50)]) == pytest.approx(Decimal("1.1"), abs=CLOSE)


@given(pairs=PAIRS)
def test_turning_time_round_turns_the_index_round(pairs: list[PricePair]) -> None:
    back = [pair(own.now, own.base) for own in pairs]
    assert abs(jevons(pairs) * jevons(back) - 1) < CLOSE


@given(pairs=PAIRS, factor=st.integers(1, 1000))
def test_if_every_price_rises_alike_so_does_the_index(pairs: list[PricePair], factor: int) -> None:
    risen = [pair(own.base, own.now * factor) for own in pairs]
    assert abs(jevons(risen) / jevons(pairs) / factor - 1) < CLOSE


@pytest.mark.parametrize("pairs", [[], [pair(0, 1)], [pair(1, 0)], [pair(-1, 1)]])
def test_an_item_without_prices_is_a_mistake(pairs: list[PricePair]) -> None:
    with pytest.raises(ValueError):
        jevons(pairs)


def test_across_items_the_weights_of_the_base_week_count() -> None:
    result = laspeyres(
        {"bread": 3, "gas": 1}, {"bread": [pair(100, 120)], "gas": [pair(1000, 1000)]}
    )
    assert result.index == Decimal("1.15")
    assert level_from_index(result.index, base_level=1_000_000_000) == 1_150_000_000


def test_a_missing_item_is_taken_to_have_moved_as_the_others() -> None:
    weights = {"bread": 3, "gas": 1, "soap": 2}
    prices = {"bread": [pair(100, 120)], "gas": [pair(1000, 1000)]}
    result = laspeyres(weights, prices)
    assert result.index == laspeyres({"bread": 3, "gas": 1}, prices).index
    assert (result.weight_seen, result.weight_total) == (4, 6)
    assert result.items["soap"].relative is None
    assert result.items["bread"].shops == 1


def test_too_little_seen_is_no_index() -> None:
    weights = {"bread": 2, "gas": 3}
    with pytest.raises(TooLittleSeen) as problem:
        laspeyres(weights, {"bread": [pair(1, 1)]})
    assert (problem.value.weight_seen, problem.value.weight_total) == (2, 5)
    half = laspeyres({"bread": 2, "gas": 2}, {"bread": [pair(1, 1)], "gas": []})
    assert half.index == 1


@pytest.mark.parametrize(
    "weights, names", [({}, []), ({"bread": 0}, ["bread"]), ({"bread": 1}, ["bread", "gas"])]
)
def test_what_is_no_basket_is_a_mistake(weights: dict[str, int], names: list[str]) -> None:
    with pytest.raises(ValueError):
        laspeyres(weights, {name: [pair(1, 1)] for name in names})


@given(levels=st.dictionaries(st.integers(1, 256), st.integers(10**6, 10**12), min_size=1))
def test_the_median_is_the_middle_and_no_minority_moves_it_out(levels: dict[int, int]) -> None:
    result = median_level(levels, needed=1, cap=100)
    assert result.level == round(Fraction(median([Fraction(own) for own in levels.values()])))
    assert min(levels.values()) <= result.level <= max(levels.values())


@given(honest=st.lists(st.integers(10**9, 2 * 10**9), min_size=3, max_size=9), lie=PRICES)
def test_liars_below_half_stay_within_what_the_honest_measured(honest: list[int], lie: int) -> None:
    liars = len(honest) - 1
    levels = dict(enumerate([*honest, *[lie] * liars]))
    assert min(honest) <= median_level(levels, needed=1, cap=100).level <= max(honest)


def test_far_levels_are_shown_and_still_count() -> None:
    levels = {1: 1_000, 2: 1_100, 3: 1_101, 4: 909, 5: 1_000, 6: 910}
    result = median_level(levels, needed=6, cap=100)
    assert result.level == 1_000
    assert result.outliers == (3, 4)


def test_too_few_coops_give_no_level() -> None:
    with pytest.raises(TooFewCoops):
        median_level({1: 10, 2: 10}, needed=3, cap=100)
    with pytest.raises(TooFewCoops):
        median_level({}, needed=0, cap=100)


def test_an_item_that_was_linked_moves_by_all_its_stretches() -> None:
    weights = {"bread": 3, "milk": 1}
    last = {"bread": [pair(100, 110)], "milk": [pair(50, 50)]}
    earlier = {"bread": [[pair(100, 100), pair(100, 144)], [pair(7, 14)]]}
    result = laspeyres(weights, last, earlier=earlier)
    assert result.items["bread"].relative == Decimal("2.64")
    assert result.items["bread"].shops == 1
    assert result.index == Decimal("2.23")
    gone = laspeyres({"bread": 1, "milk": 1}, last, earlier={"bread": [[]]})
    assert gone.items["bread"].relative is None
    with pytest.raises(ValueError, match="not in the basket"):
        laspeyres(weights, last, earlier={"rice": [[pair(1, 1)]]})
