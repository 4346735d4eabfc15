"""Leaving a cooperative, as its member signs it: PROTOCOL 13.8."""

from dataclasses import replace

from ledger.government.leaving import Leave
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SigningKey
from ledger.transactions import signed_part


def sign_leave(
    key: SigningKey,
    *,
    federation: bytes,
    coop: int,
    account: int,
    revision: int,
    payee: int | None,
    debt: int,
) -> Leave:
    """The member's leaving; `revision` is the next one of the account, `payee` gets what it has.

    `debt` is the most that it may owe when the entry is made, in minor units; 0 where it owes nothing.
    """
    bare = Leave(
        account=account,
        revision=revision,
        payee=payee,
        debt=debt,
    )
    message = signed_bytes(TAG_ENTRY, federation=federation, coop=coop, body=signed_part(bare))
    return replace(bare, signature=key.sign(message))
