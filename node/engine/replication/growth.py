"""Which logs grew by more than anchors since this node anchored them, and since when.

"More than anchors" is what keeps two idle nodes from anchoring each other's anchors for ever.
"""

from dataclasses import dataclass

from ledger.codec import split
from ledger.entries import entry_kind
from ledger.errors import EncodingError
from ledger.transactions import Kind
from node.engine.core import Core
from node.errors import LogDamaged

_FEW_ENTRIES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """Since `since_ms` the log has grown, and at length `upto` for the last time."""

    since_ms: int
    upto: int


class Growth:
    """Growth of other coops' logs that the own log has not taken in."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._grown: dict[int, Grown] = {}
        anchored = core.validator.log(core.coop).anchored
        for coop in core.partners:
            if _has_grown(core, coop, anchored.get(coop, 0) + 1):
                self._grown[coop] = Grown(since_ms=0, upto=core.length(coop))

    def note(self, coop: int, entries: bytes, count: int, *, length: int, now_ms: int) -> None:
        """A log has grown by `entries` to `length`."""
        if coop == self._core.coop or _is_only_anchors(entries, count):
            return
        known = self._grown.get(coop)
        since_ms = now_ms if known is None else known.since_ms
        self._grown[coop] = Grown(since_ms=since_ms, upto=length)

    def anchored(self, coop: int, length: int) -> None:
        """The own log has taken in that log up to `length`."""
        known = self._grown.get(coop)
        if known is not None and known.upto <= length:
            del self._grown[coop]

    def coops(self) -> tuple[int, ...]:
        """The coops whose logs have grown, except those with evidence, which are not anchored."""
        return tuple(sorted(self._grown.keys() - self._core.accused.keys()))

    def since_ms(self, coop: int) -> int | None:
        """Since when there is growth that is not anchored."""
        known = self._grown.get(coop)
        return None if known is None else known.since_ms


def _is_only_anchors(blob: bytes, count: int) -> bool:
    """Whether entries are nothing but anchors. Many at once never are: anchors don't come in crowds."""
    if count > _FEW_ENTRIES:
        return False
    return all(entry_kind(entry) == Kind.ANCHOR for entry in split(blob))


def _has_grown(core: Core, coop: int, first: int) -> bool:
    """Whether there is anything but anchors from that entry on; where it can't be read, there may be."""
    try:
        return any(
            not _is_only_anchors(segment.entries, segment.count)
            for segment in core.store.segments(coop, first)
        )
    except LogDamaged as damage:
        core.suspected.append(damage)
        return True
    except EncodingError:
        core.suspected.append(LogDamaged(coop=coop, first=first, last=core.length(coop)))
        return True
