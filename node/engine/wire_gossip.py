"""Messages by which two nodes find out in what they differ, PROTOCOL section 10.2.

Decoding checks shape and sizes, and trusts nothing.
"""

from dataclasses import dataclass
from typing import Final

from ledger.codec import MAX, MAX_ARRAY, Value, encode
from ledger.shapes import is_bytes, is_number

DIGEST_BYTES: Final = 16
MOST_ROWS: Final = MAX_ARRAY
"""How many rows one message has."""
LAST_COOP: Final = 2**32 - 1
_MOST_KINDS: Final = 8
_LONGEST_KIND: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a node holds of a coop, in short.

    `tag` stands for the newest signed head held of its log, empty when there is none; `serial` is that of its
    word on where its node answers, 0 when there is none; `kinds` of the evidence against it, rising.
    """

    coop: int
    tag: bytes = b""
    serial: int = 0
    kinds: tuple[str, ...] = ()

    def value(self) -> Value:
        """`[coop, tag, serial, [kind, ...]]`."""
        return [self.coop, self.tag, self.serial, list(self.kinds)]


@dataclass(frozen=True, slots=True)
class Digest:
    """Stands for all that the sender holds: equal digests, and there is nothing to tell."""

    digest: bytes

    def encode(self) -> bytes:
        """`["digest", digest]`."""
        return encode(["digest", self.digest])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The answer to a digest that is not one's own: what is held of the coops from `first` to `last`."""

    first: int
    last: int
    rows: tuple[Row, ...]

    def encode(self) -> bytes:
        """`["outline", first, last, [row, ...]]`."""
        return encode(["outline", self.first, self.last, [row.value() for row in self.rows]])


@dataclass(frozen=True, slots=True)
class Differences:
    """The answer to an outline: the rows in which the sender differs; what it lacks is an empty row."""

    rows: tuple[Row, ...]

    def encode(self) -> bytes:
        """`["differences", [row, ...]]`."""
        return encode(["differences", [row.value() for row in self.rows]])


@dataclass(frozen=True, slots=True)
class Enough:
    """The sender gets that coop's entries from others sooner: push no more of them here until it asks."""

    coop: int

    def encode(self) -> bytes:
        """`["enough", coop]`."""
        return encode(["enough", self.coop])


GossipMessage = Digest | Outline | Differences | Enough


def read_gossip_message(value: object) -> GossipMessage | None:
    """The message that a decoded value is; None for another shape."""
    match value:
        case ["digest", bytes(digest)] if len(digest) == DIGEST_BYTES:
            return Digest(digest)
        case ["outline", int(first), int(last), list(found)]:
            rows = _rows(found)
            if rows is None or not 0 <= first <= last <= LAST_COOP:
                return None
            if all(first <= row.coop <= last for row in rows):
                return Outline(first=first, last=last, rows=rows)
        case ["differences", list(found)]:
            rows = _rows(found)
            return None if rows is None else Differences(rows)
        case ["enough", int(coop)] if is_number(coop):
            return Enough(coop)
        case _:
            pass
    return None


def _rows(found: list[object]) -> tuple[Row, ...] | None:
    """Rows in the order of their coops, none twice."""
    read = [_row(each) for each in found]
    rows = tuple(row for row in read if row is not None)
    coops = [row.coop for row in rows]
    return rows if len(rows) == len(read) and coops == sorted(set(coops)) else None


def _row(value: object) -> Row | None:
    match value:
        case [int(coop), bytes(tag), int(serial), list(kinds)]:
            is_good = (
                is_number(coop)
                and (tag == b"" or is_bytes(tag, DIGEST_BYTES))
                and 0 <= serial <= MAX
                and len(kinds) <= _MOST_KINDS
                and all(type(kind) is str and len(kind) <= _LONGEST_KIND for kind in kinds)
                and kinds == sorted(set(kinds))
            )
            if is_good:
                return Row(coop=coop, tag=tag, serial=serial, kinds=tuple(kinds))
        case _:
            pass
    return None
