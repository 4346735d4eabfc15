"""What is wrong with a node or around it: the one source for everybody who says so.

`/v1/status`, `/ready`, `fiado node status`, `fiado doctor`, the answer to a member whose payment is not
recorded, the pages and the log all tell what `Troubles` finds; `trouble_words` words it. A kind's value is
its stable name for programs.

A trouble is derived from the engine's state wherever it can be. A part of the engine that finds out about
one by itself puts it into `Core.troubles` and takes it out when it is over.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final

from ledger.validators.interface import Waiting

if TYPE_CHECKING:
    from node.engine.core import Core, Tick
    from node.engine.replication.replicas import Replicas


@unique
class Severity(StrEnum):
    """What a trouble means for payments here."""

    STOPS = "stops_recording"
    """The node records nothing while it lasts."""
    WARNS = "warns"
    """The node records; something around it wants to be looked at."""


@unique
class TroubleKind(StrEnum):
    """Every kind of trouble. `TABLE` has its severity and how loudly the log speaks of it."""

    HALTED = "halted"
    """The coop's own key has signed two histories."""
    BEHIND = "behind"
    """Peers hold entries of the own log that are not here."""
    RECOVERING = "recovering"
    """The node has just started and asks its peers what it may have missed."""
    DOUBT = "doubt"
    """The node's disk may not know all that its key has signed; `values` has `why`, of `node.mark.Doubt`."""
    CLOCK_DOUBTFUL = "clock_doubtful"
    """The node's clock can't be believed; see `clock`."""
    CLOCK_VOUCHED = "clock_vouched"
    """The clock would be doubtful, and a person has said that it is right."""
    LOG_AHEAD = "log_ahead"
    """The newest entry of `coop` has a time that this node's clock has not reached by far."""
    CLOCK_DIFFERS = "clock_differs"
    """The node of `coop` says another time than this one's clock, which is believed."""
    PUT_BACK = "put_back"
    """The database was put back: entries `first` to `last` of the own log came from peers."""
    DAMAGED = "damaged"
    """Entries `first` to `last` of the log of `coop` are not on this disk as they were signed."""
    DAY_FULL = "day_full"
    """The own log has as many `of` ("payments", "entries") today as the charter allows."""
    ACCUSED = "accused"
    """There is evidence of cheating against `coop`: payments to and from it don't arrive."""
    CUT = "cut"
    """`coop` follows another history of `other` than this node: payments between the two don't arrive."""
    WAITING = "waiting"
    """The log of `coop` has stood for a while before an entry of `other` that nobody here has."""
    REOPENED = "reopened"
    """A fault, mostly of the disk or the database, made the node open its store again not long ago."""
    TWIN_NODE = "twin_node"
    """Two nodes seem to run with the key of `coop`."""
    NO_PEERS = "no_peers"
    """No other coop's node is configured, and none is linked."""
    PEER_MISSING = "peer_missing"
    """The node of `coop` is neither configured nor linked."""
    LINK_DOWN = "link_down"
    """The node of `coop` is configured, and there is no link to it."""
    PUBLIC_URL_MISSING = "public_url_missing"
    """Payment links begin as whoever made an invoice reached the node; `values` has such a `link`."""


@dataclass(frozen=True, slots=True)
class _Row:
    severity: Severity
    level: int


TABLE: Final[Mapping[TroubleKind, _Row]] = {
    TroubleKind.HALTED: _Row(Severity.STOPS, logging.ERROR),
    TroubleKind.BEHIND: _Row(Severity.STOPS, logging.WARNING),
    TroubleKind.RECOVERING: _Row(Severity.STOPS, logging.INFO),
    TroubleKind.DOUBT: _Row(Severity.STOPS, logging.ERROR),
    TroubleKind.CLOCK_DOUBTFUL: _Row(Severity.STOPS, logging.ERROR),
    TroubleKind.CLOCK_VOUCHED: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.LOG_AHEAD: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.CLOCK_DIFFERS: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.PUT_BACK: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.DAMAGED: _Row(Severity.WARNS, logging.ERROR),
    TroubleKind.DAY_FULL: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.ACCUSED: _Row(Severity.WARNS, logging.ERROR),
    TroubleKind.CUT: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.WAITING: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.REOPENED: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.TWIN_NODE: _Row(Severity.WARNS, logging.ERROR),
    TroubleKind.NO_PEERS: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.PEER_MISSING: _Row(Severity.WARNS, logging.INFO),
    TroubleKind.LINK_DOWN: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.PUBLIC_URL_MISSING: _Row(Severity.WARNS, logging.WARNING),
}

