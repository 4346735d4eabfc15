"""Clocks that jump, forward and back and far, and what must hold while they do.

No honest log gets a date that has not come while its node hears the right time from most of those that it is
linked with. Once clocks are right again, recording goes on; where a log has run ahead, because its node was
alone with its wrong clock, a person has to say so, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from node.engine.health.troubles import TroubleKind
from node.engine.supervision.clock import Doubt
from tests.builders import START
from tests.node.engine.inside import core_of
from tests.simulation.nodes import SETTINGS, SimNode
from tests.simulation.world import Failure

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

DAY_MS: Final = 86_400_000
JUMPS_MS: Final = (-20_000, -2_000, 2_000, 20_000)
"""Within what clocks may differ by."""
FAR_JUMPS_MS: Final = (-365 * DAY_MS, -3_600_000, 3_600_000, 10 * DAY_MS, 365 * DAY_MS)
LEAST_WRONG_MS: Final = 5_000
ALLOWED_MS: Final = SETTINGS.clock_peers_ms + 20_000
OPERATORS_LOOK_MS: Final = 2_000


class Clocks:
    """Sets clocks wrong and right again, and looks at the dates of what is recorded meanwhile."""

    def __init__(self, simulation: Simulation) -> None:
        self._sim = simulation
        self._world = simulation.world
        self._newest: dict[int, int] = {}
        self._were_wrong: set[int] = set()

    def begin(self) -> None:
        """Nobody's clock is quite right."""
        for node in self._sim.nodes.values():
            node.skew_ms = self._world.random.randint(-LEAST_WRONG_MS, LEAST_WRONG_MS)

    def jump(self) -> None:
        """Some node's clock jumps."""
        random = self._world.random
        node = random.choice(list(self._sim.nodes.values()))
        jump_ms = random.choice(random.choice((JUMPS_MS, FAR_JUMPS_MS)))
        node.skew_ms += jump_ms
        self._world.injected["clocks that jump"] += 1
        if abs(node.skew_ms) > SETTINGS.clock_peers_ms // 2:
            self._were_wrong.add(node.coop)
            self._world.injected["clocks far off"] += 1
        self._world.note(f"{node.name}: the clock jumps by {jump_ms} ms")

    def end(self) -> None:
        """All clocks are set, and operators look after their nodes."""
        for node in self._sim.nodes.values():
            if abs(node.skew_ms) > LEAST_WRONG_MS:
                node.skew_ms = self._world.random.randint(-LEAST_WRONG_MS, LEAST_WRONG_MS)
                self._world.note(f"{node.name}: the clock is set")
        self._world.after(OPERATORS_LOOK_MS, self._look_after_nodes)

    def _look_after_nodes(self) -> None:
        for node in self._sim.nodes.values():
            if node.engine is None:
                continue
            for trouble in node.engine.status().troubles:
                if trouble.kind is TroubleKind.CLOCK_DOUBTFUL:
                    if trouble.values["reason"] == Doubt.OWN_LOG:
                        self._vouch(node)
                    break
        self._world.after(OPERATORS_LOOK_MS, self._look_after_nodes)

    def _vouch(self, node: SimNode) -> None:
        self._sim.watch.seen["clocks vouched for"] += 1
        node.stop("is stopped by its operator")
        node.is_vouched = True
        node.start()
        node.is_vouched = False

    def look(self, node: SimNode) -> None:
        """After a tick of an honest node: at the date of its newest entry, if that is a new one."""
        if node.engine is None:
            return
        time_s = core_of(node.engine).validator.log(node.coop).time
        if time_s <= self._newest.get(node.coop, 0):
            return
        self._newest[node.coop] = time_s
        true_ms = START * 1000 + self._world.now + self._world.skipped_ms
        if time_s * 1000 - true_ms > ALLOWED_MS and self._hears_the_time(node):
            raise Failure(f"{node.name} recorded a date that has not come, and could have known")

    def _hears_the_time(self, node: SimNode) -> bool:
        """Whether most of those who tell it the time never had a wrong one."""
        assert node.engine is not None
        clock = node.engine._clock
        told = clock._told.keys()
        right = told - self._were_wrong - {self._sim.plan.culprit}
        if len(told) == 1 and clock._is_confirmed:
            return False  # others, who were as wrong, have agreed with it since it jumped
        return not clock._is_right and 2 * len(right) > len(told)
