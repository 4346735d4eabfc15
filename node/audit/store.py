"""Auditing a node's own store: the logs in it, and what is kept beside them.

Beside the logs are checked: evidence (it proves what it says), the texts of stewards' reasons (they
have the hash that the log carries) and the newest snapshot (going on from it leads to the same state as
replaying everything, since a node that restarts trusts it). Memos are sealed, so nobody but their
owners can check them.

It reads only; the store should be opened for reading, so that a node may run beside it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import msgpack

from ledger.charter import Charter
from ledger.errors import EncodingError, ProofError, SnapshotError
from ledger.evidence import InvalidEntryEvidence, decode_evidence
from ledger.founding import Founding
from ledger.kinds import REASONED_KINDS
from ledger.messages import TAG_REASON
from ledger.pardons import is_pardoned
from ledger.validators.choose import load_validator, new_validator
from ledger.validators.interface import Validator
from node.audit.history import HistoryCheck
from node.audit.replay import cut
from node.audit.report import AuditReport, Fault, Finding, KeptBranch, Piece, SourceFault
from node.audit.run import run_audit
from node.engine.branches_kept import Branch, load_branches
from node.errors import StorageFault
from node.store import Evidence, Segment, Store

KINDS = {
    "fork": "it signed two histories",
    "invalid": "it signed an entry that the rules forbid",
    "decision": "it signed two contents of one decision",
    "support": "it supported two contents in one round of a decision",
}
"""What each kind of evidence proves."""


class StoreSource:
    """The logs in a store, as they were when it was made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._logs = store.logs()
        self._branches = {_named(branch): branch for branch in load_branches(store)}

    def logs(self) -> Mapping[int, tuple[int, bytes]]:
        """See `LogSource.logs`."""
        return self._logs

    def pieces(self, coop: int) -> Iterator[Piece]:
        """See `LogSource.pieces`: the store's segments."""
        return self.pieces_from(coop, 1)

    def pieces_from(self, coop: int, first: int) -> Iterator[Piece]:
        """The log from entry `first` on."""
        yield from _pieces(self._store.segments(coop, first))

    def branches(self) -> Sequence[KeptBranch]:
        """See `LogSource.branches`: what is kept beside the logs."""
        return list(self._branches)

    def branch_pieces(self, branch: KeptBranch) -> Iterator[Piece]:
        """See `LogSource.branch_pieces`."""
        yield from _pieces(self._branches[branch].segments(self._store))


def _named(branch: Branch) -> KeptBranch:
    return KeptBranch(
        coop=branch.coop, base=branch.base, length=branch.tip.length, head=branch.tip.head
    )


def _pieces(segments: Iterator[Segment]) -> Iterator[Piece]:
    try:
        for segment in segments:
            yield Piece(
                first=segment.first,
                entries=segment.entries,
                count=segment.count,
                previous=segment.previous,
                head=segment.head,
                signature=segment.signature,
            )
    except StorageFault as fault:
        raise SourceFault(str(fault)) from fault


