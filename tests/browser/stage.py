"""Nodes for browser tests: a federation on loopback in a thread of its own, with people who act over HTTP.

The test's own thread drives the browser and may block; the nodes go on meanwhile. A node can be stopped
and started again at the same address, as after a power cut.
"""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

import aiohttp

from ledger.entries import decode_transaction
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from ledger.transactions import signed_part
from node.address_file import move
from node.compose import Node, open_node
from node.folder.loading import load_folder
from node.spellings import from_base64url
from tests.builders import Federation, coop_name
from tests.node.loops import until
from tests.node.merchant.stall import Shop, a_shop
from tests.node.running import Client, People, make_folder, until_ready

T = TypeVar("T")

PATIENCE_S = 60
SETTINGS = """
[engine]
gossip_interval_ms = 50
full_gossip_interval_ms = 500
recovery_wait_ms = 50
[link]
backoff_least_ms = 20
backoff_most_ms = 200
[http]
costly_per_minute = 6000
costly_burst = 6000
work_per_second = 100000000
work_burst = 200000000
[merchant]
private_webhooks = true
"""
"""Short intervals, and room for many visitors from one address, however slow the machine is."""

_RUN = (
    "import sys; from pathlib import Path; from node.compose import run;"
    "sys.exit(run(Path(sys.argv[1])))"
)


