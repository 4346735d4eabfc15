"""What this node must remember of the agreement under way on each subject, on disk.

One document for each subject, written anew with every step before anything leaves, and with a hash of itself:
a damaged one is as none, and the node has to ask what it said (`told`). Decided places leave nothing behind.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from ledger.codec import Value, decode, encode
from ledger.errors import EncodingError
from ledger.shapes import read_signatures
from node.engine.core import Core
from node.engine.decisions.words import Proof, Saved, Saying, Word
from node.engine.tick import Tick
from node.errors import StorageFault
from node.store import Document, DocumentKind, Write

_HASH_BYTES: Final = 32
_MOST_SIGNATURES: Final = 256
_SAYINGS: Final = (Saying.SUPPORT, Saying.SIGNATURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """The place that a subject's agreement is about, and what was said for it here."""

    place: int
    saved: Saved = field(default_factory=Saved)
    is_whole: bool = True
    """Whether the node is sure that this is all it said; if not, it has to ask."""


def load_matter(core: Core, subject: str) -> Matter | None:
    """What the disk has of a subject; raises `StorageFault` when that is damaged."""
    document = core.store.document(DocumentKind.AGREEMENT, subject)
    if document is None:
        return None
    hash_, data = document.data[:_HASH_BYTES], document.data[_HASH_BYTES:]
    try:
        if sha256(data).digest() != hash_:
            raise ValueError("it is not what was written")
        return _read(decode(data), core.coop)
    except (EncodingError, ValueError, LookupError) as error:
        raise StorageFault(f"the agreement about {subject} in the store: {error}") from error


def save_matter(tick: Tick, subject: str, matter: Matter) -> None:
    """Write it with this tick."""
    saved = matter.saved
    words: list[Value] = [
        [_SAYINGS.index(word.saying), word.round, word.choice, word.signature]
        for word in saved.words
    ]
    data = encode(
        [
            matter.place,
            int(matter.is_whole),
            saved.round,
            _proof_value(saved.lock),
            _proof_value(saved.newest),
            words,
        ]
    )
    document = Document(
        kind=DocumentKind.AGREEMENT,
        id=subject,
        created=tick.now_ms // 1000,
        data=sha256(data).digest() + data,
    )
    tick.changes.append(Write(documents=[document]))


def _proof_value(proof: Proof | None) -> Value:
    if proof is None:
        return None
    return [proof.choice, proof.round, proof.signatures]


def _read(value: Value, coop: int) -> Matter:
    match value:
        case [int(place), int(is_whole), int(round_), lock, newest, list(words)]:
            saved = Saved(
                round=round_,
                lock=_read_proof(lock),
                newest=_read_proof(newest),
                words=tuple(_read_word(word, coop) for word in words),
            )
            return Matter(place=place, saved=saved, is_whole=is_whole == 1)
        case _:
            raise ValueError("it has another shape")


def _read_proof(value: Value) -> Proof | None:
    match value:
        case None:
            return None
        case [bytes(choice), int(round_), coops]:
            signatures = read_signatures(coops, _MOST_SIGNATURES)
            if signatures is not None:
                return Proof(choice=choice, round=round_, signatures=signatures)
        case _:
            pass
    raise ValueError("a proof has another shape")


def _read_word(value: Value, coop: int) -> Word:
    match value:
        case [int(saying), int(round_), bytes(choice), bytes(signature)]:
            return Word(
                saying=_SAYINGS[saying],
                coop=coop,
                round=round_,
                choice=choice,
                signature=signature,
            )
        case _:
            raise ValueError("a word has another shape")
