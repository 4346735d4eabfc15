"""What the parts of the engine share: the node's identity and its state.

`Core` lives as long as the engine; a `Tick` (`node.engine.tick`) is made anew for each tick. Neither is
locked, because one thread has it all; what keeps them in order is that every field says who owns it.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from ledger.chain import SignedHead
from ledger.charter import Charter, Coop, Standing
from ledger.contradictions import Contradiction
from ledger.errors import ProofError
from ledger.evidence import Evidence, ForkEvidence, decode_evidence
from ledger.pardons import is_pardoned
from ledger.signatures import SigningKey
from ledger.validators.interface import Sequenced, Validator
from ledger.validators.reading import has_ended
from node.engine.health.status import Readiness
from node.engine.health.troubles import Trouble, TroubleKey, TroubleKind
from node.engine.linked import Linked
from node.engine.settings import EngineSettings
from node.engine.signer import Signer
from node.engine.tick import Tick
from node.engine.work import Work
from node.errors import LogDamaged
from node.mark import Doubt
from node.store import Evidence as EvidenceRow
from node.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Rot:
    """Entries `first` to `last` of a log are damaged; the head before them is `previous`."""

    first: int
    last: int
    previous: bytes


@dataclass(slots=True)
class OldCopy:
    """What is known of whether the disk is an old copy, which lacks what this node's key has signed."""

    doubt: Doubt | None = None
    """Why the disk may not know all that was signed; until that is settled nothing is signed.
    `replication.recovery` owns it."""
    heard: set[int] = field(default_factory=set)
    """The peers that have said, since this start, how far they know the own log. `replication.recovery`
    owns it."""
    began_in_doubt: bool = False
    """There was a doubt when this engine started. `replication.recovery`, `decisions.promises` and
    `decisions.agreement` set it while the engine is made; from then on it stays."""
    has_said: bool = False
    """Something that is in no log was said in this tick, so that older copies have to be told from this one.
    `decisions.promises` and `decisions.agreement` set it, `replication.recovery` takes it away."""
    is_alone: bool = False
    """A person said that the node may sign in doubt, and it does. `replication.recovery` owns it."""
    was_cut: bool = False
    """At this start the own log was cut where a key before this one ceases to count, so what the mark knows
    of may be gone. `replication.standing` sets it while the engine is made."""


