"""Guarantees as their parties and the stewards see them: what stands, what debt needs, circles."""

from typing import Final

from aiohttp import web

from ledger.state import COMMONS
from ledger.transactions import MAX_NUMBER
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.naming import account_there
from node.http.base.problem import Problem
from node.http.base.problems import ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS
from node.http.base.reading import check_query, path_number
from node.http.base.routes import ACCOUNT, Access, Parameter, Route
from node.http.guarantees import shapes
from node.http.guarantees.facts import all_guarantees, guarantees_of, offer_to

_SUBJECT: Final = "Guarantees"

_NUMBER: Final = Parameter(
    name="number",
    in_="path",
    description="An account's number.",
    schema={"type": "integer", "minimum": 1},
)


async def get_mine(api: Api, request: web.Request) -> web.Response:
    """What the owner has given and been given."""
    return await _answer(api, request, await api.member(request))


async def get_of_member(api: Api, request: web.Request) -> web.Response:
    """The same of any account, for the stewards of its cooperative."""
    await api.steward(request)
    number = path_number(request, "number", ACCOUNT_NOT_FOUND, most=MAX_NUMBER)
    return await _answer(api, request, number)


async def _answer(api: Api, request: web.Request, account: int) -> web.Response:
    check_query(request)
    found = await api.ask_paid(request, lambda view: guarantees_of(view, account))
    if found is None:
        raise Problem(ACCOUNT_NOT_FOUND)
    return json_response(found, is_private=True)


async def get_offer(api: Api, request: web.Request) -> web.Response:
    """What the owner has to know to answer for somebody, or to stop."""
    check_query(request)
    guarantor, named = await api.member(request), request.match_info["account"]

    def look(view: View) -> shapes.Offer:
        member = account_there(view, view.coop, named)
        if member.number == COMMONS:
            raise Problem(ACCOUNT_NOT_FOUND)
        return offer_to(view, guarantor, member)

    return json_response(await api.ask_paid(request, look), is_private=True)


async def get_all(api: Api, request: web.Request) -> web.Response:
    """The whole cooperative's, for its stewards."""
    await api.steward(request)
    check_query(request)
    return json_response(await api.ask_paid(request, all_guarantees), is_private=True)


ROUTES = (
    Route(
        method="GET",
        path="/v1/me/guarantees",
        handler=get_mine,
        name="getMyGuarantees",
        summary="For whom the owner answers, who answers for the owner, and what of it is needed",
        subject=_SUBJECT,
        access=Access.MEMBER,
        answer=shapes.Guarantees,
        problems=(ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/me/guarantees/{account}",
        handler=get_offer,
        name="getMyOffer",
        summary="What stands for one member, and how much room the owner has",
        subject=_SUBJECT,
        access=Access.MEMBER,
        parameters=(ACCOUNT,),
        answer=shapes.Offer,
        problems=(ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/guarantees",
        handler=get_of_member,
        name="getMemberGuarantees",
        summary="For whom a member answers, and who answers for the member",
        subject=_SUBJECT,
        access=Access.STEWARD,
        parameters=(_NUMBER,),
        answer=shapes.Guarantees,
        problems=(ACCOUNT_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/guarantees",
        handler=get_all,
        name="getGuarantees",
        summary="How much is guaranteed in the cooperative, and who leans on whom in a circle",
        subject=_SUBJECT,
        access=Access.STEWARD,
        answer=shapes.AllGuarantees,
        problems=(TOO_MANY_REQUESTS,),
    ),
)
"""The routes of this subject."""
