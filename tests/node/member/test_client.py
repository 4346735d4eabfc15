"""The client tells apart what was not sent, what may have been done, and what was refused."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from cli import main as main
from cli.demo.processes import free_ports
from cli.shell.errors import in_words
from cli.shell.exit_codes import ExitCode
from ledger.codec import encode
from ledger.messages import TAG_SESSION, signed_bytes
from ledger.signatures import verify
from node.member import client as client_module
from node.member import timely
from node.member.answers import encode_bytes, read_bytes
from node.member.client import (
    AnswerLost,
    NodeClient,
    NodeError,
    NodeMisbehaved,
    NodeProblem,
    NodeUnreachable,
    path_of,
)
from node.member.sessions import open_session
from tests.builders import signing_key
from tests.cli.fake_node import Answer, Request, serve

PROBLEM = {
    "type": "urn:fiado:problem:limit_exceeded",
    "title": "Over the credit limit",
    "status": 422,
    "detail": "The payment would take the account below its credit limit.",
    "code": "limit_exceeded",
    "remedy": "Pay less.",
    "retryable": True,
    "request_id": "1",
    "number": 20,
}
BUSY = PROBLEM | {"status": 503, "code": "busy", "retryable": True}
del BUSY["number"]


class Script:
    """Gives one answer after the other, the last one for ever, and keeps what was sent."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def client_of(url: str, pauses: list[float] | None = None) -> NodeClient:
    noted = [] if pauses is None else pauses
    return NodeClient(url, attempts=3, answer_seconds=10, sleep=noted.append)


def test_an_answer_is_given_back() -> None:
    with serve(Script(Answer(document={"a": 1}))) as url, client_of(url) as client:
        assert client.get("/v1/status") == {"a": 1}


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes() -> None:
    script = Script(Answer(is_lost=True), Answer(is_lost=True), Answer(document={"number": 7}))
    pauses: list[float] = []
    with serve(script) as url, client_of(url, pauses) as client:
        assert client.post_bytes("/v1/payments", b"\x01\x02") == {"number": 7}
    assert [request.body for request in script.requests] == [b"\x01\x02"] * 3
    assert pauses == [0.25, 0.5]


def test_whoever_waits_is_told_that_an_answer_was_lost() -> None:
    told: list[NodeError] = []
    script = Script(Answer(is_lost=True), Answer(document={"a": 1}))
    with serve(script) as url, NodeClient(url, sleep=lambda _: None, on_lost=told.append) as client:
        assert client.get("/v1/status") == {"a": 1}
    assert [type(error) for error in told] == [AnswerLost]


def test_an_answer_that_never_comes_is_an_unknown_outcome() -> None:
    with serve(Script(Answer(is_lost=True))) as url, client_of(url) as client:
        with pytest.raises(AnswerLost) as caught:
            client.post_bytes("/v1/payments", b"\x01")
        assert code_of(caught.value) is ExitCode.OUTCOME_UNKNOWN


def test_a_closed_door_means_that_nothing_was_sent() -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    with client_of(url) as client, pytest.raises(NodeUnreachable) as caught:
        client.post_bytes("/v1/payments", b"\x01")
    assert caught.value.reason == "Connection refused"
    assert code_of(caught.value) is ExitCode.NODE_UNREACHABLE


def test_a_refusal_is_final_and_not_asked_again() -> None:
    script = Script(Answer(422, PROBLEM, content_type="application/problem+json"))
    with serve(script) as url, client_of(url) as client, pytest.raises(NodeProblem) as caught:
        client.post_bytes("/v1/payments", b"\x01")
    assert len(script.requests) == 1
    assert caught.value.is_final
    assert code_of(caught.value) is ExitCode.REFUSED
    worded = in_words(caught.value)
    assert worded is not None
    assert worded.name == "limit_exceeded"
    assert "stewards" in worded.remedy


