"""How far the log of a coop is held from which honest nodes take nothing more in.

Evidence reaches nodes at different times, and by then they hold different lengths of the log, or different
histories. What some log has anchored of it, all nodes need and get. What nobody has anchored nobody needs,
and honest nodes don't anchor it any more; so every node drops it, and in the end all hold the same.

Of a log with an entry that the rules refuse all nodes hold what is before it, which proves the case.
"""

from collections.abc import Iterable

from ledger.chain import SignedHead, extend_all
from ledger.charter import Charter
from ledger.codec import split
from ledger.errors import ProofError
from ledger.evidence import InvalidEntryEvidence
from ledger.state import Waiting
from ledger.validators.interface import Validator
from node.engine.branches_kept import Branch
from node.engine.core import Core
from node.engine.replication.anchored import Anchored
from node.engine.wire import Entries


def is_stopped(core: Core, coop: int) -> bool:
    """Whether of that coop's log only what is anchored is of use, because of evidence against the coop."""
    return bool(core.accused.get(coop, {}).keys() - {InvalidEntryEvidence.kind})


def is_all_anchored(core: Core, coop: int) -> bool:
    """Whether some log has surely anchored all that is held of that coop's log. It is quick to tell."""
    validator, length = core.validator, core.length(coop)
    return length == 0 or any(
        validator.taken_in(other, other=coop, branch=branch) == length
        for other in validator.coops
        if other != coop
        for branch in validator.branches(other)
    )


def length_in_use(core: Core, coop: int, anchored: Anchored, waiting: Iterable[Waiting]) -> int:
    """How much of the log some log has anchored, or is about to, or a decision names."""
    named = [(length, head) for length, head in anchored]
    named += [(wait.length, wait.head) for wait in waiting if wait.coop == coop]
    found = core.newest.coops[coop]
    if found.stands is not None:
        named.append((found.stands.length, found.stands.head))
    most = core.length(coop)
    lengths = [
        length for length, head in named if length <= most and core.head_at(coop, length) == head
    ]
    lengths += [min(earlier.until, most) for earlier in found.earlier_keys]
    return max(lengths, default=0)


def is_more_wanted(core: Core, coop: int, waiting: Iterable[Waiting]) -> bool:
    """Whether more of that coop's log is of use: of an accused coop only if another log waits for it."""
    return coop not in core.accused or bool(_needed(core, coop, waiting))


def is_wanted(core: Core, message: Entries, blob: bytes, waiting: Iterable[Waiting]) -> bool:
    """Of an accused coop: whether another log has anchored what these entries lead to, or may have; `blob`
    is what of them follows the log."""
    coop = message.coop
    if coop not in core.accused:
        return True
    needed = _needed(core, coop, waiting)
    reached = [wait for wait in needed if wait.length <= message.signed.length]
    if not reached:
        return bool(needed)
    log = core.validator.log(coop)
    entries = split(blob)
    return any(
        extend_all(log.head, entries[: wait.length - log.length]) == wait.head for wait in reached
    )


def _needed(core: Core, coop: int, waiting: Iterable[Waiting]) -> list[Waiting]:
    """What other logs wait for, of this coop's log, beyond what is held."""
    length = core.length(coop)
    return [wait for wait in waiting if wait.coop == coop and wait.length > length]


def heads_of(validator: Validator, coop: int) -> tuple[bytes, ...]:
    """The newest heads of that coop's log and of its branches."""
    return tuple(validator.log(coop, branch=each).head for each in validator.branches(coop))


def taken_in_of(validator: Validator, branch: Branch) -> int:
    """How much of that history the state has taken in, in any of the branches or in the log; 0 if nothing of
    what it has of its own."""
    taken = 0
    for number in validator.branches(branch.coop):
        log = validator.log(branch.coop, branch=number)
        if branch.head_at(log.length) == log.head:
            taken = max(taken, log.length)
        elif validator.head_at(branch.coop, branch.tip.length, branch=number) == branch.tip.head:
            taken = branch.tip.length
    return taken


def is_signed_now(signed: SignedHead, charter: Charter) -> bool:
    """Whether the key that counts at its length has signed a head."""
    try:
        signed.check(charter)
    except ProofError:
        return False
    return True


def void_key(coop: int) -> str:
    """Where it is kept which head of that coop's log was witnessed here and counts no more, since a key was
    replaced that had signed it."""
    return f"witness.void.{coop}"


def seen_key(coop: int) -> str:
    """Where it is kept for which node key of that coop this was looked at."""
    return f"witness.key.{coop}"
