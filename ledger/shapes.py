"""What the shapes of transactions are made of: kinds, ranges and small readers, PROTOCOL section 6.

A reader takes a decoded value of any type and says whether it fits. Nothing here looks at state.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final, TypeGuard, cast

from ledger.codec import MAX
from ledger.texts import is_shown

MAX_NUMBER: Final = 2**32 - 1
MAX_STEWARDS: Final = 64
MAX_COOPS: Final = 1024
MAX_ANCHOR_SIGNATURES: Final = 256
"""The anchored coop's own and those of witnesses: so many fit an entry, however many coops there are."""
MAX_PUBLISHERS: Final = 64
MAX_OWNERS: Final = 16
"""So many keys a joint account has at most."""
MAX_DELEGATES: Final = 64
"""So many keys may pay for an account at a time; their places count from 0."""
MAX_PAYEES: Final = 16
"""So many payees a delegated key can be bound to."""


class Kind(IntEnum):
    """The first element of a transaction."""

    PAY = 1
    ADMIT = 2
    LIMIT = 3
    STATUS = 4
    REKEY = 5
    ANCHOR = 6
    INDEX = 7
    RETURN = 8
    PROPOSE = 9
    VOTE = 10
    ENACT = 11
    LEVY = 12
    CHARTER = 13
    GUARANTEE = 14
    GUARDIANS = 15
    RECOVER = 16
    OBJECT = 17
    SPEND = 18
    LEAVE = 19
    SETTLE = 20
    BYLAWS = 21
    RESTORE = 22
    ATTEST = 23
    LAPSE = 24
    DELEGATE = 25
    PAY_DELEGATED = 26
    OWNERS = 27
    OPENING = 28
    ACKNOWLEDGE = 29


Signatures = tuple[tuple[int, bytes], ...]
"""(signer's number, signature), strictly rising by signer: a steward's place or a coop's number."""

AccountSignature = bytes | Signatures
"""An account's signature: that of its one key, or those of several owners by their places (PROTOCOL 14.1)."""


def is_uint(value: object) -> TypeGuard[int]:
    """Whether it is an integer from 0 to MAX."""
    return type(value) is int and 0 <= value <= MAX


def is_number(value: object) -> TypeGuard[int]:
    """Whether it can be the number of an account, a coop or a steward."""
    return type(value) is int and 0 <= value <= MAX_NUMBER


def is_place(value: object) -> TypeGuard[int]:
    """Whether it can be the place of a delegated key of an account."""
    return type(value) is int and 0 <= value < MAX_DELEGATES


def is_bytes(value: object, length: int) -> TypeGuard[bytes]:
    """Whether it is binary of exactly that length."""
    return type(value) is bytes and len(value) == length


def is_text(value: object, *, most: int) -> TypeGuard[str]:
    """Whether it is text of 1 to `most` characters, all of them shown (`ledger.texts`)."""
    return type(value) is str and 1 <= len(value) <= most and is_shown(value)


def read_signatures(value: object, most: int) -> Signatures | None:
    """The signatures that a decoded value lists, at most `most` of them; None for another shape."""
    if type(value) is not list or len(value) > most:
        return None
    previous = -1
    for pair in cast(Sequence[object], value):
        if type(pair) is not list or len(pair) != 2 or not is_bytes(pair[1], 64):
            return None
        if not is_number(pair[0]) or pair[0] <= previous:
            return None
        previous = pair[0]
    return tuple((pair[0], pair[1]) for pair in value)


def read_account_signature(value: object) -> AccountSignature | None:
    """The signature of an account that a decoded value is; None for another shape."""
    if is_bytes(value, 64):
        return value
    signatures = read_signatures(value, MAX_OWNERS)
    return signatures or None
