"""How a coop moves in, for tests: signed parts of an opening, and members who agree with it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from ledger.government.opening import Acknowledge, OpenBooks
from ledger.signatures import SigningKey
from ledger.transactions import encode_transaction
from tests.builders import REASON, Federation

STATEMENT: Final = sha256(b"what the old system says").digest()


def open_books_with(
    federation: Federation,
    coop: int,
    balances: Sequence[tuple[int, int]],
    *,
    part: int = 1,
    parts: int = 1,
    commons: int | None = None,
    statement: bytes = STATEMENT,
    reason: bytes = REASON,
    stewards: Iterable[int] | None = None,
) -> bytes:
    """A part of an opening, by default the only one, signed by all stewards; the commons takes the rest."""
    rest = -sum(balance for _, balance in balances)
    bare = OpenBooks(
        part=part,
        parts=parts,
        commons=rest if commons is None else commons,
        statement=statement,
        balances=tuple(balances),
        reason=reason,
    )
    signers = range(len(federation.steward_keys[coop])) if stewards is None else stewards
    signatures = federation.steward_signatures(coop, federation.message(coop, bare), signers)
    return encode_transaction(replace(bare, stewards=signatures))


def acknowledge(
    federation: Federation,
    coop: int,
    account: int,
    balance: int,
    *,
    statement: bytes = STATEMENT,
    signed_by: SigningKey | None = None,
) -> bytes:
    """A member's word that the balance is right."""
    bare = Acknowledge(account=account, statement=statement, balance=balance)
    key = signed_by or federation.member_key(coop, account)
    return encode_transaction(replace(bare, signature=key.sign(federation.message(coop, bare))))
