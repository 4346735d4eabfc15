"""Keys replaced and recovered, as owners, guardians and a new device sign it: PROTOCOL 13.6."""

from dataclasses import replace

from ledger.government.recovery import (
    GuardianList,
    GuardiansNamed,
    ObjectTo,
    Recover,
    Rekey,
)
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SigningKey
from ledger.transactions import signed_part


def key_message(
    change: Rekey | GuardiansNamed | Recover | ObjectTo, *, federation: bytes, coop: int
) -> bytes:
    """What the signatures in `change` cover, when it is for the log of `coop`."""
    return signed_bytes(TAG_ENTRY, federation=federation, coop=coop, body=signed_part(change))


def sign_rekey(
    old: SigningKey,
    new: SigningKey,
    *,
    federation: bytes,
    coop: int,
    account: int,
    revision: int,
) -> Rekey:
    """The replacement of `old` by `new`, signed by both."""
    bare = Rekey(account=account, revision=revision, key=new.public_key)
    message = key_message(bare, federation=federation, coop=coop)
    return replace(bare, key_signature=new.sign(message), signature=old.sign(message))


def sign_guardians(
    key: SigningKey,
    guardians: GuardianList | None,
    *,
    federation: bytes,
    coop: int,
    account: int,
    revision: int,
    needed: int,
    wait: int,
) -> GuardiansNamed:
    """The owner's naming of guardians, or giving them up. `wait` in seconds."""
    bare = GuardiansNamed(
        account=account,
        revision=revision,
        commitment=None if guardians is None else guardians.commitment(account),
        needed=needed if guardians else 0,
        wait=wait if guardians else 0,
    )
    return replace(bare, signature=key.sign(key_message(bare, federation=federation, coop=coop)))


def request_recovery(
    new: SigningKey, *, federation: bytes, coop: int, account: int, recovery: int
) -> Recover:
    """What the new device asks for: stewards or guardians sign the same."""
    bare = Recover(
        account=account,
        recovery=recovery,
        key=new.public_key,
    )
    message = key_message(bare, federation=federation, coop=coop)
    return replace(bare, key_signature=new.sign(message))


def with_guardian(
    recover: Recover,
    key: SigningKey,
    guardians: GuardianList,
    *,
    federation: bytes,
    coop: int,
    guardian: int,
) -> Recover:
    """The same with the signature of one more guardian."""
    signature = key.sign(key_message(recover, federation=federation, coop=coop))
    members = sorted({**dict(recover.members), guardian: signature}.items())
    return replace(recover, guardians=guardians, members=tuple(members), stewards=())


def sign_objection(
    key: SigningKey, *, federation: bytes, coop: int, account: int, recovery: int
) -> ObjectTo:
    """The objection by the key that the account has."""
    bare = ObjectTo(account=account, recovery=recovery)
    return replace(bare, signature=key.sign(key_message(bare, federation=federation, coop=coop)))
