"""What a member has paid as a guarantor: the balance fell, and there is no payment that says why."""

from typing import Final, cast

from ledger.codec import decode
from ledger.government.articles import DAY
from ledger.government.leaving import SETTLED_CHAPTER, settlement_of
from node.engine.view import View
from node.http.base import facts
from node.http.members import shapes

TOLD_FOR_S: Final = 30 * DAY


def paid_for_others(view: View, account: int) -> list[shapes.PaidFor]:
    """What it was in the last 30 days, the newest first; run in the engine's thread."""
    earliest = facts.own_time(view) - TOLD_FOR_S
    found = []
    for key, value in facts.own_log(view).rows(SETTLED_CHAPTER):
        settled, number = settlement_of(value), cast(int, decode(key))
        share = None if settled is None else dict(settled.paid.shares).get(account)
        if settled is None or share is None or settled.time < earliest:
            continue
        found.append(
            shapes.PaidFor(
                account=number,
                handle=facts.handle_of(view, number),
                number=settled.number,
                time=settled.time,
                amount=share,
            )
        )
    return sorted(found, key=lambda each: -each.number)
