"""Makes logs for the stores to keep: well-chained bytes that are no valid entries of any kind."""

from dataclasses import dataclass, field

from ledger.chain import SignedHead, extend, genesis
from ledger.codec import encode
from node.store import Segment

FEDERATION = bytes(range(32))


def start(coop: int) -> bytes:
    """The head of the empty log."""
    return genesis(federation=FEDERATION, coop=coop)


def signature(coop: int, length: int) -> bytes:
    """64 bytes that stand for a signature; no store looks at them."""
    return encode([coop, length]).ljust(64, b"s")


@dataclass
class Log:
    """A log that grows, and what a store must answer about it."""

    coop: int
    entries: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heads.append(start(self.coop))

    @property
    def length(self) -> int:
        return len(self.entries)

    def head(self, length: int = -1) -> bytes:
        return self.heads[length]

    def grow(self, count: int, *, size: int = 40, signed: bool = True) -> Segment:
        """Append entries of about `size` bytes; the segment that holds them."""
        first, previous = self.length + 1, self.head()
        new = [encode([first + step, b"e" * size]) for step in range(count)]
        self.entries.extend(new)
        for entry in new:
            self.heads.append(extend(self.heads[-1], entry))
        return Segment(
            coop=self.coop,
            first=first,
            count=count,
            entries=b"".join(new),
            previous=previous,
            head=self.head(),
            signature=signature(self.coop, self.length) if signed else None,
        )

    def signed_head(self, length: int) -> SignedHead:
        return SignedHead(
            coop=self.coop,
            length=length,
            head=self.head(length),
            signature=signature(self.coop, length),
        )
