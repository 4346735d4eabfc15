"""Structured logs: one JSON object a line, by the standard library's `logging`.

A line has `time` (UTC), `level`, `event` (a stable name) and the values that go with it. What is
logged is for operators: never a key, a token, a memo or the body of a request.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, TextIO

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger, ws_logger

LOGGER = logging.getLogger("fiado.node")

_VALUES = "fiado_values"


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        time = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if not record.name.startswith("fiado"):
            line["logger"] = record.name
        line.update(getattr(record, _VALUES, {}))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        text = json.dumps(line, ensure_ascii=False)
        # What others sent may hold what is not text, such as half of a surrogate pair.
        return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


class BrokenRequests(logging.Filter):
    """Lets one line a minute say how many requests were no HTTP, instead of a trace for each.

    Anybody can send such requests, any number of them, so they must not fill the disk. The line says
    how many there were since the one before, and of the last of them the kind of error and, if it is
    known, the client's address; never what was sent. Everything else passes unchanged.
    """

    PAUSE_S: Final = 60

    def __init__(self, steady_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._steady_s = steady_s
        self._count = 0
        self._next_s: float | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; one that stands for many is changed to say so."""
        error = record.exc_info[1] if record.exc_info else None
        if not _is_about_request(record, error):
            return True
        self._count += 1
        now_s = self._steady_s()
        if self._next_s is not None and now_s < self._next_s:
            return False
        self._next_s = now_s + self.PAUSE_S
        values: dict[str, object] = {"count": self._count, "reason": type(error).__name__}
        if isinstance(record.args, tuple) and record.args:
            values["address"] = str(record.args[0])
        self._count = 0
        record.msg, record.args, record.exc_info = "requests_malformed", (), None
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        setattr(record, _VALUES, values)
        return True


class Repeats(logging.Filter):
    """Lets ten lines a minute say one thing that anybody can bring about any number of times.

    A node that is busy or records nothing refuses each request, and a stranger can send thousands. The
    first line of a later minute says in `left_out` how many were not written. A mistake of this program is
    always written.
    """

    PAUSE_S: Final = 60
    LINES: Final = 10
    KINDS: Final[Mapping[str, str]] = {
        "request_failed": "code",
        "request_refused": "code",
        "link_refused": "reason",
        "handshake_unfinished": "reason",
        "link_up": "coop",
        "link_down": "coop",
        "peer_floods": "coop",
        "peer_held_back": "coop",
    }
    """The events that others bring about, and the value that tells one thing from another."""

    def __init__(self, steady_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._steady_s = steady_s
        self._written: dict[tuple[str, object], tuple[float, int]] = {}
        """When the minute ends, and how many lines there were."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        event = record.getMessage()
        if event not in self.KINDS or record.levelno >= logging.ERROR:
            return True
        values: dict[str, object] = getattr(record, _VALUES, {})
        thing = (event, values.get(self.KINDS[event]))
        now_s = self._steady_s()
        ends_s, count = self._written.get(thing, (now_s, 0))
        if now_s >= ends_s:
            if count > self.LINES:
                setattr(record, _VALUES, {**values, "left_out": count - self.LINES})
            ends_s, count = now_s + self.PAUSE_S, 0
        self._written[thing] = (ends_s, count + 1)
        return count < self.LINES


def _is_about_request(record: logging.LogRecord, error: BaseException | None) -> bool:
    """Whether it is the web server's remark about a request that is not HTTP.

    An address with a host that can't be decoded ends the server's own task for that connection, before
    any of our code sees the request. So the event loop is who remarks it.
    """
    if record.name == "asyncio":
        return isinstance(error, UnicodeError) and "RequestHandler.start()" in str(record.msg)
    return record.name == server_logger.name and isinstance(error, HttpProcessingError)


def configure_logging(stream: TextIO, level: int = logging.INFO) -> None:
    """Send this process's logs to `stream` as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(BrokenRequests())
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # What libraries remark below a warning is theirs, not ours.
    logging.getLogger("aiohttp").setLevel(max(level, logging.WARNING))
    logging.getLogger("asyncio").setLevel(max(level, logging.WARNING))
    # It repeats at length whatever subprotocols a client has named.
    ws_logger.setLevel(max(level, logging.ERROR))


def log_event(
    name: str,
    values: Mapping[str, object] | None = None,
    *,
    level: int = logging.INFO,
    error: BaseException | None = None,
) -> None:
    """Write one line; `error` adds its trace."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, "%s", name, extra={_VALUES: values or {}}, exc_info=error)
