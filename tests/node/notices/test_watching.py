"""When a limit falls next, and whether that is beyond what its owner owes then."""

import pytest

from ledger.state import Account
from node.notices.watching import DAY_S, Fall, coming_fall

NOW = 1_790_000_000


def account(balance: int = 0, **schedule: int | None) -> Account:
    found: dict[str, int | None] = {"before": 500, "from_": 0, "limit": 500, **schedule}
    return Account(
        number=1,
        key=bytes(32),
        handle="ana",
        class_=0,
        balance=balance,
        opened=1,
        **found,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("schedule", "found"),
    [
        ({}, None),
        ({"until": NOW + 5, "after": 100}, (NOW + 5, 100)),
        ({"until": NOW, "after": 100}, None),
        ({"until": NOW + 5, "after": 900}, None),
        ({"until": NOW + 5, "after": 500}, None),
        ({"from_": NOW + 3, "limit": 200}, (NOW + 3, 200)),
        ({"from_": NOW + 3, "limit": 700}, None),
        ({"from_": NOW + 3, "limit": 700, "until": NOW + 9, "after": 600}, (NOW + 9, 600)),
        ({"from_": NOW + 3, "limit": 200, "until": NOW + 9, "after": 100}, (NOW + 3, 200)),
    ],
)
def test_the_next_fall_of_a_limit(schedule: dict[str, int], found: tuple[int, int] | None) -> None:
    assert account(**schedule).next_fall(NOW) == found
    if found is not None:
        at, to = found
        assert account(**schedule).limit_at(at - 1) > account(**schedule).limit_at(at) == to


@pytest.mark.parametrize(
    ("balance", "pledged", "days", "beyond"),
    [(-300, 0, 7, 200), (-100, 0, 7, None), (-100, 1, 7, 1), (50, 0, 7, None), (-300, 0, 4, None)],
)
def test_it_is_told_a_few_days_before_and_only_if_it_matters(
    balance: int, pledged: int, days: int, beyond: int | None
) -> None:
    found = account(balance, until=NOW + 5 * DAY_S, after=100)
    fall = coming_fall(found, pledged=pledged, now=NOW, days=days)
    expected = None if beyond is None else Fall(time=NOW + 5 * DAY_S, limit=100, beyond=beyond)
    assert fall == expected
