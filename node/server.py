"""The server: routes, and what turns exceptions into problems.

There are no middlewares: each handler is wrapped once, and unknown addresses have a handler of their
own. So a payment costs no more than it must.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from aiohttp import web

from node.errors import LogDamaged, NodeFault, ValueUnstorable
from node.http.base import problems
from node.http.base.api import Api, problem_response
from node.http.base.compressing import compressed
from node.http.base.openapi import describe
from node.http.base.problem import Problem, ProblemKind, kinds_in
from node.http.base.problems import (
    BODY_TOO_LARGE,
    BUSY,
    INTERNAL,
    LOG_DAMAGED,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    OUTCOME_UNKNOWN,
    REQUEST_MALFORMED,
    STOPPING,
    TOO_MANY_REQUESTS,
    UPGRADE_REQUIRED,
)
from node.http.base.reading import JSON, check_address
from node.http.base.refusals_problems import REFUSED
from node.http.base.routes import Route
from node.http.base.sending import unwatch
from node.http.books import addresses, books, branches, health
from node.http.books import problems as books_problems
from node.http.commons import books as commons_books
from node.http.commons import commons
from node.http.debts import debts
from node.http.federation import branches as federation_branches
from node.http.federation import fallen as federation_fallen
from node.http.federation import federation
from node.http.federation import problems as federation_problems
from node.http.federation import requests as federation_requests
from node.http.guarantees import guarantees
from node.http.index import index, publishing
from node.http.index import problems as index_problems
from node.http.keys import drafts as owned_drafts
from node.http.keys import keys, labels
from node.http.keys import problems as keys_problems
from node.http.members import (
    erasing,
    members,
    names,
    opening,
    reviews,
    sight,
    signing_in,
    statement,
)
from node.http.members import problems as members_problems
from node.http.merchant import events as merchant_events
from node.http.merchant import invoices, takings, webhooks
from node.http.merchant import keys as merchant_keys
from node.http.merchant import origins as merchant_origins
from node.http.merchant import payer as invoices_payer
from node.http.merchant import problems as merchant_problems
from node.http.merchant import refunds as invoices_refunds
from node.http.notices import notices
from node.http.notices import problems as notices_problems
from node.http.payments import payments
from node.http.payments import problems as payments_problems
from node.http.quick import PlainRequest
from node.http.stewards import drafts, joins, leaving
from node.http.stewards import problems as stewards_problems
from node.http.voting import problems as voting_problems
from node.http.voting import voting
from node.link.links import LINK_PATH
from node.logs import log_event
from node.merchant.refusals import MerchantRefusal
from node.notices.refusals import NoticeRefusal
from node.runner.inbox import NotNow, OutcomeUnknown, RunnerBusy, RunnerStopped
from node.web.lost import problem_page, wants_page
from node.web.pages import PAGES

ROUTES: tuple[Route, ...] = (
    *payments.ROUTES,
    *signing_in.ROUTES,
    *members.ROUTES,
    *names.ROUTES,
    *erasing.ROUTES,
    *opening.ROUTES,
    *reviews.ROUTES,
    *sight.ROUTES,
    *statement.ROUTES,
    *joins.ROUTES,
    *leaving.ROUTES,
    *drafts.ROUTES,
    *health.ROUTES,
    *books.ROUTES,
    *branches.ROUTES,
    *addresses.ROUTES,
    *federation.ROUTES,
    *federation_branches.ROUTES,
    *federation_fallen.ROUTES,
    *federation_requests.ROUTES,
    *commons.ROUTES,
    *commons_books.ROUTES,
    *debts.ROUTES,
    *keys.ROUTES,
    *owned_drafts.ROUTES,
    *labels.ROUTES,
    *guarantees.ROUTES,
    *voting.ROUTES,
    *index.ROUTES,
    *publishing.ROUTES,
    *invoices.ROUTES,
    *invoices_payer.ROUTES,
    *invoices_refunds.ROUTES,
    *takings.ROUTES,
    *merchant_keys.ROUTES,
    *merchant_origins.ROUTES,
    *webhooks.ROUTES,
    *merchant_events.ROUTES,
    *notices.ROUTES,
)
"""Every operation of the interface."""

_PROBLEMS_OF_ROOMS: Final = (
    problems,
    books_problems,
    federation_problems,
    index_problems,
    keys_problems,
    members_problems,
    merchant_problems,
    notices_problems,
    payments_problems,
    stewards_problems,
    voting_problems,
)

PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    kind.code: kind
    for kind in (
        *REFUSED.values(),
        *(kind for module in _PROBLEMS_OF_ROOMS for kind in kinds_in(module)),
    )
}
"""Every problem that the interface may answer with, by code."""

_REQUEST_ID_BYTES = 8
_FOR_THE_IMPATIENT = {TOO_MANY_REQUESTS, BUSY}
"""Refusals that are given only after a while: who asks again at once then costs little."""


def build_app(api: Api, routes: Sequence[Route] = ROUTES) -> web.Application:
    """The server's application."""
    app = web.Application(client_max_size=api.settings.batch_bytes)
    description = json.dumps(describe(routes, version=api.version))

    async def get_description(api: Api, request: web.Request) -> web.Response:
        return web.Response(body=description.encode("utf-8"), headers={"Content-Type": JSON})

    for route in routes:
        app.router.add_route(route.method, route.path, _wrapped(api, route.handler))
    app.router.add_get("/openapi.json", _wrapped(api, get_description), allow_head=False)
    app.router.add_get(LINK_PATH, _wrapped(api, _link), allow_head=False)
    for path, page in PAGES:
        app.router.add_get(path, _wrapped(api, page))
    paths = [(_pattern(route.path), route.method) for route in routes]
    paths += [(_pattern(path), "GET") for path, _ in PAGES]
    paths += [(_pattern("/openapi.json"), "GET"), (_pattern(LINK_PATH), "GET")]

    async def unknown(api: Api, request: web.Request) -> web.StreamResponse:
        """Whatever has no handler: a wrong address, or a wrong method of a right one."""
        exact = {route.method for route in routes if route.path == request.path}
        allowed = exact or {method for pattern, method in paths if pattern.fullmatch(request.path)}
        if not allowed:
            raise Problem(NOT_FOUND)
        methods = ", ".join(sorted(allowed))
        raise Problem(METHOD_NOT_ALLOWED, f"This address takes {methods}.", allow=methods)

    app.router.add_route("*", "/{rest:.*}", _wrapped(api, unknown, has_parameters=False))
    return app


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", path))


