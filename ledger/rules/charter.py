"""`charter`: how a log takes in a change of the charter, PROTOCOL sections 4.2, 7.12 and 7.13.

`amend` says what a change makes of a charter; it looks at nothing else. `decide_charter` says whether a log
may take it in next. Both validators share this piece of code. A new type of change is a row of `_AMENDMENTS`,
and of `_LOG_CHECKS` if it asks something of the log that takes it in.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol, cast

from ledger.agreement import decision_message
from ledger.charter import Charter, Coop, EarlierKey, Stand, Standing, Steward, TimeFall
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
    read_change,
)
from ledger.charter_entries import CharterEntry, base_after
from ledger.charter_index import Redenominate, SetIndex
from ledger.codec import MAX, decode, encode
from ledger.effects import Row
from ledger.entries import LAST_TIME
from ledger.refusals import Refusal
from ledger.rules.charter_index import (
    IndexState,
    check_values_reach,
    redenominate,
    set_index,
)
from ledger.shapes import MAX_ANCHOR_SIGNATURES, MAX_COOPS
from ledger.signatures import KeyInadmissible, SignatureInvalid, check_key_admissible, verify

CHARTER_CHAPTER: Final = "charter"

Verify = Callable[..., None]
"""As `ledger.signatures.verify`. A validator may pass one of its own."""


class LogPlace(IndexState, Protocol):
    """What a change may ask of the log that takes it in: its end, and how far it has taken in others."""

    @property
    def coop(self) -> int:
        """Whose log it is."""

    @property
    def length(self) -> int:
        """How many entries it has."""

    @property
    def head(self) -> bytes:
        """The chain hash there."""

    @property
    def anchored(self) -> Mapping[int, int]:
        """How far it has taken in the other coops' logs, by number."""

    def is_settled(self) -> bool:
        """Whether all its balances are 0, the commons' too, and it has nothing to give back."""


def decide_charter(
    entry: CharterEntry, *, charter: Charter, log: LogPlace | None, verify: Verify = verify
) -> Charter | Refusal:
    """What the log goes by after `entry`, or the refusal. `charter` is the one before it.

    Without a log: whether the change was decided, for who follows the charter and no log.
    """
    refusal = _check_sequence(entry, charter) or _check_signers(entry, charter)
    if refusal is not None:
        return refusal
    after = amend(charter, entry.change)
    if isinstance(after, Refusal):
        return after
    refusal = None if log is None else _check_log(entry.change, log)
    return refusal or _check_signatures(entry, charter, verify) or after


def check_content(
    charter: Charter, *, version: int, base: bytes, change: Change, log: LogPlace | None = None
) -> Refusal | None:
    """The refusal that a change would earn next under `charter`, were it signed by enough.

    Without a log only what the charter itself says against it.
    """
    refusal = _check_sequence(CharterEntry(version=version, base=base, change=change), charter)
    if refusal is not None:
        return refusal
    after = amend(charter, change)
    if isinstance(after, Refusal):
        return after
    return None if log is None else _check_log(change, log)


def check_standing(charter: Charter, coop: int, *, is_charter: bool) -> Refusal | None:
    """The refusal of any entry in the log of `coop` for what the coop is; None if it may have entries."""
    # 7.1.8
    found = charter.coops.get(coop)
    if found is None:
        return None if is_charter else Refusal.COOP_NOT_ADMITTED
    return Refusal.COOP_LEFT if found.standing is Standing.LEFT else None


def check_partner(charter: Charter, coop: int) -> Refusal | None:
    """The refusal of an entry that would pay `coop`, or None."""
    # 7.2.6
    found = charter.coops.get(coop)
    if found is None:
        return Refusal.COOP_UNKNOWN
    return _PARTNERS[found.standing]


def check_anchored(charter: Charter, coop: int) -> Refusal | None:
    """The refusal of an entry that would anchor the log of `coop`, or None."""
    # 7.6.1: the log of a coop that leaves is taken in to its end.
    found = charter.coops.get(coop)
    if found is None:
        return Refusal.COOP_UNKNOWN
    return Refusal.COOP_QUARANTINED if found.standing is Standing.QUARANTINED else None


