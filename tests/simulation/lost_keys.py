"""Nodes of a simulated federation that lose their key, most of them with their disk.

The coop is dead until the others have agreed from which length on its new key counts. Then its node asks
somebody for the changes, and takes its log back from the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from node.mark import MemoryMark
from node.store import MemoryDisk
from tests.builders import signing_key
from tests.simulation.matters import NewKey
from tests.simulation.trouble import can_be_had_back
from tests.simulation.versions import key_of

if TYPE_CHECKING:
    from tests.simulation.nodes import SimNode
    from tests.simulation.simulation import Simulation

_ASKS_AGAIN_MS: Final = (300, 1_500)
_TRIES_AGAIN_MS: Final = 400


class LostKeys:
    """All that are lost in a run."""

    def __init__(self, simulation: Simulation) -> None:
        self._sim = simulation
        self._world = simulation.world
        self._count = 0

    def begin(self) -> None:
        """Let them be lost, each at its time."""
        plan = self._sim.plan
        for _ in range(plan.lost_keys):
            at = self._world.random.randint(2_000, plan.trouble_ms)
            self._world.after(at, self._lose)

    def _lose(self) -> None:
        """Choose a node whose log the others have, and whose people they can decide without."""
        able = [node for node in self._sim.honest_nodes() if self._can_be_spared(node)]
        if able:
            self._lose_key_of(self._world.random.choice(able))
        elif self._world.now < self._sim.plan.trouble_ms:
            self._world.after(_TRIES_AGAIN_MS, self._lose)

    def _can_be_spared(self, node: SimNode) -> bool:
        sim = self._sim
        newest = sim.watch.versions.newest
        is_found = newest.is_member(node.coop) and sim.watch.truths[node.coop].length > 0
        if not is_found or sim.is_anybody_recovering() or not node.is_up:
            return False
        if node.coop in sim.members.leaving:
            return False  # whoever leaves gets no other key
        honest = sum(1 for coop in sim.watch.honest if newest.is_member(coop))
        leaves = sim.leaving is not None and not sim.leaving.is_over
        return honest - 1 - leaves >= newest.decision_quorum and can_be_had_back(
            sim, node, MemoryDisk()
        )

    def _lose_key_of(self, node: SimNode) -> None:
        self._count += 1
        self._world.injected["node keys lost"] += 1
        node.stop("loses its key")
        node.key = signing_key("simulation", "node", node.coop, f"new {self._count}")
        node.is_dead = node.restored = True
        if self._world.chance(0.7):
            node.disk, node.mark = MemoryDisk(), MemoryMark()
            self._world.injected["node keys lost, and the disk"] += 1
        length = self._sim.watch.truths[node.coop].length
        self._sim.agreed.add(NewKey(node.coop, node.key.public_key, length))
        self._sim.trouble.spare_others()
        self._wait(node)

    def _wait(self, node: SimNode) -> None:
        newest = self._sim.ask_for_changes()
        if newest is None or key_of(newest, node.coop) != node.key.public_key:
            again = self._world.random.randint(*_ASKS_AGAIN_MS)
            self._world.after(again, lambda: self._wait(node))
            return
        node.known = newest
        node.is_dead = False
        node.start()
