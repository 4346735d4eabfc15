"""What a proposal is about, when it may be made, and what it does once it has passed: PROTOCOL section 13.3.

Each question is one function here, with a case for each type of action; what stands against an action is
asked twice, when it is proposed and when it is carried out.
"""

from typing import Protocol, assert_never

from ledger.effects import Effects
from ledger.government.actions import (
    Action,
    DecideLimit,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.office import Seats
from ledger.refusals import Refusal
from ledger.rules.government.decided import (
    DecidingState,
    check_expulsion,
    check_limit,
    check_status,
    expel,
    set_limit,
    set_status,
)
from ledger.rules.government.elections import check_election, check_recall, elect, recall
from ledger.rules.government.terms import VotingTerms
from ledger.rules.office import OfficeState


class ActionState(OfficeState, DecidingState, Protocol):
    """What is seen of a log to judge an action."""


def about_of(action: Action, seats: Seats) -> tuple[int, ...] | None:
    """The accounts whose own matter it is, rising; None where the proposal itself says them."""
    match action:
        case Resolve():
            return None
        case Elect():
            return ()
        case Recall():
            leaving = (seat for seat in seats.taken if seat.place in action.places)
            return tuple(sorted(seat.account for seat in leaving if seat.account is not None))
        case DecideLimit() | DecideStatus() | Expel():
            return (action.account,)
        case _:
            assert_never(action)


def is_special(action: Action) -> bool:
    """Whether it needs the special majority."""
    return isinstance(action, Resolve) and action.is_special


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
        case Elect():
            return check_election(action, second=second, terms=terms, state=state)
        case Recall():
            return check_recall(action, state)
        case DecideLimit():
            return check_limit(action, state)
        case DecideStatus():
            return check_status(action, state)
        case Expel():
            return check_expulsion(action, state)
        case _:
            assert_never(action)


def carry_out(action: Action, *, number: int, time: int, state: ActionState) -> Effects:
    """What it changes by entry `number` at `time`, once nothing stands against it."""
    match action:
        case Resolve():
            return Effects()
        case Elect():
            return elect(action, state)
        case Recall():
            return recall(action, state)
        case DecideLimit():
            return set_limit(action, state, time=time)
        case DecideStatus():
            return set_status(action, state)
        case Expel():
            return expel(action, state, number=number)
        case _:
            assert_never(action)
