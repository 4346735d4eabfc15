"""Logs: a line of JSON for each event, and clients that can't fill the disk with them."""

import asyncio
import gc
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.http_exceptions import BadStatusLine, InvalidURLError

from node.logs import BrokenRequests, Repeats, configure_logging, log_event
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, JsonObject


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a process that is a node writes; logging is as it was afterwards."""
    root = logging.getLogger()
    names = ("aiohttp", "aiohttp.websocket", "asyncio")
    loggers = (root, *(logging.getLogger(name) for name in names))
    handlers, levels = root.handlers[:], [logger.level for logger in loggers]
    stream = io.StringIO()
    configure_logging(stream)
    yield stream
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def events(stream: io.StringIO) -> list[JsonObject]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def record_of(
    error: BaseException, *, at_s: float, logger: str = "aiohttp.server"
) -> logging.LogRecord:
    """As the web server makes it when a request ends with that error."""
    text, args = "Error handling request from %s", ("10.0.0.1",)
    info = (type(error), error, None)
    record = logging.LogRecord(logger, logging.ERROR, "", 0, text, args, info)
    record.created = at_s
    return record


def test_one_line_a_minute_stands_for_all_broken_requests() -> None:
    steady = iter(range(5, 5 + 121))
    quiet = BrokenRequests(steady_s=lambda: float(next(steady)))
    written = []
    for second in range(121):
        # What the clock shows does not matter: it is set back by an hour a second.
        record = record_of(BadStatusLine("private"), at_s=1_000_000.0 - 3_600 * second)
        if quiet.filter(record):
            written.append(record)
    assert [record.__dict__["fiado_values"]["count"] for record in written] == [1, 60, 60]
    for record in written:
        assert record.getMessage() == "requests_malformed"
        assert (record.levelno, record.exc_info) == (logging.INFO, None)
        assert "private" not in str(record.__dict__)


def test_other_errors_pass_as_they_are() -> None:
    quiet = BrokenRequests()
    for _ in range(3):
        for record in (
            record_of(RuntimeError("a mistake"), at_s=1.0),
            record_of(InvalidURLError("odd"), at_s=1.0, logger="fiado.node"),
        ):
            assert quiet.filter(record)
            assert (record.levelno, record.getMessage()) == (
                logging.ERROR,
                "Error handling request from 10.0.0.1",
            )
            assert record.exc_info is not None


def _line(event: str, level: int = logging.WARNING, **values: str) -> logging.LogRecord:
    record = logging.LogRecord("fiado.node", level, "", 0, "%s", (event,), None)
    record.fiado_values = values
    return record


def _refused(code: str, level: int = logging.WARNING) -> logging.LogRecord:
    return _line("request_failed", level, code=code)


def test_what_anybody_can_bring_about_has_ten_lines_a_minute() -> None:
    now_s = 5.0
    repeats = Repeats(lambda: now_s)
    assert sum(repeats.filter(_refused("busy")) for _ in range(1_000)) == 10
    assert repeats.filter(_refused("not_ready"))
    assert all(repeats.filter(_refused("internal", logging.ERROR)) for _ in range(100))
    now_s += Repeats.PAUSE_S
    next_one, then = _refused("busy"), _refused("busy")
    assert repeats.filter(next_one)
    assert next_one.__dict__["fiado_values"] == {"code": "busy", "left_out": 990}
    assert repeats.filter(then)
    assert then.__dict__["fiado_values"] == {"code": "busy"}
    assert sum(repeats.filter(_refused("busy")) for _ in range(1_000)) == 8


def test_errors_keep_their_trace(lines: io.StringIO) -> None:
    try:
        raise RuntimeError("a mistake")
    except RuntimeError as error:
        log_event("request_failed", {"code": "internal"}, level=logging.ERROR, error=error)
        logging.getLogger("aiohttp.server").exception("Unhandled exception")
    ours, theirs = events(lines)
    assert (ours["event"], ours["code"], ours["level"]) == ("request_failed", "internal", "error")
    assert "a mistake" in ours["trace"]
    assert (theirs["event"], theirs["logger"]) == ("Unhandled exception", "aiohttp.server")
    assert "a mistake" in theirs["trace"]


async def say(town: Town, data: bytes, *, is_answered: bool = True) -> bytes:
    """Send these bytes; all that comes back."""
    host, port = town.node.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    answer = await reader.read() if is_answered else b""
    writer.close()
    return answer


def test_malformed_requests_do_not_fill_the_log(tmp_path: Path, lines: io.StringIO) -> None:
    @on_loop
    async def run() -> None:
        async with one_node(tmp_path) as town:
            for _ in range(20):
                assert b" 400 " in await say(town, b"GET \xff HTTP/1.1\r\n\r\n")
            (await town.client.get("/v1/status")).ok()

    run()
    found = [line for line in events(lines) if line["level"] == "error" or "count" in line]
    assert [line["event"] for line in found] == ["requests_malformed"]
    assert found[0]["address"] == "127.0.0.1"
    assert found[0]["reason"]


def test_a_host_that_can_not_be_decoded_does_not_fill_the_log(
    tmp_path: Path, lines: io.StringIO
) -> None:
    request = b"GET http://xn--localhost-/ HTTP/1.1\r\nHost: x\r\n\r\n"

    async def is_told() -> bool:
        gc.collect()  # the loop tells of a task's error when nobody can ask for it any more
        return "requests_malformed" in lines.getvalue()

    @on_loop
    async def run() -> None:
        async with one_node(tmp_path) as town:
            for _ in range(5):
                await say(town, request, is_answered=False)
            await until(is_told, "the log says so")
            (await town.client.get("/v1/status")).ok()

    run()
    gc.collect()
    found = [line for line in events(lines) if line["level"] == "error" or "count" in line]
    assert [(line["event"], line["reason"]) for line in found] == [
        ("requests_malformed", "UnicodeError")
    ]


@on_loop
async def dial_oddly(root: Path) -> None:
    """Dial a node with keys that are none, and with subprotocols at length."""
    async with one_node(root) as town:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        for key in ("a", "\xff\xfe", "AAAA"):
            odd = upgrade | {"Sec-WebSocket-Key": key}
            assert (await town.client.call("GET", "/v1/link", headers=odd)).status == 426, key
        async with town.client.session.ws_connect(
            town.node.url + "/v1/link", protocols=["x" * 4_000]
        ) as socket:
            assert socket.protocol is None


@on_loop
async def dial_too_often(root: Path) -> None:
    """Take all places of handshakes that an address may have, and try 40 times more."""
    settings = QUICK + "handshakes_each = 1\n[http]\nrefused_ms = 1\ncostly_burst = 5\n"
    async with one_node(root, settings=settings) as town:
        address = town.node.url + "/v1/link"
        async with town.client.session.ws_connect(address):
            for _ in range(40):
                with pytest.raises(aiohttp.WSServerHandshakeError):
                    await town.client.session.ws_connect(address)
        for number in range(40):
            await town.client.get(f"/v1/accounts/norte/@nadie{number}")


def test_a_flood_of_dials_or_requests_is_told_with_its_address_and_fills_no_disk(
    tmp_path: Path, lines: io.StringIO
) -> None:
    dial_too_often(tmp_path)
    written = [(line["event"], line.get("code"), line.get("address")) for line in events(lines)]
    for flood in (
        ("request_failed", "busy", "127.0.0.1"),
        ("request_refused", "too_many_requests", "127.0.0.1"),
    ):
        assert written.count(flood) == Repeats.LINES
    assert ("handshake_unfinished", None, "127.0.0.1") in written
    assert "nadie" not in lines.getvalue()


def test_a_peer_that_comes_and_goes_fills_no_disk() -> None:
    repeats = Repeats(lambda: 5.0)
    for event in ("link_up", "link_down", "peer_floods", "peer_held_back"):
        for coop in ("norte", "sur"):
            records = [_line(event, coop=coop) for _ in range(100)]
            assert sum(map(repeats.filter, records)) == Repeats.LINES, event


def test_odd_dials_are_no_mistakes_of_the_node(tmp_path: Path, lines: io.StringIO) -> None:
    dial_oddly(tmp_path)
    loud = [line for line in events(lines) if line["level"] in ("warning", "error")]
    assert {line["event"] for line in loud} <= {"trouble"}  # that the node has no peers
    assert "x" * 4_000 not in lines.getvalue()