def audit_store(
    store: Store,
    founding: Founding,
    *,
    coop: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> AuditReport:
    """Replay everything in the store and check what lies beside the logs.

    `coop` is the one whose node's store it is; without it the history index is not looked at.
    """
    source = StoreSource(store)
    validator = new_validator(founding)
    reasons: set[bytes] = set()
    lengths = {log: length for log, (length, _) in source.logs().items()}
    history = None if coop is None else HistoryCheck(store, coop, lengths)

    def observe(log: int, entries: bytes) -> None:
        reasons.update(_reasons_in(entries))
        if history is not None:
            history.observe(log, entries)

    report = run_audit(source, validator, progress=progress, observe=observe)
    is_whole = report.digest is not None
    try:
        found = [
            *_evidence_findings(store, validator),
            *_reason_findings(store, reasons),
            *(_snapshot_findings(store, source, validator) if is_whole else ()),
            *(history.findings(validator) if is_whole and history is not None else ()),
        ]
    except StorageFault as fault:
        # A store that failed stays failed: what the replay met is not told twice.
        is_told = any(finding.fault is Fault.UNREADABLE for finding in report.findings)
        found = [] if is_told else [Finding(fault=Fault.UNREADABLE, clause="8", detail=str(fault))]
    return replace(report, findings=[*report.findings, *found])


def _reasons_in(entries: bytes) -> Iterator[bytes]:
    """The hashes of the reasons that valid entries carry."""
    unpacker = msgpack.Unpacker(None, max_buffer_size=max(len(entries), 1))
    unpacker.feed(entries)
    for _, transaction in unpacker:
        if transaction[0] in REASONED_KINDS:
            yield transaction[-2]  # before the stewards' signatures


def _evidence_findings(store: Store, validator: Validator) -> Iterator[Finding]:
    for row in store.evidence():
        yield evidence_finding(row, validator.newest_charter())


def evidence_finding(row: Evidence, charter: Charter) -> Finding:
    """What a piece of evidence proves by the charter, or that it proves nothing."""
    problem = _problem_of_evidence(row, charter)
    is_settled = problem is None and is_pardoned(decode_evidence(row.data), charter)
    detail = f"{KINDS.get(row.kind, row.kind)}; the proof is stored here"
    if problem is not None:
        detail = f"evidence {row.digest.hex()[:16]}: {problem}"
    return Finding(
        fault=Fault.EVIDENCE if problem is None else Fault.RECORD_DAMAGED,
        clause="7.9",
        coop=row.coop,
        detail=detail,
        is_settled=is_settled,
    )


def _problem_of_evidence(row: Evidence, charter: Charter) -> str | None:
    if not row.is_whole:
        return "its bytes are not those that were stored"
    try:
        evidence = decode_evidence(row.data)
        if evidence.coop not in charter.coops:
            return "it is against a coop that is not in the charter"
        if is_pardoned(evidence, charter):
            pass  # It holds by the keys of before the readmission, at lengths that another key has now.
        elif isinstance(evidence, InvalidEntryEvidence):
            # Whether the rules refuse the entry, only the log up to it could tell.
            evidence.check_signed(charter)
        else:
            evidence.check(charter)
    except ProofError as error:
        return str(error)
    if (evidence.coop, evidence.kind) != (row.coop, row.kind):
        return "it is filed under another coop or kind"
    return None


def _reason_findings(store: Store, hashes: set[bytes]) -> Iterator[Finding]:
    """Reasons whose text is here must have the hash in the log; those kept elsewhere are not missed."""
    for expected in sorted(hashes):
        salted = store.reason(expected)
        if salted is not None and hashlib.sha256(TAG_REASON + salted).digest() != expected:
            detail = f"the text of the reason {expected.hex()[:16]} is not the one that was signed"
            yield Finding(fault=Fault.RECORD_DAMAGED, clause="8", detail=detail)


def _snapshot_findings(store: Store, source: StoreSource, whole: Validator) -> Iterator[Finding]:
    """The newest snapshot and the entries after it must lead to the state of the whole replay."""
    snapshot = store.newest_snapshot()
    # While there are branches a node starts from its logs.
    if (
        snapshot is None
        or source.branches()
        or any(
            length > source.logs().get(coop, (0, b""))[0]
            for coop, length in snapshot.lengths.items()
        )
    ):
        # None, or one of a running node that is further by now than what was audited.
        return
    problem = None
    try:
        validator = load_validator(whole.founding, snapshot.state)
        _replay_after(source, validator)
        if validator.digest() != whole.digest():
            problem = "going on from it leads to another state than replaying the logs"
    except (SnapshotError, EncodingError, SourceFault) as error:
        problem = str(error)
    if problem is not None:
        detail = f"the newest snapshot can't be used: {problem}; delete it, the logs are enough"
        yield Finding(fault=Fault.RECORD_DAMAGED, clause="7.8", detail=detail)


def _replay_after(source: StoreSource, validator: Validator) -> None:
    """Replay what the logs, up to their audited lengths, hold beyond the validator's state."""
    advanced = True
    while advanced:
        advanced = False
        for coop, (length, _) in source.logs().items():
            for piece in source.pieces_from(coop, validator.log(coop).length + 1):
                if piece.first > length:
                    break
                entries = cut(piece, length).entries
                result = validator.replay(coop, entries)
                advanced = advanced or result.count > 0
                if result.consumed < len(entries):
                    break
