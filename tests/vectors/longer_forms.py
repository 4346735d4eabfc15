"""Every longer form of every integer, length and array header in a value: what no reader may take.

A value has one encoding, the shortest. A reader that takes a longer one as well calls other bytes the same
value: two nodes would then disagree about which entries are valid, and a federation splits.
"""

from collections.abc import Iterator
from typing import NamedTuple

WIDTHS = (1, 2, 4, 8)
_UNSIGNED = {1: 0xCC, 2: 0xCD, 4: 0xCE, 8: 0xCF}
_SIGNED = {1: 0xD0, 2: 0xD1, 4: 0xD2, 8: 0xD3}
_BINARY = {1: 0xC4, 2: 0xC5, 4: 0xC6}
_STRING = {1: 0xD9, 2: 0xDA, 4: 0xDB}
_ARRAY = {2: 0xDC, 4: 0xDD}


class LongerForm(NamedTuple):
    """`put` instead of the `length` bytes from `at` on."""

    at: int
    length: int
    put: bytes

    def of(self, data: bytes) -> bytes:
        """The whole value with this form in it."""
        return data[: self.at] + self.put + data[self.at + self.length :]


def longer_forms(data: bytes) -> list[LongerForm]:
    """Those of the canonical value `data`, one at a time, at any depth."""
    found: list[LongerForm] = []
    at = 0
    while at < len(data):
        length, body, puts = _forms_at(data, at)
        found += [LongerForm(at, length, put) for put in puts]
        at += length + body
    return found


def _forms_at(data: bytes, at: int) -> tuple[int, int, list[bytes]]:
    """How long the header at `at` is, how many bytes of its own follow, and its longer forms."""
    first = data[at]
    if first == 0xC0:
        return 1, 0, []
    if 0x90 <= first <= 0x9F or first in _ARRAY.values():
        length, count = _sized(data, at, _ARRAY, 0x0F)
        return length, 0, list(_headers(count, length, _ARRAY))
    if 0xA0 <= first <= 0xBF or first in _STRING.values():
        length, size = _sized(data, at, _STRING, 0x1F)
        return length, size, list(_headers(size, length, _STRING))
    if first in _BINARY.values():
        length, size = _sized(data, at, _BINARY, 0)
        return length, size, list(_headers(size, length, _BINARY))
    length, value = _integer(data, at)
    return length, 0, list(_integers(value, length))


def _sized(data: bytes, at: int, firsts: dict[int, int], mask: int) -> tuple[int, int]:
    for width, first in firsts.items():
        if data[at] == first:
            return 1 + width, int.from_bytes(data[at + 1 : at + 1 + width], "big")
    return 1, data[at] & mask


def _headers(count: int, length: int, firsts: dict[int, int]) -> Iterator[bytes]:
    for width, first in firsts.items():
        if 1 + width > length:
            yield bytes([first]) + count.to_bytes(width, "big")


def _integer(data: bytes, at: int) -> tuple[int, int]:
    for signed, firsts in ((False, _UNSIGNED), (True, _SIGNED)):
        for width, first in firsts.items():
            if data[at] == first:
                body = data[at + 1 : at + 1 + width]
                return 1 + width, int.from_bytes(body, "big", signed=signed)
    return 1, data[at] if data[at] < 0x80 else data[at] - 0x100


def _integers(value: int, length: int) -> Iterator[bytes]:
    for width in WIDTHS:
        if 1 + width > length and value >= 0:
            yield bytes([_UNSIGNED[width]]) + value.to_bytes(width, "big")
        if -(1 << 8 * width - 1) <= value < 1 << 8 * width - 1 and (
            value >= 0 or 1 + width > length
        ):
            # A signed form is never that of a non-negative integer, however long.
            yield bytes([_SIGNED[width]]) + value.to_bytes(width, "big", signed=True)
