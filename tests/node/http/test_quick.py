"""The short way for payments: what it takes, that it answers as the server does, what becomes of the rest."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.http_parser import HttpRequestParser
from hypothesis import given
from hypothesis import strategies as st

from node.http import quick
from node.http.base.api import Api
from node.http.quick import PlainRequest, read_plain
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK

BODY = bytes([0x99, 1]) + b"a payment, by its first bytes"
MOST = 1_000


def request_of(
    body: bytes = BODY,
    *,
    first: str = "POST /v1/payments HTTP/1.1",
    length: str | None = None,
    kind: str = "application/octet-stream",
    more: str = "",
) -> bytes:
    """A request as programs send it."""
    lines = [
        first,
        "Host: norte.example",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    return ("\r\n".join(lines) + "\r\n" + more + "\r\n").encode("latin-1") + body


def test_a_plain_payment_is_taken() -> None:
    more = "User-Agent: a\r\nAccept: */*\r\nX-Forwarded-For: 203.0.113.7\r\n"
    plain = read_plain(request_of(more=more), MOST)
    assert plain is not None
    assert plain[1] == BODY
    assert plain[0][b"x-forwarded-for"] == b"203.0.113.7"


NOT_PLAIN = {
    "another method": request_of(first="PUT /v1/payments HTTP/1.1"),
    "another address": request_of(first="POST /v1/payments/batch HTTP/1.1"),
    "a query": request_of(first="POST /v1/payments?a=1 HTTP/1.1"),
    "a whole address": request_of(first="POST http://norte.example/v1/payments HTTP/1.1"),
    "an older version": request_of(first="POST /v1/payments HTTP/1.0"),
    "two spaces": request_of(first="POST  /v1/payments HTTP/1.1"),
    "JSON": request_of(kind="application/json"),
    "a type with a parameter": request_of(kind="application/octet-stream; x=1"),
    "a longer body than said": request_of(length=str(len(BODY) - 1)),
    "a shorter body than said": request_of(length=str(len(BODY) + 1)),
    "a length that is no number": request_of(length="+31"),
    "a length with a zero in front": request_of(length=f"0{len(BODY)}"),
    "two lengths": request_of(more=f"Content-Length: {len(BODY)}\r\n"),
    "chunks": request_of(more="Transfer-Encoding: chunked\r\n"),
    "a header that is not known": request_of(more="Expect: 100-continue\r\n"),
    "a wish to close": request_of(more="Connection: close\r\n"),
    "another protocol": request_of(more="Connection: Upgrade\r\nUpgrade: websocket\r\n"),
    "a compressed body": request_of(more="Content-Encoding: gzip\r\n"),
    "two hosts": request_of(more="Host: sur.example\r\n"),
    "two proxies": request_of(more="X-Forwarded-For: a\r\nX-Forwarded-For: b\r\n"),
    "a token": request_of(more="Authorization: Bearer abc\r\n"),
    "a folded header": request_of(more="User-Agent: a\r\n b\r\n"),
    "a space before the colon": request_of(more="User-Agent : a\r\n"),
    "a line that ends by a line feed": request_of(more="User-Agent: a\n"),
    "a zero byte in a header": request_of(more="User-Agent: a\0b\r\n"),
    "no host": request_of().replace(b"Host: norte.example\r\n", b""),
    "two requests": request_of() * 2,
    "something behind it": request_of() + b"\r\n",
    "something before it": b"\r\n" + request_of(),
    "not yet all of it": request_of()[:-1],
    "only headers": request_of()[: -len(BODY)],
    "no payment": request_of(bytes([0x98, 2]) + BODY[2:]),
    "no body": request_of(b""),
    "nothing": b"",
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_the_server(name: str) -> None:
    assert read_plain(NOT_PLAIN[name], MOST) is None


def test_a_body_that_is_too_large_is_left_to_the_server() -> None:
    assert read_plain(request_of(), len(BODY)) is not None
    assert read_plain(request_of(), len(BODY) - 1) is None


_PIECES = st.one_of(
    st.binary(min_size=1, max_size=3),
    st.sampled_from([b"\r\n", b"\n", b":", b" ", b"Host: a\r\n", b"Content-Length: 3\r\n", b"\0"]),
)


@given(
    edits=st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 3), _PIECES), min_size=0, max_size=3
    )
)
def test_what_is_taken_means_to_the_server_what_it_means_here(
    edits: list[tuple[int, int, bytes]],
) -> None:
    """A request in which bytes were changed, taken out and put in: either it is not taken, or both agree."""
    data = request_of(more="User-Agent: abc\r\nAccept: */*\r\n")
    for place, removed, put_in in edits:
        data = data[:place] + put_in + data[place + removed :]
    plain = read_plain(data, MOST)
    if plain is None:
        return
    parser = HttpRequestParser(_Nothing(), _LOOP, 2**16)  # type: ignore[arg-type]
    messages, is_upgraded, rest = parser.feed_data(data)
    ((message, payload),) = messages
    assert (message.method, message.path, tuple(message.version)) == (
        "POST",
        "/v1/payments",
        (1, 1),
    )
    assert (is_upgraded, rest, message.should_close, message.chunked) == (False, b"", False, False)
    assert payload.is_eof() and payload.read_nowait() == plain[1]
    theirs = {name.lower(): value for name, value in message.raw_headers}
    assert theirs == plain[0] and len(theirs) == len(message.raw_headers)


_LOOP = asyncio.new_event_loop()


class _Nothing:
    """As much of a connection as the server's parser asks for."""

    _reading_paused = False

    def pause_reading(self, **_: object) -> None:
        """Nothing is read."""

    def resume_reading(self, **_: object) -> None:
        """Nothing is read."""


