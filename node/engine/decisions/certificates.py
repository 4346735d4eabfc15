"""The decisions that the own log has taken in, as they can be shown to others.

This is where a decision ends. `taking_part` keeps a certificate in the commit in which the own log takes the
decision in, and reads it for a peer whose log is behind. A certificate is the whole transaction.
"""

from collections.abc import Iterator
from typing import Final

from ledger.agreement import PLACES_OF_A_RUN
from ledger.codec import split
from ledger.entries import entry_kind, transaction_start
from node.engine.core import Core
from node.engine.decisions.promises import document_id
from node.engine.decisions.subject import Subject
from node.engine.tick import Tick
from node.engine.wire_decisions import Key, Signed
from node.store import Document, DocumentKind, Store, Write

_ENTRY_KEY: Final = "certificate.entry."
"""Before a certificate's id: where the number of its entry is noted."""


def certificate_id(key: Key, place: int) -> str:
    """The id of the document with the certificate of a decision: its number may come again in a later run."""
    run = place // PLACES_OF_A_RUN
    return f"{document_id(key)}-{run}" if run else document_id(key)


def certificate(core: Core, subject: Subject, key: Key, place: int) -> Signed | None:
    """The certified decision of that kind and number in the run of `place`, if the own log has it."""
    document = core.store.document(DocumentKind.CERTIFICATE, certificate_id(key, place))
    return None if document is None else subject.read(document.data)


def entry_of_certificate(store: Store, id_: str) -> int | None:
    """Which entry of the own log took the decision with that certificate in; None when that was not noted,
    as versions of before did not."""
    noted = store.meta(f"{_ENTRY_KEY}{id_}")
    return None if noted is None else int(noted)


def keep_certificate(tick: Tick, signed: Signed, transaction: bytes, number: int) -> None:
    """Keep what the own log takes in with this tick, as its entry `number`."""
    place = 0 if signed.turn is None else signed.turn.place
    document = Document(
        kind=DocumentKind.CERTIFICATE,
        id=certificate_id(signed.key, place),
        created=tick.now_ms // 1000,
        data=transaction,
    )
    noted = {f"{_ENTRY_KEY}{document.id}": str(number).encode("ascii")}
    tick.changes.append(Write(documents=[document], meta=noted))


def taken_back(core: Core, subject: Subject, tick: Tick) -> Iterator[tuple[Signed, bytes, int]]:
    """The decisions in what a recovering node has just taken back of its own log, with their transactions
    and the numbers of their entries."""
    for segment in tick.segments:
        if segment.coop != core.coop:
            continue
        for number, data in enumerate(split(segment.entries), segment.first):
            if entry_kind(data) == subject.entry_kind:
                transaction = data[transaction_start(data) :]
                signed = subject.read(transaction)
                if signed is not None:
                    yield signed, transaction, number
