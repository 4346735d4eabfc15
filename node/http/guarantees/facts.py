"""What the books have of guarantees; run in the engine's thread.

Guarantors see of whom they answer for the limit, the status, how much of their cap a debt needs, and what
they would pay of it now. The balance stays with its owner and the stewards, but for what that tells of it.
"""

from typing import Final

from ledger.government.articles import DAY
from ledger.government.guarantees import (
    GUARANTEES_CHAPTER,
    Pledge,
    Rows,
    needed_of,
    pledge_of,
    pledged_by_all,
    pledges_by,
    pledges_for,
    shares,
)
from ledger.government.rings import rings
from ledger.rules.government.guarantees import room_of
from ledger.state import COMMONS, Account
from node.engine.view import View
from node.http.base import changes, facts
from node.http.base.changes_by_votes import changes_by_votes
from node.http.guarantees import shapes

NEWS_S: Final = 30 * DAY
"""So long guarantors are told of a change."""


def guarantees_of(view: View, number: int) -> shapes.Guarantees | None:
    """All by and for an account of this coop; None when there is no such account."""
    account = view.validator.account(view.coop, number)
    if account is None or number == COMMONS:
        return None
    log = facts.own_log(view)
    rows = log.rows(GUARANTEES_CHAPTER)
    given = pledges_by(rows, number)
    received = pledges_for(rows, number)
    return shapes.Guarantees(
        coop=facts.coop_name(view),
        coop_number=view.coop,
        account=number,
        handle=facts.account_name(view, view.coop, account),
        room=room_of(number, log, time=facts.own_time(view)),
        given=[
            _guarantee(view, rows, number, member, with_news=True)
            for member, pledge in sorted(given.items())
            if pledge.cap
        ],
        ended=[_party(view, member) for member, pledge in sorted(given.items()) if not pledge.cap],
        received=[
            _guarantee(view, rows, guarantor, number, with_news=False)
            for guarantor, pledge in sorted(received.items())
            if pledge.cap
        ],
        rings=[_parties(view, ring) for ring in rings(rows) if number in ring],
    )


def offer_to(view: View, guarantor: int, member: Account) -> shapes.Offer:
    """What stands between two accounts that are there, and what the first has room for."""
    log = facts.own_log(view)
    rows = log.rows(GUARANTEES_CHAPTER)
    now = facts.own_time(view)
    return shapes.Offer(
        coop=facts.coop_name(view),
        coop_number=view.coop,
        room=room_of(guarantor, log, time=now),
        time=now,
        guarantee=_guarantee(view, rows, guarantor, member.number, with_news=False),
    )


def all_guarantees(view: View) -> shapes.AllGuarantees:
    """The whole coop's, for its stewards."""
    rows = facts.own_log(view).rows(GUARANTEES_CHAPTER)
    return shapes.AllGuarantees(
        coop=facts.coop_name(view),
        coop_number=view.coop,
        count=sum(pledge_of(value).cap > 0 for _, value in rows),
        pledged=sum(pledged_by_all(rows).values()),
        rings=[_parties(view, ring) for ring in rings(rows)],
    )


def _guarantee(
    view: View, rows: Rows, guarantor: int, member: int, *, with_news: bool
) -> shapes.Guarantee:
    account = view.validator.account(view.coop, member)
    assert account is not None, "guarantees are for accounts that are there"
    now = facts.own_time(view)
    pledges = pledges_for(rows, member)
    pledge = pledges.get(guarantor, Pledge())
    wanted = pledge.wanted_at(now)
    caps = {number: each.cap for number, each in pledges.items()}
    needed = needed_of(guarantor, balance=account.balance, pledges=pledges)
    return shapes.Guarantee(
        guarantor=_party(view, guarantor),
        member=_party(view, member),
        revision=pledge.revision,
        cap=pledge.cap,
        wanted=wanted,
        until=pledge.until if wanted else None,
        needed=min(pledge.cap, needed),
        share=shares(-account.balance, caps).get(guarantor, 0),
        limit=account.limit_at(now) if pledge.cap else None,
        status=facts.STATUSES[account.status],
        news=_news(view, member, now) if with_news else [],
        claim=facts.standing_claim_of(view, member) if pledge.cap else None,
    )


def _news(view: View, member: int, now: int) -> list[shapes.News]:
    found = [*changes.changes_of(view, member), *changes_by_votes(view, member)]
    found.sort(key=lambda change: change.number, reverse=True)
    return [
        shapes.News(
            number=change.number,
            time=change.time,
            kind="status" if change.status is not None else "limit",
            limit=change.limit,
            status=change.status,
        )
        for change in found
        if change.time > now - NEWS_S and change.kind in ("limit", "status")
    ]


def _parties(view: View, numbers: tuple[int, ...]) -> list[shapes.GuaranteeParty]:
    return [_party(view, number) for number in numbers]


def _party(view: View, number: int) -> shapes.GuaranteeParty:
    account = view.validator.account(view.coop, number)
    return shapes.GuaranteeParty(
        account=number,
        handle="" if account is None else facts.account_name(view, view.coop, account),
    )
