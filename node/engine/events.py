"""What goes into a tick of the engine: what people ask, and what comes from links.

Everything is a value. What comes out is in `node.engine.outbox`, and the answers to those who asked are in
`node.engine.answers`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.kinds import PAYMENT_KINDS
from node.engine.answers import Request
from node.engine.view import View
from node.join_requests import JoinRequest
from node.store import Memo, Write

LINK_VERSION = 5
"""The newest version of a link: `fiado1.5`. Version 0 is a link without a subprotocol."""


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
    kinds: frozenset[int] = PAYMENT_KINDS


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
    """A coop asks to join; `origin` marks the address it asks from.

    Answer: None when the request waits, `Refused`, `NoRoom`, `NotReady`, or `Failed` with `ProofError`.
    """

    request: Request
    wish: JoinRequest
    origin: bytes = b""


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

    @property
    def names(self) -> bool:
        """Whether both ends know names beside the logs."""
        return self.version >= 4

    @property
    def compares(self) -> bool:
        """Whether both ends know digests and outlines of what they hold."""
        return self.version >= 5


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


@dataclass(frozen=True, slots=True)
class PeerBroke:
    """That coop's node broke the protocol, as `why` says, and is neither dialled nor let in for so long."""

    coop: int
    why: str
    refused_ms: int


LinkEvent = PeerUp | PeerDown | PeerMessage | LinkNews | PeerBroke
"""What comes from links; everything else is asked by somebody who waits for an answer."""

Event = Submit | SubmitBatch | Ask | Change | Publish | AskToJoin | LinkEvent
