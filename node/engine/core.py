"""What the parts of the engine share: the node's identity, its state, and the tick under way.

`Core` lives as long as the engine; `Tick` is made anew for each tick and gathers what will be
written in its one transaction and what will be sent after it.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from ledger.chain import SignedHead
from ledger.charter import Charter
from ledger.errors import ProofError
from ledger.evidence import Evidence, decode_evidence
from ledger.signatures import SigningKey
from ledger.validators.interface import Sequenced, Validator
from node.engine.events import Notice, Outbox, Send
from node.engine.health.status import Readiness
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.health.words import word
from node.engine.settings import EngineSettings
from node.engine.signer import Signer
from node.engine.work import Work
from node.errors import LogDamaged
from node.mark import Doubt
from node.store import Evidence as EvidenceRow
from node.store import Memo, Segment, Store, Witnessed, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Rot:
    """Entries `first` to `last` of a log are damaged; the head before them is `previous`."""

    first: int
    last: int
    previous: bytes


@dataclass(slots=True)
class Tick:
    """One tick: the time, what it writes, what it sends.

    `now_ms` is the clock's time and goes into entries. `steady_ms` runs on evenly, whatever is done to
    the clock, and is what intervals and deadlines are measured by.
    """

    now_ms: int
    steady_ms: int
    outbox: Outbox = field(default_factory=Outbox)
    segments: list[Segment] = field(default_factory=list)
    signatures: list[SignedHead] = field(default_factory=list)
    evidence: list[EvidenceRow] = field(default_factory=list)
    witnessed: dict[int, Witnessed] = field(default_factory=dict)
    memos: list[Memo] = field(default_factory=list)
    changes: list[Write] = field(default_factory=list)
    names: Mapping[int, str] = field(default_factory=dict)
    """The coops' names, for the log that people read."""
    served_bytes: dict[int, int] = field(default_factory=dict)
    """How much each peer has been sent of logs that it asked for."""

    def send(self, coop: int, data: bytes) -> None:
        """Send to one peer, after the commit."""
        self.outbox.sends.append(Send(coop, data))

    def notice(self, name: str, *, level: int = logging.INFO, **values: int | str) -> None:
        """Leave a line for the log that people read; `coop`, a number, becomes the coop's name there."""
        coop = values.get("coop")
        if isinstance(coop, int):
            values["coop"] = self.names.get(coop, str(coop))
        self.outbox.notices.append(Notice(name, values, level))

    def trouble(self, trouble: Trouble, *, is_over: bool = False) -> None:
        """Tell the log that something is wrong, or no longer so."""
        values: dict[str, int | str] = {"kind": trouble.kind.value}
        if trouble.coop is not None:
            values["coop"] = self.names[trouble.coop]
        if is_over:
            self.outbox.notices.append(Notice("trouble_over", values))
            return
        words = word(trouble, self.names)
        values |= {"text": words.detail, "remedy": words.remedy}
        self.outbox.notices.append(Notice("trouble", values, trouble.level))

    def write(self) -> Write:
        """Everything that this tick writes."""
        return Write(
            segments=self.segments,
            signatures=self.signatures,
            evidence=self.evidence,
            witnessed=list(self.witnessed.values()),
            memos=[*self.memos, *(memo for change in self.changes for memo in change.memos)],
            erased_memos=[erased for change in self.changes for erased in change.erased_memos],
            reasons=[reason for change in self.changes for reason in change.reasons],
            documents=[document for change in self.changes for document in change.documents],
            dropped_documents=[
                dropped for change in self.changes for dropped in change.dropped_documents
            ],
            new_records=[record for change in self.changes for record in change.new_records],
            records=[record for change in self.changes for record in change.records],
            dropped_records=[
                dropped for change in self.changes for dropped in change.dropped_records
            ],
            meta={key: value for change in self.changes for key, value in change.meta.items()},
        )


