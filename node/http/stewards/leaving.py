"""Leaving: who owes nothing is out at once, who owes something is laid before the stewards.

The member signs the same either way. While stewards look at it nothing has happened, and the member may pay.
"""

from typing import Final

from aiohttp import web

from ledger.entries import decode_transaction
from ledger.refusals import Refusal
from ledger.transactions import Leave, encode_transaction
from node.engine.answers import NotReady, Refused
from node.engine.view import View
from node.http.base import changes
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import BUSY, NOT_READY, TOO_MANY_REQUESTS, WRONG_ENDPOINT
from node.http.base.reading import JSON, check_size
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Access, Route
from node.http.base.troubles import not_ready
from node.http.stewards import shapes
from node.http.stewards.drafts_kept import (
    Draft,
    check_leaver_signature,
    draft_facts,
    find_draft,
    keep_draft,
    recorded_facts,
)
from node.store import DocumentKind

_SUBJECT: Final = "Members"


async def post_leave(api: Api, request: web.Request) -> web.Response:
    """Record a member's leaving, or lay it before the stewards."""
    number = await api.member(request)
    api.check_rate(request)
    with api.charging(request):
        return await _leave(api, request, number)


async def _leave(api: Api, request: web.Request, number: int) -> web.Response:
    asked = await api.read(request, shapes.LeaveRequest)
    check_size(asked.transaction, "/transaction", most=api.settings.payment_bytes)
    leave = decode_transaction(bytes(asked.transaction))
    if isinstance(leave, Refusal):
        raise refusal_problem(leave)
    if not isinstance(leave, Leave) or leave.stewards or leave.account != number:
        raise Problem(WRONG_ENDPOINT, "Only one's own leaving is taken here, without stewards.")
    if await api.ask_paid(request, lambda view: _owes(api, view, leave)):
        return await _lay_before_stewards(api, request, leave)
    result = await changes.submit(api, encode_transaction(leave), leave, None)
    if isinstance(result, NotReady):
        raise not_ready(result, api.names)
    if isinstance(result, Refused):
        raise refusal_problem(result.refusal)
    answer = shapes.Leaving(state="recorded", draft=None, recorded=recorded_facts(api, result))
    return json_response(answer, is_private=True)


def _owes(api: Api, view: View, leave: Leave) -> bool:
    """Whether the account owes something; raises the refusal's problem unless its key signed for as much."""
    check_leaver_signature(api, view, leave)
    account = view.validator.account(view.coop, leave.account)
    if account is not None and account.balance < -leave.debt:
        raise refusal_problem(Refusal.DEBT_ABOVE_AGREED)
    return account is not None and account.balance < 0


async def _lay_before_stewards(api: Api, request: web.Request, leave: Leave) -> web.Response:
    draft = Draft(
        kind=DocumentKind.DRAFT,
        created=api.clock_ms() // 1000,
        transaction=leave,
        reason=None,
    )
    async with api.desk:
        present = await api.runner.ask(lambda view: find_draft(api, view, draft.id))
        if present is None:
            await api.runner.change(lambda view: keep_draft(api, view, draft))
        kept = present or draft
        shown = await api.ask_paid(
            request, lambda view: draft_facts(api, view, kept, state="waiting"), goes_on=True
        )
    answer = shapes.Leaving(state="waiting", draft=shown, recorded=None)
    return json_response(answer, is_private=True)


ROUTES = (
    Route(
        method="POST",
        path="/v1/me/leave",
        handler=post_leave,
        name="leave",
        summary="Leave the cooperative; who owes something is laid before the stewards",
        subject=_SUBJECT,
        access=Access.MEMBER,
        body={JSON: shapes.LeaveRequest},
        answer=shapes.Leaving,
        problems=(
            Refusal.ENTRY_MALFORMED,
            Refusal.SIGNATURE_INVALID,
            Refusal.ACCOUNT_CLOSED,
            Refusal.ACCOUNT_FROZEN,
            Refusal.RECOVERY_RUNS,
            Refusal.REVISION_MISMATCH,
            Refusal.LEAVE_WITH_PLEDGES,
            Refusal.PAYEE_IS_PAYER,
            Refusal.PAYEE_UNKNOWN,
            Refusal.PAYEE_CLOSED,
            Refusal.PAYEE_WITHOUT_CREDIT,
            Refusal.DEBT_ABOVE_AGREED,
            Refusal.BALANCE_OUT_OF_RANGE,
            WRONG_ENDPOINT,
            TOO_MANY_REQUESTS,
            BUSY,
            NOT_READY,
        ),
    ),
)
"""The routes of this subject."""
