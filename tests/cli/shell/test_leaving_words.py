"""What people are told of a debt before they sign: who pays, and whether the commons can."""

from cli.account.limits import change_words
from cli.shell.leaving_words import debt_lines


def _debt(*, within_ceiling: bool) -> dict[str, object]:
    return {"debt": 100, "shares": [], "commons": 100, "within_ceiling": within_ceiling}


def test_a_debt_that_the_commons_can_t_pay_says_so_and_what_to_do() -> None:
    within = debt_lines(_debt(within_ceiling=True), "norte")
    beyond = debt_lines(_debt(within_ceiling=False), "norte")
    assert beyond[:-1] == within
    assert "can't be settled" in beyond[-1]
    assert "vote" in beyond[-1]


def test_each_step_about_a_debt_has_words_of_its_own() -> None:
    steps = ("claim", "settle", "withdraw")
    words = [change_words({"kind": "settle", "status": None, "step": step}) for step in steps]
    assert len(set(words)) == len(steps)
    # A node of before steps were told.
    assert change_words({"kind": "settle", "status": None}) not in words
