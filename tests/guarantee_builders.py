"""Guarantees for tests: signed transactions, and what stands. Everything is deterministic."""

from dataclasses import replace

from ledger.government.guarantees import (
    GUARANTEES_CHAPTER,
    Guarantee,
    Lapse,
    Pledge,
    pledge_key,
    pledge_of,
)
from ledger.signatures import SigningKey
from ledger.transactions import encode_transaction
from tests.builders import START, Books, Federation

DAY = 86_400
UNTIL = START + 365 * DAY


def guarantee(
    federation: Federation,
    coop: int,
    guarantor: int,
    member: int,
    cap: int,
    *,
    revision: int = 1,
    until: int | None = UNTIL,
    signed_by: SigningKey | None = None,
) -> bytes:
    """What a guarantor says about a member; with a cap of 0 give None for `until`."""
    bare = Guarantee(guarantor=guarantor, member=member, revision=revision, cap=cap, until=until)
    key = signed_by or federation.member_key(coop, guarantor)
    return encode_transaction(replace(bare, signature=key.sign(federation.message(coop, bare))))


def lapse(guarantor: int, member: int, revision: int = 1) -> bytes:
    """What the node makes when a guarantee goes down."""
    return encode_transaction(Lapse(guarantor=guarantor, member=member, revision=revision))


def pledge_in(books: Books, guarantor: int, member: int, coop: int = 1) -> Pledge:
    """What stands."""
    return pledge_of(books.validator.row(coop, GUARANTEES_CHAPTER, pledge_key(guarantor, member)))


def next_guarantee(
    books: Books,
    guarantor: int,
    member: int,
    cap: int,
    *,
    until: int | None = UNTIL,
    coop: int = 1,
) -> bytes:
    """What a guarantor says next about a member, not yet offered; a cap of 0 withdraws."""
    return guarantee(
        books.federation,
        coop,
        guarantor,
        member,
        cap,
        revision=pledge_in(books, guarantor, member, coop).revision + 1,
        until=until if cap else None,
    )
