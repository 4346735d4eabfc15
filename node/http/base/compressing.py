"""Answers that are compressed: what is asked with GET, is text, and is not short.

Compression beside a secret can give it away to somebody who makes a browser ask again and again with
guesses and watches lengths (BREACH). So only answers to GET are compressed: those that give tokens, keys or
secrets are answers to POST. And no browser asks with a member's rights by itself: tokens travel in a header
that only our scripts set, never in a cookie.
"""

import gzip
from typing import Final

from aiohttp import web

LEAST_BYTES: Final = 1_000
LEVEL: Final = 6
_TEXTS: Final = ("application/json", "application/toml", "text/")


def accepts_gzip(request: web.Request) -> bool:
    """Whether who asks takes gzip."""
    offered = request.headers.get("Accept-Encoding", "").lower().split(",")
    return any(part.strip().replace(" ", "") in ("gzip", "gzip;q=1.0") for part in offered)


def compressed(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """The answer, compressed where that may and should be."""
    if request.method != "GET" or not isinstance(response, web.Response):
        return response
    body = response.body
    if not isinstance(body, bytes) or len(body) < LEAST_BYTES or not _is_plain_text(response):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if accepts_gzip(request):
        response.body = gzip.compress(body, compresslevel=LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    return response


def _is_plain_text(response: web.Response) -> bool:
    headers = response.headers
    is_text = headers.get("Content-Type", "").startswith(_TEXTS)
    return is_text and not {"Vary", "Content-Encoding"} & headers.keys()
