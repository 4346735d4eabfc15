"""The entries by which members decide: `propose`, `vote`, `attest`, `enact` (PROTOCOL section 13.3 to 13.5).

Their shapes, as `ledger.transactions` has those of other kinds. Whether they may happen is the question of
`ledger.rules.government`.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final

from ledger.codec import MAX_ARRAY, Value
from ledger.government.actions import Action, read_action, read_rising
from ledger.shapes import (
    MAX_STEWARDS,
    AccountSignature,
    Kind,
    Signatures,
    is_bytes,
    is_number,
    is_uint,
    read_account_signature,
    read_signatures,
)

MAX_ABOUT: Final = 64
"""The most accounts that a proposal can be about."""

MAX_DEMANDING: Final = MAX_ARRAY
"""The most members who sign a proposal: as many as an array has, and as fit an entry."""


class Choice(IntEnum):
    """What a member says to a proposal."""

    NO = 0
    YES = 1
    ABSTAIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """Opens a vote, signed by stewards or by members. Times in Unix seconds.

    `ballot` is None where members vote in the log, else the hash of the file of an election that is held
    elsewhere. `text` is the hash of what is decided about, in words.
    """

    kind: ClassVar[Kind] = Kind.PROPOSE
    number: int
    action: Action
    text: bytes
    ballot: bytes | None
    about: tuple[int, ...]
    first: int
    second: int
    stewards: Signatures = ()
    members: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.PROPOSE.value,
            self.number,
            self.action.value(),
            self.text,
            self.ballot,
            self.about,
            self.first,
            self.second,
            self.stewards,
            self.members,
        ]

    unsigned_tail: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a member says to an open proposal, until the next `sequence` says otherwise."""

    kind: ClassVar[Kind] = Kind.VOTE
    account: int
    proposal: int
    sequence: int
    choice: Choice
    signature: AccountSignature = b""

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.VOTE.value,
            self.account,
            self.proposal,
            self.sequence,
            self.choice.value,
            self.signature,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Attest:
    """How an election ended that was held elsewhere; `result` is the hash of its result file."""

    kind: ClassVar[Kind] = Kind.ATTEST
    proposal: int
    yes: int
    no: int
    abstain: int
    result: bytes
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.ATTEST.value,
            self.proposal,
            self.yes,
            self.no,
            self.abstain,
            self.result,
            self.stewards,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Enact:
    """Ends a vote with its count, and carries out what was decided."""

    kind: ClassVar[Kind] = Kind.ENACT
    proposal: int
    yes: int
    no: int
    abstain: int

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [Kind.ENACT.value, self.proposal, self.yes, self.no, self.abstain]

    unsigned_tail: ClassVar[int] = 0


def read_propose(fields: list[object]) -> Propose | None:
    """The `propose` that a decoded array holds; None when its shape is another."""
    if len(fields) != 10:
        return None
    _, number, value, text, ballot, accounts, first, second, *signed = fields
    action, about = read_action(value), read_rising(accounts, MAX_ABOUT)
    if action is None or about is None:
        return None
    if not (is_uint(number) and is_bytes(text, 32) and is_uint(first) and is_uint(second)):
        return None
    if ballot is not None and not is_bytes(ballot, 32):
        return None
    stewards = read_signatures(signed[0], MAX_STEWARDS)
    members = read_signatures(signed[1], MAX_DEMANDING)
    # One or the other opens a vote; who also signed would be named without having been asked for.
    if stewards is None or members is None or (stewards and members):
        return None
    return Propose(
        number=number,
        action=action,
        text=text,
        ballot=ballot,
        about=about,
        first=first,
        second=second,
        stewards=stewards,
        members=members,
    )


def read_vote(fields: list[object]) -> Vote | None:
    """The `vote` that a decoded array holds; None when its shape is another."""
    if len(fields) != 6:
        return None
    _, account, proposal, sequence, choice, signature = fields
    if not (is_number(account) and is_uint(proposal) and is_uint(sequence)):
        return None
    signed = read_account_signature(signature)
    if type(choice) is not int or choice not in (0, 1, 2) or signed is None:
        return None
    return Vote(
        account=account,
        proposal=proposal,
        sequence=sequence,
        choice=Choice(choice),
        signature=signed,
    )


def read_attest(fields: list[object]) -> Attest | None:
    """The `attest` that a decoded array holds; None when its shape is another."""
    if len(fields) != 7:
        return None
    _, proposal, yes, no, abstain, result, signed = fields
    stewards = read_signatures(signed, MAX_STEWARDS)
    if not (is_uint(proposal) and is_uint(yes) and is_uint(no) and is_uint(abstain)):
        return None
    if not is_bytes(result, 32) or stewards is None:
        return None
    return Attest(
        proposal=proposal, yes=yes, no=no, abstain=abstain, result=result, stewards=stewards
    )


def read_enact(fields: list[object]) -> Enact | None:
    """The `enact` that a decoded array holds; None when its shape is another."""
    if len(fields) != 5:
        return None
    _, proposal, yes, no, abstain = fields
    if not (is_uint(proposal) and is_uint(yes) and is_uint(no) and is_uint(abstain)):
        return None
    return Enact(proposal=proposal, yes=yes, no=no, abstain=abstain)
