"""A shop's bills for browser tests: made, withdrawn and looked at over HTTP, as a till does it."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.browser.stage import Stage
from tests.node.loops import until
from tests.node.running import Client, JsonObject

T = TypeVar("T")
SHOP = 7
"""The shop's account, `member7`."""


class Till:
    """The till of account 7 of a coop, whom this admits."""

    def __init__(self, stage: Stage, coop: int) -> None:
        self._stage = stage
        self._people = stage.people(coop)
        stage.run(self._people.admit(SHOP))
        self._token = stage.run(self._people.member(SHOP))

    def _ask(self, work: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        return self._stage.run(work(self._people.client))

    def make(self, amount: int = 1250, **more: object) -> JsonObject:
        """A new bill."""
        body = {"amount": {"value": str(amount), "scale": 2}, "description": "bread", **more}

        async def make(client: Client) -> JsonObject:
            return (await client.post("/v1/invoices", body, token=self._token)).ok()

        return self._ask(make)

    def withdraw(self, bill: JsonObject) -> None:
        """Withdraw a bill."""

        async def cancel(client: Client) -> None:
            (await client.post(f"/v1/invoices/{bill['id']}/cancel", token=self._token)).ok()

        self._ask(cancel)

    def until(self, bill: JsonObject, state: str) -> None:
        """Wait until a bill is in that state."""

        async def wait(client: Client) -> None:
            async def is_there() -> bool:
                found = await client.get(f"/v1/invoices/{bill['id']}/public")
                return bool(found.ok()["state"] == state)

            await until(is_there, f"the bill is {state}")

        self._ask(wait)
