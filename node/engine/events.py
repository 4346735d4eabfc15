"""What goes into a tick of the engine and what comes out.

Everything is a value. `request` is the caller's own mark; it comes back in the `Reply`. What a tick answers
is true and durable: replies are made after the commit.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Protocol, TypeVar

from ledger.chain import SignedHead
from ledger.refusals import Refusal
from ledger.transactions import Kind
from ledger.validators.interface import Validator
from node.addresses import NodeAddress
from node.engine.health.status import (
    CharterStatus,
    IndexStatus,
    NodeStatus,
    Readiness,
    WaitingRequest,
)
from node.engine.health.troubles import Trouble, TroubleKind
from node.join_requests import JoinRequest
from node.store import Memo, RecordKind, Segment, Store, Write

Request = int
Part = TypeVar("Part")

LINK_VERSION = 3
"""The newest version of a link: `fiado1.3`. Version 0 is a link without a subprotocol."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What an extension adds to a commit, and what it has to tell once that is durable.

    `troubles` are told from then on with everything that is wrong, until the engine ends.
    """

    write: Write
    news: Sequence[Any] = ()
    troubles: Sequence[Trouble] = ()


class Extension(Protocol):
    """A part of the node that keeps records beside the logs and sees what each commit will hold.

    An engine has any number of them, and none knows of the others. Each lives as long as its engine
    and is called in the engine's thread only. What it keeps in memory may be ahead of the disk after
    a failed commit, as the engine's may: both are then made anew.
    """

    @property
    def record_kinds(self) -> type[RecordKind]:
        """The kinds of records that are this part's; no other part has one of the same value."""

    def start(self, view: "View") -> None:
        """Load what it needs; called once, before the first tick. It may keep validator and store."""

    def gather(self, now_ms: int, segments: Sequence[Segment]) -> Gathered | None:
        """What to write with `segments`, which this tick adds to the own log and to others'.

        The validator has applied them. Called once for each tick, after its changes; has to cost
        nothing that is noticed when there is nothing to do.
        """

    def wake_at_ms(self) -> int | None:
        """When it wants a tick though nothing arrives."""


class EngineServices(Protocol):
    """What a question may ask of the engine itself."""

    def bring_history_forward(self) -> None:
        """Let the history index cover everything that is committed."""

    def receipt(self, coop: int, number: int) -> bytes | None:
        """The receipt of an entry; None when there is none to give. Raises `LogDamaged`."""

    def signed_heads(self) -> dict[int, SignedHead]:
        """The newest signed head held of each log."""

    def addresses(self) -> dict[int, NodeAddress]:
        """Where the coops' nodes answer, as they say themselves."""

    def charter_status(self) -> CharterStatus:
        """How far the next version of the charter has come."""

    def join_requests(self) -> tuple[WaitingRequest, ...]:
        """Coops that want to join, the oldest request first."""

    def index_status(self) -> IndexStatus | None:
        """How far the next decisions about the index have come; None when the charter has none."""

    def survey(self, hash_: bytes) -> bytes | None:
        """The survey file with that hash."""


@dataclass(frozen=True, slots=True)
class View:
    """What questions and changes may look at. Nothing of it may be kept or changed."""

    coop: int
    now_ms: int
    validator: Validator
    store: Store
    status: NodeStatus
    engine: EngineServices
    extensions: tuple[Extension, ...] = ()

    def extension(self, kind: type[Part]) -> Part:
        """The engine's extension of that type. Raises `LookupError` when it has none."""
        for part in self.extensions:
            if isinstance(part, kind):
                return part
        raise LookupError(f"this node runs without its part {kind.__name__}")


