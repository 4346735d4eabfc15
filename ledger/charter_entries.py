"""The `charter` transaction: how a log takes in a change of the charter (PROTOCOL sections 4.2 and 7.12).

What the coops sign is a decision like any other: its kind is 3, its number the version, its content
`[base, change]`, its place the version before. So a change names what it changes.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Final

from ledger.agreement import CHARTER_DECISION, Turn, decision_body
from ledger.charter_changes import Change, read_change
from ledger.codec import Value, encode
from ledger.shapes import Kind, Signatures, is_bytes, is_uint, read_signatures

MAX_CHARTER_SIGNATURES: Final = 256
"""So many fit an entry. A charter whose decision quorum is larger can't be changed: that of more than 511
members, of whom more than half are more, or of fewer who ask for so many."""

_TAG: Final = b"fiado1.charter-v"


def base_after(base: bytes, change: Change) -> bytes:
    """The hash of the founding file and all changes, with one change more."""
    return sha256(_TAG + base + encode(change.value())).digest()


def charter_content(base: bytes, change: Change) -> Value:
    """What, beside kind and number, the coops sign: `[base, change]`."""
    return [base, change.value()]


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterEntry:
    """A `charter` transaction. `base` is the hash of what `change` changes; `round` that of the decision."""

    kind: ClassVar[Kind] = Kind.CHARTER
    version: int
    base: bytes
    change: Change
    signatures: Signatures = ()
    round: int = 0

    def content(self) -> Value:
        """What, beside kind and number, the coops sign."""
        return charter_content(self.base, self.change)

    def signed_body(self) -> bytes:
        """What, beside its own number, each coop signs."""
        return decision_body(
            decision=CHARTER_DECISION,
            number=self.version,
            content=encode(self.content()),
            turn=Turn(place=self.version - 1, round=self.round),
        )

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.CHARTER.value,
            self.version,
            self.base,
            self.change.value(),
            self.signatures,
            self.round,
        ]

    unsigned_tail: ClassVar[int] = 0


def read_charter_entry(fields: list[object]) -> CharterEntry | None:
    """The transaction that a decoded array holds; None when its shape is another."""
    if len(fields) != 6:
        return None
    _, version, base, value, coops, round_ = fields
    change, signatures = read_change(value), read_signatures(coops, MAX_CHARTER_SIGNATURES)
    if not (is_uint(version) and version > 0 and is_bytes(base, 32) and is_uint(round_)):
        return None
    if change is None or signatures is None:
        return None
    return CharterEntry(
        version=version, base=base, change=change, signatures=signatures, round=round_
    )
