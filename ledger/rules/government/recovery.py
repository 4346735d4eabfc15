"""Keys that are replaced or recovered: PROTOCOL section 13.6.

The owner replaces the key by signing with it. Whoever has lost it, or sees a thief use it, gets another by
stewards or by guardians: the account stops paying at once, and gets the new key after a wait in which the old
key can object. Nobody can shorten a wait that runs.
"""

from dataclasses import replace
from typing import Final, Protocol, assert_never, cast

from ledger.codec import decode
from ledger.effects import Effects
from ledger.government.actions import DecideRecovery
from ledger.government.articles import DAY, Article
from ledger.government.recovery import (
    MAX_GUARDIANS,
    RECOVERIES_CHAPTER,
    Guard,
    GuardiansNamed,
    KeyChange,
    ObjectTo,
    Recover,
    Recovery,
    Rekey,
    Restore,
    recovery_of,
)
from ledger.refusals import Refusal
from ledger.rules.government.recoveries import (
    former_key_row,
    key_matters,
    matters_row,
    recovery_row,
    running_recovery,
)
from ledger.rules.government.register import open_proposals
from ledger.rules.members import CheckKey
from ledger.rules.office import OfficeState, Verify, bylaws_in_force, check_stewards
from ledger.rules.owning import (
    check_account_signature,
    joint_owners,
    revoke_all,
    rows_of_one_key,
)
from ledger.signatures import KeyInadmissible, SignatureInvalid, check_key_admissible
from ledger.state import COMMONS, Account
from ledger.transactions import Status

LONGEST_WAIT_S: Final = 365 * DAY
"""The longest wait that a member can ask of guardians, unless the bylaws ask a longer one of everybody."""


class RecoveryState(OfficeState, Protocol):
    """What is seen of a log to judge what is about keys."""


def decide_key(
    change: KeyChange,
    *,
    state: RecoveryState,
    time: int,
    number: int,
    message: bytes,
    verify: Verify,
    check_key: CheckKey,
) -> Effects | Refusal:
    """What `change` does when it becomes entry `number` at `time`, or the refusal.

    `message` is what the signatures in it cover.
    """
    match change:
        case Rekey():
            refusal = _check_rekey(change, state, check_key) or _check_owners(
                change, state, message, verify
            )
            return refusal or _rekeyed(change, state, time=time, number=number)
        case GuardiansNamed():
            refusal = _check_guardians(change, state) or check_account_signature(
                state, _known(change.account, state), change.signature, message, verify
            )
            return refusal or _guarded(change, state, time=time)
        case Recover():
            refusal = check_recover(
                change, state=state, time=time, check_key=check_key
            ) or _check_helpers(change, state, message, verify)
            return refusal or _begun(change, state, time=time)
        case ObjectTo():
            refusal = _check_object(change, state) or check_account_signature(
                state, _known(change.account, state), change.signature, message, verify
            )
            return refusal or _objected(change, state, time=time)
        case Restore():
            refusal = check_restore(change, state=state, time=time)
            return refusal or _restored(change, state, time=time, number=number)
        case _:
            assert_never(change)


def _check_account(number: int, state: RecoveryState) -> Refusal | None:
    # 13.6.1, 13.6.9, 13.6.16, 13.6.27, 13.6.32
    account = state.account(number)
    if account is None or number == COMMONS:
        return Refusal.ACCOUNT_UNKNOWN
    # 13.6.2, 13.6.10, 13.6.17, 13.6.28, 13.6.33
    return Refusal.ACCOUNT_CLOSED if account.status is Status.CLOSED else None


def check_owned(
    number: int, revision: int, state: RecoveryState, *, may_be_frozen: bool = False
) -> Refusal | None:
    """What stands against the owner's saying anything about the account's keys."""
    refusal = _check_account(number, state)
    if refusal is not None:
        return refusal
    # 13.6.3, 13.6.11: while it runs, the old key can object and nothing else.
    if running_recovery(state, number) is not None:
        return Refusal.RECOVERY_RUNS
    # 13.6.4, 13.6.12: an account may be frozen because a thief has the key.
    if _known(number, state).status is Status.FROZEN and not may_be_frozen:
        return Refusal.ACCOUNT_FROZEN
    # 13.6.5, 13.6.13: a revision of its own, so that no owner overtakes what stewards sign.
    if revision != key_matters(state, number).revision + 1:
        return Refusal.REVISION_MISMATCH
    return None


def _check_rekey(rekey: Rekey, state: RecoveryState, check_key: CheckKey) -> Refusal | None:
    refusal = check_owned(rekey.account, rekey.revision, state)
    return refusal or _check_new_key(rekey.key, _known(rekey.account, state), state, check_key)


