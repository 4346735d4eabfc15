"""Talking to a cooperative's node: requests over HTTP, answers as values, failures as typed errors.

A failure says what a caller must know to act (`node.member.failures`). A request that may be repeated is sent
again, byte for byte, a few times; all requests here may be, since the same payment is recorded only once.

It is synchronous and keeps its connections. It trusts no answer: fields are read with `answers`, and the
caller verifies what a receipt or a charter proves. It words nothing for people.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

import urllib3

from node.member.failures import AnswerLost as AnswerLost
from node.member.failures import NodeError as NodeError
from node.member.failures import NodeMisbehaved as NodeMisbehaved
from node.member.failures import NodeProblem as NodeProblem
from node.member.failures import NodeUnreachable as NodeUnreachable
from node.member.failures import problem_of, reason_of
from node.member.timely import timely_pool

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 30.0
SLOW_SECONDS: Final = 60.0
SLOWEST_BYTES: Final = 2_048
"""An answer may take so long, and a second more for each so many bytes of it."""
_CHUNK: Final = 65_536
LARGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes of one answer."""
ATTEMPTS: Final = 4
"""How often one request is sent at most."""
FIRST_PAUSE_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 4.0

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer's body and headers."""

    body: bytes
    headers: Mapping[str, str]


class NodeClient:
    """One node, by its URL. Use it in a `with` block."""

    def __init__(
        self,
        url: str,
        *,
        attempts: int = ATTEMPTS,
        answer_seconds: float = ANSWER_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        on_lost: Callable[[NodeError], None] = lambda _: None,
    ) -> None:
        self.url = url.rstrip("/")
        self._attempts = attempts
        self._sleep = sleep
        self._clock = clock
        self._on_lost = on_lost
        self._timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=answer_seconds)
        self._pool = timely_pool(most=4)
        self._token: str | None = None
        self.is_answering = False
        """Whether the node has answered the last request."""
        self._find: Callable[[], str | None] = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def when_unreachable(self, find: Callable[[], str | None]) -> None:
        """When nobody answers, ask `find` once where else this node may be.

        Only while nothing of the request was sent: else nobody knows what the node did with it.
        """
        self._find = find

    def get(self, path: str, **query: str | int | None) -> Json:
        """GET a JSON object."""
        return self._object(self._send("GET", _with_query(path, query)))

    def get_bytes(self, path: str, **query: str | int | None) -> Answer:
        """GET bytes."""
        return self._send("GET", _with_query(path, query))

    def post(self, path: str, document: Json | None = None) -> Json:
        """POST a JSON object, or nothing; the answer is one."""
        body = b"" if document is None else render_json(document)
        return self.post_bytes(path, body, content_type="application/json")

    def post_bytes(
        self, path: str, body: bytes, *, content_type: str = "application/octet-stream"
    ) -> Json:
        """POST these exact bytes; the answer is a JSON object."""
        return self._object(self._send("POST", path, body=body, content_type=content_type))

    def delete(self, path: str, *, attempts: int | None = None) -> None:
        """DELETE; with `attempts`, not more often."""
        self._send("DELETE", path, attempts=attempts)

    def delete_for(self, path: str) -> Json:
        """DELETE what answers with a JSON object."""
        return self._object(self._send("DELETE", path))

    @contextmanager
    def stream(self, path: str, *, after: str | None = None) -> Iterator[Iterator[str]]:
        """The lines of a stream of events, as they come, for the `with` block.

        `after` is the id of the last event that was heard. What has happened since then comes first.
        Raises `NodeUnreachable`, `NodeProblem`, and `AnswerLost` when the stream breaks.
        """
        headers = {"Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = after
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            response = self._pool.request(
                "GET",
                self.url + path,
                headers=headers,
                timeout=self._timeout,
                redirect=False,
                preload_content=False,
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as e:
            raise NodeUnreachable(self.url, reason_of(e)) from e
        except urllib3.exceptions.HTTPError as error:
            raise AnswerLost(self.url, reason_of(error)) from error
        try:
            if response.status != 200:
                raise problem_of(self.url, response.status, response.read(LARGEST_ANSWER))
            yield _lines(self.url, response)
        finally:
            response.close()

    def authorize(self, token: str) -> None:
        """Let later requests carry a session's token, or an API key."""
        self._token = token

    def share(self, other: "NodeClient") -> None:
        """Let later requests carry the session of another client of the same node."""
        self._token = other._token

    @property
    def is_authorized(self) -> bool:
        """Whether requests carry a session's token, or an API key."""
        return self._token is not None

    def _send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        content_type: str = "",
        attempts: int | None = None,
    ) -> Answer:
        """Send, and send again what failed in a way that may pass.

        From the first try that may have been done on, no later one can show that nothing was: a node that
        is away or not ready then leaves the answer lost.
        """
        may_be_done = False
        pause = FIRST_PAUSE_SECONDS
        attempts = attempts or self._attempts
        for attempt in range(1, attempts + 1):
            is_last = attempt == attempts
            try:
                return self._send_once(method, path, body, content_type)
            except NodeUnreachable as error:
                if not may_be_done and self._is_elsewhere():
                    return self._send(method, path, body=body, content_type=content_type)
                if is_last and may_be_done:
                    raise AnswerLost(self.url, error.reason) from error
                if is_last:
                    raise
            except AnswerLost as error:
                may_be_done = True
                if is_last:
                    raise
                self._on_lost(error)
            except NodeProblem as error:
                error.is_after_doubt = may_be_done
                if error.is_final or not error.is_retryable:
                    raise
                if is_last and may_be_done and error.was_passed_over:
                    raise AnswerLost(self.url, error.code) from error
                if is_last:
                    raise
                may_be_done = may_be_done or not error.was_passed_over
            self._sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    def _is_elsewhere(self) -> bool:
        """Go to where the node has moved, if anybody knows that."""
        find, self._find = self._find, lambda: None
        url = find()
        if url is not None:
            self.url = url
        return url is not None

    def _send_once(self, method: str, path: str, body: bytes | None, content_type: str) -> Answer:
        if not self.url.startswith(("http://", "https://")):
            raise NodeUnreachable(self.url, "the address has to begin with http:// or https://")
        self.is_answering = False
        headers = {"Accept": "application/json, application/problem+json, */*"}
        if body:
            headers["Content-Type"] = content_type
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            response = self._pool.request(
                method,
                self.url + path,
                body=body or None,
                headers=headers,
                timeout=self._timeout,
                redirect=False,
                preload_content=False,
            )
            data = self._read(response, is_asking=method == "GET")
            response.release_conn()
        except urllib3.exceptions.LocationValueError as error:
            raise NodeUnreachable(self.url, "the address can't be read") from error
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as e:
            raise NodeUnreachable(self.url, reason_of(e)) from e
        except urllib3.exceptions.HTTPError as error:
            raise AnswerLost(self.url, reason_of(error)) from error
        self.is_answering = True
        if len(data) > LARGEST_ANSWER:
            raise NodeMisbehaved(self.url, "the answer is far too large")
        if 200 <= response.status < 300:
            return Answer(data, {name.lower(): value for name, value in response.headers.items()})
        raise problem_of(self.url, response.status, data)

    def _read(self, response: urllib3.BaseHTTPResponse, *, is_asking: bool) -> bytes:
        """The body, or as much of it as is too much.

        When it comes too slowly raises `NodeMisbehaved` if it is the answer to a question, and else
        `AnswerLost`, for what was asked may have been done.
        """
        began, data = self._clock(), bytearray()
        while chunk := response.read1(_CHUNK):
            data += chunk
            if len(data) > LARGEST_ANSWER:
                break
            if self._clock() - began > SLOW_SECONDS + len(data) / SLOWEST_BYTES:
                response.close()
                raised = NodeMisbehaved if is_asking else AnswerLost
                raise raised(self.url, "its answer comes too slowly")
        return bytes(data)

    def _object(self, answer: Answer) -> Json:
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise NodeMisbehaved(self.url, "the answer is not JSON") from error
        if not isinstance(document, dict):
            raise NodeMisbehaved(self.url, "the answer is not a JSON object")
        return document


def _lines(url: str, response: urllib3.BaseHTTPResponse) -> Iterator[str]:
    """The lines of an answer that goes on and on."""
    rest = b""
    try:
        for chunk in response.stream(amt=None):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LARGEST_ANSWER:
                raise NodeMisbehaved(url, "a line of its stream is far too long")
            yield from (line.decode("utf-8", "replace") for line in lines)
    except urllib3.exceptions.HTTPError as error:
        raise AnswerLost(url, reason_of(error)) from error


def render_json(document: Json) -> bytes:
    """The bytes of a request's body."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")


def path_of(*parts: str | int) -> str:
    """A path with every part quoted, such as `/v1/accounts/norte/@alice`."""
    return "/" + "/".join(quote(str(part), safe="@") for part in parts)


def _with_query(path: str, query: Mapping[str, str | int | None]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path
