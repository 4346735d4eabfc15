"""Since when somebody is in debt: stretches begin below 0, end at 0, and are kept for two years."""

from node.engine.debts import KEPT_S, MOST_STRETCHES, DebtBook, Standing, Stretch

DAY = 86_400


def test_a_stretch_begins_below_zero_and_ends_at_zero() -> None:
    standing = Standing()
    for amount, time in ((5, 1), (-5, 2), (-1, 3), (-4, 4), (4, 5), (1, 6), (-2, 7)):
        standing.move(amount, time)
    assert standing.balance == -2
    assert standing.since == 7
    assert standing.stretches() == [Stretch(began=3, ended=6), Stretch(began=7, ended=None)]


def test_who_is_back_within_the_same_second_was_not_in_debt() -> None:
    standing = Standing()
    standing.move(-5, 3)
    standing.move(5, 3)
    assert standing.stretches() == []


def test_what_is_over_for_two_years_is_forgotten() -> None:
    standing = Standing()
    standing.move(-1, DAY)
    standing.move(1, 2 * DAY)
    standing.move(-1, 2 * DAY + KEPT_S - 2)
    standing.move(1, 2 * DAY + KEPT_S - 1)
    assert len(standing.stretches()) == 2
    standing.move(-1, 2 * DAY + KEPT_S - 1)
    standing.move(1, 2 * DAY + KEPT_S)
    assert standing.stretches()[0].began == 2 * DAY + KEPT_S - 2
    assert standing.forgotten == 2 * DAY


def test_only_the_newest_are_kept() -> None:
    standing = Standing()
    for turn in range(MOST_STRETCHES + 3):
        standing.move(-1, 10 * turn)
        standing.move(1, 10 * turn + 5)
    found = standing.stretches()
    assert len(found) == MOST_STRETCHES
    assert (found[0].began, standing.forgotten) == (30, 25)


def test_a_levy_is_rounded_toward_the_member() -> None:
    book = DebtBook()
    book.move(1, 199, 1)
    book.move(2, -199, 1)
    book.move(3, -99, 1)
    book.levy(positive=10_000, negative=10_000, time=2)
    assert {number: each.balance for number, each in book.standings.items()} == {
        1: 198,
        2: -200,
        3: -99,
    }
