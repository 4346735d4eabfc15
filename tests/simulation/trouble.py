"""What goes wrong from outside: kills, cut links, wrong clocks, old copies of disks, meddling stewards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.rules.index import SECONDS_IN_DAY
from node.store import Document, DocumentKind, MemoryDisk
from tests.simulation.members import Stewards
from tests.simulation.nodes import SimNode
from tests.simulation.world import Failure

DAYS_IN_A_LEAP: Final = 2

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation


class Trouble:
    """The faults of a plan, spread over its time of trouble."""

    def __init__(self, simulation: Simulation) -> None:
        self._sim = simulation
        self._world = simulation.world
        self._plan = simulation.plan
        self.is_over = False

    def begin(self) -> None:
        """Let the faults begin."""
        plan, network = self._plan, self._sim.network
        network.lost, network.doubled, network.late = plan.lost, plan.doubled, plan.late
        for node in self._sim.nodes.values():
            node.storage_fault = plan.storage_fault
        if plan.clock_jumps:
            self._sim.clocks.begin()
        self._sim.watch.on_word = self._die_speaking
        for happens, times in (
            (self._kill, plan.kills),
            (self._change_links, plan.link_changes),
            (self._sim.clocks.jump, plan.clock_jumps),
            (self._back_up, plan.restores),
            (self._meddle, 2 * plan.coops),
        ):
            for _ in range(times):
                self._world.after(self._world.random.randint(500, plan.trouble_ms), happens)
        for _ in range(plan.days // DAYS_IN_A_LEAP):
            self._world.after(self._world.random.randint(500, plan.trouble_ms), self._leap)
        for place in range(plan.closing_shops):
            self._open_shop(plan.members + 1 + place)

    def end(self) -> None:
        """Let all faults end; what is down comes up."""
        self.is_over = True
        network = self._sim.network
        network.lost = network.doubled = network.late = 0.0
        network.cut.clear()
        for node in self._sim.nodes.values():
            node.storage_fault = 0.0
            self._world.after(self._world.random.randint(1, 500), node.start)
        if self._plan.clock_jumps:
            self._sim.clocks.end()
        network.refresh()

    def _die_speaking(self, node: SimNode) -> None:
        """A node dies when it has just said something for good: before others heard it, or after."""
        if self.is_over or self._sim.is_anybody_recovering():
            return
        if self._world.chance(self._plan.dies_speaking):
            self._world.injected["deaths while speaking"] += 1
            delay = self._world.random.choice((0, 15, 60))
            self._world.after(delay, lambda: node.stop_for(self._pause(), "dies as it speaks"))

    def _pause(self) -> int:
        return self._world.random.choice((20, 20, 500, 3_000))

    def _any_node(self) -> SimNode:
        return self._world.random.choice(list(self._sim.nodes.values()))

    def _kill(self) -> None:
        if self._sim.is_anybody_recovering():
            return
        node = self._any_node()
        self._world.injected["nodes killed"] += node.is_up
        node.stop_for(self._world.random.randint(20, 4_000), "is killed")

    def _leap(self) -> None:
        """Days pass for everybody: clocks are as right or wrong afterwards as before."""
        leap_ms = DAYS_IN_A_LEAP * SECONDS_IN_DAY * 1000
        self._world.skipped_ms += leap_ms
        self._world.note(f"the calendar leaps {DAYS_IN_A_LEAP} days ahead")

    def _change_links(self) -> None:
        """Cut some links: all of one node, between two halves, or all but those of one in the middle."""
        if self.is_over:
            return
        random, network = self._world.random, self._sim.network
        coops = sorted(self._sim.nodes)
        one, half = random.choice(coops), set(random.sample(coops, len(coops) // 2))
        shape = random.choice(("none", "alone", "halves", "middle", "some"))
        network.cut = {
            (a, b)
            for a, b in network.pairs()
            if (shape == "alone" and one in (a, b))
            or (shape == "halves" and (a in half) != (b in half))
            or (shape == "middle" and one not in (a, b))
            or (shape == "some" and random.random() < 0.5)
        }
        self._world.injected["links cut"] += len(network.cut)
        self._world.note(f"links cut: {sorted(network.cut)}")
        network.refresh()

    def _meddle(self) -> None:
        coop = self._any_that_stays()
        account = self._world.random.randint(1, self._plan.members)
        Stewards(self._sim.members, coop).meddle(account)

    def _open_shop(self, account: int) -> None:
        """An account that is closed just when everybody pays it; its payments must be returned."""
        coop = self._any_that_stays()
        stewards = Stewards(self._sim.members, coop)
        stewards.admit(account, limit=0, delay_ms=10, done=lambda: None)

        def rush() -> None:
            self._sim.members.rush = (coop, account)
            self._world.after(self._world.random.randint(0, 400), lambda: stewards.close(account))
            self._world.after(800, self._end_rush)

        self._world.after(self._world.random.randint(5_000, self._plan.trouble_ms), rush)

    def _any_that_stays(self) -> int:
        """An honest coop, but not the one that leaves one day."""
        leaver = self._sim.members.leaver
        return self._world.random.choice([c for c in self._sim.watch.honest if c != leaver])

    def _end_rush(self) -> None:
        self._sim.members.rush = None

    def _back_up(self) -> None:
        """Keep a copy of an honest node's disk, to go back to later."""
        node = self._sim.nodes[self._world.random.choice(self._sim.watch.honest)]
        copy = node.disk.copy() if self._world.chance(0.7) else MemoryDisk()
        kind = "a copy of its disk" if copy.segments else "an empty disk"
        self._world.note(f"{node.name}: {kind} is kept")
        delay = self._world.random.randint(500, 8_000)
        self._world.after(delay, lambda: self._restore(node, copy))

    def _restore(self, node: SimNode, copy: MemoryDisk) -> None:
        """Go back to the copy, if what is lost can be had back from others, as OPERATING demands."""
        if self.is_over or not node.is_up or self._sim.is_anybody_recovering():
            return
        if not can_be_had_back(self._sim, node, copy):
            self._world.note(f"{node.name}: too few hold what it recorded; it is not restored")
            return
        self._world.injected["old or empty disks"] += 1
        node.restored = True
        node.tells = self._world.chance(0.5)
        node.stop("is put back to an old copy of its disk")
        is_older = _has_signed_since(node, copy)
        node.disk = copy
        if not node.tells and self._world.chance(0.5) and is_older:
            self._leave_alone(node)
        node.start()
        self.spare_others()

    def _leave_alone(self, node: SimNode) -> None:
        """Nobody told the node, and there is nobody to ask for longer than it waits."""
        network = self._sim.network
        network.cut |= {pair for pair in network.pairs() if node.coop in pair}
        network.refresh()
        self._world.injected["old disks with nobody about"] += 1
        at_first = network.cut

        def check() -> None:
            # Other links cut meanwhile are another set: then it may have asked somebody in between.
            is_cut = network.cut is at_first and all(
                pair in network.cut for pair in network.pairs() if node.coop in pair
            )
            if is_cut and node.engine is not None and node.engine.status().readiness == "ready":
                raise Failure(f"{node.name} signs on an old disk and has asked nobody")
            network.cut.clear()
            network.refresh()

        self._world.after(3_000, check)

    def spare_others(self) -> None:
        """While a node asks what it has signed, those who know keep it: signatures are in memory."""
        if self.is_over:
            return
        recovers = self._sim.is_anybody_recovering()
        for node in self._sim.nodes.values():
            node.storage_fault = 0.0 if recovers else self._plan.storage_fault
        if recovers:
            self._world.after(50, self.spare_others)


