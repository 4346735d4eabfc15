"""The shapes of what is about the keys of accounts."""

from typing import Annotated

from msgspec import Meta

from node.http.base.shapes import Account, OfCoop, RunningRecovery
from node.shapes import Shape
from node.spellings import Count, Number, Time


class Guarded(Shape, frozen=True):
    """That an account has guardians; who they are only they know."""

    needed: Annotated[Count, Meta(description="How many of them begin a recovery together.")]
    wait: Annotated[Count, Meta(description="How long its key can object then, in seconds.")]


class KeyState(Account, frozen=True):
    """What the books have of the key of an account."""

    revision: Annotated[Count, Meta(description="Of what the owner has said about the key.")]
    recoveries: Annotated[Count, Meta(description="How many recoveries have begun.")]
    guarded: Guarded | None
    guarded_from: Annotated[
        Time | None, Meta(description="When other guardians follow, or none; null if nothing will.")
    ]
    guarded_next: Guarded | None
    shortest_wait: Annotated[
        Count, Meta(description="The shortest wait that an owner can choose now, in seconds.")
    ]
    recovery: RunningRecovery | None


class RecoveringAccount(Shape, frozen=True):
    """An account whose recovery runs."""

    account: Number
    handle: str
    recovery: RunningRecovery


class Recoveries(OfCoop, frozen=True):
    """All that run."""

    recoveries: list[RecoveringAccount]
