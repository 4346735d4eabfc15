"""An account's statement: every change of its balance in a time, with what it was before and after.

It is summed from the account's beginning, since a levy takes a share of the balance that it finds. That is
done in small questions to the engine, one after the other, so that nobody waits for somebody's long history.
"""

import re
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from ledger.codec import MAX
from node.engine.books import CoopBooks
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
from node.http.members.booking import Movement, Place, booked, in_order, made_up, moved
from node.http.members.held_entries import HeldEntries
from node.http.members.problems import STATEMENT_TOO_LONG
from node.http.members.telling import Telling
from node.store import HistoryPlace

_ROWS_AT_ONCE: Final = 500
"""How many rows of the history are read in one question to the engine."""
_STEPS_TO_WAIT: Final = 40
"""How many parts of the log are followed for one request, where the books are not whole yet."""


@dataclass(slots=True)
class _Gathering:
    """What has been read so far of an account's history, and where to go on."""

    movements: list[Movement]
    length: int | None = None
    """How long the log was at the beginning: what comes while this is read is left for the next statement."""
    balance: int = 0
    time: int = 0
    before: HistoryPlace | None = None
    is_over: bool = False


async def get_statement(api: Api, request: web.Request) -> web.Response:
    """The owner's statement for a time; a page of it, the oldest first."""
    account = await api.member(request)
    check_query(request, "from", "to", "after", "limit")
    since, until = _FROM.read(request), _TO.read(request)
    after, most = _read_after(request), _LIMIT.read(request, most=api.settings.page_items)
    if since > until:
        raise Problem(REQUEST_MALFORMED, "from, to: must be in this order.", pointer="from")
    movements = await _movements(api, request, account)
    within = [each for each in movements if since <= each.time < until]
    before = [each for each in movements if each.time < since]
    left = [each for each in within if after is None or each.place > after]

    def look(view: View) -> shapes.Statement:
        found = view.validator.account(view.coop, account)
        assert found is not None, "its owner has asked"
        opening = before[-1].balance if before else 0
        return shapes.Statement(
            coop=facts.coop_name(view),
            coop_number=view.coop,
            account=account,
            handle=facts.account_name(view, view.coop, found),
            unit=api.founding.unit,
            from_=since,
            to=until,
            opening=opening,
            closing=within[-1].balance if within else opening,
            lines=_lines(view, left[:most]),
            next=str(left[most - 1].place) if len(left) > most else None,
        )

    return json_response(await api.ask_paid(request, look, goes_on=True), is_private=True)


async def _movements(api: Api, request: web.Request, account: int) -> list[Movement]:
    """All of the account's, with the balance after each."""
    await _wait_for_books(api, request)
    gathering = _Gathering([])
    while not gathering.is_over:
        await api.ask_paid(request, lambda view: _gather(view, account, gathering), goes_on=True)
        if len(gathering.movements) > api.settings.statement_rows:
            raise Problem(STATEMENT_TOO_LONG)
    return await api.ask_paid(
        request, lambda view: _in_order(view, account, gathering), goes_on=True
    )


async def _wait_for_books(api: Api, request: web.Request) -> None:
    """Raises `busy` when the node has still to read much of its log, as it does after a start."""

    def is_whole(view: View) -> bool:
        view.engine.follow_debts()
        return view.engine.books() is not None

    for step in range(_STEPS_TO_WAIT):
        if await api.ask_paid(request, is_whole, goes_on=step > 0):
            return
    raise Problem(BUSY, retry_after_s=2)


def _books(view: View) -> CoopBooks:
    books = view.engine.books()
    if books is None:
        raise Problem(BUSY, retry_after_s=2)
    return books


def _gather(view: View, account: int, gathering: _Gathering) -> None:
    """Take in some rows more of the history, from the newest on."""
    view.engine.bring_history_forward()
    books = _books(view)
    if gathering.length is None:
        _begin(view, account, gathering)
    rows = view.store.history(
        coop=view.coop, account=account, before=gathering.before, limit=_ROWS_AT_ONCE
    )
    found = (booked(row, books, home=view.coop) for row in rows)
    gathering.movements += [each for each in found if each is not None]
    gathering.is_over = len(rows) < _ROWS_AT_ONCE
    gathering.before = rows[-1].place if rows else None


def _begin(view: View, account: int, gathering: _Gathering) -> None:
    found, log = view.validator.account(view.coop, account), view.validator.log(view.coop)
    if found is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    gathering.length, gathering.balance, gathering.time = log.length, found.balance, log.time


def _in_order(view: View, account: int, gathering: _Gathering) -> list[Movement]:
    found, length = view.validator.account(view.coop, account), gathering.length
    if found is None or length is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    others = moved(_books(view).moves_of(account), home=view.coop)
    known = [each for each in (*gathering.movements, *others) if each.place.booked <= length]
    return made_up(
        list(in_order(known, found)),
        balance=gathering.balance,
        length=length,
        time=gathering.time,
        home=view.coop,
    )


def _lines(view: View, movements: list[Movement]) -> list[shapes.StatementLine]:
    arrivals = facts.Arrivals(view)
    entries = HeldEntries(view, [each.row for each in movements if each.row is not None])
    telling = Telling(view)
    return [_line(view, each, arrivals, entries, telling) for each in movements]


def _line(
    view: View,
    movement: Movement,
    arrivals: facts.Arrivals,
    entries: HeldEntries,
    telling: Telling,
) -> shapes.StatementLine:
    row, move = movement.row, movement.move
    return shapes.StatementLine(
        entry=movement.place.booked,
        time=movement.time,
        cause="payment" if move is None else move.cause.value,
        amount=movement.amount,
        balance=movement.balance,
        payment=None
        if row is None
        else members_facts.history_item(view, row, arrivals, entries, telling),
        other=_other(view, None if move is None else move.other),
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


def _read_after(request: web.Request) -> Place | None:
    text = request.query.get("after")
    if text is None:
        return None
    if not re.fullmatch(_PLACE, text):
        raise Problem(REQUEST_MALFORMED, "after: must be a `next` of an earlier answer.")
    return Place(*map(int, text.split(".")))


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
        problems=(BUSY, STATEMENT_TOO_LONG, TOO_MANY_REQUESTS),
    ),
)
