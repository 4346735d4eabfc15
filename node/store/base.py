"""The promises of a node's storage.

It does not decode entries, verify signatures or check rules: the engine commits what the validator
took. One object writes to a store, from one thread. `rows` has what goes in and out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from ledger.chain import SignedHead
from node.store.bookings import BookingPlace, BookingRow
from node.store.care import LogCare
from node.store.histories import FoundPayment, HistoryPlace, HistoryRow
from node.store.rows import (
    Document,
    DocumentKind,
    Entries,
    Evidence,
    Record,
    RecordKind,
    Segment,
    Snapshot,
    Witnessed,
    Write,
)


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

    def entries_at(self, coop: int, numbers: Collection[int]) -> dict[int, bytes]:
        """The exact bytes of these entries of a log; those that it does not reach are left out.

        For a page of many: what holds several of them is read and taken apart once.
        """

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

    def add_bookings(self, rows: Sequence[BookingRow], upto: int) -> None:
        """Add rows of statements and note that they now cover the own log up to entry `upto`.

        Both in one transaction. They continue what is there, each account in its order; one that is there
        is replaced. Raises `StoreMisuse` when `upto` falls.
        """

    def bookings_upto(self) -> int:
        """How far of the own log the rows of statements cover; 0 when there are none."""

    def bookings(
        self, account: int, *, after: BookingPlace, until: int, limit: int
    ) -> list[BookingRow]:
        """A page of an account's rows, the oldest first: strictly after a place, of times before `until`."""

    def last_booking(self, account: int, *, until: int) -> BookingRow | None:
        """The newest row of an account of a time before `until`."""

    def drop_bookings(self) -> None:
        """Let all rows of statements go, so that they are made again from the logs."""

    def close(self) -> None:
        """Let go of the store, so that another may open it. Closing twice is fine."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
