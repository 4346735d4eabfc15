"""After a fork: every log goes by the branch that it anchored, and the books name the loss."""

from dataclasses import dataclass, field

import pytest

from ledger.entries import encode_entry
from ledger.invariants import find_violations, fork_loss
from ledger.validators.interface import Replayed, Validator
from tests.builders import MakeValidator, build_federation

FEDERATION = build_federation(seed="branches", coops=4, clearing_limit=1_000)
FORKER = 3


@dataclass
class Fork:
    """A federation whose coop 3 writes two histories, each with books of its own; the others one each.

    `shared` is written first and is the same in both. What the others write comes from `first`; so each
    of them goes by what its own entries anchored.
    """

    validator: Validator
    logs: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)
    now: int = 1_767_225_600

    def __post_init__(self) -> None:
        self.validator.add_branch(FORKER)

    def write(self, coop: int, *transactions: bytes, branch: int = 0) -> None:
        """Append to a log, or to a branch of it; all must be accepted."""
        entries = [encode_entry(self.now, each) for each in transactions]
        done = self.validator.replay(coop, b"".join(entries), branch=branch)
        assert done == Replayed(count=len(entries), consumed=sum(map(len, entries)))
        self.logs.setdefault((coop, branch), []).extend(entries)

    def write_both(self, *transactions: bytes) -> None:
        """Append to both branches of the forker's log."""
        for branch in (0, 1):
            self.write(FORKER, *transactions, branch=branch)

    def pay(
        self, coop: int, payee_coop: int, amount: int, *, branch: int = 0, payee: int = 1
    ) -> None:
        """From account 1."""
        account = self.validator.account(coop, 1, branch=branch)
        assert account is not None
        pay = FEDERATION.pay(
            coop,
            payer=1,
            sequence=account.next_sequence,
            payee_coop=payee_coop,
            payee=payee,
            amount=amount,
        )
        self.write(coop, pay, branch=branch)

    def anchor_of(self, coop: int, *, branch: int = 0) -> bytes:
        """An anchor of the newest head of that branch."""
        log = self.validator.log(coop, branch=branch)
        return FEDERATION.anchor(coop, length=log.length, head=log.head)

    def anchor(self, home: int, other: int, *, branch: int = 0, of: int = 0) -> None:
        """Let that log take in the newest head of branch `of` of another."""
        self.write(home, self.anchor_of(other, branch=of), branch=branch)

    def balance(self, coop: int, account: int = 1, *, branch: int = 0) -> int:
        if account == 0:
            return self.validator.log(coop, branch=branch).commons
        found = self.validator.account(coop, account, branch=branch)
        assert found is not None
        return found.balance


@pytest.fixture
def fork(make_validator: MakeValidator) -> Fork:
    """Every coop has account 1, known to all; beyond that coop 3's branches part."""
    fork = Fork(make_validator(FEDERATION.founding))
    for coop in (1, 2, 4):
        fork.write(coop, FEDERATION.admit(coop, 1))
    fork.write_both(FEDERATION.admit(FORKER, 1))
    for home in (1, 2, 4):
        for other in (1, 2, 3, 4):
            if home != other:
                fork.anchor(home, other)
    fork.write_both(*(fork.anchor_of(other) for other in (1, 2, 4)))
    assert find_violations(fork.validator) == []
    return fork


def test_each_log_goes_by_the_branch_that_it_anchored(fork: Fork) -> None:
    """The double spend: 700 to coop 1 in one history, 800 to coop 2 in the other."""
    fork.pay(FORKER, 1, 700, branch=0)
    fork.pay(FORKER, 2, 800, branch=1)
    fork.anchor(1, FORKER, of=0)
    fork.anchor(2, FORKER, of=1)
    assert (fork.balance(1), fork.balance(2)) == (700, 800)
    validator = fork.validator
    assert [validator.gone_by(coop, other=FORKER) for coop in (1, 2)] == [0, 1]
    # The honest two trade on, which is what a fork must not stop.
    fork.pay(1, 2, 100)
    fork.anchor(2, 1)
    fork.pay(2, 1, 50)
    fork.anchor(1, 2)
    assert (fork.balance(1), fork.balance(2)) == (650, 850)
    assert find_violations(validator) == []


def test_the_loss_is_what_came_from_the_branch_that_does_not_stand(fork: Fork) -> None:
    fork.pay(FORKER, 1, 700, branch=0)
    fork.pay(FORKER, 2, 800, branch=1)
    assert fork_loss(fork.validator) == 0
    fork.anchor(1, FORKER, of=0)
    assert fork_loss(fork.validator) == 0
    fork.anchor(2, FORKER, of=1)
    losses = {0: (0, 800), 1: (700, 0)}
    standing = fork.validator.standing(FORKER)
    found = tuple(fork.validator.fork_loss(coop, other=FORKER) for coop in (1, 2))
    assert found == losses[standing]
    # A third coop decides which one stands.
    fork.anchor(4, FORKER, of=1 - standing)
    assert fork.validator.standing(FORKER) == 1 - standing
    assert fork_loss(fork.validator) == sum(losses[1 - standing])
    assert find_violations(fork.validator) == []
