"""The entries that a page of a history is made of, read together: each part of a log is taken apart once."""

from collections.abc import Iterable

from ledger.entries import Entry, decode_entry
from ledger.refusals import Refusal
from ledger.transactions import Return
from node.engine.view import View
from node.store import HistoryRow, Role


class HeldEntries:
    """The entries of some rows, and what those of them that give something back give back."""

    def __init__(self, view: View, rows: Iterable[HistoryRow]) -> None:
        self._view = view
        self._read: dict[tuple[int, int], Entry] = {}
        self._take_in({place_of(row, home=view.coop) for row in rows})
        self._take_in(
            {
                (entry.transaction.coop, entry.transaction.number)
                for entry in self._read.values()
                if isinstance(entry.transaction, Return)
            }
        )

    def _take_in(self, places: set[tuple[int, int]]) -> None:
        for log in {log for log, _ in places}:
            numbers = [number for coop, number in places if coop == log]
            for number, data in self._view.store.entries_at(log, numbers).items():
                entry = decode_entry(data)
                if not isinstance(entry, Refusal):
                    self._read[log, number] = entry

    def get(self, log: int, number: int) -> Entry | None:
        """One of them; None when it is not held."""
        return self._read.get((log, number))


def place_of(row: HistoryRow, *, home: int) -> tuple[int, int]:
    """Log and number of a row's entry.

    What came back by a coop's leaving has none of its own: it is told with that of the payment.
    """
    return (home if row.role is Role.LEFT else row.log), row.number
