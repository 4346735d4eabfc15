"""A Bloom filter: says of a text "never seen" or "perhaps", in a megabyte, however many there were.

It spares the store a question for nearly every new order id. A "perhaps" is looked up, so it decides nothing.
"""

from hashlib import blake2b
from typing import Final

_BITS: Final = 2**23
_PLACES: Final = 4


class Sketch:
    """Remembers texts. With a million of them one answer in fifty is a "perhaps" for nothing."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)

    def add(self, text: str) -> None:
        """Remember a text for ever."""
        for place in _places(text):
            self._bits[place >> 3] |= 1 << (place & 7)

    def may_have(self, text: str) -> bool:
        """False only when the text was never added."""
        return all(self._bits[place >> 3] & 1 << (place & 7) for place in _places(text))


def _places(text: str) -> list[int]:
    digest = blake2b(text.encode("utf-8"), digest_size=4 * _PLACES).digest()
    return [
        int.from_bytes(digest[start : start + 4], "big") % _BITS
        for start in range(0, 4 * _PLACES, 4)
    ]
