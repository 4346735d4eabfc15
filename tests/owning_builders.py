"""Delegated keys and joint accounts, for tests: signed transactions. Everything is deterministic."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ledger.account_keys import NO_CAPS, Caps, Delegate, Payees, SetOwners
from ledger.rules.owning import delegated_at
from ledger.shapes import AccountSignature
from ledger.signatures import SigningKey
from ledger.transactions import Pay, PayDelegated, Price, Transaction, encode_transaction
from ledger.validators.reading import LogReader
from tests.builders import START, Books, Federation, signing_key

DAY: Final = 86_400
ALWAYS: Final = START + 365 * DAY


def till_key(place: int = 0, nth: int = 1) -> SigningKey:
    """The key of a till."""
    return signing_key("till", place, nth)


def owner_key(account: int, place: int, nth: int = 1) -> SigningKey:
    """The key of an owner of a joint account."""
    return signing_key("owner", account, place, nth)


def signed_by_owners(
    federation: Federation, coop: int, bare: Transaction, signers: Iterable[tuple[int, SigningKey]]
) -> AccountSignature:
    """The signatures of owners under a transaction, by their places."""
    message = federation.message(coop, bare)
    return tuple((place, key.sign(message)) for place, key in signers)


def sign(
    federation: Federation,
    coop: int,
    bare: Transaction,
    *,
    account: int,
    owners: Iterable[int] | None = None,
    signed_by: SigningKey | None = None,
) -> AccountSignature:
    """An account's signature: by its key, or by these owners; `signed_by` then stands for the last one."""
    if owners is None:
        key = signed_by or federation.member_key(coop, account)
        return key.sign(federation.message(coop, bare))
    signers = [(place, owner_key(account, place)) for place in owners]
    if signed_by is not None:
        signers[-1] = (signers[-1][0], signed_by)
    return signed_by_owners(federation, coop, bare, signers)


def delegate(
    federation: Federation,
    coop: int,
    account: int,
    *,
    revision: int = 1,
    place: int = 0,
    public_key: bytes | None = None,
    per_payment: int = 100,
    per_day: int = 150,
    until: int = ALWAYS,
    payees: Payees | None = None,
    owners: Sequence[int] | None = None,
    signed_by: SigningKey | None = None,
) -> bytes:
    """The owner lets a key pay."""
    bare = Delegate(
        account=account,
        revision=revision,
        place=place,
        key=public_key or till_key(place).public_key,
        caps=Caps(per_payment=per_payment, per_day=per_day, until=until, payees=payees),
    )
    signature = sign(federation, coop, bare, account=account, owners=owners, signed_by=signed_by)
    return encode_transaction(replace(bare, signature=signature))


def revoke(
    federation: Federation,
    coop: int,
    account: int,
    *,
    revision: int,
    place: int = 0,
    caps: Caps = NO_CAPS,
    owners: Sequence[int] | None = None,
    signed_by: SigningKey | None = None,
) -> bytes:
    """The owner takes a key away."""
    bare = Delegate(account=account, revision=revision, place=place, key=None, caps=caps)
    signature = sign(federation, coop, bare, account=account, owners=owners, signed_by=signed_by)
    return encode_transaction(replace(bare, signature=signature))


def owner_keys(account: int, count: int = 3) -> tuple[bytes, ...]:
    """The public keys of so many owners."""
    return tuple(owner_key(account, place).public_key for place in range(count))


def set_owners(
    federation: Federation,
    coop: int,
    account: int,
    *,
    revision: int = 1,
    needed: int = 2,
    keys: tuple[bytes, ...] | None = None,
    owners: Sequence[int] | None = None,
    signed_by: SigningKey | None = None,
) -> bytes:
    """The present owners say who owns the account."""
    bare = SetOwners(
        account=account, revision=revision, needed=needed, keys=keys or owner_keys(account)
    )
    signature = sign(federation, coop, bare, account=account, owners=owners, signed_by=signed_by)
    return encode_transaction(replace(bare, signature=signature))


def pay_jointly(
    federation: Federation,
    coop: int,
    payer: int,
    *,
    sequence: int,
    payee: int,
    payee_coop: int = 1,
    amount: int = 50,
    fee: int = 0,
    owners: Sequence[int] | None = (0, 1),
    signed_by: SigningKey | None = None,
) -> bytes:
    """A payment that several owners sign."""
    bare = Pay(
        payer=payer,
        sequence=sequence,
        payee_coop=payee_coop,
        payee=payee,
        amount=amount,
        fee=fee,
    )
    signature = sign(federation, coop, bare, account=payer, owners=owners, signed_by=signed_by)
    return encode_transaction(replace(bare, signature=signature))


def pay_delegated(
    federation: Federation,
    coop: int,
    payer: int,
    *,
    sequence: int,
    payee: int,
    place: int = 0,
    payee_coop: int = 1,
    amount: int = 50,
    fee: int = 0,
    price: Price | None = None,
    reference: bytes | None = None,
    signed_by: SigningKey | None = None,
) -> bytes:
    """A payment by a delegated key."""
    bare = PayDelegated(
        payer=payer,
        sequence=sequence,
        payee_coop=payee_coop,
        payee=payee,
        amount=amount,
        fee=fee,
        price=price,
        reference=reference,
        delegate=place,
    )
    key = signed_by or till_key(place)
    return encode_transaction(replace(bare, signature=key.sign(federation.message(coop, bare))))


def next_delegated(
    books: Books, payer: int, place: int, payee: int, amount: int, coop: int = 1
) -> bytes:
    """The next payment from a place."""
    state = LogReader(books.validator, coop)
    sequence = delegated_at(state, payer, place).next_sequence
    return pay_delegated(
        books.federation, coop, payer, place=place, sequence=sequence, payee=payee, amount=amount
    )
