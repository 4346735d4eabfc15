"""`admit`, `limit`, `status`: what stewards decide, PROTOCOL sections 7.3 to 7.5.

These entries are rare beside payments, so both validators share this one piece of code: it sees state
through `MemberState` and answers with the account record to put, or a refusal.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ledger.charter import Coop
from ledger.codec import MAX
from ledger.refusals import Refusal
from ledger.signatures import (
    KeyInadmissible,
    SignatureInvalid,
    check_key_admissible,
    verify,
)
from ledger.state import COMMONS, Account
from ledger.transactions import Admit, Limit, SetStatus, Signatures, Status

Verify = Callable[..., None]
"""As `ledger.signatures.verify`. A validator may pass one that knows the answers of a batch."""

CheckKey = Callable[[bytes], None]
"""As `ledger.signatures.check_key_admissible`, for the same reason."""


class MemberState(Protocol):
    """What the rules of this module see of the log that an entry is for."""

    def account(self, number: int) -> Account | None:
        """The account, not to be changed."""

    def holds_handle(self, handle: str) -> bool:
        """Whether an account of this coop has or had the handle."""


def decide_members(
    transaction: Admit | Limit | SetStatus,
    *,
    coop: Coop,
    state: MemberState,
    time: int,
    index: int,
    message: bytes,
    verify: Verify = verify,
    check_key: CheckKey = check_key_admissible,
) -> Account | Refusal:
    """The account as it is after `transaction` becomes entry `index` at `time`, or the refusal.

    `message` is what the signatures in the transaction cover.
    """
    if isinstance(transaction, Admit):
        return _decide_admit(transaction, coop, state, index, message, verify, check_key)
    account = state.account(transaction.account)
    if account is None:
        return Refusal.ACCOUNT_UNKNOWN
    if account.status is Status.CLOSED:
        return Refusal.ACCOUNT_CLOSED
    if transaction.revision != account.revision + 1:
        return Refusal.REVISION_MISMATCH
    if isinstance(transaction, Limit):
        refusal = _check_limit(transaction)
    else:
        refusal = _check_status(transaction, account)
    refusal = refusal or check_stewards(coop, transaction.stewards, message, verify)
    if refusal is not None:
        return refusal
    if isinstance(transaction, Limit):
        return _with_limit(transaction, account, time)
    closed = index if transaction.status is Status.CLOSED else 0
    return replace(account, revision=transaction.revision, status=transaction.status, closed=closed)


def _decide_admit(
    admit: Admit,
    coop: Coop,
    state: MemberState,
    index: int,
    message: bytes,
    verify: Verify,
    check_key: CheckKey,
) -> Account | Refusal:
    if admit.account == COMMONS or state.account(admit.account) is not None:
        return Refusal.ACCOUNT_EXISTS
    if state.holds_handle(admit.handle):
        return Refusal.HANDLE_TAKEN
    if not 0 <= admit.limit <= MAX:
        return Refusal.LIMIT_OUT_OF_RANGE
    try:
        check_key(admit.key)
    except KeyInadmissible:
        return Refusal.KEY_INADMISSIBLE
    refusal = check_stewards(coop, admit.stewards, message, verify)
    if refusal is not None:
        return refusal
    try:
        verify(public_key=admit.key, message=message, signature=admit.key_signature)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return Account(
        number=admit.account,
        key=admit.key,
        handle=admit.handle,
        class_=admit.class_,
        limit=admit.limit,
        opened=index,
    )


def _check_limit(change: Limit) -> Refusal | None:
    after = 0 if change.after is None else change.after
    if not 0 <= change.limit <= MAX or not 0 <= after <= MAX:
        return Refusal.LIMIT_OUT_OF_RANGE
    if change.until is not None and change.until <= change.from_:
        return Refusal.LIMIT_DATES_INVALID
    return None


def _check_status(change: SetStatus, account: Account) -> Refusal | None:
    if change.status is account.status:
        return Refusal.STATUS_UNCHANGED
    if change.status is Status.CLOSED and account.balance != 0:
        return Refusal.BALANCE_NOT_ZERO
    return None


def _with_limit(change: Limit, account: Account, time: int) -> Account:
    return replace(
        account,
        revision=change.revision,
        before=account.limit_at(time),
        from_=change.from_,
        limit=change.limit,
        until=change.until,
        after=change.after,
    )


def check_stewards(
    coop: Coop, signatures: Signatures, message: bytes, verify: Verify = verify
) -> Refusal | None:
    """The refusal that these stewards' signatures earn (section 7.5), or None."""
    if any(steward >= len(coop.stewards) for steward, _ in signatures):
        return Refusal.STEWARD_UNKNOWN
    if len(signatures) < coop.steward_threshold:
        return Refusal.STEWARDS_TOO_FEW
    try:
        for steward, signature in signatures:
            verify(public_key=coop.stewards[steward].key, message=message, signature=signature)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None
