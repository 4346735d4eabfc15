"""A simulated node: an engine, its disk, its clock, and its ends.

It dies as a process does: by a fault of its disk, or killed between ticks. Then all that is left is the disk.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from ledger.charter import Charter
from ledger.signatures import SigningKey
from node.engine.engine import Engine
from node.engine.events import Event
from node.engine.health.status import Readiness
from node.engine.outbox import Outbox
from node.engine.settings import EngineSettings
from node.errors import StorageFault
from node.mark import MemoryMark
from node.store import MemoryDisk, MemoryFault, MemoryStore
from tests.builders import START, Federation, coop_name
from tests.node.engine.inside import core_of
from tests.simulation.world import World

MakeEngine = Callable[..., Engine]

SETTINGS = EngineSettings(
    gossip_interval_ms=300,
    full_gossip_interval_ms=2_000,
    anchor_interval_ms=2_000,
    payee_wait_ms=1_000,
    request_timeout_ms=800,
    recovery_wait_ms=600,
    clock_wait_ms=3_000,
    decision_interval_ms=2_000,
    survey_closing_ms=1_500,
    round_ms=400,
    round_most_ms=4_000,
)

SLOW_WORK_US = 5
SLOW = replace(SETTINGS, peer_work=30_000, peer_tick_work=2_000)
"""A machine on which peers' work takes five times as long as elsewhere, and the bounds that suit it."""


class Surroundings(Protocol):
    """What a node tells those around it."""

    def node_ticked(self, node: "SimNode", events: Sequence[Event], outbox: Outbox) -> None:
        """After a tick that committed."""

    def node_changed(self, node: "SimNode") -> None:
        """It came up or went down; its disk may have changed."""


class SimNode:
    """One process of one coop. `restored`: it was put on an old or empty disk and is not ready yet; its
    operator `tells` it or does not. The mark outlives the disk: it is in a file beside the database."""

    def __init__(
        self,
        world: World,
        federation: Federation,
        coop: int,
        *,
        make_engine: MakeEngine,
        settings: EngineSettings,
        around: Surroundings,
    ) -> None:
        self.world = world
        self.federation = federation
        self.coop = coop
        self.name = coop_name(coop)
        self.key: SigningKey = federation.node_keys[coop]
        self.known: Charter | None = None
        """What its folder knows of the charter, where that is more than the founding file."""
        self.is_dead = False
        """It has no key that counts, so it can't start."""
        self.disk = MemoryDisk()
        self.mark = MemoryMark()
        self.engine: Engine | None = None
        self.skew_ms = 0
        self.restored = False
        self.tells = True
        self.is_vouched = False
        self.storage_fault = 0.0
        self.ticks = 0
        self.starts = 0
        self._make_engine = make_engine
        self._settings = settings
        self._around = around
        self.work_us = 0
        """How long a unit of peers' work takes here, in microseconds; in most runs no time at all."""
        self.held: frozenset[int] = frozenset()
        """The peers whose links it does not read now."""
        self._busy_until = 0
        self._store: MemoryStore | None = None
        self._inbox: list[Event] = []
        self._tick_at: int | None = None

    def clock_ms(self) -> int:
        """What this node's clock shows."""
        return START * 1000 + self.world.now + self.world.skipped_ms + self.skew_ms

    def steady_ms(self) -> int:
        """What its steady clock shows: nobody can set it, and it began when it liked."""
        return self.coop * 1_000_000 + self.world.now + self.world.skipped_ms

    @property
    def is_up(self) -> bool:
        """Whether the process runs."""
        return self.engine is not None

    def start(self) -> None:
        """Start the process on its disk."""
        if self.engine is not None or self.is_dead:
            return
        self.disk.inject = self._inject
        self._store = MemoryStore(self.disk)
        settings = replace(self._settings, restored=self.restored and self.tells)
        self.engine = self._make_engine(
            settings,
            self.federation.founding,
            self.coop,
            self.key,
            self._store,
            self.clock_ms(),
            steady_ms=self.steady_ms(),
            mark=self.mark,
            clock_is_right=self.is_vouched,
            known=self.known,
        )
        self.world.note(f"{self.name}: starts{' restored' if self.restored else ''}")
        self.starts += 1
        self._around.node_changed(self)
        self._tick_after(1)

    def _inject(self, operation: str) -> MemoryFault | None:
        if not self.world.chance(self.storage_fault):
            return None
        fault = self.world.random.choice((MemoryFault.LOST, MemoryFault.KEPT))
        self.world.injected[f"storage faults, {fault.value}"] += 1
        self.world.note(f"{self.name}: {operation} fails, {fault.value}")
        return fault

    def stop(self, why: str) -> None:
        """End the process between two ticks, without a word."""
        if self._store is not None and self.engine is not None:
            self.world.note(f"{self.name}: {why}")
            self._store.crash()
            self.engine = None
            self._inbox = []
            self._tick_at = None
            self._busy_until, self.held = 0, frozenset()
            self._around.node_changed(self)

    def stop_for(self, duration_ms: int, why: str) -> None:
        """End the process and start it again later."""
        self.stop(why)
        self.world.after(duration_ms, self.start)

    def deliver(self, event: Event) -> None:
        """Something arrives; it waits for the next tick, with what arrives shortly after it."""
        if self.engine is not None:
            self._inbox.append(event)
            self._tick_after(2)

    def _tick_after(self, delay_ms: int) -> None:
        at = max(self.world.now + delay_ms, self._busy_until)
        if self._tick_at is None or at < self._tick_at:
            self._tick_at = at
            self.world.after(at - self.world.now, lambda: self._tick_if_due(at))

    def _tick_if_due(self, at: int) -> None:
        if self._tick_at == at and self.engine is not None:
            self._tick(self.engine)

    def _tick(self, engine: Engine) -> None:
        self._tick_at = None
        events, self._inbox = self._inbox, []
        self.ticks += 1
        try:
            outbox = engine.tick(self.clock_ms(), events, steady_ms=self.steady_ms())
        except StorageFault:
            self.stop_for(self.world.random.randint(5, 1_500), "dies of its disk")
            return
        if self.restored and engine.status().readiness is Readiness.READY:
            self.restored = False
        self.held = outbox.held
        caused = sum(core_of(engine).work._spent.values())
        self._busy_until = self.world.now + caused * self.work_us // 1000
        self._around.node_ticked(self, events, outbox)
        self._tick_after(max(1, outbox.wake_at_ms - self.steady_ms()))
