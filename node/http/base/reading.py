"""Reading requests strictly: bodies, JSON, query parameters.

Whatever is not exactly as described ends the request with a problem that names the field: unknown
and duplicate fields, numbers that are not integers, NaN, text that is not UTF-8, and whatever does not
fit its shape (`node.shapes`). Sizes and times are bounded before anything is looked at.
"""

import asyncio
import json
import re
from hashlib import sha256
from typing import Any, Final

from aiohttp import web

from ledger.codec import MAX
from node.http.base.problem import Problem, ProblemKind
from node.http.base.problems import (
    BODY_TOO_LARGE,
    BUSY,
    CONTENT_TYPE_UNSUPPORTED,
    REQUEST_MALFORMED,
)
from node.shapes import Value, ValueMalformed, read
from node.shares import Held
from node.spellings import Binary, Json

OCTETS: Final = "application/octet-stream"
JSON: Final = "application/json"
TOML: Final = "application/toml"
_LONGEST_INTEGER = 17
_UNWRITABLE = "a zero byte or half of a surrogate pair in it"
_NOBODYS = "\ufffd"
"""A name that nothing has."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


async def read_body(
    request: web.Request, *, most_bytes: int, timeout_ms: int, held: Held | None = None
) -> bytes:
    """The whole body; raises `body_too_large`, `content_type_unsupported`, `request_malformed`.

    What has arrived is counted in `held`, if given; `busy` is raised when it does not fit.
    """
    headers = request.headers
    if "Content-Encoding" in headers:
        raise Problem(CONTENT_TYPE_UNSUPPORTED)
    length = request.content_length
    if length is not None and length > most_bytes:
        raise Problem(BODY_TOO_LARGE, f"At most {most_bytes} bytes are taken here.")
    content = request.content
    if content.is_eof():  # it came with the headers, as small bodies do
        body = _within(content.read_nowait(), most_bytes)
        _count(held, body)
        return body
    arrived = bytearray()  # not a list of parts: a client that sends single bytes makes millions
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            while not content.at_eof():
                part = await content.readany()
                _count(held, part)
                arrived += part
                if len(arrived) > most_bytes:
                    break
    except TimeoutError as error:
        raise Problem(REQUEST_MALFORMED, "The body took too long to arrive.") from error
    return _within(bytes(arrived), most_bytes)


def _count(held: Held | None, part: bytes) -> None:
    if held is not None and not held.take(len(part)):
        raise Problem(BUSY, retry_after_s=1)


def _within(body: bytes, most_bytes: int) -> bytes:
    if len(body) > most_bytes:
        raise Problem(BODY_TOO_LARGE, f"At most {most_bytes} bytes are taken here.")
    return body


def content_type(request: web.Request) -> str:
    """The body's type; raises `content_type_unsupported` when it is neither octets nor JSON."""
    given = request.headers.get("Content-Type", "")
    if given in (OCTETS, JSON):
        return given
    kind = given.partition(";")[0].strip().lower()
    if kind not in (OCTETS, JSON):
        raise Problem(CONTENT_TYPE_UNSUPPORTED)
    return kind


async def read_json(request: web.Request, *, most_bytes: int, timeout_ms: int) -> Json:
    """The JSON object in the body."""
    if content_type(request) != JSON:
        raise Problem(CONTENT_TYPE_UNSUPPORTED)
    return parse_json(await read_body(request, most_bytes=most_bytes, timeout_ms=timeout_ms))


