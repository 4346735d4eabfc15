"""The rules that both validators share: every kind but `pay`, `pay_delegated`, `anchor` and `return`.

The reference validator runs all rules; the native one has those of its own, because they are what runs
for every payment or touches what is on its way. All else is decided here, once, from what `LogState` shows of
the log, and the answer is `Effects`, which either validator can carry out whatever the kind. A new kind of
this sort is a rule and a case of `decide`.
"""

from dataclasses import replace
from typing import Protocol, assert_never

from ledger.charter import Charter
from ledger.charter_changes import DecideBranch
from ledger.charter_entries import CharterEntry
from ledger.charter_index import Redenominate, SetIndex
from ledger.effects import Effects
from ledger.entries import Entry
from ledger.government.commons import Rates
from ledger.index.table import Index
from ledger.refusals import Refusal
from ledger.rules.charter import LogPlace, charter_row, decide_charter
from ledger.rules.charter_index import index_after, rows_that_fall_away
from ledger.rules.delegating import decide_account_keys
from ledger.rules.government.bylaws import check_bylaws, decide_bylaws
from ledger.rules.government.commons import (
    check_spend,
    decide_levy,
    decide_spend,
)
from ledger.rules.government.guarantees import decide_guarantee
from ledger.rules.government.leaving import check_leave, check_settle, decide_leaving
from ledger.rules.government.opening import OpeningState, check_opening, decide_opening
from ledger.rules.government.proposals import check_proposal
from ledger.rules.government.recovery import check_recover, decide_key
from ledger.rules.government.votes import VotingState, check_attest
from ledger.rules.government.voting import decide_voting
from ledger.rules.index import decide_index
from ledger.rules.index_rows import index_row
from ledger.rules.losses import ForkedLog, Settled, settle_losses
from ledger.rules.members import CheckKey, MemberState, check_change, decide_members
from ledger.rules.office import Verify
from ledger.signatures import check_key_admissible, verify
from ledger.state import Waiting
from ledger.transactions import (
    AccountKeys,
    Acknowledge,
    Admit,
    AdoptBylaws,
    Anchor,
    Attest,
    Guarantee,
    IndexEntry,
    KeyChange,
    Lapse,
    Leave,
    Levy,
    Limit,
    MemberChange,
    OpenBooks,
    Pay,
    Propose,
    Recover,
    Return,
    SetStatus,
    Settle,
    Spend,
    Stewarded,
    Voting,
    signed_part,
)


class DraftState(MemberState, VotingState, OpeningState, Protocol):
    """What has to be seen of a log to judge what stewards draft."""


class LogState(DraftState, LogPlace, ForkedLog, Protocol):
    """What shared rules see of the log that an entry is for, before it."""

    @property
    def charter(self) -> Charter:
        """The charter in force for it."""

    @property
    def index(self) -> Index | None:
        """What it knows of the index; None in a federation without one."""

    def members(self, opened_at_most: int) -> int:
        """How many accounts were opened by that entry of the log, or before it, and are not closed."""

    def pledged(self, account: int) -> int:
        """What an account answers for with others, in minor units."""

    def levy_total(self, rates: Rates) -> int | None:
        """What a levy would take of all accounts, in minor units; None: a balance would leave its range."""


def decide(
    entry: Entry,
    *,
    state: LogState,
    context: bytes,
    verify: Verify = verify,
    check_key: CheckKey = check_key_admissible,
) -> Effects | Refusal | Waiting:
    """What `entry` changes as the next of the log, or what stands against it. Its time has been checked.

    `context` precedes the signed part of a transaction in what members' and stewards' signatures cover.
    """
    transaction = entry.transaction
    message = context + signed_part(transaction)
    match transaction:
        case Leave() | Settle():
            return decide_leaving(
                transaction, state=state, time=entry.time, message=message, verify=verify
            )
        case IndexEntry():
            return _decide_index(transaction, state, entry.time)
        case CharterEntry():
            return _decide_charter(transaction, state, verify)
        case AdoptBylaws():
            return decide_bylaws(
                transaction, state=state, time=entry.time, message=message, verify=verify
            )
        case Spend():
            return decide_spend(
                transaction, state=state, time=entry.time, message=message, verify=verify
            )
        case Levy():
            return decide_levy(transaction, state=state, time=entry.time)
        case OpenBooks() | Acknowledge():
            return decide_opening(
                transaction, state=state, time=entry.time, message=message, verify=verify
            )
        case Guarantee() | Lapse():
            return decide_guarantee(
                transaction, state=state, time=entry.time, message=message, verify=verify
            )
        case Pay() | Anchor() | Return():
            raise AssertionError("each validator decides these by itself")
        case _:
            return _decide_about_members(
                transaction,
                state=state,
                time=entry.time,
                message=message,
                verify=verify,
                check_key=check_key,
            )


