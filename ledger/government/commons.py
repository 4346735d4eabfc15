"""What payments and balances give to the commons: exact integers, rounded toward the member.

PROTOCOL sections 13.9 to 13.11.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from ledger.codec import Value
from ledger.government.articles import CLASSES
from ledger.shapes import (
    MAX_STEWARDS,
    Kind,
    Signatures,
    is_bytes,
    is_number,
    is_uint,
    read_signatures,
)

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """The commons pays an account of its coop. `number` counts what stewards spend, from 1 on."""

    kind: ClassVar[Kind] = Kind.SPEND
    number: int
    payee: int
    amount: int
    reason: bytes
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.SPEND.value,
            self.number,
            self.payee,
            self.amount,
            self.reason,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Levy:
    """The levy of a period, which the node makes when it is due; rates in millionths of a balance."""

    kind: ClassVar[Kind] = Kind.LEVY
    number: int
    positive: int
    negative: int

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [Kind.LEVY.value, self.number, self.positive, self.negative]

    unsigned_tail: ClassVar[int] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerms:
    """What the bylaws of a coop ask of payments; a coop without any asks nothing.

    `contribution`: how many millionths of the amount the fee has to be at least. `ceilings`: for each class
    of accounts the balance, in minor units, up to which payments from within the coop may bring one; 0: any.
    """

    contribution: int = 0
    ceilings: tuple[int, ...] = (0,) * CLASSES


@dataclass(frozen=True, slots=True)
class Rates:
    """What a levy takes of positive and of negative balances, in millionths of them."""

    positive: int
    negative: int

    def of(self, balance: int) -> int:
        """What it takes of a balance; all in minor units."""
        return share(abs(balance), self.positive if balance > 0 else self.negative)


def share(amount: int, millionths: int) -> int:
    """So many millionths of an amount, the part below a minor unit left out."""
    return amount * millionths // MILLION


def contribution_of(amount: int, *, rate: int, is_to_commons: bool = False) -> int:
    """The least fee of a payment, in minor units; what the payer's own commons gets owes none."""
    return 0 if is_to_commons else share(amount, rate)


def read_spend(fields: list[object]) -> Spend | None:
    """The `spend` that a decoded array holds; None when its shape is another."""
    if len(fields) != 6:
        return None
    _, number, payee, amount, reason, stewards = fields
    signatures = read_signatures(stewards, MAX_STEWARDS)
    if not (is_uint(number) and is_number(payee) and type(amount) is int):
        return None
    if not is_bytes(reason, 32) or signatures is None:
        return None
    return Spend(number=number, payee=payee, amount=amount, reason=reason, stewards=signatures)


def read_levy(fields: list[object]) -> Levy | None:
    """The `levy` that a decoded array holds; None when its shape is another."""
    if len(fields) != 4:
        return None
    _, number, positive, negative = fields
    if not (is_uint(number) and is_uint(positive) and is_uint(negative)):
        return None
    return Levy(number=number, positive=positive, negative=negative)
