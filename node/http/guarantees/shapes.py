"""The shapes of guarantees."""

from typing import Annotated, Literal

from msgspec import Meta

from node.http.base.shapes import OfCoop, StandingClaim, Status
from node.shapes import Shape
from node.spellings import Amount, Count, Number, Time


class GuaranteeParty(Shape, frozen=True):
    """A member, by number and name."""

    account: Number
    handle: str


class News(Shape, frozen=True):
    """A change of somebody's limit or status that guarantors are told of; not why, which is theirs."""

    number: Annotated[Count, Meta(description="The entry.")]
    time: Time
    kind: Literal["limit", "status"]
    limit: Annotated[Amount | None, Meta(description="The new limit; null for another kind.")]
    status: Annotated[Status | None, Meta(description="The new status; null for another kind.")]


class Guarantee(Shape, frozen=True):
    """What one member answers for with another (PROTOCOL section 13.7)."""

    guarantor: GuaranteeParty
    member: GuaranteeParty
    revision: Annotated[Count, Meta(description="Of what the guarantor has said last.")]
    cap: Annotated[Amount, Meta(description="What stands: so much may have to be paid at worst.")]
    wanted: Annotated[
        Amount, Meta(description="To what the cap goes down as soon as no debt needs it.")
    ]
    until: Annotated[Time | None, Meta(description="When it ends; null where nothing is wanted.")]
    needed: Annotated[
        Amount,
        Meta(description="So much of the cap the member's debt needs, beside other guarantors."),
    ]
    share: Annotated[
        Amount,
        Meta(description="What the guarantor would pay if the member's debt were settled now."),
    ]
    limit: Annotated[
        Amount | None,
        Meta(description="The credit limit of the member now; null to who does not answer for it."),
    ]
    status: Annotated[Status, Meta(description="The status of the member.")]
    news: Annotated[
        list[News],
        Meta(
            description="Changes of the member's limit and status of the last 30 days, newest first."
        ),
    ]
    claim: Annotated[
        StandingClaim | None,
        Meta(description="That stewards have claimed what the member owes; see `/v1/debts`."),
    ]


class Guarantees(OfCoop, frozen=True):
    """What somebody has given and has been given, those with a cap only."""

    account: Number
    handle: str
    room: Annotated[Amount, Meta(description="How much more could be pledged or spent now.")]
    given: list[Guarantee]
    ended: Annotated[
        list[GuaranteeParty],
        Meta(
            description="For whom this one has answered and does no more: it was withdrawn, its day "
            "came, or somebody who answers for more took its place. Those whose accounts closed are "
            "not among them."
        ),
    ]
    received: list[Guarantee]
    rings: Annotated[
        list[list[GuaranteeParty]],
        Meta(
            description="Members who answer for one another in a circle with this one among them."
        ),
    ]


class Offer(OfCoop, frozen=True):
    """What has to be known to give, change or withdraw a guarantee for one member."""

    room: Annotated[Amount, Meta(description="How much more the guarantor could pledge or spend.")]
    time: Annotated[Time, Meta(description="The time that an entry recorded now would get.")]
    guarantee: Annotated[Guarantee, Meta(description="What stands now; a cap of 0 is nothing.")]


class AllGuarantees(OfCoop, frozen=True):
    """Those of the whole cooperative, in figures, and who leans on whom in a circle."""

    count: Annotated[Count, Meta(description="How many guarantees stand.")]
    pledged: Annotated[Amount, Meta(description="Their caps, together.")]
    rings: list[list[GuaranteeParty]]