NOT_ARRIVING: Final = (TroubleKind.ACCUSED, TroubleKind.CUT)
"""Payments to the coop of such a trouble are recorded, and don't arrive until people decide."""

_Key = tuple[TroubleKind, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong: with the coop `coop`, because of `other`, since so many seconds.

    There is one of each kind and coop at most. `values` has what else belongs to it, by name.
    """

    kind: TroubleKind
    coop: int | None = None
    other: int | None = None
    seconds: int = 0
    values: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """What it means for payments here."""
        return TABLE[self.kind].severity

    @property
    def level(self) -> int:
        """How loudly the log speaks of it, as `logging` counts."""
        return TABLE[self.kind].level

    @property
    def key(self) -> _Key:
        """What tells it apart from others at the same time."""
        return (self.kind, self.coop)


class Troubles:
    """Finds what is wrong, and lets the log know when something begins and ends.

    `configured` are the coops whose nodes this one dials; None when links are nobody's business, as in a
    test of engines alone. `is_reopened`: this engine follows one of the same process that had a fault.
    """

    def __init__(
        self,
        core: "Core",
        replicas: "Replicas",
        *,
        configured: Collection[int] | None,
        is_reopened: bool,
        now_ms: int,
    ) -> None:
        self._core = core
        self._reopened_ms = now_ms if is_reopened else None
        self._replicas = replicas
        self._configured = configured
        self._now_ms = now_ms
        self._unlinked_ms = dict.fromkeys(core.others, now_ms)
        self._waiting_ms: dict[tuple[int, int], int] = {}
        self._look_at_ms = now_ms
        self._told: dict[_Key, Trouble] = {}
        self._why_not_reached: dict[int, str] = {}
        self._twins_seen_ms: dict[int, int] = {}

    def run(self, tick: "Tick") -> None:
        """Keep account of how long things last, and tell the log what began and what is over."""
        self._now_ms = tick.steady_ms
        self._unlinked_ms = {
            coop: self._unlinked_ms.get(coop, self._now_ms)
            for coop in self._core.others
            if coop not in self._core.peers
        }
        waiting = {(log, wait.coop) for log, wait in self._replicas.waiting.items()}
        self._waiting_ms = {
            pair: self._waiting_ms.get(pair, self._now_ms) for pair in sorted(waiting)
        }
        if self._now_ms >= self._look_at_ms:
            self._look_at_ms = self._now_ms + self._core.settings.gossip_interval_ms
            self._tell(tick)

    def link_news(self, tick: "Tick", coop: int, why_not: str | None) -> None:
        """See `LinkNews`."""
        if why_not is None:
            self._twins_seen_ms[coop] = tick.steady_ms
        else:
            self._why_not_reached[coop] = why_not

    def _tell(self, tick: "Tick") -> None:
        found = {trouble.key: trouble for trouble in self.found()}
        for key, trouble in found.items():
            if key not in self._told:
                tick.trouble(trouble)
        for key, trouble in self._told.items():
            if key not in found:
                tick.trouble(trouble, is_over=True)
        self._told = found
        self._core.not_arriving = {
            trouble.coop: trouble.kind
            for trouble in found.values()
            if trouble.kind in NOT_ARRIVING and trouble.coop is not None
        }

    def found(self) -> tuple[Trouble, ...]:
        """What is wrong now: what stops recording first."""
        everything = [
            *self._own(),
            *self._core.troubles.values(),
            *self._others(),
            *self._links(),
            *self._store(),
        ]
        return tuple(sorted(everything, key=lambda trouble: trouble.severity is not Severity.STOPS))

    def stopping(self) -> Trouble | None:
        """Why the node does not record, if it doesn't."""
        return next((each for each in self.found() if each.severity is Severity.STOPS), None)

    def _own(self) -> list[Trouble]:
        kind, doubt = TroubleKind.__members__.get(self._core.readiness.name), self._core.doubt
        if kind is TroubleKind.RECOVERING and doubt is not None:
            core = self._core
            needed = len(core.others) // 2 + 1
            values = {"why": doubt.value, "answers": len(core.heard), "needed": needed}
            return [Trouble(kind=TroubleKind.DOUBT, values=values)]
        return [] if kind is None else [Trouble(kind=kind)]

    def _store(self) -> list[Trouble]:
        """About what keeps the logs."""
        since_ms, alarm_ms = self._reopened_ms, self._core.settings.reopened_alarm_ms
        if since_ms is None or self._now_ms - since_ms >= alarm_ms:
            return []
        return [Trouble(kind=TroubleKind.REOPENED, seconds=(self._now_ms - since_ms) // 1000)]

    def _others(self) -> list[Trouble]:
        """About the other coops' logs."""
        core, found = self._core, []
        for coop in sorted(core.accused.keys() - {core.coop}):
            kinds = ", ".join(sorted(core.accused[coop])) or "damaged"
            found.append(Trouble(kind=TroubleKind.ACCUSED, coop=coop, values={"evidence": kinds}))
        cut = self._cut_off()
        for coop, other in sorted(cut.items()):
            found.append(Trouble(kind=TroubleKind.CUT, coop=coop, other=other))
        for (coop, other), since_ms in self._waiting_ms.items():
            lasted_ms = self._now_ms - since_ms
            if coop not in cut and lasted_ms >= core.settings.waiting_alarm_ms:
                found.append(
                    Trouble(
                        kind=TroubleKind.WAITING,
                        coop=coop,
                        other=other,
                        seconds=lasted_ms // 1000,
                    )
                )
        return found

    def _cut_off(self) -> dict[int, int]:
        """The coops that payments from here don't reach though nobody accuses them, and because of whom.

        Such a coop's log has taken in another history of a coop than this node has, or the log of a coop
        that did. Until people decide, neither of the two follows the other.
        """
        cut: dict[int, int] = {}
        while True:
            found = {
                log: cut.get(wait.coop, wait.coop)
                for log, wait in self._replicas.waiting.items()
                if log not in cut
                and log != self._core.coop
                and log not in self._core.accused
                and (wait.coop in cut or self._is_for_good(log, wait))
            }
            if not found:
                return cut
            cut.update(found)

    def _is_for_good(self, log: int, wait: Waiting) -> bool:
        """Whether what a log waits for contradicts what is held here, or is not given out by anybody."""
        if self._core.head_at(wait.coop, wait.length) is not None:
            return True
        lasted_ms = self._now_ms - self._waiting_ms.get((log, wait.coop), self._now_ms)
        return wait.coop in self._core.accused and lasted_ms >= self._core.settings.waiting_alarm_ms

    def _links(self) -> list[Trouble]:
        """About nodes that this one can't speak with."""
        core = self._core
        if self._configured is None or not core.others:
            return []
        if not self._configured and not core.peers:
            return [Trouble(kind=TroubleKind.NO_PEERS)]
        found = [
            Trouble(kind=TroubleKind.TWIN_NODE, coop=coop)
            for coop, seen_ms in self._twins_seen_ms.items()
            if self._now_ms - seen_ms < core.settings.twin_alarm_ms
        ]
        for coop, since_ms in self._unlinked_ms.items():
            lasted_ms = self._now_ms - since_ms
            if lasted_ms >= core.settings.link_alarm_ms:
                is_dialled = coop in self._configured
                kind = TroubleKind.LINK_DOWN if is_dialled else TroubleKind.PEER_MISSING
                why = self._why_not_reached.get(coop, "") if is_dialled else ""
                values = {"why": why} if why else {}
                found.append(
                    Trouble(kind=kind, coop=coop, seconds=lasted_ms // 1000, values=values)
                )
        return found
