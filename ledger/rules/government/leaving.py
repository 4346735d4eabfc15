"""`leave` and `settle`: how a membership ends without a vote, PROTOCOL section 13.8.

Whoever owes nothing leaves alone. What somebody owes is settled at once, with the stewards where they agree
to it, or after a claim and a term in which the member can still earn. A claim goes
with its debt.
"""

from dataclasses import replace
from typing import Final, Protocol, assert_never, cast

from ledger.codec import MAX, decode, encode
from ledger.effects import Effects, Row
from ledger.government.articles import DAY, Article
from ledger.government.leaving import (
    CLAIMS_CHAPTER,
    NO_REASON,
    Claim,
    Leave,
    Leaving,
    Settle,
    Step,
    claim_of,
)
from ledger.refusals import Refusal
from ledger.rules.closing import close, debts_guaranteed
from ledger.rules.government.commons import CommonsState, Movement
from ledger.rules.government.recoveries import running_recovery
from ledger.rules.government.register import ChapterState
from ledger.rules.government.settling import SettlingState, check_settling, settle
from ledger.rules.office import Verify, bylaws_in_force, check_stewards
from ledger.rules.owning import check_account_signature
from ledger.state import COMMONS, Account
from ledger.transactions import Status

CLAIM_STANDS_S: Final = 180 * DAY
"""For so long after its term a claim can be acted on: later debts need a claim of their own."""


class LeavingState(SettlingState, Protocol):
    """What is seen of a log to judge how a membership ends."""


def decide_leaving(
    change: Leaving, *, state: LeavingState, time: int, message: bytes, verify: Verify
) -> Effects | Refusal:
    """What `change` does at `time`, or the refusal. `message` is what the signatures in it cover."""
    match change:
        case Leave():
            refusal = check_leave(change, state) or _check_leave_signed(
                change, state, message, verify
            )
            return refusal or _left(change, state, time)
        case Settle():
            refusal = check_settle(change, state, time=time)
            if refusal is None and not _needs_nobody(change, state):
                refusal = check_stewards(state, Article.SETTLE, change.stewards, message, verify)
            return refusal or _stepped(change, state, time)
        case _:
            assert_never(change)


def check_leave(leave: Leave, state: LeavingState) -> Refusal | None:
    """The refusal that leaving earns whoever signed it, or None."""
    refusal = _check_account(leave.account, state)
    if refusal is not None:
        return refusal
    account = _known(leave.account, state)
    # 13.8.3: a thief who has the key takes nothing away while the owner gets another one.
    if running_recovery(state, leave.account) is not None:
        return Refusal.RECOVERY_RUNS
    # 13.8.4
    if account.status is Status.FROZEN:
        return Refusal.ACCOUNT_FROZEN
    # 13.8.5
    if leave.revision != account.revision + 1:
        return Refusal.REVISION_MISMATCH
    # 13.8.6: who answers for a debt that stands stays until it is paid, or others answer for it.
    if debts_guaranteed(leave.account, state):
        return Refusal.LEAVE_WITH_PLEDGES
    if account.balance > 0:
        return _check_payee(leave, account, state)
    # 13.8.9
    if leave.payee is not None:
        return Refusal.PAYEE_WITHOUT_CREDIT
    # A signature that waits must not come to be one for whatever is spent meanwhile.
    if account.balance < -leave.debt:
        return Refusal.DEBT_ABOVE_AGREED
    return check_settling(account, state) if account.balance < 0 else None


def _check_payee(leave: Leave, account: Account, state: LeavingState) -> Refusal | None:
    # 13.8.7
    if leave.payee == leave.account:
        return Refusal.PAYEE_IS_PAYER
    payee = None if leave.payee is None else state.account(leave.payee)
    if leave.payee is not None and (payee is None or leave.payee == COMMONS):
        return Refusal.PAYEE_UNKNOWN
    if payee is not None and payee.status is Status.CLOSED:
        return Refusal.PAYEE_CLOSED
    # 13.8.8
    held = state.commons if payee is None else payee.balance
    return Refusal.BALANCE_OUT_OF_RANGE if held + account.balance > MAX else None


def _check_leave_signed(
    leave: Leave, state: LeavingState, message: bytes, verify: Verify
) -> Refusal | None:
    account = _known(leave.account, state)
    if account.balance < 0:
        # 13.8.13: others pay, so it is not for the member alone to decide.
        refusal = check_stewards(state, Article.SETTLE, leave.stewards, message, verify)
        if refusal is not None:
            return refusal
    elif leave.stewards:
        # 13.8.12
        return Refusal.STEWARDS_WITHOUT_DEBT
    # 13.8.14
    return check_account_signature(state, account, leave.signature, message, verify)


