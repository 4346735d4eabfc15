"""Entries: what a log consists of, each a time and a transaction (PROTOCOL section 5).

`decode_entry` turns bytes from anywhere into an `Entry`, or says which refusal they earn. The functions
that read only the first bytes are for routing and for entries that have been checked before: they check
nothing. Which kinds there are is said in `ledger.kinds`, which shapes they have in `ledger.transactions`.
"""

from dataclasses import dataclass
from typing import Final

import msgpack

from ledger.codec import MAX_ARRAY, encode
from ledger.kinds import read_transaction
from ledger.refusals import Refusal
from ledger.shapes import is_uint
from ledger.transactions import Transaction

MAX_ENTRY_BYTES: Final = 32_768

LAST_TIME: Final = 253_402_300_799
"""The last second that an entry can have: the end of the year 9999, in UTC. Calendars end there."""

_TIME_BYTES: Final = {0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9}
"""How long an integer is, by its first byte; a small one is that byte alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A decoded entry: when its home appended it, and what it is."""

    time: int
    transaction: Transaction


def encode_entry(time: int, transaction: bytes) -> bytes:
    """The entry `[time, transaction]`, the transaction's bytes unchanged."""
    return b"\x92" + encode(time) + transaction


def decode_entry(data: bytes) -> Entry | Refusal:
    """The entry that `data` encodes, or the refusal it earns (PROTOCOL section 7.1, up to shape)."""
    # 7.1.1
    if len(data) > MAX_ENTRY_BYTES:
        return Refusal.ENTRY_TOO_LARGE
    # 7.1.2
    try:
        value = msgpack.unpackb(data, max_array_len=MAX_ARRAY)
        if msgpack.packb(value) != data:
            return Refusal.ENTRY_MALFORMED
    except Exception:  # msgpack raises several unrelated types on bad bytes
        return Refusal.ENTRY_MALFORMED
    if type(value) is not list or len(value) != 2 or not is_uint(value[0]):
        return Refusal.ENTRY_MALFORMED
    # 7.1.3, 7.1.4
    transaction = read_transaction(value[1])
    if isinstance(transaction, Refusal):
        return transaction
    # 7.1.5
    if value[0] > LAST_TIME:
        return Refusal.TIME_OUT_OF_RANGE
    return Entry(value[0], transaction)


def decode_transaction(data: bytes) -> Transaction | Refusal:
    """The transaction in `data`, held to what it would meet as part of an entry (section 7.1)."""
    entry = decode_entry(encode_entry(0, data))
    return entry if isinstance(entry, Refusal) else entry.transaction


def transaction_kind(data: bytes) -> int | None:
    """The kind that the first bytes of a transaction claim, or None; for routing, checks nothing."""
    if len(data) >= 2 and 0x90 <= data[0] <= 0x9F and data[1] < 0x80:
        return data[1]
    return None


def transaction_start(entry: bytes) -> int:
    """Where the transaction begins in the bytes of a valid entry: after array header and time."""
    return 1 + _TIME_BYTES.get(entry[1], 1)


def entry_kind(entry: bytes) -> int | None:
    """The kind of a valid entry, from its first bytes."""
    return transaction_kind(entry[transaction_start(entry) :][:2])
