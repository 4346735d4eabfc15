"""Any history with forks: both validators end in one state, the books add up, and the loss is bounded.

Hypothesis draws the steps, so that what fails is shown in few of them. A step that the rules refuse in the
state it meets is a step that does nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.charter import Charter
from ledger.charter_changes import DecideBranch
from ledger.invariants import find_violations, fork_loss
from ledger.rules.amendments import amend
from ledger.state import Waiting
from ledger.validators.reference import ReferenceValidator
from tests.builders import build_federation
from tests.forks import Forks, LogName
from tests.parity.both import Both

pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

LIMIT = 1_000
FEDERATION = build_federation(seed="any forks", coops=3, clearing_limit=LIMIT)
COOPS = (1, 2, 3)
FORKING = ({3: 2}, {3: 3}, {2: 2, 3: 2})


@dataclass(frozen=True, slots=True)
class Pay:
    """An account of that branch pays an account of another coop."""

    home: LogName
    payee_coop: int
    amount: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """That branch takes in a branch of another log, up to so many entries before its end."""

    home: LogName
    other: LogName
    before_end: int = 0


@dataclass(frozen=True, slots=True)
class Spend:
    """A payment that a branch of the payee's log takes in at once."""

    home: LogName
    payee: LogName
    amount: int


@dataclass(frozen=True, slots=True)
class Part:
    """From here on that branch has a history of its own."""

    name: LogName


@dataclass(frozen=True, slots=True)
class Decide:
    """That branch is decided to stand as it was, with all losses listed but `unlisted` of each."""

    name: LogName
    before_end: int = 0
    unlisted: int = 0


@dataclass(frozen=True, slots=True)
class TakeIn:
    """That branch takes in all versions of the charter, or only the next."""

    name: LogName
    only_next: bool = False


Step = Pay | Anchor | Spend | Part | Decide | TakeIn
NAMES = st.tuples(st.sampled_from(COOPS), st.integers(0, 2))
STEPS = st.one_of(
    st.builds(Pay, NAMES, st.sampled_from(COOPS), st.sampled_from([1, 40, 300, 900])),
    st.builds(Anchor, NAMES, NAMES, st.integers(0, 3)),
    st.builds(Spend, NAMES, NAMES, st.sampled_from([1, 40, 300, 900])),
    st.builds(Part, NAMES),
    st.builds(Decide, NAMES, st.integers(0, 2), st.sampled_from([0, 0, 1])),
    st.builds(TakeIn, NAMES, st.booleans()),
)


@dataclass(slots=True)
class History:
    """Logs that grow by steps, and what each branch was credited since its log first parted."""

    forks: Forks
    at_the_fork: dict[int, int] = field(default_factory=dict)
    """The position of a coop when its log parted for the first time."""
    credited: Counter[LogName] = field(default_factory=Counter)

    def take(self, step: Step) -> None:
        """Do what the step says, as far as the rules let it."""
        match step:
            case Pay():
                self._pay(self._held(step.home), step.payee_coop, step.amount)
            case Spend():
                home, payee = self._held(step.home), self._held(step.payee)
                self._pay(home, payee[0], step.amount)
                self._anchor(payee, home, 0)
            case Anchor():
                self._anchor(self._held(step.home), self._held(step.other), step.before_end)
            case Part():
                self._part(*self._held(step.name))
            case Decide():
                self._decide(step, *self._held(step.name))
            case TakeIn():
                coop, branch = self._held(step.name)
                version = self.forks.validator.charter(coop, branch=branch).version
                versions = self.forks.versions[version:]
                for transaction in versions[: 1 if step.only_next else None]:
                    self.forks.offer(coop, transaction, branch=branch)

    def _held(self, name: LogName) -> LogName:
        """The name, or that of the log's first branch where it has no such one."""
        return name if name in self.forks.logs else (name[0], 0)

    def _pay(self, home: LogName, payee_coop: int, amount: int) -> None:
        if payee_coop != home[0]:
            pay = self.forks.next_pay(home[0], payee_coop, amount, branch=home[1])
            self.forks.offer(home[0], pay, branch=home[1])

    def _position(self, name: LogName) -> int:
        return self.forks.validator.log(name[0], branch=name[1]).position

    def _anchor(self, home: LogName, other: LogName, before_end: int) -> None:
        validator = self.forks.validator
        length = validator.log(other[0], branch=other[1]).length - before_end
        head = validator.head_at(other[0], length, branch=other[1])
        if home[0] == other[0] or head is None:
            return
        before = {name: self._position(name) for name in self.forks.logs}
        anchor = FEDERATION.anchor(other[0], length=length, head=head)
        self.forks.offer(home[0], anchor, branch=home[1])
        for name, position in before.items():
            if name[0] in self.at_the_fork:
                self.credited[name] += self._position(name) - position

    def _part(self, coop: int, branch: int) -> None:
        group = next(each for each in self.forks.groups[coop] if branch in each)
        if len(group) > 1:
            self.at_the_fork.setdefault(coop, self._position((coop, branch)))
            self.forks.part(coop, branch)

    def _decide(self, step: Decide, coop: int, branch: int) -> None:
        validator = self.forks.validator
        length = validator.log(coop, branch=branch).length - step.before_end
        head = validator.head_at(coop, length, branch=branch)
        if head is None:
            return
        lost = {
            other: validator.loss_by(other, other=coop, length=length, head=head) or 0
            for other in COOPS
            if other != coop
        }
        losses = tuple(
            (other, loss - step.unlisted) for other, loss in lost.items() if loss > step.unlisted
        )
        change = DecideBranch(coop=coop, length=length, head=head, losses=losses)
        if isinstance(amend(self.forks.charter, change), Charter):
            self.forks.decide(change)

    def check(self) -> None:
        """The books add up; and until the federation decides, no fork took more than it could."""
        validator = self.forks.validator
        assert find_violations(validator) == []
        if self.forks.versions:
            return
        for coop, position in self.at_the_fork.items():
            taken = sum(
                validator.fork_loss(other, other=coop, branch=validator.standing(other))
                for other in COOPS
                if other != coop
            )
            bounds = [
                self.credited[coop, branch] + position + LIMIT
                for branch in validator.branches(coop)
                if branch != validator.standing(coop)
            ]
            assert 0 <= taken <= sum(bounds)


