"""Recoveries that run, as a log keeps them, and what a vote decides about one: PROTOCOL section 13.6."""

from dataclasses import replace
from typing import Protocol, cast

from ledger.codec import decode, encode
from ledger.effects import Effects, Row
from ledger.government.actions import DecideRecovery
from ledger.government.recovery import (
    FORMER_KEYS_CHAPTER,
    KEYS_CHAPTER,
    RECOVERIES_CHAPTER,
    KeyMatters,
    Recovery,
    key_matters_of,
    recovery_of,
)
from ledger.refusals import Refusal
from ledger.rules.government.register import ChapterState
from ledger.rules.office import OfficeState
from ledger.state import Account
from ledger.transactions import Status


class RecoveredState(ChapterState, Protocol):
    """What is seen of a log to decide about a recovery."""

    def account(self, number: int) -> Account | None:
        """The account, not to be changed."""


def key_matters(state: ChapterState, account: int) -> KeyMatters:
    """What a log remembers of an account's key."""
    return key_matters_of(state.row(KEYS_CHAPTER, encode(account)))


def running_recovery(state: ChapterState, account: int) -> Recovery | None:
    """The recovery of an account that runs, or None."""
    return recovery_of(state.row(RECOVERIES_CHAPTER, encode(account)))


def former_keys(state: OfficeState, account: int) -> list[bytes]:
    """The keys that an account had before the one it has, the earliest first."""
    rows = (
        (cast("list[int]", decode(key)), value) for key, value in state.rows(FORMER_KEYS_CHAPTER)
    )
    return [cast("bytes", decode(value)) for (number, _), value in rows if number == account]


def recovery_row(account: int, recovery: Recovery | None) -> Row:
    """The row of an account; without a recovery it is gone."""
    value = None if recovery is None else recovery.encoded()
    return Row(chapter=RECOVERIES_CHAPTER, key=encode(account), value=value)


def matters_row(account: int, matters: KeyMatters) -> Row:
    """The row of what a log remembers of an account's key."""
    return Row(chapter=KEYS_CHAPTER, key=encode(account), value=matters.encoded())


def former_key_row(account: Account, number: int) -> Row:
    """Whoever checks an old payment finds the key that it was signed with, until entry `number`."""
    key = encode([account.number, number])
    return Row(chapter=FORMER_KEYS_CHAPTER, key=key, value=encode(account.key))


def check_recovery_vote(action: DecideRecovery, state: RecoveredState) -> Refusal | None:
    """The refusal that a vote about a recovery earns, or None."""
    # 13.3.20
    recovery = running_recovery(state, action.account)
    if recovery is None or recovery.number != action.recovery:
        return Refusal.RECOVERY_UNKNOWN
    # 13.3.21: only an objection makes it a question which of two keys is right.
    if action.is_new_key and recovery.disputed is None:
        return Refusal.RECOVERY_UNDISPUTED
    return None


def decide_recovery(action: DecideRecovery, state: RecoveredState) -> Effects:
    """The objection is over, and the wait goes on; or the recovery is, and the account is as it was."""
    recovery, account = running_recovery(state, action.account), state.account(action.account)
    assert recovery is not None, "what is carried out was checked"
    assert account is not None, "what is carried out was checked"
    if action.is_new_key:
        confirmed = replace(recovery, is_confirmed=True)
        return Effects(chapters=(recovery_row(action.account, confirmed),))
    after = replace(account, status=Status(recovery.was))
    return Effects(accounts=(after,), chapters=(recovery_row(action.account, None),))
