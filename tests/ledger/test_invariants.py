"""Each invariant can fail: a state is broken by hand, and the violation is named."""

from collections import Counter
from collections.abc import Callable

import pytest

from ledger.codec import MAX
from ledger.invariants import find_sequence_violations, find_violations
from ledger.state import State, Transit
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, books_with_members, build_federation


def broken_books(damage: Callable[[State], object]) -> Books:
    """Books with something in transit and something to be given back, then damaged."""
    books = books_with_members(build_federation(seed="invariants"))
    books.pay(1, 1, 2, 2, 500, fee=5)
    books.pay(1, 2, 2, 3, 70)
    books.set_status(2, 3, Status.CLOSED)
    books.anchor(2, 1)
    books.pay(3, 1, 1, 1, 40)
    assert not find_violations(books.validator)
    assert books.validator.returnable(2)
    assert books.validator.in_transit(3)
    assert isinstance(books.validator, ReferenceValidator)
    damage(books.validator._state)
    return books


def raise_balance(state: State) -> None:
    state[1].accounts[1].balance += 1


def raise_balance_and_position(state: State) -> None:
    state[1].accounts[1].balance += 1
    state[1].position += 1


def lose_a_payment(state: State) -> None:
    state[3].transit[1].clear()


def double_a_payment(state: State) -> None:
    state[3].transit[1] *= 2


def spend_too_much(state: State) -> None:
    """Everything moves as in a payment, only too much of it."""
    state[3].accounts[1].balance -= 2_000_000
    state[3].position -= 2_000_000
    state[3].transit[1].append(
        Transit(payee_coop=1, number=99, payee=1, amount=2_000_000, payer=1, is_return=False)
    )


def hold_nothing(state: State) -> None:
    state[2].held = 0


def forget_what_is_returnable(state: State) -> None:
    state[2].returnable.clear()


def anchor_beyond_the_log(state: State) -> None:
    state[2].anchored[3] = 99


def anchor_over_a_payment(state: State) -> None:
    state[1].anchored[3] = state[3].length


def overdraw_the_commons(state: State) -> None:
    state[1].accounts[1].balance += 10
    state[1].commons -= 10


def let_a_balance_pass(state: State) -> None:
    state[1].accounts[1].balance += MAX + 1
    state[1].accounts[2].balance -= MAX + 1


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (raise_balance, {"sum_zero", "position_is_sum"}),
        (raise_balance_and_position, {"sum_zero"}),
        (lose_a_payment, {"sum_zero"}),
        (double_a_payment, {"sum_zero"}),
        (spend_too_much, {"clearing_limit_holds"}),
        (hold_nothing, {"held_is_returnable"}),
        (forget_what_is_returnable, {"held_is_returnable"}),
        (anchor_beyond_the_log, {"anchors_within_logs"}),
        (anchor_over_a_payment, {"transit_is_unanchored", "sum_zero"}),
        (overdraw_the_commons, {"commons_not_negative"}),
        (let_a_balance_pass, {"balances_in_range"}),
    ],
)
def test_a_broken_state_is_named(damage: Callable[[State], object], names: set[str]) -> None:
    found = find_violations(broken_books(damage).validator)
    assert {violation.invariant for violation in found} == names
    assert all(violation.detail for violation in found)


def test_sequences_are_compared_with_the_payments_in_the_logs() -> None:
    books = broken_books(lambda state: None)
    counts = {1: Counter({1: 1, 2: 1}), 2: Counter[int](), 3: Counter({1: 1})}
    assert not list(find_sequence_violations(books.validator, counts))
    counts[3][1] += 1
    (violation,) = find_sequence_violations(books.validator, counts)
    assert violation.invariant == "sequence_is_count"
    assert violation.detail == "coop 3, account 1"