def written(forking: dict[int, int], steps: Sequence[Step]) -> History:
    """The logs after the steps, looked at after each."""
    forks = Forks(FEDERATION, ReferenceValidator(FEDERATION.founding), forking)
    forks.begin()
    history = History(forks)
    for step in steps:
        history.take(step)
        history.check()
    return history


def check_any_order(forks: Forks, random: Random) -> None:
    """Two new replicas, of both kinds, that get the logs in another order under other numbers agree."""
    both = Both(FEDERATION.founding, threads=1)
    both.add_branches(forks.branches)
    numbers: dict[LogName, int] = {}
    for coop, count in forks.branches.items():
        numbers |= {(coop, each): to for each, to in enumerate(random.sample(range(count), count))}
    rests = {name: list(entries) for name, entries in forks.logs.items()}
    idle = 0
    while left := [name for name, rest in rests.items() if rest]:
        name = random.choice(left)
        piece = rests[name][: random.choice([1, 5, len(rests[name])])]
        done = both.replay(name[0], b"".join(piece), branch=numbers.get(name, 0))
        assert done is not None
        assert done.refusal is None
        del rests[name][: done.count]
        idle = 0 if done.count else idle + 1
        assert idle < 1_000, "every log waits"
        if done.waiting is not None:
            recall(both, done.waiting)
    both.check_state()
    assert both.reference.digest() == forks.validator.digest()
    assert fork_loss(both.native) == fork_loss(forks.validator)


def recall(both: Both, waiting: Waiting) -> None:
    """What a node does: a head that all others have left behind comes back from the store."""
    if len(both.reference.branches(waiting.coop)) == 1:
        for validator in (both.reference, both.native):
            if validator.log(waiting.coop).length >= waiting.length:
                validator.recall_head(waiting.coop, waiting.length, waiting.head)


@settings(deadline=None)
@given(
    st.sampled_from(FORKING), st.lists(STEPS, min_size=10, max_size=60), st.integers(0, 2**32 - 1)
)
def test_any_history_is_the_same_to_both_and_adds_up(
    forking: dict[int, int], steps: list[Step], order: int
) -> None:
    check_any_order(written(forking, steps).forks, Random(order))


def test_what_is_drawn_can_be_a_loss_that_is_decided_about() -> None:
    """The double spend of all that a coop may owe, twice: the bound is met to the last unit."""
    spent: list[Step] = [
        Part((3, 1)),
        Pay((3, 0), 1, 900),
        Pay((3, 0), 1, 40),
        *[Pay((3, 0), 1, 1)] * 60,
        Pay((3, 1), 2, 900),
        Anchor((1, 0), (3, 0)),
        Anchor((2, 0), (3, 1)),
        Pay((3, 1), 1, 1),  # on its way for ever, unless that branch stands
    ]
    history = written({3: 2}, spent)
    assert fork_loss(history.forks.validator) in (900, LIMIT)
    for stands, lost in ((0, 900), (1, LIMIT)):
        history = written(
            {3: 2},
            [
                *spent,
                Decide((3, stands)),
                TakeIn((1, 0)),
                TakeIn((2, 0)),
                TakeIn((3, stands)),
            ],
        )
        validator = history.forks.validator
        assert validator.log(3, branch=stands).commons == -lost
        assert fork_loss(validator) == 0
        check_any_order(history.forks, Random(stands))