def free_port() -> int:
    """A port of the loopback interface that the system chose, and that is free again."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
    return port


class Stage:
    """The nodes of the coops 1 to `count`, all linked, while the `with` block lasts.

    `settings` are lines more for the table [merchant], the last one. Unless `is_silent`, each node says
    where it answers, as after `fiado node moved`, so that wallets know the others.
    """

    def __init__(
        self,
        root: Path,
        federation: Federation,
        *,
        count: int = 2,
        settings: str = "",
        is_silent: bool = False,
    ) -> None:
        self.root = root
        self._settings = SETTINGS + settings
        self.federation = federation
        self.nodes: dict[int, Node] = {}
        self.urls: dict[int, str] = {}
        self._count = count
        self._is_silent = is_silent
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._clients: dict[int, Client] = {}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._exits = AsyncExitStack()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the nodes' thread and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def __enter__(self) -> Self:
        self._thread.start()
        for coop in range(1, self._count + 1):
            peers = {coop_name(other): url for other, url in self.urls.items()}
            folder = make_folder(
                self.root, self.federation, coop, peers=peers, settings=self._settings
            )
            port = free_port()  # the same one again after a stop
            settings = folder / "node.toml"
            settings.write_text(settings.read_text().replace("port = 0", f"port = {port}"))
            if not self._is_silent:
                move(load_folder(folder), f"http://127.0.0.1:{port}", now=1)
            self.start(coop)
        for coop in self.nodes:
            self.run(until_ready(self.nodes[coop]))
        return self

    def __exit__(self, *error: object) -> None:
        for coop in list(self._processes):
            self.kill(coop)
        for coop in list(self.nodes):
            self.stop(coop)
        self.run(self._exits.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def start(self, coop: int) -> None:
        """Start a coop's node, at the address that it had before."""
        node = open_node(self.root / coop_name(coop))
        self.run(node.start())
        self.nodes[coop], self.urls[coop] = node, node.url

    def stop(self, coop: int) -> None:
        """Stop a coop's node."""
        self.run(self.nodes.pop(coop).stop())

    def start_process(self, coop: int) -> None:
        """Start a coop's node as a process of its own, so that it can be killed."""
        log = (self.root / f"{coop_name(coop)}.log").open("ab")
        command = [sys.executable, "-c", _RUN, str(self.root / coop_name(coop))]
        with log:
            self._processes[coop] = subprocess.Popen(command, stderr=log)
        self.run(self._answers(coop))

    def kill(self, coop: int) -> None:
        """Kill a coop's node as a power cut would: it gets no chance to put anything in order."""
        process = self._processes.pop(coop)
        process.kill()
        process.wait()

    async def _answers(self, coop: int) -> None:
        async def is_ready() -> bool:
            try:
                async with aiohttp.request("GET", self.urls[coop] + "/ready") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        await until(is_ready, f"the process of {coop_name(coop)} is ready")

    def on_exit(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this in the nodes' thread when the stage is left."""
        self._exits.push_async_callback(work)

    def shop(self) -> Shop:
        """A shop's server that webhooks come to."""
        return self.run(self._exits.enter_async_context(a_shop()))

    def endpoint(self, coop: int, account_key: str, url: str) -> str:
        """A webhook endpoint of the member whose API key this is; its secret."""

        async def make() -> str:
            body = {"url": url, "types": ["invoice.settled"]}
            headers = {"Authorization": f"Bearer {account_key}"}
            address = self.urls[coop] + "/v1/webhooks"
            async with aiohttp.request("POST", address, json=body, headers=headers) as answer:
                made = await answer.json()
            secret: str = made["secret"]
            return secret

        return self.run(make())

    def ready(self, coop: int) -> None:
        """Wait until the node records."""
        self.run(until_ready(self.nodes[coop]))

    def people(self, coop: int) -> People:
        """Members and stewards of a coop, at its node."""
        return People(self.federation, coop, self.run(self._client(coop)))

    async def _client(self, coop: int) -> Client:
        session = await self._exits.enter_async_context(aiohttp.ClientSession())
        return Client(self.nodes[coop], session)

    def sign_draft(self, coop: int, id_: str, *stewards: int) -> None:
        """Let stewards sign what waits at their desk, over HTTP."""
        self.run(self._sign(coop, id_, *stewards))

    async def _sign(self, coop: int, id_: str, *stewards: int) -> None:
        people = People(self.federation, coop, await self._client(coop))
        for index in stewards:
            key = self.federation.steward_keys[coop][index]
            await sign_draft(people, id_, index, key)

    def grant_limit(self, coop: int, account: int, limit: int) -> None:
        """Let the stewards change an account's limit, over HTTP."""

        async def change() -> None:
            people = People(self.federation, coop, await self._client(coop))
            member = await people.client.get(f"/v1/members/{account}", token=await people.steward())
            transaction = self.federation.limit(
                coop, account, revision=member.ok()["revision"] + 1, limit=limit
            )
            (await people.client.post("/v1/transactions", transaction)).ok()

        self.run(change())

    def balance(self, coop: int, handle: str) -> int:
        """A member's balance, as the stewards see it."""

        async def ask() -> int:
            people = People(self.federation, coop, await self._client(coop))
            account = (await people.client.get(f"/v1/accounts/{coop}/@{handle}")).ok()["account"]
            member = await people.client.get(f"/v1/members/{account}", token=await people.steward())
            balance: int = member.ok()["balance"]
            return balance

        return self.run(ask())

    def waiting_drafts(self, coop: int) -> list[dict[str, Any]]:
        """What waits at the stewards' desk."""

        async def ask() -> list[dict[str, Any]]:
            people = People(self.federation, coop, await self._client(coop))
            answer = await people.client.get("/v1/drafts", token=await people.steward())
            drafts: list[dict[str, Any]] = answer.ok()["drafts"]
            return drafts

        return self.run(ask())


async def sign_draft(people: People, id_: str, index: int, key: SigningKey) -> None:
    """One steward signs a draft."""
    token = await people.steward(index)
    draft = (await people.client.get(f"/v1/drafts/{id_}", token=token)).ok()
    data = from_base64url(draft["transaction"])
    assert data is not None
    transaction = decode_transaction(data)
    assert not isinstance(transaction, Refusal)
    message = signed_bytes(
        TAG_ENTRY,
        federation=people.federation.id,
        coop=people.coop,
        body=signed_part(transaction),
    )
    body = {"steward": index, "signature": key.sign(message).hex()}
    (await people.client.post(f"/v1/drafts/{id_}/signatures", body, token=token)).ok()
