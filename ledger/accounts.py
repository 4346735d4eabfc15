"""Transactions about one account of a coop's own, which its stewards sign: their shapes, PROTOCOL section 6.

As in `ledger.transactions`, which offers all kinds: a frozen class and its reader for each. Nothing here
looks at state.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from ledger.codec import Value
from ledger.government.articles import CLASSES
from ledger.names import Named, is_named
from ledger.shapes import (
    MAX_STEWARDS,
    Kind,
    Signatures,
    is_bytes,
    is_number,
    is_uint,
    read_signatures,
)


class Status(IntEnum):
    """What an account may do: all; be paid only; nothing, for ever."""

    OPEN = 0
    FROZEN = 1
    CLOSED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """A new account, signed by its key and by the stewards. `limit` is its first credit limit.

    `handle` is the name itself in logs of earlier versions, else a commitment to it (`ledger.names`).
    """

    kind: ClassVar[Kind] = Kind.ADMIT
    account: int
    key: bytes
    handle: Named
    class_: int
    limit: int
    key_signature: bytes = b""
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.ADMIT.value,
            self.account,
            self.key,
            self.handle,
            self.class_,
            self.limit,
            self.key_signature,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A change of an account's credit limit: `limit` from `from_` to `until`, then `after`."""

    kind: ClassVar[Kind] = Kind.LIMIT
    account: int
    revision: int
    limit: int
    from_: int
    until: int | None
    after: int | None
    reason: bytes
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.LIMIT.value,
            self.account,
            self.revision,
            self.limit,
            self.from_,
            self.until,
            self.after,
            self.reason,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """Freezes, thaws or closes an account."""

    kind: ClassVar[Kind] = Kind.STATUS
    account: int
    revision: int
    status: Status
    reason: bytes
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.STATUS.value,
            self.account,
            self.revision,
            self.status.value,
            self.reason,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 1


def read_admit(fields: list[object]) -> Admit | None:
    """The `admit` that a decoded array holds; None when its shape is another."""
    if len(fields) != 8:
        return None
    _, account, key, handle, class_, limit, key_signature, stewards = fields
    signatures = read_signatures(stewards, MAX_STEWARDS)
    if not (is_number(account) and is_bytes(key, 32) and is_bytes(key_signature, 64)):
        return None
    if not is_named(handle):
        return None
    if type(class_) is not int or not 0 <= class_ < CLASSES or type(limit) is not int:
        return None
    if signatures is None:
        return None
    return Admit(
        account=account,
        key=key,
        handle=handle,
        class_=class_,
        limit=limit,
        key_signature=key_signature,
        stewards=signatures,
    )


def read_limit(fields: list[object]) -> Limit | None:
    """The `limit` that a decoded array holds; None when its shape is another."""
    if len(fields) != 9:
        return None
    _, account, revision, limit, from_, until, after, reason, stewards = fields
    signatures = read_signatures(stewards, MAX_STEWARDS)
    if not (is_number(account) and is_uint(revision) and type(limit) is int):
        return None
    if not (is_uint(from_) and is_bytes(reason, 32)) or signatures is None:
        return None
    if not (until is None and after is None) and not (is_uint(until) and type(after) is int):
        return None
    return Limit(
        account=account,
        revision=revision,
        limit=limit,
        from_=from_,
        until=until,
        after=after,
        reason=reason,
        stewards=signatures,
    )


def read_status(fields: list[object]) -> SetStatus | None:
    """The `status` that a decoded array holds; None when its shape is another."""
    if len(fields) != 6:
        return None
    _, account, revision, status, reason, stewards = fields
    signatures = read_signatures(stewards, MAX_STEWARDS)
    if not (is_number(account) and is_uint(revision) and is_bytes(reason, 32)):
        return None
    if type(status) is not int or status not in (0, 1, 2) or signatures is None:
        return None
    return SetStatus(
        account=account,
        revision=revision,
        status=Status(status),
        reason=reason,
        stewards=signatures,
    )
