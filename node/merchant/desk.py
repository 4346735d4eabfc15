"""The desk: reading and writing records within a tick, as if each write were there at once.

What a tick writes waits here until the commit, and is seen by whoever reads later in that tick. Recently
used records are kept, so that an invoice is not read again for each payment.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from node.store import Record, RecordKind, Store, Write

_KEPT: Final = 10_000
_FAR: Final = 2**53 - 1

_Place = tuple[RecordKind, str]


class Desk:
    """Records on their way to the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._new: dict[_Place, Record] = {}
        self._new_on: dict[_Place, list[str]] = {}
        self._changed: dict[_Place, Record] = {}
        self._dropped: list[_Place] = []
        self._kept: OrderedDict[_Place, Record] = OrderedDict()

    def find(self, kind: RecordKind, id_: str) -> Record | None:
        """A record as it is after everything that this tick has done so far."""
        place = (kind, id_)
        found = self._new.get(place) or self._changed.get(place) or self._kept.get(place)
        if found is None:
            found = self._store.record(kind, id_)
            if found is not None:
                self._keep(place, found)
        return found

    def add(self, record: Record) -> None:
        """Write a record that is not there yet."""
        self._new[record.kind, record.id] = record
        self._new_on.setdefault((record.kind, record.shelf), []).append(record.id)

    def replace(self, record: Record) -> None:
        """Write a record over the one of its kind and id."""
        place = (record.kind, record.id)
        if place in self._new:
            self._new[place] = record
        else:
            self._changed[place] = record

    def drop(self, kind: RecordKind, id_: str) -> None:
        """Delete a record that an earlier tick wrote."""
        self._changed.pop((kind, id_), None)
        self._kept.pop((kind, id_), None)
        self._dropped.append((kind, id_))

    def new_on(self, kind: RecordKind, shelf: str) -> list[Record]:
        """What this tick has put on a shelf, the newest first."""
        ids = self._new_on.get((kind, shelf), [])
        return [self._new[kind, id_] for id_ in reversed(ids)]

    def shelf(self, kind: RecordKind, shelf: str, *, limit: int) -> list[Record]:
        """The newest of a shelf, with what this tick has written."""
        rows = {row.id: row for row in self._store.records(kind, shelf, limit=limit)}
        for record in (*self._new.values(), *self._changed.values()):
            if record.kind is kind and record.shelf == shelf:
                rows[record.id] = record
        for dropped_kind, id_ in self._dropped:
            if dropped_kind is kind:
                rows.pop(id_, None)
        return sorted(rows.values(), key=lambda row: (row.created, row.id), reverse=True)[:limit]

    def due(self, kind: RecordKind, shelf: str, *, limit: int) -> list[Record]:
        """What is due at some time on a shelf, as it is now; without what this tick has added."""
        rows = self._store.due_records(kind, shelf, upto=_FAR, limit=limit)
        return [self._changed.get((row.kind, row.id), row) for row in rows]

    def ids(self, kind: RecordKind) -> Iterator[str]:
        """As `Store.record_ids`; for a start, before anything was written."""
        return self._store.record_ids(kind)

    def pending(self, kind: RecordKind) -> list[tuple[str, str, int, bytes | None]]:
        """As `Store.pending_records`; for a start, before anything was written."""
        return self._store.pending_records(kind)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self._new or self._changed or self._dropped)

    def take(self) -> Write:
        """Everything to write, which the caller commits now."""
        write = Write(
            new_records=list(self._new.values()),
            records=list(self._changed.values()),
            dropped_records=self._dropped,
        )
        for place, record in (*self._new.items(), *self._changed.items()):
            self._keep(place, record)
        self._new, self._new_on, self._changed, self._dropped = {}, {}, {}, []
        return write

    def _keep(self, place: _Place, record: Record) -> None:
        self._kept[place] = record
        self._kept.move_to_end(place)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
