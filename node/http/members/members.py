"""What a member may see and do: the account, its history, memos, changes and reasons.

Balances and histories are for their owner and the cooperative's stewards only.
"""

from aiohttp import web

from ledger.codec import MAX
from ledger.transactions import MAX_NUMBER
from node.engine.view import View
from node.http.base import changes, facts
from node.http.base.api import Api, json_response
from node.http.base.fallen import FallenPage, fallen_page
from node.http.base.naming import find_names
from node.http.base.problem import Problem
from node.http.base.problems import (
    ACCOUNT_NOT_FOUND,
    REQUEST_MALFORMED,
    TOO_MANY_REQUESTS,
)
from node.http.base.reading import check_query, path_hash, path_number
from node.http.base.routes import (
    Access,
    Parameter,
    Route,
    limit_parameter,
    number_parameter,
)
from node.http.base.sessions import SessionRole
from node.http.members import facts as members_facts
from node.http.members import shapes
from node.http.members.changes import all_changes
from node.http.members.problems import MEMO_NOT_FOUND, REASON_NOT_FOUND
from node.http.members.sight import check_history
from node.spellings import Binary, Hash, Salt
from node.store import Write

_SUBJECT = "Members"


async def get_me(api: Api, request: web.Request) -> web.Response:
    """The owner's own account, or which steward this is."""
    session = await api.session(request)
    check_query(request, "recent")
    recent = _RECENT.read(request, most=api.settings.page_items)
    if session.role is SessionRole.STEWARD:
        name = await api.runner.ask(lambda view: facts.steward_name(view, session.number))
        steward = shapes.StewardSelf(
            number=session.number,
            name=name,
            coop=api.coop.name,
            coop_number=api.coop.number,
        )
        return json_response(steward, is_private=True)

    def look(view: View) -> shapes.MemberSelf | None:
        return members_facts.member_self(view, session.number, recent=recent)

    # What is read besides is paid for as in the history itself.
    found = await (api.ask_paid(request, look) if recent else api.runner.ask(look))
    if found is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    return json_response(found, is_private=True)


async def _member(api: Api, account: int) -> shapes.Member:
    found = await api.runner.ask(lambda view: members_facts.member(view, account))
    if found is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    return found


async def get_history(api: Api, request: web.Request) -> web.Response:
    """The owner's history, newest first."""
    return await _answer_history(api, request, await api.member(request))


async def _answer_history(api: Api, request: web.Request, account: int) -> web.Response:
    check_query(request, "limit", "before", "from", "to")
    since, until = _SINCE.read(request), _UNTIL.read(request)
    most = _LIMIT.read(request, most=api.settings.page_items)
    cursor = request.query.get("before")
    before = None if cursor is None else members_facts.parse_place(cursor)
    if cursor is not None and before is None:
        raise Problem(REQUEST_MALFORMED, "before: must be a cursor of an earlier answer.")

    def look(view: View) -> shapes.History:
        return members_facts.history(view, account, before, most, since=since, until=until)

    page = await api.ask_paid(request, look)
    if await find_names(api, members_facts.others_in(page)):
        page = await api.ask_paid(request, look, goes_on=True)
    return json_response(page, is_private=True)


async def get_fallen(api: Api, request: web.Request) -> web.Response:
    """The owner's payments that are only in a history that does not stand, as payer or payee."""
    account = await api.member(request)
    check_query(request, "after", "limit")
    after = _FALLEN_AFTER.read(request)
    most = _LIMIT.read(request, most=api.settings.page_items)

    def look(view: View) -> FallenPage:
        found = view.engine.fallen().of_account.get((view.coop, account), ())
        return fallen_page(view, found, after=after, most=most)

    return json_response(await api.ask_paid(request, look), is_private=True)


async def get_memo(api: Api, request: web.Request) -> web.Response:
    """A memo sealed to the owner."""
    account = await api.member(request)
    reference = path_hash(request, "reference", MEMO_NOT_FOUND)
    memo = await api.runner.ask(
        lambda view: view.store.memo(reference, coop=view.coop, account=account)
    )
    if memo is None:
        raise Problem(MEMO_NOT_FOUND)
    answer = shapes.Memo(reference=Hash(reference), memo=Binary(memo))
    return json_response(answer, is_private=True)


async def delete_memo(api: Api, request: web.Request) -> web.Response:
    """Erase the owner's copy of a memo for good."""
    account = await api.member(request)
    reference = path_hash(request, "reference", MEMO_NOT_FOUND)

    def erase(view: View) -> tuple[Write, bool]:
        if view.store.memo(reference, coop=view.coop, account=account) is None:
            return Write(), False
        return Write(erased_memos=((reference, view.coop, account),)), True

    if not await api.runner.change(erase):
        raise Problem(MEMO_NOT_FOUND)
    return web.Response(status=204)


async def get_changes(api: Api, request: web.Request) -> web.Response:
    """What was changed about the owner's account, by whom and why."""
    account = await api.member(request)
    found = await api.ask_paid(request, lambda view: all_changes(view, account))
    return json_response(found, is_private=True)


async def get_reason(api: Api, request: web.Request) -> web.Response:
    """The text of a reason, for the member it concerns and for stewards."""
    session = await api.session(request)
    hash_ = path_hash(request, "hash", REASON_NOT_FOUND)
    found = await api.runner.ask(lambda view: changes.find_reason(view, hash_))
    if found is None:
        raise Problem(REASON_NOT_FOUND)
    reason, account = found
    if session.role is SessionRole.MEMBER and session.number != account:
        raise Problem(REASON_NOT_FOUND)
    answer = shapes.Reason(
        hash=Hash(hash_), salt=Salt(reason.salt), text=reason.text, account=account
    )
    return json_response(answer, is_private=True)


