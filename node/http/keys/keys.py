"""The keys of accounts and the recoveries that run.

All of it stands in the books, which others have too, so anybody may ask. Whoever begins a recovery should be
seen by everybody: that is what protects members from it.
"""

import re
from dataclasses import replace
from typing import Any, Final, cast

import msgspec
from aiohttp import web
from msgspec.structs import asdict

from ledger.account_keys import DAY_S, Delegated
from ledger.codec import decode
from ledger.government.articles import Article
from ledger.government.recovery import RECOVERIES_CHAPTER, Guard
from ledger.rules.government.recoveries import key_matters
from ledger.rules.office import bylaws_in_force
from ledger.rules.owning import delegates_of, joint_owners, keys_of
from ledger.state import COMMONS, Account
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.naming import account_there, has_session
from node.http.base.problem import Problem
from node.http.base.problems import (
    ACCOUNT_NOT_FOUND,
    NAME_ERASED,
    REQUEST_MALFORMED,
    TOO_MANY_REQUESTS,
)
from node.http.base.reading import check_query, plain_number
from node.http.base.routes import ACCOUNT, Parameter, Route
from node.http.keys import shapes
from node.spellings import PublicKey

_SUBJECT: Final = "Keys"


async def get_key(api: Api, request: web.Request) -> web.Response:
    """What the books have of the key of an account of this cooperative."""
    check_query(request, "till")
    named = request.match_info["account"]
    till = _key_in(request)
    hides = api.settings.log_for_members and "Authorization" not in request.headers
    if not hides and api.settings.log_for_members:
        await api.session(request)

    def look(view: View) -> shapes.KeyState:
        seen = replace(view, shows_names=not named.removeprefix("@#").isdecimal())
        account = account_there(seen, view.coop, named)
        if account.number == COMMONS:
            raise Problem(ACCOUNT_NOT_FOUND)
        state = _state(seen, account)
        if not hides:
            return state
        own = [each for each in state.delegated if bytes(each.key) == till]
        return msgspec.structs.replace(state, delegated=own, delegated_hidden=True)

    is_name = plain_number(named.removeprefix("@#")) is None
    is_guess = is_name and not await has_session(api, request)
    try:
        return json_response(await api.ask_paid(request, look))
    except Problem as problem:
        if is_guess and problem.kind in (ACCOUNT_NOT_FOUND, NAME_ERASED):
            api.charge(request)  # as elsewhere; the address's next question comes after it
        raise


def _key_in(request: web.Request) -> bytes | None:
    """The public key by which a till, which has no session, asks for its own row."""
    text = request.query.get("till")
    if text is None:
        return None
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise Problem(REQUEST_MALFORMED, "till: must be a public key of 64 hex digits.")
    return bytes.fromhex(text)


def _state(view: View, account: Account) -> shapes.KeyState:
    log = facts.own_log(view)
    matters, owners = key_matters(log, account.number), joint_owners(log, account.number)
    now = facts.own_time(view)
    follows = matters.due is not None and now < matters.due
    return shapes.KeyState(
        **asdict(facts.public_account(view, view.coop, account)),
        revision=matters.revision,
        recoveries=matters.recoveries,
        guarded=_guarded(matters.guard_at(now)),
        guarded_from=matters.due if follows else None,
        guarded_next=_guarded(matters.next_guard) if follows else None,
        shortest_wait=bylaws_in_force(log).value(Article.WAIT_GUARDIANS),
        recovery=facts.running_recovery_of(view, account.number),
        owners=[PublicKey(key) for key in keys_of(log, account)],
        owners_needed=1 if owners is None else owners.needed,
        delegated=[
            _delegated(place, each.key, each, now)
            for place, each in delegates_of(log, account.number).items()
            if each.key is not None
        ],
        contribution=bylaws_in_force(log).value(Article.CONTRIBUTION),
        time=now,
    )


def _delegated(place: int, key: bytes, delegated: Delegated, now: int) -> shapes.DelegatedKey:
    caps = delegated.caps
    payees = None
    if caps.payees is not None:
        payees = [shapes.AllowedPayee(coop_number=coop, account=each) for coop, each in caps.payees]
    return shapes.DelegatedKey(
        place=place,
        key=PublicKey(key),
        per_payment=caps.per_payment,
        per_day=caps.per_day,
        until=caps.until,
        payees=payees,
        next_sequence=delegated.next_sequence,
        spent_today=delegated.spent_on(now // DAY_S),
    )


def _guarded(guard: Guard | None) -> shapes.Guarded | None:
    return None if guard is None else shapes.Guarded(needed=guard.needed, wait=guard.wait)


async def get_recoveries(api: Api, request: web.Request) -> web.Response:
    """The recoveries that run in this cooperative."""
    check_query(request)
    may_know = "Authorization" in request.headers
    if may_know:
        await api.session(request)

    def look(view: View) -> shapes.Recoveries:
        return _recoveries(api, replace(view, shows_names=may_know))

    return json_response(await api.ask_paid(request, look), is_private=may_know)


def _recoveries(api: Api, view: View) -> shapes.Recoveries:
    rows = facts.own_log(view).rows(RECOVERIES_CHAPTER)
    numbers = [cast("Any", decode(key)) for key, _ in rows]
    found: list[shapes.RecoveringAccount] = []
    for number in sorted(numbers):
        account = view.validator.account(view.coop, number)
        recovery = facts.running_recovery_of(view, number)
        if account is not None and recovery is not None:
            each = shapes.RecoveringAccount(
                account=number,
                handle=facts.account_name(view, view.coop, account),
                recovery=recovery,
            )
            found.append(each)
    return shapes.Recoveries(coop=api.coop.name, coop_number=view.coop, recoveries=found)


_TILL: Final = Parameter(
    name="till",
    in_="query",
    description="The key of a till. Where the log is for members, its row is told without a session too.",
    schema={"type": "string", "pattern": "^[0-9a-f]{64}$"},
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/keys/{account}",
        handler=get_key,
        name="getKey",
        summary="What the books have of an account's keys: owners, delegated ones, guardians, recovery",
        subject=_SUBJECT,
        parameters=(ACCOUNT, _TILL),
        answer=shapes.KeyState,
        problems=(ACCOUNT_NOT_FOUND, NAME_ERASED, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/recoveries",
        handler=get_recoveries,
        name="getRecoveries",
        summary="The accounts that are being given another key",
        subject=_SUBJECT,
        answer=shapes.Recoveries,
        problems=(TOO_MANY_REQUESTS,),
    ),
)
"""The routes of this subject."""
