"""The engine: a node as one synchronous state machine.

`tick(now_ms, inbox, steady_ms) -> outbox` gathers what has arrived into one batch: it replicates,
anchors, records, commits everything in one transaction, and only then answers. No sockets, no clock, no
threads, no randomness inside: a whole federation runs in one thread from one seed.

After an exception from `tick` the engine's memory may be ahead of the disk, or the disk of what
was reported: the engine is dead. Close the store, open it again, make another engine. Requests of that
tick have an unknown outcome; asking again with the same bytes is safe.
"""

import logging
from collections.abc import Collection, Sequence

from ledger.chain import SignedHead
from ledger.charter import Charter
from ledger.founding import Founding
from ledger.signatures import SigningKey
from ledger.validators.interface import Validator
from node.addresses import NodeAddress
from node.engine.answers import NotReady, Reply
from node.engine.asking import answer_questions, run_changes
from node.engine.books import CoopBooks
from node.engine.charter.status import charter_status, endorsed_changes
from node.engine.charter.subject import CharterSubject
from node.engine.core import Core
from node.engine.debts import Standing
from node.engine.decisions.decisions import Decisions, SubjectMaker
from node.engine.decisions.gathering import Gathering
from node.engine.decisions.publishing import Publishing
from node.engine.events import Event, Publish, Submit, SubmitBatch
from node.engine.extensions import Extensions
from node.engine.fallen import FallenList, FallenProof
from node.engine.health.status import CharterStatus, IndexStatus, NodeStatus, WaitingRequest
from node.engine.index.status import index_status
from node.engine.index.subject import IndexSubject
from node.engine.links import Links
from node.engine.outbox import Outbox
from node.engine.reading import load_state
from node.engine.recording.anchors import Anchors
from node.engine.recording.debt_watch import DebtWatch
from node.engine.recording.duties import Duties
from node.engine.recording.fallen_watch import FallenWatch
from node.engine.recording.history import History
from node.engine.recording.memos import Memos
from node.engine.recording.names import Names
from node.engine.recording.own_log import OwnLog
from node.engine.recording.proofs import receipt_of
from node.engine.replication.branches import Branches
from node.engine.replication.gossip import Gossip
from node.engine.replication.recovery import Recovery
from node.engine.replication.replicas import Replicas
from node.engine.replication.standing import StandingLogs, cut_at_start
from node.engine.settings import EngineSettings
from node.engine.supervision.clock import Clock
from node.engine.supervision.condition import condition
from node.engine.supervision.soundness import Soundness
from node.engine.supervision.troubles import Troubles
from node.engine.tick import Tick
from node.engine.view import Extension, View
from node.mark import TOKEN_KEY, MarkKeeper, MemoryMark
from node.store import Snapshot, Store


