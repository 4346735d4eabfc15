"""The store of tests and simulations: the promises of `Store`, on a disk that is only an object.

A `MemoryDisk` outlives the `MemoryStore` that writes to it, as a disk outlives a process: to
simulate a crash call `MemoryStore.crash` and open another store on the disk; to simulate a node
restored from an old backup keep `MemoryDisk.copy()` and open that. Faults are injected by
`MemoryDisk.inject`, which is asked at each durable write. Nothing here survives the process.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from types import TracebackType
from typing import Self, TypeVar

from ledger.chain import SignedHead
from node.errors import StorageFault, StoreInUse, StoreMisuse
from node.store import checks, mending
from node.store.histories import FoundPayment, HistoryPlace, HistoryRow, Role
from node.store.memory_bookings import MemoryBookings
from node.store.memory_disk import MemoryDisk, MemoryFault, apply_write
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

SNAPSHOTS_KEPT = 2

Place = TypeVar("Place", HistoryPlace, tuple[int, str])
Row = TypeVar("Row")


class MemoryStore(MemoryBookings):
    """A `Store` on a `MemoryDisk`; without one, on a new and empty disk."""

    def __init__(self, disk: MemoryDisk | None = None) -> None:
        self._disk = disk if disk is not None else MemoryDisk()
        if self._disk.in_use:
            raise StoreInUse("another store writes to this disk")
        self._disk.in_use = True
        self._closed = False
        self._failed: str | None = None

    @property
    def disk(self) -> MemoryDisk:
        """The disk, whatever became of this store."""
        return self._disk

    def crash(self) -> MemoryDisk:
        """End as a killed process does, and give back what is on disk."""
        self.close()
        return self._disk

    def close(self) -> None:
        """See `Store.close`."""
        if not self._closed:
            self._closed = True
            self._disk.in_use = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _usable(self) -> MemoryDisk:
        if self._closed:
            raise StorageFault("the store is closed")
        if self._failed is not None:
            raise StorageFault(self._failed)
        return self._disk

    def _write(self, operation: str, apply: Callable[[], None]) -> None:
        """Apply a checked write, with the fault that is due, if any."""
        fault = self._disk.inject(operation)
        if fault is not MemoryFault.LOST:
            apply()
        if fault is not None:
            self._failed = f"injected fault in {operation}; open the store again"
            raise StorageFault(self._failed)

    def commit(self, write: Write) -> None:
        """See `Store.commit`."""
        checks.check_write(write)
        disk = self._usable()
        checks.check_segments(write, self.logs())
        checks.check_meta(write)
        newest = dict(disk.witnessed)
        for row in write.witnessed:
            checks.check_witnessed(row, newest.get(row.coop))
            newest[row.coop] = row
        for head in write.signatures:
            self._check_signature(head, write.segments)
        checks.check_new_records(write, disk.records)
        self._write("commit", lambda: apply_write(disk, write))

    def _check_signature(self, head: SignedHead, new: Sequence[Segment]) -> None:
        place = self._segment_at(head.coop, head.length)
        stored = self._usable().segments.get(head.coop, [])[place : place + 1]
        for segment in [*stored, *new]:
            if segment.coop == head.coop and segment.last == head.length:
                checks.check_signed(head, segment.head)

    def logs(self) -> dict[int, tuple[int, bytes]]:
        """See `Store.logs`."""
        return {
            coop: (rows[-1].last, rows[-1].head) for coop, rows in self._usable().segments.items()
        }

    def _segment_at(self, coop: int, number: int) -> int:
        """The place in the list of the segment that holds entry `number`, or the list's end."""
        rows = self._usable().segments.get(coop, [])
        return bisect.bisect_left(rows, number, key=lambda row: row.last)

    def segments(self, coop: int, first: int = 1) -> Iterator[Segment]:
        """See `Store.segments`."""
        place = self._segment_at(coop, first)
        rows = self._usable().segments.get(coop, [])
        return (checks.cut_front(row, first) for row in rows[place:])

    def entries(self, coop: int, first: int, *, max_bytes: int) -> Entries | None:
        """See `Store.entries`."""
        return checks.gather(map(checks.check_sound, self.segments(coop, first)), max_bytes)

    def entry(self, coop: int, number: int) -> bytes | None:
        """See `Store.entry`."""
        if number < 1:
            return None
        found = next(self.segments(coop, number), None)
        return checks.entry_at(checks.check_sound(found), number) if found else None

    def entries_at(self, coop: int, numbers: Collection[int]) -> dict[int, bytes]:
        """See `Store.entries_at`."""
        length, _ = self.logs().get(coop, (0, b""))

        def containing(number: int) -> Segment | None:
            return checks.check_sound(next(self.segments(coop, number)))

        return checks.gather_at(numbers, length=length, containing=containing)

    def head_at(self, coop: int, length: int) -> bytes | None:
        """See `Store.head_at`."""
        held = self.logs().get(coop)
        if held is None or length < 0 or length > held[0]:
            return None
        if length == held[0]:
            return held[1]
        return checks.check_sound(next(self.segments(coop, length + 1))).previous

    def next_segment(self, coop: int, first: int) -> tuple[Segment, bool] | None:
        """See `LogCare.next_segment`."""
        rows = self._usable().segments.get(coop, [])
        found = next((row for row in rows if row.first >= first), None)
        return None if found is None else (found, checks.is_sound(found))

    def stored(self, coop: int, number: int) -> tuple[Segment, bool] | None:
        """See `LogCare.stored`."""
        rows = [row for row in self._usable().segments.get(coop, []) if row.first <= number]
        return (rows[-1], checks.is_sound(rows[-1])) if rows else None

    def heal(self, segments: Sequence[Segment]) -> None:
        """See `LogCare.heal`."""
        disk, coop = self._usable(), segments[0].coop
        first, last = segments[0].first, segments[-1].last
        mending.check_range(segments, length=self.logs()[coop][0])
        before = [row for row in disk.segments[coop] if row.last < first]
        if first > 1 and (not before or before[-1].last != first - 1):
            raise StoreMisuse(f"log {coop}: no segment ends before entry {first}")
        after = [row for row in disk.segments[coop] if row.first > last]

        def apply() -> None:
            disk.segments[coop] = [*before, *segments, *after]

        self._write("heal", apply)

    def set_aside(self, coop: int, length: int) -> None:
        """See `LogCare.set_aside`."""
        disk = self._usable()

        def apply() -> None:
            rows = disk.segments.pop(coop, [])
            for row in [row for row in rows if row.last > length]:
                kept = mending.as_document(row)
                disk.documents[kept.kind, kept.id] = kept
            fronts = [
                row if row.last <= length else mending.front_of(row, length)
                for row in rows
                if row.first <= length
            ]
            if left := [row for row in fronts if row is not None]:
                disk.segments[coop] = left
            disk.history.clear()
            disk.payments.clear()
            disk.history_upto.clear()
            disk.bookings.clear()
            disk.bookings_upto = 0
            disk.snapshots.clear()

        self._write("set_aside", apply)

    def signed_head(self, coop: int, at_least: int) -> SignedHead | None:
        """See `Store.signed_head`."""
        rows = self._usable().segments.get(coop, [])
        return _first_signed(rows[self._segment_at(coop, at_least) :])

    def newest_signed_head(self, coop: int) -> SignedHead | None:
        """See `Store.newest_signed_head`."""
        checks.check_held(coop)
        return _first_signed(reversed(self._usable().segments.get(coop, [])))

    def evidence(self, coop: int | None = None) -> list[Evidence]:
        """See `Store.evidence`."""
        checks.check_held(coop)
        rows = sorted(self._usable().evidence.values(), key=lambda row: row.digest)
        return [row for row in rows if coop is None or row.coop == coop]

    def witnessed(self, coop: int) -> Witnessed | None:
        """See `Store.witnessed`."""
        checks.check_held(coop)
        return self._usable().witnessed.get(coop)

    def memo(self, reference: bytes, *, coop: int, account: int) -> bytes | None:
        """See `Store.memo`."""
        checks.check_held(reference, coop, account)
        return self._usable().memos.get((reference, coop, account))

    def reason(self, hash_: bytes) -> bytes | None:
        """See `Store.reason`."""
        checks.check_held(hash_)
        return self._usable().reasons.get(hash_)

    def document(self, kind: DocumentKind, id_: str) -> Document | None:
        """See `Store.document`."""
        checks.check_held(id_)
        return self._usable().documents.get((kind, id_))

    def documents(self, kind: DocumentKind, *, limit: int) -> list[Document]:
        """See `Store.documents`."""
        rows = [row for row in self._usable().documents.values() if row.kind is kind]
        return sorted(rows, key=lambda row: (row.created, row.id))[:limit]

    def record(self, kind: RecordKind, id_: str) -> Record | None:
        """See `Store.record`."""
        checks.check_held(id_)
        return self._usable().records.get((kind, id_))

    def records(
        self,
        kind: RecordKind,
        shelf: str,
        *,
        before: tuple[int, str] | None = None,
        limit: int,
    ) -> list[Record]:
        """See `Store.records`."""
        checks.check_held(shelf, *(before or ()))
        rows = {(row.created, row.id): row for row in self._of_kind(kind) if row.shelf == shelf}
        return _newest_first(rows, before=before, limit=limit)

    def due_records(self, kind: RecordKind, shelf: str, *, upto: int, limit: int) -> list[Record]:
        """See `Store.due_records`."""
        checks.check_held(shelf, upto)
        rows = [
            (row.due, row.id, row)
            for row in self._of_kind(kind)
            if row.shelf == shelf and row.due is not None and row.due <= upto
        ]
        return [row for _, _, row in sorted(rows, key=lambda item: item[:2])[:limit]]

    def pending_records(self, kind: RecordKind) -> list[tuple[str, str, int, bytes | None]]:
        """See `Store.pending_records`."""
        return [
            (row.id, row.shelf, row.due, row.mark)
            for row in self._of_kind(kind)
            if row.due is not None
        ]

    def record_ids(self, kind: RecordKind) -> Iterator[str]:
        """See `Store.record_ids`."""
        return (row.id for row in self._of_kind(kind))

    def _of_kind(self, kind: RecordKind) -> list[Record]:
        return [row for row in self._usable().records.values() if row.kind == kind]

    def meta(self, key: str) -> bytes | None:
        """See `Store.meta`."""
        checks.check_held(key)
        return self._usable().meta.get(key)

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """See `Store.save_snapshot`."""
        disk = self._usable()
        kept = replace(snapshot, lengths=dict(snapshot.lengths))

        def apply() -> None:
            disk.snapshots = [*disk.snapshots, kept][-SNAPSHOTS_KEPT:]

        self._write("save_snapshot", apply)

    def newest_snapshot(self) -> Snapshot | None:
        """See `Store.newest_snapshot`."""
        snapshots = self._usable().snapshots
        return snapshots[-1] if snapshots else None

    def add_history(self, rows: Sequence[HistoryRow], upto: Mapping[int, int]) -> None:
        """See `Store.add_history`."""
        disk = self._usable()
        checks.check_upto(upto, disk.history_upto)

        def apply() -> None:
            for row in rows:
                disk.history.setdefault((row.coop, row.account), {}).setdefault(row.place, row)
                if row.role is Role.PAYER and row.sequence is not None:
                    place = (row.coop, row.account, row.sequence)
                    found = FoundPayment(number=row.number, digest=row.digest)
                    disk.payments.setdefault(place, found)
            disk.history_upto.update(upto)

        self._write("add_history", apply)

    def history_upto(self) -> dict[int, int]:
        """See `Store.history_upto`."""
        return dict(self._usable().history_upto)

    def history(
        self, *, coop: int, account: int, before: HistoryPlace | None = None, limit: int
    ) -> list[HistoryRow]:
        """See `Store.history`."""
        checks.check_held(coop, account)
        if before is not None:
            checks.check_held(*astuple(before))
        rows = self._usable().history.get((coop, account), {})
        return _newest_first(rows, before=before, limit=limit)

    def find_payments(
        self, coop: int, asked: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], FoundPayment]:
        """See `Store.find_payments`."""
        checks.check_held(coop, *(number for place in asked for number in place))
        payments = self._usable().payments
        found = {place: payments.get((coop, *place)) for place in asked}
        return {place: payment for place, payment in found.items() if payment is not None}

    def drop_history(self) -> None:
        """See `Store.drop_history`."""
        disk = self._usable()

        def apply() -> None:
            disk.history.clear()
            disk.payments.clear()
            disk.history_upto.clear()

        self._write("drop_history", apply)


def _newest_first(rows: Mapping[Place, Row], *, before: Place | None, limit: int) -> list[Row]:
    """A page of rows by their places, strictly before a place if one is given."""
    places = [place for place in rows if before is None or place < before]
    return [rows[place] for place in sorted(places, reverse=True)[:limit]]


def _first_signed(rows: Iterator[Segment] | Sequence[Segment]) -> SignedHead | None:
    for row in rows:
        if row.signature is not None:
            return SignedHead(
                coop=row.coop, length=row.last, head=row.head, signature=row.signature
            )
    return None
