"""Canonical MessagePack, PROTOCOL section 2.

One value has one encoding: `decode` refuses whatever `encode` would not have written. It does so in the
plainest way: decode, look at the types, encode again, compare. This module knows no message.
"""

from collections.abc import Sequence
from typing import cast

import msgpack

from ledger.errors import EncodingError

MAX = 2**53 - 1
"""The largest amount, length or time: the largest integer that every JSON reader keeps exactly."""

MAX_DEPTH = 8

MAX_ARRAY = 256
"""The most elements of an array, unless a message says otherwise."""

Value = None | int | bytes | str | Sequence["Value"]
"""What a message may hold. Decoding gives lists for arrays; encoding takes lists and tuples."""


def encode(value: Value) -> bytes:
    """The canonical encoding of `value`. An integer outside 64 bits raises `EncodingError`."""
    try:
        return cast(bytes, msgpack.packb(value))
    except (OverflowError, TypeError, ValueError) as error:
        raise EncodingError(f"value has no encoding: {error}") from error


def decode(data: bytes, *, max_array: int = MAX_ARRAY) -> Value:
    """The one value that `data` encodes canonically; else `EncodingError`.

    Arrays have at most `max_array` elements. The library makes room for as many as a header claims, at
    every depth, before it sees that they are not there; the limit bounds that.
    """
    try:
        value = msgpack.unpackb(data, max_array_len=max_array)
    except Exception as error:  # msgpack raises several unrelated types on bad bytes
        raise EncodingError(f"not a MessagePack value: {error}") from error
    check_types(value)
    if msgpack.packb(value) != data:
        raise EncodingError("not the shortest encoding")
    return cast(Value, value)


def check_types(value: object, depth: int = MAX_DEPTH) -> None:
    """Raise `EncodingError` unless `value` holds only the types that a message may hold."""
    kind = type(value)
    if value is None or kind is int or kind is bytes or kind is str:
        return
    if kind is not list:
        raise EncodingError(f"type not allowed: {kind.__name__}")
    if depth == 0:
        raise EncodingError("arrays nest too deep")
    for item in cast(list[object], value):
        check_types(item, depth - 1)


def split(blob: bytes) -> list[bytes]:
    """The encodings that `blob` concatenates, unchecked but for their boundaries.

    A blob that ends within a value raises `EncodingError`.
    """
    unpacker = msgpack.Unpacker(None, max_buffer_size=max(len(blob), 1))
    unpacker.feed(blob)
    parts: list[bytes] = []
    start, length = 0, len(blob)
    while start < length:
        try:
            unpacker.skip()
        except Exception as error:
            raise EncodingError(f"not a MessagePack value at byte {start}") from error
        end = unpacker.tell()
        parts.append(blob[start:end])
        start = end
    return parts