class Core:
    """The node's identity and state. `signed` has the newest signed head held of each log."""

    def __init__(
        self,
        *,
        settings: EngineSettings,
        coop: int,
        key: SigningKey,
        store: Store,
        validator: Validator,
    ) -> None:
        self.settings = settings
        self.coop = coop
        self.store = store
        self.validator = validator
        self.signer = Signer(key, lambda: self.charter, coop, lambda: self.is_signing)
        self.peers: set[int] = set()
        self.clock_is_believed = True
        """See `clock`."""
        self.troubles: dict[tuple[TroubleKind, int | None], Trouble] = {}
        """What parts of the engine have found to be wrong, by `Trouble.key`; see `troubles`."""
        self.not_arriving: dict[int, TroubleKind] = {}
        """The coops that payments don't reach until people decide, and why; `troubles` keeps it."""
        self.answering: set[int] = set()
        """The peers whose links know `newest?` and `clock`."""
        self.readiness = Readiness.RECOVERING
        self.doubt: Doubt | None = None
        """Why the disk may not know all that was signed; until that is settled nothing is signed."""
        self.heard: set[int] = set()
        """The peers that have said, since this start, how far they know the own log."""
        self.began_in_doubt = False
        """There was a doubt when this engine started."""
        self.is_alone = False
        """A person said that the node may sign in doubt, and it does."""
        self.damaged: dict[int, Rot] = {}
        """What is stored of a log and is not what was signed, until it is healed; see `soundness`."""
        self.suspected: list[LogDamaged] = []
        """What was met while reading, for `soundness` to look at."""
        self.signed: dict[int, SignedHead] = {}
        for log in validator.coops:
            newest = store.newest_signed_head(log)
            if newest is not None:
                self.signed[log] = newest
        self.work = Work(settings)
        self.accused, self.damaged_evidence = _stored_evidence(store, validator.coops)
        """The evidence against each coop, by its kind. A coop without any is accused all the same: what is
        stored against it is damaged, proves nothing to anybody, and is not passed on; peers have it whole.
        Whom that is against, the first tick tells."""

    @property
    def charter(self) -> Charter:
        """The charter in force for the own log, by which this node acts. What another log holds or its node
        signed about it is judged by `charter_of` that log."""
        return self.validator.charter(self.coop)

    def charter_of(self, coop: int) -> Charter:
        """The charter in force for the log of `coop`, as it is held here.

        For a coop that has none it is the one by which this node acts, in which nothing is the coop's.
        """
        return self.validator.charter(coop if self.has_log(coop) else self.coop)

    def has_log(self, coop: int) -> bool:
        """Whether there is a log of that coop here: some log's charter has it."""
        return coop in self.validator.coops

    @property
    def others(self) -> tuple[int, ...]:
        """The other coops of the charter, rising."""
        return tuple(coop for coop in self.charter.coops if coop != self.coop)

    @property
    def names(self) -> dict[int, str]:
        """The coops' names, by number."""
        return {
            number: self.charter_of(number).coops[number].name for number in self.validator.coops
        }

    @property
    def is_signing(self) -> bool:
        """Whether the node has all that its key has signed, so that it may sign more."""
        return self.readiness is Readiness.READY

    @property
    def is_recording(self) -> bool:
        """Whether the node may append to its own log: it may sign, and knows the time."""
        return self.is_signing and self.clock_is_believed

    @property
    def state(self) -> Readiness:
        """Whether it records, and if not, the first reason."""
        return (
            Readiness.CLOCK_DOUBTFUL
            if self.is_signing and not self.is_recording
            else self.readiness
        )

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

    def is_accused(self, coop: int, kind: str) -> bool:
        """Whether there is evidence of that kind against the coop."""
        return kind in self.accused.get(coop, {})

    def accuse(self, tick: Tick, evidence: Evidence) -> None:
        """Keep checked evidence, tell everybody, and anchor nothing more from that coop.

        One piece of each kind is kept for a coop: a second one would prove nothing new. Evidence too
        large for others to read is passed over; the bounds on messages leave hardly a way to it.
        """
        if self.is_accused(evidence.coop, evidence.kind):
            return
        data = evidence.encode()
        try:
            decode_evidence(data)
        except ProofError:
            tick.notice("evidence_too_large", coop=evidence.coop, kind=evidence.kind)
            return
        kept = self.accused.setdefault(evidence.coop, {})
        kept[evidence.kind] = data
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
        """Whether the charter lets the own log have one more entry today that is no payment."""


def _stored_evidence(
    store: Store, coops: Collection[int]
) -> tuple[dict[int, dict[str, bytes]], list[int]]:
    """What is stored against each coop, by kind, and against whom there is something damaged."""
    accused: dict[int, dict[str, bytes]] = {}
    damaged = []
    for row in store.evidence():
        evidence = _read_evidence(row)
        if evidence is not None:
            accused.setdefault(evidence.coop, {})[evidence.kind] = row.data
        elif row.coop in coops:
            accused.setdefault(row.coop, {})
            damaged.append(row.coop)
    return accused, damaged


def _read_evidence(row: EvidenceRow) -> Evidence | None:
    """What a stored row proves, and against whom, as its bytes say; None when they are not those stored."""
    try:
        return decode_evidence(row.data) if row.is_whole else None
    except ProofError:
        return None
