"""A stream that can't go on ends; nothing else comes after what it has sent."""

from collections.abc import Awaitable
from pathlib import Path

import pytest

from node.runner.inbox import OutcomeUnknown, RunnerBusy, RunnerStopped
from tests.node.loops import on_loop, until
from tests.node.merchant.stall import SETTINGS, a_stall

MANY = SETTINGS + "stream_ms = 60000\n"


@pytest.mark.parametrize("failure", [RunnerBusy, RunnerStopped, OutcomeUnknown])
def test_a_stream_of_an_invoice_ends_when_the_engine_can_not_be_asked(
    tmp_path: Path, failure: type[Exception]
) -> None:
    @on_loop
    async def run() -> None:
        async with a_stall(tmp_path, settings=MANY) as stall:
            invoice = await stall.invoice()
            url = f"{stall.town.node.url}/v1/invoices/{invoice['id']}/events"
            runner = stall.town.node.runner
            ask = runner.ask

            def fail(run: object) -> Awaitable[object]:
                raise failure("on purpose")

            async with stall.town.client.session.get(url) as response:
                await response.content.readuntil(b"\n\n")
                runner.ask = fail  # type: ignore[method-assign, assignment]
                payment = stall.payment(invoice)
                (await stall.town.client.post("/v1/payments", payment)).ok()
                assert await response.content.read() == b""
            runner.ask = ask  # type: ignore[method-assign]

    run()


@on_loop
async def test_a_stream_of_all_events_ends_when_the_key_is_revoked_meanwhile(
    tmp_path: Path,
) -> None:
    async with a_stall(tmp_path, settings=MANY) as stall:
        key = await stall.key("webhooks")
        headers = {"Authorization": f"Bearer {key}"}
        url = stall.town.node.url + "/v1/merchant/events"
        session = stall.town.client.session
        async with session.get(url, headers=headers) as response:
            block = await response.content.readuntil(b"\n\n")
            headers["Last-Event-ID"] = block.decode().partition("id: ")[2].strip()
        await stall.pay(await stall.invoice())
        runner = stall.town.node.runner
        change = runner.change
        token = await stall.town.people.member(1)
        keys = (await stall.town.client.get("/v1/merchant/keys", token=token)).ok()["keys"]
        (id_,) = [each["id"] for each in keys if each["powers"] == ["webhooks"]]

        async def then_revoke(run: object) -> object:
            runner.change = change  # type: ignore[method-assign]
            answer: object = await change(run)  # type: ignore[arg-type]
            path = f"/v1/merchant/keys/{id_}"
            assert (await stall.town.client.call("DELETE", path, token=token)).status == 204
            return answer

        runner.change = then_revoke  # type: ignore[method-assign, assignment]
        async with session.get(url, headers=headers) as response:
            assert response.status == 200
            assert await response.content.read() == b": here\n"


@on_loop
async def test_whoever_does_not_read_is_let_go(tmp_path: Path) -> None:
    async with a_stall(tmp_path, settings=SETTINGS + "stream_ms = 50\n") as stall:
        headers = {"Authorization": f"Bearer {await stall.key('webhooks')}"}
        url = stall.town.node.url + "/v1/merchant/events"
        async with stall.town.client.session.get(url, headers=headers) as response:
            await until(lambda: not stall.town.node._merchants.waiting._feeds, "nobody follows")
            assert (await response.content.read()).startswith(b": here\n")
