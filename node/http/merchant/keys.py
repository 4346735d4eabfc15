"""API keys: made and revoked by the member who owns the account, in a session.

They end when the account's own key is replaced, and none are made while a recovery runs.
"""

from aiohttp import web
from msgspec.structs import asdict

from ledger.refusals import Refusal
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.problems import BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED
from node.http.base.reading import JSON, must_be
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Access, Route, id_parameter
from node.http.merchant import shapes
from node.http.merchant.problems import KEY_NOT_FOUND, KEYS_TOO_MANY
from node.merchant.access import KEY_PREFIX, ApiKey
from node.merchant.endpoints import Keys
from node.merchant.merchants import merchants_of
from node.spellings import to_base64url
from node.store import Write

_SUBJECT = "API keys"
_KEY_BYTES = 32
_ID_BYTES = 16


def _view(keys: Keys, key: ApiKey) -> shapes.Key:
    return shapes.Key(
        id=key.id,
        label=key.label,
        powers=list(key.powers),
        created=key.created_ms // 1000,
        revoked=key.revoked,
        expires=key.expires,
        works=keys.works(key),
    )


async def post_key(api: Api, request: web.Request) -> web.Response:
    """Make a key; the answer is the only time it is shown."""
    account = await api.member(request)
    wanted = await api.read(request, shapes.KeyRequest)
    label, powers = str(wanted.label), wanted.powers
    if len(set(powers)) < len(powers):
        raise must_be("/powers", "powers, each once")
    text = KEY_PREFIX + to_base64url(api.random_bytes(_KEY_BYTES))
    id_ = api.random_bytes(_ID_BYTES).hex()

    def create(view: View) -> tuple[Write, shapes.Key]:
        # Nobody knows now whose telephone asks.
        if facts.running_recovery_of(view, account) is not None:
            raise refusal_problem(Refusal.RECOVERY_RUNS)
        keys = merchants_of(view).keys
        made = keys.create(
            account, id_=id_, text=text, label=label, powers=powers, life_s=wanted.expires_in
        )
        return Write(), _view(keys, made)

    made = await api.runner.change(create)
    return json_response(shapes.NewKey(**asdict(made), key=text), status=201, is_private=True)


async def get_keys(api: Api, request: web.Request) -> web.Response:
    """All keys, without their texts."""
    account = await api.member(request)

    def look(view: View) -> shapes.Keys:
        keys = merchants_of(view).keys
        return shapes.Keys(keys=[_view(keys, key) for key in keys.of(account)])

    return json_response(await api.runner.ask(look), is_private=True)


async def delete_key(api: Api, request: web.Request) -> web.Response:
    """Let a key work no more."""
    account = await api.member(request)
    id_ = request.match_info["id"]

    def revoke(view: View) -> tuple[Write, None]:
        merchants_of(view).keys.revoke(account, id_)
        return Write(), None

    await api.runner.change(revoke)
    return web.Response(status=204)


_ID = id_parameter("id", "The key's")

ROUTES = (
    Route(
        method="POST",
        path="/v1/merchant/keys",
        handler=post_key,
        name="createKey",
        summary="Make an API key; it is shown once and can never spend",
        subject=_SUBJECT,
        access=Access.MEMBER,
        body={JSON: shapes.KeyRequest},
        status=201,
        answer=shapes.NewKey,
        problems=(KEYS_TOO_MANY, Refusal.RECOVERY_RUNS, BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED),
    ),
    Route(
        method="GET",
        path="/v1/merchant/keys",
        handler=get_keys,
        name="listKeys",
        summary="The account's API keys, newest first",
        subject=_SUBJECT,
        access=Access.MEMBER,
        answer=shapes.Keys,
    ),
    Route(
        method="DELETE",
        path="/v1/merchant/keys/{id}",
        handler=delete_key,
        name="revokeKey",
        summary="Let an API key work no more",
        subject=_SUBJECT,
        access=Access.MEMBER,
        parameters=(_ID,),
        status=204,
        problems=(KEY_NOT_FOUND,),
    ),
)