def _check_new_key(
    key: bytes, account: Account, state: RecoveryState, check_key: CheckKey
) -> Refusal | None:
    # 13.6.6, 13.6.20: a joint account may come back to one of its keys.
    if key == account.key and joint_owners(state, account.number) is None:
        return Refusal.KEY_UNCHANGED
    # 13.6.7, 13.6.21
    try:
        check_key(key)
    except KeyInadmissible:
        return Refusal.KEY_INADMISSIBLE
    return None


def _check_signed(key: bytes, message: bytes, signature: bytes, verify: Verify) -> Refusal | None:
    # 13.6.8, 13.6.15, 13.6.26, 13.6.31
    try:
        verify(public_key=key, message=message, signature=signature)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None


def _check_owners(
    rekey: Rekey, state: RecoveryState, message: bytes, verify: Verify
) -> Refusal | None:
    """Both sign: the key that was, because nobody else may; the new one, so that it is somebody's."""
    account = _known(rekey.account, state)
    return check_account_signature(
        state, account, rekey.signature, message, verify
    ) or _check_signed(rekey.key, message, rekey.key_signature, verify)


def _check_guardians(named: GuardiansNamed, state: RecoveryState) -> Refusal | None:
    refusal = check_owned(named.account, named.revision, state)
    if refusal is not None:
        return refusal
    if named.commitment is None:
        # 13.6.14
        return Refusal.GUARDIANS_IMPOSSIBLE if named.needed or named.wait else None
    # 13.6.14
    if not 1 <= named.needed <= MAX_GUARDIANS:
        return Refusal.GUARDIANS_IMPOSSIBLE
    least = bylaws_in_force(state).value(Article.WAIT_GUARDIANS)
    if not least <= named.wait <= max(least, LONGEST_WAIT_S):
        return Refusal.WAIT_OUT_OF_RANGE
    return None


def check_recover(
    recover: Recover,
    *,
    state: RecoveryState,
    time: int,
    check_key: CheckKey = check_key_admissible,
) -> Refusal | None:
    """The refusal that a recovery earns whoever signed it, or None."""
    refusal = _check_account(recover.account, state)
    if refusal is not None:
        return refusal
    # 13.6.18
    if running_recovery(state, recover.account) is not None:
        return Refusal.RECOVERY_RUNS
    # 13.6.19: what was signed for one recovery begins no other.
    if recover.recovery != key_matters(state, recover.account).recoveries + 1:
        return Refusal.RECOVERY_NUMBER_WRONG
    refusal = _check_new_key(recover.key, _known(recover.account, state), state, check_key)
    return refusal or _check_list(recover, state, time)


def _check_list(recover: Recover, state: RecoveryState, time: int) -> Refusal | None:
    if recover.guardians is None:
        return None
    # 13.6.22
    guard = key_matters(state, recover.account).guard_at(time)
    commitment = recover.guardians.commitment(recover.account)
    if guard is None or guard.commitment != commitment:
        return Refusal.GUARDIANS_WRONG
    # 13.6.23: nobody guards their own account, and who is frozen vouches for nobody. A joint account is not
    # somebody, of whom the list would say which.
    for number, _ in recover.members:
        guardian = state.account(number)
        if number not in recover.guardians.accounts or number in (COMMONS, recover.account):
            return Refusal.GUARDIAN_UNKNOWN
        if guardian is None or guardian.status is not Status.OPEN:
            return Refusal.GUARDIAN_UNKNOWN
        if joint_owners(state, number) is not None:
            return Refusal.GUARDIAN_UNKNOWN
    # 13.6.24
    return Refusal.GUARDIANS_TOO_FEW if len(recover.members) < guard.needed else None


def _check_helpers(
    recover: Recover, state: RecoveryState, message: bytes, verify: Verify
) -> Refusal | None:
    # 13.6.25
    if recover.guardians is None:
        refusal = check_stewards(state, Article.RECOVER, recover.stewards, message, verify)
        if refusal is not None:
            return refusal
    # 13.6.26
    for number, signature in recover.members:
        refusal = _check_signed(_known(number, state).key, message, signature, verify)
        if refusal is not None:
            return refusal
    return _check_signed(recover.key, message, recover.key_signature, verify)


def _check_object(objection: ObjectTo, state: RecoveryState) -> Refusal | None:
    refusal = _check_account(objection.account, state)
    if refusal is not None:
        return refusal
    # 13.6.29
    recovery = running_recovery(state, objection.account)
    if recovery is None or recovery.number != objection.recovery:
        return Refusal.RECOVERY_UNKNOWN
    # 13.6.30: a second one has no effect, so nobody holds an account up for ever.
    return None if recovery.disputed is None else Refusal.RECOVERY_OBJECTED


