"""`charter`: how a log takes in a change of the charter, PROTOCOL sections 4.2, 7.12 and 7.13.

`decide_charter` says whether a log may take it in next; what it makes of the charter is `amend` in
`ledger.rules.amendments`. Both validators share this piece of code. A type of change that asks something of
the log that takes it in is a row of `_LOG_CHECKS`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol, cast

from ledger.agreement import decision_message
from ledger.charter import Charter, Standing
from ledger.charter_changes import (
    Change,
    Readmit,
    read_change,
)
from ledger.charter_entries import CharterEntry
from ledger.charter_index import SetIndex
from ledger.codec import decode, encode
from ledger.effects import Row
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.rules.charter_index import (
    IndexState,
    check_values_reach,
)
from ledger.signatures import SignatureInvalid, verify

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


def check_standing(
    charter: Charter, coop: int, *, is_decided: bool, is_settled: Callable[[], bool]
) -> Refusal | None:
    """The refusal of any entry in the log of `coop` for what the coop is; None if it may have entries.

    `is_decided`: whether the coops have decided on the entry together, about the charter or the index.
    `is_settled`: whether all balances of the log are 0, the commons' too, and it has nothing to give back.
    """
    # 7.1.8: another table of the index is taken in only by a log that knows the values up to there.
    found = charter.coops.get(coop)
    if found is None:
        return None if is_decided else Refusal.COOP_NOT_ADMITTED
    # One that leaves goes on until it is even.
    return Refusal.COOP_LEFT if found.standing is Standing.LEFT and is_settled() else None


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


def _check_log_of_readmission(change: Readmit, log: LogPlace) -> Refusal | None:
    # 7.13.11
    if log.coop != change.coop:
        return None
    if log.length < change.length or (log.length == change.length and log.head != change.head):
        return Refusal.CHARTER_LENGTH_WRONG
    return None


_LOG_CHECKS: Final[Mapping[type, Callable[[Any, LogPlace], Refusal | None]]] = {
    Readmit: _check_log_of_readmission,
    SetIndex: check_values_reach,
}
"""What a type of change asks of the log that takes it in."""