class Core:
    """The node's identity and state, shared by all parts of its engine.

    It lives as long as the engine, in the engine's thread. Each field has one owner, which alone may write it
    and keeps its promise; the others read. Where a part has to tell something to the owner it adds to a list,
    or calls a method here.

    Memory may be ahead of the disk until the tick has committed, and stays so when the commit fails: then all
    of this is thrown away together and made anew from the store.
    """

    deciding: tuple[Trouble, ...] = ()
    """What coops decide about now and are not late with. `decisions.standstill` owns it."""

    def __init__(
        self,
        *,
        settings: EngineSettings,
        coop: int,
        key: SigningKey,
        store: Store,
        validator: Validator,
        known: Charter,
    ) -> None:
        # Given once, and never written again.
        self.settings = settings
        self.coop = coop
        self.store = store
        """Read by everybody. `Engine` alone commits, once in a tick; `recording.history` and `Engine` write
        what is derived."""
        self.validator = validator
        """Its state moves only when `recording.own_log` appends and when `replication.replicas` replays;
        `replication.making` and `replication.standing` put one with other branches in its place."""
        self.known = known
        """What the node's folder knew of the charter at the start; the logs may know a newer one."""
        self.signer = Signer(key, lambda: self.newest, coop, lambda: self.is_signing)
        """The only holder of the key."""
        self.work = Work(settings)
        """Every part that serves a peer spends from it; `replication.hearing` asks whether there is more."""

        # What is held of the logs.
        self.signed = _newest_heads(store, validator.coops)
        """The newest signed head of each. `recording.own_log` writes the own log's, `replication.replicas`
        and `replication.ends` others', `supervision.soundness` what it heals, `replication.standing` what
        changes with a history."""
        self.evidence, self.damaged_evidence = _stored_evidence(store, validator.coops)
        """What was ever proven against each coop; only `accuse` adds, nothing is ever taken out. Damaged
        evidence accuses too, but is not passed on; `Engine` tells of it in its first tick."""
        self._accused: tuple[int, dict[int, dict[str, bytes]]] | None = None
        self.damaged: dict[int, Rot] = {}
        """What is stored and was not signed so. `supervision.soundness` and `replication.standing` own it."""
        self.suspected: list[LogDamaged] = []
        """What was met while reading: any part adds, `supervision.soundness` takes it away."""

        self.linked = Linked()
        """The nodes that there is a link with. Each field of it has its own owner."""

        # What it may do.
        self.readiness = Readiness.HALTED if coop in self.accused else Readiness.RECOVERING
        """Whether it may sign. `replication.recovery` owns it; `accuse` sets `HALTED`, for good."""
        self.old_copy = OldCopy()
        """Whether the disk may lack what the key has signed. Each field of it has its own owner."""
        self.clock_is_believed = True
        """`supervision.clock` owns it, and looks before anything is appended."""

        # What is wrong.
        self.troubles: dict[TroubleKey, Trouble] = {}
        """What parts have found by themselves: each part its own kinds. `supervision.troubles` reads it."""
        self.not_arriving: dict[int, TroubleKind] = {}
        """Whom payments don't reach until people decide, and why. `supervision.troubles` owns it."""

    @property
    def charter(self) -> Charter:
        """The charter in force for the own log, by which this node acts.

        While the coop joins, that does not have it yet.
        """
        return self.validator.charter(self.coop)

    @property
    def newest(self) -> Charter:
        """The newest charter that is known, whichever log goes by it: by its keys signatures are judged, and
        with its coops this node speaks."""
        newest = self.validator.newest_charter()
        return newest if newest.version >= self.known.version else self.known

    def has_log(self, coop: int) -> bool:
        """Whether there is a log of that coop here: some log's charter has it."""
        return coop in self.validator.coops

    def knows_less_than(self, peer: int) -> bool:
        """Whether a peer knows a newer charter: then what it says and can't be checked here may be right."""
        return self.linked.versions.get(peer, 0) > self.newest.version

    def is_excused(self, peer: int) -> bool:
        """Whether what a peer says and does not hold by what is known here is passed over: it knows a newer
        charter, and does not say such things too often."""
        return self.knows_less_than(peer) and self.work.excuse(peer)

    @property
    def applied_bytes(self) -> int:
        """How much of others' logs is judged in a tick, about (`node.engine.slices`)."""
        settings = self.settings
        return settings.applied_bytes_busy if self.work.is_busy else settings.applied_bytes

    @property
    def others(self) -> tuple[int, ...]:
        """The other coops in good standing, rising."""
        return tuple(coop.number for coop in self.charter.members() if coop.number != self.coop)

    @property
    def partners(self) -> tuple[int, ...]:
        """The other coops whose logs the own one takes in, rising: also those that have left."""
        return tuple(
            coop.number
            for coop in self.charter.coops.values()
            if coop.number != self.coop and coop.standing is not Standing.QUARANTINED
        )

    @property
    def names(self) -> dict[int, str]:
        """The coops' names, by number."""
        return {number: coop.name for number, coop in self.newest.coops.items()}

    @property
    def own(self) -> Coop:
        """The own coop as the charter of its log has it; while it joins, as the newest one does."""
        return self.charter.coops.get(self.coop) or self.newest.coops[self.coop]

    @property
    def is_signing(self) -> bool:
        """Whether the node has all that its key has signed, so that it may sign more."""
        return self.readiness is Readiness.READY

    @property
    def place(self) -> Readiness:
        """Whether the charter lets the node append for people: `READY`, or what stands in the way."""
        if self.newest.coops[self.coop].node_key != self.signer.public_key:
            return Readiness.KEY_REPLACED
        found = self.charter.coops.get(self.coop)
        if found is None:
            return Readiness.JOINING
        is_over = has_ended(self.validator, self.coop)
        return Readiness.LEFT if is_over else Readiness.READY

    @property
    def is_recording(self) -> bool:
        """Whether the node may append to its own log: it may sign, its key counts, and it knows the time.

        While the coop joins that is only what the coops decide, until that has let it in (`is_open`).
        """
        may_append = self.place in (Readiness.READY, Readiness.JOINING)
        return self.is_signing and self.clock_is_believed and may_append

    @property
    def is_open(self) -> bool:
        """Whether the node records for its people."""
        return self.is_recording and self.place is Readiness.READY

    @property
    def state(self) -> Readiness:
        """Whether it records for its people, and if not, the first reason."""
        if not self.is_signing:
            return self.readiness
        return self.place if self.clock_is_believed else Readiness.CLOCK_DOUBTFUL

    def length(self, coop: int) -> int:
        """How many entries of the log are held here."""
        return self.validator.log(coop).length

    def head_at(self, coop: int, length: int) -> bytes | None:
        """The head of the log held here at `length`; None when it is shorter."""
        kept = self.validator.head_at(coop, length)
        if kept is not None:
            return kept
        try:
            return self.store.head_at(coop, length)
        except LogDamaged as damage:
            self.suspected.append(damage)
            return None

    def can_go_on_with(self, coop: int) -> bool:
        """Whether the log of `coop` that is held has all that the own log has anchored of it.

        Where the own log has gone by another history, it can't anchor this one until it is decided which
        stands.
        """
        if not self.validator.branches(coop)[1:]:
            return True
        anchored = self.validator.log(self.coop).anchored.get(coop, 0)
        return self.validator.taken_in(self.coop, other=coop) == anchored

    @property
    def accused(self) -> Mapping[int, Mapping[str, bytes]]:
        """The evidence against each accused coop, by its kind: what no readmission has ended."""
        newest = self.newest
        if self._accused is None or self._accused[0] != newest.version:
            accused: dict[int, dict[str, bytes]] = {}
            for coop, kept in self.evidence.items():
                left = {each.kind: each.encode() for each in kept if not is_pardoned(each, newest)}
                if left or (not kept and not _was_readmitted(newest, coop)):
                    accused[coop] = left
            self._accused = newest.version, accused
        return self._accused[1]

    def is_accused(self, coop: int, kind: str) -> bool:
        """Whether there is evidence of that kind against the coop."""
        return kind in self.accused.get(coop, {})

    def has_forked(self, coop: int) -> bool:
        """Whether there may be two histories of the coop's log: it is known to have signed them, also before
        it was readmitted, or a key was replaced that may have gone on signing."""
        found = self.newest.coops.get(coop)
        is_decided = found is not None and (found.stands is not None or found.earlier_keys != ())
        return is_decided or any(
            each.kind == ForkEvidence.kind for each in self.evidence.get(coop, ())
        )

    def keys_that_count(self, coop: int) -> tuple[bytes, ...]:
        """The node keys under which what a coop says about a decision counts, the present one first: all that
        it has had, but for those from before it was readmitted."""
        return self.newest.coops[coop].keys_since_readmission

    def accuse_if_proven(self, tick: Tick, evidence: Contradiction) -> None:
        """The same for what was put together here and not checked yet: it has to hold by the present keys.

        Two words under different keys of one coop prove nothing against it.
        """
        try:
            evidence.check(self.newest)
        except ProofError:
            return
        self.accuse(tick, evidence)

    def accuse(self, tick: Tick, evidence: Evidence) -> None:
        """Keep checked evidence, tell everybody, and anchor nothing more from that coop.

        One piece of each kind is kept for a coop: a second one would prove nothing new. Evidence too
        large for others to read is passed over; the bounds on messages leave hardly a way to it.
        """
        if self.is_accused(evidence.coop, evidence.kind) or is_pardoned(evidence, self.newest):
            return
        data = evidence.encode()
        try:
            decode_evidence(data)
        except ProofError:
            tick.notice("evidence_too_large", coop=evidence.coop, kind=evidence.kind)
            return
        self.evidence.setdefault(evidence.coop, []).append(evidence)
        self._accused = None
        tick.evidence.append(
            EvidenceRow(
                digest=sha256(data).digest(), coop=evidence.coop, kind=evidence.kind, data=data
            )
        )
        tick.notice("evidence", level=logging.ERROR, coop=evidence.coop, kind=evidence.kind)
        if evidence.coop == self.coop:
            self.readiness = Readiness.HALTED


