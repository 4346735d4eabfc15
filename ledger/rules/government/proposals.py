"""`propose`: how a vote is opened, PROTOCOL section 13.3."""

from collections import Counter
from itertools import chain
from typing import Final

from ledger.codec import MAX_ARRAY
from ledger.effects import Effects
from ledger.government.actions import DecideLimit, DecideStatus
from ledger.government.tally import Proposal
from ledger.government.voting import MAX_DEMANDING, Propose
from ledger.refusals import Refusal
from ledger.rules.appeals import is_appeal_late
from ledger.rules.government.actions import (
    about_of,
    check_action,
    is_special,
    notice_of,
)
from ledger.rules.government.register import open_proposals, proposal_row, read_register
from ledger.rules.government.rolls import roll_count, roll_cut
from ledger.rules.government.terms import VotingTerms, voting_terms
from ledger.rules.government.votes import VotingState
from ledger.rules.office import Verify, seats_of_log
from ledger.rules.owning import joint_owners
from ledger.signatures import SignatureInvalid
from ledger.state import COMMONS
from ledger.transactions import Status

MOST_BY_STEWARDS: Final = 32
"""The most proposals of stewards that are open at once."""

MOST_OF_ONE: Final = 8
"""The most open proposals that one member has demanded."""

MOST_DEMANDED: Final = MAX_ARRAY - MOST_BY_STEWARDS
"""The most proposals of members that are open at once: the register has all that are open in one array."""

LONGEST_S: Final = 366 * 86_400
"""The second close is at most so long after the earliest first one: no vote is open for ever."""


def check_proposal(propose: Propose, *, state: VotingState, time: int) -> Refusal | None:
    """The refusal that a proposal earns whoever signed it, or None."""
    register, terms = read_register(state), voting_terms(state)
    # 13.3.1
    if propose.number != register.last + 1:
        return Refusal.PROPOSAL_NUMBER_WRONG
    # 13.3.2
    if _has_no_room(propose, state):
        return Refusal.PROPOSALS_TOO_MANY
    # 13.3.3
    if not _has_dates(propose, terms, time):
        return Refusal.PROPOSAL_DATES_WRONG
    # 13.3.4: nobody is taken off the roll of what is not their own matter.
    demanded = about_of(propose.action, seats_of_log(state))
    if demanded is not None and propose.about != demanded:
        return Refusal.PROPOSAL_ABOUT_WRONG
    # 13.3.5
    if any(each == COMMONS or state.account(each) is None for each in propose.about):
        return Refusal.ACCOUNT_UNKNOWN
    return check_action(
        propose.action, second=propose.second, terms=terms, state=state
    ) or _check_demanding(propose, state, time)


def _has_no_room(propose: Propose, state: VotingState) -> bool:
    """Whether those who open it have as many open as they may: nobody fills the room of others."""
    demands = [each.demanded for each in open_proposals(state).values() if each.demanded]
    if not propose.members:
        return len(read_register(state).waiting) - len(demands) >= MOST_BY_STEWARDS
    by_member = Counter(chain.from_iterable(demands))
    return len(demands) >= MOST_DEMANDED or any(
        by_member[number] >= MOST_OF_ONE for number, _ in propose.members
    )


def _has_dates(propose: Propose, terms: VotingTerms, time: int) -> bool:
    earliest = time + notice_of(propose.action, terms)
    if propose.first < earliest or propose.second < propose.first + terms.second_call:
        return False
    return propose.second <= earliest + terms.second_call + LONGEST_S


def _check_demanding(propose: Propose, state: VotingState, time: int) -> Refusal | None:
    """The refusal that the members earn who demand it, their signatures aside."""
    if not propose.members:
        return None
    # 13.3.22: stewards may still open it, as they may decide anew, which can be appealed against.
    if isinstance(propose.action, DecideLimit | DecideStatus) and is_appeal_late(
        propose.action.account, state, time=time, term=voting_terms(state).appeal
    ):
        return Refusal.APPEAL_LATE
    opened = open_proposal(propose, state=state, time=time, number=0)
    accounts = [(number, state.account(number)) for number, _ in propose.members]
    for number, account in accounts:
        # 13.3.17
        if account is None or not opened.is_on_roll(number=number, opened=account.opened):
            return Refusal.NOT_ON_ROLL
        if account.status is Status.CLOSED:
            return Refusal.ACCOUNT_CLOSED
        if account.status is Status.FROZEN:
            return Refusal.ACCOUNT_FROZEN
        # 13.3.17: a demand names people, and has room for one signature of each.
        if joint_owners(state, number) is not None:
            return Refusal.ACCOUNT_IS_JOINT
    # 13.3.18
    least = demanded_members(opened.roll, voting_terms(state))
    return Refusal.DEMAND_TOO_SMALL if len(accounts) < least else None


def demanded_members(roll: int, terms: VotingTerms) -> int:
    """How many members of a roll can open a vote: their share, rounded up, at least one of them.

    Never more than fit an entry, so that it is possible in a large coop too.
    """
    share = -(-roll * terms.demand // 1000)
    return min(max(share, 1), MAX_DEMANDING)


def check_members_signatures(
    propose: Propose, *, state: VotingState, message: bytes, verify: Verify
) -> Refusal | None:
    """The refusal that the signatures of members earn who demand a vote, or None."""
    # 13.3.19
    try:
        for number, signature in propose.members:
            account = state.account(number)
            assert account is not None, "who demands a vote was checked to be a member"
            verify(public_key=account.key, message=message, signature=signature)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None


def open_proposal(propose: Propose, *, state: VotingState, time: int, number: int) -> Proposal:
    """The proposal as entry `number` opens it at `time`."""
    terms = voting_terms(state)
    cut = roll_cut(state, time=time, membership=terms.membership)
    return Proposal(
        action=propose.action,
        text=propose.text,
        ballot=propose.ballot,
        about=propose.about,
        opened=number,
        time=time,
        cut=cut,
        roll=roll_count(state, cut=cut, about=propose.about),
        first=propose.first,
        second=propose.second,
        rules=terms.rules(is_special=is_special(propose.action)),
        demanded=tuple(number for number, _ in propose.members),
    )


def take_proposal(propose: Propose, *, state: VotingState, time: int, number: int) -> Effects:
    """The vote is open."""
    opened = open_proposal(propose, state=state, time=time, number=number)
    register = read_register(state).opened()
    return Effects(chapters=(register.row(), proposal_row(propose.number, opened)))
