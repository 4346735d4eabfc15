"""What a tick of the engine answers to those who asked.

It is true and durable: replies are made after the commit.
"""

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any

from ledger.chain import SignedHead
from ledger.refusals import Refusal
from node.engine.health.status import Readiness
from node.engine.health.troubles import Trouble, TroubleKind

Request = int
"""The caller's own mark on what it asks; it comes back in the `Reply`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The transaction is entry `number` of the own log, on disk. `receipt` proves it.

    `repeated`: these bytes had been recorded before, and nothing was done now. `warning`: why the payment
    will not arrive until people decide, if that is known.
    """

    coop: int
    number: int
    receipt: bytes
    repeated: bool = False
    warning: TroubleKind | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The rules refuse the transaction; nothing has changed."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class NotReady:
    """The node does not sign now; `reason` is one of `Readiness`, and `trouble` says it in full."""

    reason: Readiness
    trouble: Trouble | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The publication is on disk. `stewards` stand for its content now; the node does at `needed`.

    `is_signed`: the node has told others under its signature that it stands for this content, or it is
    decided."""

    decision: int
    number: int
    stewards: tuple[int, ...]
    needed: int
    is_signed: bool


@unique
class NotPublishedReason(StrEnum):
    """Why a publication is not taken in; the value is its stable name."""

    MALFORMED = "publication_malformed"
    """No publication, or a signature in it does not hold."""
    NOT_PUBLISHER = "not_publisher"
    """This coop publishes no index."""
    NUMBER_TAKEN = "decision_taken"
    """The own log has taken that decision in already."""
    NUMBER_EARLY = "decision_early"
    """Too many decisions come before it."""
    SIGNED_OTHERWISE = "decision_signed"
    """The node has signed another observation for that number, and signs one only."""
    OBJECTED = "decision_objected"
    """What it says is not so, as far as the node knows."""
    SURVEY_MISSING = "survey_missing"
    """The survey file is missing, too large, or not the one with that hash."""


@dataclass(frozen=True, slots=True)
class NotPublished:
    """Nothing has changed."""

    reason: NotPublishedReason
    detail: str


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Nothing was done: a doubtful transaction is not a new payment signed by its payer, or that payer
    has paid so often that they have to wait."""


@dataclass(frozen=True, slots=True)
class BatchRecorded:
    """`results` has an entry's number or minus a refusal's for each payment; `head` covers all."""

    head: SignedHead
    results: list[int]
    looked_up: int = 0
    """How many of them were looked for in what had been recorded before."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A question or change, or looking up what was recorded before, raised `error`."""

    error: Exception


@dataclass(frozen=True, slots=True)
class NoRoom:
    """There is no place for it now; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request."""

    request: Request
    result: Any
