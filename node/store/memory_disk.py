"""The disk of `MemoryStore`: an object that outlives it, and how a write changes it."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from ledger.chain import SignedHead
from node.store.bookings import BookingPlace, BookingRow
from node.store.histories import FoundPayment, HistoryPlace, HistoryRow
from node.store.rows import (
    Document,
    DocumentKind,
    Evidence,
    Memo,
    Record,
    RecordKind,
    Segment,
    Snapshot,
    Witnessed,
    Write,
)


class MemoryFault(Enum):
    """What an injected fault does; both raise `StorageFault`."""

    LOST = "lost"
    """Nothing of the write is on the disk."""
    KEPT = "kept"
    """All of the write is on the disk, although a fault was reported."""


@dataclass(slots=True)
class MemoryDisk:
    """What is on disk. `inject` is asked at each durable write, with the method's name."""

    inject: Callable[[str], MemoryFault | None] = lambda operation: None
    in_use: bool = False
    segments: dict[int, list[Segment]] = field(default_factory=dict)
    evidence: dict[bytes, Evidence] = field(default_factory=dict)
    witnessed: dict[int, Witnessed] = field(default_factory=dict)
    memos: dict[tuple[bytes, int, int], bytes | None] = field(default_factory=dict)
    reasons: dict[bytes, bytes] = field(default_factory=dict)
    documents: dict[tuple[DocumentKind, str], Document] = field(default_factory=dict)
    records: dict[tuple[RecordKind, str], Record] = field(default_factory=dict)
    meta: dict[str, bytes] = field(default_factory=dict)
    snapshots: list[Snapshot] = field(default_factory=list)
    history: dict[tuple[int, int], dict[HistoryPlace, HistoryRow]] = field(default_factory=dict)
    payments: dict[tuple[int, int, int], FoundPayment] = field(default_factory=dict)
    history_upto: dict[int, int] = field(default_factory=dict)
    bookings: dict[int, dict[BookingPlace, BookingRow]] = field(default_factory=dict)
    bookings_upto: int = 0

    def fail_next(self, fault: MemoryFault) -> None:
        """Let the next durable write fail in that way, and none after it."""

        def once(operation: str) -> MemoryFault:
            self.inject = lambda operation: None
            return fault

        self.inject = once

    def copy(self) -> MemoryDisk:
        """A backup as of now, that nobody uses and nothing disturbs."""
        return MemoryDisk(
            segments={coop: list(rows) for coop, rows in self.segments.items()},
            evidence=dict(self.evidence),
            witnessed=dict(self.witnessed),
            memos=dict(self.memos),
            reasons=dict(self.reasons),
            documents=dict(self.documents),
            records=dict(self.records),
            meta=dict(self.meta),
            snapshots=list(self.snapshots),
            history={account: dict(rows) for account, rows in self.history.items()},
            payments=dict(self.payments),
            history_upto=dict(self.history_upto),
            bookings={account: dict(rows) for account, rows in self.bookings.items()},
            bookings_upto=self.bookings_upto,
        )


def apply_write(disk: MemoryDisk, write: Write) -> None:
    """Everything in a checked write; has nothing that could fail halfway."""
    for segment in write.segments:
        disk.segments.setdefault(segment.coop, []).append(segment)
    for head in write.signatures:
        _apply_signature(disk.segments.get(head.coop, []), head)
    for evidence in write.evidence:
        disk.evidence.setdefault(evidence.digest, evidence)
    for witnessed in write.witnessed:
        disk.witnessed[witnessed.coop] = witnessed
    for memo in write.memos:
        _apply_memo(disk, memo)
    for erased in write.erased_memos:
        disk.memos[erased] = None
    for reason in write.reasons:
        disk.reasons.setdefault(reason.hash, reason.salted_text)
    for document in write.documents:
        disk.documents[document.kind, document.id] = document
    for dropped in write.dropped_documents:
        disk.documents.pop(dropped, None)
    for record in (*write.new_records, *write.records):
        disk.records[record.kind, record.id] = record
    for dropped_record in write.dropped_records:
        disk.records.pop(dropped_record, None)
    disk.meta.update(write.meta)


def _apply_signature(rows: list[Segment], head: SignedHead) -> None:
    place = bisect.bisect_left(rows, head.length, key=lambda row: row.last)
    if place < len(rows) and rows[place].last == head.length and rows[place].signature is None:
        rows[place] = replace(rows[place], signature=head.signature)


def _apply_memo(disk: MemoryDisk, memo: Memo) -> None:
    disk.memos.setdefault((memo.reference, memo.coop, memo.account), memo.sealed)
