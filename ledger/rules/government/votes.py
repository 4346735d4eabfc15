"""`vote`, `attest`, `enact`: how a vote that is open goes on and ends, PROTOCOL sections 13.4 and 13.5."""

from dataclasses import replace
from typing import Any, Final, Protocol, cast

from ledger.codec import decode, encode
from ledger.effects import Effects, Row
from ledger.government.tally import Counts, Outcome, Proposal
from ledger.government.voting import Attest, Choice, Enact, Vote
from ledger.refusals import Refusal
from ledger.rules.government.actions import ActionState, Occasion, carry_out, check_action
from ledger.rules.government.register import proposal_row, read_proposal, read_register
from ledger.rules.government.rolls import RollState
from ledger.rules.government.terms import voting_terms
from ledger.rules.office import Verify
from ledger.rules.owning import check_account_signature
from ledger.state import COMMONS, Account
from ledger.transactions import Status

VOTES_CHAPTER: Final = "votes"
"""By proposal and account: the choice and the sequence of what the account said last. Gone once enacted."""


class VotingState(ActionState, RollState, Protocol):
    """What is seen of a log to judge a vote."""


def decide_vote(
    vote: Vote, *, state: VotingState, time: int, message: bytes, verify: Verify
) -> Effects | Refusal:
    """What a `vote` at `time` changes, or the refusal. `message` is what its signature covers."""
    refusal = check_vote(vote, state=state, time=time)
    if refusal is not None:
        return refusal
    account, proposal = state.account(vote.account), read_proposal(state, vote.proposal)
    assert account is not None, "a checked vote is by an account that is there"
    assert proposal is not None, "a checked vote is about a proposal that is there"
    # 13.4.9
    refusal = check_account_signature(state, account, vote.signature, message, verify)
    if refusal is not None:
        return refusal
    before = vote_of(state, vote.proposal, vote.account)
    choice = None if before is None else before[0]
    after = proposal.with_vote(before=choice, after=vote.choice, time=time)
    row = Row(
        chapter=VOTES_CHAPTER,
        key=encode([vote.proposal, vote.account]),
        value=encode([vote.choice.value, vote.sequence]),
    )
    return Effects(chapters=(row, proposal_row(vote.proposal, after)))


def check_vote(vote: Vote, *, state: VotingState, time: int) -> Refusal | None:
    """The refusal that a vote earns whoever signed it, or None."""
    # 13.4.1
    account = state.account(vote.account)
    if account is None or vote.account == COMMONS:
        return Refusal.ACCOUNT_UNKNOWN
    # 13.4.2
    if account.status is Status.CLOSED:
        return Refusal.ACCOUNT_CLOSED
    if account.status is Status.FROZEN:
        return Refusal.ACCOUNT_FROZEN
    # 13.4.3
    proposal = read_proposal(state, vote.proposal)
    if proposal is None:
        return Refusal.PROPOSAL_UNKNOWN
    return _check_place(vote, account, proposal, time) or _check_sequence(vote, state)


def _check_place(vote: Vote, account: Account, proposal: Proposal, time: int) -> Refusal | None:
    # 13.4.4
    if proposal.ballot is not None:
        return Refusal.BALLOT_ELSEWHERE
    # 13.4.5
    if proposal.outcome is not Outcome.OPEN or proposal.is_closed(time):
        return Refusal.VOTE_LATE
    # 13.4.6
    if not proposal.is_on_roll(number=vote.account, opened=account.opened):
        return Refusal.NOT_ON_ROLL
    return None


def _check_sequence(vote: Vote, state: VotingState) -> Refusal | None:
    before = vote_of(state, vote.proposal, vote.account)
    last = 0 if before is None else before[1]
    # 13.4.7
    if vote.sequence <= last:
        return Refusal.VOTE_REPEATED
    if vote.sequence > last + 1:
        return Refusal.VOTE_SEQUENCE_GAP
    # 13.4.8: what says nothing new would be kept by every node for ever.
    if before is not None and before[0] is vote.choice:
        return Refusal.VOTE_UNCHANGED
    return None


