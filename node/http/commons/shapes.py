"""The shapes of bylaws and of the statement of the commons."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ledger.government.articles import Unit
from node.flows import Flow
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


class BooksLine(Shape, frozen=True):
    """A sum of one kind in one hour."""

    time: Annotated[Time, Meta(description="When the hour began, in Unix seconds.")]
    flow: Annotated[
        str,
        one_of(*Flow),
        Meta(
            description="paid_out and paid_in: by members to other coops, and to members from there. "
            "came_back: what members had paid there. commons_in: to the commons from there, and for "
            "accounts that had closed; given_back: the latter. contribution, gift, levy, passed_on: from "
            "members to the commons. spent, settled: from the commons to members, the latter for the debts "
            "of those who left."
        ),
    ]
    coop: Annotated[str, Meta(description="The other cooperative; empty within this one.")]
    coop_number: Annotated[Number, Meta(description="0 within this one.")]
    amount: Amount


class BooksPosition(OfCoop, frozen=True):
    """What another cooperative owes this one, by what was paid between the two; below 0: it is owed."""

    amount: Amount


class BooksSums(Shape, frozen=True):
    """What there was at a moment. Members and commons together are the sum of the positions."""

    members: Annotated[Amount, Meta(description="The sum of all members' balances.")]
    commons: Amount
    positions: list[BooksPosition]


class BooksUnexplained(Shape, frozen=True):
    """What the log's state has and the histories that stand don't explain; 0 without a fork."""

    members: Amount
    commons: Amount


class Books(OfCoop, frozen=True):
    """What moved between a coop's members, its commons and other coops, in a time."""

    unit: str
    from_: Time = msgspec.field(name="from")
    to: Time
    opening: BooksSums
    closing: BooksSums
    unexplained: Annotated[BooksUnexplained, Meta(description="At the end of the log.")]
    lines: list[BooksLine]
    next: Annotated[Count | None, Meta(description="The `after` of the next page.")]
