"""What a node holds, in short: one row for each coop, and a digest over all rows.

Two nodes with equal digests have nothing to tell each other. A row stands for the newest signed head that is
held of the coop's log, for its word on where its node answers, and for the evidence against it. What is known
and not held is not in it: who lacks it could not get it here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from ledger.chain import SignedHead
from ledger.codec import encode
from ledger.evidence import ForkEvidence, InvalidEntryEvidence
from node.engine.core import Core
from node.engine.replication.addresses import Addresses
from node.engine.wire_gossip import DIGEST_BYTES, LAST_COOP, MOST_ROWS, Outline, Row


@dataclass(frozen=True, slots=True)
class _Made:
    """A row, and what it was made from."""

    signed: SignedHead | None
    serial: int
    kinds: tuple[str, ...]
    row: Row
    data: bytes


class Outlines:
    """The rows of this node; each is made anew only when it is another one."""

    def __init__(self, core: Core, addresses: Addresses) -> None:
        self._core = core
        self._addresses = addresses
        self._made: dict[int, _Made] = {}

    def rows(self) -> dict[int, Row]:
        """By coop, in the order of their numbers; none for a coop of which nothing is held."""
        return {made.row.coop: made.row for made in self._all()}

    def digest(self) -> bytes:
        """What stands for all rows."""
        return sha256(b"".join(made.data for made in self._all())).digest()[:DIGEST_BYTES]

    def _all(self) -> list[_Made]:
        core, said, accused = self._core, self._addresses.known(), self._core.accused
        found = []
        for coop in sorted({*core.signed, *said, *accused}):
            signed = core.signed.get(coop)
            serial = said[coop].serial if coop in said else 0
            kinds = _kinds(accused.get(coop, ()))
            made = self._made.get(coop)
            if made is None or (made.signed, made.serial, made.kinds) != (signed, serial, kinds):
                tag = b"" if signed is None else tag_of(signed)
                row = Row(coop=coop, tag=tag, serial=serial, kinds=kinds)
                made = self._made[coop] = _Made(signed, serial, kinds, row, encode(row.value()))
            if made.row != Row(coop=coop):
                found.append(made)
        return found


def _kinds(held: Collection[str]) -> tuple[str, ...]:
    """What others can be told. Where there is a fork, who holds another history than the refused entry can't
    judge that, and needs not: the fork proves as much."""
    left = set(held) - {InvalidEntryEvidence.kind} if ForkEvidence.kind in held else set(held)
    return tuple(sorted(left))


def tag_of(signed: SignedHead) -> bytes:
    """What stands for a head: not its signature, of which there may be several."""
    return sha256(encode([signed.coop, signed.length, signed.head])).digest()[:DIGEST_BYTES]


def pages_of(rows: Mapping[int, Row]) -> Iterator[Outline]:
    """All rows in as many messages as they take, which together speak of all coops that there can be."""
    found, first = list(rows.values()), 0
    for place in range(0, max(len(found), 1), MOST_ROWS):
        page = tuple(found[place : place + MOST_ROWS])
        is_last = place + MOST_ROWS >= len(found)
        last = LAST_COOP if is_last else page[-1].coop
        yield Outline(first=first, last=last, rows=page)
        first = last + 1
