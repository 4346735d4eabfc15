"""Real nodes in this process: folders from a federation's keys, servers on loopback, a strict client.

The client checks every answer against the schema that the interface promises for it, problems
too, so each test of behaviour is a test of the description as well.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator

from ledger import __version__
from ledger.signatures import SigningKey
from node.compose import Node, open_node
from node.folder.making import create_node_key, init_folder, install_charter
from node.http.base.api import PROBLEM_JSON
from node.http.base.openapi import describe
from node.http.base.reading import OCTETS
from node.http.base.routes import Route
from node.http.base.sessions import SessionRole, session_message
from node.server import ROUTES
from node.spellings import from_base64url, to_base64url
from node.world import World
from tests.builders import Federation, coop_name
from tests.node.loops import until

JsonObject = dict[str, Any]


def make_folder(
    root: Path,
    federation: Federation,
    coop: int,
    *,
    peers: Mapping[str, str] | None = None,
    settings: str = "",
) -> Path:
    """The folder of a coop's node. `settings` are more lines for its `node.toml`."""
    folder = root / coop_name(coop)
    create_node_key(folder, federation.node_keys[coop].seed)
    install_charter(
        folder,
        charter=federation.founding.source,
        signatures=federation.charter_signatures(),
    )
    init_folder(folder, coop=coop_name(coop), port=0, peers=peers)
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    return folder


QUICK = """
[engine]
gossip_interval_ms = 20
full_gossip_interval_ms = 200
recovery_wait_ms = 50
[link]
backoff_least_ms = 5
backoff_most_ms = 50
"""
"""Short intervals, so that tests wait little."""


@asynccontextmanager
async def running_nodes(
    root: Path,
    federation: Federation,
    *coops: int,
    settings: str = QUICK,
    world: World | None = None,
) -> AsyncIterator[dict[int, Node]]:
    """Nodes of these coops; each dials those started before it. All record when this begins."""
    nodes: dict[int, Node] = {}
    async with AsyncExitStack() as stack:
        for coop in coops:
            peers = {coop_name(other): node.url for other, node in nodes.items()}
            folder = make_folder(root, federation, coop, peers=peers, settings=settings)
            nodes[coop] = await stack.enter_async_context(open_node(folder, world))
        for node in nodes.values():
            await until_ready(node)
        yield nodes


async def until_ready(node: Node) -> None:
    """Return when the node records."""

    async def is_ready() -> bool:
        status = await node.runner.ask(lambda view: view.status)
        return status.readiness == "ready"

    await until(is_ready, f"{node.folder.coop.name} is ready")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a node; `json` of JSON bodies."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> JsonObject:
        """The JSON object."""
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value

    def problem(self) -> str:
        """The code of the problem that this answer must be."""
        assert self.headers["Content-Type"] == PROBLEM_JSON, (self.status, self.body)
        code: str = self.json["code"]
        return code

    def ok(self) -> JsonObject:
        """The JSON object of an answer that must be a good one."""
        assert self.status < 300, (self.status, self.body)
        return self.json


@dataclass(slots=True)
class Client:
    """Talks to one node and checks what it hears."""

    node: Node
    session: aiohttp.ClientSession
    tokens: dict[tuple[SessionRole, int], str] = field(default_factory=dict)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """Ask. `body` is sent as octets when it is bytes, else as JSON."""
        sent = dict(headers or {})
        data: bytes | None = None
        if isinstance(body, bytes):
            data = body
            sent.setdefault("Content-Type", OCTETS)
        elif body is not None:
            data = json.dumps(body).encode("utf-8")
            sent.setdefault("Content-Type", "application/json")
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        async with self.session.request(
            method, self.node.url + path, data=data, headers=sent, allow_redirects=False
        ) as response:
            answer = Answer(response.status, response.headers.copy(), await response.read())
        check_answer(method, path, answer)
        return answer

    async def get(self, path: str, *, token: str | None = None) -> Answer:
        """Ask with GET."""
        return await self.call("GET", path, token=token)

    async def post(self, path: str, body: object = None, *, token: str | None = None) -> Answer:
        """Ask with POST."""
        return await self.call("POST", path, body=body, token=token)

    async def open_session(self, role: SessionRole, number: int, key: SigningKey) -> str:
        """A new session's token."""
        challenge = (await self.post("/v1/sessions/challenge")).ok()
        data = from_base64url(challenge["challenge"])
        assert data is not None
        message = session_message(
            federation=bytes.fromhex(challenge["federation"]),
            coop=challenge["coop_number"],
            role=role,
            number=number,
            challenge=data,
        )
        request = {
            "role": role.value,
            "number": number,
            "challenge": challenge["challenge"],
            "signature": key.sign(message).hex(),
        }
        token: str = (await self.post("/v1/sessions", request)).ok()["token"]
        return token

    async def digest(self) -> JsonObject:
        """The node's state digest and the lengths of its logs."""
        return (await self.get("/v1/digest")).ok()


