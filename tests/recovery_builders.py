"""Keys replaced and recovered, for tests: signed transactions. Everything is deterministic."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ledger.codec import encode
from ledger.government.recovery import (
    RECOVERIES_CHAPTER,
    GuardianList,
    GuardiansNamed,
    ObjectTo,
    Recover,
    Recovery,
    Rekey,
    Restore,
    recovery_of,
)
from ledger.signatures import SigningKey
from ledger.transactions import encode_transaction
from tests.builders import Books, Federation, signing_key

DAY: Final = 86_400
WAIT: Final = 7 * DAY
STEWARDS_WAIT: Final = 14 * DAY
OBJECTION_TERM: Final = 30 * DAY
SALT: Final = bytes(range(16))


def new_key(account: int, nth: int = 1) -> SigningKey:
    """The key of a member's nth new device."""
    return signing_key("new device", account, nth)


def rekey(
    federation: Federation,
    coop: int,
    account: int,
    *,
    revision: int = 1,
    key: SigningKey | None = None,
    public_key: bytes | None = None,
    signed_by: SigningKey | None = None,
    new_signed_by: SigningKey | None = None,
) -> bytes:
    """The owner's replacement of the key."""
    new = key or new_key(account)
    bare = Rekey(account=account, revision=revision, key=public_key or new.public_key)
    message = federation.message(coop, bare)
    old = signed_by or federation.member_key(coop, account)
    return encode_transaction(
        replace(
            bare,
            key_signature=(new_signed_by or new).sign(message),
            signature=old.sign(message),
        )
    )


def guardian_list(*accounts: int, salt: bytes = SALT) -> GuardianList:
    """A list as the owner gives it to guardians."""
    return GuardianList(accounts=accounts, salt=salt)


def name_guardians(
    federation: Federation,
    coop: int,
    account: int,
    *guardians: int,
    revision: int = 1,
    needed: int = 2,
    wait: int = WAIT,
    signed_by: SigningKey | None = None,
) -> bytes:
    """The owner names guardians; without any, gives them up."""
    bare = GuardiansNamed(
        account=account,
        revision=revision,
        commitment=guardian_list(*guardians).commitment(account) if guardians else None,
        needed=needed,
        wait=wait,
    )
    key = signed_by or federation.member_key(coop, account)
    return encode_transaction(replace(bare, signature=key.sign(federation.message(coop, bare))))


def recover(
    federation: Federation,
    coop: int,
    account: int,
    *,
    recovery: int = 1,
    key: SigningKey | None = None,
    public_key: bytes | None = None,
    new_signed_by: SigningKey | None = None,
    guardians: GuardianList | None = None,
    members: Iterable[int] = (),
    stewards: Iterable[int] | None = None,
) -> bytes:
    """The beginning of a recovery, by these members as guardians or by stewards."""
    new = key or new_key(account)
    bare = Recover(account=account, recovery=recovery, key=public_key or new.public_key)
    message = federation.message(coop, bare)
    by_members = tuple((each, federation.member_key(coop, each).sign(message)) for each in members)
    by_stewards = () if guardians else federation.steward_signatures(coop, message, stewards)
    return encode_transaction(
        replace(
            bare,
            key_signature=(new_signed_by or new).sign(message),
            guardians=guardians,
            members=by_members,
            stewards=by_stewards,
        )
    )


def object_to(
    federation: Federation,
    coop: int,
    account: int,
    *,
    recovery: int = 1,
    signed_by: SigningKey | None = None,
) -> bytes:
    """The old key's objection."""
    bare = ObjectTo(account=account, recovery=recovery)
    key = signed_by or federation.member_key(coop, account)
    return encode_transaction(replace(bare, signature=key.sign(federation.message(coop, bare))))


def restore(account: int, recovery: int = 1) -> bytes:
    """The end of a recovery."""
    return encode_transaction(Restore(account=account, recovery=recovery))


def recovery_in(books: Books, account: int, coop: int = 1) -> Recovery | None:
    """The recovery of an account that runs."""
    return recovery_of(books.validator.row(coop, RECOVERIES_CHAPTER, encode(account)))
