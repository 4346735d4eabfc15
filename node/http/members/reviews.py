"""Reviews of accounts over HTTP: for the stewards, and for the member about whom they are.

A year of payments is read in small questions to the engine, so that nobody waits behind a review.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from aiohttp import web
from msgspec import structs

from ledger.government.articles import Article
from ledger.government.guarantees import GUARANTEES_CHAPTER, pledges_by, pledges_for
from ledger.transactions import MAX_NUMBER, Pay, Return
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS
from node.http.base.reading import check_query, path_number
from node.http.base.routes import Access, Parameter, Route, limit_parameter, number_parameter
from node.http.members import review_shapes as shapes
from node.http.members.debts import debt_of, debt_term, long_debts
from node.http.members.reviewing import (
    YEAR_S,
    Direction,
    Payment,
    came_back,
    last_sale,
    time_in_debt,
    trade,
    without_names,
)
from node.http.members.shapes import Counterpart
from node.http.members.sight import shows
from node.store import HistoryPlace, HistoryRow, Role

_SUBJECT: Final = "Members"
_PAGE: Final = 25
"""How many payments one question reads: some 20 ms, since each may be anywhere in a log."""
MOST_PAYMENTS: Final = 5_000
"""How many payments of a year are counted; of more the newest."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Payments of a year, the newest first, as far as they have been read."""

    since: int
    payments: tuple[Payment, ...] = ()
    before: HistoryPlace | None = None
    is_over: bool = False


async def _review(
    api: Api, request: web.Request, account: int, *, is_owner: bool = False
) -> web.Response:
    check_query(request)
    begun = await api.ask_paid(request, lambda view: begin_review(view, account))
    payments: list[Payment] = []
    read = begun
    while not read.is_over and len(payments) < MOST_PAYMENTS:
        read = await api.ask_paid(
            request, partial(read_on, account=account, read=read), goes_on=True
        )
        payments += read.payments
    is_whole = read.is_over
    since = begun.since if is_whole else payments[-1].time
    found = await api.ask_paid(
        request,
        lambda view: facts_of(view, account, payments, since=since, is_whole=is_whole),
        goes_on=True,
    )
    if not is_owner and not await api.runner.ask(lambda view: shows(view, Article.SEE_HISTORY)):
        found = structs.replace(
            found, sold=without_names(found.sold), bought=without_names(found.bought)
        )
    return json_response(found, is_private=True)


def begin_review(view: View, account: int) -> Reading:
    """Where to begin; raises `account_not_found`."""
    if view.validator.account(view.coop, account) is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    view.engine.bring_history_forward()
    view.engine.follow_debts()
    return Reading(since=facts.own_time(view) - YEAR_S)


def read_on(view: View, *, account: int, read: Reading) -> Reading:
    """The next payments."""
    rows = view.store.history(coop=view.coop, account=account, before=read.before, limit=_PAGE)
    recent = [row for row in rows if row.time > read.since]
    found = (_payment(view, row) for row in recent)
    return replace(
        read,
        payments=tuple(each for each in found if each is not None),
        before=rows[-1].place if rows else read.before,
        is_over=len(recent) < _PAGE,
    )


def _payment(view: View, row: HistoryRow) -> Payment | None:
    """A row of the history as a review counts it."""
    log = view.coop if row.role is Role.LEFT else row.log
    entry = facts.read_entry(view, log, row.number)
    if entry is not None and isinstance(entry.transaction, Return):
        entry = facts.read_entry(view, entry.transaction.coop, entry.transaction.number)
    if entry is None or not isinstance(entry.transaction, Pay):
        return None
    pay = entry.transaction
    if row.role is Role.PAYEE:
        return Payment(
            time=row.time,
            direction=Direction.SOLD,
            amount=pay.amount,
            other=_counterpart(view, log, pay.payer),
        )
    return Payment(
        time=row.time,
        direction=Direction.BOUGHT if row.role is Role.PAYER else Direction.CAME_BACK,
        amount=pay.amount,
        other=_counterpart(view, pay.payee_coop, pay.payee),
    )


def _counterpart(view: View, coop: int, number: int) -> Counterpart:
    account = view.validator.account(coop, number)
    return Counterpart(
        coop=view.validator.newest_charter().coops[coop].name,
        coop_number=coop,
        account=number,
        handle=None if account is None else facts.account_name(view, coop, account),
    )


