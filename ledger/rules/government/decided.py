"""What a vote decides about one account: its limit, its status, its expulsion. PROTOCOL section 13.3.

The first two do what a `limit` or `status` entry does, and are how stewards' decisions are appealed against.
"""

from dataclasses import replace
from typing import Protocol

from ledger.codec import MAX
from ledger.effects import Effects
from ledger.government.actions import DecideLimit, DecideStatus, Expel
from ledger.refusals import Refusal
from ledger.rules.appeals import voted
from ledger.rules.closing import close, debts_guaranteed
from ledger.rules.government.commons import CommonsState
from ledger.rules.government.recoveries import running_recovery
from ledger.rules.government.settling import check_settling, settle
from ledger.rules.members import check_limit_values, with_limit
from ledger.state import COMMONS, Account
from ledger.transactions import Limit, Status


class DecidingState(CommonsState, Protocol):
    """What is seen of a log to decide about an account."""


def check_limit(action: DecideLimit, state: DecidingState) -> Refusal | None:
    """The refusal that this limit earns, or None."""
    return _check_account(action.account, state) or check_limit_values(_limit(action, state))


def set_limit(action: DecideLimit, state: DecidingState, *, time: int) -> Effects:
    """The account gets the limit."""
    account = _known(action.account, state)
    after = with_limit(_limit(action, state), account, time)
    return Effects(accounts=(after,), chapters=voted(action.account, state))


def _limit(action: DecideLimit, state: DecidingState) -> Limit:
    """The entry that would do the same; its reason, which is the proposal's text, changes no account."""
    return Limit(
        account=action.account,
        revision=_known(action.account, state).revision + 1,
        limit=action.limit,
        from_=action.from_,
        until=action.until,
        after=action.after,
        reason=bytes(32),
    )


def check_status(action: DecideStatus, state: DecidingState) -> Refusal | None:
    """The refusal that freezing or thawing earns, or None."""
    refusal = _check_account(action.account, state)
    if refusal is not None:
        return refusal
    # 13.3.10: a recovery keeps the account frozen until it ends.
    if running_recovery(state, action.account) is not None:
        return Refusal.RECOVERY_RUNS
    if (_known(action.account, state).status is Status.FROZEN) == action.is_frozen:
        return Refusal.STATUS_UNCHANGED
    return None


def set_status(action: DecideStatus, state: DecidingState) -> Effects:
    """The account is frozen, or thawed."""
    account = _known(action.account, state)
    status = Status.FROZEN if action.is_frozen else Status.OPEN
    after = replace(account, revision=account.revision + 1, status=status)
    return Effects(accounts=(after,), chapters=voted(action.account, state))


def check_expulsion(action: Expel, state: DecidingState) -> Refusal | None:
    """The refusal that an expulsion earns, or None."""
    refusal = _check_account(action.account, state)
    if refusal is not None:
        return refusal
    account = _known(action.account, state)
    # 13.3.11: a vote frees nobody from a debt that others rely on; it is settled first.
    if debts_guaranteed(action.account, state):
        return Refusal.LEAVE_WITH_PLEDGES
    # And nobody stays by owing, or by owing more before the vote closes.
    if account.balance < 0:
        return check_settling(account, state)
    return _check_payee(action, account, state)


def _check_payee(action: Expel, account: Account, state: DecidingState) -> Refusal | None:
    # 13.3.12
    if action.payee == action.account:
        return Refusal.PAYEE_IS_PAYER
    payee = None if action.payee is None else state.account(action.payee)
    if action.payee is not None and (payee is None or action.payee == COMMONS):
        return Refusal.PAYEE_UNKNOWN
    if payee is not None and payee.status is Status.CLOSED:
        return Refusal.PAYEE_CLOSED
    # 13.3.13
    held = state.commons if payee is None else payee.balance
    return Refusal.BALANCE_OUT_OF_RANGE if held + account.balance > MAX else None


def expel(action: Expel, state: DecidingState, *, number: int, time: int) -> Effects:
    """The account closes by entry `number`: what it has is passed on, what it owes is settled."""
    account = _known(action.account, state)
    if account.balance < 0:
        return settle(account, state, number=number, time=time)
    closing = close(account, state, number=number)
    if action.payee is None:
        return replace(closing, commons=account.balance)
    payee = _known(action.payee, state)
    paid = replace(payee, balance=payee.balance + account.balance)
    return replace(closing, accounts=(*closing.accounts, paid))


def _check_account(number: int, state: DecidingState) -> Refusal | None:
    # 13.3.7
    account = state.account(number)
    if account is None or number == COMMONS:
        return Refusal.ACCOUNT_UNKNOWN
    # 13.3.8
    return Refusal.ACCOUNT_CLOSED if account.status is Status.CLOSED else None


def _known(number: int, state: DecidingState) -> Account:
    account = state.account(number)
    assert account is not None, "what is carried out was checked"
    return account
