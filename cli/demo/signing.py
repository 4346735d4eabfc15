"""Keys and signatures of a demonstration's members, made in worker processes.

All keys follow from one secret seed drawn for the run, so that a worker needs the seed only. The functions
here are called in other processes: they take and give plain values.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.names import SALT_BYTES, Named, Opening
from ledger.signatures import SigningKey
from ledger.transactions import Admit, Pay, encode_transaction, signed_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """What signing in the name of a coop's people needs."""

    seed: bytes
    federation: bytes
    coop: int
    stewards: int
    """How many stewards sign each admission, those with the lowest numbers."""
    commits: bool = False
    """Whether admissions carry commitments; the node is given the names before."""


@dataclass(frozen=True, slots=True)
class NewMember:
    """An account to be admitted; `limit` in minor units."""

    account: int
    handle: str
    limit: int


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment to be signed; `amount` in minor units."""

    payer: int
    sequence: int
    payee_coop: int
    payee: int
    amount: int


@lru_cache(maxsize=100_000)
def derive_key(seed: bytes, *path: str | int) -> SigningKey:
    """The key of somebody in a demonstration, such as `derive_key(seed, "member", 1, 7)`."""
    name = "/".join(str(part) for part in ("fiado demo", *path))
    return SigningKey(hashlib.blake2b(name.encode(), key=seed, digest_size=32).digest())


def member_key(seed: bytes, *, coop: int, account: int) -> SigningKey:
    """The key of an account."""
    return derive_key(seed, "member", coop, account)


def steward_key(seed: bytes, *, coop: int, steward: int) -> SigningKey:
    """The key of a steward."""
    return derive_key(seed, "steward", coop, steward)


def sign_admissions(signer: Signer, members: Sequence[NewMember]) -> bytes:
    """The admissions, signed by each new member and by enough stewards, and concatenated."""
    stewards = [
        (index, steward_key(signer.seed, coop=signer.coop, steward=index))
        for index in range(signer.stewards)
    ]
    signed = []
    for member in members:
        key = member_key(signer.seed, coop=signer.coop, account=member.account)
        admit = Admit(
            account=member.account,
            key=key.public_key,
            handle=_named(signer, member),
            class_=0,
            limit=member.limit,
        )
        message = _message(signer, admit)
        signatures = tuple((index, steward.sign(message)) for index, steward in stewards)
        admit = replace(admit, key_signature=key.sign(message), stewards=signatures)
        signed.append(encode_transaction(admit))
    return b"".join(signed)


def opening_of(signer: Signer, member: NewMember) -> Opening:
    """What opens the name of a member, with a salt that follows from the run's seed."""
    said = f"salt {signer.coop} {member.account}".encode()
    salt = hashlib.blake2b(said, key=signer.seed, digest_size=SALT_BYTES).digest()
    return Opening(salt=salt, handle=member.handle)


def _named(signer: Signer, member: NewMember) -> Named:
    if not signer.commits:
        return member.handle
    opening = opening_of(signer, member)
    return opening.commitment(federation=signer.federation, coop=signer.coop)


def sign_payments(signer: Signer, payments: Sequence[NewPayment]) -> bytes:
    """The payments, signed and concatenated as the batch endpoint takes them."""
    signed = []
    for payment in payments:
        key = member_key(signer.seed, coop=signer.coop, account=payment.payer)
        pay = Pay(
            payer=payment.payer,
            sequence=payment.sequence,
            payee_coop=payment.payee_coop,
            payee=payment.payee,
            amount=payment.amount,
        )
        signature = key.sign(_message(signer, pay))
        signed.append(encode_transaction(replace(pay, signature=signature)))
    return b"".join(signed)


def _message(signer: Signer, transaction: Pay | Admit) -> bytes:
    return signed_bytes(
        TAG_ENTRY,
        federation=signer.federation,
        coop=signer.coop,
        body=signed_part(transaction),
    )
