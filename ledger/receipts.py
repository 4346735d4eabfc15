"""Receipts: a proof that an entry is in a coop's log, for which the charter suffices.

PROTOCOL section 8. The log's own node signs the head right after the entry. Whoever holds only a later
signed head proves the entry with the *path* to it: the entries in between, which the chain takes in as
they are.

`ReferenceIssuer` makes the former kind; native code makes many at once, and
`ledger.validators.choose.new_issuer` chooses. A path needs no key: nodes cut it out of the log that they
hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from ledger.chain import HASH_BYTES, SignedHead, check_hash, extend, is_signed_by, sign_head
from ledger.charter import Charter
from ledger.codec import MAX, Value, decode, encode, split
from ledger.entries import Entry, decode_entry
from ledger.errors import EncodingError, NotStanding, ProofError
from ledger.refusals import Refusal
from ledger.shapes import is_number
from ledger.signatures import SigningKey

NAME: Final = "fiado1.receipt"

MAX_RECEIPT_BYTES: Final = 1_310_720
"""The most bytes of a receipt: a quarter more than the 1 MiB that nodes keep under one signed head, so
that a path has room for its entries and their lengths."""

MAX_FOLLOWING: Final = 65_535
"""The most entries of a path: as many as fit the two bytes in which most arrays tell their length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Entry number `length` of `coop`'s log, and that coop's signature over a head after it.

    `following` are the entries between them, in order: none when the signed head is the one right
    after the entry. They are in the log as well, but nobody judges them here.
    """

    federation: bytes
    coop: int
    length: int
    previous: bytes
    entry: bytes
    signature: bytes
    following: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The canonical bytes. A path that is too long makes more than a reader takes."""
        fields: list[Value] = [
            NAME,
            self.federation,
            self.coop,
            self.length,
            self.previous,
            self.entry,
            self.signature,
        ]
        return encode([*fields, self.following] if self.following else fields)

    def check(self, charter: Charter) -> Entry:
        """The entry that this receipt proves to be in the log; else `ProofError`.

        `NotStanding` when the coop has signed it, but in a history that does not stand: see `entry_signed`.
        """
        entry = self.entry_signed(charter)
        if self.stands(charter) is False:
            raise NotStanding("the coop has signed it, in a history of its log that does not stand")
        return entry

    def entry_signed(self, charter: Charter) -> Entry:
        """The entry that the coop has signed, with any key that it has had, in whatever history.

        `ProofError` when there is none such.
        """
        if self.federation != charter.federation:
            raise ProofError("the receipt is of another federation")
        check_hash(self.previous)
        signed = self._signed_head()
        coop = charter.coops.get(self.coop)
        if coop is None or not is_signed_by(signed, coop.all_keys, charter):
            signed.check(charter)
        entry = decode_entry(self.entry)
        if isinstance(entry, Refusal):
            raise ProofError("the coop signed an entry that breaks the protocol")
        return entry

    def _signed_head(self) -> SignedHead:
        *_, head = self._heads()
        length = self.length + len(self.following)
        return SignedHead(coop=self.coop, length=length, head=head, signature=self.signature)

    def _heads(self) -> Iterator[bytes]:
        """The heads from the one before the entry to the signed one."""
        head = self.previous
        yield head
        for entry in (self.entry, *self.following):
            head = extend(head, entry)
            yield head

    def stands(self, charter: Charter) -> bool | None:
        """Whether what the coop has signed here is in the history of its log that stands.

        False when the signature does not count at its length, or another history was decided to stand at a
        length that the receipt shows; True when this one was; None when the receipt can't tell.
        """
        coop = charter.coops[self.coop]
        signed = self._signed_head()
        if coop.earlier_keys and not is_signed_by(signed, [coop.key_at(signed.length)], charter):
            return False
        if coop.stands is None or not self.length - 1 <= coop.stands.length <= signed.length:
            return None
        place = coop.stands.length - self.length + 1
        return next(islice(self._heads(), place, None)) == coop.stands.head

    def is_beside(self, standing: "Receipt", charter: Charter) -> bool:
        """Whether `standing`, a checked receipt, is of an entry that stands in the place of this one."""
        is_same_place = (self.coop, self.length) == (standing.coop, standing.length)
        is_other = extend(self.previous, self.entry) != extend(standing.previous, standing.entry)
        return is_same_place and is_other and standing.stands(charter) is True


def decode_receipt(data: bytes) -> Receipt:
    """Read a receipt's bytes, not yet checked; raises `ProofError`."""
    if len(data) > MAX_RECEIPT_BYTES:
        raise ProofError(f"a receipt has at most {MAX_RECEIPT_BYTES} bytes, not {len(data)}")
    try:
        value = decode(data, max_array=MAX_FOLLOWING)
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
            *path,
        ] if is_number(coop) and length > 0:
            following = _read_path(path)
            if length + len(following) > MAX:
                raise ProofError("no log is that long")
            return Receipt(
                federation=federation,
                coop=coop,
                length=length,
                previous=previous,
                entry=entry,
                signature=signature,
                following=following,
            )
    raise ProofError("not a receipt")


def _read_path(rest: list[Value]) -> tuple[bytes, ...]:
    """What follows the seven elements: nothing, or an array with at least one entry."""
    match rest:
        case []:
            return ()
        case [[_, *_] as path]:
            following = tuple(entry for entry in path if isinstance(entry, bytes))
            if len(following) == len(path):
                return following
        case _:
            pass
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
        `EncodingError` for entries that end within a value, `ValueError` for a number or head that
        no log has.
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
        if not 1 <= first <= MAX:
            raise ValueError("entries are counted from 1 to 2^53 - 1")
        if len(previous) != HASH_BYTES:
            raise ValueError(f"{HASH_BYTES} bytes expected, not {len(previous)}")
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
