"""Servers on loopback for tests of the client: one that answers as it is told, and one that loses answers."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What to answer; with `is_lost` the connection is closed instead."""

    status: int = 200
    document: Any = None
    body: bytes | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    is_lost: bool = False


Responder = Callable[[Request], Answer]


@contextmanager
def serve(respond: Responder) -> Iterator[str]:
    """Answer requests with what `respond` returns, for the `with` block; gives the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # one packet for an answer, or the next waits for its acknowledgement
        disable_nagle_algorithm = True

        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(
                method=self.command,
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            answer = respond(request)
            if answer.is_lost:
                self.close_connection = True
                return
            body = answer.body if answer.body is not None else json.dumps(answer.document).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = handle_one

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class LossyProxy:
    """Passes requests on to a node, and loses the answers to the next `lose` payments.

    With `passed_over` it does not pass these payments on, and answers with that problem.
    """

    target: str
    lose: int = 0
    passed_over: str = ""
    seen: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        """Ask the node; the answer, or nothing."""
        self.seen.append(request)
        if request.path == "/v1/payments" and self.lose and self.passed_over:
            self.lose -= 1
            problem = {"code": self.passed_over, "title": "Not now", "retryable": True}
            return Answer(503, problem, content_type="application/problem+json")
        where = urlsplit(self.target)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=40)
        passed = {
            name: value
            for name, value in request.headers.items()
            if name in ("content-type", "authorization", "accept")
        }
        connection.request(request.method, request.path, request.body or None, passed)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if request.path == "/v1/payments" and self.lose:
            self.lose -= 1
            return Answer(is_lost=True)
        return Answer(
            status=response.status,
            body=body,
            content_type=response.headers.get("Content-Type", ""),
            headers={
                name: value
                for name, value in response.headers.items()
                if name.lower().startswith("fiado-")
            },
        )
