"""Coops that cheat. Each runs the honest engine and is bent from outside, with the coop's own key.

Nothing of the product is changed for them: what an honest engine would never send is made here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.chain import SignedHead
from ledger.codec import split
from ledger.transactions import Status
from node.engine.engine import Engine
from node.engine.events import Submit
from node.engine.wire import Entries, EvidenceNews, Heads, decode_message
from node.mark import MemoryMark
from tests.node.engine.inside import core_of
from tests.simulation.losses import Losses
from tests.simulation.nodes import SimNode
from tests.simulation.plan import Mischief

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation


class Culprit:
    """What all of them have in common."""

    def __init__(self, simulation: Simulation) -> None:
        self.sim = simulation
        self.world = simulation.world
        self.coop = simulation.plan.culprit
        self.main = simulation.nodes[self.coop]
        self.peers = simulation.watch.honest
        self.is_over = False
        """It cheats no more."""
        simulation.network.tamper = self._tamper

    def serves(self) -> SimNode:
        """The node that answers a member of this coop now."""
        return self.main

    def ticked(self, node: SimNode) -> None:
        """One of its nodes has ticked."""

    def must_be_accused(self) -> bool:
        """Whether every honest node must have evidence by the end."""
        return False

    def retire(self) -> None:
        """It is over: its node is taken from the net."""
        self.is_over = True
        network = self.sim.network
        network.tamper = lambda node, peer, data: [data]
        network.face = lambda coop, peer: network.nodes[coop]
        self.main.is_dead = True
        self.main.stop("is taken from the net")

    def sends(self, node: SimNode, peer: int, data: bytes) -> list[bytes]:
        """What it sends instead of what its engine would."""
        return [data]

    def hears(self, data: bytes) -> bytes | None:
        """What its engine gets to hear of a message."""
        return data

    def without_own_log(self, data: bytes) -> bytes | None:
        """A message but for what it says of the culprit's own log; None when nothing is left."""
        message = decode_message(data, max_bytes=len(data))
        match message:
            case Heads(heads=heads):
                return Heads(tuple(head for head in heads if head.coop != self.coop)).encode()
            case Entries() if message.coop == self.coop:
                return None
            case EvidenceNews():
                return None
            case _:
                return data

    def sign(self, length: int, head: bytes) -> SignedHead:
        """Its signature over any head of its own log."""
        return self.sim.federation.signed_head(self.coop, length=length, head=head)

    def _tamper(self, node: SimNode, peer: int, data: bytes) -> list[bytes]:
        if node.coop == self.coop:
            return self.sends(node, peer, data)
        if peer == self.coop:
            heard = self.hears(data)
            return [] if heard is None else [heard]
        return [data]


