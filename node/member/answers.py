"""Reading what a node answered: a field of the type that it has to have, or `NodeMisbehaved`.

Bytes are base64url without padding, in requests as in answers; keys and hashes are hex. Whether an answer is
true is not asked here: the caller verifies what it proves.
"""

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeGuard

from ledger.codec import MAX
from node.member.client import Json, NodeClient, NodeMisbehaved

_LONGEST_CURSOR: Final = 200
_MOST_PAGES: Final = 10_000
"""Two million lines, of those that come by the 200."""


def encode_bytes(data: bytes) -> str:
    """Bytes as the API writes them: base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def read_bytes(encoded: str) -> bytes:
    """The inverse of `encode_bytes`; raises ValueError."""
    try:
        decoded = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64url") from error
    if encode_bytes(decoded) != encoded:
        raise ValueError("not base64url")
    return decoded


def decode_bytes(client: NodeClient, answer: Json, name: str) -> bytes:
    """A field of an answer that holds bytes; `NodeMisbehaved` when it does not."""
    try:
        return read_bytes(text(client, answer, name))
    except ValueError as error:
        raise NodeMisbehaved(client.url, f"its field {name} is not base64url") from error


def decode_hex(client: NodeClient, answer: Json, name: str, *, length: int = 32) -> bytes:
    """A field of an answer that holds a key or hash in hex."""
    value = text(client, answer, name)
    try:
        decoded = bytes.fromhex(value)
    except ValueError:
        decoded = b""
    if len(decoded) != length:
        raise NodeMisbehaved(client.url, f"its field {name} is not {length} bytes in hex")
    return decoded


def text(client: NodeClient, answer: Json, name: str) -> str:
    """A field of an answer that holds a text."""
    value = answer.get(name)
    if not isinstance(value, str):
        raise NodeMisbehaved(client.url, f"its answer has no text {name}")
    return value


def integer(client: NodeClient, answer: Json, name: str) -> int:
    """A field of an answer that holds an integer."""
    value = answer.get(name)
    if type(value) is not int:
        raise NodeMisbehaved(client.url, f"its answer has no number {name}")
    return value


def number(client: NodeClient, answer: Json, name: str, *, least: int = 0) -> int:
    """A field of an answer that holds a number of the protocol: from `least` to 2^53 - 1."""
    value = integer(client, answer, name)
    if not least <= value <= MAX:
        raise NodeMisbehaved(client.url, f"its number {name} is out of range")
    return value


def nested(client: NodeClient, answer: Json, name: str) -> Json:
    """Field `name` of an answer, which has fields itself."""
    value = answer.get(name)
    if not isinstance(value, dict):
        raise NodeMisbehaved(client.url, f"{name} in its answer is not an object")
    return value


def objects(client: NodeClient, answer: Json, name: str) -> list[Json]:
    """A field of an answer that holds a list of objects."""
    value = answer.get(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise NodeMisbehaved(client.url, f"its answer has no list {name}")
    return value


@contextmanager
def reading(client: NodeClient) -> Iterator[None]:
    """Whatever an answer lacks while it is read in the `with` block is the node's fault: `NodeMisbehaved`.

    For showing what decides nothing; what a command relies on is read field by field.
    """
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise NodeMisbehaved(client.url, "its answer has not the shape that it should") from error


class Pages:
    """Where a list goes on that a node gives page by page: it has to end, and may not lead in circles."""

    def __init__(self, client: NodeClient) -> None:
        self._client = client
        self._seen: set[str | int] = set()

    def after(self, page: Json) -> str | int | None:
        """The cursor of the next page, None after the last; raises `NodeMisbehaved`."""
        following = page.get("next")
        if following is None:
            return None
        if not _is_cursor(following):
            raise NodeMisbehaved(self._client.url, "its answer has not the shape that it should")
        if following in self._seen:
            raise NodeMisbehaved(self._client.url, "its pages lead in circles")
        if len(self._seen) >= _MOST_PAGES:
            raise NodeMisbehaved(self._client.url, "its pages have no end")
        self._seen.add(following)
        return following


def _is_cursor(value: object) -> TypeGuard[str | int]:
    """Whether it can stand in an address as it is."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_CURSOR and value.isascii() and value.isprintable()
    return type(value) is int and 0 <= value <= MAX
