"""Whose signatures an account's are, PROTOCOL section 14.1, and what goes when its keys change.

One rule for all that an owner signs: a payment, a vote, a guarantee, leaving, whatever else. An account has
one key, or it is joint: then so many of its owners sign as they have said themselves.
"""

from collections.abc import Iterator
from typing import Protocol, cast

from ledger.account_keys import (
    DELEGATES_CHAPTER,
    OWNERS_CHAPTER,
    Delegated,
    Owners,
    delegate_key,
    delegated_of,
    owners_of,
)
from ledger.codec import decode, encode
from ledger.effects import Row
from ledger.refusals import Refusal
from ledger.rules.office import Verify
from ledger.shapes import MAX_DELEGATES, AccountSignature
from ledger.signatures import SignatureInvalid, verify
from ledger.state import Account
from ledger.transactions import Pay


class OwnedState(Protocol):
    """What is seen of a log to know whose an account is."""

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""


class ListedState(OwnedState, Protocol):
    """What is seen of a log to find the accounts of an owner."""

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""


def joint_owners(state: OwnedState, account: int) -> Owners | None:
    """Who owns a joint account; None for one that has one key."""
    return owners_of(state.row(OWNERS_CHAPTER, encode(account)))


def keys_of(state: OwnedState, account: Account) -> tuple[bytes, ...]:
    """The keys of all owners, by their places."""
    owners = joint_owners(state, account.number)
    return (account.key,) if owners is None else owners.keys


def accounts_owned(state: ListedState, key: bytes) -> list[int]:
    """The joint accounts of which that key is an owner's."""
    found = (
        (cast("int", decode(number)), owners_of(row)) for number, row in state.rows(OWNERS_CHAPTER)
    )
    return [number for number, owners in found if owners is not None and key in owners.keys]


def check_account_signature(
    state: OwnedState,
    account: Account,
    signature: AccountSignature,
    message: bytes,
    verify: Verify = verify,
) -> Refusal | None:
    """The refusal that the signature of an account earns, or None. `message` is what it covers."""
    owners = joint_owners(state, account.number)
    refusal = check_signers(owners, signature)
    if refusal is not None:
        return refusal
    # 14.1.5: all of them, also beyond what is needed: whoever is named in a log has signed.
    try:
        if isinstance(signature, bytes):
            verify(public_key=account.key, message=message, signature=signature)
        elif owners is not None:
            for place, each in signature:
                verify(public_key=owners.keys[place], message=message, signature=each)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None


def check_payment_signature(
    state: OwnedState, payer: Account, pay: Pay, message: bytes
) -> Refusal | None:
    """The refusal that the signature of a payment by `payer` earns, or None. `message` is what it covers."""
    if pay.place is None:
        return check_account_signature(state, payer, pay.signature, message)
    # 14.3.2: where no key is, nobody's signature can be right.
    key = delegated_at(state, payer.number, pay.place).key
    if key is None:
        return Refusal.DELEGATE_UNKNOWN
    assert isinstance(pay.signature, bytes), "a delegated payment has the shape of one signature"
    # 14.3.3
    try:
        verify(public_key=key, message=message, signature=pay.signature)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None


def next_sequence_of(state: OwnedState, payer: Account, place: int | None) -> int:
    """The sequence of the next payment by the owner, or by the delegated key at a place."""
    if place is None:
        return payer.next_sequence
    return delegated_at(state, payer.number, place).next_sequence


def check_signers(owners: Owners | None, signature: AccountSignature) -> Refusal | None:
    """The refusal that a signature earns by who made it, whatever it covers, or None."""
    if owners is None:
        # 14.1.2
        return None if isinstance(signature, bytes) else Refusal.ACCOUNT_NOT_JOINT
    # 14.1.1
    if isinstance(signature, bytes):
        return Refusal.ACCOUNT_IS_JOINT
    # 14.1.3
    if any(place >= len(owners.keys) for place, _ in signature):
        return Refusal.OWNER_UNKNOWN
    # 14.1.4: they rise strictly (section 6), so nobody counts twice.
    return Refusal.OWNERS_TOO_FEW if len(signature) < owners.needed else None


def delegated_at(state: OwnedState, account: int, place: int) -> Delegated:
    """What a place of an account may pay, and has paid."""
    return delegated_of(state.row(DELEGATES_CHAPTER, delegate_key(account, place)))


def delegates_of(state: OwnedState, account: int) -> dict[int, Delegated]:
    """By place, whatever was ever delegated by an account that is open; those without a key too."""
    places = ((place, _known_row(state, account, place)) for place in range(MAX_DELEGATES))
    return {place: delegated_of(row) for place, row in places if row is not None}


def _known_row(state: OwnedState, account: int, place: int) -> bytes | None:
    return state.row(DELEGATES_CHAPTER, delegate_key(account, place))


def delegate_row(account: int, place: int, delegated: Delegated | None) -> Row:
    """The row of a place; without a value it is gone."""
    value = None if delegated is None else delegated.encoded()
    return Row(chapter=DELEGATES_CHAPTER, key=delegate_key(account, place), value=value)


def revoke_all(state: OwnedState, account: int) -> Iterator[Row]:
    """The rows of all delegated keys, revoked: whoever loses a key may have lost what it allowed (14.4)."""
    for place, delegated in delegates_of(state, account).items():
        if delegated.key is not None:
            yield delegate_row(account, place, delegated.revoked())


def owners_row(account: int, owners: Owners | None) -> Row:
    """The row of an account; without owners it has one key."""
    value = None if owners is None else owners.encoded()
    return Row(chapter=OWNERS_CHAPTER, key=encode(account), value=value)


def rows_of_one_key(state: OwnedState, account: int) -> Iterator[Row]:
    """What changes with an account that gets one new key: nobody else owns it, and nothing is delegated."""
    if joint_owners(state, account) is not None:
        yield owners_row(account, None)
    yield from revoke_all(state, account)
