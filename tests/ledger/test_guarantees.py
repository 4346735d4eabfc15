"""The arithmetic of guarantees: who pays how much, what may go down, and who leans on whom."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.codec import MAX
from ledger.government.guarantees import (
    Pledge,
    needed_of,
    pledge_key,
    pledge_of,
    pledged_by_all,
    pledges_by,
    pledges_for,
    shares,
)
from ledger.government.rings import rings
from ledger.shapes import MAX_NUMBER

amounts = st.integers(0, MAX)
accounts = st.integers(1, MAX_NUMBER)
caps_of_guarantors = st.dictionaries(accounts, amounts, max_size=16)


def test_a_debt_is_divided_in_proportion_to_the_caps() -> None:
    assert shares(90, {1: 100, 2: 200}) == {1: 30, 2: 60}
    assert shares(100, {1: 100, 2: 200}) == {1: 33, 2: 67}
    assert shares(10, {3: 5, 2: 5, 1: 5}) == {1: 4, 2: 3, 3: 3}
    assert shares(11, {3: 5, 2: 5, 1: 5}) == {1: 4, 2: 4, 3: 3}
    assert shares(500, {1: 100, 2: 200}) == {1: 100, 2: 200}
    assert shares(0, {1: 100}) == {1: 0}
    assert shares(5, {1: 0}) == shares(5, {}) == {}


@given(debt=amounts, caps=caps_of_guarantors)
def test_nobody_pays_more_than_the_cap_and_nothing_is_lost(debt: int, caps: dict[int, int]) -> None:
    paid = shares(debt, caps)
    assert sum(paid.values()) == min(debt, sum(caps.values()))
    assert list(paid) == sorted(number for number, cap in caps.items() if cap)
    for number, share in paid.items():
        exact = min(debt, sum(caps.values())) * caps[number]
        assert 0 <= share <= caps[number]
        assert abs(share * sum(caps.values()) - exact) < sum(caps.values())


@given(debt=amounts, caps=caps_of_guarantors)
def test_who_answers_for_more_never_pays_less(debt: int, caps: dict[int, int]) -> None:
    paid = shares(debt, caps)
    rising = sorted(paid, key=lambda number: (caps[number], -number))
    assert [paid[number] for number in rising] == sorted(paid.values())


@given(balance=st.integers(-MAX, MAX), caps=st.lists(amounts, min_size=1, max_size=5))
def test_what_all_go_down_to_together_still_covers_the_debt(balance: int, caps: list[int]) -> None:
    """One after the other, as entries come: none of them may uncover what the others have left."""
    pledges = {number: Pledge(cap=cap, revision=1) for number, cap in enumerate(caps, 1)}
    covered = min(max(0, -balance), sum(caps))
    for number, pledge in list(pledges.items()):
        needed = needed_of(number, balance=balance, pledges=pledges)
        pledges[number] = pledge.lapsed(0, needed)
    assert sum(pledge.cap for pledge in pledges.values()) == covered


def rows(*pairs: tuple[int, int], cap: int = 5) -> list[tuple[bytes, bytes]]:
    pledge = Pledge(cap=cap, wanted=cap, until=1 if cap else None, revision=1)
    return sorted((pledge_key(*pair), pledge.encoded()) for pair in pairs)


def test_rows_are_found_by_either_side() -> None:
    numbers = [1, 5, 0x105, 0x10005, 0xCD0105, 0x7F, 0x80, 0xFF, 0xFFFF, 0xFFFFFFFF]
    pairs = [(one, other) for one in numbers for other in numbers if one != other]
    every = rows(*pairs)
    for number in numbers:
        others = {each for each in numbers if each != number}
        assert set(pledges_for(every, number)) == set(pledges_by(every, number)) == others
    assert pledged_by_all(every) == dict.fromkeys(numbers, 5 * (len(numbers) - 1))


@given(st.builds(Pledge, cap=amounts, wanted=amounts, until=st.none() | amounts, revision=amounts))
def test_a_row_is_read_as_it_was_written(pledge: Pledge) -> None:
    assert pledge_of(pledge.encoded()) == pledge
    assert pledge_of(None) == Pledge()


def test_rings_are_shown_and_chains_are_not() -> None:
    assert rings(rows((1, 2), (2, 3), (1, 3))) == []
    assert rings(rows((1, 2), (2, 1))) == [(1, 2)]
    assert rings(rows((1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 4), (6, 1))) == [
        (1, 2, 3),
        (4, 5),
    ]
    assert rings(rows((1, 2), (2, 1), cap=0)) == []


@given(st.sets(st.tuples(st.integers(1, 7), st.integers(1, 7)), max_size=14))
def test_a_ring_is_who_reaches_whom_both_ways(pairs: set[tuple[int, int]]) -> None:
    pairs = {(one, other) for one, other in pairs if one != other}
    reach = {each: {each} for each in range(1, 8)}
    for _ in range(7):
        for one, other in pairs:
            for reached in reach.values():
                if one in reached:
                    reached.add(other)
    expected = {
        tuple(sorted(other for other in reach[one] if one in reach[other])) for one in range(1, 8)
    }
    assert rings(rows(*pairs)) == sorted(group for group in expected if len(group) > 1)
