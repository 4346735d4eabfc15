"""The decisions that the own log has taken in, as they can be shown to others.

This is where a decision ends. `taking_part` keeps a certificate in the commit in which the own log takes the
decision in, and reads it for a peer whose log is behind. A certificate is the whole transaction.
"""

from collections.abc import Iterator

from ledger.codec import split
from ledger.entries import entry_kind, transaction_start
from node.engine.core import Core, Tick
from node.engine.decisions.promises import document_id
from node.engine.decisions.subject import Subject
from node.engine.wire_decisions import Key, Signed
from node.store import Document, DocumentKind, Write


def certificate(core: Core, subject: Subject, key: Key) -> Signed | None:
    """The certified decision of that kind and number, if the own log has it."""
    document = core.store.document(DocumentKind.CERTIFICATE, document_id(key))
    return None if document is None else subject.read(document.data)


def keep_certificate(tick: Tick, key: Key, transaction: bytes) -> None:
    """Keep what the own log takes in with this tick."""
    document = Document(
        kind=DocumentKind.CERTIFICATE,
        id=document_id(key),
        created=tick.now_ms // 1000,
        data=transaction,
    )
    tick.changes.append(Write(documents=[document]))


def taken_back(core: Core, subject: Subject, tick: Tick) -> Iterator[tuple[Signed, bytes]]:
    """The decisions in what a recovering node has just taken back of its own log, with their transactions."""
    for segment in tick.segments:
        if segment.coop != core.coop:
            continue
        for data in split(segment.entries):
            if entry_kind(data) == subject.entry_kind:
                transaction = data[transaction_start(data) :]
                signed = subject.read(transaction)
                if signed is not None:
                    yield signed, transaction
