"""What a lock lets a coop support, and when it is let go of (PROTOCOL section 9.5)."""

from collections.abc import Iterable, Sequence
from typing import Final

from node.engine.decisions.words import Proof, Word

LEGACY_ROUND: Final = -1
"""The round of a lock that stands for a signature from before there were rounds."""


def without_proof(choice: bytes) -> Proof:
    """The lock of a coop that signed a choice before there were rounds."""
    return Proof(choice=choice, round=LEGACY_ROUND)


def locked_round(lock: Proof | None) -> int:
    """The round of the lock; below all others without one."""
    return LEGACY_ROUND - 1 if lock is None else lock.round


def choose(
    *, spoken: bytes | None, lock: Proof | None, polkas: Sequence[Proof], endorsed: bytes | None
) -> bytes | None:
    """What to support in a round, as one who is not its speaker.

    `spoken` is the choice that the speaker supports, as far as it is known. Against its lock a coop supports
    that only when a later polka shows that others have let go of the lock's.
    """
    if spoken is not None and any(
        polka.choice == spoken and polka.round >= locked_round(lock) for polka in polkas
    ):
        return spoken
    return endorsed if lock is None else lock.choice


def choose_first(
    *, lock: Proof | None, newest: Proof | None, endorsed: bytes | None
) -> bytes | None:
    """What the speaker of a round supports: what others can follow in, whatever they are locked on."""
    if newest is not None and newest.round >= locked_round(lock):
        return newest.choice
    return endorsed if lock is None else lock.choice


def is_void(lock: Proof | None, supports: Iterable[Word], *, own: int, quorum: int) -> bool:
    """Whether nothing can have been decided by what a lock without proof stands for: so many others have
    supported something else that the rest can't have been a quorum, also if some of them lie."""
    if lock is None or lock.round != LEGACY_ROUND:
        return False
    against = {word.coop for word in supports if word.choice != lock.choice}
    return len(against - {own}) >= quorum
