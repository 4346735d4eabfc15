"""An account's statement: every change of its balance in a time, with what it was before and after."""

import re
from typing import Final

from aiohttp import web

from ledger.codec import MAX
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import (
    ACCOUNT_NOT_FOUND,
    BUSY,
    REQUEST_MALFORMED,
    TOO_MANY_REQUESTS,
)
from node.http.base.reading import check_query
from node.http.base.routes import Access, Parameter, Route, limit_parameter, number_parameter
from node.http.members import facts as members_facts
from node.http.members import shapes
from node.http.members.booking import BookingsDamaged, page_of
from node.http.members.held_entries import HeldEntries
from node.http.members.telling import Telling
from node.store import BookingPlace, BookingRow, HistoryRow

_STEPS_TO_WAIT: Final = 40
"""How many parts of the log are followed for one request, where the rows are not whole yet."""


async def get_statement(api: Api, request: web.Request) -> web.Response:
    """The owner's statement for a time; a page of it, the oldest first."""
    account = await api.member(request)
    check_query(request, "from", "to", "after", "limit")
    since, until = _FROM.read(request), _TO.read(request)
    after, most = _read_after(request), _LIMIT.read(request, most=api.settings.page_items)
    if since > until:
        raise Problem(REQUEST_MALFORMED, "from, to: must be in this order.", pointer="from")

    def look(view: View) -> shapes.Statement | None:
        if not view.engine.has_bookings():
            view.engine.follow_debts()
            if not view.engine.has_bookings():
                return None
        return _statement(api, view, account, since=since, until=until, after=after, most=most)

    for step in range(_STEPS_TO_WAIT):
        try:
            found = await api.ask_paid(request, look, goes_on=step > 0)
        except BookingsDamaged:
            await api.ask_paid(request, _mend, goes_on=True)
            raise Problem(BUSY, retry_after_s=2) from None
        if found is not None:
            return json_response(found, is_private=True)
    raise Problem(BUSY, retry_after_s=2)


def _mend(view: View) -> None:
    view.engine.mend_bookings()


def _statement(
    api: Api,
    view: View,
    number: int,
    *,
    since: int,
    until: int,
    after: BookingPlace | None,
    most: int,
) -> shapes.Statement:
    account = view.validator.account(view.coop, number)
    if account is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    page = page_of(view, account, since=since, until=until, after=after, most=most)
    return shapes.Statement(
        coop=facts.coop_name(view),
        coop_number=view.coop,
        account=number,
        handle=facts.account_name(view, view.coop, account),
        unit=api.founding.unit,
        from_=since,
        to=until,
        opening=page.opening,
        closing=page.closing,
        lines=_lines(view, list(page.rows)),
        next=None if page.next is None else str(page.next),
    )


def _lines(view: View, rows: list[BookingRow]) -> list[shapes.StatementLine]:
    paid = {row.place: found for row in rows if (found := _history_row(view, row)) is not None}
    arrivals, telling = facts.Arrivals(view), Telling(view)
    entries = HeldEntries(view, list(paid.values()))
    return [
        shapes.StatementLine(
            entry=row.place.number,
            time=row.place.time,
            cause=row.cause or "payment",
            amount=row.amount,
            balance=row.balance,
            payment=None
            if row.place not in paid
            else members_facts.history_item(view, paid[row.place], arrivals, entries, telling),
            other=_other(view, row.other),
        )
        for row in rows
    ]


def _history_row(view: View, row: BookingRow) -> HistoryRow | None:
    """A payment as the history has it."""
    if row.role is None:
        return None
    return HistoryRow(
        coop=view.coop,
        account=row.account,
        time=row.paid,
        log=row.log,
        number=row.entry,
        role=row.role,
        amount=row.amount,
    )


def _other(view: View, account: int | None) -> shapes.Counterpart | None:
    """An account of this coop; none stands for the commons."""
    if not account:
        return None
    return shapes.Counterpart(
        coop=facts.coop_name(view),
        coop_number=view.coop,
        account=account,
        handle=facts.handle_of(view, account),
    )


def _read_after(request: web.Request) -> BookingPlace | None:
    text = request.query.get("after")
    if text is None:
        return None
    if not re.fullmatch(_PLACE, text):
        raise Problem(REQUEST_MALFORMED, "after: must be a `next` of an earlier answer.")
    return BookingPlace(*map(int, text.split(".")))


_PLACE: Final = "^[0-9]{1,15}([.][0-9]{1,15}){2}$"
_FROM = number_parameter("from", "Its beginning, in Unix seconds.", default=0)
_TO = number_parameter("to", "Its end, in Unix seconds; what is booked then is out.", default=MAX)
_LIMIT = limit_parameter(200)
_AFTER = Parameter(
    name="after",
    description="The `next` of the page before.",
    schema={"type": "string", "pattern": _PLACE},
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/me/statement",
        handler=get_statement,
        name="getMyStatement",
        summary="What changed the owner's balance in a time, with the balance before and after",
        subject="Members",
        access=Access.MEMBER,
        parameters=(_FROM, _TO, _LIMIT, _AFTER),
        answer=shapes.Statement,
        problems=(BUSY, TOO_MANY_REQUESTS),
    ),
)
