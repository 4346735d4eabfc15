"""Transactions: their shapes, PROTOCOL section 6.

For each kind there is a frozen class and its reader, which turns a decoded array into it or says that it has
another shape (shape and type only; whether the transaction may happen is the rules' question). `fields` is
the exact inverse. Which kinds there are is said in `ledger.kinds`; bytes are decoded in `ledger.entries`.
Nothing here looks at state.
"""

from dataclasses import dataclass
from typing import ClassVar

from ledger.account_keys import Delegate as Delegate
from ledger.account_keys import SetOwners as SetOwners
from ledger.accounts import Admit as Admit
from ledger.accounts import Limit as Limit
from ledger.accounts import SetStatus as SetStatus
from ledger.accounts import Status as Status
from ledger.charter_entries import CharterEntry as CharterEntry
from ledger.codec import Value, encode
from ledger.decisions import IndexEntry as IndexEntry
from ledger.government.bylaws import AdoptBylaws as AdoptBylaws
from ledger.government.commons import Levy as Levy
from ledger.government.commons import Spend as Spend
from ledger.government.guarantees import Guarantee as Guarantee
from ledger.government.guarantees import GuaranteeChange as GuaranteeChange
from ledger.government.guarantees import Lapse as Lapse
from ledger.government.leaving import Leave as Leave
from ledger.government.leaving import Leaving as Leaving
from ledger.government.leaving import Settle as Settle
from ledger.government.leaving import Step as Step
from ledger.government.opening import Acknowledge as Acknowledge
from ledger.government.opening import OpenBooks as OpenBooks
from ledger.government.opening import Opening as Opening
from ledger.government.recovery import GuardiansNamed as GuardiansNamed
from ledger.government.recovery import KeyChange as KeyChange
from ledger.government.recovery import ObjectTo as ObjectTo
from ledger.government.recovery import Recover as Recover
from ledger.government.recovery import Rekey as Rekey
from ledger.government.recovery import Restore as Restore
from ledger.government.voting import Attest as Attest
from ledger.government.voting import Choice as Choice
from ledger.government.voting import Enact as Enact
from ledger.government.voting import Propose as Propose
from ledger.government.voting import Vote as Vote
from ledger.memos import proposal_hash, reason_hash
from ledger.names import HANDLE as HANDLE
from ledger.shapes import MAX_ANCHOR_SIGNATURES as MAX_ANCHOR_SIGNATURES
from ledger.shapes import MAX_DELEGATES as MAX_DELEGATES
from ledger.shapes import MAX_NUMBER as MAX_NUMBER
from ledger.shapes import MAX_STEWARDS as MAX_STEWARDS
from ledger.shapes import (
    AccountSignature,
    is_bytes,
    is_number,
    is_place,
    is_uint,
    read_account_signature,
    read_signatures,
)
from ledger.shapes import Kind as Kind
from ledger.shapes import Signatures as Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An indexed price: `minor` hundredths of the national currency at the value of `day`.

    `day` counts from 1970-01-01.
    """

    minor: int
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """A payment, signed by the payer, or by enough of its owners. Amounts in minor units."""

    kind: ClassVar[Kind] = Kind.PAY
    payer: int
    sequence: int
    payee_coop: int
    payee: int
    amount: int
    fee: int = 0
    reference: bytes | None = None
    price: Price | None = None
    signature: AccountSignature = b""

    @property
    def place(self) -> int | None:
        """Of the delegated key that pays; None where the owner does. Each has a sequence of its own."""
        return None

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        price = None if self.price is None else [self.price.minor, self.price.day]
        return [
            Kind.PAY.value,
            self.payer,
            self.sequence,
            self.payee_coop,
            self.payee,
            self.amount,
            self.fee,
            self.reference,
            price,
            self.signature,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PayDelegated(Pay):
    """A payment by a delegated key of the payer (PROTOCOL 14.3): all that is said of payments is said of it.

    `sequence` is that of the key's place.
    """

    kind: ClassVar[Kind] = Kind.PAY_DELEGATED
    delegate: int

    @property
    def place(self) -> int:
        """See `Pay.place`."""
        return self.delegate

    def fields(self) -> list[Value]:
        """The elements of the array, in order: those of `pay`, and the place before the signature."""
        _, *rest, signature = Pay.fields(self)
        return [Kind.PAY_DELEGATED.value, *rest, self.delegate, signature]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Takes in another coop's log up to a head that this coop and its witnesses signed."""

    kind: ClassVar[Kind] = Kind.ANCHOR
    coop: int
    length: int
    head: bytes
    signatures: Signatures

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [Kind.ANCHOR.value, self.coop, self.length, self.head, self.signatures]

    unsigned_tail: ClassVar[int] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Gives back the payment that is entry `number` of `coop`'s log, whose payee had closed."""

    kind: ClassVar[Kind] = Kind.RETURN
    coop: int
    number: int

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [Kind.RETURN.value, self.coop, self.number]

    unsigned_tail: ClassVar[int] = 0


AccountChange = Limit | SetStatus | Settle
"""What stewards change of an account that is there: its next revision, and with a reason."""

