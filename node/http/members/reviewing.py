"""The arithmetic of a review: from an account's payments and times in debt to facts. Pure, exact integers.

There is no score, no order of members and no advice here, and nothing in the node reads what comes out. What
is too old by law is left out: debts that are settled for two years, and open ones that are long for five
(Argentina's Ley 25.326, article 26.4). The books keep them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from msgspec.structs import replace

from node.engine.debts import KEPT_S, Stretch
from node.http.members.review_shapes import (
    CameBack,
    DebtStretch,
    Partner,
    TimeInDebt,
    Trade,
)
from node.http.members.shapes import Counterpart, PresentDebt

YEAR_S: Final = 365 * 86_400
OPEN_DEBT_SHOWN_S: Final = 5 * YEAR_S
"""So long after it has become long an open debt is shown as one."""
MOST_PARTNERS: Final = 5
"""How many partners are named."""


class Direction(Enum):
    """What a payment is for the account that is looked at."""

    SOLD = "sold"
    BOUGHT = "bought"
    CAME_BACK = "came_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment of the account that is looked at; `time` is when the payer's coop recorded it."""

    time: int
    direction: Direction
    amount: int
    other: Counterpart


def trade(payments: Iterable[Payment], direction: Direction) -> Trade:
    """What was sold, or bought, and how much of it with the largest partners."""
    sums: dict[tuple[int, int], tuple[int, int]] = {}
    names: dict[tuple[int, int], Counterpart] = {}
    for payment in payments:
        if payment.direction is direction:
            place = payment.other.coop_number, payment.other.account
            names[place] = payment.other
            count, amount = sums.get(place, (0, 0))
            sums[place] = count + 1, amount + payment.amount
    total = sum(amount for _, amount in sums.values())
    order = sorted(sums.items(), key=lambda item: (-item[1][1], item[0]))
    largest = [
        Partner(other=names[place], count=count, amount=amount, permille=amount * 1000 // total)
        for place, (count, amount) in order[:MOST_PARTNERS]
    ]
    return Trade(
        count=sum(count for count, _ in sums.values()),
        amount=total,
        partners=len(sums),
        largest=largest,
        others=total - sum(each.amount for each in largest),
    )


def without_names(found: Trade) -> Trade:
    """The same for whom the bylaws don't show with whom a member trades: shares, and nobody's name."""
    return replace(found, largest=[replace(each, other=None) for each in found.largest])


def came_back(payments: Iterable[Payment]) -> CameBack:
    """What was bought and is with the account again."""
    amounts = [each.amount for each in payments if each.direction is Direction.CAME_BACK]
    return CameBack(count=len(amounts), amount=sum(amounts))


def last_sale(payments: Iterable[Payment]) -> int | None:
    """When the account sold last."""
    return max((each.time for each in payments if each.direction is Direction.SOLD), default=None)


def time_in_debt(
    stretches: Sequence[Stretch], *, known_since: int, now: int, term: int
) -> TimeInDebt | None:
    """How long the account was in debt, of the last two years or since `known_since`.

    None for who is in a debt that is too old to be shown.
    """
    if any(each.ended is None and is_too_old(each.began, now=now, term=term) for each in stretches):
        return None
    since = min(now, max(known_since, now - KEPT_S))
    shown = []
    for stretch in stretches:
        end = now if stretch.ended is None else stretch.ended
        seconds = max(0, end - max(stretch.began, since))
        if seconds > 0 or stretch.ended is None:
            shown.append(DebtStretch(began=stretch.began, ended=stretch.ended, seconds=seconds))
    return TimeInDebt(
        since=since,
        of_seconds=now - since,
        seconds=sum(each.seconds for each in shown),
        stretches=shown,
    )


def is_too_old(since: int, *, now: int, term: int) -> bool:
    """Whether an open debt since `since` may not be shown as one any more."""
    return now >= since + term + OPEN_DEBT_SHOWN_S


def present_debt(*, owed: int, since: int, now: int, term: int) -> PresentDebt | None:
    """A debt that lasts since `since`; None when it is so old that it may not be shown as one."""
    if is_too_old(since, now=now, term=term):
        return None
    long_at = since + term
    return PresentDebt(owed=owed, since=since, long_at=long_at, is_long=now >= long_at)
