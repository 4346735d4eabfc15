"""The page of what members decide together: the bylaws in force, in the visitor's language, and the commons.

It shows what `/v1/bylaws` and `/v1/commons` answer, and nothing else.
"""

from aiohttp import web

from node.bylaws.explain import LANGUAGES
from node.http.base.api import Api
from node.http.commons.commons import read_bylaws, read_commons
from node.shapes import to_plain
from node.web.site import load_site


async def get_commons_page(api: Api, request: web.Request) -> web.Response:
    """Bylaws and commons, for anybody."""
    code = load_site().language_of(request).code
    bylaws = await read_bylaws(api, code if code in LANGUAGES else "en")
    return load_site().page(
        api,
        request,
        "commons.html",
        bylaws=to_plain(bylaws),
        commons=to_plain(await read_commons(api)),
    )