def _decide_about_members(
    transaction: MemberChange | Voting | KeyChange | AccountKeys,
    *,
    state: LogState,
    time: int,
    message: bytes,
    verify: Verify,
    check_key: CheckKey,
) -> Effects | Refusal:
    """What depends on which entry of the log it becomes."""
    number = state.length + 1
    if isinstance(transaction, Voting):
        return decide_voting(
            transaction, state=state, time=time, number=number, message=message, verify=verify
        )
    if isinstance(transaction, MemberChange):
        return decide_members(
            transaction,
            state=state,
            time=time,
            number=number,
            message=message,
            verify=verify,
            check_key=check_key,
        )
    if isinstance(transaction, AccountKeys):
        return decide_account_keys(
            transaction,
            state=state,
            time=time,
            number=number,
            message=message,
            verify=verify,
            check_key=check_key,
        )
    return decide_key(
        transaction,
        state=state,
        time=time,
        number=number,
        message=message,
        verify=verify,
        check_key=check_key,
    )


def _decide_index(entry: IndexEntry, state: LogState, time: int) -> Effects | Refusal:
    index = decide_index(entry, charter=state.charter, index=state.index, time=time)
    if isinstance(index, Refusal):
        return index
    return Effects(chapters=(index_row(entry.decided, run=index.line.run),), index=index)


def check_draft(transaction: Stewarded, state: DraftState, *, time: int) -> Refusal | None:
    """The refusal that `transaction` earns next at `time` whoever signed it, or None.

    All checks but those of signatures, so that it can be asked while stewards still sign.
    """
    match transaction:
        case Admit() | Limit() | SetStatus():
            return check_change(transaction, state=state)
        case AdoptBylaws():
            return check_bylaws(transaction, state)
        case Spend():
            return check_spend(transaction, state)
        case Propose():
            return check_proposal(transaction, state=state, time=time)
        case Attest():
            return check_attest(transaction, state=state, time=time)
        case Recover():
            return check_recover(transaction, state=state, time=time)
        case Leave():
            return check_leave(transaction, state)
        case Settle():
            return check_settle(transaction, state, time=time)
        case OpenBooks():
            return check_opening(transaction, state)
        case _:
            assert_never(transaction)


def _decide_charter(
    entry: CharterEntry, state: LogState, verify: Verify
) -> Effects | Refusal | Waiting:
    charter = decide_charter(entry, charter=state.charter, log=state, verify=verify)
    if isinstance(charter, Refusal):
        return charter
    row, change = charter_row(entry), entry.change
    if isinstance(change, SetIndex):
        gone = tuple(rows_that_fall_away(change, state))
        index = index_after(charter, state, gone)
        return Effects(chapters=(*gone, row), charter=charter, index=index)
    if isinstance(change, Redenominate):
        return Effects(chapters=(row,), charter=charter, index=index_after(charter, state))
    effects = Effects(chapters=(row,), charter=charter)
    if isinstance(change, DecideBranch):
        return _with_losses(effects, change, charter.version, state)
    return effects


def _with_losses(
    effects: Effects, change: DecideBranch, version: int, state: LogState
) -> Effects | Refusal | Waiting:
    settled = settle_losses(change, version=version, log=state)
    if not isinstance(settled, Settled):
        return settled
    rows = effects.chapters if settled.row is None else (*effects.chapters, settled.row)
    return replace(effects, chapters=rows, stand=settled.stand)
