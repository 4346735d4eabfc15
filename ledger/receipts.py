"""Receipts: a proof that an entry is in a coop's log, for which the charter suffices.

PROTOCOL section 8. `ReferenceIssuer` makes them; native code makes many at once, and
`ledger.choose.new_issuer` chooses.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from ledger.chain import SignedHead, check_hash, extend, sign_head
from ledger.charter import Charter
from ledger.codec import decode, encode, split
from ledger.errors import EncodingError, ProofError
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from ledger.transactions import Entry, decode_entry

NAME: Final = "fiado1.receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Entry number `length` of `coop`'s log, and that coop's signature over the head after it."""

    federation: bytes
    coop: int
    length: int
    previous: bytes
    entry: bytes
    signature: bytes

    def encode(self) -> bytes:
        """The canonical bytes."""
        return encode(
            [
                NAME,
                self.federation,
                self.coop,
                self.length,
                self.previous,
                self.entry,
                self.signature,
            ]
        )

    def check(self, charter: Charter) -> Entry:
        """The entry that this receipt proves to be in the log; else `ProofError`."""
        if self.federation != charter.federation:
            raise ProofError("the receipt is of another federation")
        check_hash(self.previous)
        SignedHead(
            coop=self.coop,
            length=self.length,
            head=extend(self.previous, self.entry),
            signature=self.signature,
        ).check(charter)
        entry = decode_entry(self.entry)
        if isinstance(entry, Refusal):
            raise ProofError("the coop signed an entry that breaks the protocol")
        return entry


def decode_receipt(data: bytes) -> Receipt:
    """Read a receipt's bytes, not yet checked; raises `ProofError`."""
    try:
        value = decode(data)
    except EncodingError as error:
        raise ProofError(f"not a receipt: {error}") from error
    match value:
        case [
            "fiado1.receipt",
            bytes(federation),
            int(coop),
            int(length),
            bytes(previous),
            bytes(entry),
            bytes(signature),
        ] if length > 0 and coop >= 0:
            return Receipt(
                federation=federation,
                coop=coop,
                length=length,
                previous=previous,
                entry=entry,
                signature=signature,
            )
    raise ProofError("not a receipt")


class Issuer(Protocol):
    """Signs for one coop's log, with the key of its node.

    Whoever hands out what it signed sees to it that the entries below are on disk first.
    """

    def sign_head(self, length: int, head: bytes) -> bytes:
        """The signature over the head that the log has at `length`."""

    def issue(self, entries: bytes, first: int, previous: bytes) -> list[bytes]:
        """The receipts of concatenated entries, as bytes.

        The first entry is number `first` of the log and follows the head `previous`. Raises
        `EncodingError` for entries that end within a value.
        """


class ReferenceIssuer:
    """Makes one receipt after the other."""

    def __init__(self, key: SigningKey, *, federation: bytes, coop: int) -> None:
        self._key = key
        self._federation = federation
        self._coop = coop

    def sign_head(self, length: int, head: bytes) -> bytes:
        """See `Issuer.sign_head`."""
        signed = sign_head(
            self._key, federation=self._federation, coop=self._coop, length=length, head=head
        )
        return signed.signature

    def issue(self, entries: bytes, first: int, previous: bytes) -> list[bytes]:
        """See `Issuer.issue`."""
        receipts = []
        for length, entry in enumerate(split(entries), first):
            head = extend(previous, entry)
            receipt = Receipt(
                federation=self._federation,
                coop=self._coop,
                length=length,
                previous=previous,
                entry=entry,
                signature=self.sign_head(length, head),
            )
            receipts.append(receipt.encode())
            previous = head
        return receipts
