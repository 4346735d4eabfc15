"""From which debt on a member is told that the limit is near."""

import pytest

from ledger.government.limits import is_near_limit, soft_limit


@pytest.mark.parametrize(
    ("limit", "permille", "soft"),
    [(10_000, 800, 8_000), (1_001, 800, 800), (10_000, 0, 0), (10_000, 1_000, 10_000), (0, 800, 0)],
)
def test_it_is_a_part_of_the_limit_rounded_down(limit: int, permille: int, soft: int) -> None:
    assert soft_limit(limit, permille=permille) == soft


@pytest.mark.parametrize(
    ("balance", "soft", "is_told"),
    [
        (-8_000, 8_000, True),
        (-7_999, 8_000, False),
        (8_000, 8_000, False),
        (0, 0, False),
        (-1, 0, True),
    ],
)
def test_whoever_owes_so_much_is_told(balance: int, soft: int, is_told: bool) -> None:
    assert is_near_limit(balance, soft=soft) is is_told
