"""The arithmetic of a review, and what is too old to be shown; the vectors are what it gives."""

import json

import pytest

from node.engine.debts import KEPT_S, Stretch
from node.http.members.reviewing import (
    MOST_PARTNERS,
    OPEN_DEBT_SHOWN_S,
    Direction,
    Payment,
    last_sale,
    present_debt,
    time_in_debt,
    trade,
)
from node.http.members.shapes import Counterpart
from tests.vectors.make_review import FILE, review_vectors

NOW = 1_000_000_000
TERM = 86_400


def partner(number: int) -> Counterpart:
    return Counterpart(coop="norte", coop_number=1, account=number, handle=None)


def sale(amount: int, other: int, *, time: int = NOW) -> Payment:
    return Payment(time=time, direction=Direction.SOLD, amount=amount, other=partner(other))


def test_the_vectors_are_what_it_gives() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(review_vectors()))


def test_amounts_add_up_and_shares_are_rounded_down() -> None:
    found = trade([sale(1, 2), sale(1, 2), sale(1, 3)], Direction.SOLD)
    assert (found.count, found.amount, found.partners, found.others) == (3, 3, 2, 0)
    assert [(each.amount, each.permille) for each in found.largest] == [(2, 666), (1, 333)]


def test_only_the_largest_partners_are_named() -> None:
    found = trade([sale(10 + other, other) for other in range(1, 8)], Direction.SOLD)
    assert [each.other for each in found.largest] == [partner(each) for each in (7, 6, 5, 4, 3)]
    assert len(found.largest) == MOST_PARTNERS
    assert found.others == 11 + 12


def test_what_is_bought_is_no_sale() -> None:
    bought = Payment(time=NOW, direction=Direction.BOUGHT, amount=5, other=partner(2))
    assert trade([bought], Direction.SOLD).count == 0
    assert last_sale([bought]) is None
    assert last_sale([sale(1, 2, time=5), sale(1, 2, time=7), bought]) == 7


def test_a_stretch_counts_only_where_it_lies_in_the_time_looked_at() -> None:
    stretches = [
        Stretch(began=NOW - KEPT_S - 10, ended=NOW - KEPT_S),
        Stretch(began=NOW - KEPT_S - 5, ended=NOW - KEPT_S + 5),
        Stretch(began=NOW - 3, ended=None),
    ]
    found = time_in_debt(stretches, known_since=0, now=NOW, term=TERM)
    assert found is not None
    assert (found.since, found.of_seconds, found.seconds) == (NOW - KEPT_S, KEPT_S, 8)
    assert [each.seconds for each in found.stretches] == [5, 3]


def test_nothing_is_claimed_of_before_it_is_known() -> None:
    found = time_in_debt([], known_since=NOW - 7, now=NOW, term=TERM)
    assert found is not None and (found.since, found.of_seconds) == (NOW - 7, 7)


@pytest.mark.parametrize(
    ("age", "is_shown", "is_long"),
    [
        (TERM - 1, True, False),
        (TERM, True, True),
        (TERM + OPEN_DEBT_SHOWN_S - 1, True, True),
        (TERM + OPEN_DEBT_SHOWN_S, False, None),
    ],
)
def test_a_debt_is_long_after_the_term_and_hidden_five_years_later(
    age: int, is_shown: bool, is_long: bool | None
) -> None:
    debt = present_debt(owed=5, since=NOW - age, now=NOW, term=TERM)
    assert (debt is not None) is is_shown
    assert debt is None or debt.is_long is is_long
    stretch = Stretch(began=NOW - age, ended=None)
    times = time_in_debt([stretch], known_since=0, now=NOW, term=TERM)
    assert (times is not None) is is_shown
