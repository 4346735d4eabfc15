"""The state of logs as records, PROTOCOL section 7.

The records are mutable because the reference validator changes them in place, entry by entry; only
the `apply_` functions of `ledger.rules` and the validators write to them. Whatever leaves a validator
is a copy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from ledger.charter import Charter
from ledger.codec import Value
from ledger.government.commons import PaymentTerms
from ledger.index.table import Index
from ledger.names import Named
from ledger.transactions import Status

COMMONS: Final = 0
"""The number of the account that belongs to the coop as a whole. It has no key."""


@dataclass(slots=True, kw_only=True)
class Account:
    """An account. Amounts in minor units, times in Unix seconds, `opened` and `closed` numbers of entries.

    The fields are in the order of the account's row in the listing (PROTOCOL section 7.8), and a row is how
    an account is kept in snapshots and passed to and from native code.
    """

    number: int
    key: bytes
    handle: Named
    class_: int
    balance: int = 0
    next_sequence: int = 1
    revision: int = 0
    status: Status = Status.OPEN
    opened: int
    closed: int = 0
    before: int = 0
    from_: int = 0
    limit: int
    until: int | None = None
    after: int | None = None

    def limit_at(self, time: int) -> int:
        """The credit limit that applies at `time` (PROTOCOL section 7.4)."""
        if time < self.from_:
            return self.before
        if self.until is None or self.after is None or time < self.until:
            return self.limit
        return self.after

    def next_fall(self, time: int) -> tuple[int, int] | None:
        """When the limit falls next after `time`, and to what; None when no fall is laid down."""
        steps = [(self.from_, self.before, self.limit)]
        if self.until is not None and self.after is not None:
            steps.append((self.until, self.limit, self.after))
        return next(((at, to) for at, was, to in steps if at > time and to < was), None)

    def is_open_at(self, length: int) -> bool:
        """Whether the account could be paid when its home's log had `length` entries."""
        return self.opened <= length and not 0 < self.closed <= length

    def row(self) -> list[Value]:
        """The account's row in the listing."""
        return [getattr(self, name) for name in _ACCOUNT_FIELDS]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Self:
        """The account that has this row; raises `ValueError` or `TypeError` for another shape."""
        number, key, handle, class_, balance, next_sequence, revision, status, *rest = row
        opened, closed, before, from_, limit, until, after = rest
        return cls(
            number=number,
            key=key,
            handle=handle,
            class_=class_,
            balance=balance,
            next_sequence=next_sequence,
            revision=revision,
            status=Status(status),
            opened=opened,
            closed=closed,
            before=before,
            from_=from_,
            limit=limit,
            until=until,
            after=after,
        )


_ACCOUNT_FIELDS: Final = tuple(each.name for each in fields(Account))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transit:
    """An amount that has left `payer` and not yet reached `payee`: entry `number` of the payer's log."""

    payee_coop: int
    number: int
    payee: int
    amount: int
    payer: int
    is_return: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Returnable:
    """The payment that is entry `number` of `coop`'s log to be given back to `account`, which made it."""

    coop: int
    number: int
    account: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A replay stands before an entry that needs a head which is not held here.

    `signature` is that of the head's coop, which an anchor carries; empty for a decision about a branch.
    """

    coop: int
    length: int
    head: bytes
    signature: bytes


@dataclass(slots=True)
class Log:
    """The state of one coop's log. `heads[i]` is the head at length `heads_from + i`."""

    coop: int
    charter: Charter
    """The charter in force for this log."""
    heads: list[bytes]
    heads_from: int = 0
    time: int = 0
    position: int = 0
    held: int = 0
    commons: int = 0
    accounts: dict[int, Account] = field(default_factory=dict)
    handles: dict[Named, int] = field(default_factory=dict)
    anchored: dict[int, int] = field(default_factory=dict)
    """How far it has taken other logs in; those of which it has nothing are left out."""
    transit: dict[int, list[Transit]] = field(default_factory=dict)
    returnable: dict[tuple[int, int], Returnable] = field(default_factory=dict)
    chapters: dict[str, dict[bytes, bytes]] = field(default_factory=dict)
    """What the shared rules remember: of each chapter that has rows, value by key."""
    index: Index | None = None
    """What follows from the chapter of the index; None in a federation without one."""
    terms: PaymentTerms = field(default_factory=PaymentTerms)
    """What the bylaws in force ask of payments: follows from their chapter."""
    pledged: dict[int, int] = field(default_factory=dict)
    """What accounts answer for with others: follows from the chapter of guarantees."""
    payments_today: int = 0
    """How many payments the day of `time` has; counted only where the charter bounds entries."""
    others_today: int = 0
    """How many entries that are not payments that day has."""
    branch: int = 0
    """Which branch of its coop's log it is; 0 where there is only one."""
    branches: list["Log"] = field(default_factory=list)
    """The other branches of the coop's log that are held, numbered from 1; only branch 0 knows them."""
    goes_by: dict[int, int] = field(default_factory=dict)
    """Which branch of a forked log it goes by, where that is not branch 0."""
    received: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """What it was credited from forked logs beyond the point where they part: number and amount."""
    recalled: tuple[int, bytes] | None = None
    """A length and its head, no longer kept, that a coop which joined later anchors."""

    @property
    def length(self) -> int:
        """How many entries the log has."""
        return self.heads_from + len(self.heads) - 1

    @property
    def head(self) -> bytes:
        """The chain hash at `length`."""
        return self.heads[-1]

    def head_at(self, length: int) -> bytes | None:
        """The chain hash at `length` if it is still kept."""
        position = length - self.heads_from
        if 0 <= position < len(self.heads):
            return self.heads[position]
        return self.recalled[1] if self.recalled and self.recalled[0] == length else None

    def anchored_lengths(self) -> dict[int, int]:
        """How far it has taken in the log of every other coop of its charter, by number, rising."""
        return {
            coop: self.anchored.get(coop, 0) for coop in self.charter.coops if coop != self.coop
        }

    def sorted_transit(self) -> Iterator[Transit]:
        """Items in transit from this log, by payee coop, then number."""
        for coop in sorted(self.transit):
            yield from self.transit[coop]

    def is_settled(self) -> bool:
        """Whether all its balances are 0, the commons' too, and it has nothing to give back."""
        is_even = not (self.position or self.commons or self.returnable)
        return is_even and not any(account.balance for account in self.accounts.values())

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""
        return self.chapters.get(chapter, {}).get(key)

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""
        return sorted(self.chapters.get(chapter, {}).items())


State = dict[int, Log]
"""The logs of a federation by coop number: branch 0 for each coop that any log's charter has."""
