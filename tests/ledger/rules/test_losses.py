"""The federation decides which branch of a forked log stands, and who bears what was lost."""

import pytest

from ledger.charter import Standing
from ledger.charter_changes import DecideBranch, Quarantine, Readmit, read_change
from ledger.codec import MAX, Value
from ledger.entries import encode_entry
from ledger.errors import DependencyMissing
from ledger.invariants import find_violations, fork_loss, settled_losses
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.state import Waiting
from ledger.transactions import Status
from tests.builders import START, MakeValidator, build_federation, signing_key
from tests.charters import keyed
from tests.forks import Forks

FEDERATION = build_federation(seed="losses", coops=4, clearing_limit=1_000)
FORKER = 3
LOST, STANDS = (FORKER, 0), (FORKER, 1)
"""The branch that coop 1 goes by, and the one that coops 2 and 4 go by."""
HONEST = ((1, 0), (2, 0), (4, 0))


@pytest.fixture
def forks(make_validator: MakeValidator) -> Forks:
    """Coop 3 spends 700 to coop 1 in one history, and 800 to coop 2 in the other."""
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {FORKER: 2})
    forks.begin(members=2)
    forks.part(FORKER, 1)
    forks.pay(FORKER, 1, 700, branch=0)
    forks.pay(FORKER, 2, 800, branch=1)
    forks.anchor(1, FORKER, of=0)
    for coop in (2, 4):
        forks.anchor(coop, FORKER, of=1)
    assert fork_loss(forks.validator) == 700
    return forks


def test_the_loss_is_charged_to_the_forking_coops_commons(forks: Forks) -> None:
    forks.decide(forks.let_stand(*STANDS, loss1=700))
    for name in (*HONEST, STANDS):
        forks.take_in(name)
        assert find_violations(forks.validator) == []
    assert fork_loss(forks.validator) == 0
    assert forks.balance(FORKER, 0, branch=1) == -700
    assert forks.validator.log(FORKER, branch=1).position == -800 - 700
    assert forks.balance(1) == 700
    assert settled_losses(forks.validator, 1) == [(700, 0)]
    assert settled_losses(forks.validator, FORKER, branch=1) == [(0, 700)]


def test_until_all_have_taken_it_in_the_line_of_the_loss_says_what_nobody_was_charged(
    forks: Forks,
) -> None:
    forks.decide(forks.let_stand(*STANDS, loss1=700))
    forks.take_in((1, 0))
    assert fork_loss(forks.validator) == 700
    forks.take_in(STANDS)
    assert fork_loss(forks.validator) == 0
    assert find_violations(forks.validator) == []


def test_the_federation_may_decide_for_the_branch_that_fewer_anchored(forks: Forks) -> None:
    forks.decide(forks.let_stand(*LOST, loss2=800))
    assert forks.validator.standing(FORKER) == 1
    forks.take_in((1, 0))
    assert forks.validator.standing(FORKER) == 0  # two of three go by the other one still
    forks.take_in((2, 0), (4, 0), LOST)
    assert forks.validator.standing(FORKER) == 0
    assert fork_loss(forks.validator) == 0
    assert forks.balance(FORKER, 0, branch=0) == -800
    assert find_violations(forks.validator) == []


def test_a_log_goes_on_with_the_branch_that_stands_from_where_they_part(forks: Forks) -> None:
    forks.pay(FORKER, 1, 30, branch=1)
    forks.decide(forks.let_stand(*STANDS, loss1=700))
    before = forks.validator.log(1).anchored[FORKER]
    forks.take_in((1, 0))
    assert forks.validator.log(1).anchored[FORKER] == before - 1
    assert forks.validator.gone_by(1, other=FORKER) == 0  # all that it anchored is in both
    length = forks.validator.log(FORKER, branch=1).length
    assert forks.validator.credits_waiting(home=1, other=FORKER) == length
    forks.anchor(1, FORKER, of=1)
    assert forks.validator.gone_by(1, other=FORKER) == 1
    assert forks.balance(1) == 700 + 30
    assert find_violations(forks.validator) == []


def test_the_branch_that_does_not_stand_is_not_anchored_any_more(forks: Forks) -> None:
    anchor = forks.anchor_of(FORKER, branch=0)
    forks.decide(forks.let_stand(*STANDS, loss1=700))
    forks.take_in((1, 0))
    assert isinstance(forks.offer(1, anchor), Waiting)


def test_the_branch_that_does_not_stand_does_not_take_it_in(forks: Forks) -> None:
    forks.decide(forks.let_stand(*STANDS, loss1=700))
    assert forks.offer(FORKER, forks.versions[0], branch=0) is Refusal.CHARTER_LENGTH_WRONG


def test_nor_does_a_log_that_is_shorter_than_the_length_that_is_named(forks: Forks) -> None:
    log = forks.validator.log(FORKER, branch=1)
    forks.decide(DecideBranch(coop=FORKER, length=log.length + 1, head=log.head))
    assert forks.offer(FORKER, forks.versions[0], branch=1) is Refusal.CHARTER_LENGTH_WRONG


