"""The audit: replays every log from its first entry and says where something does not hold.

`run_audit` reads whole logs from a `LogSource` (a node's store, or a node over the network), in pieces.
For every piece it computes the chain hash again, compares it with the hash and the signature that came
with the piece, and lets the validator apply the entries by the rules. A log that stands before an anchor
of another waits, and the others go on. At the end all invariants of PROTOCOL section 7.10 are checked.

Rules: it trusts nothing that it reads but the charter. It changes nothing, and it words nothing for
people: a `Finding` carries facts. Whether the charter is the right one its reader must know, by the
federation's id.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from ledger.chain import genesis
from ledger.invariants import find_sequence_violations, find_violations, fork_loss, under_way
from ledger.validators.interface import Validator
from node.audit.replay import LogReplay, Observer
from node.audit.report import (
    AuditReport,
    Fault,
    Finding,
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
    broken: set[int] = set()
    replays = [
        LogReplay(
            coop=coop,
            length=expected.get(coop, (0, b""))[0],
            head=expected.get(coop, (0, genesis(federation=federation, coop=coop)))[1],
            pieces=_checked(source.pieces(coop)),
            validator=validator,
            progress=progress,
            observe=observe,
            broken=broken,
        )
        for coop in validator.coops
    ]
    while any(replay.advance() for replay in replays):
        pass
    for replay in replays:
        replay.give_up()
        replay.judge_signatures()
    stopped = [finding for replay in replays for finding in replay.findings]
    stopped += _still_waiting(replays)
    findings = [*_strangers(expected, validator), *stopped]
    is_complete = all(replay.is_complete for replay in replays)
    findings += _broken_invariants(validator, {each.coop: each.payments for each in replays})
    return AuditReport(
        federation=federation,
        charter=validator.newest_charter(),
        validator=validator.name,
        logs=[replay.report() for replay in replays],
        total=total(validator),
        fork_loss=fork_loss(validator),
        digest=validator.digest() if is_complete else None,
        findings=findings,
    )


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
        if waiting is None or replay.coop in faulty:
            continue
        held = replay.validator.log(waiting.coop).length
        yield Finding(
            fault=Fault.NOT_HELD,
            clause="7.6",
            coop=replay.coop,
            first=replay.done + 1,
            last=replay.done + 1,
            detail=f"the anchor needs log {waiting.coop} up to entry {waiting.length}; "
            f"it could be replayed up to entry {held}",
        )


def _broken_invariants(
    validator: Validator, payments: dict[int, Counter[int]]
) -> Iterator[Finding]:
    violations = [*find_violations(validator), *find_sequence_violations(validator, payments)]
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
