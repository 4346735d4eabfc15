"""A decision about a fork: what it does to each log, PROTOCOL section 7.13.

The forking coop's own log is charged what the decision lists. Another log goes by the branch that stands:
what it was credited from another one is its loss, of which the list covers what it says, and the log's own
commons the rest; so no log is stopped by what it anchored after the list was written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ledger.charter_changes import DecideBranch
from ledger.codec import MAX, encode
from ledger.effects import Effects, LetStand, Row
from ledger.entries import Entry, decode_entry, encode_entry, transaction_kind
from ledger.errors import DependencyMissing
from ledger.refusals import Refusal
from ledger.shapes import Kind
from ledger.state import Waiting

FORKS_CHAPTER: Final = "forks"
"""By version: the coop that forked, what this log lost by it, and what was charged to its commons."""


class ForkedLog(Protocol):
    """What a decision about a fork asks of the log that takes it in."""

    @property
    def coop(self) -> int:
        """Whose log it is."""

    @property
    def length(self) -> int:
        """How many entries it has."""

    @property
    def commons(self) -> int:
        """The balance of its commons."""

    def head_at(self, length: int) -> bytes | None:
        """Its own head there, if it is kept."""

    def loss_by(self, coop: int, length: int, head: bytes) -> int | None:
        """What it was credited from other branches of `coop`'s log than one that has that head.

        None when no such branch is held.
        """

    def may_stand(self, coop: int, length: int, head: bytes) -> bool:
        """Whether the branch with that head is one of those that its charter lets stand so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a decision about a fork changes in a log."""

    row: Row | None
    stand: LetStand


def settle_losses(
    change: DecideBranch, *, version: int, log: ForkedLog
) -> Settled | Refusal | Waiting:
    """What the decision that leads to `version` does to `log`, its refusal, or what it has to wait for."""
    listed = dict(change.losses)
    if change.coop == log.coop:
        stop = _check_own(change, log)
        if stop is not None:
            return stop
        lost, charge = 0, sum(listed.values())
    else:
        loss = log.loss_by(change.coop, change.length, change.head)
        # 7.12.8
        if loss is None:
            return _waiting_for(change)
        # 7.13.11
        if not log.may_stand(change.coop, change.length, change.head):
            return Refusal.CHARTER_LENGTH_WRONG
        # 7.13.20
        if listed.get(log.coop, 0) > loss:
            return Refusal.CHARTER_LOSSES_WRONG
        lost, charge = loss, loss - listed.get(log.coop, 0)
    # 7.13.21
    if log.commons - charge < -MAX:
        return Refusal.BALANCE_OUT_OF_RANGE
    return Settled(
        row=_row(version, change.coop, lost, charge) if lost or charge else None,
        stand=LetStand(coop=change.coop, length=change.length, head=change.head, charge=charge),
    )


def _check_own(change: DecideBranch, log: ForkedLog) -> Refusal | Waiting | None:
    """Whether the coop's own log is the branch that stands."""
    head = log.head_at(change.length)
    # 7.12.8: the log may be longer than the heads that are kept of it.
    if head is None and change.length <= log.length:
        return _waiting_for(change)
    # 7.13.11
    return None if head == change.head else Refusal.CHARTER_LENGTH_WRONG


def _waiting_for(change: DecideBranch) -> Waiting:
    """A log stands before a decision about a branch that is not held here."""
    return Waiting(coop=change.coop, length=change.length, head=change.head, signature=b"")


def check_decided_branches(
    transactions: Sequence[bytes],
    *,
    time: int,
    decide: Callable[[Entry], Effects | Refusal | Waiting | None],
) -> None:
    """Raise `DependencyMissing` for a decision among these about a branch that is not held here."""
    for transaction in transactions:
        if transaction_kind(transaction) != Kind.CHARTER:
            continue
        entry = decode_entry(encode_entry(time, transaction))
        found = decide(entry) if isinstance(entry, Entry) else entry
        if isinstance(found, Waiting):
            raise DependencyMissing(f"log {found.coop} is not held up to {found.length}")


def _row(version: int, coop: int, lost: int, charge: int) -> Row:
    value = encode([coop, lost, charge])
    return Row(chapter=FORKS_CHAPTER, key=encode(version), value=value)
