"""The promises of a node's storage, and the rows that go in and out of it.

A log is kept in *segments*: one row for every commit and log, not one for every entry. The segments
of a log follow each other without gaps, from entry 1 on; that is all the store knows of the
protocol. It does not decode entries, verify signatures or check rules: the engine commits what the
validator took.

Everything that must be true together goes into one `Write`, which is one transaction. Later kinds
of rows (invoices, messages waiting to go out) become further groups of `Write`.

One object writes to a store, from one thread. Numbers are never negative; coops and accounts are
below 2^32, lengths, indexes, sequences and times (Unix seconds) at most 2^53 - 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from hashlib import sha256
from types import TracebackType
from typing import Protocol, Self

from ledger.chain import SignedHead
from node.store.care import LogCare
from node.store.histories import FoundPayment, HistoryPlace, HistoryRow


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
        """The index of the last entry, which is the log's length at `head`."""
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
    """A proof that `coop` cheated. `digest` is SHA-256 of `data`, `kind` "fork", "invalid"
    or "decision"."""

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
    """What the node signed for a decision that its own log has not taken in yet."""
    CERTIFICATE = "certificate"
    """A decision that the own log has taken in, with its signatures."""
    SURVEY = "survey"
    """A survey file, by its hash."""
    MEMO = "memo"
    """A memo sealed to an account of another coop, until that coop's node has it."""
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

    def lone_segment(self) -> Segment | None:
        """The one segment of a write that has nothing else in it, as most commits of payments are."""
        if len(self.segments) != 1:
            return None
        others = (getattr(self, group.name) for group in fields(self) if group.name != "segments")
        return None if any(others) else self.segments[0]


class Store(LogCare, Protocol):
    """What a node keeps.

    Every method may raise `StorageFault`. From then on the object refuses all work but `close` with
    the same fault: close it, open the store again, and reload. `LogDamaged` is the exception: stored
    bytes of a log are not what was written, and everything else can be used. Methods that only read see
    every commit that returned before, and write nothing.
    """

    def commit(self, write: Write) -> None:
        """Write everything in `write`, or nothing.

        Durable when it returns: neither a crash of this process nor of the machine loses it. Raises
        `StoreMisuse`, with nothing written and the store usable, when a segment does not continue
        its log (`first` is its length + 1, `previous` its head), a signature is for another head
        than the one stored at that length, or a witnessed head is shorter than the last, or differs
        from it at the same length, or a new record is there already. After a
        `StorageFault` it may be written or not: never commit it again, reload.
        """

    def logs(self) -> dict[int, tuple[int, bytes]]:
        """Length and head of every log with at least one entry. Costs no disk access."""

    def segments(self, coop: int, first: int = 1) -> Iterator[Segment]:
        """The log from entry `first` (from 1 on) to its end, in order.

        The first segment is cut so that it begins at `first`. Memory stays bounded by a few
        segments, however long the log. Commits made while one reads may or may not be seen. Raises
        `LogDamaged` where one is missing, but does not hash: the reader compares what he needs.
        """

    def entries(self, coop: int, first: int, *, max_bytes: int) -> Entries | None:
        """As many whole entries from `first` on as fit in `max_bytes`, but at least one.

        None when the log has no entry `first`.
        """

    def entry(self, coop: int, number: int) -> bytes | None:
        """The exact bytes of one entry, or None when the log does not reach so far."""

    def head_at(self, coop: int, length: int) -> bytes | None:
        """The chain hash at `length` (0: before the first entry), or None when it is not held."""

    def signed_head(self, coop: int, at_least: int) -> SignedHead | None:
        """The first stored signed head whose length is at or above `at_least`."""

    def newest_signed_head(self, coop: int) -> SignedHead | None:
        """The stored signed head with the greatest length."""

    def evidence(self, coop: int | None = None) -> list[Evidence]:
        """All evidence, or that against one coop, in order of digest."""

    def witnessed(self, coop: int) -> Witnessed | None:
        """The newest head of that coop's log that this node signed as a witness."""

    def memo(self, reference: bytes, *, coop: int, account: int) -> bytes | None:
        """The memo sealed to that account; None when there is none or it was erased."""

    def reason(self, hash_: bytes) -> bytes | None:
        """Salt and text of the reason with that hash."""

    def document(self, kind: DocumentKind, id_: str) -> Document | None:
        """One document."""

    def documents(self, kind: DocumentKind, *, limit: int) -> list[Document]:
        """The oldest `limit` documents of that kind, in order of `created`, then id."""

    def record(self, kind: RecordKind, id_: str) -> Record | None:
        """One record."""

    def records(
        self,
        kind: RecordKind,
        shelf: str,
        *,
        before: tuple[int, str] | None = None,
        limit: int,
    ) -> list[Record]:
        """A page of a shelf, newest first, strictly before (`created`, id)."""

    def due_records(self, kind: RecordKind, shelf: str, *, upto: int, limit: int) -> list[Record]:
        """The records of a shelf that are due at `upto` or before, the longest due first."""

    def pending_records(self, kind: RecordKind) -> list[tuple[str, str, int, bytes | None]]:
        """Id, shelf, due and mark of every record of that kind that is due at some time, in no order."""

    def record_ids(self, kind: RecordKind) -> Iterator[str]:
        """The ids of all records of that kind, in no order. Memory stays bounded.

        Nothing may be written until it has ended.
        """

    def meta(self, key: str) -> bytes | None:
        """A single value by its name."""

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Keep it beside the one before, forget older ones. Atomic and durable, as `commit`."""

    def newest_snapshot(self) -> Snapshot | None:
        """The newest snapshot that is whole; a damaged one is passed over."""

    def add_history(self, rows: Sequence[HistoryRow], upto: Mapping[int, int]) -> None:
        """Add rows to the history index and note that it now covers each log up to `upto`.

        Both in one transaction. Rows that are there already are left. Raises `StoreMisuse` when a
        length falls.
        """

    def history_upto(self) -> dict[int, int]:
        """How far the history index covers each log; a log it has not begun is left out."""

    def history(
        self, *, coop: int, account: int, before: HistoryPlace | None = None, limit: int
    ) -> list[HistoryRow]:
        """A page of an account's history, newest first, strictly before the place `before`."""

    def find_payments(
        self, coop: int, asked: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], FoundPayment]:
        """The payments with these (payer's account, sequence number) that the history index has.

        One question for all of them, so that asking for many costs little each.
        """

    def drop_history(self) -> None:
        """Empty the history index, so that it is built again from the logs."""

    def close(self) -> None:
        """Let go of the store, so that another may open it. Closing twice is fine."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
