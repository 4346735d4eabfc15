"""Webhooks: signed by the standard, delivered at least once under one id, to where they may go."""

import asyncio
import socket
from base64 import b64decode
from pathlib import Path

import pytest
from aiohttp import web

from ledger.signatures import verify
from node.merchant.dispatcher import LATEST_MS, RETRIES_S, next_attempt_ms
from node.merchant.event_types import EVENT_TYPES
from node.world import wall_clock_ms
from tests.node.http.towns import Town
from tests.node.loops import on_loop, until
from tests.node.merchant.stall import SETTINGS, Stall, a_shop, a_stall
from tests.node.running import QUICK, JsonObject, client_of, until_ready
from tests.places import PROJECT


async def until_delivered(stall: Stall, endpoint: JsonObject, state: str, tries: int = 1) -> None:
    """Wait until the newest delivery is in that state."""

    async def is_so() -> bool:
        found = await stall.deliveries(endpoint)
        return bool(found) and (found[0]["state"], found[0]["tries"]) == (state, tries)

    await until(is_so, f"the delivery is {state} after {tries} tries")


@on_loop
async def test_a_settled_invoice_is_told_and_verifies(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        endpoint = await stall.endpoint(shop.url)
        invoice = await stall.invoice(1000, order_id="7", metadata={"table": "4"})
        await stall.pay(invoice)
        (heard,) = await shop.until_heard(1)
        content = heard.verify(endpoint["secret"])
        assert content["type"] == "invoice.settled"
        assert content["data"]["id"] == invoice["id"]
        assert content["data"]["metadata"] == {"table": "4"}
        assert content["data"] == await stall.read(invoice)
        signatures = dict(part.split(",") for part in heard.headers["webhook-signature"].split(" "))
        timestamp = heard.headers["webhook-timestamp"]
        verify(
            public_key=b64decode(endpoint["public_key"].removeprefix("whpk_")),
            message=f"{heard.id}.{timestamp}.".encode() + heard.body,
            signature=b64decode(signatures["v1a"]),
        )
        await until_delivered(stall, endpoint, "delivered")
        (delivery,) = await stall.deliveries(endpoint)
        assert delivery["message"] == heard.id
        assert delivery["body"].encode() == heard.body
        assert delivery["attempts"][0]["status"] == 204


@on_loop
async def test_an_endpoint_hears_what_it_asked_for(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        await stall.endpoint(shop.url, "invoice.cancelled")
        all_of_them = await stall.endpoint(shop.url)
        first, second = await stall.invoice(), await stall.invoice()
        await stall.pay(first, 1)
        (await stall.ask(f"/v1/invoices/{second['id']}/cancel")).ok()
        await shop.until_heard(3)

        async def are_two() -> bool:
            return len(await stall.deliveries(all_of_them)) == 2

        await until(are_two, "both events are listed")
        types = [delivery["type"] for delivery in await stall.deliveries(all_of_them)]
        assert types == ["invoice.cancelled", "invoice.partial"]


@on_loop
async def test_what_fails_is_tried_again_under_the_same_id(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        shop.answer = lambda request: web.Response(status=500 if len(shop.heard) < 3 else 200)
        endpoint = await stall.endpoint(shop.url)
        await stall.pay(await stall.invoice())
        await until_delivered(stall, endpoint, "waiting", 1)
        for tries, pause_s in enumerate(RETRIES_S[:2], 2):
            stall.clock.forward(2 * pause_s)
            stall.town.node._merchants.dispatcher.wake(endpoint["id"])
            await until_delivered(stall, endpoint, "waiting" if tries < 3 else "delivered", tries)
        assert len({heard.id for heard in shop.heard}) == 1
        assert [heard.body for heard in shop.heard] == [shop.heard[0].body] * 3
        (delivery,) = await stall.deliveries(endpoint)
        assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 500, 200]


@pytest.mark.parametrize("set_by_s", [-86_400, 3_600], ids=["back", "forward"])
@on_loop
async def test_a_clock_that_is_set_makes_no_pause_longer_or_shorter(
    tmp_path: Path, set_by_s: int
) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        shop.answer = lambda request: web.Response(status=500)
        endpoint = await stall.endpoint(shop.url)
        await stall.pay(await stall.invoice())
        await until_delivered(stall, endpoint, "waiting", 1)
        stall.clock.forward(2 * RETRIES_S[0])
        dispatcher = stall.town.node._merchants.dispatcher
        dispatcher.wake(endpoint["id"])
        await until_delivered(stall, endpoint, "waiting", 2)
        due_ms = await stall.due_ms(endpoint)
        stall.clock.set_by(set_by_s)
        dispatcher.wake(endpoint["id"])

        async def is_moved() -> bool:
            return abs(await stall.due_ms(endpoint) - due_ms - set_by_s * 1000) < 1_000

        await until(is_moved, "the date of the next attempt is moved with the clock")
        assert len(shop.heard) == 2
        stall.clock.forward(2 * RETRIES_S[1])
        dispatcher.wake(endpoint["id"])
        await until_delivered(stall, endpoint, "waiting", 3)


@on_loop
async def test_a_date_of_a_clock_that_was_far_ahead_is_not_waited_for(tmp_path: Path) -> None:
    from node.compose import open_node
    from tests.node.running import People

    async with a_shop() as shop:
        async with a_stall(tmp_path) as stall:
            shop.answer = lambda request: web.Response(status=503)
            endpoint = await stall.endpoint(shop.url)
            await stall.pay(await stall.invoice())
            await until_delivered(stall, endpoint, "waiting", 1)
            await stall.redate(endpoint, wall_clock_ms() + 400 * 86_400_000)
            federation, folder = stall.town.federation, stall.town.node.folder.folder
            keys = stall.keys
        async with open_node(folder) as node, client_of(node) as client:
            await until_ready(node)
            again = Stall(
                Town(federation, node, client, People(federation, 1, client)), stall.clock
            )
            again.keys = keys
            assert await again.due_ms(endpoint) <= wall_clock_ms() + LATEST_MS


@on_loop
async def test_gone_disables_until_it_is_enabled(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        shop.answer = lambda request: web.Response(status=410)
        endpoint = await stall.endpoint(shop.url)
        await stall.pay(await stall.invoice())
        path = f"/v1/webhooks/{endpoint['id']}"

        async def is_disabled() -> bool:
            found = (await stall.ask(path, method="GET", key="webhooks")).ok()
            return found["disabled"] is not None and "410" in found["why"]

        await until(is_disabled, "the endpoint is disabled")
        await stall.pay(await stall.invoice())
        assert len(shop.heard) == 1
        shop.answer = lambda request: web.Response(status=200)
        assert (await stall.ask(f"{path}/enable", key="webhooks")).ok()["disabled"] is None
        await until_delivered(stall, endpoint, "delivered", 2)
        assert len({heard.id for heard in shop.heard}) == 1


@on_loop
async def test_a_message_can_be_sent_again(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        endpoint = await stall.endpoint(shop.url)
        await stall.pay(await stall.invoice())
        (first,) = await shop.until_heard(1)
        await until_delivered(stall, endpoint, "delivered")
        path = f"/v1/webhooks/{endpoint['id']}/deliveries/{first.id}/redeliver"
        (await stall.ask(path, key="webhooks")).ok()
        _, second = await shop.until_heard(2)
        assert (second.id, second.body) == (first.id, first.body)
        other = await stall.ask(path.replace(first.id, "msg_" + "0" * 32), key="webhooks")
        assert other.problem() == "delivery_not_found"


@on_loop
async def test_a_test_message_goes_the_way_of_all_others(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        endpoint = await stall.endpoint(shop.url, "invoice.settled")
        sent = (await stall.ask(f"/v1/webhooks/{endpoint['id']}/test", key="webhooks")).ok()
        assert (sent["type"], sent["state"]) == ("webhook.test", "waiting")
        (heard,) = await shop.until_heard(1)
        assert heard.id == sent["message"]
        assert heard.verify(endpoint["secret"])["type"] == "webhook.test"
        await until_delivered(stall, endpoint, "delivered")
        missing = await stall.ask(f"/v1/webhooks/{'0' * 32}/test", key="webhooks")
        assert missing.problem() == "webhook_not_found"
        powerless = await stall.ask(f"/v1/webhooks/{endpoint['id']}/test", key="read")
        assert powerless.problem() == "key_forbidden"


@on_loop
async def test_an_endpoint_is_changed_and_keeps_its_secret(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as before, a_shop() as shop:
        endpoint = await stall.endpoint(before.url, "invoice.cancelled")
        path = f"/v1/webhooks/{endpoint['id']}"
        body = {"url": shop.url, "types": ["invoice.settled"]}
        changed = (await stall.ask(path, body, key="webhooks")).ok()
        assert (changed["url"], changed["types"]) == (shop.url, ["invoice.settled"])
        await stall.pay(await stall.invoice())
        (heard,) = await shop.until_heard(1)
        assert heard.verify(endpoint["secret"])["type"] == "invoice.settled"
        assert before.heard == []
        for wrong in ({"url": "ftp://x"}, {"url": shop.url, "types": ["gossip"]}, {}):
            assert (await stall.ask(path, wrong, key="webhooks")).status in (400, 422)
        kept = (await stall.ask(path, method="GET", key="webhooks")).ok()
        assert kept["url"] == shop.url
        other = await stall.town.people.member(2)
        answer = await stall.town.client.post(path, body, token=other)
        assert answer.problem() == "webhook_not_found"


@on_loop
async def test_another_secret_signs_from_now_on(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        endpoint = await stall.endpoint(shop.url)
        path = f"/v1/webhooks/{endpoint['id']}/secret"
        rotated = (await stall.ask(path, key="webhooks")).ok()
        assert rotated["secret"] != endpoint["secret"]
        await stall.pay(await stall.invoice())
        (heard,) = await shop.until_heard(1)
        heard.verify(rotated["secret"])


@on_loop
async def test_a_deleted_endpoint_hears_nothing(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        endpoint = await stall.endpoint(shop.url)
        path = f"/v1/webhooks/{endpoint['id']}"
        assert (await stall.ask(path, method="DELETE", key="webhooks")).status == 204
        paid = await stall.pay(await stall.invoice())
        assert paid["state"] == "settled" and shop.heard == []
        answer = await stall.ask(path, method="GET", key="webhooks")
        assert answer.problem() == "webhook_not_found"


@on_loop
async def test_the_outbox_is_sent_after_a_restart(tmp_path: Path) -> None:
    from node.compose import open_node
    from tests.node.running import People

    async with a_shop() as shop:
        async with a_stall(tmp_path) as stall:
            shop.answer = lambda request: web.Response(status=503)
            endpoint = await stall.endpoint(shop.url)
            await stall.pay(await stall.invoice())
            await until_delivered(stall, endpoint, "waiting", 1)
            federation, folder = stall.town.federation, stall.town.node.folder.folder
            keys = stall.keys
        shop.answer = lambda request: web.Response(status=200)
        async with open_node(folder) as node, client_of(node) as client:
            await until_ready(node)
            again = Stall(
                Town(federation, node, client, People(federation, 1, client)), stall.clock
            )
            again.keys = keys
            await until_delivered(again, endpoint, "delivered", 2)
        assert len({heard.id for heard in shop.heard}) == 1


@on_loop
async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop, a_shop() as elsewhere:
        shop.answer = lambda request: web.Response(status=307, headers={"Location": elsewhere.url})
        endpoint = await stall.endpoint(shop.url)
        await stall.pay(await stall.invoice())
        await until_delivered(stall, endpoint, "waiting", 1)
        assert elsewhere.heard == []


@on_loop
async def test_a_slow_server_delays_only_itself(tmp_path: Path) -> None:
    settings = SETTINGS + "webhook_ms = 300\n"
    never = asyncio.Event()

    async def hang() -> web.Response:
        await never.wait()
        return web.Response()

    async with (
        a_stall(tmp_path, settings=settings) as stall,
        a_shop() as slow,
        a_shop() as quick,
    ):
        slow.answer = lambda request: hang()
        waits = await stall.endpoint(slow.url)
        await stall.endpoint(quick.url)
        await stall.pay(await stall.invoice())
        await quick.until_heard(1)
        await until_delivered(stall, waits, "waiting", 1)
        (delivery,) = await stall.deliveries(waits)
        assert delivery["attempts"][0]["error"] == "It took too long."
        never.set()


@on_loop
async def test_an_endless_answer_is_not_read_to_its_end(tmp_path: Path) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
        except ConnectionError:
            return response

    async with a_stall(tmp_path) as stall, a_shop() as shop:
        shop.answer = endless
        endpoint = await stall.endpoint(shop.url)
        await stall.pay(await stall.invoice())
        await until_delivered(stall, endpoint, "delivered")


@on_loop
async def test_an_address_that_can_not_be_decoded_is_refused(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        for url in ("https://xn--localhost-/", "https://a..b/", "https://[::1"):
            answer = await stall.ask("/v1/webhooks", {"url": url}, key="webhooks")
            assert (answer.status, answer.problem()) == (422, "webhook_url_refused"), url


@on_loop
async def test_private_addresses_are_refused_when_it_comes_to_connecting(tmp_path: Path) -> None:
    """The name was public when the endpoint was made, and leads inside a moment later."""
    async with a_shop() as shop, a_stall(tmp_path, settings=QUICK) as stall:
        port = shop.url.split(":")[2].split("/")[0]
        answer = await stall.ask("/v1/webhooks", {"url": shop.url}, key="webhooks")
        assert answer.problem() == "webhook_url_refused"
        # As if check_url had taken a public name, which the resolver now leads to loopback.
        made = await stall.ask(
            "/v1/webhooks", {"url": f"https://rebound.example:{port}/"}, key="webhooks"
        )
        endpoint = made.ok()
        session = stall.town.node._merchants.dispatcher._session
        assert session is not None

        async def rebound(host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
            return [
                {
                    "hostname": host,
                    "host": "127.0.0.1",
                    "port": port,
                    "family": socket.AF_INET,
                    "proto": 0,
                    "flags": 0,
                }
            ]

        session.connector._resolver.resolve = rebound  # type: ignore[union-attr]
        await stall.pay(await stall.invoice())
        await until_delivered(stall, endpoint, "waiting", 1)
        (delivery,) = await stall.deliveries(endpoint)
        error = delivery["attempts"][0]["error"]
        assert error == "Not sent: the name leads to an address that is not public."
        assert shop.heard == []


def test_retries_go_over_three_days_with_jitter() -> None:
    assert 3 * 86_400 <= sum(RETRIES_S) <= 4 * 86_400
    for tries, pause_s in enumerate(RETRIES_S, 1):
        least = next_attempt_ms(tries, now_ms=0, jitter=lambda most: 0)
        most = next_attempt_ms(tries, now_ms=0, jitter=lambda most: most)
        assert (least, most) == (pause_s * 900, pause_s * 1_100)
    assert next_attempt_ms(len(RETRIES_S) + 1, now_ms=0, jitter=lambda most: 0) is None
    assert next_attempt_ms(1, now_ms=0, jitter=lambda most: 0, asked_s=100) == 90_000


@on_loop
async def test_the_stream_of_all_events(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        url = stall.town.node.url + "/v1/merchant/events"
        headers = {"Authorization": f"Bearer {await stall.key('webhooks')}"}
        async with stall.town.client.session.get(url, headers=headers) as response:
            await response.content.readuntil(b"\n\n")
            await stall.pay(await stall.invoice())
            event = await response.content.readuntil(b"\n\n")
            assert b"event: invoice.settled\n" in event and b"id: msg_" in event


async def never_answers() -> web.Response:
    await asyncio.Event().wait()
    return web.Response()


@on_loop
async def test_hanging_servers_of_one_account_delay_nobody_elses(tmp_path: Path) -> None:
    settings = SETTINGS + "webhook_ms = 600000\nendpoints_at_once = 4\nendpoints_at_once_each = 3\n"
    async with (
        a_stall(tmp_path, settings=settings) as stall,
        a_shop() as slow,
        a_shop() as quick,
    ):
        slow.answer = lambda request: never_answers()
        for number in range(16):
            await stall.endpoint(f"{slow.url}/{number}")
        await stall.pay(await stall.invoice())
        await slow.until_heard(3)
        token = await stall.town.people.member(3)
        client = stall.town.client
        (await client.post("/v1/webhooks", {"url": quick.url}, token=token)).ok()
        body = {"amount": {"value": "100", "scale": 2}}
        invoice = (await client.post("/v1/invoices", body, token=token)).ok()
        await client.post("/v1/payments", stall.payment(invoice, payee=3))
        await quick.until_heard(1)
        assert len(slow.heard) == 3


@on_loop
async def test_an_endpoint_says_how_it_goes_with_it(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall, a_shop() as shop:
        endpoint = await stall.endpoint(shop.url)
        path = f"/v1/webhooks/{endpoint['id']}"

        async def now() -> JsonObject:
            return (await stall.ask(path, method="GET", key="webhooks")).ok()

        assert (endpoint["health"], endpoint["failure"]) == ("untried", None)
        shop.answer = lambda request: web.Response(status=503)
        await stall.pay(await stall.invoice())
        await until_delivered(stall, endpoint, "waiting", 1)
        failing = await now()
        (delivery,) = await stall.deliveries(endpoint)
        assert (failing["health"], failing["failure"]) == ("failing", delivery["attempts"][0])
        assert failing["failing_since"] == failing["failure"]["time"]
        assert failing["failure"]["error"] == "It answered 503."
        assert failing["next_try"] == delivery["next"]
        stall.clock.forward(2 * RETRIES_S[0])
        stall.town.node._merchants.dispatcher.wake(endpoint["id"])
        await until_delivered(stall, endpoint, "waiting", 2)
        later = await now()
        assert later["failing_since"] == failing["failing_since"]
        assert later["failure"]["time"] > failing["failure"]["time"]
        shop.answer = lambda request: web.Response(status=204)
        stall.clock.forward(2 * RETRIES_S[1])
        stall.town.node._merchants.dispatcher.wake(endpoint["id"])
        await until_delivered(stall, endpoint, "delivered", 3)
        works = await now()
        assert (works["health"], works["failing_since"]) == ("works", None)
        assert (works["next_try"], works["failure"]) == (None, later["failure"])


@on_loop
async def test_types_that_there_are_not_are_refused_and_named(tmp_path: Path) -> None:
    async with a_stall(tmp_path, members=1) as stall:
        for wrong in (
            "invoice.paid",
            "invoice",
            "Invoice.settled",
            "",
            "invoice.settled ",
            1,
            ["x"],
        ):
            body = {"url": "http://127.0.0.1:1/", "types": ["invoice.settled", wrong]}
            answer = await stall.ask("/v1/webhooks", body, key="webhooks")
            assert (answer.problem(), answer.json["pointer"]) == ("request_malformed", "/types")
            assert all(each in answer.json["detail"] for each in EVENT_TYPES)
        found = (await stall.ask("/v1/webhooks", method="GET", key="webhooks")).ok()
        assert found["webhooks"] == []


def test_the_page_names_every_type_of_event() -> None:
    page = (PROJECT / "docs" / "MERCHANTS.md").read_text(encoding="utf-8")
    section = page[page.index("## Webhooks") : page.index("## Waiting")]
    for type_ in EVENT_TYPES:
        subject, _, name = type_.partition(".")
        assert type_ in section or (f"{subject}." in section and f"`{name}`" in section), type_


@on_loop
async def test_the_same_address_twice_is_told(tmp_path: Path) -> None:
    async with a_stall(tmp_path) as stall:
        first = await stall.endpoint("http://127.0.0.1:1/")
        other = await stall.endpoint("http://127.0.0.1:1/else")
        again = await stall.endpoint("http://127.0.0.1:1/")
        assert [each["same_url"] for each in (first, other, again)] == [[], [], [first["id"]]]
        # Another account's endpoint there is nobody's business.
        token = await stall.town.people.member(3)
        body = {"url": "http://127.0.0.1:1/"}
        theirs = (await stall.town.client.post("/v1/webhooks", body, token=token)).ok()
        assert theirs["same_url"] == []
