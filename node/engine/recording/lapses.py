"""Which guarantees go down by themselves, and when to look again: PROTOCOL section 13.7.

A guarantee goes down when its day has come, or when it was withdrawn and a debt that held it is paid off. If
it comes down to what its guarantor wants, at once; part of the way only once an hour, so that each payment of
a debtor does not become a second entry. Looking costs time with many guarantees, so not each tick looks.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.government.guarantees import (
    GUARANTEES_CHAPTER,
    Lapse,
    Pledge,
    needed_of,
    pair_of,
    pledge_key,
    pledge_of,
)
from ledger.validators.reading import LogReader

PAUSE_S: Final = 10
"""How long after one look the next comes, at least."""

MOST_AT_ONCE: Final = 64
"""So many are found in one look; the rest in the next."""

PART_WAY_S: Final = 3_600
"""So long a guarantee stays as it is before it goes down part of the way: PROTOCOL section 13.7."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row, and since when it is as it is, as far as this node has seen."""

    value: bytes
    pair: Pair
    pledge: Pledge
    since: int


class Lapses:
    """Finds what goes down. It keeps what it has read of the rows, and nothing that can't be read again."""

    def __init__(self) -> None:
        self._seen: dict[bytes, _Seen] = {}
        self._looked: int | None = None
        self.look_at: int | None = None
        """When to look again though the log has not grown, in Unix seconds; None: no need."""

    def find(self, log: LogReader, now: int) -> list[Lapse]:
        """What the rules take at `now`, in an order in which each is still right after those before it."""
        is_awaited = self.look_at is not None and self.look_at <= now
        next_look = 0 if self._looked is None or now < self._looked else self._looked + PAUSE_S
        if now < next_look and not is_awaited:
            self._wake(next_look)
            return []
        self._read(log, now)
        self._looked = now
        found: list[Lapse] = []
        self.look_at = None
        for seen, after, due in self._falling(log, now):
            if due <= now and len(found) < MOST_AT_ONCE:
                guarantor, member = seen.pair
                found.append(Lapse(guarantor=guarantor, member=member, revision=after.revision))
                fallen = _Seen(after.encoded(), seen.pair, after, now)
                self._seen[pledge_key(guarantor, member)] = fallen
            else:
                self._wake(max(due, now + PAUSE_S))
        for seen in self._seen.values():
            if seen.pledge.until is not None and seen.pledge.until > now:
                self._wake(seen.pledge.until)
        return found

    def _wake(self, time: int) -> None:
        self.look_at = time if self.look_at is None else min(self.look_at, time)

    def _read(self, log: LogReader, now: int) -> None:
        """Of rows that are as they were, it is known since when; at the start, for long enough."""
        before, since = self._seen, now - PART_WAY_S if self._looked is None else now
        self._seen = {}
        for key, value in log.rows(GUARANTEES_CHAPTER):
            seen = before.get(key)
            if seen is None or seen.value != value:
                seen = _Seen(value, pair_of(key), pledge_of(value), since)
            self._seen[key] = seen

    def _falling(self, log: LogReader, now: int) -> Iterator[tuple[_Seen, Pledge, int]]:
        """Those that a lapse would bring down, to what, and from when on that is worth an entry."""
        waiting = [
            seen for seen in self._seen.values() if seen.pledge.wanted_at(now) < seen.pledge.cap
        ]
        members = {seen.pair[1] for seen in waiting}
        pledges: dict[int, dict[int, Pledge]] = defaultdict(dict)
        for seen in self._seen.values() if members else ():
            guarantor, member = seen.pair
            if member in members:
                pledges[member][guarantor] = seen.pledge
        for seen in waiting:
            guarantor, member = seen.pair
            account = log.account(member)
            balance = 0 if account is None else account.balance
            needed = needed_of(guarantor, balance=balance, pledges=pledges[member])
            after = seen.pledge.lapsed(now, needed)
            if after.cap < seen.pledge.cap:
                pledges[member][guarantor] = after
                yield seen, after, now if after.cap == after.wanted else seen.since + PART_WAY_S
