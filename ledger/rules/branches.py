"""Branches: the histories of a log that has forked, PROTOCOL section 7.11.

A log is a function of itself and of what it anchored. So where a coop has signed two histories, both may be
held, as branches of its log, and every other log goes by the one that it anchored. Each branch is a log like
any other: it has accounts, takes in other logs, and is bounded by the rules.

What is on its way to a forked coop is on its way to each of its branches. So an item stays in its queue
until every branch of the payee's log has taken it in, and `taken_in` says which items have reached whom.
"""

from collections.abc import Iterator

from ledger.chain import genesis
from ledger.charter import Charter, Stand
from ledger.effects import LetStand
from ledger.rules.index import index_of_new_log
from ledger.state import Log, State
from ledger.transactions import Anchor


def new_log(charter: Charter, coop: int, *, branch: int = 0) -> Log:
    """The log of `coop`, or a branch of it, before its first entry, under the charter by which it begins."""
    return Log(
        coop=coop,
        branch=branch,
        charter=charter,
        heads=[genesis(federation=charter.federation, coop=coop)],
        index=index_of_new_log(charter),
    )


def is_forked(state: State, coop: int) -> bool:
    """Whether more than one branch of the coop's log is held."""
    return bool(state[coop].branches)


def branches_of(state: State, coop: int) -> list[Log]:
    """All branches of the coop's log, by number."""
    first = state[coop]
    return [first, *first.branches]


def all_logs(state: State) -> Iterator[Log]:
    """Every branch of every log."""
    for log in state.values():
        yield log
        yield from log.branches


def branch_gone_by(state: State, log: Log, coop: int) -> Log:
    """The branch of another coop's log that `log` goes by: one that has the head that it anchored."""
    first = state[coop]
    return branches_of(state, coop)[log.goes_by.get(coop, 0)] if first.branches else first


def go_by_branch(log: Log, branch: Log) -> None:
    """Let `log` go by that branch of another log from here on."""
    if branch.branch:
        log.goes_by[branch.coop] = branch.branch
    else:
        log.goes_by.pop(branch.coop, None)


def branch_to_anchor(state: State, log: Log, anchor: Anchor) -> Log | None:
    """The branch that `anchor` takes into `log`, or None when none such is held (7.6.8).

    Another one than the log goes by can be it only while all that was anchored is in both.
    """
    present = branch_gone_by(state, log, anchor.coop)
    if not is_forked(state, anchor.coop):
        return present if present.head_at(anchor.length) == anchor.head else None
    known = log.anchored.get(anchor.coop, 0)
    stands = log.charter.coops[anchor.coop].stands
    for branch in (present, *branches_of(state, anchor.coop)):
        has_head = branch.head_at(anchor.length) == anchor.head
        if has_head and has_stand(branch, stands) and common_length(branch, present) >= known:
            return branch
    return None


def has_stand(branch: Log, stands: Stand | None) -> bool:
    """Whether it can be the branch that was decided to stand."""
    return stands is None or branch.head_at(stands.length) == stands.head


def common_length(one: Log, other: Log) -> int:
    """Up to which length two branches of one log are the same."""
    low, high = 0, min(one.length, other.length)
    while low < high:
        middle = (low + high + 1) // 2
        if one.head_at(middle) == other.head_at(middle):
            low = middle
        else:
            high = middle - 1
    return low


def fork_length(state: State, coop: int) -> int:
    """Up to which length all branches of the coop's log are the same."""
    first, *others = branches_of(state, coop)
    return min((common_length(first, other) for other in others), default=first.length)


def taken_in(state: State, log: Log, branch: Log) -> int:
    """Up to which length `log` has taken in that branch of another log, on whichever branch it did."""
    anchored = log.anchored.get(branch.coop, 0)
    present = branch_gone_by(state, log, branch.coop)
    return anchored if present is branch else min(anchored, common_length(present, branch))


def branch_of_anchored(state: State, log: Log, coop: int) -> Log:
    """Of the branches that have the head that `log` anchored, the one with the lowest number."""
    anchored = log.anchored.get(coop, 0)
    return next(
        branch for branch in branches_of(state, coop) if taken_in(state, log, branch) == anchored
    )


def in_order(branches: list[Log]) -> list[Log]:
    """Branches of one log in the order that every replica gives them: by their heads where they differ."""
    return sorted(branches, key=lambda branch: branch.heads) if len(branches) > 1 else branches


def standing_branch(state: State, coop: int) -> Log:
    """The branch that counts in the books: the one that most coops' logs anchored, the first in order."""
    branches = in_order(branches_of(state, coop))
    if branches[1:]:
        stands = _newest_stand(state, coop)
        branches = [each for each in branches if has_stand(each, stands)] or branches
    return (
        max(branches, key=lambda branch: _anchoring(state, branch)) if branches[1:] else branches[0]
    )


