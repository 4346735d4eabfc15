"""The hash chain of a log and its signed heads, PROTOCOL section 5.

`head_n = SHA-256(head_{n-1} ‖ entry_n)`, beginning with a value that names federation and coop, so the head
of an empty log already differs from log to log.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ledger.charter import Charter
from ledger.codec import Value, encode
from ledger.errors import ProofError
from ledger.messages import TAG_HEAD, TAG_LOG, signed_bytes
from ledger.signatures import SignatureInvalid, SigningKey, verify

HASH_BYTES: Final = 32


def check_hash(value: bytes) -> None:
    """Raise `ProofError` unless `value` has the length of a hash.

    Every head that comes from outside passes here before anything is chained to it: a "head" of another
    length could take the first bytes of the entry after it, and the chain would still fit.
    """
    if len(value) != HASH_BYTES:
        raise ProofError(f"a head has {HASH_BYTES} bytes, not {len(value)}")


def genesis(*, federation: bytes, coop: int) -> bytes:
    """The head of an empty log: 32 bytes."""
    return sha256(TAG_LOG + federation + coop.to_bytes(4, "big")).digest()


def extend(head: bytes, entry: bytes) -> bytes:
    """The head after `entry`."""
    return sha256(head + entry).digest()


def extend_all(head: bytes, entries: Iterable[bytes]) -> bytes:
    """The head after all `entries`, in order."""
    for entry in entries:
        head = sha256(head + entry).digest()
    return head


def head_message(*, federation: bytes, coop: int, length: int, head: bytes) -> bytes:
    """What a coop (and a witness of its log) signs: the head that its log has at `length`."""
    return signed_bytes(TAG_HEAD, federation=federation, coop=coop, body=encode([length, head]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A coop's statement that its log has `length` entries and the chain hash `head`."""

    coop: int
    length: int
    head: bytes
    signature: bytes

    def value(self) -> Value:
        """The array `[coop, length, head, signature]`."""
        return [self.coop, self.length, self.head, self.signature]

    def check(self, charter: Charter) -> None:
        """Raise `ProofError` unless the coop's node key of that length made the signature."""
        check_hash(self.head)
        coop = charter.coops.get(self.coop)
        if coop is None:
            raise ProofError("a head signed for a coop that is not in the charter")
        message = head_message(
            federation=charter.federation, coop=self.coop, length=self.length, head=self.head
        )
        try:
            key = coop.key_at(self.length)
            verify(public_key=key, message=message, signature=self.signature)
        except SignatureInvalid as error:
            raise ProofError(f"not a signature of coop {coop.name} over this head") from error


def is_signed_by(signed: SignedHead, keys: Iterable[bytes], charter: Charter) -> bool:
    """Whether one of these keys signed a head, at whatever length it counts."""
    message = head_message(
        federation=charter.federation, coop=signed.coop, length=signed.length, head=signed.head
    )
    for key in keys:
        try:
            verify(public_key=key, message=message, signature=signed.signature)
        except SignatureInvalid:
            continue
        return True
    return False


def sign_head(
    key: SigningKey, *, federation: bytes, coop: int, length: int, head: bytes
) -> SignedHead:
    """Sign a head. The caller sees to it that the entries below are on disk first."""
    message = head_message(federation=federation, coop=coop, length=length, head=head)
    return SignedHead(coop=coop, length=length, head=head, signature=key.sign(message))