class Forker(Culprit):
    """Two nodes with one key on copies of one disk, each linked to some of the others.

    It changes faces now and then, so that in the end all have seen both. Its nodes don't hear what would tell
    them of each other, else the honest engine in them would halt.
    """

    _CHANGE_FACES_MS = 2_500
    _SPENDS_AGAIN_MS = 500

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation)
        self._twin: SimNode | None = None
        self._sees_twin: set[int] = set()
        simulation.network.face = self._face
        self.world.after(self.world.random.randint(1_500, simulation.plan.trouble_ms), self._fork)

    def _face(self, coop: int, peer: int) -> SimNode:
        if coop == self.coop and self._twin is not None and peer in self._sees_twin:
            return self._twin
        return self.sim.nodes[coop]

    def serves(self) -> SimNode:
        """See `Culprit.serves`."""
        return (
            self.main if self._twin is None else self.world.random.choice((self.main, self._twin))
        )

    def retire(self) -> None:
        """See `Culprit.retire`."""
        super().retire()
        self.sim.network.cut = set()
        if self._twin is not None:
            self._twin.is_dead = True
            self._twin.stop("is taken from the net")

    def _fork(self) -> None:
        if not self.main.is_up:
            self.world.after(200, self._fork)
            return
        self._twin = self.sim.make_node(self.coop)
        self._twin.name = f"{self.main.name}'"
        self._twin.disk = self.main.disk.copy()
        self._twin.mark = MemoryMark(self.main.mark.mark)
        self.sim.watch.branches += [{}, {}]
        if self.main.engine is not None:
            validator = core_of(self.main.engine).validator
            self.sim.watch.losses = Losses(self.coop, self.sim.federation.id, validator)
        self.world.injected["forks"] += 1
        self.world.note(f"{self.main.name}: FORKS")
        self._twin.start()
        self._part()
        self._spend_twice()
        self.world.after(2 * self._CHANGE_FACES_MS, self._change_faces)

    def _spend_twice(self) -> None:
        """In each history members pay those who see it what they have, as far as the rules allow."""
        if self.is_over or self._twin is None or not self.sim.members.spending:
            return
        for face in (self.main, self._twin):
            seen_by = [p for p in self.peers if (p in self._sees_twin) == (face is self._twin)]
            if seen_by and face.engine is not None:
                self._spend(face, face.engine, self.world.random.choice(seen_by))
        self.world.after(self._SPENDS_AGAIN_MS, self._spend_twice)

    def _spend(self, face: SimNode, engine: Engine, payee_coop: int) -> None:
        validator = core_of(engine).validator
        log, now_s = validator.log(self.coop), face.clock_ms() // 1000
        limit = self.sim.watch.versions.newest.coops[self.coop].clearing_limit
        for account in validator.accounts(self.coop):
            most = min(account.balance + account.limit_at(now_s), log.position - log.held + limit)
            if most > 0 and account.status is Status.OPEN:
                payment = self.sim.federation.pay(
                    self.coop,
                    payer=account.number,
                    sequence=account.next_sequence,
                    payee_coop=payee_coop,
                    payee=self.world.random.randint(0, 1),
                    amount=self.world.random.randint(1, most),
                )
                face.deliver(Submit(self.sim.members.next_request(), payment))
                self.world.injected["payments of a forker"] += 1
                return

    def _part(self) -> None:
        """Show each half another face; they can't speak to each other for a while."""
        self._sees_twin = {peer for peer in self.peers if self.world.random.random() < 0.5}
        network = self.sim.network
        network.cut = {
            (a, b)
            for a, b in network.pairs()
            if self.coop not in (a, b) and (a in self._sees_twin) != (b in self._sees_twin)
        }
        network.refresh()

    def _change_faces(self) -> None:
        """Let the others speak to each other, and in time see the other face."""
        if self.is_over:
            return
        network = self.sim.network
        network.cut = set()
        self._sees_twin = {peer for peer in self.peers if self.world.random.random() < 0.5}
        network.refresh()
        self.world.after(self._CHANGE_FACES_MS, self._change_faces)

    def ticked(self, node: SimNode) -> None:
        """Note which heads each history has signed."""
        if self._twin is None:
            return
        if self.sim.watch.losses is not None:
            self.sim.watch.losses.follow(self.main.disk, self._twin.disk)
        for branch, twin in zip(self.sim.watch.branches, (self.main, self._twin), strict=True):
            for segment in twin.disk.segments.get(self.coop, [])[len(branch) :]:
                branch[segment.last] = segment.head

    def must_be_accused(self) -> bool:
        """When the histories differ at a length that both have signed, or one went on without the other."""
        if self._twin is None:
            return False
        one, other = self.sim.watch.branches
        return any(one[length] != other[length] for length in one.keys() & other.keys())

    def hears(self, data: bytes) -> bytes | None:
        """See `Culprit.hears`."""
        return data if self._twin is None else self.without_own_log(data)