def vote_of(state: ActionState, proposal: int, account: int) -> tuple[Choice, int] | None:
    """What an account says to an open proposal so far, and the sequence of that; None before."""
    value = state.row(VOTES_CHAPTER, encode([proposal, account]))
    if value is None:
        return None
    choice, sequence = cast("list[int]", decode(value))
    return Choice(choice), sequence


def check_attest(attest: Attest, *, state: VotingState, time: int) -> Refusal | None:
    """The refusal that an attested result earns whoever signed it, or None."""
    # 13.5.1
    proposal = read_proposal(state, attest.proposal)
    if proposal is None:
        return Refusal.PROPOSAL_UNKNOWN
    # 13.5.2
    if proposal.outcome is not Outcome.OPEN:
        return Refusal.PROPOSAL_ENACTED
    # 13.5.3
    if proposal.ballot is None or proposal.result is not None:
        return Refusal.ATTESTATION_OUT_OF_PLACE
    # 13.5.4
    attested = _attested(attest, proposal)
    if attested.counts.participants > proposal.roll:
        return Refusal.COUNT_WRONG
    # 13.5.5
    return None if attested.is_closed(time) else Refusal.ENACTMENT_EARLY


def take_attestation(attest: Attest, *, state: VotingState) -> Effects:
    """The proposal has the counts of the election that was held elsewhere."""
    proposal = read_proposal(state, attest.proposal)
    assert proposal is not None, "a checked attestation is of a proposal that is there"
    return Effects(chapters=(proposal_row(attest.proposal, _attested(attest, proposal)),))


def _attested(attest: Attest, proposal: Proposal) -> Proposal:
    counts = Counts(yes=attest.yes, no=attest.no, abstain=attest.abstain)
    return replace(proposal, counts=counts, result=attest.result)


def decide_enact(enact: Enact, *, state: VotingState, time: int, number: int) -> Effects | Refusal:
    """What an `enact` that becomes entry `number` at `time` changes, or the refusal."""
    # 13.5.7
    proposal = read_proposal(state, enact.proposal)
    if proposal is None:
        return Refusal.PROPOSAL_UNKNOWN
    if proposal.outcome is not Outcome.OPEN:
        return Refusal.PROPOSAL_ENACTED
    # 13.5.8
    if time < proposal.ready_at():
        return Refusal.ENACTMENT_EARLY
    # 13.5.9
    if Counts(yes=enact.yes, no=enact.no, abstain=enact.abstain) != proposal.counts:
        return Refusal.COUNT_WRONG
    return _end(enact.proposal, proposal, state=state, time=time, number=number)


def _end(name: int, proposal: Proposal, *, state: VotingState, time: int, number: int) -> Effects:
    """The vote is over; what passed is carried out, unless something has come to stand against it."""
    effects, outcome, against = Effects(), Outcome.REJECTED, 0
    if proposal.passes():
        action, second = proposal.action, proposal.second_as_proposed
        refusal = check_action(action, second=second, terms=voting_terms(state), state=state)
        if refusal is None:
            on = Occasion(number=number, time=time, proposal=name, text=proposal.text)
            effects = carry_out(action, on, state)
            outcome = Outcome.ENACTED
        else:
            outcome, against = Outcome.IMPOSSIBLE, refusal.value
    ended = replace(proposal, outcome=outcome, against=against, enacted=number)
    register = read_register(state).closed(name)
    rows = (*_rows_of_votes(name, state), register.row(), proposal_row(name, ended))
    return replace(effects, chapters=(*effects.chapters, *rows))


def _rows_of_votes(name: int, state: VotingState) -> list[Row]:
    """The rows of votes about the proposal, to be taken out: the log has the votes themselves."""
    keys = [key for key, _ in state.rows(VOTES_CHAPTER)]
    return [
        Row(chapter=VOTES_CHAPTER, key=key, value=None)
        for key in keys
        if cast("list[Any]", decode(key))[0] == name
    ]
