"""The events of accounts that are followed, kept so that a stream can go on where it was cut.

Rules:
- Events are kept for accounts whose stream was opened not long ago; nobody else's cost anything.
- Each has a *position*, a number that rises within an account: of microseconds since 1970, so that it goes on
  rising through restarts and losses of the database.
- They are kept for some time, and up to some number. `floor` is the position up to which some may be gone:
  whoever asks from before it is told so.
"""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappush

from node.merchant.desk import Desk
from node.merchant.packing import to_bytes
from node.merchant.records import MerchantRecord
from node.merchant.settings import MerchantSettings
from node.store import Record

Deadlines = list[tuple[int, MerchantRecord, str]]
"""A heap of (due time, kind, id), as the context has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """An event as it was told. `message` is its webhook-id."""

    position: int
    type: str
    message: str
    body: str


@dataclass(slots=True)
class _Account:
    """What is known of a followed account. `since`: the position from which on its events are kept."""

    since: int
    until_ms: int
    positions: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A stream that was opened. `replay_from`: the position after which it goes on; None: from now on.

    `now`: the present position. `is_gap`: it can't go on where it was, since events after that are gone.
    """

    now: int
    replay_from: int | None
    is_gap: bool


class Followed:
    """Keeps them."""

    def __init__(self, settings: MerchantSettings, desk: Desk, deadlines: Deadlines) -> None:
        self._settings = settings
        self._desk = desk
        self._deadlines = deadlines
        self._accounts: dict[int, _Account] = {}

    def start(self) -> None:
        """Load which accounts are followed, and where their events are."""
        for id_, _, due_ms, _ in self._desk.pending(MerchantRecord.FOLLOWER):
            record = self._desk.find(MerchantRecord.FOLLOWER, id_)
            if record is not None:
                since = int(json.loads(record.data)["since"])
                self._accounts[int(id_)] = _Account(since, due_ms)
                self._deadlines.append((due_ms, MerchantRecord.FOLLOWER, id_))
        for id_, shelf, due_ms, _ in self._desk.pending(MerchantRecord.EVENT):
            self._deadlines.append((due_ms, MerchantRecord.EVENT, id_))
            account = self._accounts.get(int(shelf))
            if account is not None:
                account.positions.append(_position(id_))
        for account in self._accounts.values():
            account.positions.sort()

    def open(self, account: int, after: int | None, *, now_ms: int) -> Opened:
        """Follow the account from now on, for whoever has seen everything up to `after`; None: nothing."""
        found = self._accounts.get(account)
        if found is None:
            found = _Account(_lowest(now_ms) - 1, 0)
            self._accounts[account] = found
        if found.until_ms - now_ms < self._settings.followed_ms // 2:
            self._save(account, found, now_ms + self._settings.followed_ms)
        now = max(_newest(found), _lowest(now_ms) - 1)
        is_gap = after is not None and not self._floor(found, now_ms) <= after <= now
        return Opened(now=now, replay_from=None if is_gap else after, is_gap=is_gap)

    def _save(self, account: int, found: _Account, until_ms: int) -> None:
        is_new = found.until_ms == 0
        found.until_ms = until_ms
        record = Record(
            kind=MerchantRecord.FOLLOWER,
            id=str(account),
            shelf="",
            created=0,
            data=to_bytes({"since": found.since}),
            due=until_ms,
        )
        if is_new:
            self._desk.add(record)
        else:
            self._desk.replace(record)
        heappush(self._deadlines, (until_ms, MerchantRecord.FOLLOWER, record.id))

    def _floor(self, found: _Account, now_ms: int) -> int:
        """Up to which position some events may be gone."""
        floor = max(found.since, _lowest(now_ms - self._settings.events_kept_ms))
        is_full = len(found.positions) >= self._settings.events_kept
        return max(floor, found.positions[0] - 1) if is_full else floor

    def keep(self, account: int, *, type_: str, message: str, body: str, now_ms: int) -> int:
        """Keep an event if its account is followed; its position, 0 if it isn't."""
        found = self._accounts.get(account)
        if found is None:
            return 0
        position = max(_newest(found) + 1, _lowest(now_ms))
        due_ms = now_ms + self._settings.events_kept_ms
        found.positions.append(position)
        record = Record(
            kind=MerchantRecord.EVENT,
            id=f"{account}/{position}",
            shelf=str(account),
            created=now_ms,
            data=to_bytes({"type": type_, "message": message, "body": body}),
            due=due_ms,
        )
        self._desk.add(record)
        heappush(self._deadlines, (due_ms, MerchantRecord.EVENT, record.id))
        if len(found.positions) > self._settings.events_kept:
            self._desk.drop(MerchantRecord.EVENT, f"{account}/{found.positions.pop(0)}")
        return position

    def after(self, account: int, position: int, *, limit: int) -> Sequence[KeptEvent]:
        """The next events after a position, in order."""
        found = self._accounts.get(account)
        if found is None:
            return []
        first = bisect_right(found.positions, position)
        events = []
        for each in found.positions[first : first + limit]:
            record = self._desk.find(MerchantRecord.EVENT, f"{account}/{each}")
            if record is not None:
                events.append(KeptEvent(position=each, **json.loads(record.data)))
        return events

    def pass_deadline(self, kind: MerchantRecord, id_: str, *, now_ms: int) -> None:
        """The clock has reached the time at which an event is forgotten, or an account not followed."""
        if kind is MerchantRecord.EVENT:
            found = self._accounts.get(int(id_.partition("/")[0]))
            position = _position(id_)
            if found is not None and position in found.positions:
                found.positions.remove(position)
            self._desk.drop(kind, id_)
            return
        account = self._accounts.get(int(id_))
        if account is not None and account.until_ms <= now_ms:
            del self._accounts[int(id_)]
            self._desk.drop(kind, id_)


def _position(id_: str) -> int:
    return int(id_.partition("/")[2])


def _lowest(now_ms: int) -> int:
    """The lowest position of that moment."""
    return now_ms * 1000


def _newest(found: _Account) -> int:
    return found.positions[-1] if found.positions else found.since
