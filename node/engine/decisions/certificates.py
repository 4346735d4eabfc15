"""The decisions that the own log has taken in, as they can be shown to others, and the files they name.

A certificate is the whole `index` transaction. It is kept in the same commit as the entry of the own log; the
survey files that its observations refer to are asked for then, and again when the node starts without them.
"""

from typing import Final

from ledger.codec import split
from ledger.decisions import Decision, IndexEntry
from ledger.entries import decode_transaction, entry_kind, transaction_start
from ledger.index.table import Index
from ledger.transactions import Kind
from node.engine.core import Core, Tick
from node.engine.decisions.promises import Key, document_id
from node.engine.decisions.surveys import Surveys
from node.store import Document, DocumentKind, Write

SURVEYS_LOOKED_BACK: Final = 26
"""How many of the newest surveys a node that starts looks through for files that it lacks."""


class Certificates:
    """Reads and writes the certificates of one node."""

    def __init__(self, core: Core, surveys: Surveys) -> None:
        self._core = core
        self._surveys = surveys

    def entry(self, key: Key) -> IndexEntry | None:
        """The certified decision of that kind and number, if the own log has it."""
        document = self._core.store.document(DocumentKind.CERTIFICATE, document_id(key))
        entry = None if document is None else decode_transaction(document.data)
        return entry if isinstance(entry, IndexEntry) else None

    def keep(self, tick: Tick, transaction: bytes) -> None:
        """Keep what the own log takes in with this tick."""
        entry = decode_transaction(transaction)
        if not isinstance(entry, IndexEntry):
            return
        certificate = Document(
            kind=DocumentKind.CERTIFICATE,
            id=document_id((entry.decision.value, entry.number)),
            created=tick.now_ms // 1000,
            data=transaction,
        )
        tick.changes.append(Write(documents=[certificate]))
        for seen in entry.observations or ():
            self._surveys.want(tick, seen.survey_hash, None)

    def keep_taken_back(self, tick: Tick) -> None:
        """Keep those in what a recovering node has just taken back of its own log."""
        for segment in tick.segments:
            if segment.coop != self._core.coop:
                continue
            for data in split(segment.entries):
                if entry_kind(data) == Kind.INDEX:
                    self.keep(tick, data[transaction_start(data) :])

    def miss_surveys(self, index: Index) -> None:
        """Ask for files of the newest surveys that had not come when the node stopped."""
        for taken in index.prints[-SURVEYS_LOOKED_BACK:]:
            entry = self.entry((Decision.PRINT.value, taken.period))
            if entry is not None:
                for seen in entry.observations or ():
                    self._surveys.miss(seen.survey_hash)
