"""Who asks as a merchant: the member with a session, or a program with an API key of some power.

The key is looked up in the engine's thread, in the same step as what is asked for; so a revoked key
works no more from the next request on.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web

from node.engine.view import View
from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.problems import FORBIDDEN, KEY_FORBIDDEN, KEY_INVALID
from node.http.base.sessions import SessionRole
from node.merchant.access import KEY_PREFIX, Power
from node.merchant.merchants import Merchants, merchants_of
from node.store import Write

Answer = TypeVar("Answer")

READERS = (Power.READ, Power.INVOICES)
"""The powers that may read invoices."""


async def change(
    api: Api,
    request: web.Request,
    run: Callable[[Merchants, int], Answer],
    *powers: Power,
) -> Answer:
    """Carry out `run(merchants, account)` in the engine's thread for whoever may; its answer."""
    find = await _finder(api, request, powers)

    def act(view: View) -> tuple[Write, Answer]:
        merchants = merchants_of(view)
        return Write(), run(merchants, find(merchants))

    return await _charged(api, request, api.runner.change(act))


async def ask(
    api: Api,
    request: web.Request,
    run: Callable[[View, Merchants, int], Answer],
    *powers: Power,
    is_paid: bool = False,
) -> Answer:
    """As `change`, for a question; one that `is_paid` looks through much (`Api.ask_paid`)."""
    find = await _finder(api, request, powers)

    def look(view: View) -> Answer:
        merchants = merchants_of(view)
        return run(view, merchants, find(merchants))

    asked = api.ask_paid(request, look) if is_paid else api.runner.ask(look)
    return await _charged(api, request, asked)


async def check_caller(api: Api, request: web.Request) -> None:
    """Raise `unauthorized` or `session_invalid` at once, before a body is read."""
    if key_text(request) is None:
        await api.session(request)


async def _charged(api: Api, request: web.Request, answer: Awaitable[Answer]) -> Answer:
    try:
        return await answer
    except Problem as problem:
        if problem.kind is KEY_INVALID:
            # Who shares an address with somebody that guesses, and has a right key, does not wait for that.
            api.check_rate(request)
            api.charge(request)
        raise


async def _finder(
    api: Api, request: web.Request, powers: tuple[Power, ...]
) -> Callable[[Merchants], int]:
    """What gives the account for which the request may act with one of `powers`."""
    text = key_text(request)
    if text is None:
        session = await api.session(request)
        if session.role is not SessionRole.MEMBER:
            raise Problem(FORBIDDEN)
        return lambda merchants: session.number

    def find(merchants: Merchants) -> int:
        key = merchants.keys.find(text)
        if key is None:
            raise Problem(KEY_INVALID)
        if not set(powers) & set(key.powers):
            raise Problem(KEY_FORBIDDEN)
        return key.account

    return find


def key_text(request: web.Request) -> str | None:
    """The API key in the request; None when it shows a session, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.startswith(KEY_PREFIX) else None