def can_be_had_back(simulation: Simulation, node: SimNode, copy: MemoryDisk) -> bool:
    """Whether others have all that a node with this copy of its disk would lack."""
    others = [other for other in simulation.nodes.values() if other is not node]
    length = simulation.watch.truths[node.coop].length
    full = [other for other in others if _holds(other.disk, node.coop) >= length]
    needed = len(others) // 2 + len(others) % 2
    files = _files(node.disk) - _files(copy)
    lost = files.difference(*(_files(other.disk) for other in others))
    return len(full) >= needed and not lost


def _has_signed_since(node: SimNode, copy: MemoryDisk) -> bool:
    """Whether the node has signed, in its log or in a round, what the copy does not have."""
    is_longer = _holds(node.disk, node.coop) > _holds(copy, node.coop)
    return is_longer or _said(node.disk) != _said(copy)


def _said(disk: MemoryDisk) -> dict[str, Document]:
    """What a node has said of decisions."""
    kept = disk.documents.items()
    return {id_: document for (kind, id_), document in kept if kind is DocumentKind.DECISION}


def _files(disk: MemoryDisk) -> set[str]:
    """The survey files on a disk."""
    return {id_ for kind, id_ in disk.documents if kind is DocumentKind.SURVEY}


def _holds(disk: MemoryDisk, coop: int) -> int:
    segments = [s for s in disk.segments.get(coop, []) if s.signature is not None]
    return segments[-1].last if segments else 0
