"""What peers' messages cost this node, and who has to wait because of it.

Work is counted in the units of `node.engine.costs`: signatures that are checked, bytes that are read,
look-ups in the store, rows that are written. A peer may cause so much in one tick; what it sent beyond that
waits for the next. And while people wait for this node (requests came within the last second), a peer may
cause so much in a second and no more, so that whatever one peer sends, most of the node is left for them.
On a machine that is slow, or busy with other things, a second holds less: so while people wait no tick is
worth more than some milliseconds to a peer, however long it took.
While nobody waits a peer may use what there is: a node that catches up is not held back.

What waits is in order, and bounded by the inbox, which gives nothing more of a peer that has to wait.
It counts and decides; the work itself is done by those whose messages they are.
"""

from collections import Counter, deque
from typing import Final

from node.engine.costs import LOOKUP, ROW, SIGNATURE, UNCHECKED, checking, reading
from node.engine.settings import EngineSettings
from node.engine.wire import (
    BranchEntries,
    Entries,
    EvidenceNews,
    GetBranch,
    Heads,
    MemoDelivery,
    MemoKept,
    Message,
    WitnessAnswer,
    WitnessRequest,
)
from node.engine.wire_decisions import Due, Known, SubjectMessage, Told
from node.engine.wire_gossip import Differences, Enough, Outline
from node.engine.wire_names import NamesAnswer, NamesQuestion
from node.rates import Bucket

_MESSAGE: Final = 50
_HEAD: Final = 10
_TICK: Final = 500
"""A tick that nobody but a peer has caused."""
_ENTRY_BYTES: Final = 4
"""How many bytes of a branch are judged as entries for one unit."""


def cost_of(message: Message) -> int:
    """What a message costs by its shape alone; what depends on the books is spent where it is done."""
    match message:
        case Heads():
            return _HEAD * len(message.heads)
        case Enough():
            return _HEAD
        case Outline() | Differences():
            return _HEAD * len(message.rows)
        case Entries():
            return SIGNATURE + ROW + checking(len(message.entries))
        case BranchEntries():
            return SIGNATURE + ROW + len(message.part.entries) // _ENTRY_BYTES
        case GetBranch():
            return SIGNATURE + 5 * LOOKUP
        case WitnessRequest() | WitnessAnswer():
            return 3 * SIGNATURE
        case EvidenceNews():
            return 3 * SIGNATURE + 4 * reading(len(message.data))
        case MemoDelivery():
            return LOOKUP + ROW
        case MemoKept():
            return ROW
        case NamesQuestion():
            return 2 * LOOKUP * (1 + len(message.accounts) + len(message.handles))
        case NamesAnswer():
            return 2 * LOOKUP * (1 + len(message.found) + len(message.missing))
        case Due():
            return 5 * LOOKUP
        case Told():
            return sum(one.cost for one in message.known)
        case Known() | SubjectMessage():
            return message.cost
        case _:
            return LOOKUP


class Work:
    """The account of every peer. It has a clock of its own, of the time that is worth something to peers."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._buckets: dict[int, Bucket] = {}
        self._spent: Counter[int] = Counter()
        self._waiting: dict[int, deque[bytes]] = {}
        self._excuses: dict[int, Bucket] = {}
        self._now_ms = 0
        self._worth_ms = 0
        self._is_asked = False
        self._busy_until_ms = 0

    def begin(self, steady_ms: int, *, is_asked: bool) -> None:
        """A tick begins; `is_asked` says whether people want something of it."""
        self._spent.clear()
        self._is_asked = is_asked
        elapsed_ms = steady_ms - self._now_ms
        if self.is_busy:
            elapsed_ms = min(elapsed_ms, self._settings.peer_tick_ms)
        self._now_ms, self._worth_ms = steady_ms, self._worth_ms + elapsed_ms
        if is_asked:
            self._busy_until_ms = steady_ms + self._settings.busy_ms

    def spend(self, peer: int, units: int) -> None:
        """Count what that peer has caused."""
        if not self._is_asked and peer not in self._spent:
            units += _TICK
        self._spent[peer] += units
        self._bucket(peer).take(units, self._worth_ms)

    def received(self, peer: int, size: int) -> None:
        """Count that a message of that size was read."""
        self.spend(peer, _MESSAGE + reading(size))

    def may_go_on(self, peer: int) -> bool:
        """Whether the peer may cause more in this tick."""
        if self._spent[peer] >= self._settings.peer_tick_work:
            return False
        return not self.is_busy or self._debt_ms(peer) == 0

    def may_finish(self, peer: int) -> bool:
        """Whether the message that is being taken in may cause more; what is left of it is passed over."""
        return self._spent[peer] < 2 * self._settings.peer_tick_work

    def excuse(self, peer: int) -> bool:
        """Whether one thing more of that peer that can't be checked is passed over, and not held against it.

        It has cost more than what holds. So many a second are, whatever the peer says it knows, and over
        all its links: an honest one has few.
        """
        self.spend(peer, UNCHECKED)
        bucket = self._excuses.get(peer)
        if bucket is None:
            bucket = self._excuses[peer] = Bucket(
                per_second=self._settings.excuses_per_second,
                burst=self._settings.excuses_burst,
                most_debt=1,
                now_ms=self._now_ms,
            )
        return bucket.take(1, self._now_ms) == 0

    def wait(self, peer: int, data: bytes) -> None:
        """Keep a message until the peer may go on."""
        self._waiting.setdefault(peer, deque()).append(data)

    def has_waiting(self, peer: int) -> bool:
        """Whether messages of that peer wait, so that later ones must wait behind them."""
        return peer in self._waiting

    def waiting(self) -> list[int]:
        """The peers of which something waits."""
        return list(self._waiting)

    def next_of(self, peer: int) -> bytes | None:
        """The first message of that peer that waits, if it may go on; it waits no more."""
        queue = self._waiting.get(peer)
        if queue is None or not self.may_go_on(peer):
            return None
        data = queue.popleft()
        if not queue:
            del self._waiting[peer]
        return data

    def forget(self, peer: int) -> None:
        """The link is gone, or not to be trusted: what waits is not read any more."""
        self._waiting.pop(peer, None)

    def wake_at_ms(self) -> int | None:
        """When something that waits may go on; never now, since it has just been looked at."""
        if not self._waiting:
            return None
        debt_ms = min(map(self._debt_ms, self._waiting))
        busy_ms = self._busy_until_ms - self._now_ms
        return self._now_ms + max(1, min(debt_ms, busy_ms, self._settings.peer_tick_ms))

    @property
    def is_busy(self) -> bool:
        """Whether people wait for this node."""
        return self._now_ms < self._busy_until_ms

    def _debt_ms(self, peer: int) -> int:
        bucket = self._buckets.get(peer)
        return 0 if bucket is None else bucket.debt_ms(self._worth_ms)

    def _bucket(self, peer: int) -> Bucket:
        bucket = self._buckets.get(peer)
        if bucket is None:
            bucket = self._buckets[peer] = Bucket(
                per_second=self._settings.peer_work,
                burst=self._settings.peer_work // 2,
                most_debt=self._settings.peer_work,
                now_ms=self._worth_ms,
            )
        return bucket
