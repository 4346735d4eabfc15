"""How a membership ends, PROTOCOL section 13.8: the entries, what a log remembers of it, and who pays a debt.

The shapes of `leave` and `settle` are here as `ledger.transactions` has those of other kinds; whether one may
happen is the question of `ledger.rules.government.leaving`. Who pays what of a debt is said once, in
`waterfall`, for the rules and for whoever shows it to people before. Amounts are minor units, times are Unix
seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Final, cast

from ledger.codec import Value, decode, encode
from ledger.government.guarantees import shares
from ledger.shapes import (
    MAX_STEWARDS,
    AccountSignature,
    Kind,
    Signatures,
    is_bytes,
    is_number,
    is_uint,
    read_account_signature,
    read_signatures,
)

CLAIMS_CHAPTER: Final = "claims"
"""By account, the `Claim` that stands."""

SETTLED_CHAPTER: Final = "settled"
"""By account, the `Settlement` of the debt with which it was closed."""


NO_REASON: Final = bytes(32)
"""Instead of a reason where a node takes away the claim of a debt that was paid: nobody has written one."""


class Step(IntEnum):
    """What happens to a debt: stewards claim it, settle it, or give the claim up; a paid one's claim goes."""

    CLAIM = 0
    SETTLE = 1
    WITHDRAW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A member leaves. What is there goes to `payee`, or to the commons; where it owes, stewards sign.

    `debt` is the most that is settled by it, in minor units: whoever signs knows what others may have to pay.
    """

    kind: ClassVar[Kind] = Kind.LEAVE
    account: int
    revision: int
    payee: int | None
    debt: int
    signature: AccountSignature = b""
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.LEAVE.value,
            self.account,
            self.revision,
            self.payee,
            self.debt,
            self.signature,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Stewards take a step about what a member owes."""

    kind: ClassVar[Kind] = Kind.SETTLE
    account: int
    revision: int
    step: Step
    reason: bytes
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.SETTLE.value,
            self.account,
            self.revision,
            self.step.value,
            self.reason,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 1


Leaving = Leave | Settle
"""By what a membership ends without a vote."""


def read_leave(fields: list[object]) -> Leave | None:
    """The `leave` that a decoded array holds; None when its shape is another."""
    if len(fields) != 7:
        return None
    _, account, revision, payee, debt, signature, stewards = fields
    signatures = read_signatures(stewards, MAX_STEWARDS)
    if not (is_number(account) and is_uint(revision) and (payee is None or is_number(payee))):
        return None
    signed = read_account_signature(signature)
    if not is_uint(debt) or signed is None or signatures is None:
        return None
    return Leave(
        account=account,
        revision=revision,
        payee=payee,
        debt=debt,
        signature=signed,
        stewards=signatures,
    )


def read_settle(fields: list[object]) -> Settle | None:
    """The `settle` that a decoded array holds; None when its shape is another."""
    if len(fields) != 6:
        return None
    _, account, revision, step, reason, stewards = fields
    signatures = read_signatures(stewards, MAX_STEWARDS)
    if not (is_number(account) and is_uint(revision) and is_bytes(reason, 32)):
        return None
    if type(step) is not int or step not in (0, 1, 2) or signatures is None:
        return None
    return Settle(
        account=account,
        revision=revision,
        step=Step(step),
        reason=reason,
        stewards=signatures,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """Who pays a debt: by guarantor, rising, each share, none of them 0; the rest is the commons'."""

    debt: int
    shares: tuple[tuple[int, int], ...]
    commons: int


def waterfall(debt: int, caps: Mapping[int, int]) -> Waterfall:
    """Who pays a debt, which is above 0, by what guarantors answer for: they first, then the commons."""
    paid = tuple((number, share) for number, share in shares(debt, caps).items() if share)
    return Waterfall(debt=debt, shares=paid, commons=debt - sum(share for _, share in paid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What stewards have claimed, by entry `number`."""

    number: int
    time: int

    def encoded(self) -> bytes:
        """The value of its row."""
        return encode([self.number, self.time])


def claim_of(value: bytes | None) -> Claim | None:
    """The claim that a row of the chapter holds."""
    if value is None:
        return None
    number, time = cast("list[int]", decode(value))
    return Claim(number=number, time=time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What an account owed when entry `number` closed it, and who paid."""

    number: int
    time: int
    paid: Waterfall

    def encoded(self) -> bytes:
        """The value of its row."""
        pairs = [list(pair) for pair in self.paid.shares]
        return encode([self.number, self.time, self.paid.debt, pairs, self.paid.commons])


def settlement_of(value: bytes | None) -> Settlement | None:
    """The settlement that a row of the chapter holds."""
    if value is None:
        return None
    number, time, debt, pairs, commons = cast("list[Any]", decode(value))
    paid = Waterfall(
        debt=debt, shares=tuple((guarantor, share) for guarantor, share in pairs), commons=commons
    )
    return Settlement(number=number, time=time, paid=paid)
