"""After a fork: every log goes by the branch that it anchored, and the books name the loss."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.entries import encode_entry
from ledger.invariants import find_violations, fork_loss, items_under_way
from ledger.refusals import Refusal
from ledger.state import Waiting
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import MakeValidator, build_federation
from tests.forks import Forks
from tests.ledger.conftest import make_native
from tests.needs import missing_native

FEDERATION = build_federation(seed="branches", coops=4, clearing_limit=1_000)
FORKER = 3


def begun(make_validator: MakeValidator) -> Forks:
    """Every coop has accounts 1 and 2, known to all; from there on coop 3 writes two histories."""
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {FORKER: 2})
    forks.begin(members=2)
    forks.part(FORKER, 1)
    return forks


@pytest.fixture
def forks(make_validator: MakeValidator) -> Forks:
    return begun(make_validator)


def spend_twice(forks: Forks) -> None:
    """The double spend: 700 to coop 1 in one history, 800 to coop 2 in the other."""
    forks.pay(FORKER, 1, 700, branch=0)
    forks.pay(FORKER, 2, 800, branch=1)
    forks.anchor(1, FORKER, of=0)
    forks.anchor(2, FORKER, of=1)


def test_each_log_goes_by_the_branch_that_it_anchored(forks: Forks) -> None:
    assert [forks.validator.gone_by(coop, other=FORKER) for coop in (1, 2)] == [0, 0]
    spend_twice(forks)
    assert [forks.validator.gone_by(coop, other=FORKER) for coop in (1, 2)] == [0, 1]
    assert [forks.balance(1), forks.balance(2)] == [700, 800]
    assert [forks.balance(FORKER, branch=branch) for branch in (0, 1)] == [-700, -800]


def test_honest_coops_go_on_across_a_fork(forks: Forks) -> None:
    spend_twice(forks)
    forks.pay(1, 2, 100)
    forks.anchor(2, 1)
    forks.pay(2, 1, 50)
    forks.anchor(1, 2)
    assert [forks.balance(1), forks.balance(2)] == [650, 850]
    assert find_violations(forks.validator) == []


def test_the_loss_is_what_came_from_the_branch_that_does_not_stand(forks: Forks) -> None:
    spend_twice(forks)
    losses = {0: [0, 800], 1: [700, 0]}
    standing = forks.validator.standing(FORKER)
    found = [forks.validator.fork_loss(coop, other=FORKER) for coop in (1, 2)]
    assert found == losses[standing]
    # A third coop's anchor makes the other one stand.
    forks.anchor(4, FORKER, of=1 - standing)
    assert forks.validator.standing(FORKER) == 1 - standing
    assert fork_loss(forks.validator) == sum(losses[1 - standing])
    assert find_violations(forks.validator) == []


def test_nothing_is_lost_while_all_go_by_one_branch(forks: Forks) -> None:
    forks.pay(FORKER, 1, 700, branch=0)
    forks.pay(FORKER, 2, 800, branch=1)
    for coop in (1, 2, 4):
        forks.anchor(coop, FORKER, of=1)
    assert forks.validator.standing(FORKER) == 1
    assert fork_loss(forks.validator) == 0
    assert forks.balance(1) == 0
    assert find_violations(forks.validator) == []


def test_a_log_goes_over_to_another_branch_while_it_has_anchored_nothing_beyond_the_fork(
    forks: Forks,
) -> None:
    forks.pay(FORKER, 1, 700, branch=1)
    assert forks.offer(1, forks.anchor_of(FORKER, branch=1)) is None
    assert forks.validator.gone_by(1, other=FORKER) == 1
    assert forks.balance(1) == 700


def test_a_log_that_anchored_one_branch_beyond_the_fork_waits_for_ever_before_the_other(
    forks: Forks,
) -> None:
    spend_twice(forks)
    forks.pay(FORKER, 1, 1, branch=1)
    before = forks.validator.digest()
    waiting = forks.offer(1, forks.anchor_of(FORKER, branch=1))
    log = forks.validator.log(FORKER, branch=1)
    assert isinstance(waiting, Waiting)
    assert (waiting.coop, waiting.length, waiting.head) == (FORKER, log.length, log.head)
    assert forks.validator.digest() == before


def test_what_was_sent_before_the_fork_is_delivered_once(make_validator: MakeValidator) -> None:
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {FORKER: 2})
    forks.begin(members=2)
    forks.pay(FORKER, 1, 5)
    forks.pay(FORKER, 1, 6)
    length = forks.validator.log(FORKER).length - 1
    head = forks.validator.head_at(FORKER, length)
    assert head is not None
    forks.write(1, FEDERATION.anchor(FORKER, length=length, head=head))
    forks.part(FORKER, 1)
    forks.pay(FORKER, 1, 70, branch=1)
    forks.pay(FORKER, 1, 800, branch=0)
    forks.anchor(1, FORKER, of=1)
    assert forks.balance(1) == 5 + 6 + 70
    assert [item.amount for item in forks.validator.in_transit(FORKER, branch=1)] == []
    assert [item.amount for item in forks.validator.in_transit(FORKER, branch=0)] == [800]
    assert find_violations(forks.validator) == []


def test_each_branch_takes_in_what_is_sent_to_its_coop(forks: Forks) -> None:
    forks.pay(1, FORKER, 30)
    assert [item.amount for item in forks.validator.in_transit(1)] == [30]
    forks.anchor(FORKER, 1, branch=0)
    assert [item.amount for item in forks.validator.in_transit(1)] == [30]
    forks.anchor(FORKER, 1, branch=1)
    assert [item.amount for item in forks.validator.in_transit(1)] == []
    assert [forks.balance(FORKER, branch=branch) for branch in (0, 1)] == [30, 30]
    assert find_violations(forks.validator) == []


def test_the_other_branch_of_a_payee_keeps_nothing_on_its_way(forks: Forks) -> None:
    spend_twice(forks)
    forks.pay(1, FORKER, 30)
    forks.anchor(FORKER, 1, branch=forks.validator.standing(FORKER))
    assert [item.amount for item in forks.validator.in_transit(1)] == [30]
    assert items_under_way(forks.validator, 1) == []


def test_an_account_that_only_another_branch_has_is_treated_as_closed(forks: Forks) -> None:
    forks.write(FORKER, FEDERATION.admit(FORKER, 3), branch=0)
    forks.anchor(1, FORKER, of=0)
    forks.pay(1, FORKER, 30, payee=3)
    forks.anchor(FORKER, 1, branch=0)
    forks.anchor(FORKER, 1, branch=1)
    assert forks.balance(FORKER, 3, branch=0) == 30
    assert forks.balance(FORKER, 0, branch=1) == 30
    (owed,) = forks.validator.returnable(FORKER, branch=1)
    assert (owed.coop, owed.account, owed.amount) == (1, 1, 30)
    forks.write(FORKER, FEDERATION.give_back(1, owed.number), branch=1)
    assert forks.balance(FORKER, 0, branch=1) == 0
    assert find_violations(forks.validator) == []


def test_a_log_knows_the_accounts_of_the_branch_that_it_goes_by(forks: Forks) -> None:
    forks.write(FORKER, FEDERATION.admit(FORKER, 3), branch=0)
    forks.set_status(FORKER, 2, Status.CLOSED, branch=1)
    forks.anchor(1, FORKER, of=0)
    forks.anchor(2, FORKER, of=1)
    asked = {
        (home, payee): forks.offer(home, forks.next_pay(home, FORKER, 1, payee=payee))
        for home in (1, 2)
        for payee in (2, 3)
    }
    assert asked == {
        (1, 2): None,
        (1, 3): None,
        (2, 2): Refusal.PAYEE_CLOSED,
        (2, 3): Refusal.PAYEE_UNKNOWN,
    }


def test_the_clearing_limit_holds_in_each_branch(forks: Forks) -> None:
    for branch in (0, 1):
        forks.pay(FORKER, 1, 900, branch=branch)
        more = forks.next_pay(FORKER, 1, 101, branch=branch)
        assert forks.offer(FORKER, more, branch=branch) is Refusal.CLEARING_LIMIT_EXCEEDED


def test_what_a_coop_received_and_held_can_be_spent_once_more_in_each_branch(forks: Forks) -> None:
    """So the bound of a branch's loss is more than the clearing limit: 1,000 and the 400 that came."""
    forks.pay(4, FORKER, 400)
    for branch in (0, 1):
        forks.anchor(FORKER, 4, branch=branch)
        forks.pay(FORKER, 1 + branch, 1_400, branch=branch)
        forks.anchor(1 + branch, FORKER, of=branch)
    assert fork_loss(forks.validator) == 1_400
    assert find_violations(forks.validator) == []


