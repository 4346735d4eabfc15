"""The whole interface against its own description: generated requests, good and bad.

schemathesis makes requests from `openapi.json`, within what it allows and beyond, and looks at the answers:
no failure of the server, no status, type or shape that the description does not have, nothing taken that
it forbids. All of its checks run but one: that everything of the right shape is accepted, which can't
be where requests have to be signed. Each group of operations is asked by who may call it.
FIADO_SCHEMA_EXAMPLES sets how many requests of each kind are made (3 by default):

    FIADO_SCHEMA_EXAMPLES=100 python -m pytest tests/node/http/test_schemathesis.py
"""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.http.base.routes import Access, Route
from node.http.merchant.waiting import EVENT_STREAM
from node.server import ROUTES
from tests.node.http.towns import one_node
from tests.node.merchant.stall import MERCHANT, SETTINGS
from tests.node.running import JsonObject

EXAMPLES = os.environ.get("FIADO_SCHEMA_EXAMPLES", "3")
_PATIENCE_S = 60
_MANY = """
[http]
costly_per_minute = 1000000000
costly_burst = 1000000
long_poll_ms = 20
"""


@dataclass(slots=True)
class Running:
    """A node with members; who may call is known by token."""

    url: str = ""
    tokens: dict[Access, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The node, in a thread of its own."""
    root = tmp_path_factory.mktemp("node")
    found = Running()
    is_up, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with one_node(root, settings=SETTINGS + _MANY) as town:
            powers = ["invoices", "read", "webhooks"]
            body: JsonObject = {"label": "x", "powers": powers}
            member = await town.people.member(MERCHANT)
            made = (await town.client.post("/v1/merchant/keys", body, token=member)).ok()
            found.url = town.node.url
            found.tokens = {
                Access.PUBLIC: "",
                Access.MEMBER: member,
                Access.SESSION: member,
                Access.STEWARD: await town.people.steward(),
                Access.MERCHANT: made["key"],
            }
            is_up.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert is_up.wait(_PATIENCE_S), "the node did not start"
    yield found
    loop.call_soon_threadsafe(stop.set)
    thread.join(_PATIENCE_S)


def is_asked(route: Route) -> bool:
    """Streams have no end, and ending the session would end the test; both have tests of their own."""
    return route.answer_type != EVENT_STREAM and route.name != "closeSession"


@pytest.mark.parametrize("access", list(Access), ids=lambda access: access.value)
def test_it_answers_as_it_says(running: Running, access: Access, tmp_path: Path) -> None:
    names = [route.name for route in ROUTES if route.access is access and is_asked(route)]
    if not names:
        pytest.skip("there is no such operation")
    words = [sys.executable, "-m", "schemathesis.cli", "run", f"{running.url}/openapi.json"]
    words += ["--max-examples", EXAMPLES, "--seed", "1"]
    words += ["--exclude-checks", "positive_data_acceptance"]
    words += ["--phases", "examples,coverage,fuzzing", "--no-color", "--max-failures", "20"]
    words += ["--generation-database", "none"]
    for name in names:
        words += ["--include-operation-id", name]
    if running.tokens[access]:
        words += ["--header", f"Authorization: Bearer {running.tokens[access]}"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