async def _link(api: Api, request: web.Request) -> web.StreamResponse:
    """Other nodes' links, PROTOCOL section 10."""
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise Problem(UPGRADE_REQUIRED)
    unwatch(request.transport)
    try:
        return await api.accept_link(request, api.address(request))
    except web.HTTPServiceUnavailable as error:
        raise Problem(BUSY, retry_after_s=1) from error
    except web.HTTPBadRequest as error:
        raise Problem(UPGRADE_REQUIRED) from error


def _wrapped(
    api: Api,
    handler: Callable[[Api, web.Request], Awaitable[web.StreamResponse]],
    *,
    has_parameters: bool = True,
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            if has_parameters:
                check_address(request)
            return compressed(request, await handler(api, request))
        except Exception as error:
            return await _answer_problem(api, request, error)

    return handle


async def answer_payment(api: Api, request: PlainRequest) -> bytes | web.Response:
    """What `POST /v1/payments` answers to a request of the short way: the JSON, or a problem."""
    try:
        return await payments.record(api, request, request.body)
    except Exception as error:
        return await _answer_problem(api, request, error)


async def _answer_problem(
    api: Api, request: web.Request | PlainRequest, error: Exception
) -> web.Response:
    problem = _as_problem(error)
    if problem.kind in _FOR_THE_IMPATIENT:
        await asyncio.sleep(api.settings.refused_ms / 1000)
    request_id = api.random_bytes(_REQUEST_ID_BYTES).hex()
    _log(api, request, problem, request_id, error)
    if isinstance(request, web.Request) and wants_page(request, problem):
        return problem_page(api, request, problem)
    return problem_response(problem, request_id)


def _log(
    api: Api,
    request: web.Request | PlainRequest,
    problem: Problem,
    request_id: str,
    error: Exception,
) -> None:
    """A line for what this node could not do, and for an address that has to wait; bounded by `node.logs`."""
    is_failed, is_mistake = problem.kind.status >= 500, problem.kind is INTERNAL
    if not is_failed and problem.kind is not TOO_MANY_REQUESTS:
        return
    values = {
        "request_id": request_id,
        "code": problem.kind.code,
        "method": request.method,
        "path": _logged_path(request),
        "address": api.address(request),
    }
    name, level = (
        ("request_failed", logging.WARNING) if is_failed else ("request_refused", logging.INFO)
    )
    log_event(
        name,
        values,
        level=logging.ERROR if is_mistake else level,
        error=error if is_mistake else None,
    )


def _logged_path(request: web.Request | PlainRequest) -> str:
    """The path without what people wrote into it: names stay out of the log."""
    resource = request.match_info.route.resource if isinstance(request, web.Request) else None
    return request.path if resource is None else resource.canonical


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case MerchantRefusal():
            return Problem(
                PROBLEMS[error.code],
                error.detail,
                pointer=error.pointer,
                retry_after_s=error.retry_after_s,
            )
        case NoticeRefusal():
            return Problem(PROBLEMS[error.code], error.detail, pointer=error.pointer)
        case NotNow():
            return Problem(TOO_MANY_REQUESTS, retry_after_s=10)
        case RunnerBusy():
            return Problem(BUSY, retry_after_s=1)
        case RunnerStopped():
            return Problem(STOPPING, retry_after_s=5)
        case OutcomeUnknown():
            return Problem(OUTCOME_UNKNOWN, retry_after_s=2)
        case web.HTTPRequestEntityTooLarge():
            return Problem(BODY_TOO_LARGE)
        case web.HTTPException() if error.status < 500:
            return Problem(REQUEST_MALFORMED, error.reason)
        case ConnectionError():
            return Problem(REQUEST_MALFORMED, "The body ended too soon.")
        case ValueUnstorable():
            return Problem(REQUEST_MALFORMED, "A text or a number in it can't be stored.")
        case LogDamaged():
            return Problem(LOG_DAMAGED, retry_after_s=30)
        case NodeFault():
            return Problem(OUTCOME_UNKNOWN, retry_after_s=2)
        case _:
            return Problem(INTERNAL)
