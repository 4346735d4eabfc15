"""Structured logs: one JSON object a line, by the standard library's `logging`.

A line has `time` (UTC), `level`, `event` (a stable name) and the values that go with it. What is
logged is for operators: never a key, a token, a memo or the body of a request.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

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
        return json.dumps(line, ensure_ascii=False)


def configure_logging(stream: TextIO, level: int = logging.INFO) -> None:
    """Send this process's logs to `stream` as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # The web server's own remarks about clients' broken requests are theirs, not ours.
    logging.getLogger("aiohttp").setLevel(max(level, logging.WARNING))
    logging.getLogger("asyncio").setLevel(max(level, logging.WARNING))


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