async def get_members(api: Api, request: web.Request) -> web.Response:
    """All accounts of the cooperative, for its stewards."""
    await api.steward(request)
    check_query(request, "after", "limit")
    after = _AFTER.read(request)
    most = _MEMBERS_LIMIT.read(request, most=api.settings.page_items)
    found = await api.runner.ask(lambda view: members_facts.members_after(view, after, most))
    return json_response(found, is_private=True)


async def get_member(api: Api, request: web.Request) -> web.Response:
    """One account, for the stewards of its cooperative."""
    await api.steward(request)
    return json_response(await _member(api, _account_in_path(request)), is_private=True)


async def get_member_history(api: Api, request: web.Request) -> web.Response:
    """An account's history, for the stewards of its cooperative, where the bylaws show it to them."""
    await api.steward(request)
    await check_history(api)
    account = _account_in_path(request)
    known = await api.runner.ask(lambda view: view.validator.account(view.coop, account))
    if known is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    return await _answer_history(api, request, account)


def _account_in_path(request: web.Request) -> int:
    return path_number(request, "number", ACCOUNT_NOT_FOUND, most=MAX_NUMBER)


_NUMBER = Parameter(
    name="number",
    in_="path",
    description="An account's number.",
    schema={"type": "integer", "minimum": 1},
)
_REFERENCE = Parameter(
    name="reference", in_="path", description="The reference of the memo's payment, in hex."
)
_LIMIT = limit_parameter()
_RECENT = number_parameter(
    "recent", "Besides so many of the newest payments, as they are in the history.", default=0
)
_FALLEN_AFTER = number_parameter("after", "The `next` of the page before.", default=0)
_MEMBERS_LIMIT = limit_parameter(100)
_AFTER = number_parameter("after", "Accounts with higher numbers than this.", default=0)
_SINCE = number_parameter(
    "from", "Only what was paid at this time or later, in Unix seconds.", default=0
)
_UNTIL = number_parameter("to", "Only what was paid before this time.", default=MAX)
_PAGE = (
    _LIMIT,
    _SINCE,
    _UNTIL,
    Parameter(
        name="before",
        description="The `next` of the page before.",
        schema={"type": "string", "pattern": "^[0-9]{1,15}([.][0-9]{1,15}){2}$"},
    ),
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/me",
        handler=get_me,
        name="getMe",
        summary="The account of the session's owner, or which steward it is",
        subject=_SUBJECT,
        access=Access.SESSION,
        parameters=(_RECENT,),
        answer=shapes.MemberSelf | shapes.StewardSelf,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="GET",
        path="/v1/me/history",
        handler=get_history,
        name="getMyHistory",
        summary="The owner's history, newest first",
        subject=_SUBJECT,
        access=Access.MEMBER,
        parameters=_PAGE,
        answer=shapes.History,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="GET",
        path="/v1/me/changes",
        handler=get_changes,
        name="getMyChanges",
        summary="What was changed about the owner's account: when, by whom, until when and why",
        subject=_SUBJECT,
        access=Access.MEMBER,
        answer=shapes.Changes,
    ),
    Route(
        method="GET",
        path="/v1/me/fallen",
        handler=get_fallen,
        name="getMyFallenPayments",
        summary="The owner's payments that are only in a history of a forked log that does not stand",
        subject=_SUBJECT,
        access=Access.MEMBER,
        parameters=(_FALLEN_AFTER, _LIMIT),
        answer=FallenPage,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="GET",
        path="/v1/me/memos/{reference}",
        handler=get_memo,
        name="getMyMemo",
        summary="A memo sealed to the owner",
        subject=_SUBJECT,
        access=Access.MEMBER,
        parameters=(_REFERENCE,),
        answer=shapes.Memo,
        problems=(MEMO_NOT_FOUND,),
    ),
    Route(
        method="DELETE",
        path="/v1/me/memos/{reference}",
        handler=delete_memo,
        name="eraseMyMemo",
        summary="Erase the owner's copy of a memo for good",
        subject=_SUBJECT,
        access=Access.MEMBER,
        parameters=(_REFERENCE,),
        status=204,
        problems=(MEMO_NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/reasons/{hash}",
        handler=get_reason,
        name="getReason",
        summary="The text of a reason, for the member it concerns and for stewards",
        subject=_SUBJECT,
        access=Access.SESSION,
        parameters=(Parameter(name="hash", in_="path", description="The reason's hash, in hex."),),
        answer=shapes.Reason,
        problems=(REASON_NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/members",
        handler=get_members,
        name="listMembers",
        summary="All accounts of the cooperative",
        subject="Stewards",
        access=Access.STEWARD,
        parameters=(
            _AFTER,
            _MEMBERS_LIMIT,
        ),
        answer=shapes.Members,
    ),
    Route(
        method="GET",
        path="/v1/members/{number}",
        handler=get_member,
        name="getMember",
        summary="One account of the cooperative",
        subject="Stewards",
        access=Access.STEWARD,
        parameters=(_NUMBER,),
        answer=shapes.Member,
        problems=(ACCOUNT_NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/history",
        handler=get_member_history,
        name="getMemberHistory",
        summary="An account's history, newest first",
        subject="Stewards",
        access=Access.STEWARD,
        parameters=(_NUMBER, *_PAGE),
        answer=shapes.History,
        problems=(ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
)
