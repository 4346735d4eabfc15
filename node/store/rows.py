"""The rows that go in and out of a node's storage.

A log is kept in *segments*: one row for every commit and log, not one for every entry. The segments
of a log follow each other without gaps, from entry 1 on; that is all the store knows of the
protocol.

Everything that must be true together goes into one `Write`, which is one transaction.

Numbers are never negative; coops and accounts are below 2^32, lengths, numbers of entries, sequences and
times (Unix seconds) at most 2^53 - 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from hashlib import sha256

from ledger.chain import SignedHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Entries `first` to `last` of a log, as they follow each other in the chain.

    `entries` are the exact bytes of `count` entries, concatenated. `previous` is the chain hash
    before entry `first`, `head` the one after entry `last`; `signature` is the coop's over that
    head, or None when it has not been seen. Segments of about 1 MiB or less keep the reading of one
    entry cheap.
    """

    coop: int
    first: int
    count: int
    entries: bytes
    previous: bytes
    head: bytes
    signature: bytes | None = None

    @property
    def last(self) -> int:
        """The number of the last entry, which is the log's length at `head`."""
        return self.first + self.count - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """`count` entries of a log from `first` on, concatenated, with the chain hash before them."""

    coop: int
    first: int
    count: int
    entries: bytes
    previous: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A proof that `coop` cheated. `digest` is SHA-256 of `data`, `kind` "fork", "invalid",
    "decision" or "support"."""

    digest: bytes
    coop: int
    kind: str
    data: bytes

    @property
    def is_whole(self) -> bool:
        """Whether these are the bytes that were stored."""
        return sha256(self.data).digest() == self.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """The newest head of another coop's log that this node signed as a witness."""

    coop: int
    length: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """A memo sealed to one account; `reference` is the hash that its payment carries."""

    reference: bytes
    coop: int
    account: int
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The text of a steward's reason with its salt in front; `hash` is what the log carries."""

    hash: bytes
    salted_text: bytes


class DocumentKind(StrEnum):
    """What a document is for."""

    DRAFT = "draft"
    """A transaction that waits for stewards' signatures."""
    JOIN = "join"
    """A person's request to be admitted."""
    PUBLICATION = "publication"
    """What stewards want the node to sign for a decision of the federation."""
    DECISION = "decision"
    """A statement that the node signed for a decision that its own log has not taken in yet; or a decision
    that it signed when there were no rounds."""
    AGREEMENT = "agreement"
    """What the node said in the rounds of the decision that comes next, by subject."""
    CERTIFICATE = "certificate"
    """A decision that the own log has taken in, with its signatures."""
    SURVEY = "survey"
    """A survey file, by its hash."""
    MEMO = "memo"
    """A memo sealed to an account of another coop, until that coop's node has it."""
    REQUEST = "request"
    """A coop's request to join the federation, and who brought it."""
    BRANCH = "branch"
    """A part of another history of a forked log, which other logs have anchored."""
    FALLEN = "fallen"
    """The same, of a history that no log needs any more: for the people whose payments are in it."""
    OWNED = "owned"
    """By account, what waits for the signatures of its owners."""
    NAME = "name"
    """What an account of this coop is called, by the commitment that the log has; or that it was erased."""
    SET_ASIDE = "set_aside"
    """What was stored of a log beyond a damaged entry; for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Something people leave with the node that is in no log; what `data` means is theirs."""

    kind: DocumentKind
    id: str
    created: int
    data: bytes


class RecordKind(StrEnum):
    """What a record is. Each part of a node that keeps records derives a class of its own kinds from this.

    The store knows the values only: no two parts may have the same.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something that a part of the node keeps and that is in no log; what `data` means is that part's.

    `shelf` is the list that it belongs to, in which the order is by `created` (milliseconds), then id.
    `due` (milliseconds) is when something has to be done about it; None: never. `mark` is what it is
    known by in the logs.
    """

    kind: RecordKind
    id: str
    shelf: str
    created: int
    data: bytes
    due: int | None = None
    mark: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A validator's state, and the length of every log that it covers."""

    lengths: Mapping[int, int]
    state: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """What one commit writes; every group may be empty. Groups are written in the order given here.

    - `segments` continue their logs; several of one log follow each other.
    - `signatures` complete heads at the end of stored segments that had no signature yet. For a
      length at which no segment ends there is no place for one: it is passed over.
    - `evidence`, `memos` and `reasons` that are there already are left as they are.
    - `erased_memos` (reference, coop, account) lose their text for good: storing them again has no
      effect.
    - `witnessed` replaces the coop's earlier row and is never shorter.
    - `documents` replace the one of the same kind and id; `dropped_documents` (kind, id) are
      deleted.
    - `new_records` must not be there yet; `records` replace the one of the same kind and id;
      `dropped_records` (kind, id) are deleted.
    - `meta` replaces the values of its keys. Keys that begin with "store." belong to the store.
    """

    segments: Sequence[Segment] = ()
    signatures: Sequence[SignedHead] = ()
    evidence: Sequence[Evidence] = ()
    witnessed: Sequence[Witnessed] = ()
    memos: Sequence[Memo] = ()
    erased_memos: Sequence[tuple[bytes, int, int]] = ()
    reasons: Sequence[Reason] = ()
    documents: Sequence[Document] = ()
    dropped_documents: Sequence[tuple[DocumentKind, str]] = ()
    new_records: Sequence[Record] = ()
    records: Sequence[Record] = ()
    dropped_records: Sequence[tuple[RecordKind, str]] = ()
    meta: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it, as in most ticks that only heard of what is held."""
        return not any(getattr(self, group.name) for group in fields(self))

    def lone_segment(self) -> Segment | None:
        """The one segment of a write that has nothing else in it, as most commits of payments are."""
        if len(self.segments) != 1:
            return None
        others = (getattr(self, group.name) for group in fields(self) if group.name != "segments")
        return None if any(others) else self.segments[0]
