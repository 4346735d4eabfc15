"""Receipts: a proof that an entry is in a coop's log, for which the charter suffices.

PROTOCOL section 8.
"""

from dataclasses import dataclass
from typing import Final

from ledger.chain import SignedHead, check_hash, extend
from ledger.charter import Charter
from ledger.codec import decode, encode
from ledger.errors import EncodingError, ProofError
from ledger.refusals import Refusal
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
