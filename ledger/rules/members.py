"""`admit`, `limit`, `status`: what stewards decide, PROTOCOL sections 7.3 to 7.5.

These entries are rare beside payments, so both validators share this one piece of code: it sees state
through `MemberState` and answers with the account as it is afterwards, or a refusal.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol, assert_never

from ledger.codec import MAX, encode
from ledger.effects import Effects, Row
from ledger.government.articles import DAY
from ledger.government.recovery import RECOVERIES_CHAPTER
from ledger.names import Named
from ledger.refusals import Refusal
from ledger.rules.appeals import stewarded
from ledger.rules.closing import close, debts_guaranteed
from ledger.rules.office import OfficeState, Verify, bylaws_in_force, check_stewards
from ledger.rules.powers import power_of
from ledger.signatures import (
    KeyInadmissible,
    SignatureInvalid,
    check_key_admissible,
    verify,
)
from ledger.state import COMMONS, Account
from ledger.transactions import Admit, Limit, MemberChange, SetStatus, Status

CheckKey = Callable[[bytes], None]
"""As `ledger.signatures.check_key_admissible`. A validator may pass one that knows the answers of a batch."""

ADMITTED_CHAPTER: Final = "admitted"
"""Key: a day; value: the number of its last `admit`. From it follows who has been a member for how long."""


class MemberState(OfficeState, Protocol):
    """What the rules of this module see of the log that an entry is for."""

    def holds_handle(self, handle: Named) -> bool:
        """Whether an account of this coop has or had the handle, or that very commitment."""


def decide_members(
    transaction: MemberChange,
    *,
    state: MemberState,
    time: int,
    number: int,
    message: bytes,
    verify: Verify = verify,
    check_key: CheckKey = check_key_admissible,
) -> Effects | Refusal:
    """What `transaction` changes when it becomes entry `number` at `time`, or the refusal.

    `message` is what the signatures in the transaction cover.
    """
    power = power_of(transaction, bylaws_in_force(state))
    refusal = check_change(transaction, state=state, check_key=check_key) or check_stewards(
        state, power, transaction.stewards, message, verify
    )
    if refusal is not None:
        return refusal
    match transaction:
        case Admit():
            return _admit(transaction, number, time, message, verify)
        case Limit():
            after = with_limit(transaction, _known(state, transaction.account), time)
        case SetStatus():
            account = _known(state, transaction.account)
            if transaction.status is Status.CLOSED:
                return close(account, state, number=number)
            after = replace(account, revision=transaction.revision, status=transaction.status)
        case _:
            assert_never(transaction)
    row = stewarded(after.number, number=number, time=time)
    return Effects(accounts=(after,), chapters=(row,))


def check_change(
    transaction: MemberChange,
    *,
    state: MemberState,
    check_key: CheckKey = check_key_admissible,
) -> Refusal | None:
    """The refusal that `transaction` earns next whoever signed it, or None.

    These checks come before those of signatures, so a draft can be judged while stewards still sign.
    """
    if isinstance(transaction, Admit):
        return _check_admit(transaction, state, check_key)
    # 7.4.1, 7.4.7
    account = state.account(transaction.account)
    if account is None:
        return Refusal.ACCOUNT_UNKNOWN
    # 7.4.2, 7.4.8
    if account.status is Status.CLOSED:
        return Refusal.ACCOUNT_CLOSED
    # 7.4.3, 7.4.9: stewards decided about the state that they saw, and what they signed is recorded once.
    if transaction.revision != account.revision + 1:
        return Refusal.REVISION_MISMATCH
    match transaction:
        case Limit():
            return check_limit_values(transaction)
        case SetStatus():
            return _check_status(transaction, account, state)
        case _:
            assert_never(transaction)


def _known(state: MemberState, number: int) -> Account:
    account = state.account(number)
    assert account is not None, "a checked change is of an account that is there"
    return account


def _check_admit(admit: Admit, state: MemberState, check_key: CheckKey) -> Refusal | None:
    # 7.3.1
    if admit.account == COMMONS or state.account(admit.account) is not None:
        return Refusal.ACCOUNT_EXISTS
    # 7.3.2: those of closed accounts too, so that a name never comes to mean somebody else. Of commitments
    # no log can tell whether they hide one name: that is for the home node (15.3).
    if state.holds_handle(admit.handle):
        return Refusal.HANDLE_TAKEN
    # 7.3.3
    if not 0 <= admit.limit <= MAX:
        return Refusal.LIMIT_OUT_OF_RANGE
    # 7.3.4, 7.3.5: classes, and with how much trust somebody may begin, are for the bylaws to say.
    bylaws = bylaws_in_force(state)
    if not bylaws.has_class(admit.class_):
        return Refusal.CLASS_UNKNOWN
    if admit.limit > bylaws.first_limit(admit.class_):
        return Refusal.FIRST_LIMIT_EXCEEDED
    # 7.3.6: keys are looked at here, once; signatures by them are then decided by ZIP-215 alone (3.1).
    try:
        check_key(admit.key)
    except KeyInadmissible:
        return Refusal.KEY_INADMISSIBLE
    return None


def _admit(
    admit: Admit, number: int, time: int, message: bytes, verify: Verify
) -> Effects | Refusal:
    # 7.3.7: whoever is admitted holds the key, and has signed the same as the stewards.
    try:
        verify(public_key=admit.key, message=message, signature=admit.key_signature)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    opened = Account(
        number=admit.account,
        key=admit.key,
        handle=admit.handle,
        class_=admit.class_,
        limit=admit.limit,
        opened=number,
    )
    row = Row(chapter=ADMITTED_CHAPTER, key=encode(time // DAY), value=encode(number))
    return Effects(accounts=(opened,), chapters=(row,))


def check_limit_values(change: Limit) -> Refusal | None:
    """The refusal that the amounts and dates of a limit earn, whoever decides it, or None."""
    # 7.4.4
    after = 0 if change.after is None else change.after
    if not 0 <= change.limit <= MAX or not 0 <= after <= MAX:
        return Refusal.LIMIT_OUT_OF_RANGE
    # 7.4.5
    if change.until is not None and change.until <= change.from_:
        return Refusal.LIMIT_DATES_INVALID
    return None


def _check_status(change: SetStatus, account: Account, state: MemberState) -> Refusal | None:
    # 7.4.13: whoever may have a thief's key stays frozen until the recovery ends.
    if state.row(RECOVERIES_CHAPTER, encode(change.account)) is not None:
        return Refusal.RECOVERY_RUNS
    # 7.4.10
    if change.status is account.status:
        return Refusal.STATUS_UNCHANGED
    # 7.4.11: nobody could ever move what a closed account holds.
    if change.status is Status.CLOSED and account.balance != 0:
        return Refusal.BALANCE_NOT_ZERO
    # 7.4.14: whoever answers for a debt gets away from it neither alone (13.8.6) nor with the stewards' help.
    if change.status is Status.CLOSED and debts_guaranteed(change.account, state):
        return Refusal.LEAVE_WITH_PLEDGES
    return None


def with_limit(change: Limit, account: Account, time: int) -> Account:
    """The account after that change at `time`."""
    return replace(
        account,
        revision=change.revision,
        before=account.limit_at(time),
        from_=change.from_,
        limit=change.limit,
        until=change.until,
        after=change.after,
    )
