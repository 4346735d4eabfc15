"""What a change makes of a charter, PROTOCOL section 7.13: it looks at nothing but the two.

A new type of change is a row of `_AMENDMENTS`. Whether a log may take a change in is said in
`ledger.rules.charter`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from ledger.charter import (
    Charter,
    Coop,
    EarlierKey,
    Quorums,
    Readmission,
    Stand,
    Standing,
    Steward,
    TimeFall,
)
from ledger.charter_changes import (
    Change,
    DecideBranch,
    Join,
    Leave,
    LetTimeFall,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.charter_entries import base_after
from ledger.charter_index import Redenominate, SetIndex
from ledger.codec import MAX
from ledger.entries import LAST_TIME
from ledger.refusals import Refusal
from ledger.rules.charter_index import redenominate, set_index
from ledger.shapes import MAX_ANCHOR_SIGNATURES, MAX_COOPS
from ledger.signatures import KeyInadmissible, check_key_admissible


def amend(charter: Charter, change: Change) -> Charter | Refusal:
    """The charter after `change`, or the refusal that the change earns for what it says."""
    after = _AMENDMENTS[type(change)](charter, change)
    if isinstance(after, Refusal):
        return after
    return replace(
        _with_quorums_in_range(after),
        version=charter.version + 1,
        base=base_after(charter.base, change),
    )


def _with_quorums_in_range(charter: Charter) -> Charter:
    """As many as people chose, but more than half of the members decide, and no more are asked for than there
    are (4.2). So when somebody leaves who had to be counted in, as few are enough as before."""
    members = sum(1 for _ in charter.members())
    decision_quorum = min(max(charter.chosen.decision, members // 2 + 1), members)
    witness_quorum = min(charter.chosen.witness, _most_witnesses(members))
    return replace(charter, decision_quorum=decision_quorum, witness_quorum=witness_quorum)


def _most_witnesses(members: int) -> int:
    return min(members, MAX_ANCHOR_SIGNATURES) - 1


def _join(charter: Charter, change: Join) -> Charter | Refusal:
    # 7.13.1: those that have left too, so that a number or a name never comes to mean another coop.
    if change.coop in charter.coops or charter.coop_named(change.name) is not None:
        return Refusal.CHARTER_COOP_EXISTS
    # 7.13.2
    if len(charter.coops) >= MAX_COOPS:
        return Refusal.CHARTER_FULL
    refusal = _check_new_key(charter, change.node_key) or _check_stewards(change.stewards)
    if refusal is not None:
        return refusal
    joined = Coop(
        number=change.coop,
        name=change.name,
        title=change.title,
        node_key=change.node_key,
        clearing_limit=change.clearing_limit,
        steward_threshold=change.steward_threshold,
        stewards=change.stewards,
        bylaws=change.bylaws,
    )
    return _with_limits_in_range(_with_coop(charter, joined))


def _leave(charter: Charter, change: Leave) -> Charter | Refusal:
    coop = _find(charter, change.coop, Standing.MEMBER, Standing.QUARANTINED)
    if isinstance(coop, Refusal):
        return coop
    # 7.13.9
    if not _others(charter, coop):
        return Refusal.CHARTER_QUORUM_IMPOSSIBLE
    return _with_coop(charter, replace(coop, standing=Standing.LEFT))


def _others(charter: Charter, coop: Coop) -> int:
    """How many members there are besides `coop`."""
    return sum(1 for member in charter.members() if member is not coop)


def _set_clearing_limit(charter: Charter, change: SetClearingLimit) -> Charter | Refusal:
    coop = _find(charter, change.coop, Standing.MEMBER, Standing.QUARANTINED)
    if isinstance(coop, Refusal):
        return coop
    # 7.13.10
    if change.limit == coop.clearing_limit:
        return Refusal.CHARTER_UNCHANGED
    return _with_limits_in_range(_with_coop(charter, _with_limit(coop, change.limit)))


def _set_node_key(charter: Charter, change: SetNodeKey) -> Charter | Refusal:
    coop = _find(charter, change.coop, Standing.MEMBER)
    if isinstance(coop, Refusal):
        return coop
    refusal = _check_length(coop, change.length) or _check_new_key(charter, change.key)
    return refusal or _with_coop(charter, _with_key(coop, change.key, change.length))


def _quarantine(charter: Charter, change: Quarantine) -> Charter | Refusal:
    # One that has left and is gone with a debt, too: the way back is a readmission.
    coop = _find(charter, change.coop, Standing.MEMBER, Standing.LEFT)
    if isinstance(coop, Refusal):
        return coop
    # 7.13.9
    if not _others(charter, coop):
        return Refusal.CHARTER_QUORUM_IMPOSSIBLE
    return _with_coop(charter, replace(coop, standing=Standing.QUARANTINED))


def _readmit(charter: Charter, change: Readmit) -> Charter | Refusal:
    coop = _find(charter, change.coop, Standing.QUARANTINED)
    if isinstance(coop, Refusal):
        return coop
    refusal = _check_length(coop, change.length)
    if refusal is not None:
        return refusal
    if change.key != coop.node_key:
        refusal = _check_new_key(charter, change.key)
        if refusal is not None:
            return refusal
        coop = _with_key(coop, change.key, change.length)
    readmitted = replace(
        _with_limit(coop, change.limit),
        standing=Standing.MEMBER,
        readmission=Readmission(length=change.length, head=change.head, key=change.key),
    )
    return _with_limits_in_range(_with_coop(charter, readmitted))


def _decide_branch(charter: Charter, change: DecideBranch) -> Charter | Refusal:
    coop = _find(charter, change.coop, Standing.MEMBER, Standing.QUARANTINED)
    if isinstance(coop, Refusal):
        return coop
    # 7.13.3
    if not dict(change.losses).keys() <= charter.coops.keys():
        return Refusal.COOP_UNKNOWN
    # 7.13.5: what stands goes on to stand.
    if coop.stands is not None and not _goes_on(coop.stands, change):
        return Refusal.CHARTER_LENGTH_WRONG
    # 7.13.20
    total = sum(loss for _, loss in change.losses)
    if total > MAX or change.coop in dict(change.losses):
        return Refusal.CHARTER_LOSSES_WRONG
    stands = Stand(version=charter.version + 1, length=change.length, head=change.head)
    return _with_coop(charter, replace(coop, stands=stands))


def _goes_on(stands: Stand, change: DecideBranch) -> bool:
    """Whether the branch of `change` can be one in which what stood before goes on."""
    is_same = (change.length, change.head) == (stands.length, stands.head)
    return is_same or change.length > stands.length


def _set_quorums(charter: Charter, change: SetQuorums) -> Charter | Refusal:
    members = sum(1 for _ in charter.members())
    # 7.13.9
    if not members // 2 + 1 <= change.decision_quorum <= members:
        return Refusal.CHARTER_QUORUM_IMPOSSIBLE
    if change.witness_quorum > _most_witnesses(members):
        return Refusal.CHARTER_QUORUM_IMPOSSIBLE
    chosen = Quorums(witness=change.witness_quorum, decision=change.decision_quorum)
    # 7.13.10
    if chosen == charter.chosen:
        return Refusal.CHARTER_UNCHANGED
    return replace(charter, chosen=chosen)


def _set_entries_per_day(charter: Charter, change: SetEntriesPerDay) -> Charter | Refusal:
    # 7.13.10
    if change.entries_per_day == charter.entries_per_day:
        return Refusal.CHARTER_UNCHANGED
    return replace(charter, entries_per_day=change.entries_per_day)


def _let_time_fall(charter: Charter, change: LetTimeFall) -> Charter | Refusal:
    coop = _find(charter, change.coop, Standing.MEMBER, Standing.QUARANTINED)
    if isinstance(coop, Refusal):
        return coop
    # 7.13.17
    if change.time > LAST_TIME:
        return Refusal.TIME_OUT_OF_RANGE
    fall = TimeFall(length=change.length, time=change.time)
    return _with_coop(charter, replace(coop, time_fall=fall))


def _set_stewards(charter: Charter, change: SetStewards) -> Charter | Refusal:
    coop = _find(charter, change.coop, Standing.MEMBER, Standing.QUARANTINED)
    if isinstance(coop, Refusal):
        return coop
    refusal = _check_stewards(change.stewards)
    if refusal is not None:
        return refusal
    after = replace(coop, steward_threshold=change.threshold, stewards=change.stewards)
    # 7.13.10
    return Refusal.CHARTER_UNCHANGED if after == coop else _with_coop(charter, after)


_AMENDMENTS: Final[Mapping[type, Callable[[Charter, Any], Charter | Refusal]]] = {
    Join: _join,
    Leave: _leave,
    SetClearingLimit: _set_clearing_limit,
    SetNodeKey: _set_node_key,
    Quarantine: _quarantine,
    Readmit: _readmit,
    DecideBranch: _decide_branch,
    SetQuorums: _set_quorums,
    SetIndex: set_index,
    Redenominate: redenominate,
    LetTimeFall: _let_time_fall,
    SetEntriesPerDay: _set_entries_per_day,
    SetStewards: _set_stewards,
}
"""What each type of change makes of a charter."""


def _find(charter: Charter, number: int, *standings: Standing) -> Coop | Refusal:
    """The coop that a change is about."""
    # 7.13.3
    coop = charter.coops.get(number)
    if coop is None:
        return Refusal.COOP_UNKNOWN
    # 7.13.4
    return coop if coop.standing in standings else Refusal.CHARTER_STANDING_WRONG


def _check_length(coop: Coop, length: int) -> Refusal | None:
    # 7.13.5: keys follow each other along the log.
    is_before = bool(coop.earlier_keys) and length < coop.earlier_keys[-1].until
    return Refusal.CHARTER_LENGTH_WRONG if is_before else None


def _check_new_key(charter: Charter, key: bytes) -> Refusal | None:
    # 7.13.6: nor one that a coop once had, for what it signed then goes on to count.
    if any(key in coop.all_keys for coop in charter.coops.values()):
        return Refusal.CHARTER_KEY_TAKEN
    # 7.13.7
    return _check_keys([key])


def _check_stewards(stewards: tuple[Steward, ...]) -> Refusal | None:
    # 7.13.7
    return _check_keys(steward.key for steward in stewards)


def _check_keys(keys: Iterable[bytes]) -> Refusal | None:
    # 7.13.7
    try:
        for key in keys:
            check_key_admissible(key)
    except KeyInadmissible:
        return Refusal.KEY_INADMISSIBLE
    return None


def _with_coop(charter: Charter, coop: Coop) -> Charter:
    coops = {**charter.coops, coop.number: coop}
    return replace(charter, coops=dict(sorted(coops.items())))


def _with_limit(coop: Coop, limit: int) -> Coop:
    highest = max(coop.highest_limit, coop.clearing_limit)
    return replace(coop, clearing_limit=limit, highest_limit=highest)


def _with_key(coop: Coop, key: bytes, length: int) -> Coop:
    earlier = EarlierKey(key=coop.node_key, until=length)
    return replace(coop, node_key=key, earlier_keys=(*coop.earlier_keys, earlier))


def _with_limits_in_range(charter: Charter) -> Charter | Refusal:
    # 7.13.8: so that no sum of what coops owe each other leaves its range.
    total = sum(coop.clearing_limit for coop in charter.coops.values())
    return Refusal.LIMIT_OUT_OF_RANGE if total > MAX else charter
