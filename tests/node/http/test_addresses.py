"""Whose address counts: the connection's, or behind an own proxy the one that this proxy saw.

Asked for with links: of each address, only one handshake may be under way here.
"""

from collections.abc import Sequence
from pathlib import Path

import aiohttp
from multidict import CIMultiDict

from node.link.links import LINK_PATH
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop
from tests.node.running import QUICK

ONE_EACH = QUICK + "handshakes_each = 1\n"
BEHIND_A_PROXY = ONE_EACH + "[http]\ntrust_forwarded = true\n"


async def dial(town: Town, *forwarded: str) -> aiohttp.ClientWebSocketResponse | None:
    """A WebSocket on which nothing is said; None if the node does not take it."""
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    try:
        return await town.client.session.ws_connect(town.node.url + LINK_PATH, headers=headers)
    except aiohttp.WSServerHandshakeError as error:
        assert error.status == 503
        return None


async def dialled(root: Path, settings: str, *dials: Sequence[str]) -> list[bool]:
    """Which of these the node takes, one after the other, each with such headers; all stay open."""
    async with one_node(root, settings=settings) as town:
        sockets = [await dial(town, *forwarded) for forwarded in dials]
        return [socket is not None for socket in sockets]


@on_loop
async def test_a_header_that_nobody_vouches_for_is_not_believed(tmp_path: Path) -> None:
    assert await dialled(tmp_path, ONE_EACH, ["10.0.0.1"], ["10.0.0.2"]) == [True, False]


@on_loop
async def test_behind_a_proxy_one_client_does_not_close_the_links_for_others(
    tmp_path: Path,
) -> None:
    dials: Sequence[list[str]] = (["10.0.0.1"], ["10.0.0.1"], ["10.0.0.2"], [])
    assert await dialled(tmp_path, BEHIND_A_PROXY, *dials) == [True, False, True, True]


@on_loop
async def test_what_a_client_itself_says_to_the_proxy_does_not_count(tmp_path: Path) -> None:
    dials = (
        ["10.0.0.1"],
        ["10.9.9.1, 10.0.0.1"],  # the proxy adds to the header
        ["10.9.9.2", "10.0.0.1"],  # or a header of its own
    )
    assert await dialled(tmp_path, BEHIND_A_PROXY, *dials) == [True, False, False]
