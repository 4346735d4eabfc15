"""The shapes of bylaws and of the statement of the commons."""

from typing import Annotated

from msgspec import Meta

from ledger.government.articles import Unit
from node.http.base.shapes import OfCoop
from node.shapes import Shape
from node.spellings import Amount, Count, Hash, Number, Time, one_of


class Article(Shape, frozen=True):
    """An article of the bylaws, as numbers and in words."""

    number: Number
    name: str
    unit: Annotated[str, one_of(*(unit.value for unit in Unit))]
    value: Count
    is_default: Annotated[bool, Meta(description="Whether it has the value of section 13.1.")]
    default: Count
    lowest: Count
    highest: Count
    title: str
    sentence: str


class Bylaws(OfCoop, frozen=True):
    """What the cooperative has decided about itself."""

    version: Annotated[Count, Meta(description="0: none were adopted, and all defaults hold.")]
    adopted: Annotated[Time | None, Meta(description="When they were adopted, in Unix seconds.")]
    text: Annotated[
        Hash | None, Meta(description="The hash of what people read; null where there is none.")
    ]
    articles: list[Article]
    warnings: Annotated[
        list[str], Meta(description="What people should think about; nothing of it is forbidden.")
    ]


class CommonsMovement(Shape, frozen=True):
    """What the commons collected or paid in one entry that is no payment."""

    kind: str
    number: Count
    entry: Annotated[Count, Meta(description="Its number in the cooperative's log.")]
    time: Time
    account: Annotated[
        Number | None,
        Meta(
            description="Whom it paid, whose debt it paid, or who left it something; null: a levy."
        ),
    ]
    handle: str | None
    reason: Annotated[str | None, Meta(description="What for, where the node knows the text.")]
    amount: Annotated[Amount, Meta(description="Minor units; below 0 what left the commons.")]
    is_debt: Annotated[bool, Meta(description="Whether it is the debt of an account that closed.")]


class Commons(OfCoop, frozen=True):
    """The public statement of a cooperative's commons."""

    time: Time
    balance: Amount
    held: Annotated[
        Amount,
        Meta(description="What of it is to be given back to those who paid closed accounts."),
    ]
    debt_ceiling: Annotated[Amount, Meta(description="How far below 0 the bylaws let it fall.")]
    available: Annotated[Amount, Meta(description="What may be spent: balance - held + ceiling.")]
    stewards_spend: Annotated[
        Amount, Meta(description="Up to which stewards may spend at a time without a vote.")
    ]
    contribution: Annotated[
        Count, Meta(description="What of each payment it gets on top, in millionths.")
    ]
    levy_positive: Annotated[Count, Meta(description="In millionths of what members have.")]
    levy_negative: Annotated[Count, Meta(description="In millionths of what members owe.")]
    next_levy: Annotated[Time | None, Meta(description="When it is due; null: there is none.")]
    levied: Annotated[Amount, Meta(description="All levies so far.")]
    spent: Annotated[
        Amount, Meta(description="All that it has paid to accounts so far, but for debts.")
    ]
    settled: Annotated[
        Amount, Meta(description="What it has paid so far of the debts of accounts that closed.")
    ]
    passed_on: Annotated[
        Amount, Meta(description="What accounts that closed have left to it so far.")
    ]
    given: Annotated[
        Amount,
        Meta(
            description="What else has come so far: contributions, gifts, and what came back too late."
        ),
    ]
    charged: Annotated[
        Amount, Meta(description="What forks of the log cost others and was charged to it so far.")
    ]
    next_spend: Annotated[Count, Meta(description="The number of the next `spend`.")]
    movements: Annotated[list[CommonsMovement], Meta(description="The newest first.")]
