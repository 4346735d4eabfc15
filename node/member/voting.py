"""Proposals, votes and results as members and stewards make them: PROTOCOL sections 13.3 to 13.5."""

from dataclasses import replace

from ledger.government.actions import Action
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SigningKey
from ledger.transactions import Attest, Choice, Propose, Vote, signed_part


def make_proposal(
    *,
    number: int,
    action: Action,
    text: bytes,
    about: tuple[int, ...],
    first: int,
    second: int,
    ballot: bytes | None = None,
) -> Propose:
    """A proposal that nobody has signed; `text` is the hash of its text, times are Unix seconds."""
    return Propose(
        number=number,
        action=action,
        text=text,
        ballot=ballot,
        about=about,
        first=first,
        second=second,
    )


def make_result(*, proposal: int, yes: int, no: int, abstain: int, result: bytes) -> Attest:
    """The result of an election held elsewhere, that nobody has signed."""
    return Attest(
        proposal=proposal,
        yes=yes,
        no=no,
        abstain=abstain,
        result=result,
    )


def sign_vote(
    key: SigningKey,
    *,
    federation: bytes,
    coop: int,
    account: int,
    proposal: int,
    sequence: int,
    choice: Choice,
) -> Vote:
    """What the account says to a proposal, signed."""
    vote = Vote(account=account, proposal=proposal, sequence=sequence, choice=choice)
    return replace(vote, signature=key.sign(voting_message(vote, federation=federation, coop=coop)))


def voting_message(transaction: Propose | Vote | Attest, *, federation: bytes, coop: int) -> bytes:
    """What the signatures in `transaction` cover, when it is for the log of `coop`."""
    return signed_bytes(TAG_ENTRY, federation=federation, coop=coop, body=signed_part(transaction))
