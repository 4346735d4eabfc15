"""Webhooks: where a merchant wants to be told, and what was delivered."""

from aiohttp import web
from msgspec.structs import asdict

from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problems import BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED
from node.http.base.reading import JSON, check_query
from node.http.base.routes import Access, Parameter, Route, id_parameter
from node.http.merchant import shapes
from node.http.merchant.access import ask, change, check_caller
from node.http.merchant.invoices import BEFORE, LIMIT, format_cursor, read_cursor
from node.http.merchant.problems import (
    DELIVERY_NOT_FOUND,
    ENDPOINTS_TOO_MANY,
    WEBHOOK_MESSAGES_TOO_MANY,
    WEBHOOK_NOT_FOUND,
    WEBHOOK_URL_REFUSED,
)
from node.merchant.access import Attempt, Delivery, Endpoint, Power
from node.merchant.merchants import Merchants
from node.merchant.targets import check_url

_SUBJECT = "Webhooks"
_ID_BYTES = 16


def _view(api: Api, endpoint: Endpoint) -> shapes.Webhook:
    return shapes.Webhook(
        id=endpoint.id,
        url=endpoint.url,
        types=list(endpoint.types),
        created=endpoint.created_ms // 1000,
        disabled=endpoint.disabled,
        why=endpoint.why,
        health=endpoint.health,
        failing_since=endpoint.failing_since,
        failure=None if endpoint.failure is None else _attempt(endpoint.failure),
        next_try=None if endpoint.next_ms is None else endpoint.next_ms // 1000,
        public_key=api.merchants.signer.public_key,
    )


def _attempt(attempt: Attempt) -> shapes.Attempt:
    return shapes.Attempt(time=attempt.time, status=attempt.status, error=attempt.error)


def _secret(api: Api, endpoint: Endpoint) -> str:
    return api.merchants.signer.secret(endpoint.id, endpoint.generation)


async def post_webhook(api: Api, request: web.Request) -> web.Response:
    """Ask to be told at an address."""
    await check_caller(api, request)
    wanted = await api.read(request, shapes.WebhookRequest)
    url = check_url(wanted.url, allow_private=api.merchants.settings.private_webhooks)
    types = list(dict.fromkeys(map(str, wanted.types or ())))
    id_ = api.random_bytes(_ID_BYTES).hex()

    def create(merchants: Merchants, account: int) -> tuple[Endpoint, list[str]]:
        same = [each.id for each in merchants.endpoints.of(account) if each.url == url]
        return merchants.endpoints.create(account, id_=id_, url=url, types=types), same

    made, same = await change(api, request, create, Power.WEBHOOKS)
    answer = shapes.NewWebhook(**asdict(_view(api, made)), secret=_secret(api, made), same_url=same)
    return json_response(answer, status=201, is_private=True)


async def get_webhooks(api: Api, request: web.Request) -> web.Response:
    """All endpoints of the account."""
    found = await ask(
        api,
        request,
        lambda view, merchants, account: merchants.endpoints.of(account),
        Power.WEBHOOKS,
    )
    answer = shapes.Webhooks(webhooks=[_view(api, each) for each in found])
    return json_response(answer, is_private=True)


async def get_webhook(api: Api, request: web.Request) -> web.Response:
    """One endpoint."""
    id_ = request.match_info["id"]
    found = await ask(
        api,
        request,
        lambda view, merchants, account: merchants.endpoints.own(account, id_),
        Power.WEBHOOKS,
    )
    return json_response(_view(api, found), is_private=True)


async def delete_webhook(api: Api, request: web.Request) -> web.Response:
    """Forget an endpoint, and what waits for it."""
    id_ = request.match_info["id"]
    await change(
        api,
        request,
        lambda merchants, account: merchants.endpoints.drop(account, id_),
        Power.WEBHOOKS,
    )
    return web.Response(status=204)


async def post_enable(api: Api, request: web.Request) -> web.Response:
    """Resume telling an endpoint that was disabled; what waits for it is tried at once."""
    id_ = request.match_info["id"]
    found = await change(
        api,
        request,
        lambda merchants, account: merchants.endpoints.enable(account, id_),
        Power.WEBHOOKS,
    )
    api.merchants.dispatcher.wake(id_)
    return json_response(_view(api, found), is_private=True)


async def post_change(api: Api, request: web.Request) -> web.Response:
    """Tell an endpoint at another address, or of other events; its secret stays."""
    id_ = request.match_info["id"]
    await check_caller(api, request)
    wanted = await api.read(request, shapes.WebhookRequest)
    url = check_url(wanted.url, allow_private=api.merchants.settings.private_webhooks)
    types = list(dict.fromkeys(map(str, wanted.types or ())))
    found = await change(
        api,
        request,
        lambda merchants, account: merchants.endpoints.change(account, id_, url=url, types=types),
        Power.WEBHOOKS,
    )
    return json_response(_view(api, found), is_private=True)


async def post_test(api: Api, request: web.Request) -> web.Response:
    """Send an endpoint a message that tells of nothing."""
    id_ = request.match_info["id"]

    def send(merchants: Merchants, account: int) -> shapes.Delivery:
        return _delivery(merchants.endpoints.test(account, id_), merchants.context.now_ms)

    found = await change(api, request, send, Power.WEBHOOKS)
    api.merchants.dispatcher.wake(id_)
    return json_response(found, is_private=True)


async def post_secret(api: Api, request: web.Request) -> web.Response:
    """Give an endpoint another secret; the old one signs nothing from now on."""
    id_ = request.match_info["id"]
    found = await change(
        api,
        request,
        lambda merchants, account: merchants.endpoints.rotate(account, id_),
        Power.WEBHOOKS,
    )
    return json_response(
        shapes.WebhookSecret(id=found.id, secret=_secret(api, found)), is_private=True
    )


