"""The shapes of what people look at before they decide: facts with their arithmetic, no score."""

from typing import Annotated

from msgspec import Meta

from node.http.base.shapes import OfCoop, Status
from node.http.members.shapes import Counterpart, PresentDebt
from node.shapes import Shape
from node.spellings import Amount, Count, Number, Time


class Partner(Shape, frozen=True):
    """What went to or came from one account."""

    other: Annotated[
        Counterpart | None, Meta(description="Null where the bylaws don't show it to stewards.")
    ]
    count: Count
    amount: Amount
    permille: Annotated[Count, Meta(description="amount * 1000 / the amount of all, rounded down.")]


class Trade(Shape, frozen=True):
    """Payments in one direction, and with whom: the largest partners and the sum of all others."""

    count: Count
    amount: Amount
    partners: Annotated[Count, Meta(description="With how many accounts.")]
    largest: Annotated[list[Partner], Meta(description="By amount, at most five.")]
    others: Annotated[Amount, Meta(description="amount less that of the largest.")]


class CameBack(Shape, frozen=True):
    """Payments of the account that came back to it. They are among what it bought, too."""

    count: Count
    amount: Amount


class DebtStretch(Shape, frozen=True):
    """A time in debt."""

    began: Time
    ended: Annotated[Time | None, Meta(description="Null while it lasts.")]
    seconds: Annotated[Count, Meta(description="How much of it lies in the time looked at.")]


class TimeInDebt(Shape, frozen=True):
    """How long the balance was below 0, as the sum of its stretches."""

    since: Annotated[Time, Meta(description="Where the time looked at begins: two years at most.")]
    of_seconds: Annotated[Count, Meta(description="How long that is.")]
    seconds: Annotated[Count, Meta(description="The sum of the stretches.")]
    stretches: list[DebtStretch]


class ReviewedGuarantee(Shape, frozen=True):
    """An account that answers for another, up to a cap."""

    account: Number
    handle: str | None
    cap: Amount


class Review(OfCoop, frozen=True):
    """Facts about an account. They are neither weighed nor summed up: people decide."""

    account: Number
    handle: str
    status: Status
    time: Time
    member_since: Time | None
    balance: Amount
    limit: Amount
    since: Annotated[Time, Meta(description="Where the time begins of which payments are counted.")]
    complete: Annotated[
        bool,
        Meta(description="False: there were more payments in a year than are counted; see since."),
    ]
    sold: Trade
    bought: Trade
    came_back: CameBack
    last_sale: Annotated[Time | None, Meta(description="Null: none since `since`.")]
    in_debt: Annotated[
        TimeInDebt | None,
        Meta(
            description="Null while the node reads its books, and for a debt too old to be shown."
        ),
    ]
    debt: Annotated[
        PresentDebt | None,
        Meta(description="Null without debt, or when it has been long for more than five years."),
    ]
    pledged: Annotated[Amount, Meta(description="What the account answers for, in all.")]
    answers_for: list[ReviewedGuarantee]
    answered_by: list[ReviewedGuarantee]


class LongDebt(PresentDebt, frozen=True):
    """A debt that is long, and whose."""

    account: Number
    handle: str


class LongDebts(OfCoop, frozen=True):
    """The debts that are longer than the bylaws' term, by account number. Nothing follows from being here."""

    time: Time
    debt_term: Annotated[Count, Meta(description="In seconds, by the bylaws in force.")]
    known: Annotated[bool, Meta(description="False: the node has not worked it out yet.")]
    debts: list[LongDebt]
    next: Annotated[Number | None, Meta(description="The `after` of the next page.")]