@asynccontextmanager
async def client_of(node: Node) -> AsyncIterator[Client]:
    """A client of the node."""
    async with aiohttp.ClientSession() as session:
        yield Client(node, session)


class People:
    """The members and stewards of one coop, with their sessions at its node."""

    def __init__(self, federation: Federation, coop: int, client: Client) -> None:
        self.federation = federation
        self.coop = coop
        self.client = client
        self._tokens: dict[tuple[SessionRole, int], str] = {}

    async def admit(self, *accounts: int, limit: int = 100_000) -> None:
        """Open accounts with the handle `member{number}`."""
        for account in accounts:
            admit = self.federation.admit(self.coop, account, limit=limit)
            (await self.client.post("/v1/transactions", admit)).ok()

    async def member(self, account: int) -> str:
        """A token of a member."""
        key = self.federation.member_key(self.coop, account)
        return await self._token(SessionRole.MEMBER, account, key)

    async def steward(self, index: int = 0) -> str:
        """A token of a steward."""
        key = self.federation.steward_keys[self.coop][index]
        return await self._token(SessionRole.STEWARD, index, key)

    def sign_out(self) -> None:
        """Forget all tokens."""
        self._tokens.clear()

    async def _token(self, role: SessionRole, number: int, key: SigningKey) -> str:
        if (role, number) not in self._tokens:
            self._tokens[role, number] = await self.client.open_session(role, number, key)
        return self._tokens[role, number]

    async def me(self, account: int) -> JsonObject:
        """What a member sees of the own account."""
        return (await self.client.get("/v1/me", token=await self.member(account))).ok()

    async def balance(self, account: int) -> int:
        """A member's balance."""
        balance: int = (await self.me(account))["balance"]
        return balance

    async def history(self, account: int) -> list[JsonObject]:
        """The first page of a member's history."""
        answer = await self.client.get("/v1/me/history", token=await self.member(account))
        items: list[JsonObject] = answer.ok()["items"]
        return items


def as_json_transaction(transaction: bytes, **more: object) -> JsonObject:
    """A JSON request with a transaction."""
    return {"transaction": to_base64url(transaction), **more}


DESCRIPTION = describe(ROUTES, version=__version__)
_PATTERNS = [
    (route.method, re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", route.path)), route)
    for route in ROUTES
]


def find_route(method: str, path: str) -> Route | None:
    """The route of a request."""
    plain = path.partition("?")[0]
    # Of several that match, the one with the fewest parameters is meant.
    found = [
        route
        for route_method, pattern, route in _PATTERNS
        if route_method == method and pattern.fullmatch(plain)
    ]
    return min(found, key=lambda route: route.path.count("{"), default=None)


def check_answer(method: str, path: str, answer: Answer) -> None:
    """Fail unless the answer is as the interface describes it."""
    kind = answer.headers.get("Content-Type", "")
    if answer.status >= 400 and not (path == "/ready" and kind == "application/json"):
        assert kind == PROBLEM_JSON, (answer.status, kind, answer.body)
        problem = answer.json
        check_schema({"$ref": "#/components/schemas/Problem"}, problem)
        assert problem["status"] == answer.status
        assert problem["type"] == f"urn:fiado:problem:{problem['code']}"
        return
    route = find_route(method, path)
    if route is None:
        return
    assert answer.status == route.status or path == "/ready", (answer.status, answer.body)
    if route.status == 204:
        assert answer.body == b""
        return
    assert kind == route.answer_type
    if route.answer is not None:
        operation = DESCRIPTION["paths"][route.path][route.method.lower()]
        content = operation["responses"][str(route.status)]["content"]
        check_schema(content[route.answer_type]["schema"], answer.json)


def check_schema(schema: JsonObject, value: object) -> None:
    """Fail unless the value is as the schema says; it may refer to those of the interface."""
    Draft202012Validator({**schema, "components": DESCRIPTION["components"]}).validate(value)
