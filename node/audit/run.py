"""The audit: replays every log from its first entry and says where something does not hold.

`run_audit` reads whole logs from a `LogSource` (a node's store, or a node over the network), in pieces.
For every piece it computes the chain hash again, compares it with the hash and the signature that came
with the piece, and lets the validator apply the entries by the rules. A log that stands before an anchor
of another waits, and the others go on. Where a log has forked, each of its branches is replayed as well.
At the end all invariants of PROTOCOL section 7.10 are checked.

Rules: it trusts nothing that it reads but the charter. It changes nothing, and it words nothing for
people: a `Finding` carries facts. Whether the charter is the right one its reader must know, by the
federation's id.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ledger.chain import genesis
from ledger.invariants import (
    find_delegate_violations,
    find_sequence_violations,
    find_violations,
    loss_of,
    under_way,
)
from ledger.validators.interface import Validator
from node.audit.replay import LogReplay, Observer, longest
from node.audit.report import (
    AuditReport,
    BranchReport,
    Fault,
    Finding,
    KeptBranch,
    LogSource,
    Piece,
    SourceFault,
)


def run_audit(
    source: LogSource,
    validator: Validator,
    *,
    progress: Callable[[int], None] = lambda done: None,
    observe: Observer = lambda coop, entries: None,
) -> AuditReport:
    """Replay all logs of `source` into the empty `validator`. `progress` gets the entries just done."""
    federation = validator.founding.federation
    expected = source.logs()
    for coop in expected:
        # One that joined begins with the changes that admit it, maybe before any other log has them.
        validator.open_log(coop)
    kept = dict(_add_branches(validator, source.branches()))
    broken: set[int] = set()

    def replay_of(
        coop: int, branch: int, end: tuple[int, bytes], pieces: Iterator[Piece]
    ) -> LogReplay:
        return LogReplay(
            coop=coop,
            branch=branch,
            length=end[0],
            head=end[1],
            pieces=_checked(pieces),
            validator=validator,
            progress=progress,
            observe=observe,
            broken=broken,
        )

    replays = []
    for coop in validator.coops:
        empty = (0, genesis(federation=federation, coop=coop))
        replays.append(replay_of(coop, 0, expected.get(coop, empty), source.pieces(coop)))
    for (coop, number), each in kept.items():
        pieces = source.branch_pieces(each)
        replays.append(replay_of(coop, number, (each.length, each.head), pieces))
    _replay_all(replays)
    stopped = [finding for replay in replays for finding in replay.findings]
    findings = [*_strangers(expected, validator), *stopped, *_still_waiting(replays)]
    findings += _broken_invariants(validator, [each for each in replays if not each.branch])
    return _report(validator, replays, kept, findings)


def _report(
    validator: Validator,
    replays: Sequence[LogReplay],
    kept: Mapping[tuple[int, int], KeptBranch],
    findings: list[Finding],
) -> AuditReport:
    """What the replays have come to."""
    is_complete = all(replay.is_complete for replay in replays)
    return AuditReport(
        federation=validator.founding.federation,
        charter=validator.newest_charter(),
        validator=validator.name,
        logs=[
            replay.report()
            for replay in replays
            if replay.branch == validator.standing(replay.coop)
        ],
        branches=[
            _branch_report(replay, kept)
            for replay in replays
            if len(validator.branches(replay.coop)) > 1
        ],
        total=total(validator),
        losses={coop: loss for coop in validator.coops if (loss := loss_of(validator, coop))},
        digest=validator.digest() if is_complete else None,
        findings=findings,
    )


def _replay_all(replays: Sequence[LogReplay]) -> None:
    """Take all logs as far as they go, and let each say what stopped it."""
    while any(replay.advance() for replay in replays):
        pass
    for replay in replays:
        replay.give_up()
        replay.judge_signatures()
    for replay in replays:
        replay.judge_waiting()


def _add_branches(
    validator: Validator, kept: Iterable[KeptBranch]
) -> Iterator[tuple[tuple[int, int], KeptBranch]]:
    """Each branch under its coop and number. There is at most one for each other coop (7.11)."""
    for branch in kept:
        coop = branch.coop
        if coop in validator.coops and len(validator.branches(coop)) < len(validator.coops):
            yield (coop, validator.add_branch(coop)), branch


def _branch_report(replay: LogReplay, kept: Mapping[tuple[int, int], KeptBranch]) -> BranchReport:
    validator, coop, branch = replay.validator, replay.coop, replay.branch
    bases = {number: each.base for (other, number), each in kept.items() if other == coop}
    return BranchReport(
        coop=coop,
        base=bases.get(branch, min(bases.values())),
        length=replay.length,
        replayed=replay.done,
        head=replay.head,
        stands=branch == validator.standing(coop),
        gone_by=[
            other
            for other in validator.coops
            if other != coop and _gone_by(validator, other, coop) == [branch]
        ],
    )


def _gone_by(validator: Validator, coop: int, other: int) -> list[int]:
    """The branches of another log that have all that the log of `coop` anchored of it."""
    branch = validator.standing(coop)
    anchored = validator.log(coop, branch=branch).anchored.get(other, 0)
    return [
        each
        for each in validator.branches(other)
        if validator.taken_in(coop, other=other, branch=branch, of=each) == anchored
    ]


def _strangers(expected: Iterable[int], validator: Validator) -> Iterator[Finding]:
    """Logs of coops that no change of the charter has admitted."""
    for coop in expected:
        if coop not in validator.newest_charter().coops:
            yield Finding(
                fault=Fault.UNREADABLE,
                clause="4",
                coop=coop,
                detail="this coop is not in the charter",
            )


def _checked(pieces: Iterator[Piece]) -> Iterator[Piece | SourceFault]:
    """The pieces, and at the end the fault that ended them, if one did."""
    try:
        yield from pieces
    except SourceFault as fault:
        yield fault


def _still_waiting(replays: Sequence[LogReplay]) -> Iterator[Finding]:
    """Logs that wait for ever. One that waits for a log with a finding of its own is that one's fault."""
    faulty = {replay.coop for replay in replays if replay.findings}
    # What waits for a faulty log, directly or not, is explained by it.
    for _ in replays:
        for replay in replays:
            if replay.waiting is not None and replay.waiting.coop in faulty:
                faulty.add(replay.coop)
    for replay in replays:
        waiting = replay.waiting
        if waiting is None or replay.branch or replay.coop in faulty:
            continue
        held = longest(replay.validator, waiting.coop)
        yield Finding(
            fault=Fault.NOT_HELD,
            clause="7.6",
            coop=replay.coop,
            first=replay.done + 1,
            last=replay.done + 1,
            detail=f"the anchor needs log {waiting.coop} up to entry {waiting.length}; "
            f"it could be replayed up to entry {held}",
        )


def _broken_invariants(validator: Validator, replays: Sequence[LogReplay]) -> Iterator[Finding]:
    payments = {each.coop: each.payments for each in replays}
    delegated = {each.coop: each.delegated for each in replays}
    violations = [
        *find_violations(validator),
        *find_sequence_violations(validator, payments),
        *find_delegate_violations(validator, delegated),
    ]
    for violation in violations:
        yield Finding(
            fault=Fault.INVARIANT,
            clause="7.10",
            detail=f"{violation.invariant}: {violation.detail}",
        )


def total(validator: Validator) -> int:
    """All balances of the logs' standing branches, and all that is on its way."""
    found = 0
    for coop in validator.coops:
        branch = validator.standing(coop)
        accounts = validator.accounts(coop, branch=branch)
        found += validator.log(coop, branch=branch).commons
        found += sum(account.balance for account in accounts) + under_way(validator, coop)
    return found
