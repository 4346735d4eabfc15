"""What an honest node asks of a change of the charter beside the rules, before it stands for it.

The rules judge a change by one log, so that all nodes give one answer for ever. A node sees more: it holds
all logs. What people got wrong about a log, such as a length that leaves out entries which others have
seen, it finds before it lends the change its name. It says so in words, and says nothing against what a
quorum has decided all the same.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ledger.charter_changes import (
    Change,
    DecideBranch,
    Leave,
    LetTimeFall,
    Quarantine,
    Readmit,
    SetNodeKey,
)
from ledger.charter_entries import MAX_CHARTER_SIGNATURES
from ledger.charter_index import Redenominate, SetIndex
from ledger.evidence import InvalidEntryEvidence
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.rules.charter_index import Doubt, doubt
from ledger.validators.reading import has_ended
from node.engine.core import Core
from node.plain import PlainForms


def objection(core: Core, change: Change) -> str | None:
    """Why this node does not stand for the change now; None when nothing speaks against it."""
    check = _CHECKS.get(type(change))
    return (None if check is None else check(core, change)) or _of_signatures(core, change)


def _of_signatures(core: Core, change: Change) -> str | None:
    """The charter can be changed again after it: as many signatures as that takes fit an entry."""
    after = amend(core.charter, change)
    if isinstance(after, Refusal) or after.decision_quorum <= MAX_CHARTER_SIGNATURES:
        return None
    return (
        f"{after.decision_quorum} cooperatives would have to sign each later change of the charter, and the "
        f"signatures of {MAX_CHARTER_SIGNATURES} fit an entry: it could never be changed again"
    )


def _of_node_key(core: Core, change: SetNodeKey) -> str | None:
    """The old key's last head is the last one that anybody has seen, or entries would be lost or missing."""
    if change.coop == core.coop:
        return None
    held = core.length(change.coop)
    if change.length == held:
        return None
    name = core.names[change.coop]
    return (
        f"the old key of {name} is to count up to entry {change.length} of its log, and this node "
        f"holds {held} entries of it; name that length"
    )


def _of_leave(core: Core, change: Leave) -> str | None:
    """Nobody can pay it any more afterwards: what it owes it has to have earned before."""
    owed = -core.validator.log(change.coop).position if core.has_log(change.coop) else 0
    if owed <= 0:
        return None
    return (
        f"{core.names[change.coop]} owes the others {PlainForms().amount(owed)}, and nobody can pay it once "
        "it has left: let it earn or pay that back first; a cooperative that is gone with a debt is put in "
        "quarantine"
    )


def _of_quarantine(core: Core, change: Quarantine) -> str | None:
    """Of one that has left there is something to be put aside."""
    if not core.has_log(change.coop) or not has_ended(core.validator, change.coop):
        return None
    return (
        f"{core.names[change.coop]} has left and owes nothing: its log has ended, and what was on its way to "
        "it could come back to nobody any more"
    )


def _of_readmission(core: Core, change: Readmit) -> str | None:
    """It goes on from the end of what is held here, and with a key that cheated nobody."""
    name = core.names[change.coop]
    if core.accused.get(change.coop) and change.key == core.newest.coops[change.coop].node_key:
        return (
            f"with the node key that {name} is to keep it signed what is evidence; name a new key"
        )
    if core.head_at(change.coop, change.length) != change.head:
        return (
            f"the log of {name} is to go on after entry {change.length} with a head that this node does "
            "not hold at that length"
        )
    held = core.length(change.coop)
    if change.coop == core.coop or _signed_end(core, change.coop) <= change.length <= held:
        return None
    return (
        f"the log of {name} is to go on after entry {change.length}, and this node holds {held} entries of "
        "it; name that length"
    )


def _signed_end(core: Core, coop: int) -> int:
    """The least length from which a log may go on so that nothing is missing that others can have.

    Before an entry that the rules refuse there may be some under no signature but that over what was refused.
    Nobody takes those from another, so a node with a new key can't go on from them.
    """
    if not core.is_accused(coop, InvalidEntryEvidence.kind):
        return core.length(coop)
    signed = core.signed.get(coop)
    return 0 if signed is None else signed.length


def _of_branch(core: Core, change: DecideBranch) -> str | None:
    """The branch is held here, and everybody's loss by it is as this node counts it."""
    validator, names = core.validator, core.names
    heads = {
        validator.head_at(change.coop, change.length, branch=branch)
        for branch in validator.branches(change.coop)
    }
    if change.head not in heads and core.head_at(change.coop, change.length) != change.head:
        return (
            f"of the log of {names[change.coop]} a history is to stand whose head after entry "
            f"{change.length} this node does not hold"
        )
    if not core.has_forked(change.coop):
        return f"this node knows of one history only of the log of {names[change.coop]}"
    listed, amount = dict(change.losses), PlainForms().amount
    for coop in core.newest.coops:
        if coop == change.coop or not core.has_log(coop):
            continue
        loss = validator.loss_by(coop, other=change.coop, length=change.length, head=change.head)
        if loss is not None and loss != listed.get(coop, 0):
            return (
                f"{names[coop]} took in {amount(loss)} from another history of {names[change.coop]}, and "
                f"the change lists {amount(listed.get(coop, 0))}; propose it again"
            )
    return None


def _of_time_fall(core: Core, change: LetTimeFall) -> str | None:
    """It is about an entry that is still to come."""
    held = core.length(change.coop)
    if change.length >= held:
        return None
    return (
        f"time is to fall after entry {change.length} of the log of {core.names[change.coop]}, which has "
        f"{held} entries here already"
    )


def _of_index(core: Core, change: SetIndex | Redenominate) -> str | None:
    """The values that the own log knows leave room for it."""
    index = core.validator.index(core.coop)
    found = None if index is None else doubt(change, index)
    return None if found is None else _DOUBTS[found]


_DOUBTS: Final[Mapping[Doubt, str]] = {
    Doubt.PASSED: "the index has values for that day already; name a day after the last one that it knows",
    Doubt.SMALL: "a unit would be worth too little of the new currency to be counted",
    Doubt.LARGE: "a unit would be worth too much of the new currency to be counted",
}

_CHECKS: Final[Mapping[type, Callable[[Core, Any], str | None]]] = {
    Leave: _of_leave,
    Quarantine: _of_quarantine,
    SetNodeKey: _of_node_key,
    Readmit: _of_readmission,
    DecideBranch: _of_branch,
    LetTimeFall: _of_time_fall,
    SetIndex: _of_index,
    Redenominate: _of_index,
}
"""What each type of change is asked; a type that is not here is only for the rules and for people."""
