"""Which answers are compressed: long texts that are asked for with GET, where the asker takes it."""

import asyncio
import gzip
import json
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from node.http.base.compressing import compressed
from tests.builders import build_federation
from tests.node.running import running_nodes


@pytest.mark.parametrize(
    ("method", "path", "accepted", "is_compressed"),
    [
        ("GET", "/openapi.json", "gzip, deflate", True),
        ("GET", "/openapi.json", "identity", False),
        ("GET", "/openapi.json", "gzip;q=0", False),
        ("GET", "/v1/index", "gzip", False),  # short
        ("POST", "/v1/sessions/challenge", "gzip", False),
    ],
)
def test_long_texts_are_compressed_when_they_are_asked_for(
    tmp_path: Path, method: str, path: str, accepted: str, *, is_compressed: bool
) -> None:
    headers, body = asyncio.run(_ask(tmp_path, method, path, accepted))
    assert (headers.get("Content-Encoding") == "gzip") is is_compressed
    text = gzip.decompress(body) if is_compressed else body
    assert len(text) == len(body) or len(body) * 2 < len(text)
    assert json.loads(text)
    if path == "/openapi.json":
        assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("method", "content_type", "is_compressed"),
    [
        ("GET", "application/json", True),
        ("GET", "text/csv; charset=utf-8", True),
        ("GET", "application/octet-stream", False),
        ("POST", "application/json", False),  # tokens, keys and secrets are given in these
    ],
)
def test_what_may_be_compressed(method: str, content_type: str, *, is_compressed: bool) -> None:
    request = make_mocked_request(method, "/", headers={"Accept-Encoding": "gzip"})
    body = b"[" + b"1,".join([b""] * 2000) + b"1]"
    answer = compressed(request, web.Response(body=body, headers={"Content-Type": content_type}))
    assert ("Content-Encoding" in answer.headers) is is_compressed
    assert isinstance(answer, web.Response) and isinstance(answer.body, bytes)
    assert (len(answer.body) < len(body)) is is_compressed


def test_what_is_compressed_already_is_left_alone() -> None:
    request = make_mocked_request("GET", "/", headers={"Accept-Encoding": "gzip"})
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip", "Vary": "Cookie"}
    answer = web.Response(body=bytes(2000), headers=headers)
    assert compressed(request, answer).headers == headers
    assert answer.body == bytes(2000)


async def _ask(root: Path, method: str, path: str, accepted: str) -> tuple[dict[str, str], bytes]:
    headers = {"Accept-Encoding": accepted}
    async with (
        running_nodes(root, build_federation(coops=1), 1) as nodes,
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.request(method, nodes[1].url + path, headers=headers) as answer,
    ):
        return dict(answer.headers), await answer.read()