class InvalidSigner(Culprit):
    """It signs a head over an entry that the rules refuse, and shows it to one peer, again and again.

    Either its node goes on as if nothing had happened, or it is silent about its log from then on.
    """

    _AGAIN_MS = 600

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation)
        self._bad: Entries | None = None
        self._goes_on = self.world.random.random() < 0.5
        self._target = self.world.random.choice(self.peers)
        self.world.after(self.world.random.randint(1_500, simulation.plan.trouble_ms), self._sign)

    def _sign(self) -> None:
        from tests.simulation.invalid import invalid_entries

        engine = self.main.engine
        if engine is None or not engine.status().lengths[self.coop]:
            self.world.after(300, self._sign)
            return
        self._bad = invalid_entries(self, engine, has_prefix=not self._goes_on)
        self.world.injected["invalid entries signed"] += 1
        self.world.note(f"{self.main.name}: SIGNS an invalid entry, goes on: {self._goes_on}")
        self._show()

    def _show(self) -> None:
        if self._bad is not None and not self.is_over:
            self.sim.network.carry(self.main, self._target, self._bad.encode())
            self.world.after(self._AGAIN_MS, self._show)

    def hears(self, data: bytes) -> bytes | None:
        """See `Culprit.hears`."""
        return data if self._bad is None else self.without_own_log(data)

    def must_be_accused(self) -> bool:
        """See `Culprit.must_be_accused`."""
        return self._bad is not None

    def sends(self, node: SimNode, peer: int, data: bytes) -> list[bytes]:
        """When it does not go on, nothing of its log beyond the invalid entry."""
        if self._bad is None or self._goes_on:
            return [data]
        last = self._bad.first - 1
        message = decode_message(data, max_bytes=len(data))
        match message:
            case Heads(heads=heads):
                kept = tuple(h for h in heads if h.coop != self.coop or h.length <= last)
                return [Heads(kept).encode()]
            case Entries() if message.coop == self.coop and message.signed.length > last:
                return self._up_to(last, message)
        return [data]

    def _up_to(self, last: int, message: Entries) -> list[bytes]:
        if self._bad is None or message.first > last:
            return []
        entries = split(message.entries)[: last - message.first + 1]
        signed = self.sign(last, self._bad.previous)
        return [replace(message, entries=b"".join(entries), signed=signed).encode()]


class Babbler(Culprit):
    """It spoils some of what it sends and makes up more."""

    _AGAIN_MS = 150

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation)
        self.world.after(1_000, self._babble)

    def _babble(self) -> None:
        if self.is_over:
            return
        from tests.simulation.garbage import make_garbage

        self.world.after(self._AGAIN_MS, self._babble)
        peer = self.world.random.choice(self.peers)
        victim = self.sim.nodes[peer]
        if self.main.engine is None or victim.engine is None:
            return
        for data in make_garbage(self, self.main.engine, victim.engine):
            self.world.injected["garbage sent"] += 1
            self.sim.network.carry(self.main, peer, data)

    def sends(self, node: SimNode, peer: int, data: bytes) -> list[bytes]:
        """Spoil one message in ten."""
        if not self.world.chance(0.1):
            return [data]
        self.world.injected["messages spoiled"] += 1
        spoiled = bytearray(data)
        spoiled[self.world.random.randrange(len(data))] ^= 1 << self.world.random.randrange(8)
        return [bytes(spoiled)]


def make_culprit(simulation: Simulation) -> Culprit:
    """The culprit that the plan asks for."""
    from tests.simulation.floods import Flooder
    from tests.simulation.two_tongues import Silent, TwoTongued

    kinds: dict[Mischief, type[Culprit]] = {
        Mischief.FORK: Forker,
        Mischief.INVALID: InvalidSigner,
        Mischief.GARBAGE: Babbler,
        Mischief.FLOOD: Flooder,
        Mischief.TWO_TONGUES: TwoTongued,
        Mischief.SILENCE: Silent,
    }
    return kinds[simulation.plan.mischief](simulation)
