"""Whether this node may sign: PROTOCOL section 10.3.

A node that may have lost entries takes them back from its peers before it appends anything: else it would
sign a second history of its own log.
"""

from node.engine.core import Core, Tick
from node.engine.replicas import Replicas
from node.engine.status import Readiness


class Recovery:
    """Keeps `Core.readiness`. Times are in milliseconds that never fall."""

    def __init__(self, core: Core, replicas: Replicas, *, now_ms: int) -> None:
        self._core = core
        self._replicas = replicas
        self._started_ms = now_ms
        self._heard: set[int] = set()

    def heard(self, peer: int) -> None:
        """That peer has said which heads it holds, of this coop's log too."""
        self._heard.add(peer)

    def run(self, tick: Tick) -> None:
        """See whether the node may sign now."""
        core = self._core
        if core.readiness is Readiness.HALTED:
            return
        before = core.readiness
        if self._is_behind():
            core.readiness = Readiness.BEHIND
        elif before is not Readiness.READY:
            # Having taken back what one peer had is not enough while others may have more.
            ready = self._has_heard_enough(tick.steady_ms)
            core.readiness = Readiness.READY if ready else Readiness.RECOVERING
        if core.readiness is not before:
            tick.notice("readiness", was=before.value, now=core.readiness.value)

    def _is_behind(self) -> bool:
        """Whether the own log has entries, signed long ago, that are not here."""
        core = self._core
        length, known = core.length(core.coop), self._replicas.best.get(core.coop)
        if known is not None and known.length > length:
            return True
        # A log that ends without a signed head was being taken back when this node stopped.
        signed = core.signed.get(core.coop)
        return length != (0 if signed is None else signed.length)

    def _has_heard_enough(self, now_ms: int) -> bool:
        if self._heard.issuperset(self._core.others):
            return True
        if self._core.settings.restored:
            return 2 * len(self._heard) > len(self._core.others)
        return now_ms >= self._waits_until_ms()

    def _waits_until_ms(self) -> int:
        return self._started_ms + self._core.settings.recovery_wait_ms

    def wake_at_ms(self) -> int | None:
        """When it has waited long enough for those who don't answer."""
        return self._waits_until_ms() if self._core.readiness is Readiness.RECOVERING else None
