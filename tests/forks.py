"""Federations in which coops fork their logs, from a seed: each branch is written like a log of its own.

`Forks` writes by replay, since nobody sequences two histories of one log. Branches of a coop that have not
parted yet are a group, and what is written is written to all of a group.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from ledger.charter import Charter
from ledger.charter_changes import Change, DecideBranch
from ledger.entries import encode_entry
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.state import Waiting
from ledger.transactions import Status
from ledger.validators.interface import Validator
from tests.builders import START, Federation
from tests.charter_builders import certified

LogName = tuple[int, int]
"""A coop, and the number of a branch of its log."""


@dataclass(slots=True)
class Forks:
    """A validator of a federation, some of whose coops fork; `branches` says how many each will have."""

    federation: Federation
    validator: Validator
    branches: Mapping[int, int]
    now: int = START
    logs: dict[LogName, list[bytes]] = field(default_factory=dict)
    groups: dict[int, list[tuple[int, ...]]] = field(default_factory=dict)
    versions: list[bytes] = field(default_factory=list)
    """The changes of the charter that were decided, oldest first, as transactions."""
    charter: Charter = field(init=False)
    """What they lead to."""

    def __post_init__(self) -> None:
        self.charter = self.federation.charter
        for coop in self.validator.coops:
            numbers = (0, *(self.validator.add_branch(coop) for _ in range(self.count(coop) - 1)))
            self.groups[coop] = [numbers]
            self.logs |= {(coop, branch): [] for branch in numbers}

    def count(self, coop: int) -> int:
        """How many branches the coop's log has."""
        return self.branches.get(coop, 1)

    def part(self, coop: int, *branches: int) -> None:
        """From here on these branches, which were in one group, have another history than the rest of it."""
        (group,) = (each for each in self.groups[coop] if branches[0] in each)
        self.groups[coop].remove(group)
        rest = tuple(each for each in group if each not in branches)
        self.groups[coop] += [branches, rest]

    def offer(self, coop: int, transaction: bytes, *, branch: int = 0) -> Refusal | Waiting | None:
        """Write to a log, and to the branches that have not parted from it; what stood against it."""
        entry = encode_entry(self.now, transaction)
        (group,) = (each for each in self.groups[coop] if branch in each)
        stops = set()
        for each in group:
            done = self.validator.replay(coop, entry, branch=each)
            stops.add(done.refusal or done.waiting)
            if done.count:
                self.logs[coop, each].append(entry)
        (stop,) = stops
        return stop

    def write(self, coop: int, *transactions: bytes, branch: int = 0) -> None:
        """Write what must be accepted."""
        for transaction in transactions:
            stop = self.offer(coop, transaction, branch=branch)
            assert stop is None, (coop, branch, stop)

    def next_pay(
        self,
        coop: int,
        payee_coop: int,
        amount: int,
        *,
        branch: int = 0,
        payer: int = 1,
        payee: int = 1,
    ) -> bytes:
        """The next payment of an account of that branch."""
        account = self.validator.account(coop, payer, branch=branch)
        assert account is not None
        return self.federation.pay(
            coop,
            payer=payer,
            sequence=account.next_sequence,
            payee_coop=payee_coop,
            payee=payee,
            amount=amount,
        )

    def pay(
        self,
        coop: int,
        payee_coop: int,
        amount: int,
        *,
        branch: int = 0,
        payer: int = 1,
        payee: int = 1,
    ) -> None:
        """Make a payment that must be accepted."""
        pay = self.next_pay(coop, payee_coop, amount, branch=branch, payer=payer, payee=payee)
        self.write(coop, pay, branch=branch)

    def anchor_of(self, coop: int, *, branch: int = 0) -> bytes:
        """An anchor of the newest head of that branch."""
        log = self.validator.log(coop, branch=branch)
        return self.federation.anchor(coop, length=log.length, head=log.head)

    def anchor(self, home: int, other: int, *, branch: int = 0, of: int = 0) -> None:
        """Let that log take in the newest head of branch `of` of another."""
        self.write(home, self.anchor_of(other, branch=of), branch=branch)

    def set_status(self, coop: int, account: int, status: Status, *, branch: int = 0) -> None:
        """Freeze, thaw or close an account."""
        found = self.validator.account(coop, account, branch=branch)
        assert found is not None
        change = self.federation.status(coop, account, revision=found.revision + 1, status=status)
        self.write(coop, change, branch=branch)

    def balance(self, coop: int, account: int = 1, *, branch: int = 0) -> int:
        """An account's balance; account 0 is the commons."""
        if account == 0:
            return self.validator.log(coop, branch=branch).commons
        found = self.validator.account(coop, account, branch=branch)
        assert found is not None
        return found.balance

    def decide(self, change: Change) -> None:
        """Certify a change of the charter; no log takes it in yet."""
        self.versions.append(self.certified(change))
        after = amend(self.charter, change)
        assert isinstance(after, Charter)
        self.charter = after

    def certified(self, change: Change, *, keys: Federation | None = None) -> bytes:
        """The next version with that change, signed by a quorum, not offered to anybody yet."""
        return certified(keys or self.federation, self.charter, change)

    def take_in(self, *names: LogName) -> None:
        """Let logs take in all versions that they lack."""
        for coop, branch in names:
            taken = self.validator.charter(coop, branch=branch).version
            self.write(coop, *self.versions[taken:], branch=branch)

    def let_stand(self, coop: int, branch: int, **losses: int) -> DecideBranch:
        """The change by which that branch stands as it is now; `loss1=5` is what coop 1 lost, and so on."""
        log = self.validator.log(coop, branch=branch)
        listed = tuple((int(name.removeprefix("loss")), loss) for name, loss in losses.items())
        return DecideBranch(coop=coop, length=log.length, head=log.head, losses=listed)

    def begin(self, *, members: int = 1, limit: int = 100_000) -> None:
        """Every log admits members and has anchored all others, in what all branches share."""
        for coop in self.groups:
            admissions = (
                self.federation.admit(coop, each, limit=limit) for each in range(1, members + 1)
            )
            self.write(coop, *admissions)
        anchors = {coop: self.anchor_of(coop) for coop in self.groups}
        for home in self.groups:
            self.write(home, *(anchor for coop, anchor in anchors.items() if coop != home))