def _delivery(delivery: Delivery, due: int | None) -> shapes.Delivery:
    return shapes.Delivery(
        message=delivery.message,
        type=delivery.type,
        state=delivery.state,
        created=delivery.created_ms // 1000,
        tries=delivery.tries,
        next=None if due is None or delivery.state != "waiting" else due // 1000,
        attempts=[_attempt(each) for each in delivery.attempts],
        body=delivery.body,
    )


async def get_deliveries(api: Api, request: web.Request) -> web.Response:
    """What was delivered to an endpoint, or waits to be; newest first."""
    check_query(request, "limit", "before")
    most = LIMIT.read(request, most=api.settings.page_items)
    before = read_cursor(request)
    id_ = request.match_info["id"]

    def look(view: View, merchants: Merchants, account: int) -> shapes.Deliveries:
        merchants.endpoints.own(account, id_)
        rows = merchants.endpoints.deliveries(view.store, id_, before=before, limit=most)
        found = [_delivery(delivery, due) for delivery, due in rows]
        last = rows[-1][0] if len(rows) == most else None
        following = None if last is None else format_cursor((last.created_ms, last.id))
        return shapes.Deliveries(deliveries=found, next=following)

    return json_response(await ask(api, request, look, Power.WEBHOOKS), is_private=True)


async def post_redeliver(api: Api, request: web.Request) -> web.Response:
    """Send a message again, under the same id."""
    id_, message = request.match_info["id"], request.match_info["message"]

    def again(merchants: Merchants, account: int) -> shapes.Delivery:
        delivery = merchants.endpoints.redeliver(account, id_, message)
        return _delivery(delivery, merchants.context.now_ms)

    found = await change(api, request, again, Power.WEBHOOKS)
    api.merchants.dispatcher.wake(id_)
    return json_response(found, is_private=True)


_ID = id_parameter("id", "The endpoint's")
_MESSAGE = Parameter(
    name="message",
    in_="path",
    description="The webhook-id.",
    schema={"type": "string", "pattern": "^msg_[0-9a-f]{32}$"},
)
_BODY_PROBLEMS = (BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED)

ROUTES = (
    Route(
        method="POST",
        path="/v1/webhooks",
        handler=post_webhook,
        name="createWebhook",
        summary="Ask to be told of events at an address, signed by the rules of Standard Webhooks",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        body={JSON: shapes.WebhookRequest},
        status=201,
        answer=shapes.NewWebhook,
        problems=(ENDPOINTS_TOO_MANY, WEBHOOK_URL_REFUSED, *_BODY_PROBLEMS),
    ),
    Route(
        method="GET",
        path="/v1/webhooks",
        handler=get_webhooks,
        name="listWebhooks",
        summary="The account's webhook endpoints, newest first",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        answer=shapes.Webhooks,
    ),
    Route(
        method="GET",
        path="/v1/webhooks/{id}",
        handler=get_webhook,
        name="getWebhook",
        summary="One webhook endpoint",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(_ID,),
        answer=shapes.Webhook,
        problems=(WEBHOOK_NOT_FOUND,),
    ),
    Route(
        method="POST",
        path="/v1/webhooks/{id}",
        handler=post_change,
        name="changeWebhook",
        summary="Tell an endpoint at another address, or of other events; its secret stays",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(_ID,),
        body={JSON: shapes.WebhookRequest},
        answer=shapes.Webhook,
        problems=(WEBHOOK_NOT_FOUND, WEBHOOK_URL_REFUSED, *_BODY_PROBLEMS),
    ),
    Route(
        method="POST",
        path="/v1/webhooks/{id}/test",
        handler=post_test,
        name="testWebhook",
        summary="Send an endpoint a message of the type webhook.test, which tells of nothing",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(_ID,),
        answer=shapes.Delivery,
        problems=(WEBHOOK_NOT_FOUND, WEBHOOK_MESSAGES_TOO_MANY),
    ),
    Route(
        method="DELETE",
        path="/v1/webhooks/{id}",
        handler=delete_webhook,
        name="deleteWebhook",
        summary="Forget a webhook endpoint, and what waits for it",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(_ID,),
        status=204,
        problems=(WEBHOOK_NOT_FOUND,),
    ),
    Route(
        method="POST",
        path="/v1/webhooks/{id}/enable",
        handler=post_enable,
        name="enableWebhook",
        summary="Tell an endpoint again that was disabled",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(_ID,),
        answer=shapes.Webhook,
        problems=(WEBHOOK_NOT_FOUND,),
    ),
    Route(
        method="POST",
        path="/v1/webhooks/{id}/secret",
        handler=post_secret,
        name="rotateWebhookSecret",
        summary="Give an endpoint another secret",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(_ID,),
        answer=shapes.WebhookSecret,
        problems=(WEBHOOK_NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/webhooks/{id}/deliveries",
        handler=get_deliveries,
        name="listDeliveries",
        summary="What was delivered to an endpoint, or waits to be; newest first",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(
            _ID,
            LIMIT,
            BEFORE,
        ),
        answer=shapes.Deliveries,
        problems=(WEBHOOK_NOT_FOUND,),
    ),
    Route(
        method="POST",
        path="/v1/webhooks/{id}/deliveries/{message}/redeliver",
        handler=post_redeliver,
        name="redeliver",
        summary="Send a message again now, under the same id",
        subject=_SUBJECT,
        access=Access.MERCHANT,
        parameters=(_ID, _MESSAGE),
        answer=shapes.Delivery,
        problems=(WEBHOOK_NOT_FOUND, DELIVERY_NOT_FOUND, WEBHOOK_MESSAGES_TOO_MANY),
    ),
)