_PARTNERS: Final = {
    Standing.MEMBER: None,
    Standing.QUARANTINED: Refusal.COOP_QUARANTINED,
    Standing.LEFT: Refusal.COOP_LEFT,
}


def charter_row(entry: CharterEntry) -> Row:
    """The row that a change becomes."""
    value = encode(entry.content())
    return Row(chapter=CHARTER_CHAPTER, key=encode(entry.version), value=value)


def load_charter(genesis: Charter, rows: Iterable[tuple[bytes, bytes]]) -> Charter:
    """The charter that follows from the chapter's rows, which were checked when they were taken in.

    Raises `ValueError` for rows of another shape, or that don't follow each other.
    """
    charter = genesis
    for key, value in rows:
        base, change = cast("list[Any]", decode(value))
        read = read_change(change)
        if read is None or decode(key) != charter.version + 1 or base != charter.base:
            raise ValueError("not a change of this charter")
        after = amend(charter, read)
        if isinstance(after, Refusal):
            raise ValueError(f"a change that is refused as {after.code}")
        charter = after
    return charter


def _check_sequence(entry: CharterEntry, charter: Charter) -> Refusal | None:
    # 7.12.1
    if entry.version != charter.version + 1:
        return Refusal.CHARTER_VERSION_WRONG
    # 7.12.2: whoever signed has seen the same charter, not only one of the same version.
    return Refusal.CHARTER_BASE_WRONG if entry.base != charter.base else None


def _check_signers(entry: CharterEntry, charter: Charter) -> Refusal | None:
    # 7.12.3
    if not all(charter.is_member(coop) for coop, _ in entry.signatures):
        return Refusal.CHARTER_SIGNER_UNKNOWN
    # 7.12.4
    if len(entry.signatures) < charter.decision_quorum:
        return Refusal.CHARTER_SIGNATURES_TOO_FEW
    return None


def _check_log(change: Change, log: LogPlace) -> Refusal | None:
    check = _LOG_CHECKS.get(type(change))
    return None if check is None else check(change, log)


def _check_signatures(entry: CharterEntry, charter: Charter, verify: Verify) -> Refusal | None:
    body = entry.signed_body()
    # 7.12.7
    try:
        for coop, signature in entry.signatures:
            verify(
                public_key=charter.coops[coop].node_key,
                message=decision_message(federation=charter.federation, coop=coop, body=body),
                signature=signature,
            )
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None


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
    """More than half of the members go on to decide, and no more are asked for than there are."""
    members = sum(1 for _ in charter.members())
    decision_quorum = min(max(charter.decision_quorum, members // 2 + 1), members)
    witness_quorum = min(charter.witness_quorum, _most_witnesses(members))
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
    others = sum(1 for member in charter.members() if member is not coop)
    # 7.13.9
    if not others:
        return Refusal.CHARTER_QUORUM_IMPOSSIBLE
    return _with_coop(charter, replace(coop, standing=Standing.LEFT))


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
    coop = _find(charter, change.coop, Standing.MEMBER)
    if isinstance(coop, Refusal):
        return coop
    # 7.13.9
    if sum(1 for _ in charter.members()) == 1:
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
    readmitted = replace(_with_limit(coop, change.limit), standing=Standing.MEMBER)
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
    after = replace(
        charter, witness_quorum=change.witness_quorum, decision_quorum=change.decision_quorum
    )
    # 7.13.10
    return Refusal.CHARTER_UNCHANGED if after == charter else after


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


def _check_log_of_readmission(change: Readmit, log: LogPlace) -> Refusal | None:
    # 7.13.11
    if log.coop != change.coop:
        return None
    if log.length < change.length or (log.length == change.length and log.head != change.head):
        return Refusal.CHARTER_LENGTH_WRONG
    return None


def _check_log_of_leaver(change: Leave, log: LogPlace) -> Refusal | None:
    # 7.13.19
    if log.coop == change.coop and not log.is_settled():
        return Refusal.CHARTER_NOT_SETTLED
    return None


_LOG_CHECKS: Final[Mapping[type, Callable[[Any, LogPlace], Refusal | None]]] = {
    Leave: _check_log_of_leaver,
    Readmit: _check_log_of_readmission,
    SetIndex: check_values_reach,
}
"""What a type of change asks of the log that takes it in."""


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
