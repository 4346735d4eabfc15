"""Stewards elected and recalled by vote: PROTOCOL section 13.2."""

from ledger.effects import Effects, Row
from ledger.government.actions import Elect, Recall
from ledger.government.office import OFFICE_CHAPTER, OFFICE_KEY, Seats
from ledger.refusals import Refusal
from ledger.rules.government.terms import VotingTerms
from ledger.rules.office import OfficeState, seats_of_log
from ledger.state import COMMONS
from ledger.transactions import Status


def check_election(
    action: Elect, *, second: int, terms: VotingTerms, state: OfficeState
) -> Refusal | None:
    """The refusal that an election earns, or None. Its proposal has the second close `second`."""
    # 13.2.1
    if not 1 <= action.threshold <= len(action.seats) or len(action.seats) < terms.stewards:
        return Refusal.ELECTION_IMPOSSIBLE
    # 13.2.2
    if any(not second < until <= second + terms.office for _, until in action.seats):
        return Refusal.TERM_OF_OFFICE_WRONG
    # 13.2.3
    if any(account == COMMONS or state.account(account) is None for account, _ in action.seats):
        return Refusal.ACCOUNT_UNKNOWN
    # 13.2.4: whoever has left since is passed over, as long as enough others are elected.
    if len(_who_can_serve(action, state)) < max(action.threshold, terms.stewards):
        return Refusal.ACCOUNT_CLOSED
    return None


def elect(action: Elect, state: OfficeState) -> Effects:
    """The office is theirs."""
    after = seats_of_log(state).elected(_who_can_serve(action, state), action.threshold)
    return Effects(chapters=(_row(after),))


def check_recall(action: Recall, state: OfficeState) -> Refusal | None:
    """The refusal that a recall earns, or None."""
    # 13.2.5
    places = {seat.place for seat in seats_of_log(state).taken}
    return None if places.issuperset(action.places) else Refusal.PLACE_NOT_IN_OFFICE


def recall(action: Recall, state: OfficeState) -> Effects:
    """They leave office; whoever stays goes on."""
    return Effects(chapters=(_row(seats_of_log(state).without(action.places)),))


def _row(seats: Seats) -> Row:
    return Row(chapter=OFFICE_CHAPTER, key=OFFICE_KEY, value=seats.encoded())


def _who_can_serve(action: Elect, state: OfficeState) -> list[tuple[int, int]]:
    """The seats of those who are members, rising by account. Who is frozen is elected, but can't sign."""
    found = ((seat, state.account(seat[0])) for seat in action.seats)
    return [seat for seat, account in found if account and account.status is not Status.CLOSED]
