"""What bad input gets over HTTP: a problem that says so, and nothing is changed."""

import asyncio
import json
import re
from asyncio import StreamWriter as Writer
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ledger.codec import MAX
from ledger.transactions import Status
from node.http.base.reading import OCTETS
from node.http.base.routes import Access
from node.http.merchant.waiting import EVENT_STREAM
from node.server import PROBLEMS, ROUTES
from node.spellings import to_base64url
from tests.builders import build_federation
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, Answer, as_json_transaction


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


BAD_PAYMENTS: dict[str, Callable[[Town], bytes]] = {
    "entry_malformed": lambda town: b"\xff\x01garbage",
    "signature_invalid": lambda town: flipped(town.pay()),
    "sequence_gap": lambda town: town.pay(sequence=3),
    "limit_exceeded": lambda town: town.pay(amount=100_001),
    "amount_out_of_range": lambda town: town.pay(amount=0),
    "payee_is_payer": lambda town: town.pay(payee=1),
    "payee_unknown": lambda town: town.pay(payee=77),
    "account_unknown": lambda town: town.pay(payer=77),
    "coop_unknown": lambda town: _elsewhere(town, 99, 1),
    "clearing_limit_exceeded": lambda town: _elsewhere(town, 2, 0, amount=60_000),
    "fee_out_of_range": lambda town: town.federation.pay(
        1, payer=1, sequence=1, payee_coop=1, payee=2, amount=5, fee=6
    ),
}


def _elsewhere(town: Town, coop: int, payee: int, *, amount: int = 1) -> bytes:
    return town.federation.pay(1, payer=1, sequence=1, payee_coop=coop, payee=payee, amount=amount)


async def refused(town: Town, path: str, body: object, code: str) -> None:
    """The request gets that problem, with words that help, and nothing has changed."""
    before = await town.digest()
    answer = await town.client.post(path, body)
    assert answer.problem() == code, answer.body
    kind = PROBLEMS[code]
    problem = answer.json
    assert problem.get("number") == kind.number
    assert problem["remedy"] == kind.remedy != ""
    assert problem["retryable"] is kind.retryable
    assert await town.digest() == before


@pytest.mark.parametrize("code", BAD_PAYMENTS)
def test_a_bad_payment_is_refused_and_changes_nothing(code: str, tmp_path: Path) -> None:
    @on_loop
    async def run() -> None:
        federation = build_federation(coops=2, clearing_limit=50_000)
        async with one_node(tmp_path, federation=federation) as town:
            await refused(town, "/v1/payments", BAD_PAYMENTS[code](town), code)

    run()


@on_loop
async def test_more_bad_payments(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        good = town.pay()
        await refused(town, "/v1/payments", town.pay(amount=-5), "amount_out_of_range")
        await refused(town, "/v1/payments", town.pay(amount=MAX + 1), "amount_out_of_range")
        await refused(town, "/v1/payments", good + b"\0", "entry_malformed")
        await refused(town, "/v1/payments", b"", "entry_malformed")
        await refused(town, "/v1/payments", good[:-70], "entry_malformed")
        await refused(town, "/v1/payments", b"\x9a\xcc\x01" + good[2:], "entry_malformed")
        await refused(town, "/v1/payments", bytes(40_000), "entry_too_large")
        await refused(town, "/v1/payments", bytes(50_000), "body_too_large")
        await refused(town, "/v1/payments", b"\x93\x08\x02\x01", "kind_unknown")
        await refused(town, "/v1/payments", b"\x91\x4d", "kind_unknown")
        admit = town.federation.admit(1, 9)
        await refused(town, "/v1/payments", admit, "wrong_endpoint")
        await refused(town, "/v1/transactions", good, "wrong_endpoint")
        await refused(town, "/v1/payments/batch", good + b"\xc1", "entry_malformed")
        await refused(town, "/v1/payments/batch", b"", "request_malformed")
        stranger = build_federation(seed="another", coops=2)
        elsewhere = stranger.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=1)
        await refused(town, "/v1/payments", elsewhere, "signature_invalid")
        await refused(town, "/v1/payments", _for_coop_two(town), "signature_invalid")
        (await town.client.post("/v1/payments", good)).ok()
        await refused(town, "/v1/payments", town.pay(amount=101), "sequence_used")


