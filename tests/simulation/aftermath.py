"""What people do about a coop that cheated: they shut it out, decide which history stands, and readmit it.

They begin when every honest node holds evidence; until then, and while they have not decided, the honest
coops trade on. Once it is readmitted the coop has another node with another key and an empty disk, which is
honest, and everything is promised to it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.chain import SignedHead
from tests.builders import signing_key
from tests.simulation.matters import Readmission, Stands, quarantine
from tests.simulation.plan import Mischief
from tests.simulation.versions import key_of

if TYPE_CHECKING:
    from tests.simulation.culprits import Culprit
    from tests.simulation.simulation import Simulation

_LOOKS_AGAIN_MS: Final = (300, 1_500)
_THINKS_MS: Final = (0, 4_000)


class Aftermath:
    """One for a run with a culprit whom the others readmit."""

    def __init__(self, simulation: Simulation, culprit: Culprit) -> None:
        self._sim = simulation
        self._world = simulation.world
        self._culprit = culprit
        self._key = signing_key("simulation", "node", culprit.coop, "readmitted")
        self.is_over = False

    def begin(self) -> None:
        """Look whether everybody knows, until they do."""
        coop = self._culprit.coop
        engines = [node.engine for node in self._sim.honest_nodes()]
        known = all(engine is not None and coop in engine.status().accused for engine in engines)
        if known:
            self._world.after(self._world.random.randint(*_THINKS_MS), self._decide)
        else:
            self._again(self.begin)

    def _decide(self) -> None:
        coop, agreed = self._culprit.coop, self._sim.agreed
        agreed.add(quarantine(coop))
        if self._sim.plan.mischief is Mischief.FORK:
            agreed.add(Stands(coop))
        key, limit = self._key.public_key, self._sim.plan.clearing_limit
        agreed.add(Readmission(coop, key, limit, self._signed_end))
        self._wait()

    def _signed_end(self) -> SignedHead | None:
        """Where an invalid entry was signed: the newest head before it that anybody holds."""
        if self._sim.plan.mischief is not Mischief.INVALID:
            return None
        engines = [node.engine for node in self._sim.honest_nodes() if node.engine is not None]
        heads = [engine.signed_heads().get(self._culprit.coop) for engine in engines]
        return max(
            (head for head in heads if head is not None),
            key=lambda head: head.length,
            default=None,
        )

    def _wait(self) -> None:
        coop, newest = self._culprit.coop, self._sim.ask_for_changes()
        if newest is None or key_of(newest, coop) != self._key.public_key:
            self._again(self._wait)
            return
        self._culprit.retire()
        self._world.note(f"coop {coop} is readmitted, and starts with nothing")
        node = self._sim.make_node(coop)
        node.key, node.known = self._key, newest
        node.name = f"{node.name}, readmitted,"
        self._sim.readmit(node)
        node.start()
        self.is_over = True

    def _again(self, action: object) -> None:
        assert callable(action)
        self._world.after(self._world.random.randint(*_LOOKS_AGAIN_MS), action)