def test_two_coops_may_fork_at_once(make_validator: MakeValidator) -> None:
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {2: 2, 3: 2})
    forks.begin(members=2)
    forks.part(2, 1)
    forks.part(3, 1)
    for branch in (0, 1):
        forks.pay(2, 3, 10 + branch, branch=branch)
        forks.pay(3, 2, 20 + branch, branch=branch)
    for branch in (0, 1):
        forks.anchor(2, 3, branch=branch, of=branch)
        forks.anchor(3, 2, branch=branch, of=branch)
    forks.anchor(1, 2, of=1)
    forks.anchor(4, 3, of=0)
    assert find_violations(forks.validator) == []
    assert [forks.balance(2, branch=branch) for branch in (0, 1)] == [10, 10]


def test_a_branch_is_added_before_its_log_has_an_entry(make_validator: MakeValidator) -> None:
    validator = make_validator(FEDERATION.founding)
    assert validator.add_branch(FORKER) == 1
    assert list(validator.branches(FORKER)) == [0, 1]
    entry = encode_entry(1_767_225_600, FEDERATION.admit(FORKER, 1))
    assert validator.replay(FORKER, entry, branch=1).count == 1
    with pytest.raises(ValueError, match="before its log has an entry"):
        validator.add_branch(FORKER)
    assert list(validator.branches(FORKER)) == [0, 1]
    assert [validator.log(FORKER, branch=branch).length for branch in (0, 1)] == [0, 1]


