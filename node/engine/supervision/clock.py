"""Whether this node's clock can be believed (decision 0023; PROTOCOL section 10.5).

The time of an entry is its home node's, and along a log it never falls. So one entry from a clock that
is far ahead spoils the log: all later ones carry that date, and limits that end on a day are over at once.
A node therefore records nothing while its clock is *doubtful*, which is when

- it shows a time from before this program was made;
- it is behind the node's own newest entry by more than `clock_own_ms`;
- more than half of the linked nodes that say what time they have differ by more than `clock_peers_ms`;
- it is behind most of the logs that other nodes have signed, or so long after all that is in any log
  that it is likelier to be wrong, and no majority of linked nodes says the same time.

A clock that others have confirmed and that has not jumped since is not doubted because of one single other
node: that one's may be wrong as well, and its people are told too. What most of several have contradicted
stays doubtful when they go away, until it jumps (somebody sets it) or others confirm it. A person who knows
better says so (`is_right`): then everything is believed until the clock jumps.

Whether it jumps is seen by the steady clock. A new federation's first node has nothing to compare with, but
the age of the program. Times in milliseconds.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from node.engine.core import Core
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.tick import Tick
from node.engine.wire import ClockNews
from node.store import Write

EARLIEST_MS: Final = 1_748_736_000_000
"""2025-06-01: no node ran this program before."""

ACCEPTED_KEY: Final = "clock_accepted"
"""Under it the store keeps the time of the own newest entry that a person has accepted."""


@unique
class Doubt(StrEnum):
    """Why a clock is doubtful; stable names, which stand in `Trouble.values`."""

    EARLY = "before_program"
    OWN_LOG = "behind_own_log"
    PEERS_AHEAD = "behind_peers"
    PEERS_BEHIND = "ahead_of_peers"
    OTHER_LOGS = "behind_other_logs"
    LEAP = "ahead_of_all_logs"


_OWN_KINDS: Final = (TroubleKind.CLOCK_DOUBTFUL, TroubleKind.CLOCK_VOUCHED)
_OTHERS_KINDS: Final = (TroubleKind.LOG_AHEAD, TroubleKind.CLOCK_DIFFERS)


@dataclass(frozen=True, slots=True)
class _Told:
    """A peer's time, and when by our steady clock it came."""

    time_ms: int
    steady_ms: int


@dataclass(frozen=True, slots=True)
class _Found:
    doubt: Doubt
    apart_ms: int


