"""How memberships end, for tests: signed transactions, and what a log remembers of it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ledger.codec import encode
from ledger.government.leaving import (
    CLAIMS_CHAPTER,
    SETTLED_CHAPTER,
    Claim,
    Leave,
    Settle,
    Settlement,
    Step,
    claim_of,
    settlement_of,
)
from ledger.signatures import SigningKey
from ledger.transactions import encode_transaction
from tests.builders import REASON, Books, Federation

DAY: Final = 86_400
CLAIM_TERM: Final = 30 * DAY
CLAIM_STANDS: Final = 180 * DAY


def leave(
    federation: Federation,
    coop: int,
    account: int,
    *,
    revision: int = 1,
    payee: int | None = None,
    debt: int = 0,
    signed_by: SigningKey | None = None,
    stewards: Iterable[int] | None = (),
) -> bytes:
    """A member's leaving, by default without stewards; None for as many as it takes."""
    bare = Leave(account=account, revision=revision, payee=payee, debt=debt)
    message = federation.message(coop, bare)
    key = signed_by or federation.member_key(coop, account)
    return encode_transaction(
        replace(
            bare,
            signature=key.sign(message),
            stewards=federation.steward_signatures(coop, message, stewards),
        )
    )


def settle(
    federation: Federation,
    coop: int,
    account: int,
    step: Step,
    *,
    revision: int = 1,
    reason: bytes = REASON,
    stewards: Iterable[int] | None = None,
) -> bytes:
    """A step of the stewards about a debt."""
    bare = Settle(account=account, revision=revision, step=step, reason=reason)
    signatures = federation.steward_signatures(coop, federation.message(coop, bare), stewards)
    return encode_transaction(replace(bare, stewards=signatures))


def take_step(books: Books, account: int, step: Step, coop: int = 1) -> int:
    """Let stewards take a step that must be accepted; its number."""
    revision = books.account_revision(coop, account) + 1
    (number,) = books.append(coop, settle(books.federation, coop, account, step, revision=revision))
    return number


def claim_in(books: Books, account: int, coop: int = 1) -> Claim | None:
    """The claim that a log has about an account."""
    return claim_of(books.validator.row(coop, CLAIMS_CHAPTER, encode(account)))


def settlement_in(books: Books, account: int, coop: int = 1) -> Settlement | None:
    """How a log says that the debt of a closed account was paid."""
    return settlement_of(books.validator.row(coop, SETTLED_CHAPTER, encode(account)))
