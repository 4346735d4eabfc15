"""The shapes of the open books, and of how the node is."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from node.engine.health.status import Readiness
from node.http.base.shapes import Deciding, OfCoop, Trouble
from node.shapes import Shape
from node.spellings import Amount, Count, Hash, Signature, Time, one_of


class Health(Shape, frozen=True):
    """That the process answers, and which validator runs."""

    status: Literal["alive"]
    validator: str
    version: str
    coop: str


class Ready(Shape, frozen=True):
    """Whether the node records now, and all that is wrong."""

    ready: bool
    readiness: Readiness
    troubles: list[Trouble]


class Waiting(Shape, frozen=True):
    """A log that waits for another one."""

    log: str
    for_: str = msgspec.field(name="for")


class InTransit(Shape, frozen=True):
    """What was paid and has not arrived."""

    items: Count
    amount: Amount


class Status(OfCoop, frozen=True):
    """How the node and the federation are, as seen here."""

    federation: Hash
    name: str
    unit: str
    readiness: Readiness
    validator: str
    version: str
    time: Time
    peers: list[str]
    accused: list[str]
    waiting: list[Waiting]
    unanchored: list[str]
    troubles: list[Trouble]
    deciding: list[Deciding]
    in_transit: InTransit
    sum: Annotated[Amount, Meta(description="Of everything; 0, or after a fork `fork_loss`.")]
    fork_loss: Annotated[
        Amount, Meta(description="What logs were credited from histories that do not stand.")
    ]


class Digest(Shape, frozen=True):
    """The digest of the state of all logs held here, and how long they are."""

    digest: Hash
    lengths: dict[str, Count]


class Head(Shape, frozen=True):
    """A head with its coop's signature."""

    length: Count
    head: Hash
    signature: Signature


class SignedHead(OfCoop, frozen=True):
    """The same, of a coop."""

    length: Count
    head: Hash
    signature: Signature


class Log(OfCoop, frozen=True):
    """A log as held here. Where it has forked, amounts and accounts are those of the history that stands."""

    length: Count
    head: Hash
    time: Time
    position: Amount
    held: Amount
    clearing_limit: Amount
    commons: Amount
    accounts: Count
    anchored: dict[str, Count]
    accused: bool
    signed_head: Head | None


class Logs(Shape, frozen=True):
    """All logs as held here."""

    logs: list[Log]


class Branch(OfCoop, frozen=True):
    """A history of a log that has forked, other than the log held here; they are the same up to `base`."""

    base: Count
    length: Count
    head: Hash
    signature: Signature


class Branches(Shape, frozen=True):
    """All branches that are held here beside the logs."""

    branches: list[Branch]


class Evidence(OfCoop, frozen=True):
    """Of whose cheating there is a proof, and of what kind."""

    digest: Hash
    kind: Annotated[str, one_of("fork", "invalid", "decision", "support")]
    settled: Annotated[
        bool,
        Meta(description="Whether the cooperative was readmitted since, and is accused no more."),
    ]


class EvidenceList(Shape, frozen=True):
    """All evidence that is held here."""

    evidence: list[Evidence]


class Address(OfCoop, frozen=True):
    """Where a coop's node answers, by its own word."""

    serial: Annotated[Count, Meta(description="Of two statements the one with the higher counts.")]
    time: Time
    url: str
    signature: Signature


class Addresses(Shape, frozen=True):
    """The newest statement of each coop that has made one."""

    addresses: list[Address]
