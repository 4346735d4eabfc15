"""Which logs grew by more than anchors since any log that is held here anchored them, and since when.

One log that has taken it in is enough: from then on all nodes hold that much, also of a coop that is accused
later (`node.engine.replication.held`). Who anchors a log that nobody is paid by goes round: see `turn`.
"More than anchors" is what keeps two idle nodes from anchoring each other's anchors for ever.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace

from ledger.charter import Charter
from ledger.codec import split
from ledger.entries import Entry, decode_entry, entry_kind
from ledger.errors import EncodingError
from ledger.shapes import Kind
from ledger.transactions import Anchor
from node.engine.core import Core
from node.errors import LogDamaged

_FEW_ENTRIES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """Since `since_ms` the log has grown: to `first` then, and to `upto` since."""

    since_ms: int
    first: int
    upto: int


class Growth:
    """Growth of other coops' logs that no log has taken in."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._grown: dict[int, Grown] = {}
        self._ring: tuple[Charter, frozenset[int], list[int]] | None = None
        self.begin_anew()

    def begin_anew(self) -> None:
        """Read from the logs what no log has taken in, also after some of a log was dropped."""
        core, before = self._core, self._grown
        self._grown = {}
        for coop in core.partners:
            if _has_grown(core, coop, self._taken_in(coop) + 1):
                since_ms = before[coop].since_ms if coop in before else 0
                length = core.length(coop)
                self._grown[coop] = Grown(since_ms=since_ms, first=length, upto=length)

    def note(self, coop: int, entries: bytes, count: int, *, length: int, now_ms: int) -> None:
        """A log has grown by `entries` to `length`."""
        if count <= _FEW_ENTRIES:
            anchored = {other for other in map(_anchored_by, split(entries)) if other is not None}
            for other in anchored:
                self.taken_in(coop, other, now_ms=now_ms)
        if coop == self._core.coop or _is_only_anchors(entries, count):
            return
        known = self._grown.get(coop)
        if known is None:
            self._grown[coop] = Grown(since_ms=now_ms, first=length, upto=length)
        else:
            self._grown[coop] = replace(known, upto=length)

    def taken_in(self, log: int, coop: int, *, now_ms: int) -> None:
        """The log of `log` has anchored that of `coop`."""
        if coop in self._grown:
            taken = self._core.validator.taken_in(log, other=coop)
            self._is_settled(coop, taken, now_ms)

    def is_open(self, coop: int, now_ms: int) -> bool:
        """Whether no log has taken in what that log has grown by. It looks at all of them."""
        return coop in self._grown and not self._is_settled(coop, self._taken_in(coop), now_ms)

    def _is_settled(self, coop: int, taken: int, now_ms: int) -> bool:
        """Whether the growth that was counted from is taken in; what came after it is counted from now on."""
        known = self._grown[coop]
        if taken >= known.upto:
            del self._grown[coop]
        elif taken >= known.first:
            self._grown[coop] = Grown(since_ms=now_ms, first=known.upto, upto=known.upto)
        return taken >= known.first

    def turn(self, coop: int) -> int:
        """The own coop's turn to anchor that log: 1 is the member after it by number, then round."""
        ring, own = self._members(), self._core.coop
        place = bisect_left(ring, coop)
        is_there = ring[place : place + 1] == [coop]
        if own not in ring:
            return len(ring) + (not is_there)
        return (bisect_left(ring, own) - place) % len(ring) + (not is_there)

    def _members(self) -> list[int]:
        """The members that nobody accuses, rising."""
        charter, accused = self._core.charter, self._core.accused.keys()
        if self._ring is None or self._ring[0] is not charter or self._ring[1] != accused:
            numbers = {each.number for each in charter.members()} - accused
            self._ring = charter, frozenset(accused), sorted(numbers)
        return self._ring[2]

    def coops(self) -> tuple[int, ...]:
        """The coops whose logs have grown, except those with evidence, which are not anchored."""
        grown = self._grown.keys() - self._core.accused.keys()
        return tuple(
            coop for coop in sorted(grown) if self._taken_in(coop) < self._grown[coop].upto
        )

    def _taken_in(self, coop: int) -> int:
        """The most that another log has taken in of the log that is held. (Of an accused coop's log only what
        all nodes keep is held.)"""
        validator = self._core.validator
        others = (log for log in validator.coops if log != coop)
        return max((validator.taken_in(log, other=coop) for log in others), default=0)

    def since_ms(self, coop: int) -> int | None:
        """Since when there is growth; perhaps some log has taken it in already (`is_open`)."""
        known = self._grown.get(coop)
        return None if known is None else known.since_ms


def _anchored_by(entry: bytes) -> int | None:
    """Whose log an entry anchors."""
    if entry_kind(entry) != Kind.ANCHOR:
        return None
    found = decode_entry(entry)
    transaction = found.transaction if isinstance(found, Entry) else None
    return transaction.coop if isinstance(transaction, Anchor) else None


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
