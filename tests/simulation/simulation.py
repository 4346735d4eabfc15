"""One seed, from the first start to the last check.

Three phases: *trouble*, in which everything happens that the plan has; *healing*, after which everything
that was promised to arrive must have arrived; *rest*, in which the engines must fall quiet. A culprit goes on
cheating to the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ledger.charter import Charter
from ledger.transactions import Anchor, Enact, Lapse, Levy, Restore, Transaction
from node.engine.answers import Reply
from node.engine.engine import Engine
from node.engine.events import Ask, Event, Publish, Submit, SubmitBatch
from node.engine.outbox import Notice, Outbox
from tests.node.engine.inside import core_of
from tests.simulation.aftermath import Aftermath
from tests.simulation.assemblies import Assembly
from tests.simulation.beginnings import federation_of
from tests.simulation.changes import Agreed, ChangingStewards
from tests.simulation.clocks import Clocks
from tests.simulation.culprits import Culprit, make_culprit
from tests.simulation.facts import make_facts
from tests.simulation.floods import MOST_WAIT_MS
from tests.simulation.hands import Keyring
from tests.simulation.households import Households
from tests.simulation.judging import check_decided
from tests.simulation.leaving import Leaving
from tests.simulation.lost_keys import LostKeys
from tests.simulation.matters import any_matter
from tests.simulation.members import Members, Stewards, Wallet
from tests.simulation.moving import move_in
from tests.simulation.network import Network
from tests.simulation.newcomers import Newcomers
from tests.simulation.nodes import SETTINGS, SLOW, SLOW_WORK_US, MakeEngine, SimNode
from tests.simulation.once import worked_out_once
from tests.simulation.plan import Indexed, Mischief, Plan
from tests.simulation.prices import PublishingStewards, price_of
from tests.simulation.replays import check_replays
from tests.simulation.settled import unsettled
from tests.simulation.trouble import Trouble
from tests.simulation.watch import Watch
from tests.simulation.world import Failure, Trace, World

HEALING_MS = 60_000
REST_MS = 20_000
TICKS_PER_SECOND_AT_REST = 16


class Simulation:
    """A federation under a plan. `make_engine` may make engines that are wrong on purpose."""

    def __init__(
        self, plan: Plan, *, trace: Trace | None = None, make_engine: MakeEngine = Engine
    ) -> None:
        self.plan = plan
        self._make_engine = make_engine
        self.world = World(plan.seed, trace)
        self.federation = federation_of(plan)
        self.keys = Keyring(self.federation, accounts=plan.members + plan.closing_shops)
        is_indexed = plan.indexed is not Indexed.NOT
        self.facts = make_facts(self.federation, plan, self.world) if is_indexed else None
        coops = sorted(self.federation.charter.coops)
        culprits = frozenset({plan.culprit} - {0})
        self.watch = Watch(self.federation.charter, culprits, self.facts)
        self.network = Network(self.world, coops)
        self.network.withholder = self.plan.withholder
        self.nodes = {coop: self.make_node(coop) for coop in coops}
        self.network.nodes = self.nodes
        self.clocks = Clocks(self)
        self.members = Members(self.world, self.keys, self._offer, plan)
        decided = self.watch.decided
        if decided is not None:
            self.members.price_of = partial(price_of, decided)
            self.members.known_until = lambda: decided.furthest.known_until
        self.agreed = Agreed(self.world, plan)
        self.watch.versions.complaint = self.agreed.complaint
        self.trouble = Trouble(self)
        self.culprit: Culprit | None = None
        self.aftermath: Aftermath | None = None
        self.leaving = Leaving(self) if plan.leaver else None
        self._answers: dict[int, Callable[[Any], None]] = {}
        self._asked_at: dict[int, int] = {}
        self.answers_lost = plan.lost
        if plan.mischief is not Mischief.NONE:
            self.culprit = make_culprit(self)
            if plan.readmits:
                self.aftermath = Aftermath(self, self.culprit)

    @property
    def storage_fault(self) -> float:
        """The probability that a durable write fails now."""
        return 0.0 if self.trouble.is_over else self.plan.storage_fault

    def honest_nodes(self) -> list[SimNode]:
        """The nodes of the coops that never cheat."""
        return [self.nodes[coop] for coop in self.watch.honest]

    def is_anybody_recovering(self) -> bool:
        """Whether a node has still to learn what it signed before it lost that."""
        return any(node.restored for node in self.nodes.values())

    def ask_for_changes(self) -> Charter | None:
        """The newest charter that some honest node knows; None when nobody answers."""
        node = self.world.random.choice(self.honest_nodes())
        return None if node.engine is None else node.engine.newest

    def add_honest(self, node: SimNode) -> None:
        """A coop has joined, and has a node."""
        self.watch.add_honest(node.coop)
        self.nodes[node.coop] = node
        self.network.add(node.coop)

    def readmit(self, node: SimNode) -> None:
        """A coop that cheated is readmitted, and has another node."""
        self.watch.readmit(node.coop)
        self.nodes[node.coop] = node

    def make_node(self, coop: int, make_engine: MakeEngine | None = None) -> SimNode:
        """A node of a coop, not yet started."""
        make_engine = self._make_engine if make_engine is None else make_engine
        is_slow = self.plan.mischief is Mischief.FLOOD
        settings = SLOW if is_slow else SETTINGS
        settings = replace(settings, snapshot_entries=self.plan.snapshot_entries)
        if self.plan.is_narrow:
            settings = replace(settings, few_peers=1, chords=0)
        node = SimNode(
            self.world,
            self.federation,
            coop,
            make_engine=make_engine,
            settings=settings,
            around=self,
        )
        node.work_us = SLOW_WORK_US if is_slow else 0
        return node

    def _offer(
        self,
        coop: int,
        event: Submit | SubmitBatch | Ask | Publish,
        answered: Callable[[Any], None],
    ) -> None:
        """A member's request reaches the home node, or does not."""
        if self._is_answer_lost():
            return
        node = self.nodes[coop]
        if self.culprit is not None and self._is_cheating(coop):
            node = self.culprit.serves()
        self._answers[event.request] = answered
        self._asked_at[event.request] = self.world.now
        node.deliver(event)

    def node_ticked(self, node: SimNode, events: Sequence[Event], outbox: Outbox) -> None:
        """See `Surroundings`."""
        if self.culprit is not None and self._is_cheating(node.coop):
            self.culprit.ticked(node)
        self.watch.node_ticked(node, events, outbox)
        if node.coop in self.watch.honest:
            self.clocks.look(node)
        for reply in outbox.replies:
            self._answer(node, reply)
        self.watch.seen["broken links"] += len(outbox.disconnects)
        for notice in outbox.notices:
            self.watch.seen[" ".join(["notice", notice.name, *_states(notice)])] += 1
            self.world.note(f"{node.name}: {notice.name} {notice.values}")
        if any(notice.name == "charter_taken" for notice in outbox.notices):
            self.network.refresh()  # nodes dial again and again: now one may know another's new key
        for send in outbox.sends:
            self.network.send(node, send.coop, send.data)
        for disconnect in outbox.disconnects:
            self.world.note(f"{node.name}: breaks with {disconnect.coop}: {disconnect.reason}")
            self.network.shut(node.coop, disconnect.coop, self.world.random.randint(200, 2_000))

    def _is_cheating(self, coop: int) -> bool:
        """Whether that coop has not given up cheating yet."""
        return self.culprit is not None and coop == self.culprit.coop and not self.culprit.is_over

    def _answer(self, node: SimNode, reply: Reply) -> None:
        """Let a member hear the answer, or not."""
        waited_ms = self.world.now - self._asked_at.pop(reply.request, self.world.now)
        most_ms = MOST_WAIT_MS + (SETTINGS.payee_wait_ms if self.plan.quorum else 0)
        if node.work_us and node.coop in self.watch.honest and waited_ms > most_ms:
            raise Failure(f"{node.name} let a member wait {waited_ms} ms under a flood")
        answered = self._answers.pop(reply.request, None)
        if answered is not None and not self._is_answer_lost():
            self.world.note(f"{node.name}: answers {reply.request}: {_brief(reply.result)}")
            self.world.after(self.world.random.randint(1, 20), partial(answered, reply.result))

    def _is_answer_lost(self) -> bool:
        is_lost = self.world.chance(self.answers_lost)
        self.world.injected["questions and answers of people lost"] += is_lost
        return is_lost

    def node_changed(self, node: SimNode) -> None:
        """See `Surroundings`."""
        self.watch.look_at_disk(node)
        self.network.down(node.coop)
        self.network.refresh()

    def run(self) -> None:
        """The whole run; raises `Failure`."""
        with worked_out_once():
            self._run()

    def _run(self) -> None:
        self.world.note(f"{self.plan}")
        self._open()
        self.trouble.begin()
        self.world.run(self.plan.trouble_ms)
        self.world.note("--- everything heals")
        self.trouble.end()
        self.members.spending = False
        self.answers_lost = 0.0
        healing_from = self.world.now
        if not self.world.run(HEALING_MS, lambda: unsettled(self) is None):
            raise Failure(f"{HEALING_MS // 1000} s after all faults: {unsettled(self)}")
        self.watch.seen["ms to heal"] = self.world.now - healing_from
        self.world.note("--- all has arrived")
        self._rest()
        self.watch.check_end(list(self.nodes.values()))
        self._judge()
        self._replay()
        self._count()

    def _judge(self) -> None:
        """Who decided what in the logs of honest coops, and what each of their nodes makes of it."""
        validators = {
            node.name: core_of(node.engine).validator
            for node in self.honest_nodes()
            if node.engine is not None
        }
        for truth in self.watch.truths.values():
            check_decided(validators, truth, self.watch.versions.charters)

    def _replay(self) -> None:
        """What one of the honest nodes has recorded, through both validators."""
        node = self.world.random.choice(self.honest_nodes())
        if node.engine is None:
            raise Failure(f"{node.name} is not running")
        digest = core_of(node.engine).validator.digest()
        check_replays(self.federation.founding, node.disk, digest)

    def _count(self) -> None:
        """What the run has covered."""
        seen, decided = self.watch.seen, self.watch.decided
        seen["versions"] = len(self.watch.versions.charters) - 1
        for node in self.nodes.values():
            seen["starts"] += node.starts
            seen["restarts"] += node.starts - 1
        if decided is not None:
            kind = self.plan.indexed.value
            seen[f"runs with {kind} index"] += 1
            seen[f"{kind} decisions"] += len(decided.contents)
            seen["decisions"] += len(decided.contents)
            seen["later rounds"] += sum(decided.rounds.values())
            seen["rounds at most"] = max(self.watch.spoken.highest.values(), default=0)

    def _open(self) -> None:
        """Start the nodes, admit the members, let them begin to pay."""
        for coop, node in self.nodes.items():
            self.world.after(self.world.random.randint(0, 300), node.start)
            self.open_coop(coop)
        for _ in range(self.plan.changes):
            self.world.after(
                self.world.random.randint(1_000, self.plan.trouble_ms), self._want_something
            )
        Newcomers(self).begin()
        LostKeys(self).begin()
        if self.leaving is not None:
            self.leaving.begin()
        if self.aftermath is not None:
            self.aftermath.begin()

    def open_coop(self, coop: int) -> None:
        """Admit a coop's members and let them begin to pay; let its stewards begin to look about."""
        stewards = Stewards(self.members, coop)
        for account in range(1, self.plan.members + 1):
            wallets = [Wallet(self.members, coop, account)]
            limit = self.world.random.choice((0, 5_000, 50_000))
            if self.world.chance(0.2):
                wallets.append(Wallet(self.members, coop, account))
            stewards.admit(
                account,
                limit=limit if coop != self.members.leaver else 0,
                delay_ms=self.world.random.choice((10, 10, 10, self.plan.latest_admission_ms)),
                done=self._after_admission(coop, account, wallets),
            )
        if coop not in self.members.coops:
            self.members.coops.append(coop)
        changing = ChangingStewards(self.members, coop, self.agreed)
        self.world.after(self.world.random.randint(500, 6_000), changing.look)
        if self.plan.governs and coop != self.members.leaver:
            Assembly(self, coop).begin()
            Households(self, coop).begin()
        if self.facts is not None and coop <= self.plan.coops:
            publishing = PublishingStewards(self.members, coop, self.facts)
            self.world.after(self.world.random.randint(500, 6_000), publishing.look)

    def _want_something(self) -> None:
        """People want to change something about the charter."""
        newest, plan = self.watch.versions.newest, self.plan
        absent = newest.is_member(plan.culprit) + (plan.lost_keys > 0)
        self.agreed.add(
            any_matter(
                self.world.random,
                newest,
                self.watch.length_of,
                len(self.agreed.matters) + 1,
                absent=absent,
                is_printed=plan.indexed is Indexed.OFFICIAL,
            )
        )

    def _after_admission(
        self, coop: int, account: int, wallets: Sequence[Wallet]
    ) -> Callable[[], None]:
        """Members begin to pay; where a coop moves in, account 2 does once that is done or was refused."""
        begin = partial(self._begin_to_pay, wallets)
        if not self.plan.governs or account != 2 or coop == self.members.leaver:
            return begin
        return partial(move_in, self, coop, begin)

    def _begin_to_pay(self, wallets: Sequence[Wallet]) -> None:
        for wallet in wallets:
            wallet.start(self.world.random.randint(0, 800))

    def _rest(self) -> None:
        """When nobody does anything, nothing may be recorded, and hardly anything be done."""
        self.members.publishing = False
        self.world.run((4 + self.plan.coops) * SETTINGS.anchor_interval_ms)
        honest = [self.nodes[coop] for coop in self.watch.honest]
        lengths = [self.watch.truths[node.coop].length for node in honest]
        ticks = [node.ticks for node in honest]
        self.world.run(REST_MS)
        for node, length, before in zip(honest, lengths, ticks, strict=True):
            recorded = self.watch.truths[node.coop].entries[length:]
            grown = sum(not isinstance(entry.transaction, self._goes_on) for entry in recorded)
            if grown > self._anchors_that_may_be_late():
                raise Failure(f"{node.name} recorded {grown} entries though nobody asked for any")
            done = node.ticks - before
            most = TICKS_PER_SECOND_AT_REST * (1 + self.plan.governs) * REST_MS // 1000
            if not self.culprit and done > most:
                raise Failure(f"{node.name} ticked {done} times in {REST_MS // 1000} s of rest")
        if self.waiting_members():
            raise Failure(f"{self.waiting_members()} members still wait for an answer")

    @property
    def _goes_on(self) -> tuple[type[Transaction], ...]:
        """What is recorded though nobody asks: what time makes due by bylaws, and the anchors of that."""
        return (Anchor, Enact, Lapse, Levy, Restore) if self.plan.governs else ()

    def _anchors_that_may_be_late(self) -> int:
        """Where a culprit is needed as a witness, it decides when a due anchor can be made: one a log."""
        plan = self.plan
        return plan.coops if plan.culprit and plan.quorum > plan.coops - 2 else 0

    def waiting_members(self) -> int:
        """How many members of honest coops that have not left wait for an answer."""
        ended = self.watch.ended()
        return sum(
            self.members.open_questions[coop] for coop in self.watch.honest if coop not in ended
        )


def _brief(result: object) -> str:
    return " ".join(
        f"{name}={getattr(result, name)}"
        for name in ("number", "refusal", "reason", "results")
        if hasattr(result, name)
    ) or repr(result)


def _states(notice: Notice) -> list[str]:
    return [str(notice.values[key]) for key in ("was", "now") if key in notice.values]