# --- on a running node ---


class Line:
    """A connection on which bytes are sent as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers, body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(headers["Content-Length"]))
        return int(head[0].split()[1]), headers, body

    async def ask(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send, and wait for the answer."""
        self.writer.write(data)
        return await self.answer()


@asynccontextmanager
async def line_to(town: Town) -> AsyncIterator[Line]:
    """A connection to a node."""
    host, _, port = town.node.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Line(reader, writer)
    finally:
        writer.close()


def given_away(town: Town) -> int:
    """How many connections of the short way are still its own."""
    assert town.node._quick is not None
    return len(town.node._quick._open)


@pytest.mark.parametrize("is_quick", [True, False])
def test_both_ways_answer_alike(tmp_path: Path, is_quick: bool) -> None:
    """Recorded, recorded already, refused, malformed: status, type and body, whichever way it came."""

    @on_loop
    async def run() -> None:
        settings = QUICK if is_quick else QUICK + "[http]\nquick_payments = false\n"
        async with (
            one_node(tmp_path, limit=1_000, settings=settings) as town,
            line_to(town) as line,
        ):
            assert (town.node._quick is not None) == is_quick
            pay = town.pay(amount=250)
            status, headers, body = await line.ask(request_of(pay))
            first = json.loads(body)
            assert (status, headers["Content-Type"]) == (200, "application/json")
            assert (first["status"], first["repeated"], first["warnings"]) == (
                "recorded",
                False,
                [],
            )
            assert "Date" in headers
            status, _, body = await line.ask(request_of(pay))
            assert (status, json.loads(body)) == (200, first | {"repeated": True})
            for sent, expected, code in (
                (town.pay(sequence=2, amount=1_000), 422, "limit_exceeded"),
                (town.pay(sequence=1, amount=7), 409, "sequence_used"),
                (town.pay(sequence=2)[:-1] + b"\0", 422, "signature_invalid"),
                (BODY, 400, "entry_malformed"),
            ):
                status, headers, body = await line.ask(request_of(sent))
                assert json.loads(body)["code"] == code
                assert (status, headers["Content-Type"]) == (expected, "application/problem+json")
            assert await town.people.balance(1) == -250

    run()


@on_loop
async def test_a_connection_is_given_to_the_server_with_what_it_has_sent(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town, line_to(town) as line:
        await line.ask(request_of(town.pay()))
        before = given_away(town)
        status, _, body = await line.ask(b"GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (status, json.loads(body)["coop"]) == (200, "norte")
        assert given_away(town) == before - 1
        assert (await line.ask(request_of(town.pay(sequence=2))))[0] == 200


@on_loop
async def test_a_request_in_pieces_is_put_together(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town, line_to(town) as line:
        data = request_of(town.pay())
        for place in range(0, len(data), 40):
            line.writer.write(data[place : place + 40])
            await line.writer.drain()
            await asyncio.sleep(0)
        assert (await line.answer())[0] == 200


@on_loop
async def test_requests_sent_before_the_answer_are_answered_in_order(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town, line_to(town) as line:
        for sequence in range(1, 9):
            line.writer.write(request_of(town.pay(sequence=sequence, amount=sequence)))
            await line.writer.drain()
            await asyncio.sleep(0)
        numbers = [json.loads((await line.answer())[2])["number"] for _ in range(8)]
        assert numbers == sorted(set(numbers))
        assert await town.people.balance(1) == -sum(range(1, 9))


@on_loop
async def test_who_sends_more_while_it_waits_is_not_read_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "MOST_WAITING", 1_000)
    async with one_node(tmp_path) as town, line_to(town) as line:
        payments = [town.pay(sequence=sequence, amount=1) for sequence in range(1, 41)]
        line.writer.write(request_of(payments[0]))
        line.writer.write(b"".join(map(request_of, payments[1:])))
        for _ in payments:
            assert (await line.answer())[0] == 200
        assert await town.people.balance(1) == -40


@on_loop
async def test_who_hangs_up_has_paid_all_the_same(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        async with line_to(town) as line:
            line.writer.write(request_of(town.pay(amount=30)))
            await line.writer.drain()

        async def is_recorded() -> bool:
            return await town.people.balance(1) == -30

        await until(is_recorded, "the payment is recorded")


@on_loop
async def test_who_is_silent_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "IDLE_MS", 30)
    async with one_node(tmp_path) as town, line_to(town) as line:
        assert (await line.ask(request_of(town.pay())))[0] == 200
        assert await line.reader.read() == b""
        await until(lambda: given_away(town) == 0, "nobody is left")


@on_loop
async def test_a_node_that_stops_answers_what_is_under_way_and_closes(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town, line_to(town) as line, line_to(town) as silent:
        assert town.node._quick is not None
        begun = asyncio.Event()
        answer = town.node._quick._answer

        async def tell(api: Api, request: PlainRequest) -> bytes | web.Response:
            begun.set()
            return await answer(api, request)

        town.node._quick._answer = tell
        line.writer.write(request_of(town.pay()))
        await begun.wait()
        stopping = asyncio.create_task(town.node.stop())
        assert (await line.answer())[0] == 200
        await stopping
        assert await line.reader.read() == await silent.reader.read() == b""
