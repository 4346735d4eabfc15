"""The rows of the history index: which entries concern an account, and where a payment is found.

The index is made from the logs and can be made again; nothing stands in it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final

import msgpack

from ledger.kinds import PAYMENT_KINDS
from ledger.transactions import Kind

_PLACE: Final = 2**46


class Role(IntEnum):
    """What an account has to do with an entry of its history."""

    PAYER = 1
    PAYEE = 2
    RETURN = 3
    LEFT = 4
    """What it paid came back, because the payee's coop has left. Such a row has that coop as `log` and the
    payment's number in the own log; its time is that of the anchor by which it came back."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class HistoryPlace:
    """Where a row stands in an account's history: by the entry's time, then log, then number."""

    time: int
    log: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """Entry `number` of coop `log`'s log concerns account `account` of `coop`.

    `time` is the entry's. `amount` is by how much it changes the account's balance, once the coop's log has
    taken it in: below 0 for what the account paid, with the fee. `sequence` is the payment's when the account
    is its payer, else None, and so is `digest`, the first 16 bytes of the SHA-256 of the payment as it was
    submitted.
    """

    coop: int
    account: int
    time: int
    log: int
    number: int
    role: Role
    amount: int = 0
    sequence: int | None = None
    digest: bytes | None = None

    @property
    def place(self) -> HistoryPlace:
        """Where to go on reading after this row."""
        return HistoryPlace(time=self.time, log=self.log, number=self.number)


def payment_digest(transaction: bytes) -> bytes:
    """What the history index knows a payment's bytes by."""
    return sha256(transaction).digest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPayment:
    """Where a payment is in its home log, and the digest of its bytes as `HistoryRow` has it."""

    number: int
    digest: bytes | None


def paid_by(entry: bytes | None, *, to: int) -> tuple[int, int] | None:
    """Who paid by an entry, and how much, if it is a payment to that coop; None for another one, or none.

    Where a log has forked, what is given back may be of the other history.
    """
    fields: Sequence[Any] = [None] if entry is None else msgpack.unpackb(entry)[1]
    if fields[0] not in PAYMENT_KINDS or fields[3] != to:
        return None
    _, payer, _, _, _, amount, *_ = fields
    return payer, amount


def counted_as(transaction: Sequence[Any]) -> int:
    """The sequence of a history's row for the elements of a payment that left an account.

    A delegated key counts by itself (PROTOCOL 14.3), so its place stands above the bits of the sequence; no
    place ever comes near that many payments.
    """
    sequence: int = transaction[2]
    if transaction[0] != Kind.PAY_DELEGATED:
        return sequence
    place: int = transaction[9]
    return (place + 1) * _PLACE + sequence % _PLACE
