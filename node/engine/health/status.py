"""What a node says about itself: what it is ready for, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.decisions import IndexEntry, Observation
from ledger.publications import Publication
from node.engine.health.troubles import Trouble
from node.join_requests import JoinRequest


class Readiness(StrEnum):
    """Whether the node may append to its own log."""

    READY = "ready"
    RECOVERING = "recovering"
    """It has just started and asks its peers whether they hold more of its own log than itself."""
    BEHIND = "behind"
    """Peers hold more of its own log than itself (an old copy was restored); it takes that back."""
    CLOCK_DOUBTFUL = "clock_doubtful"
    """Its clock can't be believed, so it appends nothing that would carry that time."""
    JOINING = "joining"
    """Its own log has not taken in yet that the coop has joined."""
    KEY_REPLACED = "key_replaced"
    """The charter has another node key for the coop."""
    LEFT = "left"
    """The coop has left the federation, and its log has ended."""
    HALTED = "halted"
    """There is evidence against its own coop. People must decide; see OPERATING."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """A node's condition. `lengths` are those of the logs held, `accused` the coops with evidence.

    `waiting` names, for each log that stands before an anchor, the log it waits for. `unanchored` are
    the coops whose logs have grown by more than anchors since this node anchored them: when it is empty
    at all nodes, nothing will be appended unless somebody asks. `troubles` says all that is wrong,
    `deciding` what would be the trouble `undecided` if it went on for long.
    """

    coop: int
    readiness: Readiness
    validator: str
    peers: tuple[int, ...]
    accused: tuple[int, ...]
    lengths: Mapping[int, int]
    waiting: Mapping[int, int]
    unanchored: tuple[int, ...]
    troubles: tuple[Trouble, ...] = ()
    deciding: tuple[Trouble, ...] = ()
    doubt: str | None = None
    """Why the node may not trust its disk to know all that it signed: a value of `node.mark.Doubt`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentStatus:
    """A content for a decision that is due: which coops support it, or have signed it, and how many have
    to."""

    entry: IndexEntry
    supported_by: tuple[int, ...]
    """Those that did when they spoke last."""
    signed_by: tuple[int, ...]
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """What is known of the decisions that come next."""

    period: int
    source: int
    place: int
    round: int
    locked: IndexEntry | None
    """What this coop has signed, and does not let go of by itself."""
    silent: tuple[int, ...]
    """The publishers that have said nothing of what comes next."""
    contents: tuple[ContentStatus, ...]
    observations: tuple[tuple[int, Observation], ...]
    """Of the surveys that are open, with their periods, rising."""
    publications: tuple[Publication, ...]
    """What this coop's stewards stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStatus:
    """A change of the charter that coops stand for: `content` is the encoding of `[base, change]`."""

    content: bytes
    needed: int
    supported_by: tuple[int, ...]
    """Who supports it, as far as is known."""
    signed_by: tuple[int, ...]
    """Who has signed it in the present round."""
    is_endorsed: bool
    """Whether this coop's stewards stand for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterStatus:
    """How the next version of the charter is coming about."""

    version: int
    round: int
    contents: tuple[ChangeStatus, ...]
    silent: tuple[int, ...]
    """Who has not spoken in this round."""
    publications: tuple[Publication, ...]
    """What this coop's stewards stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRequest:
    """A coop's request to join, by what it is known, when it came, in Unix seconds, and at whose node it was
    left."""

    request: JoinRequest
    id: bytes
    received: int
    host: int
