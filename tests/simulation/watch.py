"""Safety: what must hold after every tick, whatever goes wrong around it."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ledger.agreement import Subject
from ledger.charter import Charter
from ledger.codec import encode
from ledger.entries import transaction_start
from ledger.errors import ProofError
from ledger.invariants import find_sequence_violations, find_violations
from ledger.receipts import decode_receipt
from ledger.transactions import Kind
from ledger.validators.interface import Validator
from node.engine.answers import BatchRecorded, Recorded, Refused
from node.engine.events import Event, Submit, SubmitBatch
from node.engine.outbox import Disconnect, Outbox, Send
from node.engine.wire import WitnessAnswer, decode_message
from tests.node.engine.inside import core_of
from tests.simulation.decided import Decided
from tests.simulation.facts import Facts
from tests.simulation.losses import Losses
from tests.simulation.nodes import SimNode
from tests.simulation.questions import Questions
from tests.simulation.spoken import Spoken
from tests.simulation.tally import entries_of
from tests.simulation.truth import Truth
from tests.simulation.versions import Versions
from tests.simulation.world import Failure

INVARIANTS_EVERY_TICKS = 25
PENDING_MESSAGES = 2_000
MOST_ENTRIES = 1_500
"""Far more than the members of any run ask for."""
_WITNESSED = encode(["witnessed", 0])[:-1]
_PAYMENTS = (encode(Kind.PAY.value), encode(Kind.PAY_DELEGATED.value))


class Watch:
    """Looks at every honest node; `culprits` may do as they please."""

    def __init__(
        self, charter: Charter, culprits: frozenset[int], facts: Facts | None = None
    ) -> None:
        self._culprits = culprits
        self.honest = [coop for coop in charter.coops if coop not in culprits]
        self._index_quorum = charter.index.parameters.quorum if charter.index else 0
        self.decided = None if facts is None else Decided(charter, facts, self.honest)
        self.versions = Versions(charter, self.honest)
        self.spoken = Spoken(self.honest, self.versions, self._index_quorum)
        self.on_word: Callable[[SimNode], None] = lambda node: None
        """Called after a tick in which an honest node said something new about a decision."""
        self.truths = {coop: self._new_truth(coop) for coop in self.honest}
        self.readmitted: dict[int, Truth] = {}
        """The logs of coops that have cheated, were readmitted, and don't cheat any more."""
        self.acknowledged: dict[tuple[int, bytes], int] = {}
        """(coop, transaction) of every answer that promised a record, and the index promised."""
        self.branches: list[dict[int, bytes]] = []
        """The culprit's histories as it keeps them: head by length. Filled in by who bends it."""
        self.losses: Losses | None = None
        """Counts what a fork costs, once there is one."""
        self._has_witnesses = charter.witness_quorum > 0
        self._questions = Questions(may_wait=self._has_witnesses)
        self.seen: Counter[str] = Counter()
        """How often what happened, to know what a run has covered."""
        self.is_split = False
        """Without a quorum: two histories of the culprit have been anchored."""
        self._anchored: dict[tuple[int, int], bytes] = {}
        self._anchors_seen = dict.fromkeys(self.honest, 0)

    def _new_truth(self, coop: int) -> Truth:
        federation = self.versions.newest.federation
        return Truth(coop=coop, federation=federation, versions=self.versions, decided=self.decided)

    def add_honest(self, coop: int) -> None:
        """One more honest coop, which has joined."""
        self._begin_log(coop)
        self.truths[coop] = self._new_truth(coop)
        self._anchors_seen[coop] = 0
        self.honest.append(coop)

    def length_of(self, coop: int) -> int:
        """How many entries an honest log has; 0 for another."""
        return self.truths[coop].length if coop in self.truths else 0

    def ended(self) -> set[int]:
        """The honest coops that have left, whose logs have ended."""
        return {coop for coop in self.honest if self.versions.has_ended(coop)}

    def readmit(self, coop: int) -> None:
        """A culprit is honest from here on."""
        self._begin_log(coop)
        self.readmitted[coop] = self._new_truth(coop)

    def _begin_log(self, coop: int) -> None:
        self.versions.of[coop] = 0
        if self.decided is not None:
            self.decided.add(coop)

    def node_ticked(self, node: SimNode, events: Sequence[Event], outbox: Outbox) -> None:
        """After a tick that committed."""
        if node.coop in self.readmitted:
            self.readmitted[node.coop].follow(node.disk)
        if node.coop in self._culprits:
            self._check_accused(node)
            return
        self.look_at_disk(node)
        self._look_at_the_end(node)
        self._check_accused(node)
        self._check_replies(node, events, outbox)
        self._check_disconnects(node, outbox.disconnects)
        self._check_witnessing(node, outbox.sends)
        self._check_deciding(node, outbox.sends)
        for notice in outbox.notices:
            if notice.values.get("was") == "ready":
                raise Failure(f"{node.name} was ready and is not any more: {notice.values}")
        if node.ticks % INVARIANTS_EVERY_TICKS == 0:
            self.check_invariants(node)

    def look_at_disk(self, node: SimNode) -> None:
        """The logs on an honest node's disk, after a tick or a crash."""
        if node.coop in self._culprits:
            return
        home = self.truths[node.coop]
        home.follow(node.disk)
        self._check_anchors(home)
        if home.length > MOST_ENTRIES:
            raise Failure(f"{node.name} recorded more entries than anybody asked for")
        for coop, segments in node.disk.segments.items():
            if coop in self.truths and segments:
                last = segments[-1]
                self.truths[coop].check_beginning(last.last, last.head, node.name)
        held = node.disk.segments.get(node.coop, [])
        length = held[-1].last if held else 0
        if length < home.length and not node.restored:
            raise Failure(f"{node.name} lost entries of its own log: {length} of {home.length}")

    def _look_at_the_end(self, node: SimNode) -> None:
        if self.versions.has_left(node.coop) and node.engine is not None:
            validator = core_of(node.engine).validator
            if validator.log(node.coop).position < 0:
                raise Failure(f"{node.name} leaves, and owes the others")
            if validator.is_settled(node.coop):
                self.versions.settled.add(node.coop)

    def _check_accused(self, node: SimNode) -> None:
        if node.engine is None:
            return
        accused = set(core_of(node.engine).accused) - self._culprits
        if accused:
            raise Failure(f"{node.name} accuses the honest coops {sorted(accused)}")

    def _check_disconnects(self, node: SimNode, disconnects: Sequence[Disconnect]) -> None:
        for disconnect in disconnects:
            if disconnect.coop not in self._culprits:
                raise Failure(
                    f"{node.name} breaks with the honest coop {disconnect.coop}: {disconnect.reason}"
                )

    def _check_witnessing(self, node: SimNode, sends: Sequence[Send]) -> None:
        """What leaves the node as a witness's signature has been saved before."""
        for send in sends:
            if not send.data.startswith(_WITNESSED):
                continue
            message = decode_message(send.data, max_bytes=len(send.data))
            if isinstance(message, WitnessAnswer):
                saved = node.disk.witnessed.get(message.signed.coop)
                if saved is None or saved.length < message.signed.length:
                    raise Failure(f"{node.name} signed as a witness and did not save it")

    def _check_deciding(self, node: SimNode, sends: Sequence[Send]) -> None:
        """The index as the node's own log has it, and what leaves the node signed about it."""
        if node.engine is None:
            return
        if self.decided is not None:
            index = core_of(node.engine).validator.index(node.coop)
            if index is None:
                raise Failure(f"{node.name} has no index")
            self.decided.check_table(index, node.name)
        if self.spoken.hear(node, sends, self._place_of):
            self.on_word(node)

    def _place_of(self, node: SimNode, subject: Subject | None) -> int:
        """See `PlaceOf`: by what the node's log is known to have, whatever its engine says."""
        if subject is Subject.CHARTER:
            return self.versions.of[node.coop]
        if self.decided is None:
            raise Failure(f"{node.name} speaks of an index that there is not")
        index = self.decided.index_of(node.coop)
        return index.due_window.period if subject is None else index.place

    def _check_replies(self, node: SimNode, events: Sequence[Event], outbox: Outbox) -> None:
        asked = self._questions.asked(node, events)
        for reply in outbox.replies:
            event = asked[reply.request]
            if isinstance(event, Submit):
                self._check_answer(node, event.transaction, reply.result)
            elif isinstance(event, SubmitBatch) and isinstance(reply.result, BatchRecorded):
                self._check_batch(node, event.transactions, reply.result)
        left = self._questions.left(node, {reply.request: reply for reply in outbox.replies})
        if left:
            raise Failure(f"{node.name} left {left} requests unanswered")

    def _check_answer(self, node: SimNode, transaction: bytes, result: Any) -> None:
        truth = self.truths[node.coop]
        if isinstance(result, Recorded):
            self.seen["repeated answers"] += result.repeated
            self._acknowledge(node, transaction, result.number)
            try:
                receipt = decode_receipt(result.receipt)
                receipt.check(self.versions.newest)
            except ProofError as error:
                raise Failure(f"{node.name} gave a receipt that proves nothing: {error}") from error
            entry = receipt.entry
            if (
                receipt.length != result.number
                or entry[transaction_start(entry) :] != transaction
                or receipt.previous != truth.heads[result.number - 1]
            ):
                raise Failure(f"{node.name} gave a receipt of something else")
        elif isinstance(result, Refused):
            self.seen[f"refused {result.refusal.code}"] += 1
            self._check_refused(node, transaction, result.refusal.code)

    def _check_batch(self, node: SimNode, payments: Sequence[bytes], result: BatchRecorded) -> None:
        truth, head = self.truths[node.coop], result.head
        head.check(self.versions.newest)
        truth.check_beginning(head.length, head.head, f"a batch's answer of {node.name}")
        if len(payments) != len(result.results):
            raise Failure(f"{node.name} answered {len(result.results)} of {len(payments)} payments")
        for payment, outcome in zip(payments, result.results, strict=True):
            if outcome > head.length:
                raise Failure(f"{node.name}: the batch's head does not cover entry {outcome}")
            if outcome > 0:
                self._acknowledge(node, payment, outcome)
            else:
                self._check_refused(node, payment, str(-outcome))

    def _check_refused(self, node: SimNode, transaction: bytes, code: str) -> None:
        """What is in the log may not be called refused. (Stewards' work has its own revisions.)"""
        is_payment = transaction[1:2] in _PAYMENTS
        if is_payment and transaction in self.truths[node.coop].places:
            raise Failure(f"{node.name} refused ({code}) a payment that it has recorded")

    def _acknowledge(self, node: SimNode, transaction: bytes, number: int) -> None:
        truth = self.truths[node.coop]
        if truth.places.get(transaction) != number:
            raise Failure(f"{node.name} acknowledged entry {number}, which is not on its disk")
        if self.acknowledged.setdefault((node.coop, transaction), number) != number:
            raise Failure(f"{node.name} acknowledged one payment as two entries")

    def _check_anchors(self, home: Truth) -> None:
        """No log anchors what an honest coop's log does not have; with a quorum, no two histories."""
        for anchor in home.anchors[self._anchors_seen[home.coop] :]:
            if anchor.coop in self.truths:
                self.truths[anchor.coop].check_beginning(
                    anchor.length, anchor.head, f"an anchor of coop {home.coop}"
                )
            else:
                self._check_culprits_anchor(anchor.coop, anchor.length, anchor.head)
        self._anchors_seen[home.coop] = len(home.anchors)

    def _check_culprits_anchor(self, coop: int, length: int, head: bytes) -> None:
        if coop in self.readmitted:
            return
        known = self._anchored.setdefault((coop, length), head)
        if known == head and (not self.branches or self.anchored_branches()):
            return
        if self._are_witnesses_enough():
            raise Failure(f"two histories of coop {coop} are both anchored")
        self.is_split = True
        self.seen["anchors that split the federation"] += 1

    def _are_witnesses_enough(self) -> bool:
        """Whether no two histories of one coop that lies can be anchored, by all that was decided so far."""
        return self._has_witnesses and all(
            2 * charter.witness_quorum >= sum(1 for _ in charter.members())
            for charter in self.versions.charters[1:]
        )

    def anchored_branches(self) -> list[dict[int, bytes]]:
        """Those of the culprit's histories that have all its heads that honest logs anchored."""
        anchored = [(length, head) for (_, length), head in self._anchored.items()]
        return [
            branch
            for branch in self.branches
            if all(branch.get(length) == head for length, head in anchored)
        ]

    def check_invariants(self, node: SimNode) -> None:
        """The named invariants of the protocol, and the bounds of what an engine keeps."""
        if node.engine is None:
            return
        validator = core_of(node.engine).validator
        violations = find_violations(validator)
        if violations:
            raise Failure(f"{node.name}: {violations}")
        self._check_losses(node, validator)
        for coop in self.honest if self.decided is not None else ():
            index = validator.index(coop) if coop in validator.coops else None
            if index is not None and self.decided is not None:
                self.decided.check_table(index, f"the log of coop {coop} at {node.name}")
        replicas = node.engine._replicas
        pending = sum(len(kept) for kept in replicas._pending.values())
        if pending > PENDING_MESSAGES:
            raise Failure(f"{node.name} keeps {pending} messages that it can't apply")

    def _check_losses(self, node: SimNode, validator: Validator) -> None:
        if self.losses is None:
            return
        (culprit,) = self._culprits
        limit = max(charter.coops[culprit].clearing_limit for charter in self.versions.charters)
        lost = self.losses.check(validator, self.truths, limit=limit, who=node.name)
        if lost and self._are_witnesses_enough():
            raise Failure(f"{node.name}: {lost} were lost by a fork in spite of witnesses")
        self.seen["loss"] = max(lost, self.seen["loss"])
        branches = len(validator.branches(culprit)) - 1
        self.seen["branches"] = max(branches, self.seen["branches"])

    def check_end(self, nodes: Sequence[SimNode]) -> None:
        """Everything once more, in full."""
        for (coop, transaction), number in self.acknowledged.items():
            if self.truths[coop].places.get(transaction) != number:
                raise Failure(f"coop {coop} lost entry {number}, which it had acknowledged")
        for node in nodes:
            if node.engine is None or node.coop in self._culprits:
                continue
            self.look_at_disk(node)
            self.check_invariants(node)
            counts = {coop: truth.payment_counts() for coop, truth in self.truths.items()}
            own = {node.coop: counts[node.coop]}
            self._count(self.truths[node.coop])
            self.seen["evidence"] += sum(map(len, core_of(node.engine).accused.values()))
            wrong = list(find_sequence_violations(core_of(node.engine).validator, own))
            if wrong:
                raise Failure(f"{node.name}: {wrong}")

    def _count(self, truth: Truth) -> None:
        for transaction in truth.transactions:
            self.seen[entries_of(Kind(transaction[1]).name.lower())] += 1
        self.seen["payments at a price"] += truth.priced