class Engine:
    """One node. Loads its state from `store`, which it alone writes to.

    `now_ms`, `steady_ms`: see `tick`. `configured` are the coops whose nodes this one dials, if
    anything dials at all. `mark` outlives the engine; without one the store is new, or is believed.
    `alone`, `clock_is_right`: a person said that the node may sign though its disk is in doubt, or
    that its clock is right in spite of all. `address`: its own word on where it answers.
    `subjects`: what is decided about beside the index and the charter. `known`: a charter that may be newer
    than what the logs here go by, for a node that joins or has a new key; its caller has checked it.
    """

    def __init__(
        self,
        settings: EngineSettings,
        founding: Founding,
        coop: int,
        key: SigningKey,
        store: Store,
        now_ms: int,
        extensions: Sequence[Extension] = (),
        *,
        steady_ms: int | None = None,
        configured: Collection[int] | None = None,
        mark: MarkKeeper | None = None,
        alone: bool = False,
        clock_is_right: bool = False,
        is_reopened: bool = False,
        address: NodeAddress | None = None,
        subjects: Sequence[SubjectMaker] = (),
        known: Charter | None = None,
    ) -> None:
        steady_ms = now_ms if steady_ms is None else steady_ms
        known = founding.genesis if known is None else known
        loaded = load_state(founding, store, known.coops)
        self._core = _core_of(settings, coop, key, store, loaded.validator, known)
        self._core.linked.dialled = () if configured is None else configured
        self._damaged = loaded.cut
        self._cut_off = cut_at_start(self._core, created=now_ms // 1000)
        self._soundness = Soundness(self._core, now_ms=steady_ms)
        self._replicas = Replicas(self._core)
        self._branches = Branches(self._core, self._replicas)
        self._anchors = Anchors(self._core, self._replicas)
        self._history = History(self._core)
        self._debts = DebtWatch(self._core)
        self._fallen = FallenWatch(self._core)
        self._standing_logs = StandingLogs(self._core, self._replicas)
        self._memos = Memos(self._core)
        self._names = Names(self._core)
        mark = MemoryMark.believing(store.meta(TOKEN_KEY)) if mark is None else mark
        seed = mark.draw()
        self._gossip = Gossip(self._core, self._replicas, address, seed=seed, now_ms=steady_ms)
        self._duties = Duties(self._core)
        self._own = OwnLog(self._core, self._anchors, self._history, self._memos)
        self._decisions = self._make_decisions(subjects)
        self._charter.requests.endorsed = lambda: endorsed_changes(self._charter, self._decisions)
        self._publishing = Publishing(self._core, self._decisions)
        self._recovery = Recovery(self._core, self._replicas, mark, alone=alone, now_ms=steady_ms)
        self._clock = Clock(self._core, is_right=clock_is_right, now_ms=now_ms, steady_ms=steady_ms)
        self._troubles = Troubles(
            self._core,
            self._replicas,
            configured=configured,
            is_reopened=is_reopened,
            now_ms=steady_ms,
        )
        self._links = self._listen()
        self._unsaved = 0
        self._extensions = Extensions(extensions)
        self._extensions.start(self._view(now_ms))

    def _make_decisions(self, subjects: Sequence[SubjectMaker]) -> Decisions:
        """The part that decides together with other coops: about the charter, the index, and more."""
        gathering = Gathering(self._core)
        self._index = IndexSubject(self._core, gathering)
        self._charter = CharterSubject(self._core)
        more = (subject(self._core, gathering) for subject in subjects)
        return Decisions(self._core, gathering, (self._charter, self._index, *more))

    def _listen(self) -> Links:
        """The part that hands what comes from peers to whom it concerns."""
        return Links(
            core=self._core,
            replicas=self._replicas,
            branches=self._branches,
            gossip=self._gossip,
            recovery=self._recovery,
            anchors=self._anchors,
            memos=self._memos,
            names=self._names,
            decisions=self._decisions,
            charter=self._charter,
            clock=self._clock,
            soundness=self._soundness,
            troubles=self._troubles,
        )

    @property
    def charter(self) -> Charter:
        """The charter in force for the own log. May be read from any thread."""
        return self._core.charter

    @property
    def newest(self) -> Charter:
        """The newest charter that is known. May be read from any thread."""
        return self._core.newest

    def tick(self, now_ms: int, inbox: Sequence[Event], *, steady_ms: int | None = None) -> Outbox:
        """Take in what arrived, commit, answer.

        `now_ms` is the clock's, which people set; `steady_ms` is of a clock that nobody sets, with any
        beginning. `Outbox.wake_at_ms` is of the latter. Left out, they are taken to be one.
        """
        tick = Tick(
            now_ms, now_ms if steady_ms is None else steady_ms, names=lambda: self._core.names
        )
        self._tell_cut(tick)
        self._links.receive(tick, inbox)
        self._recovery.run(tick)
        self._replicas.advance(tick)
        self._branches.run(tick)
        self._recovery.run(tick)
        self._clock.run(tick)
        if self._core.is_open:
            self._anchors.run(tick, self._own)
        published = self._publish(tick, inbox) + self._charter.requests.take(tick, inbox)
        self._record(tick, inbox)
        self._duties.run(tick, self._own)
        self._own.look_at_day(tick)
        self._anchors.answer_requests(tick)
        changed = run_changes(self._core, tick, inbox, self._view)
        self._memos.run(tick)
        self._names.run(tick)
        self._troubles.run(tick)
        self._own.seal(tick)
        self._extensions.gather(self._core, tick)
        self._recovery.cover(tick)
        self._core.store.commit(tick.write())
        self._branches.committed()
        if self._standing_logs.run(tick):
            self._history.begin_anew()
            self._debts.begin_anew()
        self._recovery.committed()
        self._index.surveys.committed()
        self._own.answer(tick)
        tick.outbox.replies += [*changed, *published]
        answer_questions(self._core, tick, inbox, self._view)
        tick.outbox.reached = {
            coop: self._core.validator.log(coop).reached() for coop in tick.outbox.advanced
        }
        self._gossip.push(tick)
        self._gossip.run(tick)
        self._soundness.run(tick, idle=not inbox)
        self._upkeep(tick, idle=not inbox)
        tick.outbox.wake_at_ms = self._wake_at_ms(tick)
        return tick.outbox

    def _tell_cut(self, tick: Tick) -> None:
        """Tell in the first tick what the start found damaged, or has set aside because it waits for such."""
        for damage in self._damaged:
            values = {"coop": damage.coop, "first": damage.first, "last": damage.last}
            tick.notice("log_set_aside", level=logging.ERROR, **values)
        for cut in self._cut_off:
            tick.notice("log_cut", coop=cut.coop, first=cut.first, last=cut.last)
        self._damaged, self._cut_off = [], []
        for coop in self._core.damaged_evidence:
            tick.notice("evidence_damaged", level=logging.ERROR, coop=coop)
        self._core.damaged_evidence = []

    def _record(self, tick: Tick, inbox: Sequence[Event]) -> None:
        submits = [event for event in inbox if isinstance(event, Submit)]
        batches = [event for event in inbox if isinstance(event, SubmitBatch)]
        if not self._core.is_open:
            self._own.refuse_all(self._not_ready(), submits, batches)
            return
        self._own.submit(tick, submits)
        for batch in batches:
            self._own.submit_batch(tick, batch)

    def _not_ready(self) -> NotReady:
        return NotReady(self._core.state, self._troubles.stopping())

    def _publish(self, tick: Tick, inbox: Sequence[Event]) -> list[Reply]:
        """Take in what stewards publish and go on with decisions; the answers for after the commit."""
        events = [event for event in inbox if isinstance(event, Publish)]
        if not self._core.is_open:
            self._decisions.run(tick, self._own)
            return [Reply(event.request, self._not_ready()) for event in events]
        taken = [(event, self._publishing.publish(tick, event)) for event in events]
        self._decisions.run(tick, self._own)
        return [Reply(event.request, self._publishing.answer(result)) for event, result in taken]

    def _view(self, now_ms: int) -> View:
        core = self._core
        return View(
            coop=core.coop,
            now_ms=now_ms,
            validator=core.validator,
            store=core.store,
            status=self.status(),
            engine=self,
            extensions=self._extensions.parts,
        )

    def _upkeep(self, tick: Tick, *, idle: bool) -> None:
        if idle:
            self._history.catch_up()
            self._debts.catch_up()
            self._fallen.catch_up()
        if not tick.segments:
            return
        self._history.follow(tick.segments)
        self._unsaved += sum(segment.count for segment in tick.segments)
        if self._unsaved >= self._core.settings.snapshot_entries:
            tick.notice("snapshot", entries=self.save_snapshot())

    def _wake_at_ms(self, tick: Tick) -> int:
        """When to tick next though nothing arrives: at the first time ahead at which anything is due.

        What is due already and was not done now waits for an event, or for the next gossip.
        """
        if self._history.is_behind() or self._fallen.is_behind() or self._debts.is_behind():
            return tick.steady_ms
        parts = (self._gossip, self._replicas, self._branches, self._anchors, self._recovery)
        others = (self._own, self._duties, self._core.work, self._soundness)
        times = [part.wake_at_ms() for part in (*parts, *others)]
        times += self._decisions.wake_times_ms()
        if self._replicas.has_more:
            times.append(tick.steady_ms + 1)
        extension_ms = self._extensions.wake_at_ms()
        if extension_ms is not None:
            times.append(tick.steady_ms + extension_ms - tick.now_ms)
        return min(at for at in times if at is not None and at > tick.steady_ms)

    def save_snapshot(self) -> int:
        """Save the state, so that the next start replays only what comes after; how many entries it has."""
        lengths = {coop: self._core.length(coop) for coop in self._core.validator.coops}
        self._core.store.save_snapshot(
            Snapshot(lengths=lengths, state=self._core.validator.snapshot())
        )
        self._unsaved = 0
        return sum(lengths.values())

    def end(self) -> None:
        """The last thing, when the node stops in order: save what makes the next start quick and certain."""
        self._recovery.end()
        self.save_snapshot()

    def receipt(self, coop: int, number: int, *, reach: int = 0) -> bytes | None:
        """The receipt of an entry, up to `reach` at least; None when there is none. Raises `LogDamaged`."""
        return receipt_of(self._core, coop, number, reach=reach)

    def names(self) -> Names:
        """What people call accounts, as far as this node knows."""
        return self._names

    def fallen(self) -> FallenList:
        """The payments that are only in a history of a forked log that does not stand."""
        return self._fallen.found

    def fallen_proof(self, head: bytes) -> FallenProof | None:
        """The receipts that go with the one that has `head` after it; None when there is none to give."""
        return self._fallen.proof(head)

    def bring_history_forward(self) -> None:
        """Let the history index cover everything; for questions that need it whole."""
        self._history.catch_up_all()

    def follow_debts(self) -> None:
        """Follow a bounded part of the log more, for who asks while nobody is idle."""
        self._debts.catch_up()

    def books(self) -> CoopBooks | None:
        """The coop's books; None while the log is followed still. Nothing of them may be kept or changed."""
        return self._debts.books()

    def has_bookings(self) -> bool:
        """Whether the rows of statements cover the own log as far as it goes."""
        return self._debts.has_bookings()

    def mend_bookings(self) -> None:
        """The rows of statements don't add up: make them again."""
        self._debts.mend_bookings()

    def debt_of(self, account: int) -> Standing | None:
        """Since when an account of this coop is in debt, and was before; None while that is not known."""
        return self._debts.standing(account)

    def in_debt_since(self, time: int) -> dict[int, int] | None:
        """The accounts in debt at least since `time`, and since when; None while that is not known."""
        return self._debts.in_debt_since(time)

    def charter_status(self) -> CharterStatus:
        """How far the next version of the charter has come."""
        return charter_status(self._charter, self._decisions)

    def join_requests(self) -> tuple[WaitingRequest, ...]:
        """Coops that want to join, the oldest request first."""
        return self._charter.requests.waiting()

    def index_status(self) -> IndexStatus | None:
        """How far the next decisions about the index have come; None when the charter has none."""
        return index_status(self._index, self._decisions)

    def survey(self, hash_: bytes) -> bytes | None:
        """The survey file with that hash."""
        return self._index.surveys.data(hash_)

    def signed_heads(self) -> dict[int, SignedHead]:
        """The newest signed head held of each log."""
        return dict(self._core.signed)

    def addresses(self) -> dict[int, NodeAddress]:
        """Where the coops' nodes answer, as they say themselves."""
        return self._gossip.addresses.known()

    def status(self) -> NodeStatus:
        """How the node is."""
        return condition(self._core, self._replicas, self._troubles)


def _core_of(
    settings: EngineSettings,
    coop: int,
    key: SigningKey,
    store: Store,
    validator: Validator,
    known: Charter,
) -> Core:
    """The core of a node that has loaded its logs. Raises ValueError when the key is none of its coop's."""
    core = Core(
        settings=settings, coop=coop, key=key, store=store, validator=validator, known=known
    )
    own = core.newest.coops.get(coop)
    if own is None or core.signer.public_key not in own.all_keys:
        raise ValueError(f"the key is not one that the charter has for coop {coop}")
    return core
