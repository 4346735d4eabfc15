"""Both validators do the same with logs that have forked, in whatever order and by whatever number."""

from random import Random

import pytest

from ledger.charter import Charter
from ledger.charter_changes import DecideBranch
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.rules import branches
from ledger.rules.amendments import amend
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import build_federation
from tests.forks import Forks, LogName, grow
from tests.parity.both import Both

native = pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="forks", coops=4, clearing_limit=9_000)
BRANCHES = ({3: 2}, {3: 3}, {2: 2, 3: 2}, {1: 3, 4: 2})


def grown(seed: int) -> Forks:
    """A history of some coops that fork, with every invariant looked at on the way."""
    random = Random(seed)
    forked = BRANCHES[seed % len(BRANCHES)]
    forks = Forks(FEDERATION, ReferenceValidator(FEDERATION.founding), forked)
    forks.begin(members=3, limit=10_000)
    for turn in range(12):
        grow(forks, random, 15)
        assert find_violations(forks.validator) == []
        if turn in (5, 8):
            decide(forks, random)
    return forks


def decide(forks: Forks, random: Random) -> None:
    """Let a branch of a forked log stand, with true losses, or others."""
    coop = random.choice(sorted(forks.branches))
    branch = random.choice(forks.validator.branches(coop))
    length = forks.validator.log(coop, branch=branch).length
    length = random.choice([length, length - 5])
    head = forks.validator.head_at(coop, length, branch=branch)
    assert head is not None
    losses = {
        other: loss_by(forks.validator, other, coop, length, head) - random.choice([0, 0, 0, 1])
        for other in forks.groups
        if other != coop
    }
    listed = tuple((other, loss) for other, loss in losses.items() if loss > 0)
    change = DecideBranch(coop=coop, length=length, head=head, losses=listed)
    if isinstance(amend(forks.charter, change), Charter):
        forks.decide(change)


def loss_by(validator: Validator, other: int, coop: int, length: int, head: bytes) -> int:
    assert isinstance(validator, ReferenceValidator)
    log = validator._state[other]
    return branches.loss_by(validator._state, log, coop, length, head) or 0


def reloaded(both: Both) -> None:
    """Let each validator go on from the other's snapshot."""
    snapshot, other = both.reference.snapshot(), both.native.snapshot()
    assert snapshot == other
    both.reference = ReferenceValidator.load(FEDERATION.founding, other)
    both.native = native.NativeValidator.load(FEDERATION.founding, snapshot)
    both.check_state()


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_any_numbers_of_branches_lead_to_the_same_state(seed: int) -> None:
    forks, random = grown(seed), Random(seed)
    both = Both(FEDERATION.founding, threads=random.choice([1, 2]))
    both.add_branches(forks.branches)
    numbers: dict[LogName, int] = {}
    for coop, count in forks.branches.items():
        mixed = random.sample(range(count), count)
        numbers |= {(coop, branch): mixed[branch] for branch in range(count)}
    rests = {name: list(log) for name, log in forks.logs.items()}
    while any(rests.values()):
        (coop, branch), rest = random.choice([each for each in rests.items() if each[1]])
        piece = rest[: random.choice([1, 5, len(rest)])]
        done = both.replay(coop, b"".join(piece), branch=numbers.get((coop, branch), 0))
        assert done is not None and done.refusal is None
        del rest[: done.count]
        if random.random() < 0.1:
            reloaded(both)
    both.check_state()
    reloaded(both)
    assert both.reference.digest() == forks.validator.digest()


@pytest.mark.parametrize("seed", range(6))
def test_what_stands_behind_a_bad_signature_is_taken_back_in_branches_too(seed: int) -> None:
    forks, random = grown(seed), Random(seed)
    for name, log in forks.logs.items():
        both = Both(FEDERATION.founding)
        both.add_branches(forks.branches)
        rests = {each: list(entries) for each, entries in forks.logs.items() if each != name}
        rest, stands = list(log), False
        while any(rests.values()) or rest:
            for (coop, branch), others in rests.items():
                done = both.replay(coop, b"".join(others), branch=branch)
                assert done is not None and done.refusal is None
                del others[: done.count]
            damaged, place = with_bad_signature(rest, random)
            done = both.replay(name[0], b"".join(damaged), branch=name[1])
            assert done is not None
            if done.refusal is not None:
                assert (done.count, done.refusal) == (place, Refusal.SIGNATURE_INVALID)
                stands = True
            both.check_state()
            del rest[: done.count]
            done = both.replay(name[0], b"".join(rest[:1]), branch=name[1])
            assert done is not None and done.refusal is None
            del rest[: done.count]
        assert stands
        assert both.ask(lambda validator: validator.digest()) == forks.validator.digest()


def with_bad_signature(entries: list[bytes], random: Random) -> tuple[list[bytes], int]:
    """The entries with the last byte of a payment changed, and the place of that."""
    payments = [place for place, entry in enumerate(entries) if entry[6:8] == b"\x9a\x01"]
    if not payments:
        return entries, -1
    place = random.choice(payments)
    bad = entries[place]
    damaged = [*entries]
    damaged[place] = bad[:-1] + bytes([bad[-1] ^ 1])
    return damaged, place
