"""The model of agreement, at its smallest; `make model` explores the whole of it."""

import pytest

from tests.model.checks import CHECKS, Answer, Check
from tests.model.spin import MODEL, Outcome, SpinBroken, explore, read_outcome

LEFT_OUT = [check for check in CHECKS if check.answer is not Answer.HOLDS]


@pytest.mark.needs_spin
def test_four_coops_with_one_dishonest_never_certify_two_contents() -> None:
    outcome = explore(Check("two rounds", coops=4, dishonest=1, quorum=3, rounds=2))
    assert outcome.answer is Answer.HOLDS
    assert outcome.states > 10_000


@pytest.mark.needs_spin
@pytest.mark.parametrize("check", LEFT_OUT, ids=lambda check: check.name)
def test_what_has_to_break_is_found(check: Check) -> None:
    assert explore(check).answer is check.answer


def test_every_switch_of_the_model_is_checked() -> None:
    model = MODEL.read_text("utf-8")
    words = [line.split()[1] for line in model.splitlines() if line.startswith(" *   ")]
    switches = {word.partition("=")[0] for word in words if word.partition("=")[0].isupper()}
    used = {switch.partition("=")[0] for check in CHECKS for switch in check.switches}
    assert used == switches


def test_an_exploration_that_was_cut_short_says_nothing() -> None:
    whole = "State-vector 64 byte, depth reached 64, errors: 0\n    14157 states, stored\n"
    assert read_outcome(whole) == Outcome(states=14_157, answer=Answer.HOLDS)
    for cut in ("Warning: Search not completed", "error: max search depth too small"):
        with pytest.raises(SpinBroken, match="not every state"):
            read_outcome(f"{cut}\n{whole}")
    with pytest.raises(SpinBroken, match="did not end"):
        read_outcome("pan: out of memory")


def test_an_error_of_another_kind_is_no_finding() -> None:
    end = "depth reached 3, errors: 1\n 5 states, stored\n"
    with pytest.raises(SpinBroken, match="no check knows"):
        read_outcome(f"pan:1: invalid end state (at depth 79)\n{end}")
    broken = f"pan:1: assertion violated !((is_certified[1]&&is_certified[2])) (at depth 9)\n{end}"
    assert read_outcome(broken).answer is Answer.TWO_CERTIFICATES
