"""The charter in force: what a federation's coops have agreed on, as one log goes by it (PROTOCOL section 4).

Every log begins with the charter of the founding file, `ledger.founding.Founding.genesis`. Whatever is in a
log is judged by that log's charter, `Validator.charter(coop)`. Two logs may go by different ones, since
each takes a change in by itself; so only a log keeps a `Charter`, and everybody else asks for it anew.
Coops are known by their numbers, never by their place in a list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from ledger.index.line import Line
from ledger.index.parameters import IndexParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Steward:
    """A person whom a coop entrusts with admissions and limits."""

    name: str
    key: bytes


class Standing(IntEnum):
    """What a coop is to the others."""

    MEMBER = 0
    """It takes part in everything."""
    QUARANTINED = 1
    """Nobody pays it or anchors it, it pays nobody outside, and decides nothing with others."""
    LEFT = 2
    """Nobody pays it, and it decides nothing; its log goes on without credit, and ends when it is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierKey:
    """A node key that signed the heads of its coop's log up to length `until`."""

    key: bytes
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Readmission:
    """After a quarantine the log went on from `length` with that head, with `key` as the node key."""

    length: int
    head: bytes
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFall:
    """The entry after `length` may be earlier than the one before, but not than `time` (Unix seconds)."""

    length: int
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Which branch of a forked log stands, by version `version`: the one with this head at that length."""

    version: int
    length: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Coop:
    """A cooperative as the charter describes it. `clearing_limit` in minor units."""

    number: int
    name: str
    title: str
    node_key: bytes
    clearing_limit: int
    steward_threshold: int
    stewards: tuple[Steward, ...]
    standing: Standing = Standing.MEMBER
    earlier_keys: tuple[EarlierKey, ...] = ()
    """The oldest first; `node_key` is the one since then."""
    highest_limit: int = 0
    """The highest of its clearing limits before the present one; 0 if there was none."""
    bylaws: bytes | None = None
    """The hash of the bylaws that it joined with."""
    time_fall: TimeFall | None = None
    """Where the time of its log may fall once; the newest of such permissions."""
    stands: Stand | None = None
    """The branch of its log that was decided to stand; None while none was."""
    readmission: Readmission | None = None
    """The newest one; None while it was never readmitted."""

    @property
    def credit(self) -> int:
        """How far the coop may owe the others, in minor units: who leaves comes down to 0, and not below."""
        return 0 if self.standing is Standing.LEFT else self.clearing_limit

    def key_at(self, length: int) -> bytes:
        """The node key that signs the head of this coop's log at `length`."""
        for earlier in self.earlier_keys:
            if length <= earlier.until:
                return earlier.key
        return self.node_key

    @property
    def goes_on_from(self) -> tuple[int, bytes] | None:
        """Length and head that its log has by decision: where it was readmitted, or a branch that stands."""
        named = [
            (each.length, each.head) for each in (self.readmission, self.stands) if each is not None
        ]
        return max(named, key=lambda place: place[0], default=None)

    @property
    def all_keys(self) -> tuple[bytes, ...]:
        """Every node key that it has had, the present one first."""
        return (self.node_key, *(earlier.key for earlier in reversed(self.earlier_keys)))

    @property
    def keys_since_readmission(self) -> tuple[bytes, ...]:
        """Those with which it can have cheated since it was readmitted; all, if it never was."""
        keys = self.all_keys
        return keys if self.readmission is None else keys[: keys.index(self.readmission.key) + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCharter:
    """Who publishes the index of prices, from what, and by which rules (PROTOCOL section 9)."""

    line: Line
    """The rules of the line of values, up to the table in force."""
    publishers: tuple[int, ...]
    """Numbers of coops, rising."""
    source: str
    """What the first source of prints is, for people."""

    @property
    def parameters(self) -> IndexParameters:
        """Those of the table in force."""
        return self.line.parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorums:
    """How many cooperatives witness an anchor, and how many sign a decision."""

    witness: int
    decision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What a log goes by. `federation` is the federation's id, which no change of a charter changes.

    Coops that have left stay in it: what was signed with their keys goes on to be judged.
    """

    federation: bytes
    witness_quorum: int
    """Signatures of other coops that an anchor needs now."""
    decision_quorum: int
    """Signatures that a decision needs now."""
    coops: Mapping[int, Coop]
    """By number, rising."""
    index: IndexCharter | None = None
    """None: the federation's unit is not indexed."""
    index_changes: int = 0
    """How many changes the table of the index has had."""
    entries_per_day: int | None = None
    """How many payments, and how many other entries, a log takes in a day; None: as many as come."""
    version: int = 0
    """How many changes have led to it from the founding file's."""
    base: bytes = b""
    """The hash of the founding file and of these changes; the federation's id while there is none."""
    chosen: Quorums = Quorums(witness=0, decision=0)
    """The quorums that people chose last, from which those in force follow with the number of members; those
    in force when left out."""

    def __post_init__(self) -> None:
        if self.version == 0:
            object.__setattr__(self, "base", self.federation)
        if not self.chosen.decision:
            chosen = Quorums(witness=self.witness_quorum, decision=self.decision_quorum)
            object.__setattr__(self, "chosen", chosen)

    def members(self) -> Iterator[Coop]:
        """The coops in good standing, rising by number: those that decide together."""
        return (coop for coop in self.coops.values() if coop.standing is Standing.MEMBER)

    def is_member(self, coop: int) -> bool:
        """Whether the charter has that coop in good standing."""
        found = self.coops.get(coop)
        return found is not None and found.standing is Standing.MEMBER

    def coop_named(self, name: str) -> Coop | None:
        """The coop of that name, or None."""
        return next((coop for coop in self.coops.values() if coop.name == name), None)
