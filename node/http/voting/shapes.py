"""The shapes of proposals, votes and stewards in office."""

from typing import Annotated, Literal

from msgspec import Meta

from node.http.base.shapes import OfCoop, ReasonText
from node.shapes import Shape
from node.spellings import Binary, Count, Hash, Number, PublicKey, Time

Choice = Literal["no", "yes", "abstain"]
Outcome = Literal["open", "rejected", "enacted", "impossible"]


class Person(Shape, frozen=True):
    """A member, as people know them."""

    account: Number
    handle: str


class Counts(Shape, frozen=True):
    """How many said what."""

    yes: Count
    no: Count
    abstain: Count


class Mine(Shape, frozen=True):
    """What the member who asks can say, and has said."""

    on_roll: Annotated[bool, Meta(description="Whether this member may vote about it.")]
    choice: Choice | None
    sequence: Annotated[Count, Meta(description="That of the member's last vote; 0 before.")]


class Rules(Shape, frozen=True):
    """The rules of the bylaws by which this vote is held, as when it opened (PROTOCOL section 13.3)."""

    first_quorum: Annotated[Count, Meta(description="In thousandths of the roll.")]
    second_quorum: Annotated[Count, Meta(description="People.")]
    late_window: Annotated[Count, Meta(description="Seconds.")]
    extension: Annotated[Count, Meta(description="Seconds.")]
    numerator: Annotated[Count, Meta(description="0 for a simple majority.")]
    denominator: Count


class VoteProposal(Shape, frozen=True):
    """A proposal and how far it has come."""

    number: Count
    action: Annotated[Binary, Meta(description="What is decided, as section 13.3 encodes it.")]
    special: Annotated[bool, Meta(description="Whether it needs the special majority.")]
    ballot: Annotated[Hash | None, Meta(description="Of the file of an election held elsewhere.")]
    about: Annotated[list[Person], Meta(description="Whose own matter it is: they don't vote.")]
    named: Annotated[list[Person], Meta(description="Everybody whom the action names.")]
    entry: Annotated[Count, Meta(description="The entry that opened it.")]
    time: Annotated[Time, Meta(description="When that was.")]
    roll: Annotated[Count, Meta(description="How many were on the roll when it opened.")]
    quorum: Annotated[
        Count, Meta(description="How many have to have taken part for the first close to be one.")
    ]
    first: Time
    second: Time
    closes: Annotated[Time, Meta(description="When it closes, by the votes so far.")]
    open: Annotated[bool, Meta(description="Whether it still takes votes.")]
    moved: Annotated[bool, Meta(description="Whether a late vote has moved its closes.")]
    second_call: Annotated[
        bool, Meta(description="Whether somebody has voted after the first close.")
    ]
    rules: Rules
    counts: Counts
    outcome: Outcome
    against: Annotated[
        str | None, Meta(description="The refusal that stood against carrying it out.")
    ]
    result: Annotated[Hash | None, Meta(description="Of the result of an election elsewhere.")]
    enacted: Annotated[Count | None, Meta(description="The entry that counted it.")]
    mine: Annotated[Mine | None, Meta(description="Null for who asks as a steward.")]


class Terms(Shape, frozen=True):
    """What the bylaws ask of a proposal made now. Times in seconds."""

    next: Annotated[Count, Meta(description="The number of the next proposal.")]
    time: Annotated[Time, Meta(description="What the log takes for now.")]
    notice: Count
    hearing: Count
    second_call: Count
    office_term: Count
    roll: Annotated[Count, Meta(description="How many would be on the roll.")]
    demanded: Annotated[
        Count, Meta(description="How many members can open a vote without stewards.")
    ]
    stewards: Annotated[Count, Meta(description="How many stewards can open one.")]


class Proposals(OfCoop, frozen=True):
    """Proposals, the newest first, and what holds for a new one."""

    terms: Terms
    proposals: list[VoteProposal]
    next: Annotated[Count | None, Meta(description="The `before` of the next page.")]


class ProposalInFull(OfCoop, frozen=True):
    """A proposal with its text, and who opened it."""

    proposal: VoteProposal
    text_hash: Hash
    text: Annotated[ReasonText | None, Meta(description="Null where this node never got it.")]
    stewards: Annotated[list[str], Meta(description="The stewards who opened it, by name.")]
    members: Annotated[list[Person], Meta(description="The members who opened it.")]


class CastVote(Shape, frozen=True):
    """A vote as it was recorded."""

    entry: Count
    time: Time
    account: Number
    handle: str
    sequence: Count
    choice: Choice


class CastVotes(Shape, frozen=True):
    """Votes about a proposal in the order of their entries, changed ones too."""

    votes: list[CastVote]
    next: Annotated[Count | None, Meta(description="The `after` of the next page.")]


class Roll(Shape, frozen=True):
    """Who may vote about a proposal, rising by account: members when it opened, but for those it is about."""

    roll: list[Person]
    next: Annotated[Count | None, Meta(description="The `after` of the next page.")]


class VoteRequest(Shape, frozen=True):
    """A signed vote."""

    transaction: Binary


class StewardInOffice(Shape, frozen=True):
    """A steward of the cooperative."""

    place: Number
    name: str
    key: Annotated[PublicKey | None, Meta(description="Null while the account can't sign.")]
    account: Annotated[Number | None, Meta(description="Null for a founding steward.")]
    until: Annotated[Time | None, Meta(description="The end of the term.")]
    is_over: Annotated[bool, Meta(description="Whether the term has ended, and others are due.")]


class Stewards(OfCoop, frozen=True):
    """Who is in office, and how many have to sign what."""

    stewards: list[StewardInOffice]
    threshold: Count
    powers: Annotated[
        dict[str, int], Meta(description="By power of the bylaws, how many have to sign.")
    ]
