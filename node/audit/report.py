"""What an audit reads and what it says: pieces of logs in, a report with findings out.

Values only; `replay` does the work.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from ledger.charter import Charter
from ledger.refusals import Refusal


class Fault(StrEnum):
    """What kind of thing does not hold. The values are stable names for programs."""

    UNREADABLE = "unreadable"
    """The source could not give what it says it has."""
    NOT_ENTRIES = "not_entries"
    """The bytes can't be told apart into entries."""
    CHAIN_BROKEN = "chain_broken"
    """The bytes of a piece are not those over which its head was computed."""
    HEAD_DAMAGED = "head_damaged"
    """The entries are those that the coop signed, but the stored head is another."""
    HEAD_FORGED = "head_forged"
    """The signature of a head is not one of the log's coop."""
    ENTRY_REFUSED = "entry_refused"
    """An entry breaks a rule."""
    FORK = "fork"
    """A log holds an anchor of a history of a second log that is none of those that the source has, or that
    it can't go by."""
    NOT_HELD = "not_held"
    """A log stands before an anchor of entries that the source does not have."""
    INVARIANT = "invariant"
    """An invariant does not hold after the last entry."""
    EVIDENCE = "evidence"
    """There is proof that a coop cheated."""
    RECORD_DAMAGED = "record_damaged"
    """Something kept beside the logs is not what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not hold. `clause` names the section of PROTOCOL, such as `7.2`.

    `first` and `last` are the entries of `coop`'s log among which it lies; both are the same when the
    entry is known exactly. `byte` is where in the bytes of entries `piece_first` onwards, as
    they are stored together, the entry begins. `detail` has more facts, for people who look closely.
    `branch` is the head at the end of the branch of the log in which it lies, when it is not the log itself.
    """

    fault: Fault
    clause: str
    coop: int | None = None
    branch: bytes | None = None
    first: int | None = None
    last: int | None = None
    piece_first: int | None = None
    byte: int | None = None
    refusal: Refusal | None = None
    detail: str = ""
    is_settled: bool = False
    """Whether it is of the past: it proves something for which its coop was readmitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some entries of a log that follow each other, and what is known about where they lead.

    What the source does not tell is None, and is then not compared. `signature` is over `head`.
    """

    first: int
    entries: bytes
    count: int
    previous: bytes | None = None
    head: bytes | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBranch:
    """Another history of a log than the one that the source gives as that log (PROTOCOL section 7.11).

    `base` is the length up to which it is in the log, `length` and `head` are where it ends.
    """

    coop: int
    base: int
    length: int
    head: bytes


class SourceFault(Exception):
    """The source can't give what it says it has. The text says what went wrong, and where."""


class LogSource(Protocol):
    """Where an audit reads logs from."""

    def logs(self) -> Mapping[int, tuple[int, bytes]]:
        """Length and head of every log at one moment; the audit ends there, though logs may grow."""

    def pieces(self, coop: int) -> Iterator[Piece]:
        """A log from its first entry on, in order, at least up to its length. May raise `SourceFault`."""

    def branches(self) -> Sequence[KeptBranch]:
        """What else it has of logs that have forked."""

    def branch_pieces(self, branch: KeptBranch) -> Iterator[Piece]:
        """The same as `pieces` of one of these: from the first entry on, which is in the log as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """What the replay found in one log. Amounts in minor units."""

    coop: int
    length: int
    replayed: int
    signed: int
    """Up to where signed heads cover it."""
    payments: int
    paid: int
    """The sum of all amounts paid."""
    members: int
    position: int
    clearing_limit: int
    in_transit: int
    """How many payments have left this coop and not arrived."""
    in_transit_amount: int
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchReport:
    """One history of a log of which there are several."""

    coop: int
    base: int
    """Up to where it is the same as the log that the source gives, or for that as all others."""
    length: int
    replayed: int
    head: bytes
    stands: bool
    """Whether it is the one that counts in the books."""
    gone_by: Sequence[int]
    """The coops whose logs have anchored something of no other history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """The result. `digest` is None when a log could not be replayed to its end."""

    federation: bytes
    charter: Charter
    """The newest that any log goes by."""
    validator: str
    logs: Sequence[LogReport]
    total: int
    """All balances and amounts in transit added up; must be 0, or what a fork has lost."""
    branches: Sequence[BranchReport] = ()
    """All histories of the logs that have forked."""
    losses: Mapping[int, int] = field(default_factory=dict)
    """What each coop's log was credited from branches that do not stand and nobody was charged yet."""
    digest: bytes | None
    findings: Sequence[Finding]

    @property
    def holds(self) -> bool:
        """Whether everything holds; what the federation has settled does not count."""
        return all(finding.is_settled for finding in self.findings)

    @property
    def fork_loss(self) -> int:
        """All losses together."""
        return sum(self.losses.values())

    @property
    def entries(self) -> int:
        """Entries replayed, in all logs."""
        return sum(log.replayed for log in self.logs)

    @property
    def payments(self) -> int:
        """Payments replayed, in all logs."""
        return sum(log.payments for log in self.logs)