def facts_of(
    view: View, number: int, payments: list[Payment], *, since: int, is_whole: bool
) -> shapes.Review:
    """The review, of payments that were read."""
    account = view.validator.account(view.coop, number)
    assert account is not None, "accounts stay in the books"
    now, own = facts.own_time(view), facts.own_log(view)
    admitted = facts.read_entry(view, view.coop, account.opened)
    answers_for, answered_by = _guarantees(view, number)
    standing = view.engine.debt_of(number)
    opened = 0 if admitted is None else admitted.time
    return shapes.Review(
        coop=view.validator.newest_charter().coops[view.coop].name,
        coop_number=view.coop,
        account=number,
        handle=facts.account_name(view, view.coop, account),
        status=facts.STATUSES[account.status],
        time=now,
        member_since=None if admitted is None else admitted.time,
        balance=account.balance,
        limit=account.limit_at(now),
        since=since,
        complete=is_whole,
        sold=trade(payments, Direction.SOLD),
        bought=trade(payments, Direction.BOUGHT),
        came_back=came_back(payments),
        last_sale=last_sale(payments),
        in_debt=None
        if standing is None
        else time_in_debt(
            standing.stretches(),
            known_since=max(opened, standing.forgotten),
            now=now,
            term=debt_term(view),
        ),
        debt=debt_of(view, number),
        pledged=own.pledged(number),
        answers_for=answers_for,
        answered_by=answered_by,
    )


def _guarantees(
    view: View, number: int
) -> tuple[list[shapes.ReviewedGuarantee], list[shapes.ReviewedGuarantee]]:
    """For whom an account answers, and who answers for it."""
    rows = view.validator.rows(view.coop, GUARANTEES_CHAPTER)
    answers_for, answered_by = (
        [
            _guarantee(view, other, pledge.cap)
            for other, pledge in sorted(found.items())
            if pledge.cap
        ]
        for found in (pledges_by(rows, number), pledges_for(rows, number))
    )
    return answers_for, answered_by


def _guarantee(view: View, number: int, cap: int) -> shapes.ReviewedGuarantee:
    account = view.validator.account(view.coop, number)
    return shapes.ReviewedGuarantee(
        account=number,
        handle=None if account is None else facts.account_name(view, view.coop, account),
        cap=cap,
    )


async def get_my_review(api: Api, request: web.Request) -> web.Response:
    """What a review says of the owner's account."""
    return await _review(api, request, await api.member(request), is_owner=True)


async def get_review(api: Api, request: web.Request) -> web.Response:
    """What a review says of an account, for the stewards of its cooperative."""
    await api.steward(request)
    return await _review(
        api, request, path_number(request, "number", ACCOUNT_NOT_FOUND, most=MAX_NUMBER)
    )


async def get_long_debts(api: Api, request: web.Request) -> web.Response:
    """The debts that are longer than the bylaws' term, for the stewards."""
    await api.steward(request)
    check_query(request, "after", "limit")
    after = _AFTER.read(request)
    most = _LIMIT.read(request, most=api.settings.page_items)
    found = await api.ask_paid(request, lambda view: long_debts(view, after, most))
    return json_response(found, is_private=True)


_NUMBER = Parameter(
    name="number",
    in_="path",
    description="An account's number.",
    schema={"type": "integer", "minimum": 1},
)
_LIMIT = limit_parameter(100)
_AFTER = number_parameter("after", "Accounts with higher numbers than this.", default=0)

ROUTES = (
    Route(
        method="GET",
        path="/v1/me/review",
        handler=get_my_review,
        name="getMyReview",
        summary="The facts about the owner's account that stewards see in a review",
        subject=_SUBJECT,
        access=Access.MEMBER,
        answer=shapes.Review,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/review",
        handler=get_review,
        name="getMemberReview",
        summary="The facts about an account, each with its arithmetic; no score",
        subject=_SUBJECT,
        access=Access.STEWARD,
        parameters=(_NUMBER,),
        answer=shapes.Review,
        problems=(ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/long-debts",
        handler=get_long_debts,
        name="getLongDebts",
        summary="Debts that are longer than the bylaws' term, by account number",
        subject=_SUBJECT,
        access=Access.STEWARD,
        parameters=(_AFTER, _LIMIT),
        answer=shapes.LongDebts,
        problems=(TOO_MANY_REQUESTS,),
    ),
)
