"""Fallen payments as the interface tells them: those that are only in a history that does not stand.

`node.engine.recording.fallen_watch` lists them once for all; here pages of that list are put into shapes.
"""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from node.engine.fallen import FallenPayment as Found
from node.engine.fallen import Outcome
from node.engine.view import View
from node.http.base import facts
from node.http.base.shapes import OfCoop
from node.shapes import Shape
from node.spellings import Amount, Count, Hash, Number, Time


class Party(OfCoop, frozen=True):
    """Who paid or was to be paid; account 0 is the common fund."""

    account: Number
    handle: str | None


class FallenPayment(OfCoop, frozen=True):
    """A payment in a history of a cooperative's log that does not stand."""

    number: Annotated[Count, Meta(description="Its entry in that history.")]
    head: Annotated[Hash, Meta(description="The head after it, by which it is known.")]
    time: Time
    payer: Party
    payee: Party
    amount: Amount
    fee: Amount
    is_return: Annotated[bool, Meta(description="Whether a common fund gave it back.")]
    outcome: Annotated[
        Outcome,
        Meta(
            description="“undone”: who paid has it, nobody was paid. “kept”: the payee was credited and "
            "keeps it, and who paid has it too. “commons”: likewise, but the payee's account was closed and "
            "their cooperative's common fund keeps it."
        ),
    ]
    stands_as: Annotated[
        Count | None,
        Meta(
            description="The entry of the history that stands in which the same payment counts too."
        ),
    ]


class FallenPage(Shape, frozen=True):
    """Fallen payments, by cooperative, history and entry."""

    complete: Annotated[
        bool, Meta(description="False while the node is still looking for them: ask again later.")
    ]
    payments: list[FallenPayment]
    next: Annotated[Count | None, Meta(description="The `after` of the next page.")]


def fallen_page(view: View, found: Sequence[Found], *, after: int, most: int) -> FallenPage:
    """A page of what is listed, beginning after so many."""
    end = after + most
    return FallenPage(
        complete=view.engine.fallen().is_whole,
        payments=[fallen_payment(view, each) for each in found[after:end]],
        next=end if end < len(found) else None,
    )


def fallen_payment(view: View, found: Found) -> FallenPayment:
    """One of them."""
    return FallenPayment(
        coop=_name(view, found.coop),
        coop_number=found.coop,
        number=found.number,
        head=Hash(found.head),
        time=found.time,
        payer=_party(view, found.coop, found.payer),
        payee=_party(view, found.payee_coop, found.payee),
        amount=found.amount,
        fee=found.fee,
        is_return=found.is_return,
        outcome=found.outcome,
        stands_as=found.stands_as,
    )


def _party(view: View, coop: int, account: int) -> Party:
    known = view.validator.account(coop, account) if coop in view.validator.coops else None
    return Party(
        coop=_name(view, coop),
        coop_number=coop,
        account=account,
        handle=None if known is None else facts.account_name(view, coop, known),
    )


def _name(view: View, coop: int) -> str:
    found = view.validator.newest_charter().coops.get(coop)
    return str(coop) if found is None else found.name