def check_restore(restore: Restore, *, state: RecoveryState, time: int) -> Refusal | None:
    """The refusal that the end of a recovery earns at `time`, or None."""
    refusal = _check_account(restore.account, state)
    if refusal is not None:
        return refusal
    # 13.6.34
    recovery = running_recovery(state, restore.account)
    if recovery is None or recovery.number != restore.recovery:
        return Refusal.RECOVERY_UNKNOWN
    # 13.6.35: votes that opened in time are waited for, and each of them closes.
    if time < recovery.due() or _is_voted_on(restore.account, recovery, state):
        return Refusal.RESTORE_EARLY
    return None


def next_restoration(state: RecoveryState) -> tuple[Restore, int] | None:
    """The recovery that ends first, and when that may be; None while none does by waiting alone."""
    ends: list[tuple[int, int, int]] = []
    for key, value in state.rows(RECOVERIES_CHAPTER):
        account, recovery = cast("int", decode(key)), recovery_of(value)
        if recovery is not None and not _is_voted_on(account, recovery, state):
            ends.append((recovery.due(), account, recovery.number))
    if not ends:
        return None
    time, account, number = min(ends)
    return Restore(account=account, recovery=number), time


def _is_voted_on(account: int, recovery: Recovery, state: RecoveryState) -> bool:
    return any(
        isinstance(proposal.action, DecideRecovery)
        and (proposal.action.account, proposal.action.recovery) == (account, recovery.number)
        and proposal.time <= recovery.due()
        for proposal in open_proposals(state).values()
    )


def _rekeyed(rekey: Rekey, state: RecoveryState, *, time: int, number: int) -> Effects:
    account = _known(rekey.account, state)
    matters = key_matters(state, account.number).settled(time)
    rows = (
        matters_row(account.number, replace(matters, revision=rekey.revision)),
        former_key_row(account, number),
        *revoke_all(state, account.number),
    )
    return Effects(accounts=(replace(account, key=rekey.key),), chapters=rows)


def _guarded(named: GuardiansNamed, state: RecoveryState, *, time: int) -> Effects:
    """The guardians follow after the wait that is in force, so that a thief can't replace them at once."""
    matters = key_matters(state, named.account).settled(time)
    bylaws = bylaws_in_force(state)
    least = bylaws.value(Article.WAIT_GUARDIANS)
    wait = least if matters.guard is None else max(matters.guard.wait, least)
    follows = None
    if named.commitment is not None:
        follows = Guard(commitment=named.commitment, needed=named.needed, wait=named.wait)
    after = replace(matters, revision=named.revision, due=time + wait, next_guard=follows)
    return Effects(chapters=(matters_row(named.account, after),))


def _begun(recover: Recover, state: RecoveryState, *, time: int) -> Effects:
    """The account is frozen, and its wait begins. What was to follow of guardians is forgotten."""
    account = _known(recover.account, state)
    matters = key_matters(state, account.number).settled(time)
    bylaws = bylaws_in_force(state)
    wait = bylaws.value(Article.WAIT_STEWARDS)
    if recover.guardians is not None:
        least = bylaws.value(Article.WAIT_GUARDIANS)
        wait = least if matters.guard is None else max(matters.guard.wait, least)
    recovery = Recovery(
        number=recover.recovery,
        key=recover.key,
        began=time,
        ends=time + wait,
        is_by_guardians=recover.guardians is not None,
        was=account.status.value,
    )
    rows = (
        matters_row(account.number, replace(matters, recoveries=recover.recovery)),
        recovery_row(account.number, recovery),
    )
    return Effects(accounts=(replace(account, status=Status.FROZEN),), chapters=rows)


def _objected(objection: ObjectTo, state: RecoveryState, *, time: int) -> Effects:
    recovery = running_recovery(state, objection.account)
    assert recovery is not None, "a checked objection is against a recovery that runs"
    term = bylaws_in_force(state).value(Article.OBJECTION_TERM)
    after = replace(recovery, disputed=time + term)
    return Effects(chapters=(recovery_row(objection.account, after),))


def _restored(restore: Restore, state: RecoveryState, *, time: int, number: int) -> Effects:
    account, recovery = _known(restore.account, state), running_recovery(state, restore.account)
    assert recovery is not None, "a checked end is that of a recovery that runs"
    matters = key_matters(state, account.number).settled(time)
    rows = (
        matters_row(account.number, matters),
        recovery_row(account.number, None),
        former_key_row(account, number),
        *rows_of_one_key(state, account.number),
    )
    after = replace(account, key=recovery.key, status=Status(recovery.was))
    return Effects(accounts=(after,), chapters=rows)


def _known(number: int, state: RecoveryState) -> Account:
    account = state.account(number)
    assert account is not None, "a checked change is of an account that is there"
    return account
