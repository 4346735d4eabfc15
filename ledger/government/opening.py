"""A coop that exists begins with the balances that it has: the entries, and what they leave.

PROTOCOL section 16. The shapes of `opening` and `acknowledge` are here as `ledger.transactions` has those
of other kinds; whether one may happen is the question of `ledger.rules.government.opening`. Amounts are
minor units, times are Unix seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct
from typing import Any, ClassVar, Final, cast

from ledger.codec import MAX, Value, decode, encode
from ledger.shapes import (
    MAX_STEWARDS,
    AccountSignature,
    Kind,
    Signatures,
    is_bytes,
    is_number,
    read_account_signature,
    read_signatures,
)

OPENING_CHAPTER: Final = "opening"
"""Under 0 the `OpenedBooks`; while parts are missing, under its number each part that is there."""

OPENED_CHAPTER: Final = "opened"
"""By account, the `Opened` with which it began."""

MAX_PARTS: Final = 64
MAX_BALANCES: Final = 2_500
"""How many balances one part has at most: with all signatures they fit an entry."""
_ROW: Final = Struct(">Iq")

Balances = tuple[tuple[int, int], ...]
"""(account, balance), strictly rising by account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBooks:
    """One of `parts` of an opening: balances of accounts, and of the commons once all are there.

    `statement` is the hash of what the old system says, `reason` that of the resolution's text.
    """

    kind: ClassVar[Kind] = Kind.OPENING
    part: int
    parts: int
    commons: int
    statement: bytes
    balances: Balances
    reason: bytes
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.OPENING.value,
            self.part,
            self.parts,
            self.commons,
            self.statement,
            pack_balances(self.balances),
            self.reason,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """A member says that the balance of the opening is the one that they had. Signed by the account's key."""

    kind: ClassVar[Kind] = Kind.ACKNOWLEDGE
    account: int
    statement: bytes
    balance: int
    signature: AccountSignature = b""

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.ACKNOWLEDGE.value,
            self.account,
            self.statement,
            self.balance,
            self.signature,
        ]

    unsigned_tail: ClassVar[int] = 1


Opening = OpenBooks | Acknowledge
"""How a coop begins that was there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBooks:
    """What a log remembers of a whole opening: the entry that completed it, and its time."""

    number: int
    time: int
    statement: bytes
    reason: bytes
    commons: int
    accounts: int

    def value(self) -> list[Value]:
        """As a row has it."""
        return [
            self.number,
            self.time,
            self.statement,
            self.reason,
            self.commons,
            self.accounts,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """With which balance an account began; `acknowledged`: the entry by which its owner said so, or 0."""

    balance: int
    acknowledged: int = 0

    def value(self) -> list[Value]:
        """As a row has it."""
        return [self.balance, self.acknowledged]


def opened_books(row: bytes | None) -> OpenedBooks | None:
    """The opening that a row has."""
    if row is None:
        return None
    number, time, statement, reason, commons, accounts = cast(list[Any], decode(row))
    return OpenedBooks(
        number=number,
        time=time,
        statement=statement,
        reason=reason,
        commons=commons,
        accounts=accounts,
    )


def opened_of(row: bytes | None) -> Opened | None:
    """What a row has of an account's beginning."""
    if row is None:
        return None
    balance, acknowledged = cast(list[Any], decode(row))
    return Opened(balance=balance, acknowledged=acknowledged)


def part_of(row: bytes) -> OpenBooks:
    """The part that a row has, without its signatures."""
    fields = cast(list[Any], decode(row))
    found = read_opening([Kind.OPENING.value, *fields, []])
    assert found is not None, "a row has what an entry had"
    return found


def part_row(part: OpenBooks) -> bytes:
    """A part as a row has it."""
    return encode(part.fields()[1:-1])


def pack_balances(balances: Iterable[tuple[int, int]]) -> bytes:
    """Balances as one binary: for each 4 bytes of its account and 8 of the balance, big endian."""
    return b"".join(_ROW.pack(account, balance) for account, balance in balances)


def read_balances(data: bytes) -> Balances | None:
    """The balances in a binary; None for another length, an order that does not rise, or too many."""
    if len(data) % _ROW.size or not 0 < len(data) <= MAX_BALANCES * _ROW.size:
        return None
    found = tuple(_ROW.iter_unpack(data))
    accounts = [account for account, _ in found]
    is_rising = all(one < other for one, other in pairwise(accounts))
    return cast(Balances, found) if is_rising else None


def read_opening(fields: list[object]) -> OpenBooks | None:
    """The `opening` that a decoded array holds; None when its shape is another."""
    if len(fields) != 8:
        return None
    _, part, parts, commons, statement, data, reason, stewards = fields
    signatures = read_signatures(stewards, MAX_STEWARDS)
    if type(part) is not int or type(parts) is not int or not 1 <= part <= parts <= MAX_PARTS:
        return None
    if type(commons) is not int or type(data) is not bytes or signatures is None:
        return None
    balances = read_balances(data)
    if not is_bytes(statement, 32) or not is_bytes(reason, 32) or balances is None:
        return None
    if not -MAX <= commons <= MAX or any(abs(balance) > MAX for _, balance in balances):
        return None
    return OpenBooks(
        part=part,
        parts=parts,
        commons=commons,
        statement=statement,
        balances=balances,
        reason=reason,
        stewards=signatures,
    )


def read_acknowledge(fields: list[object]) -> Acknowledge | None:
    """The `acknowledge` that a decoded array holds; None when its shape is another."""
    if len(fields) != 5:
        return None
    _, account, statement, balance, signature = fields
    signed = read_account_signature(signature)
    if not (is_number(account) and is_bytes(statement, 32)) or signed is None:
        return None
    if type(balance) is not int:
        return None
    return Acknowledge(account=account, statement=statement, balance=balance, signature=signed)
