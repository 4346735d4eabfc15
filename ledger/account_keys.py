"""The keys of an account, PROTOCOL section 14: several that own it, others that may pay within caps.

The shapes of `delegate` and `owners`, as `ledger.transactions` has those of other kinds, and what a log
remembers: the rows of the chapters `delegates` and `owners`. Whether an entry may happen is the question of
`ledger.rules.delegating`. Amounts are minor units, times are Unix seconds.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, Final, cast

from ledger.codec import Value, decode, encode
from ledger.shapes import (
    MAX_OWNERS,
    MAX_PAYEES,
    AccountSignature,
    Kind,
    is_bytes,
    is_number,
    is_place,
    is_uint,
    read_account_signature,
)

DELEGATES_CHAPTER: Final = "delegates"
"""Key `[account, place]`; the value is that of a `Delegated`."""

OWNERS_CHAPTER: Final = "owners"
"""By account that is joint, its `Owners`."""

DAY_S: Final = 86_400

Payees = tuple[tuple[int, int], ...]
"""(coop, account) of each, strictly rising."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What a delegated key may do: so much by one payment and in a day, the fees counted, until `until`."""

    per_payment: int
    per_day: int
    until: int
    payees: Payees | None = None
    """Only to these; None: to anybody."""


NO_CAPS: Final = Caps(per_payment=0, per_day=0, until=0)
"""Those of a place without a key: nothing is paid by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """The owner lets a key pay within caps, by a place of the account; nil takes the place's key away."""

    kind: ClassVar[Kind] = Kind.DELEGATE
    account: int
    revision: int
    place: int
    key: bytes | None
    caps: Caps
    signature: AccountSignature = b""

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.DELEGATE.value,
            self.account,
            self.revision,
            self.place,
            self.key,
            *_caps_value(self.caps),
            self.signature,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOwners:
    """The owners say whose keys own the account from here on, and how many of them must sign."""

    kind: ClassVar[Kind] = Kind.OWNERS
    account: int
    revision: int
    needed: int
    keys: tuple[bytes, ...]
    signature: AccountSignature = b""

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.OWNERS.value,
            self.account,
            self.revision,
            self.needed,
            self.keys,
            self.signature,
        ]

    unsigned_tail: ClassVar[int] = 1


def _caps_value(caps: Caps) -> list[Value]:
    payees: Value = None if caps.payees is None else [list(each) for each in caps.payees]
    return [caps.per_payment, caps.per_day, caps.until, payees]


def read_delegate(fields: list[object]) -> Delegate | None:
    """The `delegate` that a decoded array holds; None when its shape is another."""
    if len(fields) != 10:
        return None
    _, account, revision, place, key, per_payment, per_day, until, listed, signature = fields
    if not (is_number(account) and is_uint(revision) and is_place(place)):
        return None
    if not (key is None or is_bytes(key, 32)):
        return None
    if not (is_uint(per_payment) and is_uint(per_day) and is_uint(until)):
        return None
    payees = None if listed is None else _read_payees(listed)
    signed = read_account_signature(signature)
    if (payees is None) != (listed is None) or signed is None:
        return None
    return Delegate(
        account=account,
        revision=revision,
        place=place,
        key=key,
        caps=Caps(per_payment=per_payment, per_day=per_day, until=until, payees=payees),
        signature=signed,
    )


def _read_payees(value: object) -> Payees | None:
    if type(value) is not list or not 1 <= len(value) <= MAX_PAYEES:
        return None
    payees: list[tuple[int, int]] = []
    for pair in value:
        if type(pair) is not list or len(pair) != 2:
            return None
        if not (is_number(pair[0]) and is_number(pair[1])):
            return None
        payees.append((pair[0], pair[1]))
    is_rising = all(one < next_ for one, next_ in pairwise(payees))
    return tuple(payees) if is_rising else None


def read_owners(fields: list[object]) -> SetOwners | None:
    """The `owners` that a decoded array holds; None when its shape is another."""
    if len(fields) != 6:
        return None
    _, account, revision, needed, listed, signature = fields
    if not (is_number(account) and is_uint(revision) and is_uint(needed)):
        return None
    if type(listed) is not list or not 1 <= len(listed) <= MAX_OWNERS:
        return None
    keys = [key for key in listed if is_bytes(key, 32)]
    signed = read_account_signature(signature)
    if len(keys) != len(listed) or signed is None:
        return None
    return SetOwners(
        account=account, revision=revision, needed=needed, keys=tuple(keys), signature=signed
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated:
    """A place of an account as its row has it: the key that pays by it, its caps, and how far it used them.

    A place keeps its sequence and what was spent in the day when its key goes, so that nothing is paid twice
    and no day is given twice, whichever key comes next.
    """

    key: bytes | None = None
    """None: nobody pays by this place."""
    caps: Caps = NO_CAPS
    next_sequence: int = 1
    day: int = 0
    """The day of the last payment, counted from 1970-01-01."""
    spent: int = 0
    """What was paid in that day, fees counted."""

    def spent_on(self, day: int) -> int:
        """What has been paid in that day."""
        return self.spent if day == self.day else 0

    def after_payment(self, *, paid: int, time: int) -> "Delegated":
        """As it is once a payment was made at `time`."""
        day = time // DAY_S
        spent = self.spent_on(day) + paid
        return replace(self, next_sequence=self.next_sequence + 1, day=day, spent=spent)

    def revoked(self) -> "Delegated":
        """Without its key."""
        return replace(self, key=None, caps=NO_CAPS)

    def encoded(self) -> bytes:
        """The value of its row."""
        fields = [self.key, *_caps_value(self.caps), self.next_sequence, self.day, self.spent]
        return encode(fields)


def delegate_key(account: int, place: int) -> bytes:
    """The key of a row."""
    return encode([account, place])


def delegated_of(value: bytes | None) -> Delegated:
    """The place that a row of the chapter has; without one, it was never used."""
    if value is None:
        return Delegated()
    key, per_payment, per_day, until, payees, next_sequence, day, spent = cast(
        "list[Any]", decode(value)
    )
    pairs = None if payees is None else tuple((coop, account) for coop, account in payees)
    return Delegated(
        key=key,
        caps=Caps(per_payment=per_payment, per_day=per_day, until=until, payees=pairs),
        next_sequence=next_sequence,
        day=day,
        spent=spent,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Several keys own an account: `needed` of them sign for it, each by its place in `keys`."""

    needed: int
    keys: tuple[bytes, ...]

    def encoded(self) -> bytes:
        """The value of its row."""
        return encode([self.needed, self.keys])


def owners_of(value: bytes | None) -> Owners | None:
    """The owners that a row of the chapter has; None without one, for the account has one key then."""
    if value is None:
        return None
    needed, keys = cast("list[Any]", decode(value))
    return Owners(needed=needed, keys=tuple(keys))
