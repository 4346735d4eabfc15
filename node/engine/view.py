"""What questions, changes and extensions may look at, and what an extension is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ledger.chain import SignedHead
from ledger.validators.interface import Validator
from node.addresses import NodeAddress
from node.engine.books import CoopBooks
from node.engine.debts import Standing
from node.engine.fallen import FallenList, FallenProof
from node.engine.health.status import CharterStatus, IndexStatus, NodeStatus, WaitingRequest
from node.engine.health.troubles import Trouble, TroubleKey
from node.engine.known_names import KnownNames
from node.store import RecordKind, Segment, Store, Write

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What an extension adds to a commit, and what it has to tell once that is durable.

    `troubles` are told from then on with everything that is wrong, until they are `over` or the engine ends.
    """

    write: Write
    news: Sequence[Any] = ()
    troubles: Sequence[Trouble] = ()
    over: Sequence[TroubleKey] = ()


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

    def follow_debts(self) -> None:
        """Follow a bounded part of the log more, for who asks while nobody is idle."""

    def books(self) -> CoopBooks | None:
        """The coop's books; None while the log is followed still. Nothing of them may be kept or changed."""

    def has_bookings(self) -> bool:
        """Whether the rows of statements cover the own log as far as it goes."""

    def mend_bookings(self) -> None:
        """The rows of statements don't add up: make them again."""

    def debt_of(self, account: int) -> Standing | None:
        """Since when an account of this coop is in debt, and was before; None while that is not known."""

    def in_debt_since(self, time: int) -> dict[int, int] | None:
        """The accounts in debt at least since `time`, and since when; None while that is not known."""

    def receipt(self, coop: int, number: int, *, reach: int = 0) -> bytes | None:
        """The receipt of an entry, up to `reach` at least; None when there is none. Raises `LogDamaged`."""

    def names(self) -> KnownNames:
        """What people call accounts, as far as this node knows."""

    def fallen(self) -> FallenList:
        """The payments that are only in a history of a forked log that does not stand."""

    def fallen_proof(self, head: bytes) -> FallenProof | None:
        """The receipts that go with the one that has `head` after it; None when there is none to give."""

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
    shows_names: bool = True
    """Whether what is shown of it may have names that are not in the log."""

    def extension(self, kind: type[Part]) -> Part:
        """The engine's extension of that type. Raises `LookupError` when it has none."""
        for part in self.extensions:
            if isinstance(part, kind):
                return part
        raise LookupError(f"this node runs without its part {kind.__name__}")