def check_settle(change: Settle, state: LeavingState, *, time: int) -> Refusal | None:
    """The refusal that a step about a debt earns at `time` whoever signed it, or None."""
    refusal = _check_account(change.account, state)
    if refusal is not None:
        return refusal
    account = _known(change.account, state)
    # 13.8.17
    if change.revision != account.revision + 1:
        return Refusal.REVISION_MISMATCH
    claim = standing_claim(state, change.account, time=time)
    match change.step:
        case Step.CLAIM:
            # 13.8.18: it would only begin the term again.
            if claim is not None:
                return Refusal.CLAIM_STANDS
        case Step.SETTLE | Step.WITHDRAW:
            # 13.8.19
            if claim is None:
                return Refusal.CLAIM_UNKNOWN
        case _:
            assert_never(change.step)
    if change.step is Step.WITHDRAW:
        return None
    # 13.8.20: also at the end of the term, which is there for the member to pay.
    if account.balance >= 0:
        return Refusal.NOTHING_OWED
    # 13.8.21
    if claim is not None and time < claim.time + claim_term(state):
        return Refusal.SETTLEMENT_EARLY
    return None if claim is None else check_settling(account, state)


def _needs_nobody(change: Settle, state: LeavingState) -> bool:
    """Whether it takes away the claim of a debt that was paid, which nobody has to agree to (13.8.24)."""
    is_paid = _known(change.account, state).balance >= 0
    return change.step is Step.WITHDRAW and is_paid and not change.stewards


def next_paid_claim(state: LeavingState, *, time: int) -> Settle | None:
    """What a node enters when a debt that is claimed was paid; None while there is none."""
    for key, _ in state.rows(CLAIMS_CHAPTER):
        account = _known(cast(int, decode(key)), state)
        if account.balance >= 0 and standing_claim(state, account.number, time=time) is not None:
            return Settle(
                account=account.number,
                revision=account.revision + 1,
                step=Step.WITHDRAW,
                reason=NO_REASON,
            )
    return None


def standing_claim(state: CommonsState, account: int, *, time: int) -> Claim | None:
    """The claim about an account that can still be acted on at `time`, or None."""
    claim = claim_in(state, account)
    if claim is None or time >= claim.time + claim_term(state) + CLAIM_STANDS_S:
        return None
    return claim


def claim_in(state: ChapterState, account: int) -> Claim | None:
    """The claim that a log has about an account, standing or not."""
    return claim_of(state.row(CLAIMS_CHAPTER, encode(account)))


def claim_term(state: CommonsState) -> int:
    """How long a debt can be paid after a claim before it can be settled, in seconds."""
    return bylaws_in_force(state).value(Article.CLAIM_TERM)


def _left(leave: Leave, state: LeavingState, time: int) -> Effects:
    account, number = _known(leave.account, state), state.length + 1
    if account.balance < 0:
        return _moved(leave, settle(account, state, number=number, time=time), state, time)
    closing = close(account, state, number=number)
    if leave.payee is None:
        return _moved(leave, replace(closing, commons=account.balance), state, time)
    payee = _known(leave.payee, state)
    paid = replace(payee, balance=payee.balance + account.balance)
    return replace(closing, accounts=(*closing.accounts, paid))


def _stepped(change: Settle, state: LeavingState, time: int) -> Effects:
    account, number = _known(change.account, state), state.length + 1
    if change.step is Step.SETTLE:
        return _moved(change, settle(account, state, number=number, time=time), state, time)
    claim = Claim(number=number, time=time) if change.step is Step.CLAIM else None
    row = Row(
        chapter=CLAIMS_CHAPTER,
        key=encode(change.account),
        value=None if claim is None else claim.encoded(),
    )
    if change.step is Step.WITHDRAW and not change.stewards:
        # Nobody decided about the account: what its owner or stewards have signed meanwhile stays good.
        return Effects(chapters=(row,))
    return Effects(accounts=(replace(account, revision=change.revision),), chapters=(row,))


def _moved(change: Leaving, effects: Effects, state: LeavingState, time: int) -> Effects:
    """With what the commons has got or paid in the books; an account closes once, so that names the row."""
    if not effects.commons:
        return effects
    moved = Movement(
        kind=change.kind.value,
        number=change.account,
        entry=state.length + 1,
        time=time,
        account=change.account,
        amount=effects.commons,
    )
    return replace(effects, chapters=(*effects.chapters, moved.row()))


def _check_account(number: int, state: LeavingState) -> Refusal | None:
    # 13.8.1, 13.8.15
    account = state.account(number)
    if account is None or number == COMMONS:
        return Refusal.ACCOUNT_UNKNOWN
    # 13.8.2, 13.8.16
    return Refusal.ACCOUNT_CLOSED if account.status is Status.CLOSED else None


def _known(number: int, state: CommonsState) -> Account:
    account = state.account(number)
    assert account is not None, "what is carried out was checked"
    return account
