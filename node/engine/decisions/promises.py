"""What this node's stewards have published for decisions, and what it has stated, on disk.

This stands on both sides of the signature: `publishing` saves here what stewards stand for, which they may
change as long as nothing is decided; `taking_part` reads it, and saves here what it states.

The promise: one statement for a kind and number, saved in the same transaction after which the signature
leaves. What is said here is kept until the own log has taken the decision in. What the node signed of
decisions before there were rounds is here too, and binds it (`agreement`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ledger.codec import Value, decode, encode
from ledger.decisions import content_message
from ledger.errors import EncodingError
from ledger.publications import Publication
from ledger.shapes import read_signatures
from ledger.signatures import SignatureInvalid, verify
from node.engine.core import Core
from node.engine.decisions.stewards import has_enough
from node.engine.tick import Tick
from node.engine.wire_decisions import Key
from node.errors import StorageFault
from node.store import Document, DocumentKind, Write

_MOST = 1_000
_MOST_STEWARDS = 64


def document_id(key: Key) -> str:
    """The id of a document about that decision."""
    return f"{key[0]}-{key[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The encoding of the content that the node signed, and its signature."""

    content: bytes
    signature: bytes


class Promises:
    """Reads everything at the start; writes with the tick."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.signed: dict[Key, Promise] = {}
        self._published: dict[Key, list[Publication]] = {}
        for document in core.store.documents(DocumentKind.DECISION, limit=_MOST):
            try:
                self.signed[_key(document)] = self._read_promise(document)
            except (StorageFault, EncodingError, SignatureInvalid):
                # Something was signed and is forgotten: as after a restore, peers are asked for it.
                core.old_copy.began_in_doubt = True
        for document in core.store.documents(DocumentKind.PUBLICATION, limit=_MOST):
            try:
                self._published[_key(document)] = list(_read_publications(document))
            except (StorageFault, EncodingError):
                continue  # the stewards publish it once more

    def _read_promise(self, document: Document) -> Promise:
        """A promise of this node; raises `StorageFault`, `EncodingError`, `SignatureInvalid`."""
        content, signature = _fields(document, 2)
        if not isinstance(content, bytes) or not isinstance(signature, bytes):
            raise _damaged(document)
        core, (decision, number) = self._core, _key(document)
        message = content_message(
            federation=core.charter.federation,
            coop=core.coop,
            decision=decision,
            number=number,
            content=content,
        )
        key = core.own.node_key
        verify(public_key=key, message=message, signature=signature)
        return Promise(content=content, signature=signature)

    def save(self, tick: Tick, key: Key, promise: Promise) -> None:
        """Sign nothing else for that number from now on; it is on disk before the tick's messages leave."""
        self.signed[key] = promise
        self._core.old_copy.has_said = True
        data = encode([promise.content, promise.signature])
        self._write(tick, DocumentKind.DECISION, key, data)

    def publications(self, key: Key) -> list[Publication]:
        """The contents that stewards stand for, with their signatures so far."""
        return list(self._published.get(key, ()))

    def wanted(self, key: Key) -> Publication | None:
        """The content that enough stewards stand for."""
        for publication in self._published.get(key, ()):
            if has_enough(self._core, publication):
                return publication
        return None

    def publish(self, tick: Tick, new: Publication) -> Publication:
        """Add checked signatures of stewards; each stands for the last content that they signed."""
        key = (new.decision, new.number)
        speakers = {steward for steward, _ in new.stewards}
        signatures = dict(new.stewards)
        kept = []
        for publication in self._published.get(key, ()):
            if publication.body() == new.body():
                signatures = dict(publication.stewards) | signatures
                continue
            others = tuple(pair for pair in publication.stewards if pair[0] not in speakers)
            if others:
                kept.append(replace(publication, stewards=others))
        merged = replace(new, stewards=tuple(sorted(signatures.items())))
        self._published[key] = [merged, *kept]
        data = encode([[one.content, one.stewards] for one in self._published[key]])
        self._write(tick, DocumentKind.PUBLICATION, key, data)
        return merged

    def forget_before(self, tick: Tick, key: Key) -> None:
        """Drop what concerns decisions of that kind with lower numbers: the own log has them."""
        for kind, kept in (
            (DocumentKind.DECISION, self.signed),
            (DocumentKind.PUBLICATION, self._published),
        ):
            past = [other for other in kept if other[0] == key[0] and other[1] < key[1]]
            for other in past:
                del kept[other]
            dropped = [(kind, document_id(other)) for other in past]
            if dropped:
                tick.changes.append(Write(dropped_documents=dropped))

    def _write(self, tick: Tick, kind: DocumentKind, key: Key, data: bytes) -> None:
        document = Document(kind=kind, id=document_id(key), created=tick.now_ms // 1000, data=data)
        tick.changes.append(Write(documents=[document]))


def _key(document: Document) -> Key:
    decision, _, number = document.id.partition("-")
    try:
        return int(decision), int(number)
    except ValueError as error:
        raise _damaged(document) from error


def _fields(document: Document, count: int) -> list[Value]:
    value = decode(document.data)
    if type(value) is not list or len(value) != count:
        raise _damaged(document)
    return value


def _read_publications(document: Document) -> Iterator[Publication]:
    decision, number = _key(document)
    value = decode(document.data)
    for item in value if type(value) is list else ():
        if type(item) is not list or len(item) != 2:
            raise _damaged(document)
        stewards = read_signatures(item[1], _MOST_STEWARDS)
        if stewards is None:
            raise _damaged(document)
        yield Publication(decision=decision, number=number, content=item[0], stewards=stewards)


def _damaged(document: Document) -> StorageFault:
    return StorageFault(f"the {document.kind.value} {document.id} in the store can't be read")