@dataclass(frozen=True, slots=True)
class Submit:
    """One transaction for the own log: `pay`, `admit`, `limit` or `status`, as its signers made it.

    `memos` are kept, or passed to the payee's home, if the transaction is recorded.
    One that is `doubtful` is judged only if it is a new payment that its payer has signed, so that rubbish
    costs no more than that look at it. Answer: `Recorded`, `Refused`, `NotReady` or `NotJudged`.
    """

    request: Request
    transaction: bytes
    memos: Sequence[Memo] = ()
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class SubmitBatch:
    """Transactions for the own log, each to be recorded or refused by itself.

    Those of other kinds than `kinds` are refused as unknown here. Answer: `BatchRecorded` or `NotReady`.
    """

    request: Request
    transactions: Sequence[bytes]
    kinds: frozenset[int] = frozenset({Kind.PAY})


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: `run` is called after the commit, in the engine's thread. Answer: its result.

    A `run` that raises gets `Failed`. It must be quick: the tick waits for it.
    """

    request: Request
    run: Callable[[View], Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what is kept beside the logs: `run` returns what to write, and the answer.

    It is called in the engine's thread before the commit, and what it writes is in the same transaction as
    the tick's entries. A `run` that raises writes nothing and gets `Failed`. It must be pure: the
    changes of one tick see the state from before the tick, and those that touch the same document run
    in ticks of their own.
    """

    request: Request
    run: Callable[[View], tuple[Write, Any]]


@dataclass(frozen=True, slots=True)
class Publish:
    """What stewards of this coop publish for a decision (PROTOCOL section 9.6).

    `file` goes with it: the survey of an observation. Answer: `Published`, `NotPublished`, `Refused` or
    `NotReady`.
    """

    request: Request
    publication: bytes
    file: bytes | None = None


@dataclass(frozen=True, slots=True)
class AskToJoin:
    """A coop asks to join. Answer: None when the request waits, `Refused`, or `Failed` with `ProofError`."""

    request: Request
    wish: JoinRequest


@dataclass(frozen=True, slots=True)
class PeerUp:
    """An authenticated link to that coop's node is there.

    `version` is the link's: the messages that both ends know (PROTOCOL section 10).
    """

    coop: int
    version: int = LINK_VERSION

    @property
    def acknowledges(self) -> bool:
        """Whether both ends say which memos they have."""
        return self.version >= 1

    @property
    def answers(self) -> bool:
        """Whether both ends answer when they are asked for the other's newest head."""
        return self.version >= 2

    @property
    def agrees(self) -> bool:
        """Whether both ends know rounds, and evidence about them."""
        return self.version >= 3


@dataclass(frozen=True, slots=True)
class PeerDown:
    """The link is gone."""

    coop: int


@dataclass(frozen=True, slots=True)
class PeerMessage:
    """Bytes that arrived over the link. They are untrusted, whoever the peer is."""

    coop: int
    data: bytes


@dataclass(frozen=True, slots=True)
class LinkNews:
    """What people are told of links: that coop's node was dialled in vain, because of `why_not`; or, without
    one, two nodes seem to run with that coop's key, because they take turns."""

    coop: int
    why_not: str | None


LinkEvent = PeerUp | PeerDown | PeerMessage | LinkNews
"""What comes from links; everything else is asked by somebody who waits for an answer."""

Event = Submit | SubmitBatch | Ask | Change | Publish | AskToJoin | LinkEvent


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
class Reply:
    """The answer to a request."""

    request: Request
    result: Any


@dataclass(frozen=True, slots=True)
class Send:
    """A message for a peer. It may be lost; nothing depends on its arrival."""

    coop: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The peer broke the protocol: close the link, and wait before it is taken up again."""

    coop: int
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for the log that people read: a name and plain values, `level` as `logging` counts.

    Coops stand in it by their names.
    """

    name: str
    values: dict[str, int | str] = field(default_factory=dict)
    level: int = logging.INFO


Reached = dict[int, dict[int, int]]
"""Coop -> (coop -> length): how far a log has taken in the others, and its own length."""


@dataclass(slots=True)
class Outbox:
    """What a tick wants done, in this order: replies, sends, disconnects, notices.

    `wake_at_ms` is when, by steady time, the engine wants a tick though nothing arrives. `advanced` names
    the logs that grew; `reached` says, for each of them, how far it has taken in every log, itself included.
    """

    replies: list[Reply] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    disconnects: list[Disconnect] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    advanced: set[int] = field(default_factory=set)
    reached: Reached = field(default_factory=dict)
    wake_at_ms: int = 0
    held: frozenset[int] = frozenset()
    """The peers of which messages wait within the engine; it wants no more of them now."""
    moved: dict[int, str] = field(default_factory=dict)
    """Where coops' nodes answer by their own word, when that is new; after a start all that is known."""
    news: Sequence[Any] = ()
    """What the extensions have to tell, each in values of its own type."""