def test_a_loss_that_is_not_listed_is_borne_by_the_commons_of_the_coop_that_had_it(
    forks: Forks,
) -> None:
    forks.decide(forks.let_stand(*STANDS, loss1=600))
    forks.take_in(*HONEST, STANDS)
    assert [forks.balance(1, 0), forks.balance(FORKER, 0, branch=1)] == [-100, -600]
    assert settled_losses(forks.validator, 1) == [(700, 100)]
    assert fork_loss(forks.validator) == 0
    assert find_violations(forks.validator) == []


def test_no_log_is_given_more_than_it_lost(forks: Forks) -> None:
    forks.decide(forks.let_stand(*STANDS, loss1=701))
    assert forks.offer(1, forks.versions[0]) is Refusal.CHARTER_LOSSES_WRONG
    forks.take_in((2, 0))


def test_a_log_that_lost_nothing_has_no_place_in_the_list(forks: Forks) -> None:
    forks.decide(forks.let_stand(*STANDS, loss1=700, loss2=1))
    assert forks.offer(2, forks.versions[0]) is Refusal.CHARTER_LOSSES_WRONG


@pytest.mark.parametrize(
    ("losses", "refusal"),
    [
        (((2, 5), (9, 1)), Refusal.COOP_UNKNOWN),
        (((2, 5), (FORKER, 1)), Refusal.CHARTER_LOSSES_WRONG),
        (((1, MAX), (2, 1)), Refusal.CHARTER_LOSSES_WRONG),
    ],
)
def test_a_list_is_of_other_coops_and_of_what_can_be_charged(
    forks: Forks, losses: tuple[tuple[int, int], ...], refusal: Refusal
) -> None:
    log = forks.validator.log(FORKER, branch=1)
    change = DecideBranch(coop=FORKER, length=log.length, head=log.head, losses=losses)
    transaction = forks.certified(change)
    for name in (*HONEST, STANDS):
        assert forks.offer(name[0], transaction, branch=name[1]) is refusal


def test_a_commons_is_charged_as_much_as_can_be_written(forks: Forks) -> None:
    for _ in range(2):
        forks.decide(forks.let_stand(*STANDS, loss1=MAX))
    forks.write(FORKER, forks.versions[0], branch=1)
    assert forks.balance(FORKER, 0, branch=1) == -MAX
    assert forks.offer(FORKER, forks.versions[1], branch=1) is Refusal.BALANCE_OUT_OF_RANGE


def test_what_stands_goes_on_to_stand(forks: Forks) -> None:
    """Another decision may follow for a later fork, but not for a branch that parted before."""
    forks.decide(forks.let_stand(*STANDS, loss1=700))
    forks.take_in(*HONEST, STANDS)
    log = forks.validator.log(FORKER, branch=1)
    earlier = DecideBranch(coop=FORKER, length=log.length - 2, head=bytes(32))
    assert amend(forks.charter, earlier) is Refusal.CHARTER_LENGTH_WRONG
    for _ in range(3):
        forks.pay(FORKER, FORKER, 1, branch=0, payee=2)
    other = forks.certified(forks.let_stand(*LOST, loss1=1))
    assert forks.offer(1, other) is Refusal.CHARTER_LENGTH_WRONG
    forks.decide(forks.let_stand(*STANDS))
    forks.take_in(*HONEST, STANDS)
    assert find_violations(forks.validator) == []


def test_the_last_decision_says_what_stands_among_what_goes_on_from_the_one_before(
    make_validator: MakeValidator,
) -> None:
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {FORKER: 3})
    forks.begin(members=2)
    forks.part(FORKER, 1, 2)
    forks.pay(FORKER, 1, 1, branch=0)
    forks.pay(FORKER, 1, 2, branch=1)
    forks.decide(forks.let_stand(FORKER, 1))
    forks.part(FORKER, 2)
    for branch in (1, 2):
        forks.pay(FORKER, 1, 10 * branch, branch=branch)
    for coop in (1, 2):
        forks.anchor(coop, FORKER, of=1)
    forks.take_in(*HONEST)
    assert forks.validator.standing(FORKER) == 1
    forks.decide(forks.let_stand(FORKER, 2, loss1=10))
    forks.take_in((4, 0))
    assert forks.validator.standing(FORKER) == 2
    forks.take_in(*HONEST, (FORKER, 2))
    assert find_violations(forks.validator) == []


def test_a_replica_that_does_not_hold_the_branch_waits(make_validator: MakeValidator) -> None:
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {})
    forks.begin()
    log = forks.validator.log(FORKER)
    change = DecideBranch(coop=FORKER, length=log.length, head=bytes(32))
    transaction = forks.certified(change)
    before = forks.validator.snapshot()
    waiting = Waiting(coop=FORKER, length=log.length, head=bytes(32), signature=b"")
    assert forks.offer(1, transaction) == waiting
    assert forks.validator.judge(1, encode_entry(START, transaction)) == waiting
    with pytest.raises(DependencyMissing):
        forks.validator.sequence(1, START, [FEDERATION.admit(1, 9), transaction])
    assert forks.validator.snapshot() == before