def grow(forks: Forks, random: Random, steps: int) -> Counter[str]:
    """Take steps in logs and branches by chance; how often each was accepted or not."""
    happened: Counter[str] = Counter()
    for _ in range(steps):
        coop = random.choice(sorted(forks.groups))
        branch = random.choice(random.choice(forks.groups[coop]))
        name, transaction = _step(forks, random, coop, branch)
        stop = forks.offer(coop, transaction, branch=branch)
        forks.now += random.choice([0, 0, 60])
        how = "waits" if isinstance(stop, Waiting) else stop.code if stop else "accepted"
        happened[f"{name}: {how}"] += 1
        happened["part"] += _part_by_chance(forks, random)
    return happened


def _step(forks: Forks, random: Random, coop: int, branch: int) -> tuple[str, bytes]:
    owed = forks.validator.returnable(coop, branch=branch)
    version = forks.validator.charter(coop, branch=branch).version
    if version < len(forks.versions) and random.random() < 0.2:
        return "take in", forks.versions[version]
    step = random.choices(["pay", "anchor", "admit", "close"], [10, 8, 1, 1])[0]
    if owed and random.random() < 0.5:
        return "return", forks.federation.give_back(owed[0].coop, owed[0].number)
    if step == "anchor":
        other = random.choice([each for each in forks.groups if each != coop])
        of = random.choice(random.choice(forks.groups[other]))
        return "anchor", forks.anchor_of(other, branch=of)
    accounts = [each.number for each in forks.validator.accounts(coop, branch=branch)]
    if step == "admit":
        return "admit", forks.federation.admit(coop, max(accounts) + random.choice([1, 2]))
    if step == "close":
        account = random.choice(accounts)
        found = forks.validator.account(coop, account, branch=branch)
        assert found is not None
        return "close", forks.federation.status(
            coop, account, revision=found.revision + 1, status=Status.CLOSED
        )
    return "pay", _some_pay(forks, random, coop, branch, accounts)


def _some_pay(
    forks: Forks, random: Random, coop: int, branch: int, accounts: Sequence[int]
) -> bytes:
    payee_coop = random.choice(sorted(forks.groups))
    known = forks.validator.accounts(
        payee_coop, branch=random.choice(random.choice(forks.groups[payee_coop]))
    )
    return forks.next_pay(
        coop,
        payee_coop,
        random.choice([1, 20, 300, 4_000]),
        branch=branch,
        payer=random.choice(accounts),
        payee=random.choice([0, *(each.number for each in known)]),
    )


def _part_by_chance(forks: Forks, random: Random) -> int:
    together = [
        (coop, group) for coop, groups in forks.groups.items() for group in groups if len(group) > 1
    ]
    if not together or random.random() > 0.05:
        return 0
    coop, group = random.choice(together)
    forks.part(coop, *random.sample(group, random.randint(1, len(group) - 1)))
    return 1