MemberChange = Admit | Limit | SetStatus
"""What stewards do about one member, and `ledger.rules.members` judges."""

Stewarded = MemberChange | Leaving | AdoptBylaws | Spend | Propose | Attest | Recover | OpenBooks
"""What stewards sign."""

Reasoned = AccountChange | Spend | OpenBooks
"""What binds a reason, as the last element before the stewards' signatures."""

Voting = Propose | Vote | Attest | Enact
"""By what members decide together."""

TextBound = Reasoned | Propose
"""What carries the hash of a text that is kept beside the log."""

AccountKeys = Delegate | SetOwners
"""By what an owner says which keys may sign for an account."""

Owned = Pay | AccountKeys | Vote | Guarantee | GuardiansNamed | ObjectTo | Leave | Acknowledge
"""What an account signs, by its one key or by several owners (PROTOCOL 14.1)."""

Transaction = (
    Pay
    | PayDelegated
    | AccountKeys
    | Stewarded
    | Voting
    | KeyChange
    | GuaranteeChange
    | Acknowledge
    | Anchor
    | IndexEntry
    | Return
    | CharterEntry
    | Levy
)


def account_of(transaction: Stewarded) -> int | None:
    """The account that it is about, or pays; None for what is about the coop as a whole."""
    if isinstance(transaction, Spend):
        return transaction.payee
    if isinstance(transaction, MemberChange | Leaving | Recover):
        return transaction.account
    return None


def owner_of(transaction: Owned) -> int:
    """The account that signs it."""
    match transaction:
        case Pay():
            return transaction.payer
        case Guarantee():
            return transaction.guarantor
        case _:
            return transaction.account


def binds_text(transaction: Transaction, *, salt: bytes, text: str) -> bool:
    """Whether it carries the hash of this text: a reason, or what is voted about (section 8).

    False too for a text that is too long for its kind.
    """
    try:
        match transaction:
            case Limit() | SetStatus() | Settle() | Spend() | OpenBooks():
                return transaction.reason == reason_hash(salt=salt, text=text)
            case Propose():
                return transaction.text == proposal_hash(salt=salt, text=text)
            case _:
                return False
    except ValueError:
        return False


def encode_transaction(transaction: Transaction) -> bytes:
    """The canonical bytes of `transaction`."""
    return encode(transaction.fields())


def signed_part(transaction: Transaction) -> bytes:
    """The bytes that signatures within `transaction` cover: up to the first signature element."""
    fields = transaction.fields()
    signed = fields[: len(fields) - transaction.unsigned_tail]
    # The header counts all elements, signatures included, so it is written apart.
    return bytes([0x90 | len(fields)]) + b"".join(encode(field) for field in signed)


def read_pay(fields: list[object]) -> Pay | None:
    """The `pay` that a decoded array holds; None when its shape is another."""
    if len(fields) != 10:
        return None
    _, payer, sequence, payee_coop, payee, amount, fee, reference, price, signature = fields
    if not (is_number(payer) and is_number(payee_coop) and is_number(payee)):
        return None
    if not (is_uint(sequence) and type(amount) is int and type(fee) is int):
        return None
    signed = read_account_signature(signature)
    if not (reference is None or is_bytes(reference, 32)) or signed is None:
        return None
    if price is not None:
        if type(price) is not list or len(price) != 2:
            return None
        if not (is_uint(price[0]) and is_uint(price[1])):
            return None
        price = Price(minor=price[0], day=price[1])
    return Pay(
        payer=payer,
        sequence=sequence,
        payee_coop=payee_coop,
        payee=payee,
        amount=amount,
        fee=fee,
        reference=reference,
        price=price,
        signature=signed,
    )


def read_pay_delegated(fields: list[object]) -> PayDelegated | None:
    """The `pay_delegated` that a decoded array holds; None when its shape is another."""
    if len(fields) != 11:
        return None
    *common, place, signature = fields
    pay = read_pay([*common, signature])
    if pay is None or not is_place(place) or not is_bytes(signature, 64):
        return None
    return PayDelegated(
        payer=pay.payer,
        sequence=pay.sequence,
        payee_coop=pay.payee_coop,
        payee=pay.payee,
        amount=pay.amount,
        fee=pay.fee,
        reference=pay.reference,
        price=pay.price,
        delegate=place,
        signature=signature,
    )


def read_anchor(fields: list[object]) -> Anchor | None:
    """The `anchor` that a decoded array holds; None when its shape is another."""
    if len(fields) != 5:
        return None
    _, coop, length, head, coops = fields
    signatures = read_signatures(coops, MAX_ANCHOR_SIGNATURES)
    if not (is_number(coop) and is_uint(length) and is_bytes(head, 32)) or signatures is None:
        return None
    return Anchor(
        coop=coop,
        length=length,
        head=head,
        signatures=signatures,
    )


def read_return(fields: list[object]) -> Return | None:
    """The `return` that a decoded array holds; None when its shape is another."""
    if len(fields) != 3 or not (is_number(fields[1]) and is_uint(fields[2])):
        return None
    return Return(coop=fields[1], number=fields[2])