def test_a_bad_signature_is_said_before_a_replica_waits(make_validator: MakeValidator) -> None:
    """So that all replicas give the same answer, whatever they hold."""
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {})
    forks.begin()
    strangers = build_federation(seed="strangers", coops=4)
    change = DecideBranch(coop=FORKER, length=1, head=bytes(32))
    transaction = forks.certified(change, keys=strangers)
    assert forks.offer(1, transaction) is Refusal.SIGNATURE_INVALID


def test_without_a_loss_only_the_branch_is_noted(make_validator: MakeValidator) -> None:
    forks = Forks(FEDERATION, make_validator(FEDERATION.founding), {})
    forks.begin()
    forks.decide(forks.let_stand(FORKER, 0))
    forks.take_in(*HONEST, (FORKER, 0))
    assert [settled_losses(forks.validator, coop) for coop in (1, 2, FORKER)] == [[], [], []]
    stands = forks.validator.newest_charter().coops[FORKER].stands
    assert stands is not None
    assert (stands.version, stands.length) == (1, forks.validator.log(FORKER).length - 1)
    assert find_violations(forks.validator) == []


def test_what_was_to_be_given_back_of_payments_that_do_not_stand_stays_with_the_commons(
    forks: Forks,
) -> None:
    forks.pay(FORKER, 1, 40, branch=0, payee=2)
    forks.set_status(1, 2, Status.CLOSED)
    forks.anchor(1, FORKER, of=0)
    assert forks.validator.log(1).held == 40
    forks.decide(forks.let_stand(*STANDS, loss1=740))
    forks.take_in(*HONEST, STANDS)
    assert forks.validator.log(1).held == 0
    assert forks.validator.returnable(1) == []
    assert forks.balance(1, 0) == 40
    assert find_violations(forks.validator) == []


def test_a_snapshot_keeps_what_was_decided(forks: Forks) -> None:
    forks.decide(forks.let_stand(*LOST, loss2=800))
    forks.take_in((2, 0), LOST)
    load = getattr(type(forks.validator), "load")  # noqa: B009
    loaded = load(FEDERATION.founding, forks.validator.snapshot())
    assert loaded.snapshot() == forks.validator.snapshot()
    assert loaded.standing(FORKER) == 0
    assert fork_loss(loaded) == fork_loss(forks.validator)
    assert find_violations(loaded) == []


def test_from_the_fork_to_the_readmission(forks: Forks) -> None:
    """Quarantine, decision, a new key and limit: the coop's log goes on, and everybody trades again."""
    forks.decide(Quarantine(coop=FORKER))
    forks.decide(forks.let_stand(*STANDS, loss1=700))
    forks.take_in(*HONEST, STANDS)
    length = forks.validator.log(FORKER, branch=1).length
    head = forks.validator.log(FORKER, branch=1).head
    key = signing_key("losses", "new")
    forks.decide(Readmit(coop=FORKER, key=key.public_key, limit=2_000, length=length, head=head))
    forks.take_in(*HONEST, STANDS)
    forks.federation = keyed(forks.federation, FORKER, key)
    assert forks.charter.coops[FORKER].standing is Standing.MEMBER
    forks.pay(1, FORKER, 50)
    forks.anchor(FORKER, 1, branch=1)
    forks.pay(FORKER, 1, 20, branch=1)
    forks.anchor(1, FORKER, of=1)
    assert forks.balance(1) == 700 - 50 + 20
    assert find_violations(forks.validator) == []
    assert fork_loss(forks.validator) == 0


HEAD = bytes(32)
VALID: list[Value] = [7, FORKER, 5, HEAD, [[1, 700], [2, 1]]]


def test_a_decision_about_a_branch_is_read_as_it_was_written() -> None:
    change = DecideBranch(coop=FORKER, length=5, head=HEAD, losses=((1, 700), (2, 1)))
    assert change.value() == VALID
    assert read_change(VALID) == change


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (1, 0),
        (1, 2**32),
        (2, -1),
        (2, MAX + 1),
        (3, HEAD + b"\0"),
        (3, None),
        (4, None),
        (4, [[1]]),
        (4, [[0, 1]]),
        (4, [[1, 0]]),
        (4, [[1, MAX + 1]]),
        (4, [[2, 1], [1, 1]]),
        (4, [[1, 1], [1, 1]]),
        (4, [[coop, 1] for coop in range(1, 258)]),
    ],
)
def test_a_decision_of_another_shape_is_none(place: int, value: Value) -> None:
    assert read_change([*VALID[:place], value, *VALID[place + 1 :]]) is None


def test_a_decision_with_more_or_less_is_none() -> None:
    assert read_change(VALID[:-1]) is None
    assert read_change([*VALID, None]) is None
