"""`delegate` and `owners`: which keys may sign for an account, PROTOCOL sections 14.2 and 14.4.

And what a delegated key may pay, section 14.3, for the reference validator: the native one has that rule too.
"""

from dataclasses import replace
from typing import Final, assert_never

from ledger.account_keys import DAY_S, NO_CAPS, Delegate, Delegated, Owners, SetOwners
from ledger.codec import MAX
from ledger.effects import Effects
from ledger.refusals import Refusal
from ledger.rules.government.recoveries import former_key_row, key_matters, matters_row
from ledger.rules.government.recovery import RecoveryState, check_owned
from ledger.rules.members import CheckKey
from ledger.rules.office import Verify
from ledger.rules.owning import (
    check_account_signature,
    delegate_row,
    delegated_at,
    delegates_of,
    joint_owners,
    keys_of,
    owners_row,
    revoke_all,
)
from ledger.signatures import KeyInadmissible
from ledger.state import Account
from ledger.transactions import AccountKeys, PayDelegated

LONGEST_S: Final = 10 * 365 * DAY_S
"""For so long a key is delegated at most."""


def decide_account_keys(
    change: AccountKeys,
    *,
    state: RecoveryState,
    time: int,
    number: int,
    message: bytes,
    verify: Verify,
    check_key: CheckKey,
) -> Effects | Refusal:
    """What `change` does when it becomes entry `number` at `time`, or the refusal."""
    refusal = check_account_keys(change, state=state, time=time, check_key=check_key)
    if refusal is not None:
        return refusal
    account = _known(change.account, state)
    # 14.2.10, 14.4.9
    refusal = check_account_signature(state, account, change.signature, message, verify)
    if refusal is not None:
        return refusal
    match change:
        case Delegate():
            return _delegated(change, state, time=time)
        case SetOwners():
            return _owned(change, account, state, time=time, number=number)
        case _:
            assert_never(change)


def check_account_keys(
    change: AccountKeys, *, state: RecoveryState, time: int, check_key: CheckKey
) -> Refusal | None:
    """The refusal that `change` earns at `time` whoever signed it, or None."""
    if isinstance(change, Delegate):
        return _check_delegate(change, state, time, check_key)
    # 14.4.1 to 14.4.5
    refusal = check_owned(change.account, change.revision, state)
    return refusal or _check_owners(change, state, check_key)


def _check_delegate(
    change: Delegate, state: RecoveryState, time: int, check_key: CheckKey
) -> Refusal | None:
    # 14.2.1 to 14.2.5: who sees an account frozen may still take a key away.
    is_revoking = change.key is None
    refusal = check_owned(change.account, change.revision, state, may_be_frozen=is_revoking)
    if refusal is not None:
        return refusal
    if change.key is None:
        # 14.2.6
        if change.caps != NO_CAPS:
            return Refusal.DELEGATE_TERMS_WRONG
        # 14.2.7
        is_there = delegated_at(state, change.account, change.place).key is not None
        return None if is_there else Refusal.DELEGATE_UNKNOWN
    refusal = _check_caps(change, time)
    return refusal or _check_delegated_key(change.key, change, state, check_key)


def _check_caps(change: Delegate, time: int) -> Refusal | None:
    # 14.2.6
    if not 1 <= change.caps.per_payment <= change.caps.per_day <= MAX:
        return Refusal.DELEGATE_TERMS_WRONG
    # 14.2.8
    if not time < change.caps.until <= time + LONGEST_S:
        return Refusal.DELEGATE_UNTIL_WRONG
    return None


def _check_delegated_key(
    key: bytes, change: Delegate, state: RecoveryState, check_key: CheckKey
) -> Refusal | None:
    # 14.2.9: a key has one set of caps, and an owner needs none.
    others = {
        delegated.key
        for place, delegated in delegates_of(state, change.account).items()
        if place != change.place
    }
    if key in others or key in keys_of(state, _known(change.account, state)):
        return Refusal.DELEGATE_KEY_TAKEN
    return _check_admissible(key, check_key)


def _check_admissible(key: bytes, check_key: CheckKey) -> Refusal | None:
    # 14.2.9, 14.4.8
    try:
        check_key(key)
    except KeyInadmissible:
        return Refusal.KEY_INADMISSIBLE
    return None


def _check_owners(change: SetOwners, state: RecoveryState, check_key: CheckKey) -> Refusal | None:
    # 14.4.6
    keys = change.keys
    if not 1 <= change.needed <= len(keys) or len(set(keys)) < len(keys):
        return Refusal.OWNERS_IMPOSSIBLE
    # 14.4.7
    owners = joint_owners(state, change.account)
    needed = 1 if owners is None else owners.needed
    if (change.needed, keys) == (needed, keys_of(state, _known(change.account, state))):
        return Refusal.OWNERS_UNCHANGED
    # 14.4.8
    refusals = (_check_admissible(key, check_key) for key in keys)
    return next((refusal for refusal in refusals if refusal is not None), None)


def _delegated(change: Delegate, state: RecoveryState, *, time: int) -> Effects:
    """The place has the key and caps; its sequence and what it has spent in the day go on."""
    matters = key_matters(state, change.account).settled(time)
    place = delegated_at(state, change.account, change.place)
    after = replace(place, key=change.key, caps=change.caps)
    return Effects(
        chapters=(
            matters_row(change.account, replace(matters, revision=change.revision)),
            delegate_row(change.account, change.place, after),
        )
    )


def _owned(
    change: SetOwners, account: Account, state: RecoveryState, *, time: int, number: int
) -> Effects:
    """The keys own the account. That of the first is the account's, to which memos are sealed."""
    matters = key_matters(state, account.number).settled(time)
    rows = [matters_row(account.number, replace(matters, revision=change.revision))]
    owners = None
    if len(change.keys) > 1:
        owners = Owners(needed=change.needed, keys=change.keys)
    if owners is not None or joint_owners(state, account.number) is not None:
        rows.append(owners_row(account.number, owners))
    if change.keys[0] == account.key:
        return Effects(chapters=(*rows, *revoke_all(state, account.number)))
    rows.append(former_key_row(account, number))
    return Effects(
        accounts=(replace(account, key=change.keys[0]),),
        chapters=(*rows, *revoke_all(state, account.number)),
    )


def _known(number: int, state: RecoveryState) -> Account:
    account = state.account(number)
    assert account is not None, "a checked change is of an account that is there"
    return account


def check_delegated(delegated: Delegated, pay: PayDelegated, *, time: int) -> Refusal | None:
    """The refusal that a delegated payment, whose amounts are in range, earns by the caps of its key."""
    caps, paid = delegated.caps, pay.amount + pay.fee
    # 14.3.7: an entry's time never falls, so no clock that is put back makes a key good again.
    if time >= caps.until:
        return Refusal.DELEGATE_EXPIRED
    # 14.3.8: what leaves the account counts, the fee too.
    if paid > caps.per_payment:
        return Refusal.DELEGATE_PAYMENT_CAP
    # 14.3.9
    if delegated.spent_on(time // DAY_S) + paid > caps.per_day:
        return Refusal.DELEGATE_DAY_CAP
    # 14.3.10
    if caps.payees is not None and (pay.payee_coop, pay.payee) not in caps.payees:
        return Refusal.DELEGATE_PAYEE
    return None
