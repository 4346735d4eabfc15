"""What a proposal is about, when it may be made, and what it does once it has passed: PROTOCOL section 13.3.

Each question is one function here, with a case for each type of action; what stands against an action is
asked twice, when it is proposed and when it is carried out.
"""

from dataclasses import dataclass, replace
from typing import Protocol, assert_never

from ledger.effects import Effects
from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideRecovery,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.office import Seats
from ledger.refusals import Refusal
from ledger.rules.government.commons import LevyState, Movement
from ledger.rules.government.decided import (
    DecidingState,
    check_expulsion,
    check_limit,
    check_status,
    expel,
    set_limit,
    set_status,
)
from ledger.rules.government.decided_commons import (
    amend,
    check_amendment,
    check_collection,
    check_spending,
    collect,
    spend,
)
from ledger.rules.government.elections import check_election, check_recall, elect, recall
from ledger.rules.government.recoveries import (
    RecoveredState,
    check_recovery_vote,
    decide_recovery,
)
from ledger.rules.government.terms import VotingTerms
from ledger.shapes import Kind


class ActionState(DecidingState, RecoveredState, LevyState, Protocol):
    """What is seen of a log to judge an action."""


def about_of(action: Action, seats: Seats) -> tuple[int, ...] | None:
    """The accounts whose own matter it is, rising; None where the proposal itself says them."""
    match action:
        case Resolve():
            return None
        case Elect() | AmendBylaws() | DecideLevy():
            return ()
        case Recall():
            leaving = (seat for seat in seats.taken if seat.place in action.places)
            return tuple(sorted(seat.account for seat in leaving if seat.account is not None))
        case DecideLimit() | DecideStatus() | DecideRecovery() | Expel():
            return (action.account,)
        case DecideSpend():
            return (action.payee,)
        case _:
            assert_never(action)


def is_special(action: Action) -> bool:
    """Whether it needs the special majority."""
    return isinstance(action, AmendBylaws) or (isinstance(action, Resolve) and action.is_special)


def notice_of(action: Action, terms: VotingTerms) -> int:
    """How long before the first close it has to be proposed, in seconds."""
    if isinstance(action, Expel):
        return max(terms.notice, terms.hearing)
    return terms.notice


def check_action(
    action: Action, *, second: int, terms: VotingTerms, state: ActionState
) -> Refusal | None:
    """What stands against carrying it out as things are now, or None.

    `second` is the second close of its proposal, before any late vote moved it.
    """
    match action:
        case Resolve():
            return None
        case AmendBylaws():
            return check_amendment(action)
        case DecideSpend():
            return check_spending(action, state)
        case DecideLevy():
            return check_collection(action, state)
        case Elect():
            return check_election(action, second=second, terms=terms, state=state)
        case Recall():
            return check_recall(action, state)
        case DecideLimit():
            return check_limit(action, state)
        case DecideStatus():
            return check_status(action, state)
        case DecideRecovery():
            return check_recovery_vote(action, state)
        case Expel():
            return check_expulsion(action, state)
        case _:
            assert_never(action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """By what an action is carried out: entry `number` at `time`, for a proposal and its text's hash."""

    number: int
    time: int
    proposal: int
    text: bytes


def carry_out(action: Action, on: Occasion, state: ActionState) -> Effects:
    """What it changes, once nothing stands against it."""
    effects = _effects(action, on, state)
    amount = effects.commons
    if effects.levy is not None:
        amount = state.levy_total(effects.levy) or 0
    if not amount:
        return effects
    moved = Movement(
        kind=Kind.ENACT.value,
        number=on.proposal,
        entry=on.number,
        time=on.time,
        account=_mover(action),
        amount=amount,
    )
    return replace(effects, chapters=(*effects.chapters, moved.row()))


def _mover(action: Action) -> int | None:
    """Whom the commons pays, or whose credit or debt it takes over; None for a levy."""
    match action:
        case DecideSpend():
            return action.payee
        case Expel():
            return action.account
        case _:
            return None


def _effects(action: Action, on: Occasion, state: ActionState) -> Effects:
    match action:
        case Resolve():
            return Effects()
        case AmendBylaws():
            return amend(action, state, time=on.time, text=on.text)
        case DecideSpend():
            return spend(action, state)
        case DecideLevy():
            return collect(action, state)
        case Elect():
            return elect(action, state)
        case Recall():
            return recall(action, state)
        case DecideLimit():
            return set_limit(action, state, time=on.time)
        case DecideStatus():
            return set_status(action, state)
        case DecideRecovery():
            return decide_recovery(action, state)
        case Expel():
            return expel(action, state, number=on.number, time=on.time)
        case _:
            assert_never(action)
