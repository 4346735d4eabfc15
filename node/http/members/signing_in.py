"""Signing in: challenges, sessions, and which accounts a key has.

Whoever asks signs a challenge, so nothing here is for the asking: not a session, and not a look at all
accounts for those of a key.
"""

from collections.abc import Sequence

from aiohttp import web

from ledger.signatures import is_by
from node.http.base import facts
from node.http.base.api import Api, bearer_token, json_response
from node.http.base.problem import Problem
from node.http.base.problems import TOO_MANY_REQUESTS
from node.http.base.reading import JSON, check_size
from node.http.base.routes import Access, Route
from node.http.base.sessions import CHALLENGE_BYTES, key_message, session_message
from node.http.members import shapes
from node.http.members.problems import CHALLENGE_INVALID
from node.spellings import Binary, Hash

_SUBJECT = "Sessions"


async def post_challenge(api: Api, request: web.Request) -> web.Response:
    """Give a challenge to sign."""
    challenge, expires_ms = api.sessions.challenge(api.steady_ms())
    answer = shapes.Challenge(
        challenge=Binary(challenge),
        expires=api.clock_at_ms(expires_ms) // 1000,
        coop_number=api.coop.number,
        federation=Hash(api.charter.federation),
    )
    return json_response(answer, is_private=True)


async def post_session(api: Api, request: web.Request) -> web.Response:
    """Open a session for whoever signed the challenge with the right key.

    An address that has caused too much waits, but not for a signature that is good: others may share it.
    """
    asked = await api.read(request, shapes.SessionRequest)
    check_size(asked.challenge, "/challenge", most=CHALLENGE_BYTES)
    role, number, challenge = asked.role, asked.number, bytes(asked.challenge)
    keys = await api.runner.ask(lambda view: facts.keys_of(view, role, number))
    message = session_message(
        federation=api.charter.federation,
        coop=api.coop.number,
        role=role,
        number=number,
        challenge=challenge,
    )
    signed_with = _check_answer(
        api, request, keys, message=message, challenge=challenge, signature=asked.signature
    )
    token, session = api.sessions.open(
        role, number, key=signed_with, challenge=challenge, now_ms=api.steady_ms()
    )
    answer = shapes.Session(
        token=Binary(token),
        expires=api.clock_at_ms(session.expires_ms) // 1000,
        role=role,
        number=number,
    )
    return json_response(answer, status=201, is_private=True)


def _check_answer(
    api: Api,
    request: web.Request,
    keys: Sequence[bytes],
    *,
    message: bytes,
    challenge: bytes,
    signature: bytes,
) -> bytes:
    """The key that signed. Raises `challenge_invalid` unless the challenge is this node's, unused, and signed
    by one of these.
    """
    try:
        # The cheap questions come first, and again after the wait: two requests may race.
        if not api.sessions.is_challenge(challenge, api.steady_ms()):
            raise Problem(CHALLENGE_INVALID)
        signed_with = next((key for key in keys if is_by(key, message, signature)), None)
        if signed_with is None:
            raise Problem(CHALLENGE_INVALID)
    except Problem as error:
        api.check_rate(request)
        api.charge(request)
        raise Problem(CHALLENGE_INVALID) from error
    return signed_with


async def post_accounts(api: Api, request: web.Request) -> web.Response:
    """The accounts of whoever signed the challenge: for a wallet that knows its key and nothing else."""
    asked = await api.read(request, shapes.AccountsRequest)
    check_size(asked.challenge, "/challenge", most=CHALLENGE_BYTES)
    key, challenge, signature = bytes(asked.key), bytes(asked.challenge), bytes(asked.signature)
    message = key_message(
        federation=api.charter.federation, coop=api.coop.number, key=key, challenge=challenge
    )
    _check_answer(api, request, (key,), message=message, challenge=challenge, signature=signature)
    api.sessions.use(challenge, now_ms=api.steady_ms())
    answer = shapes.KeyAccounts(
        coop=api.coop.name,
        coop_number=api.coop.number,
        accounts=await api.ask_paid(request, lambda view: facts.accounts_of_key(view, key)),
    )
    return json_response(answer, is_private=True)


async def delete_session(api: Api, request: web.Request) -> web.Response:
    """End the session."""
    api.shown_session(request)
    api.sessions.close(bearer_token(request))
    return web.Response(status=204)


ROUTES = (
    Route(
        method="POST",
        path="/v1/sessions/challenge",
        handler=post_challenge,
        name="askForChallenge",
        summary="A challenge to sign, good for one session within a minute",
        subject=_SUBJECT,
        answer=shapes.Challenge,
    ),
    Route(
        method="POST",
        path="/v1/sessions",
        handler=post_session,
        name="openSession",
        summary="Open a session with a signed challenge",
        subject=_SUBJECT,
        body={JSON: shapes.SessionRequest},
        status=201,
        answer=shapes.Session,
        problems=(CHALLENGE_INVALID, TOO_MANY_REQUESTS),
    ),
    Route(
        method="POST",
        path="/v1/sessions/accounts",
        handler=post_accounts,
        name="findAccounts",
        summary="The accounts of whoever signed a challenge with their key",
        subject=_SUBJECT,
        body={JSON: shapes.AccountsRequest},
        answer=shapes.KeyAccounts,
        problems=(CHALLENGE_INVALID, TOO_MANY_REQUESTS),
    ),
    Route(
        method="DELETE",
        path="/v1/sessions",
        handler=delete_session,
        name="closeSession",
        summary="End the session",
        subject=_SUBJECT,
        access=Access.SESSION,
        status=204,
    ),
)
