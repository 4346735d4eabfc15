"""Which rule decides what members do to decide together: PROTOCOL sections 13.3 to 13.5."""

from typing import assert_never

from ledger.effects import Effects
from ledger.government.articles import Article
from ledger.refusals import Refusal
from ledger.rules.government.proposals import (
    check_members_signatures,
    check_proposal,
    take_proposal,
)
from ledger.rules.government.votes import (
    VotingState,
    check_attest,
    decide_enact,
    decide_vote,
    take_attestation,
)
from ledger.rules.office import Verify, check_stewards
from ledger.transactions import Attest, Enact, Propose, Vote, Voting


def decide_voting(
    transaction: Voting,
    *,
    state: VotingState,
    time: int,
    number: int,
    message: bytes,
    verify: Verify,
) -> Effects | Refusal:
    """What `transaction` changes when it becomes entry `number` at `time`, or the refusal.

    `message` is what the signatures in the transaction cover.
    """
    match transaction:
        case Propose():
            refusal = check_proposal(transaction, state=state, time=time) or _check_signers(
                transaction, state=state, message=message, verify=verify
            )
            return refusal or take_proposal(transaction, state=state, time=time, number=number)
        case Vote():
            return decide_vote(transaction, state=state, time=time, message=message, verify=verify)
        case Attest():
            refusal = check_attest(transaction, state=state, time=time) or check_stewards(
                state, Article.PROPOSE, transaction.stewards, message, verify
            )
            return refusal or take_attestation(transaction, state=state)
        case Enact():
            return decide_enact(transaction, state=state, time=time, number=number)
        case _:
            assert_never(transaction)


def _check_signers(
    propose: Propose, *, state: VotingState, message: bytes, verify: Verify
) -> Refusal | None:
    """The refusal that the signatures earn with which a vote is opened, or None."""
    if propose.members:
        return check_members_signatures(propose, state=state, message=message, verify=verify)
    # 13.3.16
    return check_stewards(state, Article.PROPOSE, propose.stewards, message, verify)
