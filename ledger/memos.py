"""What binds a memo or a reason to the ledger without telling it: salted hashes, PROTOCOL section 8."""

from hashlib import sha256
from typing import Final

from ledger.messages import TAG_MEMO, TAG_REASON, TAG_TEXT

SALT_BYTES: Final = 16
MAX_TEXT_BYTES: Final = 512

MAX_PROPOSAL_BYTES: Final = 16_384
"""The longest text that members vote about: some pages."""


def memo_reference(*, salt: bytes, text: str) -> bytes:
    """The reference of a payment with this memo. `salt` is 16 random bytes; else `ValueError`."""
    return _commit(TAG_MEMO, salt, text)


def reason_hash(*, salt: bytes, text: str) -> bytes:
    """The reason's hash in a `limit` or `status` entry."""
    return _commit(TAG_REASON, salt, text)


def proposal_hash(*, salt: bytes, text: str) -> bytes:
    """The hash, in a `propose` entry, of the text that members vote about."""
    return _commit(TAG_TEXT, salt, text, most=MAX_PROPOSAL_BYTES)


def _commit(tag: bytes, salt: bytes, text: str, *, most: int = MAX_TEXT_BYTES) -> bytes:
    data = text.encode("utf-8")
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    if len(data) > most:
        raise ValueError(f"the text is over {most} bytes of UTF-8")
    return sha256(tag + salt + data).digest()
