"""The shapes of the federation's charter, its changes, and requests to join."""

from typing import Annotated, Literal

from msgspec import Meta

from node.http.base.shapes import OfCoop
from node.http.base.shapes import WaitingPublication as WaitingPublication
from node.shapes import Shape
from node.spellings import Amount, Binary, Count, Hash, Number, PublicKey, Time

Standing = Literal["member", "quarantined", "left"]


class CharterCoop(OfCoop, frozen=True):
    """A cooperative as the charter has it."""

    title: str
    node_key: PublicKey
    standing: Standing
    clearing_limit: Amount
    steward_threshold: Count
    stewards: list[str]
    accused: Annotated[bool, Meta(description="Whether there is evidence against it.")]


class CharterContent(Shape, frozen=True):
    """A change that coops stand for."""

    change: Annotated[Binary, Meta(description="The encoding of `[base, change]`.")]
    needed: Count
    supported_by: Annotated[list[str], Meta(description="Who supports it, as far as is known.")]
    signed_by: Annotated[list[str], Meta(description="Who has signed it in the present round.")]
    is_endorsed: Annotated[bool, Meta(description="Whether this coop's stewards stand for it.")]


class CharterMatter(Shape, frozen=True):
    """How the next version of the charter is coming about."""

    version: Count
    round: Count
    contents: list[CharterContent]
    silent: Annotated[list[str], Meta(description="Who has not spoken in this round.")]


class Federation(Shape, frozen=True):
    """The charter in force for this coop's log."""

    coop: Annotated[str, Meta(description="Whose node this is.")]
    federation: Hash
    name: str
    unit: str
    version: Annotated[Count, Meta(description="How many changes have led to it.")]
    base: Annotated[Hash, Meta(description="What the next change names as what it changes.")]
    witness_quorum: Count
    decision_quorum: Count
    witness_quorum_chosen: Annotated[
        Count, Meta(description="What people chose last; what is in force follows the members.")
    ]
    decision_quorum_chosen: Count
    entries_per_day: Count | None
    coops: list[CharterCoop]
    matter: CharterMatter
    publications: Annotated[
        list[WaitingPublication], Meta(description="What waits for more of this coop's stewards.")
    ]


class BranchLoss(OfCoop, frozen=True):
    """What a cooperative was credited from other histories than this one."""

    amount: Amount


class LogBranch(Shape, frozen=True):
    """A history of a cooperative's log as this node holds it."""

    length: Count
    head: Hash
    is_standing: Annotated[bool, Meta(description="Whether it counts in the books now.")]
    gone_by: Annotated[
        list[str], Meta(description="The cooperatives that took in something of no other history.")
    ]
    losses: Annotated[
        list[BranchLoss], Meta(description="What the others' losses are if this one stands.")
    ]


class LogBranches(OfCoop, frozen=True):
    """The histories of a cooperative's log; more than one where it has forked."""

    branches: list[LogBranch]


class CharterChange(Shape, frozen=True):
    """A change that was decided, with the signatures of the coops."""

    version: Count
    transaction: Binary
    entry: Annotated[
        Count | None,
        Meta(
            description="The entry of this coop's log that took it in; null where an older version of the "
            "node did not note that."
        ),
    ]
    time: Annotated[Time, Meta(description="When this coop's log took it in.")]
    signed_by: list[str]


class CharterChanges(Shape, frozen=True):
    """Changes of the charter, in order."""

    version: Annotated[Count, Meta(description="The newest that this coop's log has.")]
    changes: list[CharterChange]
    next: Annotated[Count | None, Meta(description="Where the next page begins.")]


class CoopRequest(Shape, frozen=True):
    """A cooperative that wants to join."""

    id: Hash
    request: Binary
    name: str
    title: str
    coop_number: Number
    node_key: PublicKey
    clearing_limit: Amount
    steward_threshold: Count
    stewards: list[str]
    url: str | None
    received: Time
    expires: Time


class CoopRequests(Shape, frozen=True):
    """Who wants to join, the oldest first."""

    requests: list[CoopRequest]


class CoopAsking(Shape, frozen=True):
    """A request to join."""

    request: Binary


class CoopAsked(Shape, frozen=True):
    """The request waits for the cooperatives."""

    id: Hash
    expires: Time


class CharterPublication(Shape, frozen=True):
    """What stewards publish; it carries their signatures."""

    publication: Binary
