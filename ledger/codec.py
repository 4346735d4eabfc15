"""Canonical MessagePack, PROTOCOL section 2.

One value has one encoding: `decode` refuses whatever `encode` would not have written. It does so in the
plainest way: decode, look at the types, encode again, compare. This module knows no message.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, cast

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
        raise EncodingError("not a MessagePack value") from error
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


def split(blob: bytes, *, most: int = MAX) -> list[bytes]:
    """The encodings that `blob` concatenates, unchecked except for their boundaries.

    A value may be of any MessagePack type here. A blob that ends within a value, in which containers
    nest deeper than 1,024, or that has more than `most` values, raises `EncodingError`.
    """
    found = list(islice(parts(blob), most + 1))
    if len(found) > most:
        raise EncodingError(f"more than {most} values")
    return found


def parts(blob: bytes) -> Iterator[bytes]:
    """The same one after the other: what is behind those that are asked for is not looked at."""
    if _TOO_LONG in blob:
        yield from _parts_slowly(blob)
        return
    unpacker = msgpack.Unpacker(None, max_buffer_size=max(len(blob), 1))
    unpacker.feed(blob)
    start, length = 0, len(blob)
    while start < length:
        try:
            unpacker.skip()
        except Exception as error:
            raise EncodingError(f"not a MessagePack value at byte {start}") from error
        end = unpacker.tell()
        yield blob[start:end]
        start = end


_TOO_LONG: Final = b"\xc9\xff\xff\xff\xff"
"""An extension so long that msgpack's reader, which adds one for its type, takes it for an empty one."""

_MAX_NESTED: Final = 1024

_PLAIN: Final = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8} | {
    **{0xCC + place: 1 << place for place in range(4)},
    **{0xD0 + place: 1 << place for place in range(4)},
    **{0xD4 + place: 1 + (1 << place) for place in range(5)},
}
"""First byte -> how many bytes follow it."""

_SIZED: Final = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
"""First byte -> the width of the length that follows it."""

_CONTAINERS: Final = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
"""First byte -> the width of the count that follows it, and how many values each counts for."""


def _parts_slowly(blob: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(blob):
        end = _end(blob, start)
        yield blob[start:end]
        start = end


def _end(blob: bytes, start: int) -> int:
    """Where the value at `start` ends."""
    at = start
    left = [1]  # how many values are still to come, of each container that is open
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        left[-1] -= 1
        if at >= len(blob):
            raise EncodingError(f"not a MessagePack value at byte {start}")
        first, at = blob[at], at + 1
        count = None
        if first in _PLAIN:
            at += _PLAIN[first]
        elif first in _SIZED:
            width = _SIZED[first]
            extension = 1 if 0xC7 <= first <= 0xC9 else 0
            at += width + extension + int.from_bytes(blob[at : at + width], "big")
        elif 0xA0 <= first <= 0xBF:
            at += first & 0x1F
        elif first in _CONTAINERS:
            width, values = _CONTAINERS[first]
            count = values * int.from_bytes(blob[at : at + width], "big")
            at += width
        elif 0x80 <= first <= 0x9F:
            count = (first & 0x0F) * (2 if first < 0x90 else 1)
        elif first == 0xC1:
            raise EncodingError(f"not a MessagePack value at byte {start}")
        if at > len(blob) or (count is not None and len(left) > _MAX_NESTED):
            raise EncodingError(f"not a MessagePack value at byte {start}")
        if count is not None:
            left.append(count)
    return at
