"""What a node keeps: the logs, and beside them what is small or can be rebuilt from the logs.

`base` has the promises (`Store`), `rows` what goes in and out, `histories` the rows of the history index,
`bookings` those of statements, `memory` the store of simulations, `sql` the real one.
"""

from node.store.base import Store
from node.store.bookings import BookingPlace, BookingRow
from node.store.histories import FoundPayment, HistoryPlace, HistoryRow, Role
from node.store.memory import MemoryStore
from node.store.memory_disk import MemoryDisk, MemoryFault
from node.store.rows import (
    Document,
    DocumentKind,
    Entries,
    Evidence,
    Memo,
    Reason,
    Record,
    RecordKind,
    Segment,
    Snapshot,
    Witnessed,
    Write,
)

__all__ = [
    "BookingPlace",
    "BookingRow",
    "Document",
    "DocumentKind",
    "Entries",
    "Evidence",
    "FoundPayment",
    "HistoryPlace",
    "HistoryRow",
    "Memo",
    "MemoryDisk",
    "MemoryFault",
    "MemoryStore",
    "Reason",
    "Record",
    "RecordKind",
    "Role",
    "Segment",
    "Snapshot",
    "Store",
    "Witnessed",
    "Write",
]
