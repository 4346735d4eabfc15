"""The shapes of what is about debts and leaving."""

from typing import Annotated

from msgspec import Meta

from node.http.base.shapes import Account, OfCoop, PaidDebt, StandingClaim
from node.shapes import Shape
from node.spellings import Amount, Count, Number, Time


class GuaranteedDebt(Shape, frozen=True):
    """A debt that keeps its guarantor from leaving."""

    account: Annotated[Number, Meta(description="Who owes it.")]
    handle: str
    amount: Annotated[Amount, Meta(description="The part that nobody else answers for.")]


class Ending(Account, frozen=True):
    """What would become of all there is, if the account closed now."""

    balance: Amount
    revision: Annotated[Count, Meta(description="A `leave` or `settle` has the next one.")]
    claim: StandingClaim | None
    debt: Annotated[
        PaidDebt | None, Meta(description="Who would pay what it owes; null: it owes nothing.")
    ]
    within_ceiling: Annotated[
        bool, Meta(description="Whether the bylaws let the commons pay its part now.")
    ]
    answers_for: Annotated[
        list[GuaranteedDebt], Meta(description="While there are any, the account can't leave.")
    ]


class ClaimedDebt(Shape, frozen=True):
    """A debt that stewards have claimed."""

    account: Number
    handle: str
    claim: StandingClaim
    debt: Annotated[PaidDebt | None, Meta(description="As of now; null: nothing is owed any more.")]


class SettledDebt(Shape, frozen=True):
    """A debt with which an account was closed."""

    account: Number
    handle: str
    number: Annotated[Count, Meta(description="The entry that closed the account.")]
    time: Time
    debt: PaidDebt


class Debts(OfCoop, frozen=True):
    """What is claimed and what was settled, as far as it concerns who asks."""

    claims: list[ClaimedDebt]
    settled: Annotated[
        list[SettledDebt], Meta(description="The newest first, none older than two years.")
    ]
