"""Which other sites may show an account's bills in a frame: said by its owner, in a session."""

from aiohttp import web

from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.problems import BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED
from node.http.base.reading import JSON
from node.http.base.routes import Access, Route
from node.http.merchant import shapes
from node.http.merchant.problems import ORIGIN_REFUSED
from node.merchant.merchants import merchants_of
from node.merchant.origins import check_origin
from node.store import Write

_SUBJECT = "Embedding"


async def get_origins(api: Api, request: web.Request) -> web.Response:
    """What the account lists."""
    account = await api.member(request)
    found = await api.runner.ask(lambda view: merchants_of(view).origins.of(account))
    return json_response(shapes.Origins(origins=found), is_private=True)


async def post_origins(api: Api, request: web.Request) -> web.Response:
    """List exactly these from now on."""
    account = await api.member(request)
    wanted = await api.read(request, shapes.Origins)
    origins = [
        check_origin(text, pointer=f"/origins/{place}") for place, text in enumerate(wanted.origins)
    ]

    def put(view: View) -> tuple[Write, list[str]]:
        return Write(), merchants_of(view).origins.put(account, origins)

    return json_response(shapes.Origins(origins=await api.runner.change(put)), is_private=True)


ROUTES = (
    Route(
        method="GET",
        path="/v1/merchant/origins",
        handler=get_origins,
        name="listOrigins",
        summary="The sites that may show the account's bills in a frame",
        subject=_SUBJECT,
        access=Access.MEMBER,
        answer=shapes.Origins,
    ),
    Route(
        method="POST",
        path="/v1/merchant/origins",
        handler=post_origins,
        name="setOrigins",
        summary="Let these sites, and no others, show the account's bills in a frame",
        subject=_SUBJECT,
        access=Access.MEMBER,
        body={JSON: shapes.Origins},
        answer=shapes.Origins,
        problems=(ORIGIN_REFUSED, BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED),
    ),
)
