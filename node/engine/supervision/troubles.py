"""Finding what is wrong with a node or around it, and telling the log when it begins and ends.

A trouble is derived from the engine's state wherever it can be. A part of the engine that finds out about
one by itself puts it into `Core.troubles` and takes it out when it is over.
"""

from collections.abc import Collection
from dataclasses import dataclass

from ledger.charter import Standing
from ledger.state import Waiting
from ledger.validators.reading import LogReader
from node.engine.core import Core
from node.engine.events import PeerBroke
from node.engine.health.troubles import NOT_ARRIVING, Severity, Trouble, TroubleKey, TroubleKind
from node.engine.replication.replicas import Replicas
from node.engine.replication.unfounded import Lacking, Unfounded
from node.engine.supervision.governing import governing_troubles
from node.engine.tick import Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class _Breach:
    """When a peer broke the protocol last, how many times without a long pause, and till when it is refused:
    by the steady clock, and in Unix seconds."""

    why: str
    at_ms: int
    until_ms: int
    until: int
    times: int


class Troubles:
    """Finds what is wrong, and lets the log know when something begins and ends.

    `configured` are the coops whose nodes this one dials; None when links are nobody's business, as in a
    test of engines alone. `is_reopened`: this engine follows one of the same process that had a fault.
    """

    def __init__(
        self,
        core: Core,
        replicas: Replicas,
        *,
        configured: Collection[int] | None,
        is_reopened: bool,
        now_ms: int,
    ) -> None:
        self._core = core
        self._reopened_ms = now_ms if is_reopened else None
        self._replicas = replicas
        self._unfounded = Unfounded(core, replicas)
        self._lacking: dict[int, Lacking] = {}
        self._configured = configured
        self._now_ms = now_ms
        self._time = 0
        self._unlinked_ms = dict.fromkeys(core.others, now_ms)
        self._waiting_ms: dict[tuple[int, int], int] = {}
        self._look_at_ms = now_ms
        self._told: dict[TroubleKey, Trouble] = {}
        self._why_not_reached: dict[int, str] = {}
        self._twins_seen_ms: dict[int, int] = {}
        self._breaches: dict[int, _Breach] = {}

    def run(self, tick: Tick) -> None:
        """Keep account of how long things last, and tell the log what began and what is over."""
        self._now_ms, self._time = tick.steady_ms, tick.now_ms // 1000
        self._unlinked_ms = {
            coop: self._unlinked_ms.get(coop, self._now_ms)
            for coop in self._core.others
            if coop not in self._core.linked.peers
        }
        waiting = {(log, wait.coop) for log, wait in self._replicas.waiting.items()}
        self._waiting_ms = {
            pair: self._waiting_ms.get(pair, self._now_ms) for pair in sorted(waiting)
        }
        if self._now_ms >= self._look_at_ms:
            self._look_at_ms = self._now_ms + self._core.settings.gossip_interval_ms
            self._unfounded.run(tick)
            self._lacking = {each.coop: each for each in self._unfounded.lacking(self._now_ms)}
            self._tell(tick)

    def link_news(self, tick: Tick, coop: int, why_not: str | None) -> None:
        """See `LinkNews`."""
        if why_not is None:
            self._twins_seen_ms[coop] = tick.steady_ms
        else:
            self._why_not_reached[coop] = why_not

    def peer_broke(self, tick: Tick, event: PeerBroke) -> None:
        """See `PeerBroke`."""
        before = self._breaches.get(event.coop)
        self._breaches[event.coop] = _Breach(
            why=event.why,
            at_ms=tick.steady_ms,
            until_ms=tick.steady_ms + event.refused_ms,
            until=(tick.now_ms + event.refused_ms) // 1000,
            times=1 if before is None or self._is_old(before, tick.steady_ms) else before.times + 1,
        )

    def _is_old(self, breach: "_Breach", now_ms: int) -> bool:
        return now_ms >= max(breach.at_ms + self._core.settings.breach_alarm_ms, breach.until_ms)

    def _tell(self, tick: Tick) -> None:
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
            *self._governing(),
            *self._others(),
            *self._broken(),
            *self._links(),
            *self._store(),
        ]
        return tuple(sorted(everything, key=lambda trouble: trouble.severity is not Severity.STOPS))

    def stopping(self) -> Trouble | None:
        """Why the node does not record, if it doesn't."""
        return next((each for each in self.found() if each.severity is Severity.STOPS), None)

    def _own(self) -> list[Trouble]:
        core = self._core
        state = core.place if core.is_signing else core.readiness
        kind, doubt = TroubleKind.__members__.get(state.name), core.old_copy.doubt
        if kind is TroubleKind.RECOVERING and doubt is not None:
            needed = len(core.others) // 2 + 1
            values = {"why": doubt.value, "answers": len(core.old_copy.heard), "needed": needed}
            return [Trouble(kind=TroubleKind.DOUBT, values=values)]
        if kind is TroubleKind.LEFT:
            return [Trouble(kind=kind, values={"behind": ", ".join(self._behind_the_end())})]
        if kind is TroubleKind.BEHIND and core.coop in self._lacking:
            return [_lacks(kind, self._lacking[core.coop])]
        values = {"evidence": self._proof(core.coop)} if kind is TroubleKind.HALTED else {}
        return [] if kind is None else [Trouble(kind=kind, values=values)]

    def _governing(self) -> list[Trouble]:
        """About what waits for the coop's own people."""
        log = LogReader(self._core.validator, self._core.coop)
        newest = self._core.validator.log(self._core.coop).time
        return governing_troubles(log, now=max(self._time, newest))

    def _behind_the_end(self) -> list[str]:
        """The members that have not taken in the end of the own log, as far as theirs are held here."""
        core = self._core
        end = core.length(core.coop)
        return [
            coop.name
            for coop in core.newest.members()
            if core.has_log(coop.number)
            and core.validator.log(coop.number).anchored.get(core.coop, 0) < end
        ]

    def _store(self) -> list[Trouble]:
        """About what keeps the logs."""
        since_ms, alarm_ms = self._reopened_ms, self._core.settings.reopened_alarm_ms
        if since_ms is None or self._now_ms - since_ms >= alarm_ms:
            return []
        return [Trouble(kind=TroubleKind.REOPENED, seconds=(self._now_ms - since_ms) // 1000)]

    def _proof(self, coop: int) -> str:
        """Of which kinds there is evidence against a coop."""
        return ", ".join(sorted(self._core.accused.get(coop, {}))) or "damaged"

    def _others(self) -> list[Trouble]:
        """About the other coops' logs."""
        core, found = self._core, []
        for coop in sorted(core.accused.keys() - {core.coop}):
            values = {"evidence": self._proof(coop)}
            found.append(Trouble(kind=TroubleKind.ACCUSED, coop=coop, values=values))
        found += [
            Trouble(kind=TroubleKind.QUARANTINED, coop=coop.number)
            for coop in core.charter.coops.values()
            if coop.standing is Standing.QUARANTINED
        ]
        cut = self._cut_off()
        cut |= {
            coop: coop
            for coop in core.partners
            if coop not in core.accused and core.has_log(coop) and not core.can_go_on_with(coop)
        }
        for coop, other in sorted(cut.items()):
            found.append(Trouble(kind=TroubleKind.CUT, coop=coop, other=other))
        found += [
            _lacks(TroubleKind.HEAD_UNFOUNDED, lacking)
            for coop, lacking in self._lacking.items()
            if coop != core.coop
        ]
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

    def _broken(self) -> list[Trouble]:
        """About peers that broke the protocol not long ago: while they are refused that is why there is no
        link, and nothing else."""
        return [
            Trouble(
                kind=TroubleKind.PEER_BROKE_PROTOCOL,
                coop=coop,
                seconds=(self._now_ms - breach.at_ms) // 1000,
                values={
                    "why": breach.why,
                    "until": breach.until,
                    "refused_seconds": max(breach.until_ms - self._now_ms + 999, 0) // 1000,
                    "times": breach.times,
                },
            )
            for coop, breach in sorted(self._breaches.items())
            if not self._is_old(breach, self._now_ms)
        ]

    def _links(self) -> list[Trouble]:
        """About nodes that this one can't speak with."""
        core = self._core
        if self._configured is None or not core.others:
            return []
        if not self._configured and not core.linked.peers:
            return [Trouble(kind=TroubleKind.NO_PEERS)]
        found = [
            Trouble(kind=TroubleKind.TWIN_NODE, coop=coop)
            for coop, seen_ms in self._twins_seen_ms.items()
            if self._now_ms - seen_ms < core.settings.twin_alarm_ms
        ]
        for coop, since_ms in self._unlinked_ms.items():
            refused = self._breaches.get(coop)
            lasted_ms = self._now_ms - max(since_ms, 0 if refused is None else refused.until_ms)
            if lasted_ms >= core.settings.link_alarm_ms:
                is_dialled = coop in self._configured
                kind = TroubleKind.LINK_DOWN if is_dialled else TroubleKind.PEER_MISSING
                why = self._why_not_reached.get(coop, "") if is_dialled else ""
                values = {"why": why} if why else {}
                found.append(
                    Trouble(kind=kind, coop=coop, seconds=lasted_ms // 1000, values=values)
                )
        return found


def _lacks(kind: TroubleKind, lacking: Lacking) -> Trouble:
    """That nobody gives the entries of a log up to a head that was signed."""
    values = {"held": lacking.held, "length": lacking.length}
    return Trouble(kind=kind, coop=lacking.coop, seconds=lacking.seconds, values=values)