class Clock:
    """Keeps `Core.clock_is_believed`, and what people are told about clocks."""

    def __init__(self, core: Core, *, is_right: bool, now_ms: int, steady_ms: int) -> None:
        self._core = core
        self._is_right = is_right
        self._told: dict[int, _Told] = {}
        self._offset_ms = now_ms - steady_ms
        self._is_confirmed = False
        self._contradicted: _Found | None = None
        self._tell_at_ms = steady_ms
        self._has_jumped = False
        """Since it told the time last: then all are told, not only neighbours."""
        accepted = core.store.meta(ACCEPTED_KEY)
        self._accepted_ms = -1 if accepted is None else int(accepted)
        self._look(now_ms, steady_ms)

    # What peers say.

    def peer_up(self, tick: Tick, peer: int) -> None:
        """Tell a new peer the time."""
        if peer in self._core.linked.answering:
            tick.send(peer, ClockNews(tick.now_ms).encode())

    def peer_down(self, peer: int) -> None:
        """What it said is no longer known to hold."""
        self._told.pop(peer, None)

    def on_news(self, tick: Tick, peer: int, message: ClockNews) -> None:
        """A peer says what time it has."""
        self._told[peer] = _Told(message.time_ms, tick.steady_ms)
        self._core.linked.timed.add(peer)

    def _apart(self, now_ms: int, steady_ms: int) -> dict[int, int]:
        """How far each peer's clock is ahead of this one; those that cheat are not heard."""
        return {
            peer: told.time_ms + steady_ms - told.steady_ms - now_ms
            for peer, told in self._told.items()
            if peer not in self._core.accused
        }

    # The decision.

    def run(self, tick: Tick) -> None:
        """See whether the clock can be believed now, and tell peers the time now and then."""
        self._look(tick.now_ms, tick.steady_ms)
        if self._is_right:
            self._accept(tick)
        if tick.steady_ms >= self._tell_at_ms:
            self._tell_at_ms = tick.steady_ms + self._core.settings.full_gossip_interval_ms
            linked = self._core.linked
            for peer in sorted(
                (linked.peers if self._has_jumped else linked.told) & linked.answering
            ):
                tick.send(peer, ClockNews(tick.now_ms).encode())
            self._has_jumped = False

    def _look(self, now_ms: int, steady_ms: int) -> None:
        core, settings = self._core, self._core.settings
        jumped_ms = now_ms - steady_ms - self._offset_ms
        self._offset_ms += jumped_ms
        if abs(jumped_ms) > settings.clock_peers_ms:
            self._is_confirmed = self._is_right = False
            self._contradicted = None
            self._has_jumped = True
        apart = self._apart(now_ms, steady_ms)
        wrong = [ms for ms in apart.values() if abs(ms) > settings.clock_peers_ms]
        if 2 * len(wrong) < len(apart):
            self._is_confirmed, self._contradicted = True, None
        elif len(apart) > 1 and 2 * len(wrong) > len(apart):
            self._is_confirmed, self._contradicted = False, _found_by_peers(wrong)
        found = self._find_doubt(now_ms, wrong, of=len(apart))
        core.clock_is_believed = found is None or self._is_right
        self._say(found, self._others(now_ms, apart))

    def _find_doubt(self, now_ms: int, wrong: list[int], *, of: int) -> _Found | None:
        """Why the clock is doubtful, when of so many peers these say another time."""
        settings = self._core.settings
        if now_ms < EARLIEST_MS:
            return _Found(Doubt.EARLY, EARLIEST_MS - now_ms)
        own_ms = self._own_ms()
        if own_ms > self._accepted_ms and own_ms - now_ms > settings.clock_own_ms:
            return _Found(Doubt.OWN_LOG, own_ms - now_ms)
        if 2 * len(wrong) > of and not (of == 1 and self._is_confirmed):
            return _found_by_peers(wrong)
        if self._is_confirmed:
            return None
        return self._contradicted or self._doubt_by_logs(now_ms, own_ms)

    def _doubt_by_logs(self, now_ms: int, own_ms: int) -> _Found | None:
        """What the logs say, when nobody is there to ask."""
        settings = self._core.settings
        times = [time_ms for _, time_ms in self._log_times()]
        ahead = [time_ms - now_ms for time_ms in times if time_ms - now_ms > settings.clock_own_ms]
        if len(times) > 1 and 2 * len(ahead) > len(times):
            return _Found(Doubt.OTHER_LOGS, _middle(ahead))
        newest_ms = max((*times, own_ms))
        if newest_ms and now_ms - newest_ms > settings.clock_leap_ms:
            return _Found(Doubt.LEAP, now_ms - newest_ms)
        return None

    def _own_ms(self) -> int:
        """The time of the own newest entry."""
        return self._core.validator.log(self._core.coop).time * 1000

    def _log_times(self) -> Iterable[tuple[int, int]]:
        """The time of the newest entry of each other log, of those that nobody accuses."""
        core = self._core
        for coop in core.others:
            if coop not in core.accused:
                yield coop, core.validator.log(coop).time * 1000

    # What people are told.

    def _others(self, now_ms: int, apart: dict[int, int]) -> list[Trouble]:
        """Logs and clocks of others that are wrong by this node's, which is believed."""
        core, settings = self._core, self._core.settings
        if not core.clock_is_believed:
            return []
        found = [
            _trouble(TroubleKind.LOG_AHEAD, time_ms - now_ms, coop=coop)
            for coop, time_ms in [*self._log_times(), (core.coop, self._own_ms())]
            if time_ms - now_ms > settings.clock_own_ms
        ]
        return found + [
            _trouble(TroubleKind.CLOCK_DIFFERS, ms, coop=peer)
            for peer, ms in apart.items()
            if abs(ms) > settings.clock_peers_ms
        ]

    def _say(self, found: _Found | None, others: list[Trouble]) -> None:
        troubles = self._core.troubles
        for key in [key for key in troubles if key[0] in (*_OWN_KINDS, *_OTHERS_KINDS)]:
            del troubles[key]
        if found is not None:
            kind = TroubleKind.CLOCK_VOUCHED if self._is_right else TroubleKind.CLOCK_DOUBTFUL
            own = _trouble(kind, found.apart_ms, reason=found.doubt.value)
            troubles[own.key] = own
        troubles.update((trouble.key, trouble) for trouble in others)

    def _accept(self, tick: Tick) -> None:
        """Keep a person's word about the own log, so that it need not be said at the next start again."""
        own_ms = self._own_ms()
        if own_ms > max(self._accepted_ms, tick.now_ms):
            self._accepted_ms = own_ms
            tick.changes.append(Write(meta={ACCEPTED_KEY: str(own_ms).encode()}))
            tick.notice("clock_accepted", level=logging.WARNING, newest_entry=own_ms // 1000)


def _trouble(
    kind: TroubleKind, apart_ms: int, *, coop: int | None = None, reason: str = ""
) -> Trouble:
    values: dict[str, int | str] = {"apart_seconds": apart_ms // 1000}
    if reason:
        values["reason"] = reason
    return Trouble(kind=kind, coop=coop, values=values)


def _found_by_peers(wrong: Sequence[int]) -> _Found:
    apart_ms = _middle(wrong)
    return _Found(Doubt.PEERS_AHEAD if apart_ms > 0 else Doubt.PEERS_BEHIND, abs(apart_ms))


def _middle(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2]
