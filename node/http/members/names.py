"""What accounts are called: found by whoever may know it, and offered before admissions.

PROTOCOL section 15; erased in `erasing`. Whoever knows a name finds its account, as they must to pay it. From
a number the node comes to a name only for members and stewards of its own coop, so that nobody reads the
directory by counting.
"""

from dataclasses import replace

from aiohttp import web

from ledger.names import Opening
from ledger.refusals import Refusal
from node.engine.known_names import HandleTaken
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.naming import (
    account_there,
    check_is_no_number,
    find_names,
    has_session,
    keep,
    paid_guess,
)
from node.http.base.problems import (
    ACCOUNT_NOT_FOUND,
    COOP_NOT_FOUND,
    HANDLE_IS_NUMBER,
    HOME_NOT_ASKED,
    NAME_ERASED,
    TOO_MANY_REQUESTS,
)
from node.http.base.reading import JSON, must_be, plain_number
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import ACCOUNT, COOP, Access, Route
from node.http.members import facts as members_facts
from node.http.members import shapes
from node.store import Write

_SUBJECT = "Members"
_MOST_OFFERED = 1_000


async def get_account(api: Api, request: web.Request) -> web.Response:
    """What anybody may know of an account; what it is called, only who has its name, or a session."""
    coop = api.coop_in_path(request)
    named = request.match_info["account"]
    number = plain_number(named.removeprefix("@#"))
    handle = named.removeprefix("@") if number is None else None
    may_know = handle is not None or "Authorization" in request.headers
    if number is not None and may_know:
        await api.session(request)
    is_guess = handle is not None and not await has_session(api, request)
    if is_guess:
        api.check_rate(request)
    if may_know:
        which = number if handle is None else handle
        assert which is not None, "it is one or the other"
        await find_names(api, {coop.number: (which,)})

    def look(view: View) -> shapes.FoundAccount:
        seen = replace(view, shows_names=may_know)
        account = account_there(seen, coop.number, named)
        return members_facts.found_account(seen, coop.number, account)

    found = await (paid_guess(api, request, look) if is_guess else api.runner.ask(look))
    return json_response(found, is_private=may_know)


async def post_names(api: Api, request: web.Request) -> web.Response:
    """Keep names of accounts that stewards are about to admit, before their admissions come as a batch."""
    await api.steward(request)
    asked = await api.read(request, shapes.OfferedNames)
    if not 1 <= len(asked.names) <= _MOST_OFFERED:
        raise must_be("/names", f"1 to {_MOST_OFFERED} names")
    openings = [Opening(salt=bytes(each.salt), handle=each.handle) for each in asked.names]
    for each in openings:
        check_is_no_number(each.handle)
    if len({each.handle for each in openings}) < len(openings):
        raise refusal_problem(Refusal.HANDLE_TAKEN)

    def offer(view: View) -> tuple[Write, None]:
        directory = view.engine.names().directory
        for each in openings:
            known = directory.opens(directory.commitment(each))
            if not known and directory.is_taken(each.handle):
                raise HandleTaken(each.handle)
        return keep(view, *openings), None

    try:
        async with api.desk:
            await api.runner.change(offer)
    except HandleTaken as error:
        raise refusal_problem(Refusal.HANDLE_TAKEN) from error
    except ValueError as error:
        raise must_be("/names", "salts of 16 bytes, and handles") from error
    return json_response(shapes.KeptNames(kept=len(openings)), is_private=True)


ROUTES = (
    Route(
        method="GET",
        path="/v1/accounts/{coop}/{account}",
        handler=get_account,
        name="getAccount",
        summary="What anybody may know of an account",
        subject=_SUBJECT,
        parameters=(COOP, ACCOUNT),
        answer=shapes.FoundAccount,
        problems=(
            COOP_NOT_FOUND,
            ACCOUNT_NOT_FOUND,
            NAME_ERASED,
            HOME_NOT_ASKED,
            TOO_MANY_REQUESTS,
        ),
    ),
    Route(
        method="POST",
        path="/v1/names",
        handler=post_names,
        name="offerNames",
        summary="Keep names of accounts that are about to be admitted",
        subject="Stewards",
        access=Access.STEWARD,
        body={JSON: shapes.OfferedNames},
        answer=shapes.KeptNames,
        problems=(HANDLE_IS_NUMBER, Refusal.HANDLE_TAKEN),
    ),
)
