"""Coops that join a simulated federation while it runs.

People agree on it as on any change. The new node has the founding file and asks some node for the changes
(`GET /v1/federation/changes`); once they name its coop it starts with nothing else, and catches up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.charters import joining
from tests.simulation.matters import Plain

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

_ASKS_AGAIN_MS: Final = (300, 1_500)


class Newcomers:
    """All that join in a run."""

    def __init__(self, simulation: Simulation) -> None:
        self._sim = simulation
        self._world = simulation.world

    def begin(self) -> None:
        """Let them come, each at its time."""
        plan = self._sim.plan
        for place in range(plan.joins):
            number = plan.coops + 1 + place
            at = self._world.random.randint(500, plan.trouble_ms * 2 // 3)
            self._world.after(at, lambda number=number: self._ask(number))  # type: ignore[misc]

    def _ask(self, number: int) -> None:
        change = joining(self._sim.federation, number, limit=self._sim.plan.clearing_limit)
        self._sim.agreed.add(Plain("joins", change))
        self._wait(number)

    def _wait(self, number: int) -> None:
        """Ask somebody for the changes, until they name the coop."""
        newest = self._sim.ask_for_changes()
        if newest is None or number not in newest.coops:
            again = self._world.random.randint(*_ASKS_AGAIN_MS)
            self._world.after(again, lambda: self._wait(number))
            return
        self._world.note(f"coop {number} has joined, and starts with nothing")
        node = self._sim.make_node(number)
        node.known = newest
        node.storage_fault = self._sim.storage_fault
        self._sim.add_honest(node)
        node.start()
        self._sim.open_coop(number)
