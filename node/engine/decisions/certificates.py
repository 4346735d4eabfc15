"""The decisions that the own log has taken in, as they can be shown to others.

This is where a decision ends. `taking_part` keeps a certificate in the commit in which the own log takes the
decision in, and reads it for a peer whose log is behind. A certificate is the whole transaction.
"""

from collections.abc import Iterator

from ledger.agreement import PLACES_OF_A_RUN
from ledger.codec import split
from ledger.entries import entry_kind, transaction_start
from node.engine.core import Core
from node.engine.decisions.promises import document_id
from node.engine.decisions.subject import Subject
from node.engine.tick import Tick
from node.engine.wire_decisions import Key, Signed
from node.store import Document, DocumentKind, Write


def certificate_id(key: Key, place: int) -> str:
    """The id of the document with the certificate of a decision: its number may come again in a later run."""
    run = place // PLACES_OF_A_RUN
    return f"{document_id(key)}-{run}" if run else document_id(key)


def certificate(core: Core, subject: Subject, key: Key, place: int) -> Signed | None:
    """The certified decision of that kind and number in the run of `place`, if the own log has it."""
    document = core.store.document(DocumentKind.CERTIFICATE, certificate_id(key, place))
    return None if document is None else subject.read(document.data)


def keep_certificate(tick: Tick, signed: Signed, transaction: bytes) -> None:
    """Keep what the own log takes in with this tick."""
    place = 0 if signed.turn is None else signed.turn.place
    document = Document(
        kind=DocumentKind.CERTIFICATE,
        id=certificate_id(signed.key, place),
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
