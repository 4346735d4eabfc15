"""Proposals and votes for tests: signed transactions, and books in which a coop votes.

Everything is deterministic, as in `tests.builders`.
"""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Final

from ledger.codec import encode
from ledger.government.actions import Action, Resolve
from ledger.government.tally import Proposal
from ledger.government.voting import Attest, Choice, Enact, Propose, Vote
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.rules.government.register import PROPOSALS_CHAPTER, Register, read_register
from ledger.signatures import SigningKey
from ledger.transactions import encode_transaction, signed_part
from tests.builders import Books, Federation

DAY: Final = 86_400
NOTICE: Final = 15 * DAY
SECOND_CALL: Final = 3_600
TEXT: Final = sha256(b"what is decided").digest()
ELECTION: Final = sha256(b"an election file").digest()
RESULT: Final = sha256(b"a result file").digest()

NO, YES, ABSTAIN = Choice.NO, Choice.YES, Choice.ABSTAIN


def message(federation: Federation, coop: int, transaction: Propose | Vote | Attest) -> bytes:
    """What the signatures in `transaction` cover, when it is for the log of `coop`."""
    body = signed_part(transaction)
    return signed_bytes(TAG_ENTRY, federation=federation.id, coop=coop, body=body)


def propose(
    federation: Federation,
    coop: int,
    number: int,
    *,
    first: int,
    second: int,
    action: Action | None = None,
    about: tuple[int, ...] = (),
    ballot: bytes | None = None,
    text: bytes = TEXT,
    stewards: Iterable[int] | None = None,
    members: Iterable[int] = (),
) -> bytes:
    """A proposal by the stewards with these places, or by these members if there are any."""
    proposal = Propose(
        number=number,
        action=action or Resolve(),
        text=text,
        ballot=ballot,
        about=about,
        first=first,
        second=second,
    )
    signed = message(federation, coop, proposal)
    accounts = sorted(members)
    if accounts:
        by_members = tuple(
            (each, federation.member_key(coop, each).sign(signed)) for each in accounts
        )
        return encode_transaction(replace(proposal, members=by_members))
    by_stewards = federation.steward_signatures(coop, signed, stewards)
    return encode_transaction(replace(proposal, stewards=by_stewards))


def vote(
    federation: Federation,
    coop: int,
    account: int,
    proposal: int,
    choice: Choice,
    *,
    sequence: int = 1,
    signed_by: SigningKey | None = None,
) -> bytes:
    """What an account says to a proposal."""
    said = Vote(account=account, proposal=proposal, sequence=sequence, choice=choice)
    key = signed_by or federation.member_key(coop, account)
    return encode_transaction(replace(said, signature=key.sign(message(federation, coop, said))))


def attest(
    federation: Federation,
    coop: int,
    proposal: int,
    *,
    yes: int = 0,
    no: int = 0,
    abstain: int = 0,
    result: bytes = RESULT,
    stewards: Iterable[int] | None = None,
) -> bytes:
    """The result of an election that was held elsewhere."""
    result_ = Attest(proposal=proposal, yes=yes, no=no, abstain=abstain, result=result)
    signed = federation.steward_signatures(coop, message(federation, coop, result_), stewards)
    return encode_transaction(replace(result_, stewards=signed))


def enact(proposal: int, *, yes: int = 0, no: int = 0, abstain: int = 0) -> bytes:
    """The end of a vote with this count."""
    return encode_transaction(Enact(proposal=proposal, yes=yes, no=no, abstain=abstain))


def open_vote(
    books: Books,
    coop: int = 1,
    *,
    action: Action | None = None,
    about: tuple[int, ...] = (),
    ballot: bytes | None = None,
    members: Iterable[int] = (),
) -> int:
    """Open a vote with the shortest terms; its number."""
    number = register(books, coop).last + 1
    first = books.now + NOTICE
    books.append(
        coop,
        propose(
            books.federation,
            coop,
            number,
            first=first,
            second=first + SECOND_CALL,
            action=action,
            about=about,
            ballot=ballot,
            members=members,
        ),
    )
    return number


def cast(books: Books, number: int, *votes: tuple[int, Choice], coop: int = 1) -> None:
    """Let accounts say something for the first time; it must be accepted."""
    books.append(
        coop, *(vote(books.federation, coop, account, number, said) for account, said in votes)
    )


def proposal_of(books: Books, number: int, coop: int = 1) -> Proposal:
    """A proposal as its log has it."""
    value = books.validator.row(coop, PROPOSALS_CHAPTER, encode(number))
    assert value is not None
    return Proposal.decoded(value)


def register(books: Books, coop: int = 1) -> Register:
    """The register of proposals of a log."""
    validator = books.validator

    class OneLog:
        def row(self, chapter: str, key: bytes) -> bytes | None:
            return validator.row(coop, chapter, key)

    return read_register(OneLog())


def close(books: Books, number: int, coop: int = 1) -> Proposal:
    """Go on to where the vote closes and enact it with its count; the proposal afterwards."""
    proposal = proposal_of(books, number, coop)
    books.now = max(books.now, proposal.closes())
    counts = proposal.counts
    books.append(coop, enact(number, yes=counts.yes, no=counts.no, abstain=counts.abstain))
    return proposal_of(books, number, coop)