class Appender(Protocol):
    """What appends to the own log."""

    def append(self, tick: Tick, transactions: list[bytes]) -> Sequenced:
        """Append what the rules accept."""

    def has_room(self, tick: Tick) -> bool:
        """Whether the charter lets the own log have one more entry today that is not a payment."""


def _newest_heads(store: Store, coops: Collection[int]) -> dict[int, SignedHead]:
    heads = {coop: store.newest_signed_head(coop) for coop in coops}
    return {coop: newest for coop, newest in heads.items() if newest is not None}


def _stored_evidence(
    store: Store, coops: Collection[int]
) -> tuple[dict[int, list[Evidence]], list[int]]:
    """What is stored against each coop, and against whom there is something damaged."""
    accused: dict[int, list[Evidence]] = {}
    damaged = []
    for row in store.evidence():
        evidence = _read_evidence(row)
        if evidence is not None:
            accused.setdefault(evidence.coop, []).append(evidence)
        elif row.coop in coops:
            accused.setdefault(row.coop, [])
            damaged.append(row.coop)
    return accused, damaged


def _was_readmitted(charter: Charter, coop: int) -> bool:
    found = charter.coops.get(coop)
    return found is not None and found.readmission is not None


def _read_evidence(row: EvidenceRow) -> Evidence | None:
    """What a stored row proves, and against whom, as its bytes say; None when they are not those stored."""
    try:
        return decode_evidence(row.data) if row.is_whole else None
    except ProofError:
        return None