def parse_json(body: bytes) -> Json:
    """The JSON object that `body` is; raises `request_malformed`."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_read_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        # Only an escape can put such a character into JSON.
        if b"\\u" in body:
            _check_texts(value)
    except (ValueError, RecursionError) as error:
        raise Problem(REQUEST_MALFORMED, "The body is not JSON.") from error
    if not isinstance(value, dict):
        raise Problem(REQUEST_MALFORMED, "The body must be a JSON object.", pointer="")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(REQUEST_MALFORMED, "A field of the JSON object is there twice.")
    return found


def _read_integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER or abs(int(text)) > MAX:
        raise Problem(REQUEST_MALFORMED, f"A number is beyond {MAX}, the largest there is here.")
    return int(text)


def _check_texts(value: Any, where: str = "") -> None:
    """Raise `request_malformed` where a text in the JSON value can't be written down.

    `where` is the field of the whole that it is in.
    """
    if isinstance(value, str) and not is_writable(value):
        raise Problem(REQUEST_MALFORMED, f"A text in the JSON has {_UNWRITABLE}.", pointer=where)
    if isinstance(value, dict):
        for name, part in value.items():
            _check_texts(name, where)
            _check_texts(part, where or f"/{name[:40].replace('~', '~0').replace('/', '~1')}")
    if isinstance(value, list):
        for part in value:
            _check_texts(part, where)


def is_writable(text: str) -> bool:
    """Whether a text can be stored and logged: no zero bytes, no halves of surrogate pairs."""
    try:
        return b"\0" not in text.encode("utf-8")
    except UnicodeEncodeError:
        return False


def check_address(request: web.Request) -> None:
    """Let no zero byte through, however it is written.

    What a path names by such a text is not there, as for any other that nobody has. A query with one raises
    `request_malformed`.
    """
    if "%" not in request.raw_path:
        return
    for name, text in request.match_info.items():
        if not is_writable(text):
            request.match_info[name] = _NOBODYS
    if not is_writable(request.query_string):
        raise Problem(REQUEST_MALFORMED, f"The address has {_UNWRITABLE}.")


def _refuse_number(text: str) -> None:
    raise Problem(REQUEST_MALFORMED, f"Numbers are integers here; {text[:20]} is not.")


def as_shape(content: Json, shape: type[Value]) -> Value:
    """The value of that shape that was sent; raises `request_malformed`, naming the field that is wrong."""
    try:
        return read(content, shape)
    except ValueMalformed as error:
        raise Problem(REQUEST_MALFORMED, error.detail, pointer=error.pointer) from error


def must_be(pointer: str, expected: str) -> Problem:
    """The problem of a field that is not as it must be, for what no shape can say."""
    name = pointer[1:].replace("/", ".")
    return Problem(REQUEST_MALFORMED, f"{name}: must be {expected}.", pointer=pointer)


def check_size(data: Binary, pointer: str, *, most: int) -> None:
    """Raise `request_malformed` for more bytes than that field may have."""
    if len(data) > most:
        raise must_be(pointer, f"1 to {most} bytes in base64url without padding")


def fingerprint(content: Json) -> str:
    """A hash of all that was said, whatever the order of the fields."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()


def plain_number(text: str, *, most: int = MAX) -> int | None:
    """A number in its one spelling, digits without a zero in front; None when it is none."""
    if not _NUMBER.fullmatch(text) or int(text) > most:
        return None
    return int(text)


def path_number(request: web.Request, name: str, missing: ProblemKind, *, most: int = MAX) -> int:
    """A number of the path; raises the problem `missing` when it is not one."""
    number = plain_number(request.match_info[name], most=most)
    if number is None:
        raise Problem(missing)
    return number


def path_hash(request: web.Request, name: str, missing: ProblemKind, *, length: int = 32) -> bytes:
    """Hex digits of the path; raises the problem `missing` when they are not."""
    text = request.match_info[name]
    if not re.fullmatch(f"[0-9a-f]{{{2 * length}}}", text):
        raise Problem(missing)
    return bytes.fromhex(text)


def check_query(request: web.Request, *names: str) -> None:
    """Raise `request_malformed` for a query parameter that is not known, or given twice."""
    for name in request.query:
        if name not in names or len(request.query.getall(name)) > 1:
            raise Problem(
                REQUEST_MALFORMED, f"{name[:40]}: no such query parameter, or given twice."
            )