def _newest_stand(state: State, coop: int) -> Stand | None:
    """What was decided last about the coop's branches, in any log."""
    coops = (log.charter.coops.get(coop) for log in all_logs(state))
    decided = [each.stands for each in coops if each is not None and each.stands is not None]
    return max(decided, key=lambda stands: stands.version, default=None)


def _anchoring(state: State, branch: Log) -> int:
    """How many other coops have a log that goes by nothing but what is in this branch."""
    return sum(
        any(
            taken_in(state, log, branch) == log.anchored.get(branch.coop, 0)
            for log in branches_of(state, other)
        )
        for other in state
        if other != branch.coop
    )


def fork_loss(state: State, log: Log, coop: int) -> int:
    """What `log` was credited from other branches of the coop's log than the one that stands."""
    if not is_forked(state, coop):
        return 0
    shared = taken_in(state, log, standing_branch(state, coop))
    return sum(amount for number, amount in log.received.get(coop, []) if number > shared)


def branch_with_head(state: State, log: Log, coop: int, length: int, head: bytes) -> Log | None:
    """A branch of the coop's log that has that head: the one that `log` goes by, if it has."""
    branches = [branch_gone_by(state, log, coop), *in_order(branches_of(state, coop))]
    return next((each for each in branches if each.head_at(length) == head), None)


def loss_by(state: State, log: Log, coop: int, length: int, head: bytes) -> int | None:
    """What `log` was credited from other branches than one that has that head; None when none is held."""
    branch = branch_with_head(state, log, coop, length, head)
    if branch is None:
        return None
    shared = taken_in(state, log, branch)
    return sum(amount for number, amount in log.received.get(coop, []) if number > shared)


def may_stand(state: State, log: Log, coop: int, length: int, head: bytes) -> bool:
    """Whether the branch with that head is one of those that the charter of `log` lets stand so far.

    Where one branch is held, it is the one that stood before.
    """
    branch = branch_with_head(state, log, coop, length, head)
    if branch is None or not is_forked(state, coop):
        return True
    return has_stand(branch, log.charter.coops[coop].stands)


def let_stand(state: State, log: Log, stand: LetStand) -> None:
    """Let `log` go by the branch that stands, as if it had anchored nothing else; charge its commons.

    What it has still to give back of the payments that don't stand stays with its commons.
    """
    log.commons -= stand.charge
    log.position -= stand.charge
    if stand.coop == log.coop:
        return
    branch = branch_with_head(state, log, stand.coop, stand.length, stand.head)
    assert branch is not None, "what a decision lets stand is held"
    shared = taken_in(state, log, branch)
    if shared < log.anchored.get(stand.coop, 0):
        received = log.received.get(stand.coop, [])
        log.received[stand.coop] = [each for each in received if each[0] <= shared]
        log.anchored[stand.coop] = shared
        _keep_returnable(log, stand.coop, shared)
    go_by_branch(log, branch)


def _keep_returnable(log: Log, coop: int, shared: int) -> None:
    for item in [*log.returnable.values()]:
        if item.coop == coop and item.number > shared:
            del log.returnable[item.coop, item.number]
            log.held -= item.amount


def settle(state: State, log: Log) -> None:
    """Forget what nobody needs any more, after `log` has changed."""
    for other in state:
        if other != log.coop and (is_forked(state, log.coop) or is_forked(state, other)):
            _forget_items(state, log.coop, other)
            _forget_items(state, other, log.coop)
            _forget_received(state, log.coop, other)
            _forget_received(state, other, log.coop)


def _forget_items(state: State, payer: int, payee: int) -> None:
    """Drop what every branch of the payee's log has taken in, or never will."""
    for branch in branches_of(state, payer):
        queue = branch.transit.get(payee, [])
        if queue:
            awaited = [_awaited(state, log, branch) for log in branches_of(state, payee)]
            branch.transit[payee] = [
                item for item in queue if any(item.number in numbers for numbers in awaited)
            ]


def _awaited(state: State, log: Log, branch: Log) -> range:
    """The numbers of what `log` may still take in of that branch of another log.

    Where another branch was decided to stand, it takes in nothing beyond the point where the two part.
    """
    taken, last = taken_in(state, log, branch), branch.length
    coop = log.charter.coops.get(branch.coop)
    # A log that has not forked does not keep all its heads.
    if is_forked(state, branch.coop) and coop is not None and not has_stand(branch, coop.stands):
        branches = branches_of(state, branch.coop)
        standing = next(each for each in branches if has_stand(each, coop.stands))
        last = common_length(standing, branch)
    return range(taken + 1, last + 1)


def _forget_received(state: State, home: int, other: int) -> None:
    """Drop what has come from before the point where the other log's branches part."""
    for log in branches_of(state, home):
        received = log.received.get(other, [])
        if received:
            shared = fork_length(state, other)
            log.received[other] = [each for each in received if each[0] > shared]
