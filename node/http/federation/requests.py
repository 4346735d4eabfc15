"""Cooperatives that want to join leave their request here; everybody can read who does.

A request gives no rights: the cooperatives of the federation decide. It is signed by the key that the new
node will have, and expires.
"""

from typing import Final

from aiohttp import web

from ledger.charter_changes import Join, read_change
from ledger.errors import ProofError
from node.engine.answers import NoRoom, NotReady, Refused
from node.engine.charter.requests import cost_of_request
from node.engine.health.status import WaitingRequest
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.origins import origin_of
from node.http.base.problem import Problem
from node.http.base.problems import NOT_READY, TOO_MANY_REQUESTS
from node.http.base.reading import JSON, check_query
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Route
from node.http.base.troubles import not_ready
from node.http.federation import shapes
from node.http.federation.problems import NO_ROOM_FOR_REQUEST, REQUEST_TO_JOIN_MALFORMED
from node.join_requests import REQUEST_S, read_request
from node.spellings import Binary, Hash, PublicKey

_SUBJECT: Final = "Federation"
_RETRY_S: Final = 3_600


async def get_requests(api: Api, request: web.Request) -> web.Response:
    """Who wants to join."""
    check_query(request)
    return json_response(await api.ask_paid(request, _look))


async def read_requests(api: Api) -> shapes.CoopRequests:
    """The same, for the pages."""
    return await api.runner.ask(_look)


def _look(view: View) -> shapes.CoopRequests:
    found = [shown for each in view.engine.join_requests() if (shown := _shown(each)) is not None]
    return shapes.CoopRequests(requests=found)


def _shown(kept: WaitingRequest) -> shapes.CoopRequest | None:
    request, change = kept.request, read_change(list(kept.request.change))
    if not isinstance(change, Join):
        return None
    return shapes.CoopRequest(
        id=Hash(kept.id),
        request=Binary(request.encode()),
        name=change.name,
        title=change.title,
        coop_number=change.coop,
        node_key=PublicKey(change.node_key),
        clearing_limit=change.clearing_limit,
        steward_threshold=change.steward_threshold,
        stewards=[steward.name for steward in change.stewards],
        url=request.url,
        received=kept.received,
        expires=request.time + REQUEST_S,
    )


async def post_request(api: Api, request: web.Request) -> web.Response:
    """Keep a request, and tell it to the other nodes."""
    api.check_rate(request)
    api.charge(request)
    asked = await api.read(request, shapes.CoopAsking)
    try:
        wish = read_request(bytes(asked.request))
        api.spend(request, cost_of_request(wish))
        result = await api.runner.ask_to_join(wish, origin_of(api, request))
    except ProofError as error:
        raise Problem(REQUEST_TO_JOIN_MALFORMED, f"{error}.".capitalize()) from error
    match result:
        case Refused():
            raise refusal_problem(result.refusal)
        case NoRoom():
            raise Problem(NO_ROOM_FOR_REQUEST, retry_after_s=_RETRY_S)
        case NotReady():
            raise not_ready(result, api.names)
        case None:
            pass
    return json_response(
        shapes.CoopAsked(id=Hash(wish.id), expires=wish.time + REQUEST_S), status=201
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/federation/requests",
        handler=get_requests,
        name="listCoopRequests",
        summary="Cooperatives that want to join",
        subject=_SUBJECT,
        answer=shapes.CoopRequests,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="POST",
        path="/v1/federation/requests",
        handler=post_request,
        name="askToJoinFederation",
        summary="Ask to join, with a request that the new node's key has signed",
        subject=_SUBJECT,
        body={JSON: shapes.CoopAsking},
        status=201,
        answer=shapes.CoopAsked,
        problems=(REQUEST_TO_JOIN_MALFORMED, NO_ROOM_FOR_REQUEST, NOT_READY, TOO_MANY_REQUESTS),
    ),
)
