"""What coops sign to agree on one content: bodies and messages, PROTOCOL sections 3 and 9.3.

What is decided one after the other is a *subject*: the index, with its prints and changes of source, or the
charter. The decisions of a subject have *places*, counted from 0, and for each place the coops agree in
*rounds*. In a round a coop first supports a content, by its hash, and then may sign it for good; of one round
it does each once at most. Signatures of decisions made before there were rounds have neither place nor round.

Nothing here knows what a content says, or which coops are entitled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from ledger.codec import encode
from ledger.messages import TAG_DECISION, TAG_SUPPORT, signed_bytes
from ledger.shapes import is_uint

CHARTER_DECISION: Final = 3
"""The decision about a change of the charter; those about the index are `ledger.decisions.Decision`."""


PLACES_OF_A_RUN: Final = 2**32
"""Where a subject begins to count anew its places go on from the next multiple of this (PROTOCOL 9.8)."""


class Subject(IntEnum):
    """What is decided in one sequence of places."""

    INDEX = 1
    """Prints and changes of source; a log's next place is how many of both it has taken in."""
    CHARTER = 2
    """Changes of the charter; the place is the new version less 1."""


SUBJECTS: Final[Mapping[int, Subject]] = {
    1: Subject.INDEX,
    2: Subject.INDEX,
    CHARTER_DECISION: Subject.CHARTER,
}
"""The subject of each decision that can have a place."""


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """A round of the agreement on one place of a subject. Both count from 0."""

    place: int
    round: int


def read_turn(place: object, round_: object) -> Turn | None:
    """The turn that a decoded place and round make; None unless both are uints."""
    return Turn(place=place, round=round_) if is_uint(place) and is_uint(round_) else None


def decision_body(*, decision: int, number: int, content: bytes, turn: Turn | None) -> bytes:
    """The encoding of `[decision, number, content, place, round]`, or of the first three without a turn.

    `content` is the content's encoding. Equal bytes are the same decision in the same round.
    """
    if turn is None:
        return b"\x93" + encode(decision) + encode(number) + content
    fields = encode(decision) + encode(number) + content
    return b"\x95" + fields + encode(turn.place) + encode(turn.round)


def decision_message(*, federation: bytes, coop: int, body: bytes) -> bytes:
    """What `coop` signs for a decision; `body` as `decision_body` gives it."""
    return signed_bytes(TAG_DECISION, federation=federation, coop=coop, body=body)


def support_hash(*, decision: int, number: int, content: bytes) -> bytes:
    """What stands for a content where it is supported: SHA-256 of `[decision, number, content]`."""
    body = decision_body(decision=decision, number=number, content=content, turn=None)
    return sha256(body).digest()


def support_message(
    *, federation: bytes, coop: int, subject: int, turn: Turn, content_hash: bytes
) -> bytes:
    """What `coop` signs to support a content in a round; `content_hash` as `support_hash` gives it."""
    body = encode([subject, turn.place, turn.round, content_hash])
    return signed_bytes(TAG_SUPPORT, federation=federation, coop=coop, body=body)