def _for_coop_two(town: Town) -> bytes:
    """A payment by account 1 of coop 1, signed for the log of coop 2."""
    key = town.federation.member_key(1, 1)
    return town.federation.pay(
        2, payer=1, sequence=1, payee_coop=1, payee=2, amount=1, signed_by=key
    )


@on_loop
async def test_frozen_and_closed_accounts(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        change = town.federation.status
        freeze = change(1, 1, revision=1, status=Status.FROZEN)
        (await town.client.post("/v1/transactions", freeze)).ok()
        await refused(town, "/v1/payments", town.pay(), "account_frozen")
        close = change(1, 3, revision=1, status=Status.CLOSED)
        (await town.client.post("/v1/transactions", close)).ok()
        await refused(town, "/v1/payments", town.pay(payer=3), "account_closed")
        await refused(town, "/v1/payments", town.pay(payer=2, payee=3), "payee_closed")
        again = change(1, 1, revision=2, status=Status.FROZEN)
        await refused(town, "/v1/transactions", again, "status_unchanged")


@on_loop
async def test_bad_admissions_and_limits(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        federation, path = town.federation, "/v1/transactions"
        cases = {
            "account_exists": federation.admit(1, 2, handle="new"),
            "handle_taken": federation.admit(1, 9, handle="member2"),
            "stewards_too_few": federation.admit(1, 9, stewards=[0]),
            "key_inadmissible": federation.admit(1, 9, public_key=bytes(32)),
            "limit_out_of_range": federation.admit(1, 9, limit=-1),
            "revision_mismatch": federation.limit(1, 1, revision=5, limit=1),
            "limit_dates_invalid": federation.limit(
                1, 1, revision=1, limit=1, from_=10, until=10, after=0
            ),
            "account_unknown": federation.limit(1, 99, revision=1, limit=1),
            "signature_invalid": flipped(federation.limit(1, 1, revision=1, limit=1)),
        }
        for code, transaction in cases.items():
            await refused(town, path, transaction, code)
        indebted = (await town.client.post("/v1/payments", town.pay())).ok()
        assert indebted["number"] == 4
        close = federation.status(1, 1, revision=1, status=Status.CLOSED)
        await refused(town, path, close, "balance_not_zero")


_PATIENT = """
[http]
costly_per_minute = 1000000000
costly_burst = 1000000
long_poll_ms = 20
"""

BAD_JSON = {
    "not JSON": b"{",
    "not an object": b"[]",
    "duplicate field": b'{"transaction": "AA", "transaction": "AA"}',
    "NaN": b'{"transaction": NaN}',
    "Infinity": b'{"transaction": "AA", "memo": -Infinity}',
    "a fraction": b'{"transaction": 1.5}',
    "an exponent": b'{"transaction": 1e3}',
    "not UTF-8": b'{"transaction": "\xff"}',
    "endless nesting": b'{"transaction": ' + b"[" * 20_000,
    "a huge number": b'{"transaction": ' + b"9" * 10_000 + b"}",
    "unknown field": b'{"transaction": "AA", "surprise": 1}',
    "missing field": b"{}",
    "wrong type": b'{"transaction": 5}',
    "padding": b'{"transaction": "AA=="}',
    "second spelling": b'{"transaction": "AB"}',
    "wrong alphabet": b'{"transaction": "A+"}',
    "a number beyond all": b'{"transaction": "AA", "memo": 9007199254740992}',
    "a negative one": b'{"transaction": "AA", "memo": -9007199254740992}',
    "a zero byte": b'{"transaction": "AA", "memo": {"payer": "a\\u0000"}}',
    "a zero byte in a name": b'{"transaction": "AA", "a\\u0000": 1}',
    "half a surrogate pair": b'{"transaction": "AA", "memo": ["\\ud800"]}',
    "memo without reference": None,
}


@pytest.mark.parametrize("case", BAD_JSON)
def test_json_is_read_strictly(case: str, tmp_path: Path) -> None:
    @on_loop
    async def run() -> None:
        async with one_node(tmp_path) as town:
            body = BAD_JSON[case]
            if body is None:
                memo = {"payee": to_base64url(b"x")}
                body = json.dumps(as_json_transaction(town.pay(), memo=memo)).encode("ascii")
            before = await town.digest()
            answer = await town.client.call(
                "POST", "/v1/payments", body=body, headers={"Content-Type": "application/json"}
            )
            assert answer.problem() == "request_malformed"
            assert await town.digest() == before

    run()


NASTY = ("%00", "a%00b", "%ED%A0%80", "%FF", "18446744073709551615", "9" * 400, "-1", "x" * 1_500)


@on_loop
async def test_no_address_is_a_fault_of_the_store(tmp_path: Path) -> None:
    """Whatever stands in a path or a query, for whoever asks: the node answers, and is as before."""
    async with one_node(tmp_path, settings=QUICK + _PATIENT) as town:
        member, steward = await town.people.member(1), await town.people.steward()
        tokens = {Access.STEWARD: steward, Access.PUBLIC: None}
        before = await town.digest()
        for route in ROUTES:
            if route.answer_type == EVENT_STREAM or route.name == "closeSession":
                continue
            names = [one.name for one in route.parameters if one.in_ == "query"]
            for nasty in NASTY:
                path = re.sub(r"\{[a-z_]+\}", nasty, route.path)
                path = path.replace(f"{{coop}}/{nasty}", f"1/{nasty}")
                asked = [path] if "{" in route.path else []
                asked += [f"{path}?{name}={nasty}" for name in names]
                for address in asked:
                    token = tokens.get(route.access, member)
                    answer = await town.client.call(route.method, address, token=token)
                    assert answer.status < 500, (route.method, address, answer.body)
        assert await town.digest() == before
        assert (await town.client.get("/v1/joins/%00")).problem() == "draft_not_found"
        page = await town.client.get("/v1/members?limit=%00", token=steward)
        assert page.problem() == "request_malformed"
        ready = await town.client.get("/ready")
        assert ready.status == 200, ready.body


@on_loop
async def test_addresses_methods_and_kinds_of_content(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        client = town.client
        assert (await client.get("/v1/nothing")).problem() == "not_found"
        assert (await client.get("/v1/%00")).problem() == "not_found"
        assert (await client.call("PUT", "/v1/payments")).problem() == "method_not_allowed"
        assert (await client.get("/v1/payments/batch")).problem() == "method_not_allowed"
        assert (await client.get("/v1/link")).problem() == "upgrade_required"
        upgrade = {"Upgrade": "websocket"}
        odd = await client.call("GET", "/v1/link", headers=upgrade)
        assert odd.problem() == "upgrade_required"
        for headers in (
            {"Content-Type": "text/plain"},
            {"Content-Type": OCTETS, "Content-Encoding": "gzip"},
        ):
            answer = await client.call("POST", "/v1/payments", body=b"x", headers=headers)
            assert answer.problem() == "content_type_unsupported"
        for path in (
            "/v1/payments/nowhere/1",
            "/v1/accounts/99/1",
            "/v1/accounts/4294967296000/1",
            "/v1/logs/nowhere/entries",
        ):
            assert (await client.get(path)).problem() == "coop_not_found"
        for path in ("/v1/payments/norte/0", "/v1/payments/norte/x", "/v1/payments/1/99"):
            assert (await client.get(path)).problem() == "payment_not_found"
        # An admission is no payment.
        assert (await client.get("/v1/payments/norte/1")).problem() == "payment_not_found"
        for query in ("first=0", "first=-1", "first=1e3", "max_bytes=999999999999", "sideways=1"):
            answer = await client.get(f"/v1/logs/norte/entries?{query}")
            assert answer.problem() == "request_malformed", query
        twice = await client.get("/v1/logs/norte/entries?first=1&first=2")
        assert twice.problem() == "request_malformed"
        beyond = await client.get("/v1/logs/norte/entries?first=99")
        assert beyond.problem() == "entry_not_found"


@on_loop
async def test_a_body_that_does_not_arrive_is_given_up(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=QUICK + "[http]\nbody_ms = 50\n") as town:
        host, port = town.node.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            b"POST /v1/payments HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/octet-stream\r\nContent-Length: 100\r\n\r\nhalf"
        )
        answer = await reader.readuntil(b"\r\n")
        assert b" 400 " in answer
        writer.close()


@on_loop
async def test_a_chunked_body_is_bounded_too(tmp_path: Path) -> None:
    async with (
        one_node(tmp_path) as town,
        town.client.session.post(
            town.node.url + "/v1/payments",
            data=_chunks(),
            headers={"Content-Type": OCTETS},
        ) as response,
    ):
        assert (await response.json(content_type=None))["code"] == "body_too_large"


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield bytes(1_000)


@on_loop
async def test_an_address_that_guesses_signatures_has_to_wait(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 5\ncostly_per_minute = 1\n"
    async with one_node(tmp_path, settings=settings) as town:
        codes = [
            (await town.client.post("/v1/payments", flipped(town.pay(amount=n)))).problem()
            for n in range(1, 10)
        ]
        assert codes.count("signature_invalid") == 6
        assert codes[-1] == "too_many_requests"
        # What costs nothing still works.
        (await town.client.get("/v1/status")).ok()


async def start_batch(town: Town, body: bytes, *, length: int, client: str = "10.0.0.1") -> Writer:
    """A batch of that length of which only `body` is sent; through a proxy, as from `client`."""
    host, port = town.node.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = (
        "POST /v1/payments/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
        f"X-Forwarded-For: {client}\r\nContent-Length: {length}\r\n\r\n"
    )
    writer.write(head.encode("ascii") + body)
    await writer.drain()
    return writer


@on_loop
async def test_batches_that_do_not_arrive_keep_nobody_else_waiting(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        bodies = town.node.api.batch_bodies
        idle = [await start_batch(town, b"\x9a", length=1_000) for _ in range(30)]
        await until(lambda: bodies.used("127.0.0.1") == 30, "all have sent one byte")
        answer = (await town.client.post("/v1/payments/batch", town.pay())).ok()
        assert len(answer["results"]) == 1
        for writer in idle:
            writer.close()
        await until(lambda: bodies.used("127.0.0.1") == 0, "what was held is given back")


@on_loop
async def test_one_address_has_a_share_of_the_memory_for_batches(tmp_path: Path) -> None:
    bounds = "batches_held_bytes = 3000\nbatches_held_bytes_each = 2000\n"
    settings = QUICK + "[http]\ntrust_forwarded = true\n" + bounds
    async with one_node(tmp_path, settings=settings) as town:
        bodies, pay = town.node.api.batch_bodies, town.pay()
        holding = [await start_batch(town, bytes(990), length=1_000) for _ in range(2)]
        await until(lambda: bodies.used("10.0.0.1") == 1_980, "one address holds its share")

        async def post(client: str) -> Answer:
            return await town.client.call(
                "POST", "/v1/payments/batch", body=pay, headers={"X-Forwarded-For": client}
            )

        refused = await post("10.0.0.1")
        assert (refused.status, refused.problem()) == (503, "busy")
        assert len((await post("10.0.0.2")).ok()["results"]) == 1
        for writer in holding:
            writer.close()
        await until(lambda: bodies.used("10.0.0.1") == 0, "what was held is given back")
        assert len((await post("10.0.0.1")).ok()["results"]) == 1


@on_loop
async def test_a_busy_node_says_when_to_come_back(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=QUICK + "[http]\nbatches = 0\n") as town:
        answer = await town.client.post("/v1/payments/batch", town.pay())
        assert (answer.status, answer.problem()) == (503, "busy")
        assert int(answer.headers["Retry-After"]) > 0
