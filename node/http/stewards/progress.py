"""How far a draft has come: whether it waits, is recorded, or can't be any more.

The ledger's own rules decide what can still succeed, all but those of signatures.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, assert_never

from ledger.refusals import Refusal
from ledger.rules.government.commons import spends
from ledger.rules.government.opening import books_of, parts_there
from ledger.rules.government.recoveries import key_matters, running_recovery
from ledger.rules.government.register import read_proposal
from ledger.rules.office import bylaws_in_force
from ledger.rules.shared import check_draft
from ledger.transactions import (
    AccountChange,
    Admit,
    AdoptBylaws,
    Attest,
    Leave,
    Limit,
    OpenBooks,
    Propose,
    Recover,
    SetStatus,
    Settle,
    Spend,
    Stewarded,
    account_of,
)
from node.engine.view import View
from node.http.base import changes, facts
from node.http.base.refusals_problems import refusal_problem
from node.http.stewards import shapes

_MAY_PASS: Final = frozenset(
    {
        Refusal.BALANCE_NOT_ZERO,
        Refusal.COMMONS_TOO_LOW,
        Refusal.ENACTMENT_EARLY,
        Refusal.LEAVE_WITH_PLEDGES,
        Refusal.COMMONS_DEBT_CEILING,
        Refusal.DEBT_ABOVE_AGREED,
        Refusal.SETTLEMENT_EARLY,
    }
)
"""What may stand against a draft while it waits: debts are paid, the commons earns, votes and terms end."""


def state_of(view: View, transaction: Stewarded, handle: str | None = None) -> shapes.DraftState:
    """`waiting`; `recorded` when it is in the log; `overtaken` when it can't be any more.

    `handle`: of an admission, what the new account will be called.
    """
    match transaction:
        case Admit():
            return _state_of_admission(view, transaction, handle)
        case Limit() | SetStatus() | Settle():
            return _state_of_change(view, transaction)
        case OpenBooks():
            return _state_of_opening(view, transaction)
        case Propose():
            return _state_of_proposal(view, transaction)
        case Attest():
            return _state_of_result(view, transaction)
        case Leave():
            return _state_of_leaving(view, transaction)
        case Recover():
            return _state_of_recovery(view, transaction)
        case AdoptBylaws():
            return _state_of_bylaws(view, transaction)
        case Spend():
            # Which one has this number the state doesn't tell; who signed it has seen it being recorded.
            is_waiting = transaction.number > spends(facts.own_log(view))
            return "waiting" if is_waiting else "overtaken"
        case _:
            assert_never(transaction)


def _state_of_admission(view: View, admit: Admit, handle: str | None) -> shapes.DraftState:
    account = view.validator.account(view.coop, admit.account)
    if account is not None:
        is_same = account.key == admit.key and account.handle == admit.handle
        return "recorded" if is_same else "overtaken"
    taken = view.validator.account_named(view.coop, admit.handle) is not None
    taken = taken or (handle is not None and view.engine.names().directory.is_taken(handle))
    return "overtaken" if taken else "waiting"


def _state_of_opening(view: View, part: OpenBooks) -> shapes.DraftState:
    """A part is recorded when it is there, or a whole opening has its statement."""
    log = facts.own_log(view)
    books, earlier = books_of(log), parts_there(log)
    if books is not None:
        same = (books.statement, books.reason) == (part.statement, part.reason)
        return "recorded" if same else "overtaken"
    there = earlier.get(part.part)
    if there is None:
        return "waiting"
    return "recorded" if replace(part, stewards=()) == there else "overtaken"


def _state_of_change(view: View, change: AccountChange) -> shapes.DraftState:
    account = view.validator.account(view.coop, change.account)
    if account is None or account.revision < change.revision:
        return "waiting"
    hashes = [each.reason.hash for each in changes.changes_of(view, account.number)]
    return "recorded" if change.reason in hashes else "overtaken"


def _state_of_proposal(view: View, propose: Propose) -> shapes.DraftState:
    log = facts.own_log(view)
    found = read_proposal(log, propose.number)
    if found is None:
        # Its days were chosen when it was drafted; once too late, they can only be chosen anew.
        refusal = check_draft(propose, log, time=view.now_ms // 1000)
        return "overtaken" if refusal is Refusal.PROPOSAL_DATES_WRONG else "waiting"
    is_same = (found.action, found.text) == (propose.action, propose.text)
    return "recorded" if is_same else "overtaken"


def _state_of_result(view: View, attest: Attest) -> shapes.DraftState:
    found = read_proposal(facts.own_log(view), attest.proposal)
    if found is None or (found.result is None and not found.enacted):
        return "waiting"
    return "recorded" if found.result == attest.result else "overtaken"


def _state_of_leaving(view: View, leave: Leave) -> shapes.DraftState:
    account = view.validator.account(view.coop, leave.account)
    if account is None or account.revision < leave.revision:
        return "waiting"
    entry = facts.read_entry(view, view.coop, account.closed) if account.closed else None
    is_same = entry is not None and isinstance(entry.transaction, Leave)
    return "recorded" if is_same else "overtaken"


def _state_of_recovery(view: View, recover: Recover) -> shapes.DraftState:
    log = facts.own_log(view)
    if key_matters(log, recover.account).recoveries < recover.recovery:
        return "waiting"
    running, account = running_recovery(log, recover.account), log.account(recover.account)
    key = running.key if running else account.key if account else None
    return "recorded" if key == recover.key else "overtaken"


def _state_of_bylaws(view: View, entry: AdoptBylaws) -> shapes.DraftState:
    found = bylaws_in_force(facts.own_log(view))
    if found.version == 0:
        return "waiting"
    is_same = (found.version, found.text) == (entry.version, entry.text)
    return "recorded" if is_same else "overtaken"


def check_can_succeed(view: View, transaction: Stewarded, admissions: Iterable[Admit]) -> None:
    """Raise the refusal's problem for a draft that no steward's signature can help any more.

    A debt may be paid before the account is closed, and somebody of `admissions`, which wait, may be a
    member by then: such drafts may wait as well.
    """
    if state_of(view, transaction) == "recorded":
        return
    time = view.now_ms // 1000
    refusal = check_draft(transaction, facts.own_log(view), time=time)
    if refusal is None or refusal in _MAY_PASS:
        return
    waiting = {admit.account for admit in admissions}
    if refusal is not Refusal.ACCOUNT_UNKNOWN or account_of(transaction) not in waiting:
        raise refusal_problem(refusal)