def test_a_busy_node_is_asked_again_and_is_no_final_answer() -> None:
    script = Script(Answer(503, BUSY))
    with serve(script) as url, client_of(url) as client, pytest.raises(NodeProblem) as caught:
        client.get("/v1/me")
    assert len(script.requests) == 3
    assert not caught.value.is_final


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(body=b"<html>"), NodeMisbehaved),
        (Answer(document=[1]), NodeMisbehaved),
        (Answer(404, body=b"nothing here"), NodeMisbehaved),
        (Answer(302, body=b"", headers={"Location": "http://127.0.0.1:1/"}), NodeMisbehaved),
        (Answer(502, body=b"bad gateway"), AnswerLost),
        (Answer(422, {"title": "no code"}), NodeMisbehaved),
    ],
)
def test_what_is_no_nodes_answer_is_not_believed(answer: Answer, error: type[NodeError]) -> None:
    with serve(Script(answer)) as url, client_of(url) as client, pytest.raises(error):
        client.get("/v1/status")


@pytest.mark.parametrize("url", ["nonsense", "ftp://x", "http://", "http://[::1"])
def test_an_address_that_is_none(url: str) -> None:
    with client_of(url) as client, pytest.raises((NodeUnreachable, NodeMisbehaved)):
        client.get("/v1/status")


def test_a_session_is_proven_with_the_key() -> None:
    key, federation = signing_key("client", 1), bytes(32)
    challenge = b"a challenge of the node"
    asked = {"challenge": encode_bytes(challenge), "coop_number": 3, "federation": federation.hex()}
    script = Script(
        Answer(document=asked), Answer(201, {"token": "secret"}), Answer(document={"ok": True})
    )
    with serve(script) as url, client_of(url) as client:
        open_session(client, key, role="member", number=5, coop=3, federation=federation)
        client.get("/v1/me")
    sent = json.loads(script.requests[1].body)
    message = signed_bytes(
        TAG_SESSION, federation=federation, coop=3, body=encode(["member", 5, challenge])
    )
    verify(public_key=key.public_key, message=message, signature=bytes.fromhex(sent["signature"]))
    assert script.requests[2].headers["authorization"] == "Bearer secret"


def test_nothing_is_signed_for_another_federation() -> None:
    asked = {"challenge": "AA", "coop_number": 1, "federation": "ff" * 32}
    script = Script(Answer(document=asked))
    key = signing_key("client", 1)
    with (
        serve(script) as url,
        client_of(url) as client,
        pytest.raises(NodeMisbehaved, match="another federation"),
    ):
        open_session(client, key, role="member", number=5, coop=1, federation=bytes(32))
    assert len(script.requests) == 1


def test_bytes_and_paths_as_the_api_writes_them() -> None:
    for data in (b"", b"a", b"ab", b"abc", bytes(range(256))):
        assert read_bytes(encode_bytes(data)) == data
        assert "=" not in encode_bytes(data)
    assert path_of("v1", "accounts", "norte", "@a/b") == "/v1/accounts/norte/@a%2Fb"
    with pytest.raises(ValueError, match="base64url"):
        read_bytes("a+b")


def code_of(error: NodeError) -> ExitCode:
    worded = in_words(error)
    assert worded is not None
    return worded.code


@contextmanager
def dripping(answer: bytes) -> Iterator[str]:
    """A server that gives one byte of its answer after the other, each well within any socket's timeout."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve_slowly() -> None:
        while not done.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer, suppress(OSError):
                peer.recv(65_536)
                for byte in answer:
                    if done.wait(0.02):
                        return
                    peer.sendall(bytes([byte]))

    thread = threading.Thread(target=serve_slowly)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"


def test_a_body_that_comes_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "SLOW_SECONDS", 0.2)
    monkeypatch.setattr(client_module, "SLOWEST_BYTES", 1_000_000)
    with dripping(HEAD + b" " * 2_000) as url, client_of(url) as client:
        with pytest.raises(NodeMisbehaved, match="too slowly"):
            client.get("/v1/federation/changes")
        with pytest.raises(AnswerLost, match="too slowly"):
            client.post("/v1/payments")


def test_a_head_that_comes_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timely, "HEAD_SECONDS", 0.2)
    endless = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2_000
    with dripping(endless) as url, client_of(url) as client, pytest.raises(AnswerLost):
        client.get("/v1/charter")