def test_all_heads_of_a_forked_log_are_kept(forks: Forks) -> None:
    for _ in range(20):
        forks.pay(FORKER, FORKER, 1, branch=0, payee=2)
    for coop in (1, 2, 4):
        forks.anchor(coop, FORKER, of=0)
    forks.pay(FORKER, FORKER, 1, branch=0, payee=2)
    for coop in (1, 2, 4):
        forks.anchor(coop, FORKER, of=0)
    assert forks.validator.head_at(FORKER, 1) is not None


def test_a_snapshot_keeps_branches_with_their_numbers(make_validator: MakeValidator) -> None:
    for first in (0, 1):
        forks = begun(make_validator)
        forks.pay(FORKER, 1, 700, branch=first)
        forks.pay(FORKER, 2, 800, branch=1 - first)
        forks.anchor(1, FORKER, of=first)
        forks.anchor(2, FORKER, of=1 - first)
        class_: Any = type(forks.validator)
        loaded = class_.load(FEDERATION.founding, forks.validator.snapshot())
        assert loaded.digest() == forks.validator.digest()
        for branch in (0, 1):
            assert loaded.log(FORKER, branch=branch) == forks.validator.log(FORKER, branch=branch)
        assert [loaded.gone_by(coop, other=FORKER) for coop in (1, 2)] == [first, 1 - first]
        assert fork_loss(loaded) == fork_loss(forks.validator) > 0


def test_the_order_of_branches_does_not_depend_on_their_numbers() -> None:
    digests = set()
    for make in [ReferenceValidator] if missing_native() else [ReferenceValidator, make_native]:
        for first in (0, 1):
            forks = begun(make)
            forks.pay(FORKER, 1, 700, branch=first)
            forks.pay(FORKER, 2, 800, branch=1 - first)
            forks.anchor(1, FORKER, of=first)
            forks.anchor(2, FORKER, of=1 - first)
            digests.add((forks.validator.digest(), fork_loss(forks.validator)))
    assert len(digests) == 1


def test_the_order_of_arrival_leaves_no_trace(make_validator: MakeValidator) -> None:
    """What came from before the fork is forgotten whether its log or the payee's came last."""
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {FORKER: 2})
    forks.begin(members=2)
    forks.pay(FORKER, 1, 5)
    forks.anchor(1, FORKER)
    forks.part(FORKER, 1)
    for branch in (0, 1):
        forks.pay(FORKER, 1, 10 + branch, branch=branch)
    digests = {forks.validator.digest()}
    for last in sorted(forks.logs):
        validator = make_validator(FEDERATION.founding)
        assert validator.add_branch(FORKER) == 1
        rests = {name: list(entries) for name, entries in forks.logs.items()}
        while any(rests.values()):
            others = [name for name, rest in rests.items() if rest and name != last]
            moved = 0
            for coop, branch in others or [last]:
                rest = rests[coop, branch]
                done = validator.replay(coop, b"".join(rest), branch=branch)
                del rest[: done.count]
                moved += done.count
            if not moved:
                done = validator.replay(last[0], rests[last][0], branch=last[1])
                del rests[last][: done.count]
        digests.add(validator.digest())
    assert len(digests) == 1


def test_a_loss_that_is_not_named_is_found() -> None:
    forks = begun(ReferenceValidator)
    spend_twice(forks)
    validator = forks.validator
    assert isinstance(validator, ReferenceValidator)
    for coop in (1, 2):
        log = validator._state[coop]
        received = log.received[FORKER]
        log.received[FORKER] = [(number, amount + 1) for number, amount in received]
    assert [each.invariant for each in find_violations(validator)] == ["sum_zero"]


def test_a_branch_that_breaks_an_invariant_is_named() -> None:
    forks = begun(ReferenceValidator)
    validator = forks.validator
    assert isinstance(validator, ReferenceValidator)
    branch = validator._state[FORKER].branches[0]
    branch.position -= 2_000
    branch.accounts[1] = replace(branch.accounts[1], balance=-2_000)
    found = {each.invariant for each in find_violations(validator)}
    assert "clearing_limit_holds" in found
