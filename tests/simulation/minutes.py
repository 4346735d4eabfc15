"""What a coop has decided, worked out again from its log: who may have moved what.

An oracle apart from the product's rules: it reads the entries of a log in order and keeps of it what says
who decides. Each limit, status and key is by enough stewards, by a vote that passed, or by its owner; each
count is that of the votes. What it comes to is then compared with what the nodes hold.

What can't be known from one log alone, whether balances stood against what was decided, is taken from the
row of the proposal, and only for what moves amounts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.charter import Charter
from ledger.government.actions import DecideLimit
from ledger.government.articles import ARTICLES, Article
from ledger.government.recovery import Recover
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.shapes import AccountSignature
from ledger.signatures import SignatureInvalid, verify
from ledger.transactions import Limit, Signatures, Status, Transaction, signed_part
from tests.simulation.ballots import Ballot
from tests.simulation.world import Failure

DEFAULTS = {number: row.default for number, row in ARTICLES.items()}
Dates = tuple[int, int, int, int | None, int | None]
"""Of a limit: before, from, limit, until, after."""


@dataclass(slots=True)
class Person:
    """An account as the log has it."""

    key: bytes
    opened: int
    limit: Dates
    status: Status = Status.OPEN

    def limit_at(self, time: int) -> int:
        """The limit that applies."""
        before, from_, limit, until, after = self.limit
        if time < from_:
            return before
        return limit if until is None or time < until else after or 0

    def set_limit(self, change: Limit | DecideLimit, time: int) -> None:
        """Another limit, decided at `time`."""
        before = self.limit_at(time)
        self.limit = (before, change.from_, change.limit, change.until, change.after)


@dataclass(slots=True)
class Running:
    """A recovery that runs."""

    recover: Recover
    ends: int
    was: Status
    disputed: int = 0
    is_confirmed: bool = False

    def due(self) -> int:
        """When it ends at the earliest."""
        return self.ends if self.is_confirmed else max(self.ends, self.disputed)


@dataclass(slots=True)
class Guarding:
    """Who guards an account: commitment, needed and wait; and what follows when."""

    now: tuple[bytes, int, int] | None = None
    due: int | None = None
    follows: tuple[bytes, int, int] | None = None

    def settle(self, time: int) -> None:
        """What has come due is so; what had not is forgotten."""
        if self.due is not None:
            self.now = self.follows if time >= self.due else self.now
        self.due = self.follows = None


@dataclass(slots=True)
class Bond:
    """What a guarantor has signed about a member: how often, and for how much at most."""

    revision: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Till:
    """A key that may pay for an account: how much at once and in a day, until when, and whom."""

    key: bytes
    per_payment: int
    per_day: int
    until: int
    payees: tuple[tuple[int, int], ...] | None


@dataclass(slots=True)
class Minutes:
    """Of one log. `outcomes`: what the row of each proposal says became of it."""

    coop: int
    charters: Sequence[Charter]
    """All versions that there are."""
    outcomes: Mapping[int, int]
    charter: Charter = field(init=False)
    """The one in force."""
    number: int = 0
    time: int = 0
    people: dict[int, Person] = field(default_factory=dict)
    articles: dict[int, int] = field(default_factory=lambda: dict(DEFAULTS))
    adopted: int = 0
    office: tuple[int, dict[int, int | None]] | None = None
    """Threshold, and the account of each place, None for a founder; None until an election or recall."""
    next_place: int = 0
    ballots: dict[int, Ballot] = field(default_factory=dict)
    recoveries: dict[int, Running] = field(default_factory=dict)
    guards: dict[int, Guarding] = field(default_factory=dict)
    claims: dict[int, int] = field(default_factory=dict)
    """By account, when what it owes was claimed."""
    bonds: dict[tuple[int, int], Bond] = field(default_factory=dict)
    """By guarantor and member."""
    levied: int = 0
    owners: dict[int, tuple[int, tuple[bytes, ...]]] = field(default_factory=dict)
    """By joint account how many of which keys."""
    tills: dict[tuple[int, int], Till] = field(default_factory=dict)
    """By account and place."""
    paid: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)
    """By account and place the time and the sum of every payment by a till."""
    revisions: dict[int, int] = field(default_factory=dict)
    """By account how often the owner has said something about keys."""

    def __post_init__(self) -> None:
        self.charter = self.charters[0]

    def require(self, holds: bool, what: str) -> None:
        """Fail unless it holds."""
        if not holds:
            raise Failure(f"entry {self.number} of coop {self.coop}: {what}")

    def signed(
        self, transaction: Transaction, key: bytes, signature: AccountSignature, whose: str
    ) -> None:
        """Fail unless that key has signed the transaction."""
        body = signed_part(transaction)
        federation = self.charter.federation
        message = signed_bytes(TAG_ENTRY, federation=federation, coop=self.coop, body=body)
        if not isinstance(signature, bytes):
            self.require(False, f"{whose} has one key, and several signed")
            return
        try:
            verify(public_key=key, message=message, signature=signature)
        except SignatureInvalid:
            self.require(False, f"{whose} has not signed it")

    def by_account(
        self, transaction: Transaction, account: int, signature: AccountSignature, whose: str
    ) -> None:
        """Fail unless the account has signed it: its key, or as many owners as it takes."""
        joint = self.owners.get(account)
        if joint is None:
            self.signed(transaction, self.person(account).key, signature, whose)
            return
        needed, keys = joint
        signatures = () if isinstance(signature, bytes) else signature
        count = len({place for place, _ in signatures})
        self.require(count >= needed, f"{whose} signs by {count} of {needed} owners")
        for place, each in signatures:
            self.require(place < len(keys), f"{whose} has no owner {place}")
            self.signed(transaction, keys[place], each, f"owner {place}")

    def say_of_keys(self, account: int, revision: int) -> None:
        """The owner says something about the account's keys, and nothing twice."""
        before = self.revisions.get(account, 0)
        self.require(revision == before + 1, "something about keys is said twice")
        self.revisions[account] = revision

    def revoke(self, account: int) -> None:
        """No till pays for the account any more."""
        for pair in [pair for pair in self.tills if pair[0] == account]:
            del self.tills[pair]

    def stewards(self) -> dict[int, bytes]:
        """The keys of those in office who can sign, by place."""
        founders = self.charter.coops[self.coop].stewards
        if self.office is None:
            return {place: one.key for place, one in enumerate(founders)}
        found = {}
        for place, account in self.office[1].items():
            if account is None and place < len(founders):
                found[place] = founders[place].key
            elif account is not None and self._can_sign_as_steward(account):
                found[place] = self.people[account].key
        return found

    def _can_sign_as_steward(self, account: int) -> bool:
        return self.people[account].status is Status.OPEN and account not in self.owners

    def kept_from_signing(self) -> int:
        """How many in office can't sign for now: those who are frozen, and joint accounts."""
        seated = [] if self.office is None else self.office[1].values()
        accounts = [account for account in seated if account is not None]
        there = [each for each in accounts if self.people[each].status is not Status.CLOSED]
        return sum(not self._can_sign_as_steward(account) for account in there)

    def by_stewards(
        self, transaction: Transaction, signatures: Signatures, power: Article | None
    ) -> None:
        """Fail unless enough stewards have signed; without a power all of them."""
        able = self.stewards()
        threshold = self.charter.coops[self.coop].steward_threshold
        if self.office is not None:
            threshold = self.office[0]
        size = len(able) + self.kept_from_signing()
        needed = size if power is None else self.articles[power] or threshold
        needed = max(1, min(needed, size))
        count = len({place for place, _ in signatures})
        self.require(count >= needed, f"by {count} of {needed} stewards")
        for place, signature in signatures:
            self.require(place in able, f"nobody is in office at place {place}")
            self.signed(transaction, able[place], signature, f"steward {place}")

    def adopt(self, articles: tuple[tuple[int, int], ...]) -> None:
        """These are in force, and the defaults of what they do not name."""
        self.articles = DEFAULTS | dict(articles)
        self.adopted = self.time

    def close(self, account: int) -> None:
        """An account closes, and what was under way about it goes."""
        self.person(account).status = Status.CLOSED
        self.recoveries.pop(account, None)
        self.claims.pop(account, None)
        self.owners.pop(account, None)
        self.revoke(account)
        for pair in [pair for pair in self.bonds if account in pair]:
            del self.bonds[pair]

    def person(self, account: int) -> Person:
        """An account that has to be there."""
        self.require(account in self.people, f"there is no account {account}")
        return self.people[account]
